//! What travels through the queues. A message never says "do this", only "look at this", so it may
//! be lost to a later poll, come twice, late or swapped.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::companycam::{Cursor, DocumentId, PhotoId, ProjectId};
use crate::file::FileId;
use crate::one_click::{JobId, OrgId};
use crate::pause::Side;

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Look {
    /// The organization: is there anything new since the last poll?
    Poll,
    /// A poll that has more to list than one look takes: go on with it.
    PollOn {
        /// The poll and its step; any other's messages are let go.
        seq: i64,
    },
    /// A side that did not answer: does it now?
    Probe {
        side: Side,
        /// The pause that the probe belongs to; an older one's are let go.
        seq: i64,
    },
    /// A side answers again: what of the work that waited for it is next?
    Resume {
        /// The look that the page before ended with, by its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// The same of photos and documents, which wait in their own rows.
    ResumePhotos {
        /// The file that the page before ended with.
        after: Option<FileId>,
    },
    /// The same of projects whose looks were let go when the connection ended.
    ResumeProjects {
        /// The project that the page before ended with.
        after: Option<ProjectId>,
    },
    /// A sync run: take its next step.
    Sync {
        /// The run; an older one's messages are let go.
        run: String,
        /// The step, so that one run is one chain of messages; any other's are let go. The version
        /// before did not say it.
        #[serde(default)]
        seq: Option<i64>,
    },
    /// The nightly pass.
    Nightly { take: NightlyTake },
    /// A connection that an administrator ended: what is still to be taken back?
    Disconnect {
        /// Which connection; a newer one is left alone.
        generation: i64,
    },
    /// One project.
    Project {
        project_id: ProjectId,
        /// What made us look.
        origin: Origin,
    },
    /// The photos of a project, from a page on.
    ProjectPhotos {
        project_id: ProjectId,
        /// Where to go on.
        cursor: Option<Cursor>,
        /// What of them the pages before showed.
        #[serde(default)]
        so_far: PhotosSoFar,
        /// Photos that were last seen on it, and that none of the pages before showed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unseen: Vec<PhotoId>,
    },
    /// The documents of a project, from a page on.
    ProjectDocuments {
        project_id: ProjectId,
        /// Counted from 1.
        page: u32,
    },
    /// One photo: an event named it, or a person asked for it again.
    Photo {
        photo_id: PhotoId,
        /// Whether its tags may have changed too: reading them is another call.
        tags: bool,
    },
    /// One document, which an event is about.
    Document {
        document_id: DocumentId,
        /// The project it is on, where the event said so.
        project_id: Option<ProjectId>,
    },
    /// One job, which an event is about or a poll found changed.
    Job {
        job_id: JobId,
        /// Whether an event says that it was deleted: not to find it any more confirms that.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
        /// Whether an event says that it is, or was, assigned to somebody: it may be so no longer when we
        /// look.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        assigned: bool,
    },
    /// Users were matched: which projects have waited for that?
    Matched {
        /// The project that the page before ended with.
        after: Option<ProjectId>,
    },
    /// A sync run that is being undone: what is next of what it made?
    Undo {
        run: String,
        /// The project that the page before ended with.
        after: Option<ProjectId>,
    },
}

/// What is known of a project's photos after some pages of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PhotosSoFar {
    /// The project's `updated_at` when the first page was asked for: with the last page its photos are
    /// known up to there.
    pub up_to: Option<i64>,
    /// Some of them are not finished: they are not known yet.
    pub unfinished: bool,
    /// How many pages there were.
    pub pages: u32,
    /// When they are to be looked at, in Unix seconds, since some were not finished: a message that is early
    /// goes on waiting, and one of another time is let go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_at: Option<i64>,
    /// How often they were looked at for that.
    #[serde(skip_serializing_if = "is_zero")]
    pub again: u32,
}

/// What a look at the nightly pass takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NightlyTake {
    /// The first step of a pass, unless one is under way.
    First,
    /// What was missing, since an administrator says that it is gone (B30).
    Missing,
    /// The pass's next step; any other's messages are let go.
    Next { pass: String, seq: i64 },
}

/// What made us look at a project; decides what the look covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The poll listed it as changed: what it read is in the project's row. Its photos are looked at.
    Poll,
    /// A sync run listed it: as for a poll, but the run reads the photos of many projects at once.
    Sync,
    /// An event is about it: the look reads it. Photos have events of their own.
    Event,
    /// An event says that it was deleted: not to find it any more confirms that.
    Deletion,
    /// An event says that it was merged with another, one way or the other: photos moved without an
    /// event of their own.
    Merge,
}

impl Origin {
    /// Whether the look has to read the project itself: nobody listed it.
    pub fn is_event(self) -> bool {
        matches!(self, Self::Event | Self::Deletion | Self::Merge)
    }
}

impl Look {
    /// All photos of a project, which are then known up to that `updated_at` of it, if one is given.
    pub fn photos_of(project_id: &ProjectId, up_to: Option<i64>) -> Self {
        Self::ProjectPhotos {
            project_id: project_id.clone(),
            cursor: None,
            so_far: PhotosSoFar {
                up_to,
                ..PhotosSoFar::default()
            },
            unseen: Vec::new(),
        }
    }

    /// All documents of a project.
    pub fn documents_of(project_id: &ProjectId) -> Self {
        Self::ProjectDocuments {
            project_id: project_id.clone(),
            page: 1,
        }
    }

