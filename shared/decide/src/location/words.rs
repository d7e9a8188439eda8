//! An address line as words.

use super::tables::{Meanings, meanings};
use crate::text::folded;

/// Short words that are written without a blank before a number, besides those of units: "Hwy6", "I-80".
const BEFORE_NUMBERS: &[&str] = &[
    "box", "cr", "fm", "hc", "hwy", "i", "ih", "pob", "pobox", "rfd", "rm", "rr", "rt", "rte",
    "sh", "sr", "us",
];

/// A word, what it may mean, and how it is set apart from the one before.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    pub text: &'a str,
    pub says: &'static Meanings,
    /// Behind a comma, or the first of its line.
    pub starts_part: bool,
    /// The first of its line.
    pub starts_line: bool,
}

impl<'a> Word<'a> {
    /// A word that nothing sets apart.
    pub fn of(text: &'a str) -> Self {
        Self {
            text,
            says: meanings(text),
            starts_part: false,
            starts_line: false,
        }
    }

    pub fn is_digits(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The lines in lower case without accents, where blanks stand between words, commas between parts, and
/// other marks only where they say something: "12-14", "1/2", "#".
pub fn cleaned<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut cleaned = String::new();
    for line in lines {
        // Both say the same: Canada Post's "10-123", and with blanks around.
        let letters: Vec<char> = folded(line).chars().collect();
        for (at, letter) in letters.iter().enumerate() {
            clean(&letters, at, *letter, &mut cleaned);
        }
        cleaned.push('\n');
    }
    cleaned
}

fn clean(letters: &[char], at: usize, letter: char, cleaned: &mut String) {
    match letter {
        letter if letter.is_alphanumeric() => cleaned.push(letter),
        ',' | ';' | '\n' | '|' => cleaned.push(','),
        '#' => cleaned.push_str(" # "),
        '&' | '+' => cleaned.push_str(" and "),
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' if is_hyphen(letters, at) => {
            cleaned.truncate(cleaned.trim_end_matches(' ').len());
            cleaned.push('-');
        }
        '/' if is_slash(letters, at) => cleaned.push('/'),
        ' ' if cleaned.ends_with('-') => {}
        _ => cleaned.push(' '),
    }
}

/// Whether a hyphen joins numbers ("12-14", also with blanks around it), or a number and a letter
/// ("4-B").
fn is_hyphen(letters: &[char], at: usize) -> bool {
    let is_blank = |letter: &&char| **letter == ' ';
    let left = letters[..at].iter().rev().skip_while(is_blank);
    let right = letters[at + 1..].iter().skip_while(is_blank);
    let left: Vec<_> = left.take_while(|letter| letter.is_alphanumeric()).collect();
    let right: Vec<_> = right
        .take_while(|letter| letter.is_alphanumeric())
        .collect();
    let has_digit = |word: &[&char]| word.iter().any(|letter| letter.is_ascii_digit());
    let close = |side: Option<&char>| side.is_some_and(|letter| letter.is_alphanumeric());
    let tight = close(letters[..at].last()) && close(letters.get(at + 1));
    match (has_digit(&left), has_digit(&right)) {
        (true, true) => true,
        (true, false) => tight && right.len() == 1,
        (false, true) => tight && left.len() == 1,
        (false, false) => false,
    }
}

/// Whether a slash makes a fraction, or is that of "c/o".
fn is_slash(letters: &[char], at: usize) -> bool {
    let (Some(left), Some(right)) = (letters[..at].last(), letters.get(at + 1)) else {
        return false;
    };
    let fraction = left.is_ascii_digit() && right.is_ascii_digit();
    let is_word = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_alphanumeric());
    let lone = !is_word(letters[..at - 1].last()) && !is_word(letters.get(at + 2));
    fraction || (*left == 'c' && *right == 'o' && lone)
}

/// The words of a cleaned text.
pub fn split(cleaned: &str) -> Vec<Word<'_>> {
    let mut words = Vec::with_capacity(12);
    for line in cleaned.split('\n') {
        let mut starts_line = true;
        for part in line.split(',') {
            let mut starts_part = true;
            for text in part.split(' ').filter(|text| !text.is_empty()) {
                let (first, rest) = before_number(text);
                words.push(Word {
                    starts_part,
                    starts_line,
                    ..Word::of(first)
                });
                (starts_part, starts_line) = (false, false);
                words.extend(rest.map(Word::of));
            }
        }
    }
    words
}

/// "apt110" and "i-80" are two words.
fn before_number(text: &str) -> (&str, Option<&str>) {
    let Some(at) = text.find(|letter: char| letter.is_ascii_digit()) else {
        return (text, None);
    };
    let (word, number) = text.split_at(at);
    let word = word.strip_suffix('-').unwrap_or(word);
    if word.is_empty() {
        return (text, None);
    }
    let says = meanings(word);
    let is_unit = says
        .strong_unit
        .or(says.weak_unit)
        .or(says.unit_alone)
        .is_some();
    if is_unit || says.french_kind.is_some() || BEFORE_NUMBERS.contains(&word) {
        (word, Some(number))
    } else {
        (text, None)
    }
}

/// The texts of some words.
pub fn texts<'a>(words: &[Word<'a>]) -> Vec<&'a str> {
    words.iter().map(|word| word.text).collect()
}

/// The words as one text, for comparison: blanks between letters say nothing ("Mac Arthur"), between
/// numbers they do.
pub fn joined<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let mut joined = String::new();
    for word in words {
        let word = word.as_ref();
        let (last, first) = (joined.chars().last(), word.chars().next());
        let number = [last, first].iter().flatten().any(char::is_ascii_digit);
        if !joined.is_empty() && number {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}
