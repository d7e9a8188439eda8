//! Table `activity`: what happened and why, for 30 days (B25).

use model::companycam::{PhotoId, ProjectId};
use model::one_click::{JobId, OrgId};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::table::key;
use crate::{Error, Store};

/// How long an entry is kept.
const KEPT_S: i64 = 30 * 24 * 60 * 60;
/// How long what was said is not said again.
const DAILY_S: i64 = 24 * 60 * 60;
/// How many entries a filtered read goes through at once.
const FILTERED_AT_ONCE: i32 = 500;
/// How many reads a page is worth: a backfill of ten thousand photos lies between two failures.
const MOST_READS: usize = 40;

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
    Photo,
    /// Something that another version writes about.
    #[serde(other)]
    Other,
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
    /// In a way that another version knows.
    #[serde(other)]
    Other,
}

/// What an administrator can do about an entry, beyond what follows from its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// The project's job was deleted: a new one can be made of it (B18).
    BringBack,
    /// Something that another version does.
    #[serde(other)]
    Other,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// About this only.
    pub kind: Option<Kind>,
    /// Ended like this only.
    pub outcome: Option<Outcome>,
}

/// What a failure is looked for by.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// A project, not one of its photos.
    Project(&'a ProjectId),
    /// A job.
    Job(&'a JobId),
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where older ones begin, if there may be any.
    pub older: Option<String>,
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
    /// What can be done about it.
    pub offer: Option<Offer>,
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
            offer: None,
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

    /// Something can be done about it.
    #[must_use]
    pub fn offering(mut self, offer: Offer) -> Self {
        self.offer = Some(offer);
        self
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
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
    /// What can be done about it.
    #[serde(default)]
    pub offer: Option<Offer>,
    /// When `DynamoDB` may drop it.
    expires_at: i64,
}

#[derive(Debug, Deserialize)]
struct EntryKey {
    at_id: String,
}

impl Store {
    /// Writes the entry down.
    pub async fn log(&self, org: &OrgId, new: NewEntry) -> Result<(), Error> {
        self.activity
            .put(&self.dated(org, new), Change::new())
            .await?;
        Ok(())
    }

    /// Writes the entry down, unless one of the same text was within a day: what stays as it is is
    /// found anew by every poll. `false`: it was.
    pub async fn log_daily(&self, org: &OrgId, new: NewEntry) -> Result<bool, Error> {
        let now = self.clock.now_s();
        let said = new.text.clone();
        if self.said(org, &said, now).await? {
            return Ok(false);
        }
        self.log(org, new).await?;
        self.say(org, &said, now + DAILY_S).await?;
        Ok(true)
    }

    /// The entry as it is kept, dated now.
    pub(crate) fn dated(&self, org: &OrgId, new: NewEntry) -> Entry {
        let at = self.clock.now_s();
        Entry {
            org_id: org.clone(),
            // Version 7 begins with the time in milliseconds, so its text sorts by it.
            at_id: self.clock.id().to_string(),
            at,
            kind: new.kind,
            outcome: new.outcome,
            text: new.text,
            project_id: new.project_id,
            job_id: new.job_id,
            photo_id: new.photo_id,
            offer: new.offer,
            expires_at: at + KEPT_S,
        }
    }

    /// Up to `limit` of the entries that fit, newest first, older than the one of this `at_id`.
    ///
    /// Reads on until the page is full, but not for ever: then it may be short, and `older` says
    /// where to go on.
    pub async fn activity_page(
        &self,
        org: &OrgId,
        filter: Filter,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Entries, Error> {
        let fits_all = filter == Filter::default();
        let at_once = if fits_all {
            i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1)
        } else {
            FILTERED_AT_ONCE
        };
        let mut entries = Vec::new();
        let mut before = before.map(str::to_owned);
        for _ in 0..MOST_READS {
            let (some, next) = self
                .older_entries(org, filter, before.as_deref(), at_once)
                .await?;
            entries.extend(some);
            before = next;
            if entries.len() > limit || before.is_none() {
                break;
            }
        }
        if entries.len() > limit {
            entries.truncate(limit);
            before = entries.last().map(|entry: &Entry| entry.at_id.clone());
        }
        Ok(Entries {
            entries,
            older: before,
        })
    }

    /// The entry, if it is still there and this organization's.
    pub async fn entry(&self, org: &OrgId, at_id: &str) -> Result<Option<Entry>, Error> {
        let key = key(&[("org_id", org.as_str()), ("at_id", at_id)]);
        self.activity.get(key).await
    }

    /// The newest failure about this, among the entries of late.
    pub async fn last_failure(
        &self,
        org: &OrgId,
        about: About<'_>,
    ) -> Result<Option<Entry>, Error> {
        let failed = Filter {
            kind: Some(Kind::Project),
            outcome: Some(Outcome::Failed),
        };
        let is_it = |entry: &Entry| match about {
            About::Project(id) => entry.project_id.as_ref() == Some(id) && entry.job_id.is_none(),
            About::Job(id) => entry.job_id.as_ref() == Some(id) && entry.project_id.is_none(),
        };
        let mut before = None;
        for _ in 0..MOST_READS {
            let (some, next) = self
                .older_entries(org, failed, before.as_deref(), FILTERED_AT_ONCE)
                .await?;
            let found = some.into_iter().find(is_it);
            before = next;
            if found.is_some() || before.is_none() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// One read: the entries that fit among the next `at_once`, and where the next read begins.
    async fn older_entries(
        &self,
        org: &OrgId,
        filter: Filter,
        before: Option<&str>,
        at_once: i32,
    ) -> Result<(Vec<Entry>, Option<String>), Error> {
        let mut query = self
            .activity
            .query()
            .newest_first()
            .limit(at_once)
            .value(":org", org);
        query = match before {
            Some(before) => query
                .when("#org_id = :org AND #at_id < :before")
                .value(":before", before),
            None => query.when("#org_id = :org"),
        };
        let mut filters = Vec::new();
        if let Some(kind) = filter.kind {
            filters.push("#kind = :kind");
            query = query.value(":kind", kind);
        }
        if let Some(outcome) = filter.outcome {
            filters.push("#outcome = :outcome");
            query = query.value(":outcome", outcome);
        }
        if !filters.is_empty() {
            query = query.filter(&filters.join(" AND "));
        }
        let (entries, next) = query.page::<Entry>().await?;
        let next = next
            .map(serde_dynamo::from_item::<_, EntryKey>)
            .transpose()?;
        Ok((entries, next.map(|key| key.at_id)))
    }
}
