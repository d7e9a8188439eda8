//! The number of a unit.

use super::{begins_unit, ends_part};
use crate::location::ordinal;
use crate::location::words::Word;

/// A unit's number, and how many words it takes: "110", "4B", "4 B", "B 4", "B", "Two".
pub fn value(rest: &[Word<'_>]) -> Option<(String, usize)> {
    let first = rest.first()?;
    if !is_value(first) {
        let (number, used) = ordinal::number(&rest[..1])?;
        return ends_part(rest, used).then_some((number.to_string(), used));
    }
    let second = rest
        .get(1)
        .filter(|word| !word.starts_part && ends_part(rest, 2));
    let is_pair = |second: &&Word<'_>| {
        is_letter(first) && second.is_digits() || first.is_digits() && is_letter(second)
    };
    match second.filter(is_pair) {
        Some(second) => Some((value_of(&format!("{}{}", first.text, second.text)), 2)),
        None => Some((value_of(first.text), 1)),
    }
}

fn is_letter(word: &Word<'_>) -> bool {
    word.text.len() == 1 && word.text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether it can be a unit's number: digits, also with letters, or a letter or two.
pub fn is_value(word: &Word<'_>) -> bool {
    let text = word.text;
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        return !ordinal::is_place(text);
    }
    let two_letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    text.len() == 1 || (two_letters && !is_word(word))
}

/// Two letters that are a word of an address.
fn is_word(word: &Word<'_>) -> bool {
    let known = word.says.kind.or(word.says.direction).is_some();
    known || begins_unit(word) || matches!(word.text, "of" | "de" | "du" | "la" | "le")
}

/// "04-B" as "4b". Between numbers a hyphen says something.
pub fn value_of(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut parts = text.split('-');
    value.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        if digit(value.chars().last()) && digit(part.chars().next()) {
            value.push('-');
        }
        value.push_str(part);
    }
    let trimmed = value.trim_start_matches('0');
    let starts = trimmed.starts_with(|letter: char| letter.is_ascii_digit());
    if starts { trimmed.to_owned() } else { value }
}
