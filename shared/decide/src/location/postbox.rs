//! Post office boxes and rural routes: mail for them goes to no house.

use super::unit::is_value;
use super::words::Word;

/// The ways to write "PO Box".
const BOXES: &[&[&str]] = &[
    &["post", "office", "box"],
    &["post", "office", "drawer"],
    &["postal", "box"],
    &["p", "o", "box"],
    &["po", "box"],
    &["p", "o", "b"],
    &["pob"],
    &["pobox"],
    &["p", "o", "drawer"],
    &["po", "drawer"],
    &["case", "postale"],
    &["c", "p"],
    &["cp"],
    &["boite", "postale"],
    &["caller"],
    &["lockbox"],
    &["lock", "box"],
];

/// The ways to write a rural route, and a highway contract route.
const ROUTES: &[(&[&str], &str)] = &[
    (&["rural", "route"], "rr"),
    (&["rural", "rte"], "rr"),
    (&["rural", "rt"], "rr"),
    (&["rural", "rd"], "rr"),
    (&["rr"], "rr"),
    (&["r", "r"], "rr"),
    (&["rfd"], "rr"),
    (&["r", "f", "d"], "rr"),
    (&["rd"], "rr"),
    (&["rt"], "rr"),
    (&["rte"], "rr"),
    (&["route"], "rr"),
    (&["highway", "contract", "route"], "hc"),
    (&["highway", "contract"], "hc"),
    (&["hwy", "contract"], "hc"),
    (&["hc"], "hc"),
    (&["hcr"], "hc"),
    (&["star", "route"], "hc"),
    (&["star", "rte"], "hc"),
];

/// A box: its number, and the route it stands at or "po box".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postbox {
    pub number: String,
    pub route: String,
}

/// Takes a box from among the words.
pub fn take(words: &mut Vec<Word<'_>>) -> Option<Postbox> {
    let found = (0..words.len()).find_map(|at| {
        let rest = &words[at..];
        let (postbox, used) = post_office(rest, words.len())
            .or_else(|| rural(rest).filter(|_| at == 0 || rest[0].starts_part))?;
        Some((at, used, postbox))
    });
    let (at, used, postbox) = found?;
    words.drain(at..at + used);
    Some(postbox)
}

/// Drops a rural route that only says whose round a house is on: "1234 Elm Rd, RR 3".
pub fn drop_route(words: &mut Vec<Word<'_>>) {
    if let [street @ .., route, number] = words.as_slice()
        && street.len() > 1
        && route.text == "rr"
        && number.is_digits()
    {
        words.truncate(words.len() - 2);
    }
}

fn post_office(rest: &[Word<'_>], of: usize) -> Option<(Postbox, usize)> {
    let written = BOXES.iter().find(|phrase| begins(rest, phrase));
    // "Box 12" alone is one of the post office's; beside other words it may be anything.
    let lone = begins(rest, &["box"]) && rest.len() == of && rest.len() <= 3;
    let at = written.map(|phrase| phrase.len()).or(lone.then_some(1))?;
    let (number, used) = number(&rest[at..])?;
    let route = "po box".to_owned();
    Some((Postbox { number, route }, at + used))
}

fn rural(rest: &[Word<'_>]) -> Option<(Postbox, usize)> {
    let (phrase, kind) = ROUTES.iter().find(|(phrase, _)| begins(rest, phrase))?;
    let (route, used) = number(&rest[phrase.len()..])?;
    let at = phrase.len() + used;
    let boxed = usize::from(begins(&rest[at..], &["box"]));
    if boxed == 0 {
        return None;
    }
    let (number, used) = number(&rest[at + boxed..])?;
    let route = format!("{kind} {route}");
    Some((Postbox { number, route }, at + boxed + used))
}

fn begins(rest: &[Word<'_>], phrase: &[&str]) -> bool {
    rest.len() >= phrase.len()
        && rest
            .iter()
            .zip(phrase)
            .all(|(word, text)| word.text == *text)
}

/// "12", "# 12", "No 12", "12-A"; leading zeros say nothing.
fn number(rest: &[Word<'_>]) -> Option<(String, usize)> {
    let marks = rest
        .iter()
        .take_while(|word| matches!(word.text, "#" | "no" | "number"))
        .count();
    let word = rest.get(marks)?;
    let number = word.text.replace('-', "");
    let number = number.trim_start_matches('0');
    (is_value(word) && !number.is_empty()).then(|| (number.to_owned(), marks + 1))
}
