//! The part of a processor that the looks of an invocation share.

use std::time::Duration;

use super::Effort;
use crate::gauge::as_f64;

/// How long a look takes beside others of its invocation, which share a part of a processor: each waits for
/// answers or for the processor, in turns. That is a closed network with one server, whose mean times Reiser's
/// mean value analysis gives exactly.
pub(super) fn beside_others(effort: Effort, processor: f64, looks: usize) -> Duration {
    let waits = effort.waits.as_secs_f64();
    let alone = effort.processor.as_secs_f64() / processor;
    let (mut queue, mut there) = (0.0, alone);
    for looks in 1..=looks {
        there = alone * (1.0 + queue);
        let total = waits + there;
        queue = if total > 0.0 {
            as_f64(looks) / total * there
        } else {
            0.0
        };
    }
    Duration::from_secs_f64(waits + there)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes_ms(waits: u64, processor: u64, looks: usize) -> u128 {
        let effort = Effort {
            waits: Duration::from_millis(waits),
            processor: Duration::from_millis(processor),
        };
        beside_others(effort, 0.5, looks).as_millis()
    }

    #[test]
    fn looks_that_only_wait_are_not_slower_together_and_those_that_only_work_take_turns() {
        assert_eq!(takes_ms(500, 0, 1), 500);
        assert_eq!(takes_ms(500, 0, 10), 500);
        assert_eq!(takes_ms(0, 20, 1), 40, "half a processor");
        assert_eq!(takes_ms(0, 20, 10), 400);
        let mixed = takes_ms(500, 20, 10);
        assert!((560..640).contains(&mixed), "{mixed}");
    }
}
