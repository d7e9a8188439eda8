//! Table `project-links`: what One Click says that it has not got any more (B18, B33).
//!
//! Once is not enough to end anything, so when it first said so is kept in the row until the job is
//! seen again, or is missing for long enough.

use model::companycam::ProjectId;
use model::job::JobClaim;
use model::one_click::{JobId, OrgId};
use model::project::{LinkState, ProjectRow};

use crate::activity::NewEntry;
use crate::change::Change;
use crate::keys::{claim_sk, link_key, project_sk};
use crate::{Error, Store, Write};

/// What was said so long ago counts no more: whoever was to look again never did.
const FORGOTTEN_S: i64 = 60 * 60;

impl Store {
    /// One Click says that it has not got the linked job: since when it does, in Unix seconds. `None`:
    /// the project is not linked to this job (any more).
    pub async fn record_job_missing(
        &self,
        org: &OrgId,
        project: &ProjectId,
        job: &JobId,
        now: i64,
    ) -> Result<Option<i64>, Error> {
        let linked = |change: Change| {
            change
                .when("#state = :linked AND #job_id = :job")
                .value(":linked", LinkState::Linked)
                .value(":job", job)
        };
        let key = link_key(org, &project_sk(project));
        let first = linked(Change::new().set_once("job_missing_since", now));
        let row: Option<ProjectRow> = self.project_links.update(key.clone(), first).await?;
        let since = row.map(|row| row.job_missing_since.unwrap_or(now));
        if since.is_none_or(|since| now - since < FORGOTTEN_S) {
            return Ok(since);
        }
        let anew = linked(Change::new().set("job_missing_since", now));
        let row: Option<ProjectRow> = self.project_links.update(key, anew).await?;
        Ok(row.map(|row| row.job_missing_since.unwrap_or(now)))
    }

    /// The linked job is there: whatever was said of it before is forgotten.
    pub async fn clear_job_missing(&self, org: &OrgId, project: &ProjectId) -> Result<(), Error> {
        let change = Change::new()
            .remove("job_missing_since")
            .when("attribute_exists(#job_missing_since)");
        let key = link_key(org, &project_sk(project));
        self.project_links.apply(key, change).await?.either_way();
        Ok(())
    }

    /// The job is gone: the link is closed, and the project never makes another job by itself (B18).
    /// The entry that says so is written with it, or neither is. Not applied: it is not linked to this job
    /// (any more).
    pub async fn close_link(
        &self,
        org: &OrgId,
        project: &ProjectId,
        job: &JobId,
        entry: NewEntry,
    ) -> Result<Write, Error> {
        let change = Change::new()
            .set("state", LinkState::JobDeleted)
            .remove("job_missing_since")
            .remove("wanted")
            .remove("pending_org")
            .when("#state = :linked AND #job_id = :job")
            .value(":linked", LinkState::Linked)
            .value(":job", job);
        let writes = vec![
            self.project_links
                .transact_update(link_key(org, &project_sk(project)), change)?,
            self.activity
                .transact_put(&self.dated(org, entry), Change::new())?,
        ];
        self.project_links.transact(writes).await
    }

    /// One Click says that it has not got the claim's job: since when it does, in Unix seconds. `None`:
    /// there is no such claim (any more).
    pub async fn record_claimed_job_missing(
        &self,
        org: &OrgId,
        job: &JobId,
        now: i64,
    ) -> Result<Option<i64>, Error> {
        let there = |change: Change| change.when("attribute_exists(#claimed_at)");
        let key = link_key(org, &claim_sk(job));
        let first = there(Change::new().set_once("missing_since", now));
        let claim: Option<JobClaim> = self.project_links.update(key.clone(), first).await?;
        let since = claim.map(|claim| claim.missing_since.unwrap_or(now));
        if since.is_none_or(|since| now - since < FORGOTTEN_S) {
            return Ok(since);
        }
        let anew = there(Change::new().set("missing_since", now));
        let claim: Option<JobClaim> = self.project_links.update(key, anew).await?;
        Ok(claim.map(|claim| claim.missing_since.unwrap_or(now)))
    }

    /// The claim's job is there: whatever was said of it before is forgotten.
    pub async fn clear_claimed_job_missing(&self, org: &OrgId, job: &JobId) -> Result<(), Error> {
        let change = Change::new()
            .remove("missing_since")
            .when("attribute_exists(#missing_since)");
        self.project_links
            .apply(link_key(org, &claim_sk(job)), change)
            .await?
            .either_way();
        Ok(())
    }
}
