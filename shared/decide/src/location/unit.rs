//! Flats, suites and other parts of a building.

use super::ordinal;
use super::tables::units::FLOORS;
use super::tables::{DIRECTION, STRONG_UNIT, SUFFIX, UNIT_ALONE, WEAK_UNIT};
use super::words::Word;

/// The least number of words that a street takes, with the number of the house.
const STREET_WORDS: usize = 2;

/// A part of a building: what kind it is, and its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    class: &'static str,
    value: String,
}

impl Unit {
    /// One of which only the value is known.
    pub fn of(value: &str) -> Self {
        Self {
            class: "unit",
            value: value_of(value),
        }
    }
}

/// The units as they are compared. Of one, the value decides: "Apt 2" and "# 2" are one. Of several, it
/// also counts which is the building's: "Bldg 2 Apt 4" is not "Bldg 4 Apt 2".
pub fn compared(mut units: Vec<Unit>) -> String {
    units.sort_by_key(|unit| unit.class);
    units.dedup();
    match units.as_slice() {
        [one] => one.value.clone(),
        several => {
            let texts = several
                .iter()
                .map(|unit| format!("{} {}", unit.class, unit.value));
            texts.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Takes the units from among the words.
pub fn take(words: &mut Vec<Word<'_>>) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut kept = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        if let Some((unit, used)) = unit_at(rest, kept.len()) {
            at += used;
            match leading(rest, used).filter(|_| kept.is_empty()) {
                Some(Leading::House) => at = at + 1 - used,
                Some(Leading::Both(unit, house)) => {
                    units.push(Unit::of(unit));
                    kept.push(Word {
                        text: house,
                        ..rest[0]
                    });
                }
                None => units.push(unit),
            }
        } else {
            kept.push(words[at]);
            at += 1;
        }
    }
    *words = kept;
    units
}

/// What seems to be a unit, and is not, since the house's number does not follow.
enum Leading<'a> {
    /// The house's number itself: "#12 Main St".
    House,
    /// The unit's and the house's number in one word: "Unit 4-12 Main St".
    Both(&'a str, &'a str),
}

fn leading<'a>(rest: &[Word<'a>], used: usize) -> Option<Leading<'a>> {
    if rest.len() == used || house_follows(&rest[used..]) {
        return None;
    }
    if matches!(rest[0].text, "#" | "no" | "nbr" | "num" | "number") {
        return Some(Leading::House);
    }
    let (unit, house) = rest[used - 1].text.split_once('-')?;
    let is_house = house.starts_with(|letter: char| letter.is_ascii_digit());
    is_house.then_some(Leading::Both(unit, house))
}

/// The unit that begins here, and how many words it takes.
fn unit_at(rest: &[Word<'_>], kept: usize) -> Option<(Unit, usize)> {
    let behind_street = kept >= STREET_WORDS;
    let apart = behind_street || rest[0].starts_part;
    let whole = |used: usize| ends_part(rest, used) || house_follows(&rest[used..]);
    designated(rest, apart)
        .or_else(|| floor(rest).filter(|_| behind_street || (apart && !is_house(rest))))
        .or_else(|| alone(rest).filter(|(_, used)| apart && whole(*used)))
        .or_else(|| bare(rest).filter(|(_, used)| behind_street || house_follows(&rest[*used..])))
}

fn class_of(word: &str, apart: bool) -> Option<&'static str> {
    let weak = || WEAK_UNIT.get(word).filter(|_| apart);
    STRONG_UNIT.get(word).or_else(weak)
}

