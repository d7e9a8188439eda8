//! When each connected organization is polled next, and gone through as a whole (B17): stored times, so
//! that organizations are spread over the interval, whenever the schedule runs.

use model::one_click::OrgId;
use serde::Deserialize;

use crate::change::Change;
use crate::keys::{org_key, shard_name};
use crate::{Error, Store};

/// What an organization has its turns for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Once in 15 minutes.
    Poll,
    /// Once a night.
    Nightly,
}

impl Turn {
    /// So many seconds lie between two.
    fn every_s(self) -> i64 {
        match self {
            Self::Poll => 15 * 60,
            Self::Nightly => 24 * 60 * 60,
        }
    }

    /// Over so many seconds the organizations are spread.
    fn spread_s(self) -> i64 {
        match self {
            Self::Poll => 15 * 60,
            // The schedule runs for six hours.
            Self::Nightly => 5 * 60 * 60 + 50 * 60,
        }
    }

    fn index(self) -> &'static str {
        match self {
            Self::Poll => "due",
            Self::Nightly => "nightly",
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Self::Poll => "poll_due_at",
            Self::Nightly => "nightly_due_at",
        }
    }

    /// When an organization's first turn is: its own share of the interval from now, always the same.
    pub(crate) fn first(self, org: &OrgId, now: i64) -> i64 {
        let sum = org.as_str().bytes().fold(11_i64, |sum, byte| {
            (sum * 131 + i64::from(byte)) % 1_000_003
        });
        now + sum % self.spread_s()
    }

    /// When the turn after that one is: in step with it, and later than now.
    fn next(self, due_at: i64, now: i64) -> i64 {
        let missed = (now - due_at).max(0) / self.every_s();
        due_at + (missed + 1) * self.every_s()
    }
}

/// An organization whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub org_id: OrgId,
    /// Since when, in Unix seconds.
    pub due_at: i64,
}

#[derive(Deserialize)]
struct DueKey {
    org_id: OrgId,
    poll_due_at: Option<i64>,
    nightly_due_at: Option<i64>,
}

impl Store {
    /// Up to `most` organizations of a shard whose turn it is at `now`, the longest first.
    pub async fn due(
        &self,
        turn: Turn,
        shard: u32,
        now: i64,
        most: i32,
    ) -> Result<Vec<Due>, Error> {
        let attribute = turn.attribute();
        let query = self.organizations.query().index(turn.index());
        let (due, _) = query
            .when(&format!(
                "#connected_shard = :shard AND #{attribute} <= :now"
            ))
            .value(":shard", shard_name(shard))
            .value(":now", now)
            .limit(most)
            .page::<DueKey>()
            .await?;
        let due_at = |key: &DueKey| match turn {
            Turn::Poll => key.poll_due_at,
            Turn::Nightly => key.nightly_due_at,
        };
        let due = due.into_iter().map(|key| Due {
            due_at: due_at(&key).unwrap_or(now),
            org_id: key.org_id,
        });
        Ok(due.collect())
    }

    /// What the turn is for was queued; the next comes in its time.
    pub async fn turn_taken(&self, turn: Turn, due: &Due, now: i64) -> Result<(), Error> {
        let attribute = turn.attribute();
        let change = Change::new()
            .set(attribute, turn.next(due.due_at, now))
            .when(&format!("#{attribute} = :due_at"))
            .value(":due_at", due.due_at);
        self.organizations
            .apply(org_key(&due.org_id), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Gives a connected organization its turn if it has none, as those connected by an earlier version.
    pub async fn give_a_turn(&self, turn: Turn, org: &OrgId, now: i64) -> Result<(), Error> {
        let attribute = turn.attribute();
        let change = Change::new()
            .set(attribute, turn.first(org, now))
            .when(&format!(
                "attribute_exists(#connected_shard) AND attribute_not_exists(#{attribute})"
            ));
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
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
            *minutes.entry(Turn::Poll.first(&org, 0) / 60).or_default() += 1;
        }
        assert_eq!(minutes.len(), 15);
        assert!(
            minutes.values().all(|count| (800..1200).contains(count)),
            "{minutes:?}"
        );
    }

    #[test]
    fn b17_the_next_poll_keeps_its_turn_however_late_the_last_was() {
        assert_eq!(Turn::Poll.next(1_000, 1_010), 1_900);
        assert_eq!(Turn::Poll.next(1_000, 1_900), 2_800);
        assert_eq!(Turn::Poll.next(1_000, 5_000), 5_500);
    }
}
