//! Types of streets, directions, and names.

use crate::{differ, same};

#[test]
fn b32_a_streets_type_is_long_or_short() {
    same(
        "
        12 Elm Street = 12 Elm St = 12 ELM ST. = 12 Elm Str = 12 elm strt
        12 Elm Avenue = 12 Elm Ave = 12 Elm Av. = 12 Elm Aven = 12 Elm Avnue
        12 Elm Boulevard = 12 Elm Blvd = 12 Elm Boul = 12 Elm Boulv.
        12 Elm Road = 12 Elm Rd.
        12 Elm Drive = 12 Elm Dr = 12 Elm Drv = 12 Elm Driv
        12 Elm Lane = 12 Elm Ln
        12 Elm Court = 12 Elm Ct = 12 Elm Crt
        12 Elm Circle = 12 Elm Cir = 12 Elm Circ = 12 Elm Crcle
        12 Elm Place = 12 Elm Pl
        12 Elm Plaza = 12 Elm Plz = 12 Elm Plza
        12 Elm Parkway = 12 Elm Pkwy = 12 Elm Pky = 12 Elm Parkwy
        12 Elm Terrace = 12 Elm Ter = 12 Elm Terr
        12 Elm Trail = 12 Elm Trl = 12 Elm Trails
        12 Elm Square = 12 Elm Sq = 12 Elm Sqr
        12 Elm Highway = 12 Elm Hwy = 12 Elm Hiway
        12 Elm Heights = 12 Elm Hts = 12 Elm Ht
        12 Elm Crossing = 12 Elm Xing = 12 Elm Crssng
        12 Elm Crescent = 12 Elm Cres = 12 Elm Crsent
        12 Elm Center = 12 Elm Ctr = 12 Elm Centre = 12 Elm Cntr
        12 Elm Expressway = 12 Elm Expy = 12 Elm Expw
        12 Elm Freeway = 12 Elm Fwy = 12 Elm Frwy
        12 Elm Turnpike = 12 Elm Tpke = 12 Elm Trnpk
        12 Elm Causeway = 12 Elm Cswy
        12 Elm Valley = 12 Elm Vly = 12 Elm Vally
        12 Elm View = 12 Elm Vw
        12 Elm Village = 12 Elm Vlg = 12 Elm Vill
        12 Elm Way = 12 Elm Wy
        12 Elm Ridge = 12 Elm Rdg = 12 Elm Rdge
        12 Elm Point = 12 Elm Pt
        12 Elm Harbor = 12 Elm Hbr = 12 Elm Harbour
        12 Elm Hollow = 12 Elm Holw = 12 Elm Hllw
        12 Elm Junction = 12 Elm Jct
        12 Elm Landing = 12 Elm Lndg
        12 Elm Meadows = 12 Elm Mdws
        12 Elm Springs = 12 Elm Spgs = 12 Elm Spngs
        12 Elm Station = 12 Elm Sta
        12 Elm Grove = 12 Elm Grv
        12 Elm Gardens = 12 Elm Gdns
        12 Elm Estates = 12 Elm Ests
        12 Elm Cove = 12 Elm Cv
        12 Elm Creek = 12 Elm Crk
        12 Elm Canyon = 12 Elm Cyn
        12 Elm Bend = 12 Elm Bnd
        12 Elm Bluff = 12 Elm Blf
        12 Elm Branch = 12 Elm Br
        12 Elm Bridge = 12 Elm Brg
        12 Elm Alley = 12 Elm Aly = 12 Elm Allee
        12 Elm Loop = 12 Elm Loops = 12 Elm Lp
        12 Elm Path = 12 Elm Paths
        12 Elm Extension = 12 Elm Ext
        12 Fountain View Drive = 12 Fountain Vw Dr
        12 Park Avenue = 12 Pk Ave
        12 Avenue A = 12 Ave A
        12 Avenue of the Americas = 12 Ave of the Americas
        12 Mount Vernon Street = 12 Mt Vernon St = 12 Mt. Vernon St
        12 Fort Hill Road = 12 Ft Hill Rd = 12 Ft. Hl Rd
        12 Old Mill Lane = 12 Old Ml Ln
        ",
    );
}

#[test]
fn b32_streets_of_two_types_are_two() {
    differ(
        "
        12 Elm St ≠ 12 Elm Ct ≠ 12 Elm Ave ≠ 12 Elm Rd ≠ 12 Elm Dr ≠ 12 Elm
        12 Elm Ter ≠ 12 Elm Trl ≠ 12 Elm Trce ≠ 12 Elm Tpke
        12 Elm Pl ≠ 12 Elm Plz ≠ 12 Elm Pln ≠ 12 Elm Path ≠ 12 Elm Pass
        12 Elm Garden ≠ 12 Elm Gardens ≠ 12 Elm Green
        12 Elm Hill ≠ 12 Elm Hills ≠ 12 Elm Hollow ≠ 12 Elm Heights
        12 Elm Cir ≠ 12 Elm Cres ≠ 12 Elm Crk ≠ 12 Elm Crse ≠ 12 Elm Ct ≠ 12 Elm Cts
        12 Park Ave ≠ 12 Park St ≠ 12 Parkway Ave
        12 Avenue A ≠ 12 A Ave
        ",
    );
}

