//! Table `organizations`: one row for each organization, with its connection, preferences, cursors
//! and sync run; and one for each company, which says whose it is (B5).

use std::collections::BTreeMap;

use companycam::ids::{CompanyId, ProjectId, WebhookId};
use jiff::Timestamp;
use one_click::ids::{JobId, OrgId};
use serde::{Deserialize, Serialize};

use crate::activity::NewEntry;
use crate::change::Change;
use crate::pauses::Pause;
use crate::sync_runs::SyncRun;
use crate::table::{Item, key};
use crate::tokens::TakeBack;
use crate::{Error, Store};

pub use crate::connecting::{Connected, NewConnection, next_generation};

/// How many partitions the index of connected organizations is spread over: one partition gives
/// 3,000 reads a second, which sixteen of them multiply far beyond what a poll needs.
pub const CONNECTED_SHARDS: u32 = 16;

/// Where the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Tokens are there and work.
    Connected,
    /// `CompanyCam` says that the grant is revoked (B4).
    NeedsReconnecting,
    /// An administrator disconnected (B5).
    Disconnected,
}

/// What the administrator chose (B9–B13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "eight independent checkboxes"
)]
pub struct Preferences {
    /// B9: a job created in One Click creates a project.
    pub create_project_from_job: bool,
    /// When `create_project_from_job` was last switched on; it covers jobs created after that.
    pub create_project_from_job_since: Option<Timestamp>,
    /// B10: a project creates a job.
    pub create_job_from_project: bool,
    /// B11: a reassigned job reassigns its project.
    pub reassign_project: bool,
    /// B12: reassignment removes the previous assignee's user. Only honoured while B11 is on.
    pub remove_previous_assignee: bool,
    /// B13: only projects with at least one matched assigned user are imported.
    pub only_matched_users: bool,
    /// B13: a photo deleted in `CompanyCam` is removed in One Click.
    pub remove_deleted_photos: bool,
    /// B13: photos marked internal are copied too.
    pub copy_internal_photos: bool,
    /// B13: documents are copied.
    pub copy_documents: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            create_project_from_job: false,
            create_project_from_job_since: None,
            create_job_from_project: true,
            reassign_project: false,
            remove_previous_assignee: false,
            only_matched_users: false,
            remove_deleted_photos: false,
            copy_internal_photos: false,
            copy_documents: true,
        }
    }
}

/// An organization's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// The organization.
    pub org_id: OrgId,
    /// Its name, as the launch token gave it.
    pub name: String,
    /// Where the connection stands.
    pub state: ConnectionState,
    /// The connected company, or the one that was.
    pub company_id: CompanyId,
    /// That company's name.
    pub company_name: String,
    /// Who connected, as One Click knows them.
    pub connected_by: String,
    /// When.
    pub connected_at: i64,
    /// Rises with every connect, so that work begun under an older grant is recognised.
    pub generation: i64,
    /// What the administrator chose.
    #[serde(default)]
    pub preferences: Preferences,
    /// Projects changed up to here have been listed.
    #[serde(default)]
    pub project_cursor: Option<i64>,
    /// When everything was last known to be in One Click: a finished sync or a poll without trouble.
    #[serde(default)]
    pub last_synced_at: Option<i64>,
    /// When the users were last refreshed (B8: at least daily).
    #[serde(default)]
    pub users_refreshed_at: Option<i64>,
    /// The current or last sync run.
    #[serde(default)]
    pub sync: Option<SyncRun>,
    /// Our webhook at `CompanyCam`.
    #[serde(default)]
    pub webhook_id: Option<WebhookId>,
    /// When it was last seen to be there and awake.
    #[serde(default)]
    pub webhook_checked_at: Option<i64>,
    /// Jobs changed up to here have been listed.
    #[serde(default)]
    pub job_cursor: Option<Timestamp>,
    /// Work with `CompanyCam` is paused, since it does not answer.
    #[serde(default)]
    pub companycam_pause: Option<Pause>,
    /// The same of One Click.
    #[serde(default)]
    pub one_click_pause: Option<Pause>,
    /// The poll that is under way, if one takes more than one look.
    #[serde(default)]
    pub poll: Option<PollProgress>,
    /// The connection's tokens, sealed (B4); see `crate::tokens`.
    #[serde(default)]
    pub sealed_tokens: Option<String>,
    /// The generation whose token `CompanyCam` has said to be the company's.
    #[serde(default)]
    pub verified_generation: Option<i64>,
    /// Since when `CompanyCam` has refused fresh tokens, if it does.
    #[serde(default)]
    pub refused_since: Option<i64>,
    /// What is still to be taken back of connections that were replaced.
    #[serde(default)]
    pub take_backs: BTreeMap<String, TakeBack>,
    /// Which key `CompanyCam`'s webhook was last registered with, such as `v1.g3`.
    #[serde(default)]
    pub webhook_key: Option<String>,
    /// The same of One Click's.
    #[serde(default)]
    pub one_click_key: Option<String>,
    /// Whether the secrets of its own that an earlier version gave the organization are gone.
    #[serde(default)]
    pub no_old_secrets: bool,
}

