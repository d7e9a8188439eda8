//! A project, what it is to us, and how it is getting its job.
//!
//! `unseen → linked | skipped`, `skipped → linked`, `linked → job_deleted`, and by hand
//! `job_deleted → unseen`; a merged project's link moves, and leaves it `skipped`.
//!
//! `wanted` is what a listing read and nobody has handled yet; while it is there the project is *pending*.
//! `begun` is how it is getting its job, while it is. `seen` is what the job was last brought up to.
//! Bringing a deleted job back raises `revision`, and so does whatever else an administrator asks for by hand:
//! from then on no preference about new projects holds the project up, and its job is asked for with a key of
//! its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::companycam::{CompanyId, ProjectId, UserId};
use crate::one_click::{JobId, OrgId, UserId as OneClickUserId};

/// The fields of a project that One Click gets, as they were when we looked. Empty texts are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectFields {
    /// The project's name.
    pub name: Option<String>,
    /// `address.street_address_1`.
    pub street_address_1: Option<String>,
    /// `address.street_address_2`.
    pub street_address_2: Option<String>,
    /// `address.city`.
    pub city: Option<String>,
    /// `address.state`.
    pub state: Option<String>,
    /// `address.postal_code`.
    pub postal_code: Option<String>,
    /// `primary_contact.name`.
    pub contact_name: Option<String>,
    /// `primary_contact.email`.
    pub contact_email: Option<String>,
    /// `primary_contact.phone_number`.
    pub contact_phone: Option<String>,
    /// Who created it.
    pub creator_id: Option<UserId>,
    /// Other systems' ids: `type` → the first `relation_id`.
    pub integrations: BTreeMap<String, String>,
    /// Where it has several of one type: `type` → those after the first.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub more_integrations: BTreeMap<String, Vec<String>>,
    /// The company that shares it, if it is not the connected one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<CompanyId>,
    /// Archived in `CompanyCam`.
    pub archived: bool,
    /// Deleted, or merged into another, in `CompanyCam`.
    pub deleted: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// What the project is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Listed or announced, not yet looked at.
    Unseen,
    /// A job and this project are one.
    Linked,
    /// Looked at and left alone; `reason` says why.
    Skipped,
    /// It was linked, and its job was deleted in One Click (B18).
    JobDeleted,
}

/// Why a project was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Deleted, or merged into another, before it had a job.
    Deleted,
    /// Archived before it had a job.
    Archived,
    /// B10 was off when it appeared; a sync may bring it later.
    ImportOff,
    /// B13: nobody assigned to it is matched; it waits.
    NoMatchedUser,
    /// B20: it carries another system's id, whose importer may still be about to make its job.
    WaitsForImporter,
    /// An administrator unlinked it from its job: only by hand does it get one again (B39).
    Unlinked,
    /// A job at its address has another name: whether it is the same is being asked (B40).
    PossibleDuplicate,
    /// It was looked at while nothing was to be written (B43).
    Watching,
    /// The run that gave it its job was undone: it gets one again by hand, or by a Sync (B40).
    Undone,
}

impl SkipReason {
    /// As results of runs name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Archived => "archived",
            Self::ImportOff => "import_off",
            Self::NoMatchedUser => "no_matched_user",
            Self::WaitsForImporter => "waits_for_importer",
            Self::PossibleDuplicate => "possible_duplicate",
            Self::Watching => "watching",
            Self::Unlinked => "unlinked",
            Self::Undone => "undone",
        }
    }

    /// Whether what was copied of it stays as it is: there is no opinion about its photos and documents.
    pub fn keeps_files(self) -> bool {
        match self {
            Self::Unlinked | Self::Undone => true,
            Self::Deleted
            | Self::Archived
            | Self::ImportOff
            | Self::NoMatchedUser
            | Self::PossibleDuplicate
            | Self::Watching
            | Self::WaitsForImporter => false,
        }
    }
}

