//! Roads that have a number in place of a name: highways, routes, county roads.

use super::tables::{DIRECTION, PROVINCE, STATE, SUFFIX};
use super::words::Word;
use super::words::texts;

/// A numbered road.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Road {
    /// Whose it is, and its number: "us 6", "state 9".
    pub name: String,
    /// A direction that is written with the number: "I-35W".
    pub direction: Option<&'static str>,
}

/// How roads are called after what their words were made short. Where a state numbers its highways,
/// routes and roads, and a county its own, it numbers them once: "State Route 9" is "SR 9", whatever
/// the R stands for.
const SYSTEMS: &[(&str, &[&str])] = &[
    (
        "us",
        &[
            "us way",
            "us",
            "u s way",
            "u s",
            "united states way",
            "united states",
        ],
    ),
    ("i", &["i way", "i", "ih"]),
    ("state", &["state way", "st way", "sr", "sh"]),
    (
        "county",
        &[
            "county way",
            "county trunk way",
            "county trunk",
            "cr",
            "c r",
            "cth",
        ],
    ),
    (
        "fm",
        &[
            "fm way",
            "fm",
            "f m way",
            "f m",
            "farm to market way",
            "farm to market",
            "farm market way",
        ],
    ),
    (
        "rm",
        &["rm way", "rm", "ranch to market way", "ranch to market"],
    ),
    ("township", &["township way", "twp way"]),
    ("range", &["range way", "rge way"]),
];

/// The longest way to call a road, in words.
const LONGEST: usize = 4;

/// The road that begins here, and how many words it takes. `state` is the address's.
pub fn road(words: &[Word<'_>], state: &str) -> Option<(Road, usize)> {
    let words = texts(words);
    let (system, used) = system(&words, state)?;
    let (number, direction, taken) = number(&words[used..], system)?;
    let name = format!("{system} {number}");
    Some((Road { name, direction }, used + taken))
}

fn system(words: &[&str], state: &str) -> Option<(&'static str, usize)> {
    let short: Vec<_> = words.iter().take(LONGEST).map(|word| short(word)).collect();
    let lengths = (1..=short.len()).rev();
    let mut found = lengths.filter_map(|length| {
        let phrase = short[..length].join(" ");
        let is_it = |(_, phrases): &&(&str, &[&str])| phrases.contains(&phrase.as_str());
        SYSTEMS
            .iter()
            .find(is_it)
            .map(|(system, _)| (*system, length))
    });
    found
        .next()
        .or_else(|| of_state(words, state))
        .or(match words.first() {
            // Whose it is is not said, and it may be anybody's.
            Some(word) if short_way(word) == Some("hwy") => Some(("hwy", 1)),
            Some(word) if short_way(word) == Some("rte") => Some(("rte", 1)),
            _ => None,
        })
}

/// "Nebraska Highway 2", "KY 440": a state's road is the state's only in the state itself.
fn of_state(words: &[&str], state: &str) -> Option<(&'static str, usize)> {
    let lengths = (1..=2.min(words.len())).rev();
    let is_state = |length: &usize| {
        let name = words[..*length].concat();
        let known = STATE.get(&name).or_else(|| PROVINCE.get(&name));
        known.is_some_and(|known| known == state) && DIRECTION.get(&name).is_none()
    };
    let length = lengths.into_iter().find(is_state)?;
    let state_word = usize::from(words.get(length).is_some_and(|word| *word == "state"));
    let way = words
        .get(length + state_word)
        .and_then(|word| short_way(word));
    let used = length + state_word + usize::from(way.is_some());
    // A short name without a kind of road ("KY 440") needs the number right behind it.
    (way.is_some() || (state_word == 0 && words[0].len() == 2)).then_some(("state", used))
}

fn short(word: &str) -> &str {
    match word {
        "interstate" => "i",
        "co" | "cnty" | "cty" => "county",
        "hwy" | "rte" | "rd" => "way",
        word if short_way(word).is_some() => "way",
        word => word,
    }
}

fn short_way(word: &str) -> Option<&'static str> {
    SUFFIX
        .get(word)
        .filter(|short| matches!(*short, "hwy" | "rte" | "rd"))
}

/// The number of a road: "6", "35W", "12 A", and the letters of a county's ("County Road AA").
fn number(words: &[&str], system: &str) -> Option<(String, Option<&'static str>, usize)> {
    let marks = usize::from(
        words
            .first()
            .is_some_and(|word| matches!(*word, "#" | "no")),
    );
    let word = *words.get(marks)?;
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letters) = word.split_at(digits);
    let letters = letters.strip_prefix('-').unwrap_or(letters);
    if digits == 0 {
        let lettered = system == "county" && word.len() <= 2;
        let is_type = SUFFIX.get(word).is_some();
        return (lettered && !is_type).then(|| (word.to_owned(), None, marks + 1));
    }
    let number = number.trim_start_matches('0');
    if letters.len() > 1 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    if let Some(direction) = DIRECTION.get(letters) {
        return Some((number.to_owned(), Some(direction), marks + 1));
    }
    // "County Road 12 A" is 12A, if the letter is the last and none of a direction.
    let next = words
        .get(marks + 1)
        .filter(|word| words.len() == marks + 2 && word.len() == 1);
    let next = next.filter(|word| letters.is_empty() && DIRECTION.get(word).is_none());
    let letter = next.copied().unwrap_or(letters);
    Some((
        format!("{number}{letter}"),
        None,
        marks + 1 + usize::from(next.is_some()),
    ))
}
