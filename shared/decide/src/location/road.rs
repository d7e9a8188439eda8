//! Roads that have a number in place of a name: highways, routes, county roads.

use super::tables::meanings;
use super::words::Word;

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

/// The road that begins here, and how many words it takes. `state` is the address's.
pub fn road(words: &[Word<'_>], state: &str) -> Option<(Road, usize)> {
    let (system, used) = system(words)
        .or_else(|| of_state(words, state))
        // Whose it is is not said, and it may be anybody's.
        .or_else(|| Some((way(words.first()?).filter(|way| *way != "rd")?, 1)))?;
    let (number, direction, taken) = number(&words[used..], system)?;
    let name = format!("{system} {number}");
    Some((Road { name, direction }, used + taken))
}

/// The system whose longest phrase the words begin with.
fn system(words: &[Word<'_>]) -> Option<(&'static str, usize)> {
    let first = short(words.first()?);
    let begins = |phrase: &&&str| {
        let mut words = words.iter().map(short);
        // Nearly all phrases fall at the first word.
        phrase.starts_with(first) && phrase.split(' ').all(|text| words.next() == Some(text))
    };
    let found = SYSTEMS.iter().flat_map(|(system, phrases)| {
        let phrases = phrases.iter().filter(begins);
        phrases.map(move |phrase| (*system, phrase.split(' ').count()))
    });
    found.max_by_key(|(_, length)| *length)
}

/// "Nebraska Highway 2", "KY 440": a state's road is the state's only in the state itself.
fn of_state(words: &[Word<'_>], state: &str) -> Option<(&'static str, usize)> {
    let is_it = |known: Option<&'static str>| known.is_some_and(|known| known == state);
    let first = words.first()?;
    let length = match words {
        [one, two, ..] if two.says.ends_state => {
            let name = [one.text, two.text].concat();
            is_it(meanings(&name).state).then_some(2)?
        }
        _ => (is_it(first.says.state) && first.says.direction.is_none()).then_some(1)?,
    };
    let state_word = usize::from(words.get(length).is_some_and(|word| word.text == "state"));
    let way = words.get(length + state_word).and_then(way);
    let used = length + state_word + usize::from(way.is_some());
    // A short name without a kind of road ("KY 440") needs the number right behind it.
    (way.is_some() || (state_word == 0 && first.text.len() == 2)).then_some(("state", used))
}

fn short<'a>(word: &Word<'a>) -> &'a str {
    match word.text {
        "interstate" => "i",
        "co" | "cnty" | "cty" => "county",
        text => way(word).map_or(text, |_| "way"),
    }
}

/// What a way with a number is called.
fn way(word: &Word<'_>) -> Option<&'static str> {
    word.says
        .kind
        .filter(|kind| matches!(*kind, "hwy" | "rte" | "rd"))
}

/// The number of a road: "6", "35W", "12 A", and the letters of a county's ("County Road AA").
fn number(words: &[Word<'_>], system: &str) -> Option<(String, Option<&'static str>, usize)> {
    let first = words.first()?;
    let marks = usize::from(matches!(first.text, "#" | "no"));
    let word = words.get(marks)?;
    let used = marks + 1;
    let digits = word.text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letters) = word.text.split_at(digits);
    let letters = letters.strip_prefix('-').unwrap_or(letters);
    if digits == 0 {
        let lettered = system == "county" && word.text.len() <= 2 && word.says.kind.is_none();
        return lettered.then(|| (word.text.to_owned(), None, used));
    }
    let number = number.trim_start_matches('0');
    if letters.len() > 1 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    if let Some(direction) = meanings(letters).direction {
        return Some((number.to_owned(), Some(direction), used));
    }
    // "County Road 12 A" is 12A, if the letter is the last and none of a direction.
    if let ("", [next]) = (letters, &words[used..])
        && next.text.len() == 1
        && next.says.direction.is_none()
    {
        return Some((format!("{number}{}", next.text), None, used + 1));
    }
    Some((format!("{number}{letters}"), None, used))
}
