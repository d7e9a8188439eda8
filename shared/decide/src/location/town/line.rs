//! A town that stands at the end of a line, where a street should be alone.
//!
//! Only what agrees with the address's own fields, or fills a blank one, is taken for a town. What
//! remains is part of the street, and so the same as no other.

use super::{Town, city_of, is_canadian, is_zip, postal_code, spelled_in_city};
use crate::location::tables::meanings;
use crate::location::tables::regions::COUNTRIES;
use crate::location::unit::is_value;
use crate::location::words::{Word, texts};

/// A street takes two words at least: the house's number and the street's name.
const STREET_WORDS: usize = 2;

/// The words of the longest name of a state or country.
const LONGEST: usize = 4;

impl Town {
    /// Takes the town from the end of the address lines ("123 Main St, Lincoln, NE 68508").
    pub fn take_end_of_lines(&mut self, words: &mut Vec<Word<'_>>) {
        let mut rest = words.as_slice();
        rest = without_country(rest, STREET_WORDS);
        let (before_code, code) = without_code(rest);
        let known = !self.postal_code.is_empty();
        // A number that ends a line is a postal code if it is the known one, or if a state is before it.
        let is_code = |code: &String| {
            let state = || self.state_at_end(before_code);
            let after_state = || state().is_some_and(|(left, _)| left >= STREET_WORDS);
            if known {
                self.postal_code == *code
            } else {
                after_state()
            }
        };
        let mut sure = false;
        if before_code.len() >= STREET_WORDS
            && let Some(code) = code.filter(is_code)
        {
            self.postal_code = code;
            (rest, sure) = (before_code, true);
        }
        if let Some((left, state)) = self.state_at_end(rest)
            && left >= STREET_WORDS
            && self.is_plainly_state(rest, left, sure)
        {
            state.clone_into(&mut self.state);
            (rest, sure) = (&rest[..left], true);
        }
        let left = self.before_city(rest, sure);
        words.truncate(left);
    }

    /// Takes state and postal code from the end of the city's field ("Lincoln, NE 68508").
    pub(super) fn take_end_of_city(&mut self, words: &mut Vec<Word<'_>>) {
        let mut rest = without_country(words, 1);
        if let (before, Some(code)) = without_code(rest)
            && !before.is_empty()
            && (self.postal_code.is_empty() || self.postal_code == code)
        {
            self.postal_code = code;
            rest = before;
        }
        if let Some((left, state)) = self.state_at_end(rest)
            && left >= 1
        {
            let short = left + 1 == rest.len() && rest[left].text.len() == 2;
            if rest[left].starts_part || short || !self.state.is_empty() {
                state.clone_into(&mut self.state);
                rest = &rest[..left];
            }
        }
        let left = rest.len();
        words.truncate(left);
    }

