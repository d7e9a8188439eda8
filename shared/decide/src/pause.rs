//! When a side that does not answer is probed (B36).

use std::time::Duration;

use model::pause::Pause;
use one_click::OrgId;

/// The first probe comes so soon; each in vain doubles the wait.
const FIRST_S: i64 = 5;
/// The longest wait. With the probe's own seconds it is about so long after the end of an outage that an
/// organization notices at the latest.
const LONGEST_S: i64 = 146;
/// The first long wait is this and the organization's share of the rest, so that thousands that failed
/// in the same second neither probe nor come back in the same second.
const SHORTEST_LONG_S: i64 = 40;
/// Doubled so often, a wait is longer than any.
const MOST_DOUBLED: u32 = 10;
/// A probe that is so late was lost.
const LOST_S: i64 = 4 * 60;
/// One Click is asked for everybody no more often than this.
const FOR_ALL_S: i64 = 15;

/// The pause that begins now. `seq` tells it from any other.
pub fn begun(now: i64, seq: i64) -> Pause {
    Pause {
        since: now,
        until: now + FIRST_S,
        probes: 0,
        seq,
    }
}

/// The pause after one more probe in vain.
pub fn prolonged(pause: &Pause, org: &OrgId, now: i64) -> Pause {
    let probes = pause.probes.saturating_add(1);
    let doubled = |probes: u32| FIRST_S << probes.min(MOST_DOUBLED);
    let wait = if doubled(probes) < LONGEST_S {
        doubled(probes)
    } else if doubled(pause.probes) < LONGEST_S {
        SHORTEST_LONG_S + share(org)
    } else {
        LONGEST_S
    };
    Pause {
        since: pause.since,
        until: now + wait,
        probes,
        seq: pause.seq + 1,
    }
}

/// How long until the next probe.
pub fn wait(pause: &Pause, now: i64) -> Duration {
    Duration::from_secs((pause.until - now).max(1).unsigned_abs())
}

/// Whether the message of the next probe was lost.
pub fn is_lost(pause: &Pause, now: i64) -> bool {
    now - pause.until > LOST_S
}

/// Whether somebody else has just probed for everybody.
pub fn was_probed(probed_at: i64, now: i64) -> bool {
    now - probed_at < FOR_ALL_S
}

/// The same for every version and process.
fn share(org: &OrgId) -> i64 {
    let sum = org
        .as_str()
        .bytes()
        .fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 65_521);
    sum % (LONGEST_S - SHORTEST_LONG_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(number: usize) -> OrgId {
        OrgId::parse(&format!("org_{number}")).unwrap()
    }

    #[test]
    fn b36_a_side_is_probed_at_least_every_150_seconds_and_under_170_times_in_six_hours() {
        for number in 0..200 {
            let (org, mut now) = (org(number), 0);
            let mut pause = begun(now, 1);
            while pause.until < 6 * 3600 {
                assert!(pause.until - now <= 150, "{pause:?}");
                now = pause.until;
                pause = prolonged(&pause, &org, now);
            }
            // The look that failed, what told that it is no item's fault, and the probes.
            assert!(2 + pause.probes < 170, "{} probes", pause.probes);
        }
    }

    #[test]
    fn b36_organizations_do_not_probe_in_the_same_second() {
        let late = |number| {
            let mut pause = begun(0, 1);
            for _ in 0..8 {
                pause = prolonged(&pause, &org(number), pause.until);
            }
            pause.until
        };
        let seconds: std::collections::BTreeSet<_> = (0..1000).map(late).collect();
        assert!(seconds.len() >= 100, "{seconds:?}");
    }

    #[test]
    fn b36_a_lost_probe_is_told_from_a_late_one() {
        let pause = begun(1_000, 1);
        assert!(!is_lost(&pause, pause.until + 60));
        assert!(is_lost(&pause, pause.until + 300));
    }
}
