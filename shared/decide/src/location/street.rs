//! The name of a street, with its directions and its type.

mod items;

use super::town::{Country, Town};
use super::unit::is_value;
use super::words::{Word, joined};
use items::{Item, items};

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

/// Reads a street, and the number of a unit that stands behind it without a word of its own ("Main St
/// 4B"). Nothing if there is no name.
pub fn read(words: &[Word<'_>], town: &Town) -> Option<(Street, Option<String>)> {
    let mut street = Street::default();
    let (words, french) = without_french_type(words, town.country(), &mut street.kind);
    let mut items = items(words, &town.state, french);
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
    let is_direction =
        |word: &Word<'_>| word.says.direction.or(word.says.french_direction).is_some();
    let is_name =
        |word: &Word<'_>| word.says.kind.is_none() && !is_value(word) && !is_direction(word);
    // "Avenue Rd" and "Place Hill Dr" are English.
    let english = name.iter().rev().find(|word| !is_direction(word));
    let english = english.is_some_and(|word| word.says.kind.is_some());
    let shared = first
        .says
        .shared_kind
        .filter(|_| country == Country::Canada && !english);
    let found = first.says.french_kind.or(shared);
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

/// The direction that ends a street: "Main St NW". In "Avenue N" it is the name.
fn direction_behind(items: &mut Vec<Item<'_>>) -> &'static str {
    let [before @ .., Item::Direction(short, _)] = items.as_slice() else {
        return "";
    };
    let short = *short;
    if is_nothing(before) {
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
    if is_nothing(rest) {
        return "";
    }
    items.remove(0);
    short
}

/// Whether these are no street by themselves, so that the direction beside them is its name.
fn is_nothing(items: &[Item<'_>]) -> bool {
    match items {
        [] => true,
        [one] => one.plain_kind(),
        _ => false,
    }
}

/// A number or letter behind a street's type ("Main St 4B", "9th St NW 110"). Behind a road's or a
/// highway's it may be the name.
fn bare_unit(items: &mut Vec<Item<'_>>, words: &[Word<'_>]) -> Option<String> {
    let last = words
        .last()
        .filter(|word| is_value(word) && !word.starts_part)?;
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
