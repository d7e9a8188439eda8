//! When are two names the same? (B20, B21, B32)

use crate::text::normalized;

/// Words before a name that are none of it.
const TITLES: &[&str] = &["dr", "miss", "mr", "mrs", "ms", "prof", "rev"];

/// Words behind a comma that make no first name: what a company is, or which of a family.
const NOT_FIRST: &[&str] = &[
    "cie", "co", "corp", "cpa", "dds", "esq", "et", "ii", "iii", "inc", "iv", "jr", "llc", "llp",
    "lp", "ltd", "ltee", "md", "pa", "pc", "phd", "pllc", "sr", "tr", "trustee",
];

/// Kinds of company in long and short.
const COMPANIES: &[(&str, &str)] = &[
    ("company", "co"),
    ("corporation", "corp"),
    ("incorporated", "inc"),
    ("limited", "ltd"),
];

/// The most words a surname and the first names have ("van der Berg, Anna Maria").
const COMMA_WORDS: usize = 3;

/// Whether both are names, and the same: by their letters, since "Vandyke", "Van Dyke" and "L.L.C."
/// are written either way. "Smith, John" is "John Smith". A title says nothing, but "Mr" is not "Mrs".
pub fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (Name::read(one), Name::read(other));
    let titles = one.title.is_empty() || other.title.is_empty() || one.title == other.title;
    let forms = |name: &Name| [name.plain.clone(), name.turned.clone()];
    let same = |form: &String| !form.is_empty() && forms(&other).contains(form);
    titles && forms(&one).iter().any(same)
}

/// The letters of a person's name, by which same names are found: of "Smith, John" those of "John Smith".
/// `None`: there are none.
pub fn letters_of(name: &str) -> Option<String> {
    let read = Name::read(name);
    let letters = if read.turned.is_empty() {
        read.plain
    } else {
        read.turned
    };
    Some(letters).filter(|letters| !letters.is_empty())
}

struct Name {
    title: String,
    /// The letters of all words.
    plain: String,
    /// Those of "Smith, John" turned around; empty in any other form.
    turned: String,
}

impl Name {
    fn read(text: &str) -> Self {
        let normal = normalized(text);
        let mut words: Vec<&str> = normal.split(' ').collect();
        let mut title = String::new();
        // "Mr Smith" and "Mr and Mrs Smith" are nobody without their titles.
        if let [first, rest @ ..] = words.as_slice()
            && TITLES.contains(first)
            && rest.len() >= 2
            && rest[0] != "and"
        {
            (*first).clone_into(&mut title);
            words.remove(0);
        }
        Self {
            title,
            plain: letters(&words),
            turned: turned(text).unwrap_or_default(),
        }
    }
}

fn turned(text: &str) -> Option<String> {
    let (surname, first) = text.split_once(',')?;
    let (surname, first) = (normalized(surname), normalized(first));
    let (surname, first): (Vec<_>, Vec<_>) =
        (surname.split(' ').collect(), first.split(' ').collect());
    let is_name = !text.contains(char::is_numeric)
        && text.matches(',').count() == 1
        && surname.len() <= COMMA_WORDS
        // "Smith, John & Jane" are three names.
        && first.len() <= COMMA_WORDS + 1
        && ![&surname, &first].iter().any(|words| words.contains(&""))
        && !surname.contains(&"and")
        && !first.iter().any(|word| NOT_FIRST.contains(word) || COMPANIES.iter().any(|(long, _)| long == word));
    is_name.then(|| letters(&[first, surname].concat()))
}

fn letters(words: &[&str]) -> String {
    let short = words.iter().map(|word| {
        let company = COMPANIES.iter().find(|(long, _)| long == word);
        company.map_or(*word, |(_, short)| short)
    });
    short.collect()
}

