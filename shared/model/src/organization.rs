//! An organization and its connection.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::companycam::{CompanyId, ProjectId, WebhookId};
use crate::nightly::LostSight;
use crate::one_click::{JobId, OrgId};
use crate::pause::{Pause, Side};
use crate::preferences::Preferences;
use crate::sync_run::{SyncRun, Window};

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

/// An organization's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
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
    /// Whose grant it is in `CompanyCam`.
    #[serde(default)]
    pub account: Option<Account>,
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
    /// The connection's tokens, sealed (B4); see `store::tokens`.
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
    /// So much was missing at once that an administrator is asked (B30).
    #[serde(default)]
    pub lost_sight: Option<LostSight>,
    /// When a nightly pass last ended (B17).
    #[serde(default)]
    pub last_checked_at: Option<i64>,
    /// Whether the secrets of its own that an earlier version gave the organization are gone.
    #[serde(default)]
    pub no_old_secrets: bool,
    /// How many things One Click's card was last told to need attention (B38).
    #[serde(default)]
    pub attention_told: Option<i64>,
    /// An administrator paused everything (B44).
    #[serde(default)]
    pub halt: Option<Halt>,
    /// Everything is read and nothing written on either side (B43).
    #[serde(default)]
    pub watching: Option<Watching>,
    /// That is over, and what waited for it was not queued yet.
    #[serde(default)]
    pub goes_on: bool,
    /// The sync run that is being undone (B40).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoing: Option<String>,
}

/// The user of `CompanyCam` who gave the grant of a connection: what that user sees is what we see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Of which connection.
    pub generation: i64,
    /// The user's name.
    pub name: String,
    /// The user's e-mail address.
    pub email: Option<String>,
}

/// Nothing is done for the organization, since an administrator wants so. What comes meanwhile waits in rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// Since when, in Unix seconds.
    pub at: i64,
    /// Who paused it.
    pub by: String,
}

impl Organization {
    /// The pause of the work with that side, if it is paused.
    pub fn pause(&self, side: Side) -> Option<&Pause> {
        match side {
            Side::CompanyCam => self.companycam_pause.as_ref(),
            Side::OneClick => self.one_click_pause.as_ref(),
        }
    }

    /// Whose grant the connection is, as far as `CompanyCam` has said so.
    pub fn account(&self) -> Option<&Account> {
        let account = self.account.as_ref();
        account.filter(|account| account.generation == self.generation)
    }

    /// Whether work with either side is paused.
    pub fn is_paused(&self) -> bool {
        Side::BOTH.iter().any(|side| self.pause(*side).is_some())
    }

    /// Since when that side has not answered, if it does not.
    pub fn down_since(&self, side: Side) -> Option<i64> {
        self.pause(side).map(|pause| pause.since)
    }
}

/// An administrator wants to see what would be done, and nothing to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watching {
    /// Since when, in Unix seconds.
    pub since: i64,
    pub by: String,
    /// What a sync run was at that watching ended: going live begins there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<Unfinished>,
}

/// How far back a sync run looked that was not through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    pub window: Window,
    /// As in [`SyncRun::modified_since`].
    pub modified_since: Option<i64>,
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

/// A connection that another replaced: its grant is still to be revoked, and where it was another
/// company's, its webhook to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeBack {
    pub generation: i64,
    pub company_id: CompanyId,
    /// Its tokens, sealed for it.
    pub sealed_tokens: String,
}

impl TakeBack {
    /// What it is called in the row: a path of an update expression.
    pub fn key(&self) -> String {
        format!("g{}", self.generation)
    }
}
