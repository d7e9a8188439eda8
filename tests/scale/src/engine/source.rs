//! An event source: so many invocations of its function at once.

use std::collections::VecDeque;
use std::time::Duration;

use super::clock::Time;
use crate::gauge::Gauge;

/// What the template, and AWS, say of an event source and its function.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSettings {
    /// The number of its queue.
    pub queue: usize,
    /// How many messages an invocation gets at most.
    pub batch: usize,
    /// How many invocations there are at once at most.
    pub most: usize,
    /// After so long an invocation begins nothing more, and gives the rest back.
    pub begins_for: Duration,
    /// Whether the function deletes what is done while others of its batch still work, and how long one takes.
    pub deletes_early: Option<Duration>,
    /// The part of a processor that an invocation has.
    pub processor: f64,
}

/// How fast Lambda asks a queue more often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaling {
    /// So many invocations are there at once without waiting.
    pub at_once: usize,
    /// One more is there after so long while messages wait.
    pub another_after: Duration,
    /// So many seconds a number of invocations that was needed stays allowed.
    pub kept_s: usize,
}

/// An event source at work.
#[derive(Debug)]
pub(super) struct Source {
    pub settings: SourceSettings,
    pub busy: Gauge,
    /// Looks that are being taken.
    pub at_work: Gauge,
    /// Somebody is about to ask the queue.
    pub asks: bool,
    /// Another invocation is about to be allowed.
    pub grows: bool,
    /// How many environments were started.
    environments: usize,
    recent: Recent,
}

impl Source {
    pub fn new(settings: SourceSettings, scaling: Scaling) -> Self {
        Self {
            settings,
            busy: Gauge::default(),
            at_work: Gauge::default(),
            asks: false,
            grows: false,
            environments: 0,
            recent: Recent {
                scaling,
                most: VecDeque::new(),
            },
        }
    }

    /// Whether one more invocation may begin without having to wait for Lambda to allow more.
    pub fn has_room(&mut self, now: Time) -> bool {
        self.is_below_most() && self.busy.value() < self.recent.allowed(now)
    }

    /// Whether one more may begin at all.
    pub fn is_below_most(&self) -> bool {
        self.busy.value() < self.settings.most
    }

    /// One more begins; whether its environment has to be started first.
    pub fn begins(&mut self, now: Time) -> bool {
        self.busy.change(now, 1);
        self.recent.note(now, self.busy.value());
        let is_cold = self.busy.value() > self.environments;
        self.environments = self.environments.max(self.busy.value());
        is_cold
    }
}

/// How many invocations there were at once lately.
#[derive(Debug)]
struct Recent {
    scaling: Scaling,
    /// Seconds, and the most in each and whatever came later: falling.
    most: VecDeque<(u64, usize)>,
}

impl Recent {
    fn allowed(&mut self, now: Time) -> usize {
        let kept = u64::try_from(self.scaling.kept_s).unwrap_or(u64::MAX);
        while self
            .most
            .front()
            .is_some_and(|(second, _)| second + kept < now.as_secs())
        {
            self.most.pop_front();
        }
        let most = self.most.front().map_or(0, |(_, most)| *most);
        most.max(self.scaling.at_once)
    }

    fn note(&mut self, now: Time, busy: usize) {
        while self.most.back().is_some_and(|(_, most)| *most <= busy) {
            self.most.pop_back();
        }
        self.most.push_back((now.as_secs(), busy));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_needed_stays_allowed_for_a_time() {
        let scaling = Scaling {
            at_once: 5,
            another_after: Duration::from_millis(200),
            kept_s: 60,
        };
        let mut recent = Recent {
            scaling,
            most: VecDeque::new(),
        };
        let at = Duration::from_secs;
        assert_eq!(recent.allowed(at(0)), 5);
        for (second, busy) in [(1, 30), (2, 40), (3, 20), (50, 25), (50, 24)] {
            recent.note(at(second), busy);
        }
        assert_eq!(recent.allowed(at(62)), 40);
        assert_eq!(recent.allowed(at(63)), 25);
        assert_eq!(recent.allowed(at(111)), 5);
    }
}