/// How far a poll is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollProgress {
    /// When it began, in Unix seconds.
    pub started_at: i64,
    /// When it last took a step.
    pub stepped_at: i64,
    /// Rises with every step, so that one poll is one chain of messages.
    pub seq: i64,
    /// The page of jobs that it reads next, from `job_cursor` on; none when they are listed.
    pub jobs_page: Option<u32>,
    /// The page of projects that it reads next; none when they are listed.
    pub page: Option<u32>,
    /// Projects with something new, that are still to be looked at.
    pub left: Vec<ProjectId>,
    /// Jobs with something to do, that are still to be looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_jobs: Vec<JobId>,
    /// What `project_cursor` becomes when the projects are listed.
    pub next_cursor: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct ConnectedKey {
    org_id: OrgId,
}

pub(crate) fn org_key(org: &OrgId) -> Item {
    key(&[("org_id", org.as_str())])
}

pub(crate) fn shard_of(org: &OrgId) -> String {
    // FNV-1a: stable across versions of the compiler, unlike the standard hasher.
    let hash = org.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    shard_name(hash % CONNECTED_SHARDS)
}

pub(crate) fn shard_name(shard: u32) -> String {
    format!("connected#{shard}")
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
            .when("#generation = :generation")
            .value(":generation", generation);
        self.organizations.update(org_key(org), change).await
    }

    /// The connection no longer works; the entry that says so is written with it, or neither is.
    /// `false`: it is another one by now, or was ended: one that was ended stays ended.
    pub async fn set_needs_reconnecting(
        &self,
        org: &OrgId,
        generation: i64,
        entry: NewEntry,
    ) -> Result<bool, Error> {
        let change = Change::new()
            .set("state", ConnectionState::NeedsReconnecting)
            .remove("connected_shard")
            .remove("companycam_pause")
            .when("#generation = :generation AND #state = :connected")
            .value(":generation", generation)
            .value(":connected", ConnectionState::Connected);
        let writes = vec![
            self.organizations.transact_update(org_key(org), change)?,
            self.activity
                .transact_put(&self.dated(org, entry), Change::new())?,
        ];
        Ok(self.organizations.transact(writes).await?.done())
    }

    /// Saves what the administrator chose.
    pub async fn save_preferences(
        &self,
        org: &OrgId,
        preferences: &Preferences,
    ) -> Result<(), Error> {
        self.change_organization(org, Change::new().set("preferences", preferences))
            .await
    }

    /// Remembers when the users were refreshed.
    pub async fn users_refreshed(&self, org: &OrgId, at: i64) -> Result<(), Error> {
        self.change_organization(org, Change::new().set("users_refreshed_at", at))
            .await
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

    /// Remembers the key that One Click's webhook was registered with.
    pub async fn one_click_registered(
        &self,
        org: &OrgId,
        generation: i64,
        key: &str,
    ) -> Result<(), Error> {
        let change = Change::new().set("one_click_key", key);
        self.change_connection(org, generation, change).await
    }

    /// Moves the job cursor.
    pub async fn jobs_listed(&self, org: &OrgId, cursor: Timestamp) -> Result<(), Error> {
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

    /// Forgets a poll that was under way, so that another begins where it began.
    pub async fn drop_poll(&self, org: &OrgId) -> Result<(), Error> {
        self.change_organization(org, Change::new().remove("poll"))
            .await
    }

    /// Moves the project cursor of a poll that is through, and says when all was well.
    pub async fn polled(&self, org: &OrgId, cursor: Option<i64>, at: i64) -> Result<(), Error> {
        let mut change = Change::new().set("last_synced_at", at).remove("poll");
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
            .update::<serde::de::IgnoredAny>(org_key(org), change)
            .await?;
        Ok(())
    }

    async fn change_organization(&self, org: &OrgId, change: Change) -> Result<(), Error> {
        // Only rows that exist: a late message must not bring back half an organization.
        let change = change.when("attribute_exists(#state)");
        self.organizations
            .update::<serde::de::IgnoredAny>(org_key(org), change)
            .await?;
        Ok(())
    }
}
