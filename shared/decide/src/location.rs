//! When are two addresses, or two names, the same? (B20, B21)

use model::project::ProjectFields;
use one_click::{Address, Job};

/// Words that people write in more than one way, and the shorter of these.
const SHORT: [(&str, &str); 19] = [
    ("street", "st"),
    ("avenue", "ave"),
    ("road", "rd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("boulevard", "blvd"),
    ("court", "ct"),
    ("place", "pl"),
    ("circle", "cir"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("terrace", "ter"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("apartment", "apt"),
    ("suite", "ste"),
    ("building", "bldg"),
];

/// The text as it is compared: lower case, words only, the common ones shortened.
pub fn normalized(text: &str) -> String {
    let lower = text.to_lowercase().replace('&', " and ");
    let words = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            SHORT
                .iter()
                .find(|(long, _)| *long == word)
                .map_or(word, |(_, short)| short)
        });
    words.collect::<Vec<_>>().join(" ")
}

/// Where something is, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    line_1: String,
    line_2: String,
    city: String,
    postal_code: String,
}

impl Location {
    /// Of a project.
    pub fn of_project(fields: &ProjectFields) -> Self {
        let text = |value: &Option<String>| normalized(value.as_deref().unwrap_or_default());
        Self {
            line_1: text(&fields.street_address_1),
            line_2: text(&fields.street_address_2),
            city: text(&fields.city),
            postal_code: postal_code(&text(&fields.postal_code)),
        }
    }

    /// Of a job.
    pub fn of_job(address: &Address) -> Self {
        Self {
            line_1: normalized(&address.line_1),
            line_2: normalized(&address.line_2),
            city: normalized(&address.city),
            postal_code: postal_code(&normalized(&address.postal_code)),
        }
    }

    /// Whether it is known at all.
    pub fn is_known(&self) -> bool {
        !self.line_1.is_empty()
    }

    /// Whether both are known and the same: the same street and number, and the same postal code or,
    /// where one of them has none, the same city.
    pub fn matches(&self, other: &Self) -> bool {
        let both = |one: &str, other: &str| !one.is_empty() && !other.is_empty();
        let same_town = if both(&self.postal_code, &other.postal_code) {
            self.postal_code == other.postal_code
        } else {
            both(&self.city, &other.city) && self.city == other.city
        };
        self.is_known() && self.line_1 == other.line_1 && self.line_2 == other.line_2 && same_town
    }
}

/// Five digits where there are four more behind them.
fn postal_code(normal: &str) -> String {
    let first = normal.split(' ').next().unwrap_or_default();
    let is_zip = first.len() == 5 && first.bytes().all(|byte| byte.is_ascii_digit());
    if is_zip { first } else { normal }.to_owned()
}

/// Whether a job and a project are plainly the same piece of work: same place, same customer.
pub fn same_work(job: &Job, project_name: &str, project: &ProjectFields) -> bool {
    let name = normalized(&job.customer_name);
    !name.is_empty()
        && name == normalized(project_name)
        && Location::of_job(&job.address).matches(&Location::of_project(project))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line_1: &str, city: &str, postal_code: &str) -> Location {
        Location::of_job(&Address {
            line_1: line_1.into(),
            city: city.into(),
            postal_code: postal_code.into(),
            ..Address::default()
        })
    }

    #[test]
    fn b20_one_address_is_written_in_many_ways() {
        let known = place("12 North Elm Street", "Lincoln", "68508");
        assert!(known.matches(&place(" 12 n. elm ST ", "LINCOLN", "68508-1234")));
        assert!(known.matches(&place("12 N Elm St", "lincoln", "")));
        assert!(known.matches(&place("12 N Elm St", "", "68508")));
    }

    #[test]
    fn b20_what_differs_or_is_not_known_is_not_the_same() {
        let known = place("12 Elm St", "Lincoln", "68508");
        assert!(!known.matches(&place("14 Elm St", "Lincoln", "68508")));
        assert!(!known.matches(&place("12 Elm St", "Lincoln", "68510")));
        assert!(!known.matches(&place("12 Elm St", "Omaha", "")));
        assert!(!known.matches(&place("12 Elm St", "", "")));
        let nowhere = place("", "Lincoln", "68508");
        assert!(!nowhere.matches(&nowhere));
        let flat = Location {
            line_2: "unit 4".into(),
            ..known.clone()
        };
        assert!(!known.matches(&flat));
    }

    #[test]
    fn b20_names_are_compared_by_their_words() {
        assert_eq!(
            normalized("Smith & Sons, LLC"),
            normalized("SMITH and Sons LLC")
        );
        assert_ne!(normalized("Smith"), normalized("Smyth"));
        assert_eq!(normalized("Ünal  Café"), "ünal café");
    }
}
