//! Flats, suites and other parts of a building.

mod value;

use super::ordinal;
use super::tables::units::FLOORS;
use super::words::Word;

pub use value::is_value;
use value::{value, value_of};

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
                        starts_part: true,
                        ..Word::of(house)
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

fn class_of(word: &Word<'_>, apart: bool) -> Option<&'static str> {
    let weak = word.says.weak_unit.filter(|_| apart);
    word.says.strong_unit.or(weak)
}

/// Whether a unit may begin with the word.
fn begins_unit(word: &Word<'_>) -> bool {
    class_of(word, true).or(word.says.unit_alone).is_some()
}

/// "Apt 110", "# 110", "Unit # 110", "Apt Rear", "PH 2".
fn designated(rest: &[Word<'_>], apart: bool) -> Option<(Unit, usize)> {
    let class = class_of(&rest[0], apart);
    // "Unit # 110", "Bldg No 2": the first says what it is.
    let more = rest
        .iter()
        .skip(1)
        .take_while(|word| class_of(word, true).is_some());
    let mut at = if class.is_some() { 1 + more.count() } else { 0 };
    let named = rest.get(at).and_then(|word| word.says.unit_alone);
    let name = named
        .filter(|_| apart || class.is_some())
        .unwrap_or_default();
    if !name.is_empty() {
        at += 1;
        let number = rest
            .get(at)
            .filter(|word| is_value(word) && !is_house(&rest[at..]));
        if number.is_none() {
            let value = name.to_owned();
            let whole = ends_part(rest, at);
            return class
                .filter(|_| whole)
                .map(|class| (Unit { class, value }, at));
        }
    }
    let class = class.or(Some("unit").filter(|_| !name.is_empty()))?;
    let (mut value, used) = value(&rest[at..])?;
    at += used;
    // "Ste A & B"
    while let [and, next, ..] = rest.get(at..).unwrap_or_default()
        && and.text == "and"
        && is_value(next)
    {
        value = format!("{value} and {}", value_of(next.text));
        at += 2;
    }
    // "Hidden Bay E" is a street, and E its direction.
    let street = rest[0].says.strong_unit.is_none() && rest[0].says.kind.is_some();
    if street && rest[at - 1].says.direction.is_some() {
        return None;
    }
    // An office's number is a suite's, a penthouse's is its own.
    if !matches!(name, "ofc" | "side") {
        value.insert_str(0, name);
    }
    Some((Unit { class, value }, at))
}

/// "2nd Floor", "Second Fl", "Ground Floor".
fn floor(rest: &[Word<'_>]) -> Option<(Unit, usize)> {
    let (value, used) = if FLOORS.contains(&rest[0].text) {
        (rest[0].text.to_owned(), 1)
    } else {
        let (number, used) = ordinal::number(rest)?;
        (number.to_string(), used)
    };
    let class = rest
        .get(used)?
        .says
        .weak_unit
        .filter(|class| *class == "floor")?;
    Some((Unit { class, value }, used + 1))
}

/// "Rear", "Basement", "Lower Level".
fn alone(rest: &[Word<'_>]) -> Option<(Unit, usize)> {
    let value = rest[0].says.unit_alone?.to_owned();
    let next = rest.get(1).filter(|word| !word.starts_part);
    let level = next.is_some_and(|word| word.says.weak_unit.is_some() || word.text == "unit");
    let numbered = rest.get(2).is_some_and(is_value);
    let class = "unit";
    Some((Unit { class, value }, 1 + usize::from(level && !numbered)))
}

/// A number that is all of its part: "4B" in the second line, or ", 4B".
fn bare(rest: &[Word<'_>]) -> Option<(Unit, usize)> {
    // "Main St, N" ends with a direction, whatever stands in a line of its own.
    let direction = !rest[0].starts_line && rest[0].says.direction.is_some();
    if !rest[0].starts_part || direction || !is_value(&rest[0]) {
        return None;
    }
    let (value, used) = value(rest)?;
    let class = "unit";
    ends_part(rest, used).then_some((Unit { class, value }, used))
}

/// Whether the part ends after so many words, or another unit begins there.
fn ends_part(rest: &[Word<'_>], used: usize) -> bool {
    rest.get(used)
        .is_none_or(|word| word.starts_part || begins_unit(word))
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