    /// A look at a job that is there as far as anybody knows.
    pub fn job(id: &JobId) -> Self {
        Self::Job {
            job_id: id.clone(),
            deleted: false,
            assigned: false,
        }
    }

    /// For logs: what kind of look it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::PollOn { .. } => "poll_on",
            Self::Probe { .. } => "probe",
            Self::Resume { .. } => "resume",
            Self::ResumePhotos { .. } => "resume_photos",
            Self::ResumeProjects { .. } => "resume_projects",
            Self::Sync { .. } => "sync",
            Self::Nightly { .. } => "nightly",
            Self::Disconnect { .. } => "disconnect",
            Self::Project { .. } => "project",
            Self::ProjectPhotos { .. } => "project_photos",
            Self::ProjectDocuments { .. } => "project_documents",
            Self::Photo { .. } => "photo",
            Self::Document { .. } => "document",
            Self::Job { .. } => "job",
            Self::Matched { .. } => "matched",
            Self::Undo { .. } => "undo",
        }
    }
}

/// A message of `sync.fifo` and `retry`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncMessage {
    /// Whose; also the message group.
    pub org_id: OrgId,
    /// What to look at.
    pub look: Look,
    /// How often it was put off because something was unavailable.
    #[serde(default)]
    pub tries: u32,
    /// The connection that it is about, if it is about one: a look of another is let go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// The sync run that wants it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What the delivery said that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// What came of it so far.
    #[serde(default, skip_serializing_if = "Failures::are_none")]
    pub failures: Failures,
}

/// What a look that is put off has met, so that it ends some time. Times are in Unix seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// When it failed first, for whatever reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Since when a side has refused it while that side answered others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_since: Option<i64>,
    /// When it was refused outright for the first time: once ends nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_outright_at: Option<i64>,
    /// Whether the activity log says that it waits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
    /// How often it panicked.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub panics: u32,
}

impl Failures {
    fn are_none(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// How long what another version wrote waits before it is tried to be read again.
pub const OTHER_VERSION_WAIT: Duration = Duration::from_mins(15);
/// For how many tries: about four days, in which somebody finishes the deployment or takes it back.
pub const OTHER_VERSION_TRIES: u32 = 400;

/// Of a message that another version wrote, what every version's messages have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// Whose; also the message group.
    pub org_id: OrgId,
    /// How often it was put off.
    #[serde(default)]
    pub tries: u32,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Envelope {
    /// Of a text that this version can't read: the message as it is to come again. `None`: it has waited
    /// long enough, or is no message of any version.
    pub fn again(body: &str) -> Option<Self> {
        let message: Self = serde_json::from_str(body).ok()?;
        let waits = message.tries < OTHER_VERSION_TRIES;
        waits.then(|| Self {
            tries: message.tries + 1,
            ..message
        })
    }
}

/// What is told is news for so many seconds, whichever clock is ahead; then the side is asked.
const NEWS_S: i64 = 60;

/// What a genuine delivery says of its object. It is news for a moment only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When it happened, in Unix seconds by the side's clock.
    pub at: i64,
    /// The object as it came, in JSON.
    pub object: String,
}

impl SyncMessage {
    /// A first look.
    pub fn new(org_id: &OrgId, look: Look) -> Self {
        Self {
            org_id: org_id.clone(),
            look,
            tries: 0,
            generation: None,
            run: None,
            told: None,
            failures: Failures::default(),
        }
    }

    /// The same look, with what a delivery said.
    #[must_use]
    pub fn telling(self, told: Option<Told>) -> Self {
        Self { told, ..self }
    }

    /// What a delivery has just said of its object, in JSON.
    pub fn news(&self, now: i64) -> Option<&str> {
        let told = self.told.as_ref()?;
        ((now - told.at).abs() <= NEWS_S).then_some(told.object.as_str())
    }

    /// The same look, for a sync run.
    #[must_use]
    pub fn of_run(self, run: &str) -> Self {
        let run = Some(run.to_owned());
        Self { run, ..self }
    }

    /// The same look, put off once more. What was told is old by then.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            tries: self.tries.saturating_add(1),
            told: None,
            ..self.clone()
        }
    }

    /// The same look, of the connection of this generation only.
    #[must_use]
    pub fn of_generation(self, generation: Option<i64>) -> Self {
        Self { generation, ..self }
    }
}

/// A message of the photo queue: a photo or a document, whose row says the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMessage {
    /// Whose; also the message group, by which SQS is fair between organizations.
    pub org_id: OrgId,
    /// Which; documents came later to the queue.
    #[serde(rename = "photo_id")]
    pub id: FileId,
    /// How often it was put off because something was unavailable.
    #[serde(default)]
    pub tries: u32,
    /// How often it panicked.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub panics: u32,
}

impl FileMessage {
    /// A first look at the file.
    pub fn new(org_id: &OrgId, id: &FileId) -> Self {
        Self {
            org_id: org_id.clone(),
            id: id.clone(),
            tries: 0,
            panics: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b33_a_look_at_a_job_of_the_version_before_is_read_and_one_without_news_is_written_like_it() {
        let before = r#"{"kind":"job","job_id":"j1"}"#;
        let look: Look = serde_json::from_str(before).unwrap();
        assert_eq!(look, Look::job(&JobId::parse("j1").unwrap()));
        assert_eq!(serde_json::to_string(&look).unwrap(), before);
    }
}
