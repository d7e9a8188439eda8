//! While a side does not answer, an organization's work with it is paused (B27, B36).
//!
//! The pause is in the organization's row, which every look reads anyway. What waits for its end is a
//! row too, one for each thing to look at, so that what waits stays as large as what changed.

use model::one_click::OrgId;
use model::organization::{ConnectionState, Halt, Watching};
use model::pause::{Pause, Side};
use model::sync_run::SyncRun;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::activity::NewEntry;
use crate::change::Change;
use crate::keys::{link_key, org_key};
use crate::table::key;
use crate::{Error, Store, Write};

/// A look that waits for a side to answer again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingLook {
    pub org_id: OrgId,
    /// `waits#<name>`.
    sk: String,
    /// What it looks at: looks of one name are one.
    pub name: String,
    /// The message, as JSON.
    pub message: String,
    /// Since when it waits, in Unix seconds.
    pub since: i64,
}

/// What the sort key of a waiting look begins with.
const WAITS: &str = "waits#";

/// One Click is one side for all organizations: while it is down as a whole, one of them probes it for
/// everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedOutage {
    /// Since when, in Unix seconds.
    pub since: i64,
    /// When somebody last probed it.
    pub probed_at: i64,
    /// `DynamoDB` may drop it then; nobody has probed for long.
    pub expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct SharedItem {
    key: String,
    #[serde(flatten)]
    outage: SharedOutage,
}

/// How long a shared outage is remembered that nobody probes any more.
const SHARED_S: i64 = 60 * 60;

fn shared_key(side: Side) -> String {
    format!("outage#{}", side.code())
}

impl Store {
    /// Pauses the work with that side. Not applied: it is paused already.
    pub async fn pause(&self, org: &OrgId, side: Side, pause: &Pause) -> Result<Write, Error> {
        let free_or_ours = match side {
            Side::CompanyCam => {
                "attribute_exists(#state) AND (attribute_not_exists(#companycam_pause) OR #companycam_pause.#seq = :seq)"
            }
            Side::OneClick => {
                "attribute_exists(#state) AND (attribute_not_exists(#one_click_pause) OR #one_click_pause.#seq = :seq)"
            }
        };
        let change = Change::new()
            .set(side.field(), pause)
            .when(free_or_ours)
            .value(":seq", pause.seq);
        self.change_pause(org, change).await
    }

    /// Writes the pause after a probe in vain. Not applied: another probe was quicker.
    pub async fn prolong(
        &self,
        org: &OrgId,
        side: Side,
        taken_seq: i64,
        pause: &Pause,
    ) -> Result<Write, Error> {
        let change = Change::new().set(side.field(), pause);
        self.change_pause(org, of_seq(side, taken_seq, change))
            .await
    }

    /// The side answers again. Not applied: another probe said so.
    pub async fn end_pause(&self, org: &OrgId, side: Side, seq: i64) -> Result<Write, Error> {
        let change = Change::new().remove(side.field());
        self.change_pause(org, of_seq(side, seq, change)).await
    }

    /// An administrator pauses everything; the entry that says so is written with it, or neither is. Not
    /// applied: it is paused already, or not connected.
    pub async fn halt(&self, org: &OrgId, halt: &Halt, entry: NewEntry) -> Result<Write, Error> {
        let change = Change::new()
            .set("halt", halt)
            .remove("goes_on")
            .when("#state = :connected AND attribute_not_exists(#halt)")
            .value(":connected", ConnectionState::Connected);
        self.change_and_log(org, change, entry).await
    }

    /// An administrator ends that. Not applied: it was not paused. From here on [`Organization::goes_on`] is
    /// set, until what waited is queued.
    ///
    /// [`Organization::goes_on`]: model::organization::Organization::goes_on
    pub async fn end_halt(&self, org: &OrgId, entry: NewEntry) -> Result<Write, Error> {
        let change = Change::new()
            .remove("halt")
            .set("goes_on", true)
            .when("attribute_exists(#halt)");
        self.change_and_log(org, change, entry).await
    }

    /// From here on everything is only read; `ended`: the run that this ends. The entry that says so is written
    /// with it, or neither is. Not applied: it is so already, not connected, or the run took a step.
    pub async fn watch(
        &self,
        org: &OrgId,
        (watching, ended): (&Watching, Option<&SyncRun>),
        entry: NewEntry,
    ) -> Result<Write, Error> {
        let mut change = Change::new()
            .set("watching", watching)
            .when("#state = :connected AND attribute_not_exists(#watching)")
            .value(":connected", ConnectionState::Connected);
        if let Some(run) = ended {
            change = change
                .set("sync", run)
                .when("#sync.#id = :run AND #sync.#seq = :before")
                .value(":run", &run.id)
                .value(":before", run.seq - 1);
        }
        self.change_and_log(org, change, entry).await
    }