/// A project's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    pub org_id: OrgId,
    pub project_id: ProjectId,
    /// The company it belongs to: links of another company rest (B5).
    pub company_id: CompanyId,
    /// What it is to us.
    pub state: LinkState,
    /// Its job, if linked (or the job that was).
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// Why it was skipped.
    #[serde(default)]
    pub reason: Option<SkipReason>,
    /// What was listed and is still to be handled.
    #[serde(default)]
    pub wanted: Option<ProjectFields>,
    /// Set while somebody waits for it to be handled.
    #[serde(default)]
    pub pending_org: Option<OrgId>,
    /// When the listing was made that `wanted` came, or `seen` comes, from: in Unix seconds by
    /// `CompanyCam`'s clock.
    #[serde(default)]
    pub listed_at: Option<i64>,
    /// What the job was last brought up to.
    #[serde(default)]
    pub seen: Option<ProjectFields>,
    /// Whether the job got an assignee; while it has none, one may follow from `CompanyCam`.
    #[serde(default)]
    pub assignee_set: bool,
    /// Whether the job came first and made the project (B21).
    #[serde(default)]
    pub from_job: bool,
    /// The project's `updated_at` when its photos were last read: an event about the project says
    /// nothing about them.
    #[serde(default)]
    pub photos_read_at: Option<i64>,
    /// When its photos are looked at again, in Unix seconds, since some were not finished. It names the one
    /// message that does so: any other's is let go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photos_again_at: Option<i64>,
    /// The `updated_at` at which it could not be handled.
    #[serde(default)]
    pub set_aside: Option<i64>,
    /// When One Click first said, in Unix seconds, that it has not got the job any more. Once is not
    /// enough to end the link (B33).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_missing_since: Option<i64>,
    /// How often an administrator brought its job back after it was deleted (B18). Each time a job of
    /// its own is asked for.
    #[serde(default)]
    pub revision: u32,
    /// How it is getting its job, while it has none.
    #[serde(default)]
    pub begun: Option<BegunLink>,
    /// How it got its job, if it ever had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_by: Option<LinkedBy>,
    /// What the last sync run that looked at it made of it (B42).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunMark>,
    /// Whether it may be a job's that is there, under another name (B40).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<Duplicate>,
}

/// Jobs that may be the project's, under another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    pub jobs: Vec<JobId>,
    /// When that was found, in Unix seconds.
    pub since: i64,
    /// An administrator has said what is so.
    #[serde(default)]
    pub settled: bool,
}

/// What a sync run made of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMark {
    /// Which run.
    pub id: String,
    pub came: Came,
}

/// What came of looking at a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// Its job was made.
    Made,
    /// It was linked to a job that was there.
    Linked,
    /// Its job was brought up to date.
    Updated,
    /// There was nothing to do.
    Unchanged,
    /// It may be a job that is there, as a preview has found.
    Duplicate,
    /// It was left alone, for its reason.
    Skipped,
    /// It could not be brought over.
    Failed,
    /// Its job was made, and somebody has worked on that: undoing the run left it.
    Kept,
}

/// How a project got a job: only what we made may ever be removed again (B40).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedBy {
    /// The job. What is linked now may be another.
    pub job_id: JobId,
    /// It was made for the project, and not there before.
    pub made: bool,
    /// The sync run that did it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Undoing the run left it: somebody has worked on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

impl Came {
    /// As addresses of pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Linked => "linked",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Duplicate => "duplicate",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Kept => "kept",
        }
    }
}

impl ProjectRow {
    /// What the sync run made of it: its job, whatever later runs found, or else what the run found last.
    pub fn came_by(&self, run: &str) -> Option<Came> {
        let by = self.linked_by.as_ref();
        if let Some(by) = by.filter(|by| by.run.as_deref() == Some(run)) {
            return Some(match by {
                LinkedBy { kept: true, .. } => Came::Kept,
                LinkedBy { made: true, .. } => Came::Made,
                LinkedBy { .. } => Came::Linked,
            });
        }
        let mark = self.run.as_ref().filter(|mark| mark.id == run);
        mark.map(|mark| mark.came)
    }

    /// Whether it is linked, and a list of all of that company's projects has to show it. Of one that CompanyCam
    /// says is deleted nothing is shown; that was said, and is no loss of sight.
    pub fn is_to_be_shown(&self, company: &CompanyId) -> bool {
        self.state == LinkState::Linked
            && self.company_id == *company
            && !self.seen.as_ref().is_some_and(|seen| seen.deleted)
    }

    /// Whether this job was made for it, and is its job now.
    pub fn made(&self, job: &JobId) -> bool {
        let by = self.linked_by.as_ref();
        self.job_id.as_ref() == Some(job) && by.is_some_and(|by| by.made && by.job_id == *job)
    }

    /// Whether its photos and documents stay as they are, wherever they are.
    pub fn keeps_files(&self) -> bool {
        self.state == LinkState::Skipped && self.reason.is_some_and(SkipReason::keeps_files)
    }

    /// Whether a side refuses what is wanted of it, again and again (B35).
    pub fn is_refused(&self) -> bool {
        self.wanted.is_some() && self.pending_org.is_none()
    }
}

/// How a project is getting its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunLink {
    /// The idempotency key, for this one request alone.
    pub key: String,
    /// The job that was there and is being linked; none: one is being made.
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// What the project was then: what the job is made of, or filled from.
    pub asked: ProjectFields,
    /// Whom the job is given to.
    #[serde(default)]
    pub assignee: Option<OneClickUserId>,
    /// When it was begun, in Unix seconds.
    pub at: i64,
}
