//! Towns, and towns where a street should be alone.

use crate::{differ, same};

#[test]
fn b32_a_postal_code_is_written_in_many_ways() {
    same(
        "
        12 Elm St @ Lincoln, NE, 68508 = 12 Elm St @ , , 68508-1234 = 12 Elm St @ Lancaster, , 685081234
            = 12 Elm St @ , , 68508 1234
        12 Elm St @ Boston, MA, 02134 = 12 Elm St @ Boston, MA, 2134 = 12 Elm St @ Allston, , 2134-1001
            = 12 Elm St @ , , 02134-1001
        12 Elm St @ Holtsville, NY, 00501 = 12 Elm St @ Holtsville, NY, 501
        12 Elm St @ Winnipeg, MB, R3T 1L9 = 12 Elm St @ Winnipeg, MB, R3T1L9 = 12 Elm St @ , , r3t-1l9
        12 Elm St @ London, , SW1A 1AA = 12 Elm St @ London, , SW1A1AA
        ",
    );
    differ(
        "
        12 Elm St @ Lincoln, NE, 68508 ≠ 12 Elm St @ Lincoln, NE, 68510 ≠ 12 Elm St @ Lincoln, NE, 85080
        12 Elm St @ Winnipeg, MB, R3T 1L9 ≠ 12 Elm St @ Winnipeg, MB, R3T 1L8
        ",
    );
}

#[test]
fn b32_without_a_postal_code_city_and_state_are_compared() {
    same(
        "
        12 Elm St @ Lincoln, NE, 68508 = 12 Elm St @ LINCOLN, Nebraska,
        12 Elm St @ Lincoln, NE, 68508 = 12 Elm St @ Lincoln,,
        12 Elm St @ St. Louis, MO, = 12 Elm St @ Saint Louis, Missouri,
        12 Elm St @ Ft. Worth, TX, = 12 Elm St @ Fort Worth, Tex.,
        12 Elm St @ Mt Vernon, NY, = 12 Elm St @ Mount Vernon, N.Y.,
        12 Elm St @ Washington, DC, = 12 Elm St @ Washington, District of Columbia,
        12 Elm St @ San Juan, PR, = 12 Elm St @ San Juan, Puerto Rico,
        12 Elm St @ Montréal, QC, = 12 Elm St @ MONTREAL, Quebec,
        12 Elm St @ St. John's, NL, = 12 Elm St @ Saint Johns, Newfoundland and Labrador,
        12 Elm St @ N Platte, NE, = 12 Elm St @ North Platte, NE,
        12 Elm St @ Hot Springs, AR, = 12 Elm St @ Hot Spgs, Arkansas,
        12 Elm St @ Charlottetown, PEI, = 12 Elm St @ Charlottetown, Île-du-Prince-Édouard,
        ",
    );
    let nowhere = crate::place("12 Elm St @ ,,");
    assert!(!nowhere.matches(&nowhere), "any town has an Elm St");
    differ(
        "
        12 Elm St @ Lincoln, NE, ≠ 12 Elm St @ Omaha, NE, ≠ 12 Elm St @ Lincoln, CA,
        12 Elm St @ Lincoln, NE, 68508 ≠ 12 Elm St @ Omaha, NE, ≠ 12 Elm St @ Lincoln, CA,
        12 Elm St @ Kansas City, MO, ≠ 12 Elm St @ Kansas City, KS,
        12 Elm St @ Lincoln, NE, ≠ 12 Elm St @ Lincoln City, NE,
        ",
    );
}

#[test]
fn b32_the_town_may_stand_in_either_line() {
    same(
        "
        123 Main St = 123 Main St, Lincoln, NE 68508 = 123 Main St, Lincoln, NE, 68508
            = 123 Main St, Lincoln, Nebraska 68508-1234 = 123 Main St, Lincoln, NE 68508, USA
            = 123 Main St, Lincoln NE 68508 = 123 Main St Lincoln NE 68508 = 123 Main St Lincoln, NE
            = 123 Main St, Lincoln = 123 Main St Lincoln = 123 Main St / Lincoln
            = 123 Main St / Lincoln, NE 68508 = 123 Main St, NE 68508 = 123 Main St 68508
            = 123 Main St, USA = 123 Main St, United States of America
            = 123 Main St, Lincoln, NE 68508, United States = 123 Main St, Lincoln, NE 68508 @ , ,
            = 123 Main St, Lincoln, NE 68508, USA @ , , = 123 Main St @ Lincoln NE 68508,,
            = 123 Main St @ Lincoln, NE, 68508 USA
        123 Main St Apt 4, Lincoln, NE 68508 = 123 Main St / Apt 4
            = 123 Main St, Lincoln, NE 68508 / Apt 4
        12 Elm St, Winnipeg, MB R3T 1L9, Canada @ , , = 12 Elm St @ Winnipeg, MB, R3T 1L9
            = 12 Elm St, Winnipeg MB R3T1L9 @ Winnipeg, MB, R3T 1L9
        1600 Pennsylvania Ave NW, Washington, DC 20500 @ , , = 1600 Pennsylvania Avenue Northwest @ Washington, D.C., 20500-0003
        123 Main St, Grand Island NE 68801 @ , , = 123 Main Street @ Grand Island, NE, 68801
        12 Elm Ct, Hartford, CT 06103 @ , , = 12 Elm Court @ Hartford, Connecticut, 6103
        12 Elm Ct @ Hartford, CT, 06103 = 12 Elm Ct, CT 06103 @ , , 06103
        12 St Louis St, St. Louis, MO 63101 @ Saint Louis, MO, = 12 Saint Louis Street @ , , 63101
        12 Elm St, New York, NY 10001 @ , , = 12 Elm St @ New York, New York, 10001
        // The state in words needs no city before it.
        12 Elm St @ Washington, DC, 20001 = 12 Elm St, Washington, DC 20001 @ ,,
        ",
    );
    differ(
        "
        // A town in the line that is not the field's is nobody's.
        123 Main St ≠ 123 Main St, Omaha, NE 68102
        // A street may be called after a town, a state or a direction.
        123 Main St ≠ 123 Main St NE ≠ 123 Lincoln St ≠ 123 Lincoln ≠ 123 Nebraska Ave
        123 Lincoln Ave ≠ 123 Lincoln Ave NE ≠ 123 Lincoln
        123 Via Canada ≠ 123 Via
        12 Highway 68508 ≠ 12 Highway 6
        ",
    );
}

#[test]
fn b32_who_somebody_is_found_with_is_no_address() {
    same(
        "
        12 Elm St = 12 Elm St / c/o Pat Larkin = c/o Pat Larkin, 12 Elm St = C/O Pat Larkin / 12 Elm St
        12 Elm St = 12 Elm St / Attn: Pat = Attention Pat Larkin / 12 Elm St
        Elm Plaza / 12 Elm St = ELM PLAZA, 12 Elm Street
        ",
    );
    // What nobody understands may be another place.
    differ("12 Elm St ≠ Elm Plaza / 12 Elm St ≠ 12 Elm St / behind the barn");
}
