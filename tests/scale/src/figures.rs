//! What came of a scenario, in numbers.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::engine::Engine;
use crate::engine::clock::Time;
use crate::fleet::{BACKLOG, Fleet, PHOTOS, SYNC, Waits};
use crate::gauge::{Gauge, as_f64};

/// See the module.
#[derive(Debug, Clone)]
pub struct Figures {
    /// What was looked at.
    pub name: String,
    /// Messages into `sync.fifo` a second, and in the busiest.
    pub arrivals: Level,
    /// Invocations of `project-sync` for it, the looks that these take, and messages that wait.
    pub busy: Level,
    pub at_work: Level,
    pub waiting: Level,
    /// The same of the photo queue.
    pub photos_busy: Level,
    /// Of live changes, and of sync runs.
    pub files_waiting: [Level; 2],
    /// Of live changes: until they begin, and until they are on the other side.
    pub begun: Quantiles,
    pub visible: Quantiles,
    /// The latter where the organization has a sync run.
    pub beside_a_run: Quantiles,
    /// From the end of an outage until an organization has caught up.
    pub moved: Quantiles,
    /// How long sync runs and nightly passes took that ended.
    pub runs: Quantiles,
    pub nights: Quantiles,
}

/// Its mean and peak.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    pub mean: f64,
    pub peak: usize,
}

/// So many there were; half, 95 and 99 of a hundred took no longer, and none took longer than the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    pub count: usize,
    pub half: Duration,
    pub of_95: Duration,
    pub of_99: Duration,
    pub all: Duration,
}

/// What live changes are to keep: 95 and 99 of a hundred are on the other side within these.
pub const TARGET_95: Duration = Duration::from_secs(2);
pub const TARGET_99: Duration = Duration::from_secs(10);

impl Figures {
    /// What was measured since that time.
    pub(crate) fn of(name: &str, engine: &mut Engine<Fleet>, since: Time) -> Self {
        let now = engine.world.now();
        let level = |gauge: &Gauge| Level {
            mean: gauge.mean(now),
            peak: gauge.peak(),
        };
        let sent = engine.world.sent(SYNC);
        let arrivals = Level {
            mean: as_f64(sent.all) / now.saturating_sub(since).as_secs_f64(),
            peak: sent.most_in_a_second,
        };
        let (busy, at_work) = (level(engine.busy(SYNC)), level(engine.at_work(SYNC)));
        let waiting = level(engine.waiting(SYNC));
        let photos_busy = level(engine.busy(PHOTOS));
        let files_waiting = [PHOTOS, BACKLOG].map(|queue| level(engine.waiting(queue)));
        let seen = &mut engine.workload.seen;
        Self {
            name: name.to_owned(),
            arrivals,
            busy,
            at_work,
            waiting,
            photos_busy,
            files_waiting,
            begun: Quantiles::of(&mut seen.begun),
            visible: Quantiles::of(&mut seen.visible),
            beside_a_run: Quantiles::of(&mut seen.beside_a_run),
            moved: Quantiles::of(&mut seen.moved),
            runs: Quantiles::of(&mut seen.runs),
            nights: Quantiles::of(&mut seen.nights),
        }
    }

    /// Whether live changes keep what they are to.
    pub fn holds(&self) -> bool {
        self.visible.of_95 < TARGET_95 && self.visible.of_99 < TARGET_99
    }
}

impl Quantiles {
    /// These, or the others where these are none.
    #[must_use]
    pub fn or<'a>(&'a self, others: &'a Self) -> &'a Self {
        if self.count == 0 { others } else { self }
    }

    fn of(waits: &mut Waits) -> Self {
        Self {
            count: waits.count(),
            half: waits.within(500),
            of_95: waits.within(950),
            of_99: waits.within(990),
            all: waits.within(1_000),
        }
    }
}

impl Display for Level {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{:.0} ({})", self.mean, self.peak)
    }
}

impl Display for Quantiles {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return write!(to, "–");
        }
        let all = [self.half, self.of_95, self.of_99, self.all];
        let all = all.map(|one| seconds(one.as_secs_f64()));
        write!(to, "{}", all.join(" / "))
    }
}

/// As precise as it matters.
fn seconds(seconds: f64) -> String {
    match seconds {
        ..10.0 => format!("{seconds:.2}"),
        10.0..100.0 => format!("{seconds:.1}"),
        _ => format!("{seconds:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_precise_as_it_matters() {
        let quantiles = Quantiles {
            count: 4,
            half: Duration::from_millis(834),
            of_95: Duration::from_millis(12_345),
            of_99: Duration::from_mins(4),
            all: Duration::from_secs(1_001),
        };
        assert_eq!(quantiles.to_string(), "0.83 / 12.3 / 240 / 1001");
        let none = Quantiles {
            count: 0,
            ..quantiles
        };
        assert_eq!(none.to_string(), "–");
    }
}
