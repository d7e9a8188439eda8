//! A number that goes up and down: its mean over time, and its peak.

use crate::engine::clock::Time;

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gauge {
    value: usize,
    peak: usize,
    since: Time,
    changed: Time,
    /// Its integral over time, in seconds.
    area: f64,
}

impl Gauge {
    /// What it is now.
    pub fn value(&self) -> usize {
        self.value
    }

    /// It is another from here on.
    pub fn set(&mut self, now: Time, value: usize) {
        self.area += as_f64(self.value) * now.saturating_sub(self.changed).as_secs_f64();
        self.changed = now;
        self.value = value;
        self.peak = self.peak.max(value);
    }

    /// It rises or falls.
    pub fn change(&mut self, now: Time, by: isize) {
        self.set(now, self.value.saturating_add_signed(by));
    }

    /// What was before does not count.
    pub fn begin(&mut self, now: Time) {
        *self = Self {
            value: self.value,
            peak: self.value,
            since: now,
            changed: now,
            area: 0.0,
        };
    }

    /// Its mean so far.
    pub fn mean(&self, now: Time) -> f64 {
        let area = self.area + as_f64(self.value) * now.saturating_sub(self.changed).as_secs_f64();
        area / now.saturating_sub(self.since).as_secs_f64()
    }

    /// The most that it was.
    pub fn peak(&self) -> usize {
        self.peak
    }
}

/// Counts here are far below what a float tells apart.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts of messages are small numbers"
)]
pub fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_mean_is_over_time_and_not_over_changes() {
        let at = Duration::from_secs;
        let mut gauge = Gauge::default();
        gauge.set(at(0), 100);
        gauge.set(at(10), 4);
        gauge.begin(at(10));
        gauge.set(at(12), 1);
        gauge.change(at(13), 5);
        gauge.change(at(13), -6);
        assert!(
            (gauge.mean(at(20)) - 0.9).abs() < 1e-9,
            "{}",
            gauge.mean(at(20))
        );
        assert_eq!(gauge.peak(), 6);
    }
}