#[test]
fn b32_a_direction_is_long_or_short() {
    same(
        "
        254 NW 9th St = 254 N.W. 9th St = 254 N W 9th St = 254 Northwest Ninth Street
            = 254 North West 9th St
        12 N Elm St = 12 North Elm St = 12 N. Elm Street = 12 No. Elm St
        12 So. Elm St = 12 South Elm St = 12 S Elm St
        12 E Elm St = 12 East Elm St
        12 W Elm St = 12 West Elm St
        12 SE Elm St = 12 Southeast Elm St = 12 S.E. Elm St = 12 South East Elm St
        12 Elm St SW = 12 Elm St S.W. = 12 Elm St Southwest = 12 Elm Street South West = 12 Elm St S W
        12 Elm St N = 12 Elm Street North
        12 Elm N = 12 Elm North
        12 E 14th St NE = 12 East Fourteenth Street Northeast
        12 N St NW = 12 N Street Northwest
        12 South St = 12 South Street
        12 East North St = 12 E North Street
        12 N Bend Rd = 12 North Bend Rd
        12 Old North Rd = 12 Old N Road
        12 S Park = 12 South Park
        1234 S 900 E = 1234 South 900 East
        12 W 100 S = 12 West 100 South
        12 North Ave W = 12 North Avenue West
        12 Avenue N = 12 Ave N
        ",
    );
    differ(
        "
        12 N Elm St ≠ 12 S Elm St ≠ 12 E Elm St ≠ 12 W Elm St ≠ 12 Elm St ≠ 12 NW Elm St
        12 Elm St NW ≠ 12 Elm St NE ≠ 12 Elm St SW ≠ 12 Elm St SE ≠ 12 Elm St
        12 N Elm St ≠ 12 Elm St N
        // Both are streets of Lincoln.
        12 S St ≠ 12 South St
        12 N St ≠ 12 North St ≠ 12 N St NW
        12 Avenue N ≠ 12 Avenue North ≠ 12 N Avenue
        12 W 100 S ≠ 12 E 100 S ≠ 12 W 100 N ≠ 12 S 100 W
        ",
    );
}

#[test]
fn b32_a_number_in_a_streets_name_is_digits_or_words() {
    same(
        "
        12 1st St = 12 First St = 12 First Street = 12 1 St
        12 2nd Ave = 12 Second Avenue
        12 3rd Ave = 12 Third Ave
        12 9th St = 12 Ninth St = 12 09th St
        12 11th St = 12 Eleventh St
        12 20th St = 12 Twentieth St
        12 21st St = 12 Twenty-First St = 12 Twenty First St = 12 TWENTYFIRST ST
        12 42nd St = 12 Forty-Second Street
        12 99th St = 12 Ninety-ninth St
        12 112th Ave = 12 112 Avenue
        12 Nine Mile Rd = 12 9 Mile Road
        12 W 4th St = 12 West Fourth Street
        ",
    );
    differ(
        "
        12 1st St ≠ 12 2nd St ≠ 12 21st St ≠ 12 11th St
        12 9th St ≠ 12 90th St ≠ 12 19th St ≠ 12 Nina St
        12 20th St ≠ 12 21st St ≠ 12 2 St
        1 12th St ≠ 11 2nd St ≠ 112 St Paul
        ",
    );
}

#[test]
fn b32_a_saint_is_no_street() {
    same(
        "
        12 St Charles Ave = 12 St. Charles Ave = 12 Saint Charles Avenue = 12 SAINT CHARLES AV
        12 N St Clair St = 12 North Saint Clair Street
        12 Old St Augustine Rd = 12 Old Saint Augustine Road
        12 Ste Genevieve Dr = 12 Sainte Genevieve Dr
        12 Sault Ste Marie Rd = 12 Sault Sainte Marie Rd
        12 St Paul = 12 Saint Paul
        12 Main St = 12 Main Street
        12 Main St Upstairs = 12 Main Street Upstairs
        ",
    );
    differ(
        "
        12 St Charles Ave ≠ 12 Charles St Ave ≠ 12 Charles Ave ≠ 12 St Charles St
        12 Main St ≠ 12 Main Saint
        12 Saint Ct ≠ 12 Street Ct
        ",
    );
}

#[test]
fn b32_a_streets_name_is_its_letters() {
    same(
        "
        12 O'Connell St = 12 OConnell St = 12 O’Connell St = 12 O Connell St
        12 Mac Arthur Blvd = 12 MacArthur Blvd = 12 MACARTHUR BLVD
        12 La Salle Rd = 12 LaSalle Road
        12 Peña Dr = 12 Pena Dr = 12 Pen\u{303}a Dr = 12 PEÑA DR
        12 Elm Wood Ave = 12 Elmwood Ave = 12 Elm-Wood Ave
        12 King & Queen Rd = 12 King and Queen Rd
        12 J.F. Kennedy Dr = 12 J F Kennedy Dr = 12 JF Kennedy Dr
          12   Elm    St   = 12 Elm St = 12	Elm St = 12, Elm St. = １２ Ｅｌｍ Ｓｔ
        12 Broadway = 12 BROADWAY
        12 Straße St = 12 Strasse St
        ",
    );
    differ(
        "
        12 Elm St ≠ 12 Elms St ≠ 12 Helm St ≠ 12 Elm Elm St
        12 Smith St ≠ 12 Smyth St
        12 Oak Hill Dr ≠ 12 Oak Dr ≠ 12 Hill Dr
        ",
    );
}
