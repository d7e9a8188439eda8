//! What the words of a street are.

use std::borrow::Cow;

use crate::location::ordinal;
use crate::location::road::road;
use crate::location::tables::suffixes::PLAIN_TYPES;
use crate::location::unit::is_value;
use crate::location::words::Word;

/// A part of a street's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// The short form, and as it is written.
    Direction(&'static str, &'a str),
    Kind(&'static str),
    Name(Cow<'a, str>),
}

impl Item<'_> {
    pub fn text(&self) -> &str {
        match self {
            Self::Direction(short, _) | Self::Kind(short) => short,
            Self::Name(name) => name,
        }
    }

    pub fn plain_kind(&self) -> bool {
        matches!(self, Self::Kind(kind) if PLAIN_TYPES.contains(kind))
    }
}

/// The items of a street in this state, whose words may be French.
pub fn items<'a>(words: &[Word<'a>], state: &str, french: bool) -> Vec<Item<'a>> {
    let mut items = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = &words[at..];
        if let Some((road, used)) = road(rest, state) {
            items.push(Item::Name(road.name.into()));
            items.extend(road.direction.map(|short| Item::Direction(short, short)));
            at += used;
        } else if let Some((item, used)) = direction(rest, french) {
            items.push(item);
            at += used;
        } else if let Some((number, used)) = ordinal::number(rest) {
            items.push(Item::Name(number.to_string().into()));
            at += used;
        } else {
            items.push(match (word.text, word.says.kind) {
                ("st", _) if is_saint(rest, &items) => Item::Name("saint".into()),
                ("ste", _) => Item::Name("sainte".into()),
                (_, Some(kind)) => Item::Kind(kind),
                (text, None) => Item::Name(text.into()),
            });
            at += 1;
        }
    }
    items
}

/// A direction in one word or two: "NW", "N W", "North West".
fn direction<'a>(rest: &[Word<'a>], french: bool) -> Option<(Item<'a>, usize)> {
    let short = |word: &Word<'a>| {
        let other = word.says.french_direction.filter(|_| french);
        other.or(word.says.direction)
    };
    let written = rest[0].text;
    // New England's "No Main St" and "So Main St".
    let abbreviated = match written {
        "no" if rest.len() > 1 && !french => Some("n"),
        "so" if rest.len() > 1 && !french => Some("s"),
        _ => None,
    };
    let first = short(&rest[0]).or(abbreviated)?;
    // "N W" and "North West" are one direction; "N West" may be a street called West.
    let alike = |word: &&Word<'_>| (word.text.len() == 1) == (written.len() == 1);
    let second = rest.get(1).filter(alike).and_then(short);
    let both = match (first, second) {
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
        Item::Name(name) => OLD.contains(&name.as_ref()),
    });
    let next = rest
        .get(1)
        .filter(|next| before.is_empty() || !next.starts_part);
    begins
        && next.is_some_and(|next| {
            let other = next.says.kind.or(next.says.direction).is_some();
            !other && ordinal::number(&rest[1..2]).is_none() && !is_value(next)
        })
}
