//! What a person has to decide or mend (B38).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::companycam::{ProjectId, UserId};
use crate::file::FileId;
use crate::one_click::{JobId, OrgId};
use crate::retry::RetryTarget;

/// One thing, however often it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Subject {
    /// Photos and documents of a project that could not be copied.
    Files { project_id: ProjectId },
    /// The photos of a project, or its documents, which could not be listed.
    List { project_id: ProjectId },
    /// A project that could not be brought over.
    Project { project_id: ProjectId },
    /// A job that could not be brought over.
    Job { job_id: JobId },
    /// A job whose project could not be assigned as the job is.
    Assignment { job_id: JobId },
    /// A project that may be a job's that is there, under another name.
    Duplicate { project_id: ProjectId },
    /// A user of CompanyCam who was matched, and is no longer.
    Match { user_id: UserId },
    /// Something of another version.
    #[serde(other)]
    Other,
}

impl Subject {
    /// What tells it from others: it stands in addresses.
    pub fn id(&self) -> String {
        match self {
            Self::Files { project_id } => format!("files:{project_id}"),
            Self::List { project_id } => format!("list:{project_id}"),
            Self::Project { project_id } => format!("project:{project_id}"),
            Self::Job { job_id } => format!("job:{job_id}"),
            Self::Assignment { job_id } => format!("assignment:{job_id}"),
            Self::Duplicate { project_id } => format!("duplicate:{project_id}"),
            Self::Match { user_id } => format!("match:{user_id}"),
            Self::Other => "other".to_owned(),
        }
    }

    /// Of what failed and can be tried again; `project`: the one that a file is on.
    pub fn of_failure(target: &RetryTarget, project: Option<&ProjectId>) -> Option<Self> {
        Some(match target {
            RetryTarget::Photo { .. } => Self::Files {
                project_id: project?.clone(),
            },
            RetryTarget::Document { project_id, .. } | RetryTarget::Again { project_id, .. } => {
                Self::Files {
                    project_id: project_id.clone(),
                }
            }
            RetryTarget::ProjectPhotos { project_id }
            | RetryTarget::ProjectDocuments { project_id } => Self::List {
                project_id: project_id.clone(),
            },
            RetryTarget::Project { project_id } => Self::Project {
                project_id: project_id.clone(),
            },
            RetryTarget::Job { job_id } => Self::Job {
                job_id: job_id.clone(),
            },
            RetryTarget::Reassigning { job_id, .. } => Self::Assignment {
                job_id: job_id.clone(),
            },
            RetryTarget::Other => return None,
        })
    }
}

/// The row of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    pub org_id: OrgId,
    pub subject: Subject,
    /// Since when, in Unix seconds.
    pub since: i64,
    /// What the activity log said of it last.
    pub text: String,
    /// Which files, where it is about some.
    #[serde(default)]
    pub files: BTreeSet<FileId>,
    /// What tries it again, where something does.
    #[serde(default)]
    pub retry: Option<RetryTarget>,
    /// Nobody wants to see it any more, until it happens anew.
    #[serde(default)]
    pub dismissed: bool,
    /// The same of single files.
    #[serde(default)]
    pub dismissed_files: BTreeSet<FileId>,
}

impl Matter {
    /// Those of its files that somebody has to see.
    pub fn open_files(&self) -> impl Iterator<Item = &FileId> {
        self.files.difference(&self.dismissed_files)
    }
}
