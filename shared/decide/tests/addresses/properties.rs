//! What holds of all addresses, whatever they are.

use decide::location::{Location, same_name};
use one_click::Address;
use proptest::prelude::*;
use proptest::sample::select;

/// An address in parts, each with its spellings: all of them are one.
#[derive(Debug, Clone)]
struct Plan {
    number: u32,
    before: usize,
    name: usize,
    kind: usize,
    behind: usize,
    unit: Option<(u32, bool)>,
}

const DIRECTIONS: &[&[&str]] = &[
    &[""],
    &["N", "North", "N."],
    &["SW", "Southwest", "S.W.", "South West", "S W"],
    &["E", "East", "E."],
];
const NAMES: &[&[&str]] = &[
    &["Elm"],
    &["9th", "Ninth"],
    &["St Charles", "Saint Charles", "St. Charles"],
    &["O'Neill", "ONeill", "O’Neill"],
    &["Peña", "Pena"],
    &["Mount Hope", "Mt Hope", "Mt. Hope"],
    &["Twenty-First", "21st"],
    &["Mac Arthur", "MacArthur"],
];
const KINDS: &[&[&str]] = &[
    &["St", "Street", "St."],
    &["Ct", "Court", "Ct."],
    &["Ave", "Avenue", "Av."],
    &["Blvd", "Boulevard", "Boul."],
    &["Trl", "Trail"],
];
const DESIGNATORS: &[&str] = &["Apt", "#", "Unit", "Ste.", "Apt #", "Suite"];
const ZIPS: &[&str] = &["02134", "2134", "02134-1001", "021341001", "02134 1001"];

fn plans() -> impl Strategy<Value = Plan> {
    let unit = proptest::option::of((1..200_u32, any::<bool>()));
    (
        1..3000_u32,
        0..DIRECTIONS.len(),
        0..NAMES.len(),
        0..KINDS.len(),
        0..DIRECTIONS.len(),
        unit,
    )
        .prop_map(|(number, before, name, kind, behind, unit)| Plan {
            number,
            before,
            name,
            kind,
            behind,
            unit,
        })
}