/// "Apt 110", "# 110", "Unit # 110", "Apt Rear", "PH 2".
fn designated(rest: &[Word<'_>], apart: bool) -> Option<(Unit, usize)> {
    let mut class = class_of(rest[0].text, apart);
    let mut at = usize::from(class.is_some());
    // "Unit # 110", "Bldg No 2": the first says what it is.
    while at > 0
        && rest
            .get(at)
            .is_some_and(|word| class_of(word.text, true).is_some())
    {
        at += 1;
    }
    let named = rest.get(at).and_then(|word| UNIT_ALONE.get(word.text));
    let name = named
        .filter(|_| apart || class.is_some())
        .unwrap_or_default();
    if !name.is_empty() {
        let number = rest
            .get(at + 1)
            .filter(|word| is_value(word.text) && !is_house(&rest[at + 1..]));
        if number.is_none() && (class.is_none() || !ends_part(rest, at + 1)) {
            return None;
        }
        class = class.or(Some("unit"));
        at += 1;
        if number.is_none() {
            return Some((
                Unit {
                    class: class?,
                    value: name.to_owned(),
                },
                at,
            ));
        }
    }
    let class = class?;
    let (mut value, used) = value(&rest[at..])?;
    at += used;
    // "Ste A & B"
    while let [and, next, ..] = rest.get(at..).unwrap_or_default()
        && and.text == "and"
        && is_value(next.text)
    {
        value = format!("{value} and {}", value_of(next.text));
        at += 2;
    }
    // "Hidden Bay E" is a street, and E its direction.
    let street = STRONG_UNIT.get(rest[0].text).is_none() && SUFFIX.get(rest[0].text).is_some();
    if street && DIRECTION.get(&value).is_some() {
        return None;
    }
    // An office's number is a suite's, a penthouse's is its own.
    let name = if matches!(name, "ofc" | "side") {
        ""
    } else {
        name
    };
    let value = format!("{name}{value}");
    Some((Unit { class, value }, at))
}

/// "2nd Floor", "Second Fl", "Ground Floor".
fn floor(rest: &[Word<'_>]) -> Option<(Unit, usize)> {
    let texts: Vec<_> = rest.iter().take(2).map(|word| word.text).collect();
    let said = FLOORS.iter().find(|floor| texts.first() == Some(floor));
    let (value, used) = match said {
        Some(said) => ((*said).to_owned(), 1),
        None => ordinal::number(&texts).map(|(number, used)| (number.to_string(), used))?,
    };
    let class = rest.get(used).and_then(|word| WEAK_UNIT.get(word.text));
    let class = class.filter(|class| *class == "floor")?;
    Some((Unit { class, value }, used + 1))
}

/// "Rear", "Basement", "Lower Level".
fn alone(rest: &[Word<'_>]) -> Option<(Unit, usize)> {
    let value = UNIT_ALONE.get(rest[0].text)?.to_owned();
    let next = rest.get(1).filter(|word| !word.starts_part);
    let level = next.is_some_and(|word| WEAK_UNIT.get(word.text).is_some() || word.text == "unit");
    let class = "unit";
    Some((Unit { class, value }, 1 + usize::from(level)))
}

/// A number that is all of its part: "4B" in the second line, or ", 4B".
fn bare(rest: &[Word<'_>]) -> Option<(Unit, usize)> {
    // "Main St, N" ends with a direction, whatever stands in a line of its own.
    let direction = !rest[0].starts_line && DIRECTION.get(rest[0].text).is_some();
    if !rest[0].starts_part || direction || !is_value(rest[0].text) {
        return None;
    }
    let (value, used) = value(rest)?;
    let class = "unit";
    ends_part(rest, used).then_some((Unit { class, value }, used))
}

/// Whether the part ends after so many words, or another unit begins there.
fn ends_part(rest: &[Word<'_>], used: usize) -> bool {
    rest.get(used).is_none_or(|word| {
        word.starts_part
            || class_of(word.text, true).is_some()
            || UNIT_ALONE.get(word.text).is_some()
    })
}

/// Whether a house's number and a street follow.
fn house_follows(rest: &[Word<'_>]) -> bool {
    let number = rest.first().is_some_and(|word| {
        word.text
            .starts_with(|letter: char| letter.is_ascii_digit())
            && !ordinal::is_place(word.text)
    });
    number && rest.get(1).is_some_and(|word| !word.starts_part)
}

/// Whether the number here is the house's, since none follows that might be.
fn is_house(rest: &[Word<'_>]) -> bool {
    house_follows(rest) && !house_follows(&rest[1..])
}

/// A unit's number, and how many words it takes: "110", "4B", "4 B", "B 4", "B", "Two".
fn value(rest: &[Word<'_>]) -> Option<(String, usize)> {
    let first = rest.first()?.text;
    if !is_value(first) {
        let (number, used) = ordinal::number(&[first])?;
        return ends_part(rest, used).then_some((number.to_string(), used));
    }
    let second = rest
        .get(1)
        .filter(|word| !word.starts_part)
        .map(|word| word.text);
    let second = second.filter(|_| ends_part(rest, 2));
    let is_letter =
        |word: &str| word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match second {
        Some(second)
            if is_letter(first) && is_number(second) || is_number(first) && is_letter(second) =>
        {
            Some((value_of(&format!("{first}{second}")), 2))
        }
        _ => Some((value_of(first), 1)),
    }
}

/// Whether it can be a unit's number: digits, also with letters, or a letter or two.
pub fn is_value(word: &str) -> bool {
    let digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let short = word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let number = digit && !ordinal::is_place(word);
    number || word.len() == 1 || (short && DIRECTION.get(word).is_none() && !is_word(word))
}

/// Two letters that are a word of an address.
fn is_word(word: &str) -> bool {
    let unit = class_of(word, true).is_some() || UNIT_ALONE.get(word).is_some();
    unit || SUFFIX.get(word).is_some() || matches!(word, "of" | "de" | "du" | "la" | "le")
}

/// "04-B" as "4b". Between numbers a hyphen says something.
fn value_of(text: &str) -> String {
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
