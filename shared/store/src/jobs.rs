//! Table `project-links`, the jobs' side: which project a job is, whom it is assigned to, and the claim
//! of a job that is getting a project.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::companycam::ProjectId;
use model::job::{JobClaim, JobRow, Said};
use model::one_click::{JobId, OrgId, UserId as OneClickUserId};
use model::project::{LinkState, ProjectFields};

use crate::change::Change;
use crate::keys::{CLAIM, claim_sk, job_sk, link_key, project_sk};
use crate::{Error, Store, Write};

/// What a project is about to be asked for with.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Name and address.
    pub asked: &'a ProjectFields,
    /// When, in Unix seconds.
    pub at: i64,
    /// When one was asked for before, as the claim was read.
    pub before: Option<i64>,
}

impl Store {
    /// The row that says which project the job is.
    pub async fn job(&self, org: &OrgId, job: &JobId) -> Result<Option<JobRow>, Error> {
        self.project_links.get(link_key(org, &job_sk(job))).await
    }

    /// The rows of those of the jobs that are linked.
    pub async fn jobs<'a>(
        &self,
        org: &OrgId,
        jobs: impl IntoIterator<Item = &'a JobId>,
    ) -> Result<Vec<JobRow>, Error> {
        let unique: std::collections::BTreeSet<_> = jobs.into_iter().collect();
        let keys = unique
            .into_iter()
            .map(|job| link_key(org, &job_sk(job)))
            .collect();
        self.project_links.get_many(keys).await
    }

    /// Written before any of these users is added to the job's project, or removed from it.
    pub async fn begin_reassigning(
        &self,
        org: &OrgId,
        job: &JobId,
        applied: &BTreeSet<OneClickUserId>,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set("applied", applied)
            .set("reassigning", true)
            .remove("refused_since")
            .when("attribute_exists(#project_id)");
        self.project_links
            .apply(link_key(org, &job_sk(job)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Whom the job is assigned to, and whose users the project may have because of that.
    pub async fn record_assignment<'a>(
        &self,
        org: &OrgId,
        job: &JobId,
        assignee: Option<&OneClickUserId>,
        applied: impl IntoIterator<Item = &'a OneClickUserId>,
    ) -> Result<(), Error> {
        let applied: BTreeSet<_> = applied.into_iter().collect();
        let change = Change::new()
            .set_or_remove("assignee", assignee)
            .set("applied", applied)
            .remove("reassigning")
            .remove("refused_since")
            .when("attribute_exists(#project_id)");
        self.project_links
            .apply(link_key(org, &job_sk(job)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Somebody assigned the linked job in One Click: from here on One Click owns who it is assigned to,
    /// also if that is nobody again (B14).
    pub async fn record_assignee_set(&self, org: &OrgId, project: &ProjectId) -> Result<(), Error> {
        let change = Change::new()
            .set("assignee_set", true)
            .when("#state = :linked")
            .value(":linked", LinkState::Linked);
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// `CompanyCam` refused to have the job's project assigned so: since when it does, in Unix seconds.
    /// `None`: the job is not linked (any more).
    pub async fn record_assignment_refused(
        &self,
        org: &OrgId,
        job: &JobId,
        now: i64,
    ) -> Result<Option<i64>, Error> {
        let change = Change::new()
            .set_once("refused_since", now)
            .when("attribute_exists(#project_id)");
        let row: Option<JobRow> = self
            .project_links
            .update(link_key(org, &job_sk(job)), change)
            .await?;
        Ok(row.map(|row| row.refused_since.unwrap_or(now)))
    }

    /// These further users of the job were added to its project.
    pub async fn record_joined(
        &self,
        org: &OrgId,
        job: &JobId,
        users: &BTreeSet<OneClickUserId>,
    ) -> Result<(), Error> {
        let texts: Vec<_> = users.iter().map(ToString::to_string).collect();
        if texts.is_empty() {
            return Ok(());
        }
        let change = Change::new()
            .add_texts("joined", &texts)
            .when("attribute_exists(#project_id)");
        self.project_links
            .apply(link_key(org, &job_sk(job)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The job's project has its assignee, and the job knows its project.
    pub async fn mark_job_finished(&self, org: &OrgId, job: &JobId) -> Result<(), Error> {
        let change = Change::new()
            .remove("unfinished")
            .when("attribute_exists(#project_id)");
        self.project_links
            .apply(link_key(org, &job_sk(job)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The job's claim, if it has one.
    pub async fn claim(&self, org: &OrgId, job: &JobId) -> Result<Option<JobClaim>, Error> {
        self.project_links.get(link_key(org, &claim_sk(job))).await
    }

    /// Every claim of the organization; there are few at a time.
    pub async fn claims(&self, org: &OrgId) -> Result<Vec<JobClaim>, Error> {
        self.project_links
            .query()
            .when("#org_id = :org AND begins_with(#sk, :claim)")
            .value(":org", org)
            .value(":claim", CLAIM)
            .all()
            .await
    }

    /// Writes down that a project is about to be asked for, before it is. Not applied: somebody else has
    /// asked since the claim was read.
    pub async fn claim_job(
        &self,
        org: &OrgId,
        job: &JobId,
        asking: Asking<'_>,
    ) -> Result<Write, Error> {
        let change = Change::new()
            .set("job_id", job)
            .set("claimed_at", asking.at)
            .set("asked", asking.asked)
            .remove("set_aside")
            .remove("missing_since");
        let change = match asking.before {
            Some(before) => change
                .when("#claimed_at = :before")
                .value(":before", before),
            None => change.when("attribute_not_exists(#claimed_at)"),
        };
        self.project_links
            .apply(link_key(org, &claim_sk(job)), change)
            .await
    }

    /// The job can't be brought over as it is, having last changed at `updated_at`.
    pub async fn set_job_aside(
        &self,
        org: &OrgId,
        job: &JobId,
        updated_at: Timestamp,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set("job_id", job)
            .set("set_aside", updated_at);
        self.project_links
            .apply(link_key(org, &claim_sk(job)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// No project was made: the claim goes, but for what an administrator said of the job.
    pub async fn drop_claim(&self, org: &OrgId, job: &JobId) -> Result<(), Error> {
        let key = link_key(org, &claim_sk(job));
        let kept = Change::new()
            .remove("claimed_at")
            .remove("asked")
            .remove("missing_since")
            .when("attribute_exists(#said)");
        if self.project_links.apply(key.clone(), kept).await?.applied() {
            return Ok(());
        }
        self.project_links
            .delete::<JobClaim>(key, Change::only_if("attribute_not_exists(#said)"))
            .await?;
        Ok(())
    }

    /// The job is gone, and with it whatever was said of it.
    pub async fn forget_claim(&self, org: &OrgId, job: &JobId) -> Result<(), Error> {
        let key = link_key(org, &claim_sk(job));
        self.project_links
            .delete::<JobClaim>(key, Change::new())
            .await?;
        Ok(())
    }

    /// The claims of those of the jobs that have one.
    pub async fn claims_of<'a>(
        &self,
        org: &OrgId,
        jobs: impl IntoIterator<Item = &'a JobId>,
    ) -> Result<Vec<JobClaim>, Error> {
        let unique: std::collections::BTreeSet<_> = jobs.into_iter().collect();
        let keys = unique.into_iter().map(|job| link_key(org, &claim_sk(job)));
        self.project_links.get_many(keys.collect()).await
    }

    /// An administrator wants the job to have a project, whatever jobs have to be like for that.
    pub async fn ask_for_project(&self, org: &OrgId, job: &JobId) -> Result<(), Error> {
        let change = Change::new()
            .set("job_id", job)
            .set("said", Said::CreateProject)
            .remove("set_aside");
        self.project_links
            .apply(link_key(org, &claim_sk(job)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The job may be tried once more as it is. Not applied: it was not set aside.
    pub async fn retry_job(&self, org: &OrgId, job: &JobId) -> Result<Write, Error> {
        let change = Change::new()
            .remove("set_aside")
            .when("attribute_exists(#set_aside)");
        let row = link_key(org, &claim_sk(job));
        self.project_links.apply(row, change).await
    }

    /// The job's project may be reassigned once more. Not applied: the job is not linked.
    pub async fn retry_reassigning(&self, org: &OrgId, job: &JobId) -> Result<Write, Error> {
        // Also the first assignment, which no preference covers.
        let change = Change::new()
            .set("reassigning", true)
            .set("unfinished", true)
            .when("attribute_exists(#project_id)");
        let row = link_key(org, &job_sk(job));
        self.project_links.apply(row, change).await
    }
}
