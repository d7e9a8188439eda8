//! Numbers of houses.

use crate::{differ, same, unknown};

#[test]
fn b32_a_houses_number_is_written_in_many_ways() {
    same(
        "
        12 Elm St = 012 Elm St = #12 Elm St = No. 12 Elm St = No 12 Elm St = # 12 Elm St
        12B Elm St = 12b Elm St = 12-B Elm St
        12B Main Elm St = 12 B Main Elm St
        12 A Old Mill Rd = 12A Old Mill Rd
        12 1/2 Elm St = 12½ Elm St = 12-1/2 Elm St = 12 ½ Elm St
        12-14 Elm St = 12 - 14 Elm St = 12–14 Elm St
        112-10 Jamaica Ave @ Queens, NY, 11418 = 112-10 JAMAICA AVENUE @ , NY, 11418
        91-1001 Kaimalie St @ Ewa Beach, HI, 96706 = 91-1001 Kaimalie Street @ , , 96706
        N6W23001 Bluemound Rd = N6W23001 Bluemound Road = N6 W23001 Bluemound Rd
        W63N645 Washington Ave = W63 N645 Washington Ave
        One Penn Plaza = 1 Penn Plz
        12 B St = 12 B Street
        12 C St NE = 12 C Street Northeast
        ",
    );
    differ(
        "
        12 Elm St ≠ 14 Elm St ≠ 120 Elm St ≠ 2 Elm St ≠ 12-14 Elm St ≠ 12B Elm St ≠ 12 1/2 Elm St
        12A Elm St ≠ 12B Elm St ≠ 12 Elm St Apt B
        12-14 Elm St ≠ 1214 Elm St ≠ 14 Elm St ≠ 12-16 Elm St
        112-10 Jamaica Ave @ , NY, 11418 ≠ 112-11 Jamaica Ave @ , NY, 11418
            ≠ 10 Jamaica Ave @ , NY, 11418
        12 1/2 Elm St ≠ 12 1/4 Elm St ≠ 121 Elm St
        12 B St ≠ 12B Main St ≠ 12 C St
        N6W23001 Bluemound Rd ≠ W6N23001 Bluemound Rd
        ",
    );
}

#[test]
fn b32_a_street_without_a_number_is_the_same_street_without_one() {
    same(
        "
        N Harvest Ln = North Harvest Lane = N. HARVEST LN.
        Elm St = Elm Street = 0 Elm St
        9th St = Ninth Street
        ",
    );
    differ(
        "
        Elm St ≠ 12 Elm St ≠ Elm Ct ≠ N Elm St
        ",
    );
}

#[test]
fn b32_what_has_neither_house_nor_street_is_nowhere() {
    unknown(&[
        "",
        "12",
        "12B",
        "Apt 4",
        "12 Apt 4",
        "12 St",
        "9 Ave",
        "corner of Elm and Oak",
        "behind the church",
        "Lincoln, NE 68508",
        "RR 2",
        "PO Box",
        "#",
        "- / -",
        ", , ,",
        "n/a",
        "TBD",
        "123 @ , , 68508",
    ]);
}

#[test]
fn b32_canada_post_writes_the_unit_before_the_house() {
    same(
        "
        10-123 Main St @ Winnipeg, MB, R3T 1L9 = 10 - 123 Main Street @ Winnipeg, MB, R3T1L9
            = 123 Main St Unit 10 @ Winnipeg, MB, R3T 1L9 = 123 Main St / # 10 @ Winnipeg, MB, R3T 1L9
            = #10-123 Main St @ Winnipeg, MB, R3T 1L9 = Unit 10-123 Main St @ Winnipeg, MB, R3T 1L9
            = Unit 10, 123 Main St @ Winnipeg, MB, R3T 1L9
        B-12 Elm St @ Toronto, ON, = 12 Elm St Apt B @ Toronto, Ontario,
        4B-12 Elm St @ Calgary, AB, T2P 1J9 = 12 Elm St #4B @ , , T2P1J9
        1207-9 Elm Cres @ Calgary, AB, T2P 1J9 = 9 Elm Crescent Suite 1207 @ , , T2P1J9
        // With a unit beside it, it is a range.
        10-12 Elm St Apt 4 @ Calgary, AB, T2P 1J9 = 10-12 Elm St / 4 @ Calgary, AB, T2P 1J9
        Unit 4-12 Elm St = 12 Elm St Unit 4
        ",
    );
    differ(
        "
        10-123 Main St @ Winnipeg, MB, R3T 1L9 ≠ 123 Main St @ Winnipeg, MB, R3T 1L9
            ≠ 10 Main St @ Winnipeg, MB, R3T 1L9 ≠ 123-10 Main St @ Winnipeg, MB, R3T 1L9
            ≠ 11-123 Main St @ Winnipeg, MB, R3T 1L9
        // Elsewhere the hyphen is part of the number, also where nobody says where that is.
        10-123 Main St ≠ 123 Main St Unit 10 ≠ 123 Main St
        10-123 Main St @ Winnipeg,, ≠ 123 Main St Unit 10 @ Winnipeg,,
        ",
    );
}