/// One way to write what is planned.
fn spelled(plan: &Plan) -> impl Strategy<Value = Address> + use<> {
    let any_of = |rows: &[&[&'static str]], at: usize| select(rows[at].to_vec());
    let words = (
        any_of(DIRECTIONS, plan.before),
        any_of(NAMES, plan.name),
        any_of(KINDS, plan.kind),
        any_of(DIRECTIONS, plan.behind),
        select(DESIGNATORS),
    );
    let looks = (
        select(ZIPS),
        0..3_u8,
        select(vec![" ", "  ", ", ", " . "]),
        any::<bool>(),
    );
    let plan = plan.clone();
    (words, looks).prop_map(
        move |((before, name, kind, behind, designator), (zip, case, gap, second))| {
            let street = [&plan.number.to_string(), before, name, kind, behind];
            let street: Vec<_> = street.into_iter().filter(|word| !word.is_empty()).collect();
            let mut line_1 = street.join(gap);
            let mut line_2 = String::new();
            if let Some((unit, lettered)) = plan.unit {
                let unit = format!("{designator} {unit}{}", if lettered { "B" } else { "" });
                if second {
                    line_2 = unit;
                } else {
                    line_1 = format!("{line_1}{gap}{unit}");
                }
            }
            let cased = |text: String| match case {
                0 => text.to_uppercase(),
                1 => text.to_lowercase(),
                _ => text,
            };
            Address {
                line_1: cased(line_1),
                line_2: cased(line_2),
                postal_code: zip.to_owned(),
                ..Address::default()
            }
        },
    )
}

fn two_spellings() -> impl Strategy<Value = (Address, Address)> {
    plans().prop_flat_map(|plan| (spelled(&plan), spelled(&plan)))
}

/// Two addresses that differ in one part.
fn two_addresses() -> impl Strategy<Value = (Address, Address)> {
    (plans(), 0..6_u8, 1..4_usize).prop_flat_map(|(plan, which, by)| {
        let mut other = plan.clone();
        match which {
            0 => other.number += 1,
            1 => other.before = (other.before + by) % DIRECTIONS.len(),
            2 => other.name = (other.name + by) % NAMES.len(),
            3 => other.kind = (other.kind + by) % KINDS.len(),
            4 => other.behind = (other.behind + by) % DIRECTIONS.len(),
            _ => {
                other.unit = if other.unit.is_some() {
                    None
                } else {
                    Some((4, false))
                }
            }
        }
        (spelled(&plan), spelled(&other))
    })
}

/// Whatever people may type, made of what addresses are made of.
fn anything() -> impl Strategy<Value = Address> {
    let word = prop_oneof![
        select(vec![
            "12", "12B", "4-12", "1/2", "½", "N", "NW", "North", "St", "Street", "Saint", "Apt",
            "#", "Unit", "Bldg", "Fl", "2nd", "Floor", "Rear", "PO", "Box", "RR", "HC", "Highway",
            "US", "County", "Rd", "CR", "rue", "boul", "Elm", "Ninth", "Lincoln", "NE", "68508",
            "R3T", "1L9", "USA", "c/o", ",", "-", "--", "/", "&", "one", "é", "ß", "İ", "0", "00",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    let line = || proptest::collection::vec(word.clone(), 0..8).prop_map(|words| words.join(" "));
    let city = select(vec!["", "Lincoln", "Lincoln, NE", "St. Paul"]);
    let state = select(vec!["", "NE", "Nebraska", "MN", "QC"]);
    let code = select(vec!["", "68508", "2134", "R3T 1L9", "55101"]);
    (line(), line(), city, state, code).prop_map(|(line_1, line_2, city, state, postal_code)| {
        Address {
            line_1,
            line_2,
            city: city.to_owned(),
            state: state.to_owned(),
            postal_code: postal_code.to_owned(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn b32_all_spellings_of_an_address_are_the_same((one, other) in two_spellings()) {
        let (left, right) = (Location::of_job(&one), Location::of_job(&other));
        prop_assert!(left.matches(&right), "{one:?}\n{other:?}\n{left:?}\n{right:?}");
        prop_assert!(left.key().is_some());
        prop_assert_eq!(left.key(), right.key());
    }

    #[test]
    fn b32_addresses_that_differ_in_a_part_are_not_the_same((one, other) in two_addresses()) {
        let (left, right) = (Location::of_job(&one), Location::of_job(&other));
        prop_assert!(!left.matches(&right), "{one:?}\n{other:?}\n{left:?}\n{right:?}");
    }

    #[test]
    fn b32_every_address_is_itself_and_sameness_is_mutual(one in anything(), other in anything()) {
        let (left, right) = (Location::of_job(&one), Location::of_job(&other));
        prop_assert_eq!(&left, &Location::of_job(&one));
        let has_town = !one.postal_code.is_empty() || !one.city.is_empty();
        prop_assert!(!left.is_known() || !has_town || left.matches(&left), "{one:?}\n{left:?}");
        prop_assert_eq!(left.matches(&right), right.matches(&left));
        prop_assert_eq!(left.is_known(), left.key().is_some());
        if left.matches(&right) {
            prop_assert_eq!(left.key(), right.key());
        }
    }

    #[test]
    fn b32_case_and_blanks_say_nothing(one in anything()) {
        let spaced = |text: &str| format!("  {}  ", text.replace(' ', "   "));
        let other = Address {
            line_1: spaced(&one.line_1.to_ascii_uppercase()),
            line_2: spaced(&one.line_2.to_ascii_lowercase()),
            city: spaced(&one.city.to_uppercase()),
            state: spaced(&one.state.to_lowercase()),
            postal_code: spaced(&one.postal_code),
        };
        prop_assert_eq!(Location::of_job(&one), Location::of_job(&other));
    }

    #[test]
    fn b32_with_a_postal_code_sameness_goes_on((one, other) in two_spellings(), third in anything()) {
        let [one, other, third] = [&one, &other, &third].map(Location::of_job);
        prop_assert_eq!(one.matches(&third), other.matches(&third));
    }

    #[test]
    fn b32_names_are_themselves_and_sameness_is_mutual(one in "[A-Za-zé,.& ]{0,12}", other in "[A-Za-zé,.& ]{0,12}") {
        prop_assert_eq!(same_name(&one, &other), same_name(&other, &one));
        let letters = one.chars().any(char::is_alphabetic);
        prop_assert_eq!(same_name(&one, &one.to_uppercase()), letters || one.contains('&'));
        prop_assert_eq!(same_name(&one, &format!(" {} ", one.replace(' ', "  "))), letters || one.contains('&'));
    }
}
