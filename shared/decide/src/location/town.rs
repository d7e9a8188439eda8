//! The town: city, state and postal code.

mod line;

use super::tables::{is_province, meanings};
use super::words::{Word, cleaned, joined, split};
use crate::text::{folded, words};

/// Whose rules an address is written by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Country {
    UnitedStates,
    Canada,
    /// Neither postal code nor state tells.
    Unknown,
}

/// Where the street is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Town {
    pub city: String,
    pub state: String,
    pub postal_code: String,
}

impl Town {
    /// From an address's own fields.
    pub fn read(city: &str, state: &str, postal: &str) -> Self {
        let mut town = Self {
            city: String::new(),
            state: state_of(state),
            postal_code: postal_code(postal),
        };
        let cleaned = cleaned([city]);
        let mut words = split(&cleaned);
        town.take_end_of_city(&mut words);
        town.city = city_of(&words);
        town
    }

    /// Whose rules the address is written by: the postal code says it most surely.
    pub fn country(&self) -> Country {
        if is_zip(&self.postal_code) {
            Country::UnitedStates
        } else if is_canadian(&self.postal_code) || is_province(&self.state) {
            Country::Canada
        } else if meanings(&self.state).state.is_some() {
            Country::UnitedStates
        } else {
            Country::Unknown
        }
    }

    /// Whether they are one town: by postal code or, where one has none, by city and state. A state
    /// that is not said contradicts none.
    pub fn matches(&self, other: &Self) -> bool {
        let both = |one: &str, other: &str| !one.is_empty() && !other.is_empty();
        if both(&self.postal_code, &other.postal_code) {
            return self.postal_code == other.postal_code;
        }
        let states = !both(&self.state, &other.state) || self.state == other.state;
        states && both(&self.city, &other.city) && self.city == other.city
    }
}

fn state_of(text: &str) -> String {
    let joined: String = words(&folded(text)).collect();
    meanings(&joined).state.map_or(joined, str::to_owned)
}

/// A city's name as it is compared.
fn city_of(words: &[Word<'_>]) -> String {
    joined(words.iter().map(spelled_in_city))
}

/// In a city's name "St" is a saint.
fn spelled_in_city<'a>(word: &Word<'a>) -> &'a str {
    match word.text {
        "st" => "saint",
        "ste" => "sainte",
        "n" => "north",
        "s" => "south",
        "e" => "east",
        "w" => "west",
        text => word.says.kind.unwrap_or(text),
    }
}

/// Five digits for a ZIP code, with or without four more, and also where it lost its leading zeros on
/// the way through a spreadsheet; a Canadian code without its blank.
pub fn postal_code(text: &str) -> String {
    let folded = folded(text);
    let mut words: Vec<_> = words(&folded).collect();
    // "NE 68508", "68508 USA", "68508.0"
    words
        .retain(|word| meanings(word).state.is_none() && !matches!(*word, "us" | "usa" | "canada"));
    if let [zip, "0"] = words[..] {
        words = vec![zip];
    }
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let zip = match words[..] {
        [zip] if is_number(zip) && (3..=5).contains(&zip.len()) => format!("{zip:0>5}"),
        [zip] if is_number(zip) && (7..=9).contains(&zip.len()) => format!("{zip:0>9}"),
        [zip, four] if is_number(zip) && is_number(four) && four.len() == 4 => format!("{zip:0>5}"),
        _ => words.concat(),
    };
    if is_number(&zip) && zip.bytes().all(|digit| digit == b'0') {
        return String::new();
    }
    if is_number(&zip) && zip.len() == 9 {
        return zip[..5].to_owned();
    }
    zip
}

fn is_zip(code: &str) -> bool {
    code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_canadian(code: &str) -> bool {
    let fits = |(at, letter): (usize, u8)| match at % 2 {
        0 => letter.is_ascii_alphabetic(),
        _ => letter.is_ascii_digit(),
    };
    code.len() == 6 && code.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b32_a_postal_code_is_written_in_many_ways() {
        for (written, code) in [
            ("68508", "68508"),
            ("68508-1234", "68508"),
            (" 68508 1234 ", "68508"),
            ("685081234", "68508"),
            ("NE 68508", "68508"),
            ("02134", "02134"),
            ("2134", "02134"),
            ("2134-1001", "02134"),
            ("21341001", "02134"),
            ("2134.0", "02134"),
            ("501", "00501"),
            ("00000", ""),
            ("R3T 1L9", "r3t1l9"),
            ("r3t1l9", "r3t1l9"),
            ("R3T-1L9", "r3t1l9"),
            ("SW1A 1AA", "sw1a1aa"),
            ("12", "12"),
            ("none", "none"),
            ("", ""),
        ] {
            assert_eq!(postal_code(written), code, "{written}");
        }
    }

    #[test]
    fn b32_a_state_is_its_abbreviation() {
        for (written, state) in [
            ("Nebraska", "ne"),
            ("NE", "ne"),
            ("Neb.", "ne"),
            ("N.Y.", "ny"),
            ("new york", "ny"),
            ("District of Columbia", "dc"),
            ("D.C.", "dc"),
            ("Puerto Rico", "pr"),
            ("Québec", "qc"),
            ("P.E.I.", "pe"),
            ("Île-du-Prince-Édouard", "pe"),
            ("Colombie-Britannique", "bc"),
            ("Terre-Neuve-et-Labrador", "nl"),
            ("Bavaria", "bavaria"),
            ("", ""),
        ] {
            assert_eq!(state_of(written), state, "{written}");
        }
    }

    #[test]
    fn b32_a_city_is_its_name_alone() {
        let city = |city: &str, state: &str| Town::read(city, state, "").city;
        assert_eq!(city("St. Louis", "MO"), city("Saint Louis", ""));
        assert_eq!(city("Ft Worth", ""), city("Fort Worth", ""));
        assert_eq!(city("Lincoln, NE", ""), city("LINCOLN", ""));
        assert_eq!(city("Lincoln NE 68508", "NE"), city("Lincoln", ""));
        assert_eq!(city("Washington DC", ""), city("Washington", ""));
        assert_eq!(city("New York", "NY"), city("New York, NY", ""));
        assert_eq!(city("N. Platte", ""), city("North Platte", ""));
        assert_eq!(city("La Salle", ""), city("LaSalle", ""));
        assert_ne!(city("Kansas City", "KS"), city("Kansas", "KS"));
        assert_eq!(Town::read("Lincoln, NE 68508", "", "").postal_code, "68508");
        assert_eq!(Town::read("Lincoln, NE 68508", "", "").state, "ne");
    }
}
