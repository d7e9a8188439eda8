//! Table `activity`: what happened and why, for 30 days (B25).

use model::companycam::{DocumentId, PhotoId, ProjectId};
use model::file::FileId;
use model::one_click::{JobId, OrgId};
use model::retry::RetryTarget;
use serde::{Deserialize, Serialize};

mod search;

use crate::change::Change;
use crate::table::key;
use crate::{Error, Store, Write};

pub use search::{Entries, Filter};

/// How long an entry is kept.
const KEPT_S: i64 = 30 * 24 * 60 * 60;
/// How long what was said is not said again.
const DAILY_S: i64 = 24 * 60 * 60;
/// How long what is said once is not said again.
const ONCE_S: i64 = 365 * 24 * 60 * 60;

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
    /// What is on and off.
    Preferences,
    /// A project and its job.
    Project,
    Photo,
    Document,
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
    /// The document, if any.
    pub document_id: Option<DocumentId>,
    /// What can be done about it.
    pub offer: Option<Offer>,
    /// What Retry does.
    pub retry: Option<RetryTarget>,
    /// Who did it, where somebody did.
    pub by: Option<String>,
    /// The sync run that it is about.
    pub run: Option<String>,
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
            document_id: None,
            offer: None,
            retry: None,
            by: None,
            run: None,
        }
    }

    /// About this sync run.
    #[must_use]
    pub fn of_run(mut self, run: &str) -> Self {
        self.run = Some(run.to_owned());
        self
    }

    /// An administrator did it.
    #[must_use]
    pub fn by(mut self, who: &str) -> Self {
        self.by = Some(who.to_owned());
        self
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

    /// About this photo or document.
    #[must_use]
    pub fn file(mut self, file: &FileId) -> Self {
        match file {
            FileId::Photo(id) => self.photo_id = Some(id.clone()),
            FileId::Document(id) => self.document_id = Some(id.clone()),
        }
        self
    }

    /// About this photo or document, which failed and can be tried again.
    #[must_use]
    pub fn failed_file(self, file: &FileId, project: &ProjectId) -> Self {
        let target = match file {
            FileId::Photo(id) => RetryTarget::Photo {
                photo_id: id.clone(),
            },
            FileId::Document(id) => RetryTarget::Document {
                document_id: id.clone(),
                project_id: project.clone(),
            },
        };
        self.file(file).project(project).retrying(target)
    }

    /// Something can be done about it.
    #[must_use]
    pub fn offering(mut self, offer: Offer) -> Self {
        self.offer = Some(offer);
        self
    }

    /// It failed, and this can be tried again.
    #[must_use]
    pub fn retrying(mut self, target: RetryTarget) -> Self {
        self.retry = Some(target);
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
    /// The document, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_id: Option<DocumentId>,
    /// What can be done about it.
    #[serde(default)]
    pub offer: Option<Offer>,
    /// What Retry does; see [`Entry::retry_target`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry: Option<RetryTarget>,
    /// Who did it, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The sync run that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Its text in small letters, where `DynamoDB` looks for words. A version before wrote none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sought: String,
    /// When `DynamoDB` may drop it.
    expires_at: i64,
}

impl Entry {
    /// What can be tried again of what failed.
    ///
    /// Entries of a version before don't say. There it follows from what they are about; they are kept
    /// for 30 days.
    pub fn retry_target(&self) -> Option<RetryTarget> {
        if self.outcome != Outcome::Failed {
            return None;
        }
        if let Some(target) = &self.retry {
            return Some(target.clone()).filter(|target| *target != RetryTarget::Other);
        }
        let (project, job) = (self.project_id.clone(), self.job_id.clone());
        match (self.kind, project, job, self.photo_id.clone()) {
            (_, _, _, Some(photo_id)) => Some(RetryTarget::Photo { photo_id }),
            (Kind::Photo, Some(project_id), _, None) => {
                Some(RetryTarget::ProjectPhotos { project_id })
            }
            (Kind::Project, Some(project_id), Some(job_id), None) => {
                Some(RetryTarget::Reassigning { job_id, project_id })
            }
            (Kind::Project, Some(project_id), None, None) => {
                Some(RetryTarget::Project { project_id })
            }
            (Kind::Project, None, Some(job_id), None) => Some(RetryTarget::Job { job_id }),
            _ => None,
        }
    }
}

impl Store {
    /// Writes the entry down; and where it is a failure that somebody can do something about, that it needs
    /// attention.
    pub async fn log(&self, org: &OrgId, new: NewEntry) -> Result<(), Error> {
        self.raise_failure(org, &new).await?;
        self.activity
            .put(&self.dated(org, new), Change::new())
            .await?
            .either_way();
        Ok(())
    }

    /// Writes the entry down, unless one of the same text was within a day: what stays as it is is
    /// found anew by every poll. Not applied: it was.
    pub async fn log_daily(&self, org: &OrgId, new: NewEntry) -> Result<Write, Error> {
        self.log_unless_said(org, new, DAILY_S).await
    }

    /// Writes the entry down, unless one of the same text is there, or was until lately: every listing
    /// finds it anew. Not applied: it is.
    pub async fn log_once(&self, org: &OrgId, new: NewEntry) -> Result<Write, Error> {
        self.log_unless_said(org, new, ONCE_S).await
    }

    async fn log_unless_said(
        &self,
        org: &OrgId,
        new: NewEntry,
        lately_s: i64,
    ) -> Result<Write, Error> {
        let now = self.clock.now_s();
        let said = new.text.clone();
        if self.said(org, &said, now).await? {
            return Ok(Write::ConditionFailed);
        }
        self.log(org, new).await?;
        self.say(org, &said, now + lately_s).await?;
        Ok(Write::Applied)
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
            sought: new.text.to_lowercase(),
            text: new.text,
            project_id: new.project_id,
            job_id: new.job_id,
            photo_id: new.photo_id,
            document_id: new.document_id,
            offer: new.offer,
            retry: new.retry,
            by: new.by,
            run: new.run,
            expires_at: at + KEPT_S,
        }
    }

    /// The entry, if it is still there and this organization's.
    pub async fn entry(&self, org: &OrgId, at_id: &str) -> Result<Option<Entry>, Error> {
        let key = key(&[("org_id", org.as_str()), ("at_id", at_id)]);
        self.activity.get(key).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(outcome: &str, kind: &str, ids: [Option<&str>; 3], retry: &Value) -> Entry {
        let [project, job, photo] = ids;
        serde_json::from_value(json!({
            "org_id": "o", "at_id": "1", "at": 1, "kind": kind, "outcome": outcome, "text": "",
            "project_id": project, "job_id": job, "photo_id": photo, "retry": retry, "expires_at": 2
        }))
        .unwrap()
    }

    #[test]
    fn b25_an_entry_says_what_retry_does() {
        let ids = [Some("p"), Some("j"), None];
        let said = json!({"what": "job", "job_id": "j"});
        let job_id = JobId::parse("j").unwrap();
        let target = Some(RetryTarget::Job { job_id });
        assert_eq!(
            entry("failed", "project", ids, &said).retry_target(),
            target
        );
        // What another version tries again, this one can't.
        let later = json!({"what": "everything", "since": 3});
        assert_eq!(entry("failed", "project", ids, &later).retry_target(), None);
    }

    #[test]
    fn b25_an_entry_of_the_version_before_is_tried_again_by_what_it_is_about() {
        let of = |kind, ids| entry("failed", kind, ids, &Value::Null).retry_target();
        let project_id = ProjectId::parse("p").unwrap();
        let job_id = JobId::parse("j").unwrap();
        let photo_id = PhotoId::parse("f").unwrap();
        let photo = Some(RetryTarget::Photo { photo_id });
        assert_eq!(of("photo", [Some("p"), Some("j"), Some("f")]), photo);
        assert_eq!(of("photo", [None, None, Some("f")]), photo);
        let photos = RetryTarget::ProjectPhotos {
            project_id: project_id.clone(),
        };
        assert_eq!(of("photo", [Some("p"), None, None]), Some(photos));
        let reassigning = RetryTarget::Reassigning {
            job_id: job_id.clone(),
            project_id: project_id.clone(),
        };
        assert_eq!(
            of("project", [Some("p"), Some("j"), None]),
            Some(reassigning)
        );
        let project = RetryTarget::Project { project_id };
        assert_eq!(of("project", [Some("p"), None, None]), Some(project));
        let job = RetryTarget::Job { job_id };
        assert_eq!(of("project", [None, Some("j"), None]), Some(job));
    }

    #[test]
    fn b25_what_names_nothing_or_did_not_fail_is_not_tried_again() {
        for kind in ["sync", "connection", "user", "project", "photo"] {
            let nothing = entry("failed", kind, [None; 3], &Value::Null);
            assert_eq!(nothing.retry_target(), None, "{kind}");
        }
        let ids = [Some("p"), Some("j"), Some("f")];
        let done = entry("copied", "photo", ids, &Value::Null);
        assert_eq!(done.retry_target(), None);
    }
}