/// What of a name is most surely in it however it is written: the longest run of words without marks,
/// titles or what a company is.
pub fn stable_part(text: &str) -> Option<&str> {
    const LEAST: usize = 3;
    let is_break = |word: &str| {
        let plain = word.to_ascii_lowercase();
        let plain = plain.as_str();
        let spelled = |long: &str, short: &str| plain == long || plain == short;
        !word.bytes().all(|byte| byte.is_ascii_alphanumeric())
            || plain == "and"
            || TITLES.contains(&plain)
            || NOT_FIRST.contains(&plain)
            || COMPANIES.iter().any(|(long, short)| spelled(long, short))
    };
    let mut runs: Vec<&str> = Vec::new();
    for part in text.split(|letter: char| letter != ' ' && !letter.is_alphanumeric()) {
        let mut run: Option<(usize, usize)> = None;
        let mut at = 0;
        for word in part.split(' ') {
            let end = at + word.len();
            if word.is_empty() || is_break(word) {
                runs.extend(run.take().map(|(from, to)| &part[from..to]));
            } else {
                run = Some((run.map_or(at, |(from, _)| from), end));
            }
            at = end + 1;
        }
        runs.extend(run.map(|(from, to)| &part[from..to]));
    }
    let longest = runs.into_iter().rev().max_by_key(|run| run.len());
    longest.filter(|run| run.len() >= LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b32_names_are_the_same_however_they_are_written() {
        for (one, other) in [
            ("Smith & Sons, LLC", "SMITH and Sons L.L.C."),
            ("Smith + Sons Inc.", "Smith & Sons, Incorporated"),
            ("José García", "Jose Garcia"),
            ("O’Brien", "OBrien"),
            ("O'Brien", "O Brien"),
            ("Van Dyke", "Vandyke"),
            ("Smith, John", "John Smith"),
            ("SMITH,JOHN", "John  Smith"),
            ("van der Berg, Anna", "Anna van der Berg"),
            ("Smith, John & Jane", "John and Jane Smith"),
            ("Smith, John", "Smith John"),
            ("J. P. Morgan", "JP Morgan"),
            ("Mr. John Smith", "John Smith"),
            ("Dr Pat Larkin", "pat larkin"),
            ("Mrs. Smith", "Mrs Smith"),
            ("Larkin Co.", "Larkin Company"),
            ("12 Elm Street", "12 Elm St."),
            ("Ｌａｒｋｉｎ", "Larkin"),
            ("Straßer", "Strasser"),
            ("St. Mary Church", "Saint Mary Church"),
        ] {
            assert!(same_name(one, other), "{one} = {other}");
            assert!(same_name(other, one), "{other} = {one}");
        }
    }

    #[test]
    fn b32_names_that_may_be_somebody_elses_are_not_the_same() {
        for (one, other) in [
            ("Smith", "Smyth"),
            ("", ""),
            (" ", "."),
            ("Smith", ""),
            ("Mr Smith", "Mrs Smith"),
            ("Mr. John Smith", "Mrs. John Smith"),
            ("Mr. and Mrs. Smith", "Smith"),
            ("Mr Smith", "Smith"),
            ("John Smith", "John Smith Jr"),
            ("John Smith Jr", "John Smith Sr"),
            ("Larkin LLC", "Larkin"),
            ("Larkin LLC", "Larkin Inc"),
            ("Smith, Jones", "Smith"),
            ("John Smith", "Smith John"),
            ("Smith, Inc", "Inc Smith"),
            ("Smith, John, Jane", "John Jane Smith"),
            ("Smith and Co, John", "John Smith and Co"),
            ("Lincoln, 12", "12 Lincoln"),
        ] {
            assert!(!same_name(one, other), "{one} ≠ {other}");
            assert!(!same_name(other, one), "{other} ≠ {one}");
        }
    }

    #[test]
    fn b20_of_a_name_what_is_the_same_in_every_spelling_is_looked_for() {
        for (name, part) in [
            ("Pat Larkin", Some("Pat Larkin")),
            ("Smith & Sons, LLC", Some("Smith")),
            ("Larkin, Pat", Some("Larkin")),
            ("Mr. John O'Brien", Some("John O")),
            ("Acme Roofing Company", Some("Acme Roofing")),
            ("José García Larkin", Some("Larkin")),
            ("Ed Li", Some("Ed Li")),
            ("Li", None),
            ("", None),
        ] {
            assert_eq!(stable_part(name), part, "{name}");
        }
    }
}
