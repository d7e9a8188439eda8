//! What there is to know of how addresses are written, as data.

mod directions;
pub mod numbers;
pub mod regions;
pub mod suffixes;
pub mod units;

use std::collections::HashMap;
use std::sync::LazyLock;

/// All that a word may mean in an address: of each, what stands for all its spellings.
#[derive(Debug, Default)]
pub struct Meanings {
    /// A street's type.
    pub kind: Option<&'static str>,
    /// A street's type before the name, in French.
    pub french_kind: Option<&'static str>,
    /// One that is written alike in English.
    pub shared_kind: Option<&'static str>,
    pub direction: Option<&'static str>,
    pub french_direction: Option<&'static str>,
    /// The class of a unit that its designator makes sure of.
    pub strong_unit: Option<&'static str>,
    /// The class of a unit, if it is none of a street's words.
    pub weak_unit: Option<&'static str>,
    /// A unit without a number.
    pub unit_alone: Option<&'static str>,
    /// A state or province.
    pub state: Option<&'static str>,
    /// Whether a state's name of several words ends so.
    pub ends_state: bool,
    /// A number in words.
    pub number: Option<u32>,
    /// Tens that ones may follow.
    pub tens: Option<u32>,
}

static NOTHING: LazyLock<Meanings> = LazyLock::new(Meanings::default);
static MEANINGS: LazyLock<HashMap<String, Meanings>> = LazyLock::new(read);

/// What a word may mean. One look into one table for each word: addresses are compared by the thousand.
pub fn meanings(word: &str) -> &'static Meanings {
    MEANINGS.get(word).unwrap_or(&NOTHING)
}

/// Whether a state is one of Canada's provinces or territories.
pub fn is_province(state: &str) -> bool {
    regions::CANADA
        .iter()
        .any(|row| row.split(' ').next() == Some(state))
}

fn read() -> HashMap<String, Meanings> {
    let mut all: HashMap<String, Meanings> = HashMap::with_capacity(1200);
    let mut set =
        |word: &str, set: &dyn Fn(&mut Meanings)| set(all.entry(word.to_owned()).or_default());
    for (word, short) in rows(suffixes::SUFFIXES) {
        set(word, &|word| word.kind = Some(short));
    }
    for (word, short) in classes(suffixes::FRENCH_TYPES) {
        set(word, &|word| word.french_kind = Some(short));
    }
    for (word, short) in classes(suffixes::SHARED_TYPES) {
        set(word, &|word| word.shared_kind = Some(short));
    }
    for (word, short) in rows(directions::DIRECTIONS) {
        set(word, &|word| word.direction = Some(short));
    }
    for (word, short) in classes(directions::FRENCH_DIRECTIONS) {
        set(word, &|word| word.french_direction = Some(short));
    }
    for (word, class) in classes(units::STRONG) {
        set(word, &|word| word.strong_unit = Some(class));
    }
    for (word, class) in classes(units::WEAK) {
        set(word, &|word| word.weak_unit = Some(class));
    }
    for (word, short) in rows(units::ALONE) {
        set(word, &|word| word.unit_alone = Some(short));
    }
    for (name, short) in rows(regions::UNITED_STATES).chain(rows(regions::CANADA)) {
        set(&name.replace('_', ""), &|word| word.state = Some(short));
        if let Some((_, last)) = name.rsplit_once('_') {
            set(last, &|word| word.ends_state = true);
        }
    }
    for (number, spelled) in numbers::spelled() {
        set(&spelled, &|word| word.number = Some(number));
    }
    for (tens, (spelled, _)) in (20..).step_by(10).zip(numbers::TENS) {
        set(spelled, &|word| word.tens = Some(tens));
    }
    all
}

/// Each row is the word that stands for all in it, and the others: all of them with the first.
fn rows(rows: &'static [&'static str]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let words = |row: &&'static str| {
        let first = row.split_whitespace().next().unwrap_or_default();
        row.split_whitespace().map(move |word| (word, first))
    };
    rows.iter().flat_map(words)
}

/// Each row is what its words stand for, which is none of them by itself, and the words.
fn classes(rows: &'static [&'static str]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let split = rows.iter().filter_map(|row| row.split_once(' '));
    split.flat_map(|(class, words)| words.split_whitespace().map(move |word| (word, class)))
}
