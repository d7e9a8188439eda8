//! A job that is linked to a project, or is getting one.
//!
//! A job is reassigned from `assignee`, whom it was assigned to when we last looked. Whose users the project
//! may have because of that is `applied`: one, or several where a reassignment was cut off (`reassigning`).
//! It adds the new user, then removes those of `applied`. Somebody who is not matched changes `assignee`
//! only: so several reassignments end alike, looked at one by one or all at once (B23).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::companycam::ProjectId;
use crate::one_click::{JobId, OrgId, UserId as OneClickUserId};
use crate::project::ProjectFields;

/// A job's row: the other direction of the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    pub org_id: OrgId,
    pub job_id: JobId,
    /// The project it is linked to.
    pub project_id: ProjectId,
    /// Whom the job was assigned to when we last looked.
    #[serde(default)]
    pub assignee: Option<OneClickUserId>,
    /// Whose `CompanyCam` users the project may have on the job's behalf: the last assignee that was
    /// matched, and, where reassignments were cut off, those before.
    #[serde(default)]
    pub applied: BTreeSet<OneClickUserId>,
    /// Whether the job came first and made the project: then the job's further users are on it too (B44).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_job: bool,
    /// The further users who were added to the project, each once: who is taken off there stays off.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub joined: BTreeSet<OneClickUserId>,
    /// A reassignment was begun, and is not known to be through.
    #[serde(default)]
    pub reassigning: bool,
    /// When `CompanyCam` first refused, in Unix seconds, to have its project assigned as the job is now.
    /// Once is not enough to give it up (B33).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_since: Option<i64>,
    /// The project was made or found for the job, and is not assigned, or the job not told of it, yet.
    #[serde(default)]
    pub unfinished: bool,
}

/// A job that is getting a project, or could not get one (B22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobClaim {
    pub org_id: OrgId,
    pub job_id: JobId,
    /// When a project was asked for, in Unix seconds: one may be there, though nobody heard of it.
    #[serde(default)]
    pub claimed_at: Option<i64>,
    /// What was asked for; only name and address are filled.
    #[serde(default)]
    pub asked: ProjectFields,
    /// The job's `updated_at` when it was given up. A later change of the job is a new try.
    #[serde(default)]
    pub set_aside: Option<Timestamp>,
    /// When One Click first said, in Unix seconds, that it has not got the job any more (B33).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<i64>,
    /// What an administrator said of it, if anything (B39).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// What an administrator said of a job that has no project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It is to get one, whatever jobs have to be like for that.
    CreateProject,
    /// It is to get none by itself, and no project is linked to it by itself: it was unlinked by hand.
    LeaveAlone,
    /// It is to get none by itself: undoing a run took it off its project (B40). A sync links it again.
    Undone,
}
