//! The nightly pass over everything of an organization (B17), and what it no longer finds (B30).

use serde::{Deserialize, Serialize};

use crate::companycam::{PhotoId, ProjectId, TagId};
use crate::file::FileId;
use crate::one_click::OrgId;
use crate::tags::TagPlace;

/// A pass: a row of its own, beside a sync run and not instead of it. Times are in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Tells it from the passes before.
    pub id: String,
    /// Rises with every step, so that one pass is one chain of messages.
    pub seq: i64,
    /// The connection that it belongs to.
    pub generation: i64,
    pub started_at: i64,
    pub stepped_at: i64,
    #[serde(default)]
    pub finished_at: Option<i64>,
    /// What comes next.
    pub step: PassStep,
    /// Whether it knows which photos carry which tag.
    #[serde(default)]
    pub knows_tags: bool,
    /// What it found so far.
    #[serde(default)]
    pub tally: Tally,
}

impl Pass {
    pub fn is_running(&self) -> bool {
        self.finished_at.is_none()
    }
}

/// What a pass does next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PassStep {
    /// A page of all projects, whatever their age.
    Projects { page: u32 },
    /// Queue looks at those that changed in silence, a few at a time.
    Looks {
        left: Vec<ProjectId>,
        next_page: Option<u32>,
    },
    /// A page of the company's tags.
    Tags { page: u32 },
    /// Which photos carry the tags of that page.
    TagPhotos {
        #[serde(flatten)]
        place: TagPlace,
        next_page: Option<u32>,
    },
    /// Linked projects from there on: their photos and documents on both sides.
    Links {
        after: Option<ProjectId>,
        /// Of these projects the tags are compared up to this photo; the step before asked for as many as
        /// one may.
        #[serde(default)]
        tags_after: Option<PhotoId>,
    },
    /// Ask once more for what was missing, and follow what is said.
    Missing { after: Option<String> },
    /// Say what was found.
    Finish,
}

impl PassStep {
    /// The first linked projects.
    pub fn links() -> Self {
        Self::Links {
            after: None,
            tags_after: None,
        }
    }
}

/// What a pass has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Linked projects.
    pub projects: i64,
    /// Those of them that CompanyCam did not show.
    pub projects_missing: i64,
    /// Photos and documents that were copied.
    pub files: i64,
    /// Those of them that CompanyCam did not show.
    pub files_missing: i64,
    /// Copies that are on their jobs with the bytes that were sent.
    pub verified: i64,
    /// Copies that somebody deleted on their jobs.
    pub gone: i64,
    /// Copies with other bytes than were sent.
    pub altered: i64,
    /// Projects that had changed in silence.
    pub changed: i64,
    /// Copies that were removed since they are deleted in CompanyCam.
    pub removed: i64,
    /// Photos whose tags had changed in silence.
    pub retagged: i64,
}

/// Photos of one project that carry one tag, on one page of the tag's photos: CompanyCam lists photos by
/// their tag, and they are compared by their project. Rows that DynamoDB drops by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tagged {
    pub org_id: OrgId,
    /// The pass that read them; what an earlier one left says nothing.
    pub pass: String,
    pub of_project: ProjectId,
    pub tag_id: TagId,
    /// What the tag says.
    pub name: String,
    /// Which page of the tag's photos it is.
    pub page: u32,
    pub photos: Vec<PhotoId>,
    /// Unix seconds.
    pub expires_at: i64,
}

/// Something that a pass did not find in CompanyCam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub org_id: OrgId,
    /// A file of the project; none: the project itself.
    #[serde(default)]
    pub file: Option<FileId>,
    pub project_id: ProjectId,
    /// Since when, in Unix seconds.
    pub since: i64,
    /// When a pass last did not find it.
    #[serde(default)]
    pub last: i64,
    /// An administrator said that it is only not seen any more: it is left as it is (B30).
    #[serde(default)]
    pub unseen: bool,
}

/// So much was missing at once that nothing is concluded before an administrator was asked (B30).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostSight {
    /// When, in Unix seconds.
    pub at: i64,
    pub projects: i64,
    pub files: i64,
}
