//! Table `activity`: what happened and why, for 30 days (B25).

use companycam::ids::{PhotoId, ProjectId};
use one_click::ids::{JobId, OrgId};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::table::key;
use crate::{Error, Store};

/// How long an entry is kept.
const KEPT_S: i64 = 30 * 24 * 60 * 60;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Connecting, reconnecting, disconnecting.
    Connection,
    /// A sync run.
    Sync,
    /// Users and their matches.
    User,
    /// A project and its job.
    Project,
    /// A photo.
    Photo,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something new is there.
    Created,
    /// Something was brought up to date.
    Updated,
    /// An original was copied.
    Copied,
    /// Something was taken away.
    Removed,
    /// Nothing was done, for a reason.
    Skipped,
    /// It could not be done.
    Failed,
}

/// What to write down.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// What it is about.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// In plain words.
    pub text: String,
    /// The project, if any.
    pub project_id: Option<ProjectId>,
    /// The job, if any.
    pub job_id: Option<JobId>,
    /// The photo, if any.
    pub photo_id: Option<PhotoId>,
}

impl NewEntry {
    /// An entry about nothing in particular yet.
    pub fn new(kind: Kind, outcome: Outcome, text: impl Into<String>) -> Self {
        Self {
            kind,
            outcome,
            text: text.into(),
            project_id: None,
            job_id: None,
            photo_id: None,
        }
    }

    /// About this project.
    #[must_use]
    pub fn project(mut self, project: &ProjectId) -> Self {
        self.project_id = Some(project.clone());
        self
    }

    /// About this job.
    #[must_use]
    pub fn job(mut self, job: Option<&JobId>) -> Self {
        self.job_id = job.cloned();
        self
    }

    /// About this photo.
    #[must_use]
    pub fn photo(mut self, photo: &PhotoId) -> Self {
        self.photo_id = Some(photo.clone());
        self
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The organization.
    pub org_id: OrgId,
    /// Sorts by time, and is unique.
    pub at_id: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// What it is about.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// In plain words.
    pub text: String,
    /// The project, if any.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// The job, if any.
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// The photo, if any.
    #[serde(default)]
    pub photo_id: Option<PhotoId>,
    /// When `DynamoDB` may drop it.
    expires_at: i64,
}

impl Store {
    /// Writes the entry down.
    pub async fn log(&self, org: &OrgId, new: NewEntry) -> Result<(), Error> {
        let at = jiff::Timestamp::now().as_second();
        let entry = Entry {
            org_id: org.clone(),
            // Version 7 begins with the time in milliseconds, so its text sorts by it.
            at_id: uuid::Uuid::now_v7().to_string(),
            at,
            kind: new.kind,
            outcome: new.outcome,
            text: new.text,
            project_id: new.project_id,
            job_id: new.job_id,
            photo_id: new.photo_id,
            expires_at: at + KEPT_S,
        };
        self.activity.put(&entry, Change::new()).await?;
        Ok(())
    }

    /// Up to `limit` entries, newest first, beginning after the given one.
    pub async fn activity(
        &self,
        org: &OrgId,
        after: Option<&str>,
        limit: i32,
    ) -> Result<(Vec<Entry>, Option<String>), Error> {
        let after = after.map(|at_id| key(&[("org_id", org.as_str()), ("at_id", at_id)]));
        let (entries, next) = self
            .activity
            .query()
            .when("#org_id = :org")
            .value(":org", org)
            .newest_first()
            .limit(limit)
            .after(after)
            .page::<Entry>()
            .await?;
        let next = next.and_then(|_| entries.last().map(|entry| entry.at_id.clone()));
        Ok((entries, next))
    }
}
