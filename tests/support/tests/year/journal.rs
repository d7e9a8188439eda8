//! What happened in a year, so that whoever looks at one that failed sees what led to it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// More entries than that help nobody.
const MOST: usize = 150;

/// What an event is about that may concern everything.
const EVERYTHING: [&str; 3] = ["preferences", "sync", "tags"];

struct Entry {
    day: i64,
    text: String,
    about: BTreeSet<String>,
}

#[derive(Default)]
pub struct Journal(Vec<Entry>);

impl Journal {
    /// Writes down an event, and the ids of what it concerns.
    pub fn note(&mut self, day: i64, text: String, about: &[&str]) {
        let about = about.iter().map(|id| (*id).to_owned()).collect();
        self.0.push(Entry { day, text, about });
    }

    /// How many events concerned something; settling and nights concern nothing by themselves.
    pub fn events(&self) -> usize {
        let events = self.0.iter().filter(|entry| !entry.about.is_empty());
        events.count()
    }

    /// The last events about anything that the differences name, or that one of those events names,
    /// with what concerned everything.
    pub fn about(&self, differences: &[String]) -> String {
        let words = differences.iter().flat_map(|difference| {
            difference.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        });
        let named: BTreeSet<_> = words.map(str::to_owned).collect();
        let mut known = named.clone();
        known.extend(EVERYTHING.map(str::to_owned));
        for entry in &self.0 {
            if !entry.about.is_disjoint(&named) {
                known.extend(entry.about.iter().cloned());
            }
        }
        let concerns = |entry: &&Entry| entry.about.is_empty() || !entry.about.is_disjoint(&known);
        let lines: Vec<_> = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, entry)| concerns(entry))
            .collect();
        let mut text = String::new();
        for (number, entry) in &lines[lines.len().saturating_sub(MOST)..] {
            // Writing to a String can't fail.
            let _ = writeln!(text, "{number:>5}  day {:>3}  {}", entry.day, entry.text);
        }
        text
    }
}
