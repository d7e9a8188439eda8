//! What an administrator can have tried again.

use serde::{Deserialize, Serialize};

use crate::companycam::{DocumentId, PhotoId, ProjectId};
use crate::file::FileId;
use crate::one_click::JobId;

/// What failed, and what Retry looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RetryTarget {
    /// A photo that could not be copied.
    Photo { photo_id: PhotoId },
    /// A document that could not be copied.
    Document {
        document_id: DocumentId,
        project_id: ProjectId,
    },
    /// The documents of a project, which could not be read.
    ProjectDocuments { project_id: ProjectId },
    /// A copy that is not on its job any more, or not as it was sent.
    Again { file: FileId, project_id: ProjectId },
    /// The photos of a project, which could not be read.
    ProjectPhotos { project_id: ProjectId },
    /// A project that could not be brought over.
    Project { project_id: ProjectId },
    /// A job that could not be brought over.
    Job { job_id: JobId },
    /// A job's project that could not be reassigned.
    Reassigning {
        job_id: JobId,
        project_id: ProjectId,
    },
    /// Something that another version tries again.
    #[serde(other)]
    Other,
}
