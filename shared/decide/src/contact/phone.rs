//! When are two telephone numbers the same? (B14, B32)

use one_click::Phone;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, Region};

/// Fewer digits are no number: what letters stand beside them are digits too ("1-800-FLOWERS").
const FEW_DIGITS: usize = 7;

/// "402-555-0101 poste 12"
const QUEBECS_EXTENSION: &str = "poste";

/// Which of the phones has this number: with the same extension, if there is one that has.
pub fn position_of(phones: &[Phone], number: &str) -> Option<usize> {
    let wanted = Number::read(number);
    let numbers: Vec<_> = phones
        .iter()
        .map(|phone| Number::read(&phone.number))
        .collect();
    let exact = numbers.iter().position(|number| *number == wanted);
    exact.or_else(|| numbers.iter().position(|number| number.is_same(&wanted)))
}

/// A telephone number as it is compared.
#[derive(Debug, PartialEq)]
struct Number {
    line: Line,
    extension: String,
}

#[derive(Debug, PartialEq)]
enum Line {
    /// Of the United States, Canada or who else has their country code.
    NorthAmerica(u64),
    Elsewhere(Box<PhoneNumber>),
    /// No number that there can be.
    Digits(String),
    Text(String),
}

impl Number {
    fn read(text: &str) -> Self {
        let extension = text.find(|letter: char| "xX#".contains(letter));
        let extension = extension.or_else(|| text.to_ascii_lowercase().find(QUEBECS_EXTENSION));
        let (number, extension) = match extension.map(|at| text.split_at(at)) {
            Some((number, extension)) if !digits(number).is_empty() => (number, digits(extension)),
            _ => (text, String::new()),
        };
        // Nearly all are North American: these need none of the library's tables, which take some
        // hundredths of a second to read.
        if let Some(national) = north_american(number) {
            let line = Line::NorthAmerica(national);
            return Self { line, extension };
        }
        let (line, its_extension) = elsewhere(number);
        let extension = if extension.is_empty() {
            its_extension
        } else {
            extension
        };
        Self { line, extension }
    }

    /// Whether both are one number. People write it with other punctuation, with or without the country
    /// code of the United States and Canada, and with or without the extension.
    fn is_same(&self, other: &Self) -> bool {
        let one_extension = self.extension.is_empty()
            || other.extension.is_empty()
            || self.extension == other.extension;
        self.line == other.line && one_extension
    }
}

/// The ten digits of a number that is plainly North American.
fn north_american(text: &str) -> Option<u64> {
    let digits = digits(text);
    let national = match digits.len() {
        10 if !text.contains('+') => digits.as_str(),
        11 => digits.strip_prefix('1')?,
        _ => return None,
    };
    // No area code begins with 0 or 1.
    let has_area = !national.starts_with(['0', '1']);
    national.parse().ok().filter(|_| has_area)
}

fn elsewhere(text: &str) -> (Line, String) {
    let digits = digits(text);
    let number = if digits.len() < FEW_DIGITS {
        text.to_owned()
    } else {
        text.chars()
            .filter(|letter| !letter.is_alphabetic())
            .collect()
    };
    match PHONE_NUMBER_UTIL.parse(&number, Some(Region::US)) {
        Ok(mut number) => {
            let extension = number.extension.take().unwrap_or_default();
            let line = match (number.country_code, number.national_number) {
                (1, national) => Line::NorthAmerica(national),
                _ => Line::Elsewhere(Box::new(number)),
            };
            (line, extension)
        }
        Err(_) if digits.is_empty() => (Line::Text(text.trim().to_owned()), String::new()),
        Err(_) => (Line::Digits(digits), String::new()),
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same_number(one: &str, other: &str) -> bool {
        Number::read(one).is_same(&Number::read(other))
    }

    #[test]
    fn b32_a_number_is_the_same_however_it_is_written() {
        for same in [
            "402.555.0101",
            "+1 (402) 555-0101",
            "14025550101",
            "402-555-0101 x12",
            "402-555-0101 ext. 12",
            "# 402 555 0101",
        ] {
            assert!(same_number("402-555-0101", same), "{same}");
            assert!(same_number(same, "402-555-0101"), "{same}");
        }
        for other in ["402-555-0102", "+44 402 555 0101", "55-0101", "", "none"] {
            assert!(!same_number("402-555-0101", other), "{other}");
        }
        assert!(!same_number("402-555-0101 x12", "402-555-0101 x14"));
        assert!(same_number("ask Pat", " ask Pat "));
        assert!(!same_number("ask Pat", "ask Sam"));
    }

    #[test]
    fn b32_a_number_is_the_same_with_every_countrys_prefixes() {
        for (one, other) in [
            ("+44 20 7946 0958", "011 44 20 7946 0958"),
            ("+44 20 7946 0958", "+44 (0)20 7946 0958"),
            ("+44 20 7946 0958", "+44 20 7946 0958 (office)"),
            ("+49 30 901820", "011-49-30-901820"),
            ("+52 55 5555 0101", "011 52 55 5555 0101"),
            ("1-800-FLOWERS", "1-800-356-9377"),
            ("402-555-0101 poste 12", "(402) 555-0101 ext 12"),
            ("+44 20 7946 0958,,12", "+44 20 7946 0958 x12"),
            ("402-555-0101 (cell)", "cell: 402-555-0101"),
            ("+1 514 555 0101", "514-555-0101"),
            ("tel:+1-402-555-0101;ext=12", "402.555.0101 x12"),
        ] {
            assert!(same_number(one, other), "{one} = {other}");
            assert!(same_number(other, one), "{other} = {one}");
        }
        for (one, other) in [
            ("+44 20 7946 0958", "20 7946 0958"),
            ("+44 20 7946 0958", "+44 20 7946 0959"),
            ("+49 30 901820", "+1 493 090 1820"),
            ("+52 402 555 0101", "402 555 0101"),
            ("402-555-0101 poste 12", "402-555-0101 poste 14"),
            ("+44 20 7946 0958,,12", "+44 20 7946 0958 x14"),
            ("402-555-0101 / 402-555-0102", "402-555-0101"),
            ("555-0101", "402-555-0101"),
        ] {
            assert!(!same_number(one, other), "{one} ≠ {other}");
            assert!(!same_number(other, one), "{other} ≠ {one}");
        }
    }

    proptest! {
        /// The short way for North American numbers says what the library says.
        #[test]
        fn b32_a_number_is_what_the_library_reads(national in 2_000_000_000_u64..10_000_000_000, form in 0..4) {
            let text = match form {
                0 => format!("{national}"),
                1 => format!("+1{national}"),
                2 => format!("1 {national}"),
                _ => format!("({}) {}", national / 10_000_000, national % 10_000_000),
            };
            let (line, _) = elsewhere(&text);
            prop_assert_eq!(Number::read(&text).line, line);
        }
    }

    #[test]
    fn b14_of_two_extensions_the_one_that_was_seen_is_found() {
        let phone = |number: &str| Phone {
            number: number.to_owned(),
            ..Phone::default()
        };
        let phones = ["402-555-0101", "402-555-0101 x12", "(402) 555-0101 x14"].map(phone);
        assert_eq!(position_of(&phones, "+14025550101 ext 14"), Some(2));
        assert_eq!(position_of(&phones, "+14025550101 ext 15"), Some(0));
        assert_eq!(position_of(&phones[1..], "4025550101"), Some(0));
        assert_eq!(position_of(&phones, "402-555-0102"), None);
    }
}
