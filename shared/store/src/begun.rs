//! A link that was begun: what is asked of One Click is written down before it is asked (B22, B26, B31).
//!
//! Whoever is cut off, or loses an answer, goes on with the same: the same request with the same key,
//! or the same job. What changed in `CompanyCam` since then is a change like any other.

use companycam::ids::ProjectId;
use one_click::ids::{JobId, OrgId, UserId as OneClickUserId};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::projects::{LinkState, ProjectFields, ProjectRow, project_sk, row_key};
use crate::{Error, Store};

/// How a project is getting its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunLink {
    /// The idempotency key, for this one request alone.
    pub key: String,
    /// The job that was there and is being linked; none: one is being made.
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// What the project was then: what the job is made of, or filled from.
    pub asked: ProjectFields,
    /// Whom the job is given to.
    #[serde(default)]
    pub assignee: Option<OneClickUserId>,
    /// When it was begun, in Unix seconds.
    pub at: i64,
}

impl Store {
    /// Writes down how the project is getting its job. `instead_of`: the key of what was begun before
    /// and is given up. `false`: somebody else began, or linked it, meanwhile.
    pub async fn begin_link(
        &self,
        org: &OrgId,
        project: &ProjectId,
        begun: &BegunLink,
        instead_of: Option<&str>,
    ) -> Result<bool, Error> {
        // Written twice where the first answer is lost: then it is there already.
        let as_known = match instead_of {
            Some(_) => "#begun.#key = :before OR #begun.#key = :key",
            None => "attribute_not_exists(#begun) OR #begun.#key = :key",
        };
        let mut change = Change::new()
            .set("begun", begun)
            .when(&format!("#state <> :linked AND ({as_known})"))
            .value(":linked", LinkState::Linked)
            .value(":key", &begun.key);
        if let Some(before) = instead_of {
            change = change.value(":before", before);
        }
        let row = row_key(org, &project_sk(project));
        let written = self.project_links.update::<ProjectRow>(row, change);
        Ok(written.await?.is_some())
    }

    /// What was begun with this key came to nothing, and nothing of it is there.
    pub async fn forget_begun_link(
        &self,
        org: &OrgId,
        project: &ProjectId,
        key: &str,
    ) -> Result<(), Error> {
        let change = Change::new()
            .remove("begun")
            .when("#begun.#key = :key")
            .value(":key", key);
        let row = row_key(org, &project_sk(project));
        self.project_links.update::<ProjectRow>(row, change).await?;
        Ok(())
    }
}
