//! Units of a house.

use crate::{differ, same};

#[test]
fn b32_a_unit_is_in_either_line_and_under_any_designator() {
    same(
        "
        555 Main Rd Apt 110 = 555 Main Rd / Apt 110 = 555 Main Rd / # 110 = 555 Main Rd / #110
            = 555 Main Rd / Unit 110 = 555 Main Rd / 110 = 555 Main Rd, Apt. 110 = 555 Main Rd #110
            = 555 Main Rd # 110 = 555 Main Rd Apt # 110 = 555 Main Rd Apt#110 = 555 Main Rd Apt110
            = 555 Main Rd Apt-110 = 555 Main Rd Apt No. 110 = 555 Main Rd Unit 110 = 555 Main Rd Ste 110
            = 555 Main Rd Suite 110 = 555 Main Rd STE. 110 = 555 Main Rd Room 110 = 555 Main Rd Rm 110
            = 555 Main Rd Apartment 110 = 555 Main Rd, 110 = 555 Main Rd, No. 110 = 555 Main Rd Bldg 110
            = 555 Main Rd Lot 110 = 555 Main Rd Space 110 = 555 Main Rd Spc 110 = 555 Main Rd Trlr 110
            = 555 Main Rd PMB 110 = 555 Main Rd Dept 110 = 555 Main Rd Ofc 110 = 555 Main Rd Unit 0110
            = Apt 110, 555 Main Rd = Apt 110 / 555 Main Rd = Apt 110 555 Main Rd = #110 555 Main Rd
            = 110 / 555 Main Rd = 555 Apt 110 Main Rd = 555 Main Rd Apt 110 / Apt 110
        12 Elm St Fl 2 = 12 Elm St / 2nd Floor = 12 Elm St Floor 2 = 12 Elm St Second Floor
            = 12 Elm St / Fl. 2
        12 Elm St Apt 4B = 12 Elm St Apt 4-B = 12 Elm St Apt 4 B = 12 Elm St #4b = 12 Elm St 4B
            = 12 Elm St / 4 B
        12 Elm St Apt B = 12 Elm St #B = 12 Elm St Unit B = 12 Elm St B = 12 Elm St / B
        12 Elm St Apt A-110 = 12 Elm St / A110 = 12 Elm St Unit A 110
        12 Elm St 110 = 12 Elm St Apt 110
        12 9th St NW 110 = 12 9th St NW Apt 110 = 12 9th Street Northwest / # 110
        12 Elm St Apt Two = 12 Elm St Apt 2
        12 US Highway 6 Unit 4 = 12 US Hwy 6 / Apt 4
        12 Elm St (rear) = 12 Elm St Rear
        12 Elm St - Unit 4 = 12 Elm St -4 = 12 Elm St, Unit: 4 = 12 Elm St / (4)
        69-10 108th St Apt 3F = 69-10 108th Street / #3-F = 69-10 108 St 3F
        12 Elm St Apt 1/2 = 12 Elm St # 1/2
        12 E 1st St N # 4 = 12 East First Street North / Apt 4
        12 Elm St Ste A & B = 12 Elm Street Suite A and B
        12 Elm St Hngr 3 = 12 Elm St Hangar 3
        12 Pier St Pier 3 = 12 Pier St Slip 3
        ",
    );
    differ(
        "
        555 Main Rd ≠ 555 Main Rd Apt 110 ≠ 555 Main Rd Apt 111 ≠ 555 Main Rd / Apt 10
            ≠ 555 Main Rd # 1110
        12 Elm St Apt 4 ≠ 12 Elm St Apt 4B ≠ 12 Elm St Apt B
        12 Elm St Apt 2-14 ≠ 12 Elm St Apt 214 ≠ 12 Elm St Apt 2
        12 Elm St Fl 2 ≠ 12 Elm St Fl 3 ≠ 12 Elm St
        12 Elm St Apt N ≠ 12 Elm St N
        ",
    );
}

