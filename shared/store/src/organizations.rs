//! Table `organizations`: one row for each organization, with its connection, preferences, cursors
//! and sync run; and one for each company, which says whose it is (B5).

use jiff::Timestamp;
use model::companycam::WebhookId;
use model::one_click::OrgId;
use model::organization::{Account, ConnectionState, Organization, PollProgress};
use model::preferences::{self, Preference, Preferences};
use serde::Deserialize;

use crate::activity::NewEntry;
use crate::change::Change;
use crate::keys::{org_key, shard_name};
use crate::table::key;
use crate::{Error, Store, Write};

#[derive(Debug, Deserialize)]
struct ConnectedKey {
    org_id: OrgId,
}

impl Store {
    /// The organization's row.
    pub async fn organization(&self, org: &OrgId) -> Result<Option<Organization>, Error> {
        self.organizations.get(org_key(org)).await
    }

    /// Ends the connection; the row as it is then. `None`: a newer one (another generation) was made
    /// meanwhile. Nobody probes a side for it any more, so nothing is paused.
    pub async fn set_disconnected(
        &self,
        org: &OrgId,
        generation: i64,
    ) -> Result<Option<Organization>, Error> {
        let change = Change::new()
            .set("state", ConnectionState::Disconnected)
            .remove("connected_shard")
            .remove("companycam_pause")
            .remove("one_click_pause")
            .remove("halt")
            .remove("watching")
            .remove("goes_on")
            .when("#generation = :generation")
            .value(":generation", generation);
        self.organizations.update(org_key(org), change).await
    }

    /// The connection no longer works; the entry that says so is written with it, or neither is.
    /// Not applied: it is another one by now, or was ended: one that was ended stays ended.
    pub async fn set_needs_reconnecting(
        &self,
        org: &OrgId,
        generation: i64,
        entry: NewEntry,
    ) -> Result<Write, Error> {
        let change = Change::new()
            .set("state", ConnectionState::NeedsReconnecting)
            .remove("connected_shard")
            .remove("companycam_pause")
            .when("#generation = :generation AND #state = :connected")
            .value(":generation", generation)
            .value(":connected", ConnectionState::Connected);
        self.change_and_log(org, change, entry).await
    }

    /// Changes the row, and writes the entry that says so: both or neither.
    pub(crate) async fn change_and_log(
        &self,
        org: &OrgId,
        change: Change,
        entry: NewEntry,
    ) -> Result<Write, Error> {
        let writes = vec![
            self.organizations.transact_update(org_key(org), change)?,
            self.activity
                .transact_put(&self.dated(org, entry), Change::new())?,
        ];
        self.organizations.transact(writes).await
    }

    /// Switches these preferences on or off, and leaves the others; the entry that says so is written with it,
    /// or neither is. B9 covers jobs created after it was last switched on.
    pub async fn change_preferences(
        &self,
        org: &OrgId,
        changes: &[(Preference, bool)],
        now: Timestamp,
        entry: NewEntry,
    ) -> Result<(), Error> {
        // Until something is changed the row has none, and no path leads into what is not there.
        let first = Change::new()
            .set("preferences", Preferences::default())
            .when("attribute_exists(#state) AND attribute_not_exists(#preferences)");
        self.organizations
            .apply(org_key(org), first)
            .await?
            .either_way();
        let mut change = Change::new().when("attribute_exists(#preferences)");
        for (preference, on) in changes {
            change = change.set(&format!("preferences.{}", preference.name()), on);
            if *preference == Preference::CreateProjectFromJob {
                let since = format!("preferences.{}", preferences::SINCE);
                change = change.set(&since, on.then_some(now));
            }
        }
        self.change_and_log(org, change, entry).await?.either_way();
        Ok(())
    }

    /// Remembers when the users were refreshed.
    pub async fn record_users_refreshed(
        &self,
        org: &OrgId,
        (at, account): (i64, Option<&Account>),
    ) -> Result<(), Error> {
        let change = Change::new().set("users_refreshed_at", at);
        let change = match account {
            Some(account) => change.set("account", account),
            None => change,
        };
        self.change_organization(org, change).await
    }

