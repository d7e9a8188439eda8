//! When are two addresses the same? (B20, B21, B32)
//!
//! An address is taken apart from its ends: the town, what is no house's (a post office box), the units
//! of the house, the house's number, and what remains is the street. Each part is then written in one
//! way. In doubt two addresses differ: a job made twice can be put right, two customers in one cannot.

mod number;
mod ordinal;
mod postbox;
mod road;
mod search;
mod street;
mod tables;
mod town;
mod unit;
mod words;

use model::project::ProjectFields;
use one_click::{Address, Job};

pub use crate::name::same_name;
pub use crate::text::normalized;
pub use search::search_terms;

use number::House;
use postbox::Postbox;
use street::Street;
use town::Town;
use unit::Unit;
use words::{Word, cleaned, joined, split, texts};

/// Where something is, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    place: Option<Place>,
    units: String,
    /// What stands before the street, or all there is if no street is known.
    rest: String,
    town: Town,
}

/// A house or a box.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    number: String,
    street: Street,
}

/// The parts of an address as they are written.
struct Parts<'a> {
    house: Option<House>,
    /// The street's words or, without a house, all that are no other part's.
    street: Vec<Word<'a>>,
    before: Vec<Word<'a>>,
    postbox: Option<Postbox>,
    units: Vec<Unit>,
}

impl<'a> Parts<'a> {
    fn of(cleaned: &'a str, town: &mut Town) -> Self {
        let mut words = split(cleaned);
        drop_care_of(&mut words);
        town.take_end_of_lines(&mut words);
        // "123 Main St, Lincoln, NE 68508" may have a second line with a unit.
        if let Some(second) = words.iter().skip(1).position(|word| word.starts_line) {
            let line_2 = words.split_off(second + 1);
            town.take_end_of_lines(&mut words);
            words.extend(line_2);
        }
        let postbox = postbox::take(&mut words);
        let mut units = unit::take(&mut words);
        postbox::drop_route(&mut words);
        let found = number::take(&mut words, town.country(), !units.is_empty());
        let (house, before) =
            found.map_or((None, Vec::new()), |(house, before)| (Some(house), before));
        units.extend(
            house
                .iter()
                .filter_map(|house| house.unit.as_deref())
                .map(Unit::of),
        );
        Self {
            // Several lots without a house of their own share the number 0.
            house: house.filter(|house| !house.number.is_empty()),
            street: words,
            before,
            postbox,
            units,
        }
    }
}

impl Location {
    /// Of a project.
    pub fn of_project(fields: &ProjectFields) -> Self {
        let (lines, town) = of_project(fields);
        Self::read(lines, town)
    }

    /// Of a job.
    pub fn of_job(address: &Address) -> Self {
        let town = Town::read(&address.city, &address.state, &address.postal_code);
        Self::read([&address.line_1, &address.line_2], town)
    }

    fn read(lines: [&str; 2], mut town: Town) -> Self {
        let cleaned = cleaned(lines);
        let mut parts = Parts::of(&cleaned, &mut town);
        let street = street::read(&parts.street, &town);
        let (place, rest) = match (parts.house, street) {
            (Some(House { number, .. }), Some((street, unit))) => {
                parts.units.extend(unit.as_deref().map(Unit::of));
                (Some(Place { number, street }), joined(texts(&parts.before)))
            }
            // A street that says that it is one needs no number, in the country: two are the same where
            // neither has one.
            (None, Some((street, unit))) if parts.postbox.is_none() && !street.kind.is_empty() => {
                parts.units.extend(unit.as_deref().map(Unit::of));
                let number = String::new();
                (Some(Place { number, street }), joined(texts(&parts.before)))
            }
            (house, _) => {
                let words = [parts.before, parts.street].concat();
                let place = parts.postbox.map(Place::of_box);
                let number = house.map(|house| house.number).unwrap_or_default();
                (
                    place,
                    format!("{number} {}", texts(&words).join(" "))
                        .trim()
                        .to_owned(),
                )
            }
        };
        Self {
            place,
            units: unit::compared(parts.units),
            rest,
            town,
        }
    }

    /// Whether it is known at all: house and street, a street that says that it is one, or a box.
    pub fn is_known(&self) -> bool {
        self.place.is_some()
    }