    /// Where the state begins that ends the words, unless it contradicts the known one.
    fn state_at_end(&self, words: &[Word<'_>]) -> Option<(usize, &'static str)> {
        let (last, before) = words.split_last()?;
        let most = if last.says.ends_state {
            LONGEST.min(words.len())
        } else {
            1
        };
        let longer = (2..=most).rev().filter_map(|length| {
            let left = words.len() - length;
            Some((left, meanings(&texts(&words[left..]).concat()).state?))
        });
        let one = last.says.state.map(|state| (before.len(), state));
        let mut found = longer.chain(one);
        found.find(|(_, state)| self.state.is_empty() || self.state == *state)
    }

    /// Whether what may be a state is one: "Main St NE" ends with a direction, and "Elm CT" with a type.
    fn is_plainly_state(&self, words: &[Word<'_>], left: usize, code_follows: bool) -> bool {
        let (before, state) = words.split_at(left);
        let apart = state[0].starts_part;
        let ends_street = |word: &Word<'_>| {
            word.says.kind.is_some() || (is_value(word) && word.says.direction.is_none())
        };
        // "123 Main St, Grand Island NE 68801"
        let may_be_city = || {
            before
                .iter()
                .skip(STREET_WORDS)
                .any(|word| word.starts_part)
        };
        let street = before.get(1..).unwrap_or_default();
        let after_street = || {
            let mut pairs = street.windows(2);
            pairs.any(|two| two[1].starts_part && ends_street(&two[0]))
        };
        self.city_before(before).is_some()
            || match state {
                [one] if one.says.direction.is_some() => code_follows && (apart || may_be_city()),
                [one] if one.says.kind.is_some() => {
                    let typed = before.last().is_some_and(ends_street);
                    (code_follows || apart) && (typed || after_street())
                }
                _ => code_follows || apart,
            }
    }

    /// Where the known city begins that ends the words.
    fn city_before(&self, words: &[Word<'_>]) -> Option<usize> {
        let last = words.last()?;
        if self.city.is_empty() || !self.city.ends_with(spelled_in_city(last)) {
            return None;
        }
        let mut starts = (STREET_WORDS..words.len()).rev();
        starts.find(|start| city_of(&words[*start..]) == self.city)
    }

    /// How many words are left before the city. One that is not known is taken only from between two
    /// commas, where state or postal code follow.
    fn before_city(&mut self, words: &[Word<'_>], sure: bool) -> usize {
        if !self.city.is_empty() {
            let Some(start) = self.city_before(words) else {
                return words.len();
            };
            let after_type = start > STREET_WORDS && words[start - 1].says.kind.is_some();
            let stands_apart = sure || words[start].starts_part || after_type;
            return if stands_apart { start } else { words.len() };
        }
        let start = words
            .iter()
            .rposition(|word| word.starts_part)
            .unwrap_or_default();
        let is_name = |word: &Word<'_>| word.text.chars().all(char::is_alphabetic);
        if sure && start >= STREET_WORDS && words[start..].iter().all(is_name) {
            self.city = city_of(&words[start..]);
            return start;
        }
        words.len()
    }
}

/// Without the country, where a town or a comma stands before it.
fn without_country<'w, 'a>(words: &'w [Word<'a>], at_least: usize) -> &'w [Word<'a>] {
    let ends_country = |word: &Word<'_>| COUNTRIES.iter().any(|name| name.ends_with(word.text));
    if !words.last().is_some_and(ends_country) {
        return words;
    }
    let lengths = (1..=LONGEST.min(words.len().saturating_sub(at_least))).rev();
    for left in lengths.map(|length| words.len() - length) {
        let name = texts(&words[left..]).concat();
        if COUNTRIES.contains(&name.as_str()) {
            let before = &words[..left];
            let after_state = before.last().is_some_and(|word| word.says.state.is_some());
            let after_town = after_state || without_code(before).1.is_some();
            if name == "usa" || words[left].starts_part || after_town {
                return before;
            }
        }
    }
    words
}

/// Without the postal code that ends the words, and the code.
fn without_code<'w, 'a>(words: &'w [Word<'a>]) -> (&'w [Word<'a>], Option<String>) {
    let has_digit = |word: &Word<'_>| word.text.bytes().any(|byte| byte.is_ascii_digit());
    if !words.last().is_some_and(has_digit) {
        return (words, None);
    }
    for length in (1..=2).filter(|length| *length < words.len()) {
        let (before, end) = words.split_at(words.len() - length);
        let text = texts(end).join(" ");
        // Whole codes only: in a line, any number may be something else.
        let digits = end[0].text.bytes().take_while(u8::is_ascii_digit).count();
        let code = postal_code(&text);
        if (is_zip(&code) && digits == 5 && zip_length(&text)) || is_canadian(&code) {
            return (before, Some(code));
        }
    }
    (words, None)
}

fn zip_length(text: &str) -> bool {
    matches!(text.bytes().filter(u8::is_ascii_digit).count(), 5 | 9)
}
