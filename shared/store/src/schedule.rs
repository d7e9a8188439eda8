//! When each connected organization is polled next (B17): a stored time, so that organizations are
//! spread over the interval, whenever the schedule runs.

use model::one_click::OrgId;
use serde::Deserialize;

use crate::change::Change;
use crate::keys::{org_key, shard_name};
use crate::{Error, Store};

/// Every organization is polled once in so many seconds.
pub const POLL_EVERY_S: i64 = 15 * 60;

/// An organization whose poll is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DuePoll {
    pub org_id: OrgId,
    /// Since when, in Unix seconds.
    pub poll_due_at: i64,
}

/// When an organization's first poll is due: its own share of the interval from now, always the same.
pub(crate) fn first_poll(org: &OrgId, now: i64) -> i64 {
    let sum = org.as_str().bytes().fold(11_i64, |sum, byte| {
        (sum * 131 + i64::from(byte)) % 1_000_003
    });
    now + sum % POLL_EVERY_S
}

/// When the poll after that one is due: in step with it, and later than now.
fn next_poll(due_at: i64, now: i64) -> i64 {
    let missed = (now - due_at).max(0) / POLL_EVERY_S;
    due_at + (missed + 1) * POLL_EVERY_S
}

impl Store {
    /// Up to `most` organizations of a shard whose poll is due at `now`, the longest first.
    pub async fn due_polls(&self, shard: u32, now: i64, most: i32) -> Result<Vec<DuePoll>, Error> {
        let query = self.organizations.query().index("due");
        let (due, _) = query
            .when("#connected_shard = :shard AND #poll_due_at <= :now")
            .value(":shard", shard_name(shard))
            .value(":now", now)
            .limit(most)
            .page()
            .await?;
        Ok(due)
    }

    /// The poll was queued; the next is due in its turn.
    pub async fn poll_queued(&self, due: &DuePoll, now: i64) -> Result<(), Error> {
        let change = Change::new()
            .set("poll_due_at", next_poll(due.poll_due_at, now))
            .when("#poll_due_at = :due_at")
            .value(":due_at", due.poll_due_at);
        self.organizations
            .apply(org_key(&due.org_id), change)
            .await?;
        Ok(())
    }

    /// Gives a connected organization its turn if it has none, as those connected by an earlier version.
    pub async fn give_poll_a_turn(&self, org: &OrgId, now: i64) -> Result<(), Error> {
        let change = Change::new()
            .set("poll_due_at", first_poll(org, now))
            .when("attribute_exists(#connected_shard) AND attribute_not_exists(#poll_due_at)");
        self.organizations.apply(org_key(org), change).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn b17_organizations_are_spread_over_the_interval() {
        let mut minutes = BTreeMap::<i64, usize>::new();
        for number in 0..15_000 {
            let org = OrgId::parse(&format!("org_{number}")).unwrap();
            *minutes.entry(first_poll(&org, 0) / 60).or_default() += 1;
        }
        assert_eq!(minutes.len(), 15);
        assert!(
            minutes.values().all(|count| (800..1200).contains(count)),
            "{minutes:?}"
        );
    }

    #[test]
    fn b17_the_next_poll_keeps_its_turn_however_late_the_last_was() {
        assert_eq!(next_poll(1_000, 1_010), 1_900);
        assert_eq!(next_poll(1_000, 1_900), 2_800);
        assert_eq!(next_poll(1_000, 5_000), 5_500);
    }
}
