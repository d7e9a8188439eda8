//! Until when a handler may work: Lambda ends it at that moment, wherever it is.

use std::time::{Duration, SystemTime};

use clock::Clock;
use jiff::{SignedDuration, Timestamp};

/// How often somebody who waits for a moment looks at the clock, which a test may move.
const LOOK: Duration = Duration::from_secs(1);

/// The moment at which the function is ended. Nothing new is begun without the time to finish it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deadline {
    at: Option<Timestamp>,
}

impl Deadline {
    /// Nobody ends it.
    pub const NONE: Self = Self { at: None };

    /// At this moment.
    pub fn at(at: Timestamp) -> Self {
        Self { at: Some(at) }
    }

    /// What is left of it; the longest time there is without one.
    pub fn left(self, clock: &Clock) -> Duration {
        let Some(at) = self.at else {
            return Duration::MAX;
        };
        Duration::try_from(at.duration_since(clock.now())).unwrap_or(Duration::ZERO)
    }

    /// Whether something that takes so long can still be begun.
    pub fn leaves(self, clock: &Clock, needed: Duration) -> bool {
        self.left(clock) >= needed
    }

    /// Waits until only so much is left; for ever without a deadline.
    pub async fn nears(self, clock: &Clock, margin: Duration) {
        let Some(at) = self.at else {
            return std::future::pending().await;
        };
        let margin = SignedDuration::try_from(margin).unwrap_or(SignedDuration::MAX);
        wait_until(clock, at.saturating_sub(margin).unwrap_or(Timestamp::MIN)).await;
    }
}

/// As Lambda gives it with each event.
impl From<SystemTime> for Deadline {
    fn from(at: SystemTime) -> Self {
        Self {
            at: Timestamp::try_from(at).ok(),
        }
    }
}

/// Waits for a moment, by a clock that a test may move meanwhile.
pub async fn wait_until(clock: &Clock, at: Timestamp) {
    loop {
        let left = Duration::try_from(at.duration_since(clock.now())).unwrap_or(Duration::ZERO);
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(LOOK)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b34_what_is_left_shrinks_with_the_clock_and_never_below_nothing() {
        let clock = Clock::default();
        let deadline = Deadline::at(clock.now() + SignedDuration::from_secs(100));
        assert!(deadline.leaves(&clock, Duration::from_secs(90)));
        clock.advance(Duration::from_secs(50));
        assert!(!deadline.leaves(&clock, Duration::from_secs(90)));
        clock.advance(Duration::from_secs(90));
        assert_eq!(deadline.left(&clock), Duration::ZERO);
        assert!(Deadline::NONE.leaves(&clock, Duration::from_hours(9)));
    }

    #[tokio::test]
    async fn b34_whoever_waits_sees_time_pass() {
        let clock = Clock::default();
        let deadline = Deadline::at(clock.now() + SignedDuration::from_secs(100));
        let passes = async { clock.advance(Duration::from_secs(95)) };
        tokio::join!(deadline.nears(&clock, Duration::from_secs(10)), passes);
        assert!(deadline.left(&clock) <= Duration::from_secs(5));
    }
}