    /// Remembers our webhook at `CompanyCam`, when it was seen to be there and awake, and the key it
    /// signs with; `None`: it was taken back.
    pub async fn set_webhook(
        &self,
        org: &OrgId,
        generation: i64,
        checked: Option<(&WebhookId, i64, &str)>,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set_or_remove("webhook_id", checked.map(|(id, ..)| id))
            .set_or_remove("webhook_checked_at", checked.map(|(_, at, _)| at))
            .set_or_remove("webhook_key", checked.map(|(.., key)| key));
        self.change_connection(org, generation, change).await
    }

    /// `CompanyCam`'s webhook is still the one that the row says.
    pub async fn record_webhook_check(
        &self,
        org: &OrgId,
        generation: i64,
        at: i64,
    ) -> Result<(), Error> {
        let change = Change::new().set("webhook_checked_at", at);
        self.change_connection(org, generation, change).await
    }

    /// Remembers the key that One Click's webhook was registered with.
    pub async fn record_one_click_webhook(
        &self,
        org: &OrgId,
        generation: i64,
        key: &str,
    ) -> Result<(), Error> {
        let change = Change::new().set("one_click_key", key);
        self.change_connection(org, generation, change).await
    }

    /// Moves the job cursor.
    pub async fn set_job_cursor(&self, org: &OrgId, cursor: Timestamp) -> Result<(), Error> {
        self.change_organization(org, Change::new().set("job_cursor", cursor))
            .await
    }

    /// Writes down how far a poll is, and where the list of jobs goes on, if that moved.
    pub async fn step_poll(
        &self,
        org: &OrgId,
        progress: &PollProgress,
        job_cursor: Option<Timestamp>,
    ) -> Result<(), Error> {
        let mut change = Change::new().set("poll", progress);
        if let Some(cursor) = job_cursor {
            change = change.set("job_cursor", cursor);
        }
        self.change_organization(org, change).await
    }

    /// Moves the project cursor of a poll that is through; `synced_at`: when all was well, if what it found is
    /// brought over; `checked_at`: when `CompanyCam`'s webhook was still the one that the row says.
    pub async fn record_poll(
        &self,
        org: &OrgId,
        cursor: Option<i64>,
        synced_at: Option<i64>,
        checked_at: Option<i64>,
    ) -> Result<(), Error> {
        let mut change = Change::new().remove("poll");
        if let Some(at) = checked_at {
            change = change.set("webhook_checked_at", at);
        }
        if let Some(at) = synced_at {
            change = change.set("last_synced_at", at);
        }
        if let Some(cursor) = cursor {
            change = change.set("project_cursor", cursor);
        }
        self.change_organization(org, change).await
    }

    /// Up to `limit` connected organizations of a shard, and where the next page begins.
    pub async fn connected(
        &self,
        shard: u32,
        after: Option<OrgId>,
        limit: i32,
    ) -> Result<(Vec<OrgId>, Option<OrgId>), Error> {
        let name = shard_name(shard);
        let start = after.map(|org| key(&[("connected_shard", &name), ("org_id", org.as_str())]));
        let (keys, next) = self
            .organizations
            .query()
            .index("connected")
            .when("#connected_shard = :shard")
            .value(":shard", &name)
            .limit(limit)
            .after(start)
            .page::<ConnectedKey>()
            .await?;
        let next = next
            .map(serde_dynamo::from_item::<_, ConnectedKey>)
            .transpose()?;
        Ok((
            keys.into_iter().map(|key| key.org_id).collect(),
            next.map(|key| key.org_id),
        ))
    }

    /// Changes the row while the connection is still of this generation; else nothing.
    pub(crate) async fn change_connection(
        &self,
        org: &OrgId,
        generation: i64,
        change: Change,
    ) -> Result<(), Error> {
        let change = change
            .when("#generation = :generation")
            .value(":generation", generation);
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }

    async fn change_organization(&self, org: &OrgId, change: Change) -> Result<(), Error> {
        // Only rows that exist: a late message must not bring back half an organization.
        let change = change.when("attribute_exists(#state)");
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }
}
