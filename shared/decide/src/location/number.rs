//! The number of a house.

use super::ordinal;
use super::town::Country;
use super::words::Word;

/// A house's number, and what else its word says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    pub number: String,
    /// Canada Post's "10-123 Main St": unit 10 of house 123.
    pub unit: Option<String>,
}

/// Takes the number of the house: where the words begin, or one of their parts. What stands before it
/// is no part of the street (a building's or somebody's name), and returned.
pub fn take<'a>(
    words: &mut Vec<Word<'a>>,
    country: Country,
    has_unit: bool,
) -> Option<(House, Vec<Word<'a>>)> {
    let starts = (0..words.len()).filter(|at| words[*at].starts_part || *at == 0);
    let (at, used, number) = starts
        .filter_map(|at| house(&words[at..]).map(|(number, used)| (at, used, number)))
        .find(|(at, used, _)| words.len() > at + used)?;
    let mut before: Vec<_> = words.drain(..at + used).collect();
    before.truncate(at);
    Some((read(&number, country, has_unit), before))
}

/// The number as it is written, and how many words it takes.
fn house(words: &[Word<'_>]) -> Option<(String, usize)> {
    let first = words.first()?.text;
    let next = |at: usize| words.get(at).map_or("", |word| word.text);
    if matches!(first, "#" | "no" | "nbr") && is_digits(next(1)) {
        return house(&words[1..]).map(|(number, used)| (number, used + 1));
    }
    if is_grid(&[first]) {
        return Some((first.to_owned(), 1));
    }
    if is_grid(&[first, next(1)]) {
        return Some((format!("{first}{}", next(1)), 2));
    }
    // The one number that is written as a word, and hardly ever a street's name by itself.
    if first == "one" && words.len() > 2 {
        return Some(("1".to_owned(), 1));
    }
    let letter_first = first.as_bytes().get(1) == Some(&b'-');
    if ordinal::is_place(first) || !(starts_with_digit(first) || letter_first) {
        return None;
    }
    if is_fraction(next(1)) {
        return Some((format!("{first} {}", next(1)), 2));
    }
    if is_digits(first) && is_suffix_letter(words) {
        return Some((format!("{first}{}", next(1)), 2));
    }
    Some((first.to_owned(), 1))
}

/// Whether a lone letter is the number's ("12 B Main St") and not the street's ("12 B St", "12 A J Rd").
/// Later letters are rather initials, or "O'Neill Rd" with a blank.
fn is_suffix_letter(words: &[Word<'_>]) -> bool {
    let [_, letter, street, _, ..] = words else {
        return false;
    };
    let is_name = street.text.len() > 1 && street.says.kind.is_none();
    matches!(letter.text, "a" | "b" | "c") && is_name && street.says.direction.is_none()
}

/// "N6W23001", "W63 N645": numbers by a grid, as in parts of Wisconsin.
fn is_grid(words: &[&str]) -> bool {
    let whole = words.concat();
    let mut axes = 0;
    let mut digits = 0;
    for byte in whole.bytes() {
        match byte {
            b'n' | b's' | b'e' | b'w' if axes == 0 || digits > 0 => (axes, digits) = (axes + 1, 0),
            b'0'..=b'9' if axes > 0 => digits += 1,
            _ => return false,
        }
    }
    axes == 2 && digits > 0
}

fn read(written: &str, country: Country, has_unit: bool) -> House {
    // In the United States a hyphen is part of the number (Queens, Hawaii), or makes it a range.
    if country == Country::Canada
        && !has_unit
        && let Some((unit, house)) = written.split_once('-')
        && starts_with_digit(house)
        && !house.contains(['/', '-'])
    {
        let unit = Some(unit.to_owned());
        return House {
            number: normal(house),
            unit,
        };
    }
    let number = normal(written);
    House { number, unit: None }
}

/// Without leading zeros; "12-B" is "12b", and "12-1/2" is "12 1/2".
fn normal(written: &str) -> String {
    let mut number = written.trim_start_matches('0').to_owned();
    if let Some((house, rest)) = number.split_once('-') {
        if is_fraction(rest) {
            number = format!("{house} {rest}");
        } else if !starts_with_digit(rest) {
            number = format!("{house}{rest}");
        }
    }
    number
}

fn is_fraction(word: &str) -> bool {
    let parts = word.split_once('/');
    parts.is_some_and(|(over, under)| is_digits(over) && is_digits(under))
}

fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}
