//! Table `organizations`: one row for each organization, with its connection, preferences, cursors
//! and sync run; and one for each company, which says whose it is (B5).

use companycam::ids::{CompanyId, ProjectId, WebhookId};
use jiff::Timestamp;
use one_click::ids::OrgId;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::pauses::Pause;
use crate::schedule::first_poll;
use crate::sync_runs::SyncRun;
use crate::table::{Item, key};
use crate::{Error, Store};

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
    /// What `project_cursor` becomes when the projects are listed.
    pub next_cursor: Option<i64>,
}

/// What connecting writes (B3, B5).
#[derive(Debug, Clone)]
pub struct NewConnection<'a> {
    /// The organization.
    pub org_id: &'a OrgId,
    /// Its name.
    pub name: &'a str,
    /// The company that consented.
    pub company_id: &'a CompanyId,
    /// That company's name.
    pub company_name: &'a str,
    /// The administrator's name or address in One Click.
    pub connected_by: &'a str,
    /// Now.
    pub at: i64,
    /// Whether it is the company of the connection before; a different one is listed from scratch.
    pub same_company: bool,
    /// The sync that connecting starts.
    pub sync: SyncRun,
}

#[derive(Debug, Serialize, Deserialize)]
struct CompanyClaim {
    /// `company#<id>`: the only keys of this table that are no organization's id.
    #[serde(rename = "org_id")]
    key: String,
    holder: OrgId,
}

#[derive(Debug, Deserialize)]
struct ConnectedKey {
    org_id: OrgId,
}

pub(crate) fn org_key(org: &OrgId) -> Item {
    key(&[("org_id", org.as_str())])
}

fn claim_key(company: &CompanyId) -> String {
    format!("company#{company}")
}

fn shard_of(org: &OrgId) -> String {
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

    /// Claims the company for the organization. `Err` inside `Ok` names the organization that has it.
    pub async fn claim_company(
        &self,
        org: &OrgId,
        company: &CompanyId,
    ) -> Result<Result<(), OrgId>, Error> {
        let claim = CompanyClaim {
            key: claim_key(company),
            holder: org.clone(),
        };
        let free_or_ours =
            Change::only_if("attribute_not_exists(#holder) OR #holder = :org").value(":org", org);
        if self.organizations.put(&claim, free_or_ours).await?.done() {
            return Ok(Ok(()));
        }
        let held: Option<CompanyClaim> = self
            .organizations
            .get(key(&[("org_id", &claim.key)]))
            .await?;
        // Released in between: the caller's next try finds it free.
        held.map_or(Err(Error::Contended("the claim of a company")), |held| {
            Ok(Err(held.holder))
        })
    }

    /// Gives the company up, if it is this organization's.
    pub async fn release_company(&self, org: &OrgId, company: &CompanyId) -> Result<(), Error> {
        let ours = Change::only_if("#holder = :org").value(":org", org);
        let key = key(&[("org_id", &claim_key(company))]);
        self.organizations.delete::<CompanyClaim>(key, ours).await?;
        Ok(())
    }

    /// Writes the connection; preferences, cursors and the rest of an earlier one stay (B5).
    pub async fn connect(&self, new: &NewConnection<'_>) -> Result<Organization, Error> {
        let mut change = Change::new()
            .set("name", new.name)
            .set("state", ConnectionState::Connected)
            .set("company_id", new.company_id)
            .set("company_name", new.company_name)
            .set("connected_by", new.connected_by)
            .set("connected_at", new.at)
            .set("connected_shard", shard_of(new.org_id))
            .set("poll_due_at", first_poll(new.org_id, new.at))
            .set("sync", &new.sync)
            // Looks at jobs may have been let go while there was no connection.
            .remove("job_cursor")
            // Consent has just shown otherwise.
            .remove("companycam_pause")
            .remove("poll")
            .add("generation", 1);
        if !new.same_company {
            change = change
                .remove("project_cursor")
                .remove("webhook_id")
                .remove("last_synced_at");
        }
        self.organizations
            .update(org_key(new.org_id), change)
            .await?
            .ok_or(Error::Contended("a connection"))
    }

    /// Marks the connection, unless a newer one (another generation) was made meanwhile. Only one
    /// that works can come to need reconnecting: one that was ended meanwhile stays ended.
    pub async fn set_state(
        &self,
        org: &OrgId,
        generation: i64,
        state: ConnectionState,
    ) -> Result<Option<Organization>, Error> {
        let change = Change::new()
            .set("state", state)
            .when("#generation = :generation")
            .value(":generation", generation);
        let change = match state {
            ConnectionState::Connected => change.set("connected_shard", shard_of(org)),
            ConnectionState::NeedsReconnecting => change
                .remove("connected_shard")
                .when("#generation = :generation AND #state = :connected")
                .value(":connected", ConnectionState::Connected),
            ConnectionState::Disconnected => change.remove("connected_shard"),
        };
        self.organizations.update(org_key(org), change).await
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

    /// Remembers our webhook at `CompanyCam`, and when it was seen to be there and awake; `None`: it
    /// was taken back.
    pub async fn set_webhook(
        &self,
        org: &OrgId,
        generation: i64,
        checked: Option<(&WebhookId, i64)>,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set_or_remove("webhook_id", checked.map(|(id, _)| id))
            .set_or_remove("webhook_checked_at", checked.map(|(_, at)| at))
            .when("#generation = :generation")
            .value(":generation", generation);
        self.organizations
            .update::<serde::de::IgnoredAny>(org_key(org), change)
            .await?;
        Ok(())
    }

    /// Moves the job cursor.
    pub async fn jobs_listed(&self, org: &OrgId, cursor: Timestamp) -> Result<(), Error> {
        self.change_organization(org, Change::new().set("job_cursor", cursor))
            .await
    }

    /// Writes down how far a poll is.
    pub async fn step_poll(&self, org: &OrgId, progress: &PollProgress) -> Result<(), Error> {
        self.change_organization(org, Change::new().set("poll", progress))
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

    /// Takes the right to refresh the tokens until `until_ms`. `false`: somebody else has it.
    pub async fn lease_refresh(
        &self,
        org: &OrgId,
        holder: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<bool, Error> {
        let change = Change::new()
            .set("refresh_lease_ms", until_ms)
            .set("refresh_holder", holder)
            .when(
                "attribute_exists(#state) AND (attribute_not_exists(#refresh_lease_ms) \
                 OR #refresh_lease_ms < :now OR #refresh_holder = :holder)",
            )
            .value(":now", now_ms)
            .value(":holder", holder);
        Ok(self
            .organizations
            .update::<serde::de::IgnoredAny>(org_key(org), change)
            .await?
            .is_some())
    }

    /// Gives that right back.
    pub async fn release_refresh(&self, org: &OrgId, holder: &str) -> Result<(), Error> {
        let change = Change::new()
            .remove("refresh_lease_ms")
            .remove("refresh_holder")
            .when("#refresh_holder = :holder")
            .value(":holder", holder);
        self.organizations
            .update::<serde::de::IgnoredAny>(org_key(org), change)
            .await?;
        Ok(())
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

    async fn change_organization(&self, org: &OrgId, change: Change) -> Result<(), Error> {
        // Only rows that exist: a late message must not bring back half an organization.
        let change = change.when("attribute_exists(#state)");
        self.organizations
            .update::<serde::de::IgnoredAny>(org_key(org), change)
            .await?;
        Ok(())
    }
}