    /// Whether both are known and the same: house number, street, unit, and the postal code or, where
    /// one of them has none, city and state.
    pub fn matches(&self, other: &Self) -> bool {
        self.is_known()
            && self.place == other.place
            && self.units == other.units
            && self.rest == other.rest
            && self.town.matches(&other.town)
    }

    /// What all locations that match this one have in common, for looking them up among many: the
    /// house's number and the street's name. Nothing if it is not known.
    pub fn key(&self) -> Option<String> {
        let place = self.place.as_ref()?;
        Some(format!("{} {}", place.number, place.street.name))
    }
}

impl Place {
    fn of_box(postbox: Postbox) -> Self {
        let name = postbox.route;
        Self {
            number: postbox.number,
            street: Street {
                name,
                ..Street::default()
            },
        }
    }
}

fn of_project(fields: &ProjectFields) -> ([&str; 2], Town) {
    let parts = [
        &fields.street_address_1,
        &fields.street_address_2,
        &fields.city,
        &fields.state,
        &fields.postal_code,
    ];
    let [line_1, line_2, city, state, postal_code] =
        parts.map(|part| part.as_deref().unwrap_or_default());
    ([line_1, line_2], Town::read(city, state, postal_code))
}

/// Drops who somebody is to be found with: "c/o Pat Larkin", "Attn: office".
fn drop_care_of(words: &mut Vec<Word<'_>>) {
    let mut dropping = false;
    words.retain(|word| {
        let starts =
            word.text == "c/o" || (word.starts_part && matches!(word.text, "attn" | "attention"));
        dropping = starts || (dropping && !word.starts_part);
        !dropping
    });
}

/// Whether a job and a project are plainly the same piece of work: same place, same customer. Either
/// name of the one may be either of the other.
pub fn same_work(job: &Job, project_name: &str, project: &ProjectFields) -> bool {
    let contact = project.contact_name.as_deref().unwrap_or_default();
    let names = [&job.customer_name, &job.name];
    let called = |name: &str| names.iter().any(|known| same_name(known, name));
    (called(project_name) || called(contact))
        && Location::of_job(&job.address).matches(&Location::of_project(project))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn job(customer_name: &str, name: &str, line_1: &str) -> Job {
        serde_json::from_value(json!({
            "id": "j1", "organization_id": "o1", "customer_name": customer_name, "name": name,
            "address": {"line_1": line_1, "postal_code": "68508"},
        }))
        .unwrap()
    }

    fn project(contact: Option<&str>) -> ProjectFields {
        ProjectFields {
            contact_name: contact.map(str::to_owned),
            street_address_1: Some("12 North Elm Street".into()),
            postal_code: Some("68508".into()),
            ..ProjectFields::default()
        }
    }

    #[test]
    fn b32_either_name_of_a_project_may_be_either_of_a_job() {
        let same = |job: &Job| same_work(job, "Larkin LLC", &project(Some("Pat Larkin")));
        for (customer, name) in [
            ("Larkin, L.L.C.", "Roof"),
            ("Roof", "LARKIN LLC"),
            ("Larkin, Pat", "Roof"),
            ("", "pat larkin"),
        ] {
            assert!(
                same(&job(customer, name, "12 N Elm St")),
                "{customer}, {name}"
            );
            assert!(
                !same(&job(customer, name, "14 N Elm St")),
                "{customer}, {name}"
            );
            assert!(!same(&job(customer, name, "")), "{customer}, {name}");
        }
        assert!(!same(&job("Barlow", "Sam Barlow", "12 N Elm St")));
        assert!(!same(&job("", "", "12 N Elm St")));
    }

    #[test]
    fn b32_no_name_is_nobodys() {
        let nameless = job("", " ", "12 N Elm St");
        assert!(!same_work(&nameless, "", &project(None)));
        assert!(!same_work(&nameless, "Larkin", &project(Some(" "))));
    }

    #[test]
    fn b20_addresses_too_short_to_match_are_still_told_apart() {
        let of = |line_1: &str| {
            Location::of_job(&Address {
                line_1: line_1.into(),
                ..Address::default()
            })
        };
        assert_eq!(of("Elm Street"), of(" ELM  street "));
        assert_ne!(of("Elm St"), of("Oak St"));
        assert_ne!(of("9 St"), of("8 St"));
        assert_ne!(of("Apt 4"), of("Apt 5"));
        assert!(!of("Elm Street").matches(&of("Elm Street")));
    }
}
