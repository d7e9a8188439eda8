//! Staying within `CompanyCam`'s rate limit: 240 GETs and 100 writes for each access token and
//! minute, with no header that tells what is left (B29).
//!
//! Every call is written down in the organization's call budget before it is made, in slots of two
//! seconds. The sum over the last 62 seconds covers any minute that the other side may count, so
//! the limit holds however its minutes are cut. A backfill leaves some of it to live events, and the
//! nightly pass leaves more to both.

use std::time::Duration;

use store::ephemeral::CallBudget;

/// Seconds in a slot.
const SLOT_S: i64 = 2;
/// Slots that may overlap a minute: thirty, and the one that is cut in two.
const SLOTS: i64 = 31;

/// For how many calls there should be room before a backfill goes on.
const BACKFILL_ROOM: u32 = 20;

/// What a call counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// GET.
    Read,
    /// POST, PUT, DELETE.
    Write,
}

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// A change that somebody is waiting to see: may use all that is left.
    Live,
    /// A sync run: leaves the rest to live changes.
    Backfill,
    /// The nightly pass: leaves the rest to both.
    Nightly,
}

/// How many calls a lane may bring the last minute to. 224 in 62 seconds is 216.8 a minute: at least
/// 90 % of the limit, as a backfill should, with 12 left for live changes. The last few GETs are for
/// calls that nobody counts: connecting asks who consented before the organization is known.
fn limit(call: Call, lane: Lane) -> u32 {
    match (call, lane) {
        (Call::Read, Lane::Live) => 236,
        (Call::Read, Lane::Backfill) => 224,
        (Call::Write, Lane::Live) => 100,
        (Call::Write, Lane::Backfill) => 90,
        (Call::Read, Lane::Nightly) => 200,
        (Call::Write, Lane::Nightly) => 80,
    }
}

/// The budget with one more call at `now` (Unix seconds), or how long to wait until there is room.
pub fn spend(
    budget: &CallBudget,
    call: Call,
    lane: Lane,
    now: i64,
) -> Result<CallBudget, Duration> {
    let slot = now.div_euclid(SLOT_S);
    let mut slots: Vec<(i64, u32, u32)> = budget
        .slots
        .iter()
        .copied()
        .filter(|(number, ..)| *number > slot - SLOTS)
        .collect();
    let count = |(_, reads, writes): &(i64, u32, u32)| match call {
        Call::Read => *reads,
        Call::Write => *writes,
    };
    let used: u32 = slots.iter().map(count).sum();
    let limit = limit(call, lane);
    if used >= limit {
        // A backfill has many looks waiting: coming back for one call each would be all that they do.
        let room = match lane {
            Lane::Live => 1,
            Lane::Backfill | Lane::Nightly => BACKFILL_ROOM,
        };
        return Err(room_after(&slots, count, used + room - limit, now));
    }
    let (read, write) = match call {
        Call::Read => (1, 0),
        Call::Write => (0, 1),
    };
    match slots.iter_mut().find(|(number, ..)| *number == slot) {
        Some((_, reads, writes)) => {
            *reads += read;
            *writes += write;
        }
        None => slots.push((slot, read, write)),
    }
    Ok(CallBudget {
        rev: budget.rev,
        slots,
        expires_at: now + 10 * 60,
    })
}

/// When so many calls have fallen out of the window.
fn room_after(
    slots: &[(i64, u32, u32)],
    count: impl Fn(&(i64, u32, u32)) -> u32,
    needed: u32,
    now: i64,
) -> Duration {
    let mut sorted: Vec<_> = slots.iter().collect();
    sorted.sort_unstable();
    let mut freed = 0;
    for slot in sorted {
        freed += count(slot);
        if freed >= needed {
            let wait_s = (slot.0 + SLOTS) * SLOT_S - now;
            return Duration::from_secs(u64::try_from(wait_s).unwrap_or(1).max(1));
        }
    }
    Duration::from_secs(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spend_all(lane: Lane, from: i64, seconds: i64, per_second: u32) -> Vec<i64> {
        let mut budget = CallBudget::default();
        let mut calls = Vec::new();
        for now in from..from + seconds {
            for _ in 0..per_second {
                match spend(&budget, Call::Read, lane, now) {
                    Ok(next) => {
                        budget = next;
                        calls.push(now);
                    }
                    Err(wait) => assert!((1..=62).contains(&wait.as_secs()), "{wait:?}"),
                }
            }
        }
        calls
    }

    #[test]
    fn b29_a_backfill_uses_nine_tenths_of_the_limit() {
        let calls = spend_all(Lane::Backfill, 1_000_003, 3600, 50);
        let minutes = 60;
        assert!(calls.len() >= 216 * minutes, "{} in an hour", calls.len());
    }

    #[test]
    fn b29_a_live_change_has_room_while_a_backfill_waits() {
        let mut budget = CallBudget::default();
        let now = 5_000;
        while let Ok(next) = spend(&budget, Call::Read, Lane::Backfill, now) {
            budget = next;
        }
        assert!(spend(&budget, Call::Read, Lane::Live, now).is_ok());
        assert!(
            spend(&budget, Call::Write, Lane::Backfill, now).is_ok(),
            "writes are counted apart"
        );
    }

    #[test]
    fn b29_waiting_as_told_finds_room() {
        let mut budget = CallBudget::default();
        for now in [5_000, 5_001, 5_030] {
            for _ in 0..100 {
                budget = spend(&budget, Call::Read, Lane::Backfill, now).unwrap_or(budget);
            }
        }
        let wait = spend(&budget, Call::Read, Lane::Backfill, 5_031).unwrap_err();
        let later = 5_031 + i64::try_from(wait.as_secs()).unwrap();
        assert!(spend(&budget, Call::Read, Lane::Backfill, later).is_ok());
        assert!(
            spend(&budget, Call::Read, Lane::Backfill, later - 2).is_err(),
            "not much too long either"
        );
    }

    proptest! {
        #[test]
        fn b29_no_minute_however_cut_holds_more_than_the_limit(
            starts in proptest::collection::vec((0_i64..300, 1_u32..240), 1..12),
        ) {
            let mut starts = starts;
            starts.sort_unstable();
            let mut budget = CallBudget::default();
            let mut calls = Vec::new();
            for (at, burst) in starts {
                for _ in 0..burst {
                    if let Ok(next) = spend(&budget, Call::Read, Lane::Live, at) {
                        budget = next;
                        calls.push(at);
                    }
                }
            }
            for cut in 0..300 {
                let within = calls.iter().filter(|at| (cut..cut + 60).contains(*at)).count();
                prop_assert!(within <= 240, "{within} calls in the minute from {cut}");
            }
        }
    }
}
