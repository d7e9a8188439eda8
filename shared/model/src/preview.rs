//! What a run that only reads would make of a project (B40). It stands in rows of its own: the project's row is
//! the live integration's, to which a preview means nothing.

use serde::{Deserialize, Serialize};

use crate::companycam::ProjectId;
use crate::one_click::OrgId;
use crate::project::{Came, ProjectFields, SkipReason};

/// A project that the run has listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRow {
    pub org_id: OrgId,
    /// The run.
    pub run: String,
    pub project_id: ProjectId,
    /// What was listed.
    pub fields: ProjectFields,
    /// What the run would make of it, once that was looked at.
    #[serde(default)]
    pub came: Option<Came>,
    /// Why it would be skipped.
    #[serde(default)]
    pub reason: Option<SkipReason>,
    /// When `DynamoDB` may drop it, in Unix seconds.
    pub expires_at: i64,
}
