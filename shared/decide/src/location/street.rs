//! The name of a street, with its directions and its type.

use super::ordinal;
use super::road::road;
use super::tables::suffixes::PLAIN_TYPES;
use super::tables::{DIRECTION, FRENCH_DIRECTION, FRENCH_TYPE, SHARED_TYPE, SUFFIX};
use super::town::{Country, Town};
use super::unit::is_value;
use super::words::{Word, joined};

/// A street as it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Street {
    /// The direction before the name.
    pub before: &'static str,
    pub name: String,
    /// "st", "ave"; empty if there is none.
    pub kind: &'static str,
    /// The direction behind all.
    pub behind: &'static str,
}

/// What a word of a street's name is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item<'a> {
    /// The short form, and as it is written.
    Direction(&'static str, &'a str),
    Kind(&'static str),
    Name(String),
}

impl Item<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Direction(short, _) | Self::Kind(short) => short,
            Self::Name(name) => name,
        }
    }

    fn plain_kind(&self) -> bool {
        matches!(self, Self::Kind(kind) if PLAIN_TYPES.contains(kind))
    }
}

/// Reads a street, and the number of a unit that stands behind it without a word of its own ("Main St
/// 4B"). Nothing if there is no name.
pub fn read(words: &[Word<'_>], town: &Town) -> Option<(Street, Option<String>)> {
    let mut street = Street::default();
    let (words, french) = without_french_type(words, town.country(), &mut street.kind);
    let mut items = items(words, town, french);
    let unit = bare_unit(&mut items, words);
    street.behind = direction_behind(&mut items);
    street.before = direction_before(&mut items);
    if street.kind.is_empty()
        && let [_, .., Item::Kind(kind)] = items.as_slice()
    {
        street.kind = kind;
        items.pop();
    }
    street.name = match items.as_slice() {
        // A lone direction is a name as it is written: Lincoln has an "S St" and a "South St".
        [Item::Direction(_, written)] => (*written).to_owned(),
        // A type alone names nothing, but for the odd "Boulevard".
        [Item::Kind("st" | "ave" | "rd" | "dr" | "ln" | "ct")] if street.kind.is_empty() => {
            String::new()
        }
        [Item::Kind(_), Item::Direction(_, written)] => joined([items[0].text(), written]),
        items => joined(items.iter().map(Item::text)),
    };
    (!street.name.is_empty()).then_some((street, unit))
}

/// In French the type stands before the name: "rue Sherbrooke Ouest".
fn without_french_type<'w, 'a>(
    words: &'w [Word<'a>],
    country: Country,
    kind: &mut &'static str,
) -> (&'w [Word<'a>], bool) {
    let Some((first, name)) = words.split_first() else {
        return (words, false);
    };
    let is_name = |word: &Word<'_>| {
        SUFFIX.get(word.text).is_none()
            && !is_value(word.text)
            && DIRECTION.get(word.text).is_none()
    };
    // "Avenue Rd" and "Place Hill Dr" are English.
    let is_direction = |text| {
        DIRECTION
            .get(text)
            .or_else(|| FRENCH_DIRECTION.get(text))
            .is_some()
    };
    let english = name.iter().rev().find(|word| !is_direction(word.text));
    let english = english.is_some_and(|word| SUFFIX.get(word.text).is_some());
    let found = FRENCH_TYPE.get(first.text).or_else(|| {
        let shared = SHARED_TYPE.get(first.text)?;
        (country == Country::Canada && !english).then_some(shared)
    });
    let named = name.iter().any(is_name) || name.first().is_some_and(|word| word.text == "st");
    match found.filter(|_| named) {
        Some(found) => {
            *kind = found;
            (name, true)
        }
        None => (words, country == Country::Canada && says_french(words)),
    }
}

/// Whether a word can only be French.
fn says_french(words: &[Word<'_>]) -> bool {
    words
        .iter()
        .any(|word| matches!(word.text, "ouest" | "nord" | "sud"))
}

fn items<'a>(words: &[Word<'a>], town: &Town, french: bool) -> Vec<Item<'a>> {
    let mut items = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        if let Some((road, used)) = road(rest, &town.state) {
            items.push(Item::Name(road.name));
            items.extend(road.direction.map(|short| Item::Direction(short, short)));
            at += used;
            continue;
        }
        if let Some((item, used)) = direction(rest, french, at + 1 < words.len()) {
            items.push(item);
            at += used;
            continue;
        }
        let texts: Vec<_> = rest.iter().take(2).map(|word| word.text).collect();
        if let Some((number, used)) = ordinal::number(&texts) {
            items.push(Item::Name(number.to_string()));
            at += used;
            continue;
        }
        items.push(match texts[0] {
            "st" if is_saint(rest, &items) => Item::Name("saint".to_owned()),
            "ste" => Item::Name("sainte".to_owned()),
            text => SUFFIX
                .get(text)
                .map_or_else(|| Item::Name(text.to_owned()), Item::Kind),
        });
        at += 1;
    }
    items
}

