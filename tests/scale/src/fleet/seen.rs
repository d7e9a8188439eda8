//! What was seen of the waiting.

use std::time::Duration;

/// Waiting times, in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct Waits(Vec<u32>);

impl Waits {
    /// One more.
    pub fn note(&mut self, wait: Duration) {
        self.0
            .push(u32::try_from(wait.as_millis()).unwrap_or(u32::MAX));
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// So many of a thousand waited no longer than this.
    pub fn within(&mut self, of_a_thousand: usize) -> Duration {
        if self.0.is_empty() {
            return Duration::ZERO;
        }
        let place = (self.0.len() * of_a_thousand).div_ceil(1_000).max(1) - 1;
        let (_, wait, _) = self.0.select_nth_unstable(place);
        Duration::from_millis(u64::from(*wait))
    }
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// From the delivery of a live change until it is looked at.
    pub begun: Waits,
    /// Until it is on the other side.
    pub visible: Waits,
    /// The same of organizations with a sync run.
    pub beside_a_run: Waits,
    /// The same of what came while its organization's work with CompanyCam was paused.
    pub parked: Waits,
    /// From the end of an outage until the organization has caught up.
    pub moved: Waits,
    /// How long sync runs took that ended.
    pub runs: Waits,
    /// How long nightly passes took that ended.
    pub nights: Waits,
    /// Live changes that were delivered.
    pub told: usize,
    /// What became of messages: looked at, or put off, parked or dropped.
    pub looked_at: usize,
    pub put_off: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_a_thousand_waited_no_longer() {
        let mut waits = Waits::default();
        assert_eq!(waits.within(500), Duration::ZERO);
        (1..=200)
            .rev()
            .for_each(|ms| waits.note(Duration::from_millis(ms)));
        let within = |waits: &mut Waits, part| waits.within(part).as_millis();
        assert_eq!(within(&mut waits, 500), 100);
        assert_eq!(within(&mut waits, 950), 190);
        assert_eq!(within(&mut waits, 1_000), 200);
        assert_eq!(within(&mut waits, 0), 1);
    }
}
