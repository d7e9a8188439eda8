//! What there is to know of how addresses are written, as data.

pub mod directions;
pub mod numbers;
pub mod regions;
pub mod suffixes;
pub mod units;

use std::collections::HashMap;
use std::sync::LazyLock;

/// From any way to write a word to the one that stands for all.
pub struct Table(LazyLock<HashMap<&'static str, &'static str>>);

impl Table {
    const fn new(read: fn() -> HashMap<&'static str, &'static str>) -> Self {
        Self(LazyLock::new(read))
    }

    /// The one that stands for this word, if the word is in the table.
    pub fn get(&self, word: &str) -> Option<&'static str> {
        self.0.get(word).copied()
    }
}

/// Each row is the word that stands for all in it, and the others.
fn rows(rows: &[&'static str]) -> HashMap<&'static str, &'static str> {
    let rows = rows.iter().filter_map(|row| {
        let mut words = row.split_whitespace();
        let first = words.next()?;
        Some(
            std::iter::once(first)
                .chain(words)
                .map(move |word| (word, first)),
        )
    });
    rows.flatten().collect()
}

/// Each row is what its words stand for, which is none of them by itself, and the words.
fn classes(rows: &[&'static str]) -> HashMap<&'static str, &'static str> {
    let rows = rows.iter().filter_map(|row| row.split_once(' '));
    let words =
        rows.flat_map(|(class, words)| words.split_whitespace().map(move |word| (word, class)));
    words.collect()
}

pub static SUFFIX: Table = Table::new(|| rows(suffixes::SUFFIXES));
pub static FRENCH_TYPE: Table = Table::new(|| classes(suffixes::FRENCH_TYPES));
pub static SHARED_TYPE: Table = Table::new(|| classes(suffixes::SHARED_TYPES));
pub static DIRECTION: Table = Table::new(|| rows(directions::DIRECTIONS));
pub static FRENCH_DIRECTION: Table = Table::new(|| rows(directions::FRENCH_DIRECTIONS));
pub static STRONG_UNIT: Table = Table::new(|| classes(units::STRONG));
pub static WEAK_UNIT: Table = Table::new(|| classes(units::WEAK));
pub static UNIT_ALONE: Table = Table::new(|| rows(units::ALONE));
pub static STATE: Table = Table::new(|| rows(regions::UNITED_STATES));
pub static PROVINCE: Table = Table::new(|| rows(regions::CANADA));
