#![doc = include_str!("../README.md")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::{ContextV7, Uuid};

/// The process's clock. Clones are the same clock.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// How far it is ahead of the system's: never anything but 0, except in tests.
    ahead_ms: Arc<AtomicI64>,
    /// Keeps ids of the same millisecond in the order in which they were made. It is this clock's alone: ids
    /// begin with the time, and no other clock is to carry them away from it.
    order: Arc<Mutex<ContextV7>>,
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        Timestamp::now()
            .saturating_add(ahead)
            .unwrap_or(Timestamp::MAX)
    }

    /// Now, in Unix seconds.
    pub fn now_s(&self) -> i64 {
        self.now().as_second()
    }

    /// Now, in Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// An id nobody else has, whose text sorts by when it was made.
    pub fn id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(
            &*self.order,
            seconds,
            nanoseconds,
        ))
    }

    /// Lets time pass, all at once: for tests.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_pass_for_every_clone_at_once() {
        let clock = Clock::default();
        let before = clock.now_s();
        clock.clone().advance(Duration::from_hours(3));
        assert!((3 * 3600..3 * 3600 + 60).contains(&(clock.now_s() - before)));
    }

    #[test]
    fn ids_sort_by_when_they_were_made() {
        let clock = Clock::default();
        let mut ids: Vec<_> = (0..1000).map(|_| clock.id().to_string()).collect();
        clock.advance(Duration::from_millis(1));
        ids.push(clock.id().to_string());
        assert!(ids.is_sorted());
    }
}
