//! What travels through the queues. A message never says "do this", only "look at this", so it may
//! be lost to a later poll, come twice, late or swapped.

use companycam::Cursor;
use companycam::ids::{DocumentId, PhotoId, ProjectId};
use one_click::ids::{JobId, OrgId};
use serde::{Deserialize, Serialize};

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Look {
    /// The organization: is there anything new since the last poll?
    Poll,
    /// A sync run: take its next step.
    Sync {
        /// The run; an older one's messages are let go.
        run: String,
    },
    /// A connection that an administrator ended: what is still to be taken back?
    Disconnect {
        /// Which connection; a newer one is left alone.
        generation: i64,
    },
    /// One project.
    Project {
        /// Which.
        project_id: ProjectId,
        /// What made us look.
        origin: Origin,
    },
    /// The photos of a project, from a page on.
    ProjectPhotos {
        /// Whose.
        project_id: ProjectId,
        /// Where to go on.
        cursor: Option<Cursor>,
    },
    /// One photo, which an event is about.
    Photo {
        /// Which.
        photo_id: PhotoId,
        /// Whether its tags may have changed too: reading them is another call.
        tags: bool,
    },
    /// One document, which an event is about.
    Document {
        /// Which.
        document_id: DocumentId,
        /// The project it is on, where the event said so.
        project_id: Option<ProjectId>,
    },
    /// One job, which an event is about or a poll found changed.
    Job {
        /// Which.
        job_id: JobId,
    },
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
    /// For logs: what kind of look it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Sync { .. } => "sync",
            Self::Disconnect { .. } => "disconnect",
            Self::Project { .. } => "project",
            Self::ProjectPhotos { .. } => "project_photos",
            Self::Photo { .. } => "photo",
            Self::Document { .. } => "document",
            Self::Job { .. } => "job",
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
}

impl SyncMessage {
    /// A first look.
    pub fn new(org_id: &OrgId, look: Look) -> Self {
        Self {
            org_id: org_id.clone(),
            look,
            tries: 0,
            generation: None,
        }
    }

    /// The same look, of the connection of this generation only.
    #[must_use]
    pub fn of_generation(self, generation: Option<i64>) -> Self {
        Self { generation, ..self }
    }
}

/// A message of the photo queue; the photo's row says the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoMessage {
    /// Whose; also the message group, by which SQS is fair between organizations.
    pub org_id: OrgId,
    /// Which.
    pub photo_id: PhotoId,
    /// How often it was put off because something was unavailable.
    #[serde(default)]
    pub tries: u32,
}