/// A direction in one word or two: "NW", "N W", "North West".
fn direction<'a>(rest: &[Word<'a>], french: bool, more: bool) -> Option<(Item<'a>, usize)> {
    let short = |word: &Word<'a>| {
        let other = FRENCH_DIRECTION.get(word.text).filter(|_| french);
        other.or_else(|| DIRECTION.get(word.text))
    };
    let written = rest[0].text;
    // New England's "No Main St" and "So Main St".
    let abbreviated = match written {
        "no" if more && !french => Some("n"),
        "so" if more && !french => Some("s"),
        _ => None,
    };
    let first = short(&rest[0]).or(abbreviated)?;
    // "N W" and "North West" are one direction; "N West" may be a street called West.
    let second = rest
        .get(1)
        .filter(|word| (word.text.len() == 1) == (written.len() == 1));
    let both = match (first, second.and_then(short)) {
        ("n", Some("e")) => Some("ne"),
        ("n", Some("w")) => Some("nw"),
        ("s", Some("e")) => Some("se"),
        ("s", Some("w")) => Some("sw"),
        _ => None,
    };
    match both {
        Some(both) => Some((Item::Direction(both, both), 2)),
        None => Some((Item::Direction(first, written), 1)),
    }
}

/// Whether "St" is a saint: where a name follows that is not just a direction or another type, and none
/// stands before it, as in "St Charles Ave" and "Old St Mary Rd". "Main St Upstairs" is a street.
fn is_saint(rest: &[Word<'_>], before: &[Item<'_>]) -> bool {
    const OLD: &[&str] = &["great", "little", "new", "old"];
    let begins = before.iter().all(|item| match item {
        Item::Direction(..) | Item::Kind(_) => true,
        Item::Name(name) => OLD.contains(&name.as_str()),
    });
    let next = rest
        .get(1)
        .filter(|next| before.is_empty() || !next.starts_part);
    begins
        && next.is_some_and(|next| {
            let text = next.text;
            let is_name = SUFFIX.get(text).is_none() && DIRECTION.get(text).is_none();
            is_name && ordinal::number(&[text]).is_none() && !is_value(text)
        })
}

/// The direction that ends a street: "Main St NW". In "Avenue N" it is the name.
fn direction_behind(items: &mut Vec<Item<'_>>) -> &'static str {
    let [before @ .., Item::Direction(short, _)] = items.as_slice() else {
        return "";
    };
    let short = *short;
    let is_name = match before {
        [] => true,
        [one] => one.plain_kind(),
        _ => false,
    };
    if is_name {
        return "";
    }
    items.pop();
    short
}

/// The direction that begins a street: "N Main St". In "N St" it is the name.
fn direction_before(items: &mut Vec<Item<'_>>) -> &'static str {
    let [Item::Direction(short, _), rest @ ..] = items.as_slice() else {
        return "";
    };
    let short = *short;
    let is_name = match rest {
        [] => true,
        [one] => one.plain_kind(),
        _ => false,
    };
    if is_name {
        return "";
    }
    items.remove(0);
    short
}

/// A number or letter behind a street's type ("Main St 4B", "9th St NW 110"). Behind a road's or a
/// highway's it may be the name.
fn bare_unit(items: &mut Vec<Item<'_>>, words: &[Word<'_>]) -> Option<String> {
    let last = words
        .last()
        .filter(|word| is_value(word.text) && !word.starts_part)?;
    let (Item::Name(name), before) = items.split_last()? else {
        return None;
    };
    if name.contains(' ') {
        return None;
    }
    let ([street @ .., Item::Direction(..)] | street) = before;
    let [_, .., kind] = street else {
        return None;
    };
    if !kind.plain_kind() || *kind == Item::Kind("rd") {
        return None;
    }
    items.pop();
    Some(last.text.to_owned())
}
