//! What to ask for, to find the jobs at an address.

use model::project::ProjectFields;

use super::road::road;
use super::words::{Word, cleaned};
use super::{Parts, of_project, ordinal};
use crate::name::stable_part;
use crate::text::folded;

/// How many letters of a number in words are enough beside the house's: "254 nin".
const SPELLED_LETTERS: usize = 3;
/// How many requests a new project may take.
const MOST: usize = 2;

/// What to search One Click's jobs for, to find those that may be the same work as the project: at most
/// two texts, the better first. One Click finds what contains them, letter by letter but for case.
///
/// A house's number and the beginning of the word behind it that all spellings share ("254 N" for both
/// "254 NW 9th St" and "254 Northwest Ninth Street") is in few addresses even of a large town, and also
/// where a unit or a name stands before it. Where the word has two beginnings ("9th", "Ninth"), each is
/// asked for; else the customer's name is, which finds what is written in a way that nobody thought of.
pub fn search_terms(project_name: &str, fields: &ProjectFields) -> Vec<String> {
    let mut terms = address_terms(fields).unwrap_or_default();
    let contact = fields.contact_name.as_deref().unwrap_or_default();
    // Many projects are called after their address.
    let by_address = project_name.starts_with(|letter: char| letter.is_ascii_digit());
    let names = if by_address {
        [contact, ""]
    } else {
        [project_name, contact]
    };
    terms.extend(names.into_iter().filter_map(stable_part).map(str::to_owned));
    terms.truncate(MOST);
    terms
}

fn address_terms(fields: &ProjectFields) -> Option<Vec<String>> {
    let (lines, mut town) = of_project(fields);
    let cleaned = cleaned(lines);
    let parts = Parts::of(&cleaned, &mut town);
    let Some(house) = parts.house.filter(|_| !parts.street.is_empty()) else {
        return Some(vec![format!("box {}", parts.postbox?.number)]);
    };
    let beginnings = beginnings(&parts.street, &town.state, lines);
    let term = |beginning: String| format!("{} {beginning}", house.number);
    Some(beginnings.into_iter().map(term).collect())
}

/// How a street begins in every spelling: one or two texts.
fn beginnings(street: &[Word<'_>], state: &str, lines: [&str; 2]) -> Vec<String> {
    let (first, says) = (street[0].text, street[0].says);
    let letter = || first.chars().take(1).collect::<String>();
    if road(street, state).is_some() || says.direction.is_some() {
        return vec![letter()];
    }
    if let Some((number, _)) = ordinal::number(street) {
        let spelled = ordinal::spelled(number);
        let spelled = spelled.map(|word| word.chars().take(SPELLED_LETTERS).collect());
        return std::iter::once(number.to_string()).chain(spelled).collect();
    }
    if let Some(name) = street.get(1)
        && says.french_kind.or(says.shared_kind).is_some()
    {
        return vec![letter(), written(name.text, lines)];
    }
    let is_saint = matches!(first, "saint" | "st" | "ste" | "sainte");
    if is_saint || says.kind.is_some() || matches!(first, "no" | "so") {
        return vec![letter()];
    }
    vec![written(first, lines)]
}

/// As much of a word as is the same with or without accents and apostrophes.
fn written(word: &str, lines: [&str; 2]) -> String {
    let mut raw = lines.iter().flat_map(|line| {
        line.split(|letter: char| letter.is_whitespace() || ",.-/#".contains(letter))
    });
    let raw = raw.find(|raw| folded(raw) == word).unwrap_or(word);
    let plain = raw.chars().take_while(char::is_ascii_alphanumeric);
    plain.map(|letter| letter.to_ascii_lowercase()).collect()
}