#[test]
fn b32_some_units_have_no_number() {
    same(
        "
        12 Elm St Basement = 12 Elm St Bsmt = 12 Elm St / BSMT = 12 Elm St, Basement
            = 12 Elm St Apt Basement
        12 Elm St Rear = 12 Elm St / Rear = 12 Elm St Unit Rear = Rear, 12 Elm St = Rear 12 Elm St
        12 Elm St Front = 12 Elm St Frnt
        12 Elm St Penthouse = 12 Elm St PH = 12 Elm St / Ph.
        12 Elm St Penthouse 2 = 12 Elm St PH2 = 12 Elm St PH-2 = 12 Elm St Apt PH2 = 12 Elm St # PH 2
        12 Elm St Lower = 12 Elm St Lowr = 12 Elm St Lower Level = 12 Elm St / LL = 12 Elm St Lower Unit
        12 Elm St Upper = 12 Elm St Uppr = 12 Elm St Upper Level
        12 Elm St Lobby = 12 Elm St Lbby
        12 Elm St Office = 12 Elm St Ofc
        12 Elm St Ground Floor = 12 Elm St / Ground Fl
        ",
    );
    differ(
        "
        12 Elm St ≠ 12 Elm St Rear ≠ 12 Elm St Front ≠ 12 Elm St Basement ≠ 12 Elm St Upper
            ≠ 12 Elm St Lower
        12 Elm St PH ≠ 12 Elm St PH 2 ≠ 12 Elm St Apt 2
        ",
    );
}

#[test]
fn b32_streets_may_be_called_like_units() {
    same(
        "
        12 Front St = 12 Front Street
        12 E Front St = 12 East Front St
        12 Upper Mountain Rd = 12 Upper Mtn Rd
        12 Lower Sacramento Rd = 12 Lower Sacramento Road
        12 Key West Dr = 12 Key West Drive
        12 Pier Ave = 12 Pier Avenue
        12 Rear St Rear = 12 Rear Street / Rear
        12 Tower Rd = 12 Tower Road
        12 Space Center Blvd = 12 Space Ctr Blvd
        12 Floor St = 12 Floor Street
        12 Side Hill Rd Apt 4 = 12 Side Hill Rd / 4
        12 Hidden Bay E = 12 Hidden Bay East
        12 Office Park Dr = 12 Office Park Drive
        ",
    );
    differ(
        "
        12 Front St ≠ 12 Back St
        12 Upper Mountain Rd ≠ 12 Mountain Rd Upper ≠ 12 Mountain Rd
        ",
    );
}

#[test]
fn b32_a_building_and_a_unit_are_two() {
    same(
        "
        12 Elm St Bldg 2 Apt 4 = 12 Elm St / Bldg 2 Apt 4 = 12 Elm St Bldg 2 / Apt 4
            = 12 Elm St, Building 2, Unit 4 = 12 Elm St Apt 4 Bldg 2 = 12 Elm St Apt 4 / Building # 2
            = Bldg 2, 12 Elm St, # 4 = 12 Elm St Tower 2 #4
        12 Elm St Fl 2 Ste 210 = 12 Elm St Suite 210, 2nd Floor
        12 Elm St Bldg B Ste 300 = 12 Elm St / Building B, Suite 300
        12 Elm St Apt 4 Rear = 12 Elm St / Apt 4, Rear
        ",
    );
    differ(
        "
        12 Elm St Bldg 2 Apt 4 ≠ 12 Elm St Bldg 4 Apt 2 ≠ 12 Elm St Apt 4 ≠ 12 Elm St Bldg 2
            ≠ 12 Elm St Bldg 2 Apt 5 ≠ 12 Elm St Fl 2 Apt 4
        12 Elm St Ste 200 Rm 4 ≠ 12 Elm St Ste 4 Rm 200
        ",
    );
}
