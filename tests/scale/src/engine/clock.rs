//! The virtual clock: what is to happen, in the order of its time.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

/// A time is how long it is since the beginning.
pub type Time = Duration;

/// What is to happen, and when.
#[derive(Debug)]
pub struct Clock<E> {
    now: Time,
    number: u64,
    /// What is due in this second or before.
    due: BinaryHeap<Reverse<Due<E>>>,
    second: u64,
    /// What is due later, by its second: put in order only then, since most of it waits for long.
    later: BTreeMap<u64, Vec<Due<E>>>,
}

#[derive(Debug)]
struct Due<E> {
    at: Time,
    /// Of the same time, what was said first comes first.
    number: u64,
    what: E,
}

impl<E> Default for Clock<E> {
    fn default() -> Self {
        Self {
            now: Time::ZERO,
            number: 0,
            due: BinaryHeap::new(),
            second: 0,
            later: BTreeMap::new(),
        }
    }
}

impl<E> Clock<E> {
    /// What time it is.
    pub fn now(&self) -> Time {
        self.now
    }

    /// This happens after that time.
    pub fn after(&mut self, wait: Duration, what: E) {
        self.number += 1;
        let due = Due {
            at: self.now + wait,
            number: self.number,
            what,
        };
        let second = due.at.as_secs();
        if second <= self.second {
            self.due.push(Reverse(due));
        } else {
            self.later.entry(second).or_default().push(due);
        }
    }

    /// Lets time pass until something happens, but not beyond `end`.
    pub fn next(&mut self, end: Time) -> Option<E> {
        while self.due.is_empty() {
            let Some((second, later)) = self.later.pop_first() else {
                self.now = end;
                return None;
            };
            self.second = second;
            self.due.extend(later.into_iter().map(Reverse));
        }
        let is_due = self.due.peek().is_some_and(|Reverse(due)| due.at <= end);
        if !is_due {
            self.now = end;
            return None;
        }
        let Reverse(due) = self.due.pop()?;
        self.now = due.at;
        Some(due.what)
    }
}

impl<E> PartialEq for Due<E> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl<E> Eq for Due<E> {}

impl<E> PartialOrd for Due<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Due<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_in_the_order_of_its_time_and_then_as_it_was_said() {
        let mut clock = Clock::default();
        let seconds = Duration::from_secs;
        for (wait, what) in [(3, 'c'), (1, 'a'), (3, 'd'), (2, 'b'), (9, 'e')] {
            clock.after(seconds(wait), what);
        }
        let mut happened = String::new();
        while let Some(what) = clock.next(seconds(5)) {
            happened.push(what);
        }
        assert_eq!(happened, "abcd");
        assert_eq!(clock.now(), seconds(5));
        assert_eq!(clock.next(seconds(20)), Some('e'));
        assert_eq!(clock.now(), seconds(9));
    }
}
