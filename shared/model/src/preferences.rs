//! What an administrator chose (B9–B13).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the administrator chose (B9–B13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "eight independent checkboxes"
)]
pub struct Preferences {
    /// B9: a job created in One Click creates a project.
    pub create_project_from_job: bool,
    /// When `create_project_from_job` was last switched on; it covers jobs created after that.
    pub create_project_from_job_since: Option<Timestamp>,
    /// B10: a project creates a job.
    pub create_job_from_project: bool,
    /// B11: a reassigned job reassigns its project.
    pub reassign_project: bool,
    /// B12: reassignment removes the previous assignee's user. Only honoured while B11 is on.
    pub remove_previous_assignee: bool,
    /// B13: only projects with at least one matched assigned user are imported.
    pub only_matched_users: bool,
    /// B13: a photo deleted in `CompanyCam` is removed in One Click.
    pub remove_deleted_photos: bool,
    /// B13: photos marked internal are copied too.
    pub copy_internal_photos: bool,
    /// B13: documents are copied.
    pub copy_documents: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            create_project_from_job: false,
            create_project_from_job_since: None,
            create_job_from_project: true,
            reassign_project: false,
            remove_previous_assignee: false,
            only_matched_users: false,
            remove_deleted_photos: false,
            copy_internal_photos: false,
            copy_documents: true,
        }
    }
}