    /// From here on everything is done again, beginning with this run; the entry is written with it, or neither
    /// is. Not applied: nobody was watching.
    pub async fn go_live(
        &self,
        org: &OrgId,
        run: &SyncRun,
        entry: NewEntry,
    ) -> Result<Write, Error> {
        let change = Change::new()
            .remove("watching")
            .set("goes_on", true)
            .set("sync", run)
            .when("#state = :connected AND attribute_exists(#watching)")
            .value(":connected", ConnectionState::Connected);
        self.change_and_log(org, change, entry).await
    }

    /// What waited for the end of the pause is queued.
    pub async fn record_going_on(&self, org: &OrgId) -> Result<(), Error> {
        let change = Change::new()
            .remove("goes_on")
            .when("attribute_exists(#state)");
        self.change_pause(org, change).await?.either_way();
        Ok(())
    }

    async fn change_pause(&self, org: &OrgId, change: Change) -> Result<Write, Error> {
        let changed = self.organizations.apply(org_key(org), change).await?;
        Ok(changed)
    }

    /// Has the look wait; one of the same name waits instead of it until now.
    pub async fn wait(
        &self,
        org: &OrgId,
        name: &str,
        message: String,
        since: i64,
    ) -> Result<(), Error> {
        let waiting = WaitingLook {
            org_id: org.clone(),
            sk: format!("{WAITS}{name}"),
            name: name.to_owned(),
            message,
            since,
        };
        self.project_links
            .put(&waiting, Change::new())
            .await?
            .either_way();
        Ok(())
    }

    /// The look that waits under this name.
    pub async fn waiting(&self, org: &OrgId, name: &str) -> Result<Option<WaitingLook>, Error> {
        let sk = format!("{WAITS}{name}");
        self.project_links.get(link_key(org, &sk)).await
    }

    /// Some of the looks that wait, at most so many, behind the one of that name.
    pub async fn waiting_looks(
        &self,
        org: &OrgId,
        after: Option<&str>,
        most: i32,
    ) -> Result<Vec<WaitingLook>, Error> {
        let start = after.map(|name| link_key(org, &format!("{WAITS}{name}")));
        let query = self
            .project_links
            .query()
            .when("#org_id = :org AND begins_with(#sk, :waits)")
            .value(":org", org)
            .value(":waits", WAITS)
            .limit(most)
            .after(start);
        let (looks, _) = query.page().await?;
        Ok(looks)
    }

    /// The look no longer waits: it was queued as it was.
    pub async fn stop_waiting(&self, look: &WaitingLook) -> Result<(), Error> {
        // Another may have come to wait under its name.
        let unchanged = Change::only_if("#message = :message").value(":message", &look.message);
        let key = link_key(&look.org_id, &look.sk);
        self.project_links
            .delete::<IgnoredAny>(key, unchanged)
            .await?;
        Ok(())
    }

    /// Whether the side is down for everybody, as far as is known.
    pub async fn shared_outage(&self, side: Side) -> Result<Option<SharedOutage>, Error> {
        let found: Option<SharedItem> = self
            .ephemeral
            .get(key(&[("key", &shared_key(side))]))
            .await?;
        Ok(found.map(|item| item.outage))
    }

    /// Writes down who probes for everybody now; `before` is what was read. Not applied: somebody else was
    /// quicker.
    pub async fn probe_for_all(
        &self,
        side: Side,
        before: Option<&SharedOutage>,
        now: i64,
    ) -> Result<Write, Error> {
        let item = SharedItem {
            key: shared_key(side),
            outage: SharedOutage {
                since: before.map_or(now, |before| before.since),
                probed_at: now,
                expires_at: now + SHARED_S,
            },
        };
        let condition = match before {
            None => Change::only_if("attribute_not_exists(#key)"),
            Some(before) => {
                Change::only_if("#probed_at = :before").value(":before", before.probed_at)
            }
        };
        self.ephemeral.put(&item, condition).await
    }

    /// The side answers again, for whoever asks.
    pub async fn end_shared_outage(&self, side: Side) -> Result<(), Error> {
        let key = key(&[("key", &shared_key(side))]);
        self.ephemeral
            .delete::<IgnoredAny>(key, Change::new())
            .await?;
        Ok(())
    }
}

fn of_seq(side: Side, seq: i64, change: Change) -> Change {
    let condition = match side {
        Side::CompanyCam => "#companycam_pause.#seq = :seq",
        Side::OneClick => "#one_click_pause.#seq = :seq",
    };
    change.when(condition).value(":seq", seq)
}
