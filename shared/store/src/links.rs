//! Table `project-links`: which job a project is, from both sides.
//!
//! The link is a bijection: the project's row and the job's row are written in one transaction. A
//! job that is getting a project has a claim instead, written before the project is asked for.

use model::companycam::{CompanyId, ProjectId};
use model::job::{JobRow, Said};
use model::one_click::{JobId, OrgId, UserId as OneClickUserId};
use model::project::{
    BegunLink, Duplicate, LinkState, LinkedBy, ProjectFields, ProjectRow, SkipReason,
};

use crate::change::Change;
use crate::keys::{Sorted, claim_sk, job_sk, link_key, project_sk};
use crate::{Error, Store, Write};

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewLink<'a> {
    pub project_id: &'a ProjectId,
    pub company_id: &'a CompanyId,
    pub job_id: &'a JobId,
    /// What the job was brought up to.
    pub seen: &'a ProjectFields,
    /// Whom the job is assigned to now.
    pub assignee: Option<&'a OneClickUserId>,
    /// Whether the job came first: its project is then still to be finished, and the job told of it.
    pub from_job: bool,
    /// Whether the project was made for the job.
    pub made_project: bool,
    /// How the project got the job.
    pub by: LinkedBy,
}

impl Store {
    /// Both directions of the link in one transaction, in which the job's claim ends. Not applied: the job is
    /// another project's, or the project another job's.
    pub async fn link(&self, org: &OrgId, link: &NewLink<'_>) -> Result<Write, Error> {
        let project = Change::new()
            .set("project_id", link.project_id)
            .set("company_id", link.company_id)
            .set("state", LinkState::Linked)
            .set("job_id", link.job_id)
            .set("seen", link.seen)
            .set("assignee_set", link.assignee.is_some())
            .set("from_job", link.from_job)
            .set("linked_by", &link.by)
            .remove("reason")
            .remove("begun")
            .remove("job_missing_since")
            .when("attribute_not_exists(#state) OR #state <> :linked OR #job_id = :job")
            .value(":linked", LinkState::Linked)
            .value(":job", link.job_id);
        let job = JobRow {
            org_id: org.clone(),
            job_id: link.job_id.clone(),
            project_id: link.project_id.clone(),
            assignee: link.assignee.cloned(),
            applied: link.assignee.cloned().into_iter().collect(),
            from_job: link.made_project,
            joined: std::collections::BTreeSet::new(),
            reassigning: false,
            refused_since: None,
            unfinished: link.from_job,
        };
        let sorted = Sorted {
            sk: job_sk(link.job_id),
            row: &job,
        };
        let free_or_ours = Change::only_if("attribute_not_exists(#sk) OR #project_id = :project")
            .value(":project", link.project_id);
        let writes = vec![
            self.project_links
                .transact_update(link_key(org, &project_sk(link.project_id)), project)?,
            self.project_links.transact_put(&sorted, free_or_ours)?,
            self.project_links
                .transact_delete(link_key(org, &claim_sk(link.job_id)), Change::new())?,
        ];
        self.project_links.transact(writes).await
    }

    /// Moves the job's link from a project that was merged into another to that one, which has no job.
    /// Its fields count as not brought over yet. Not applied: either of them is linked otherwise by now.
    pub async fn move_link(
        &self,
        org: &OrgId,
        from: &ProjectRow,
        job: &JobRow,
        into: &ProjectId,
    ) -> Result<Write, Error> {
        let left = Change::new()
            .set("state", LinkState::Skipped)
            .set("reason", SkipReason::Deleted)
            .remove("job_id")
            .remove("job_missing_since")
            .remove("wanted")
            .remove("pending_org")
            .when("#state = :linked AND #job_id = :job")
            .value(":linked", LinkState::Linked)
            .value(":job", &job.job_id);
        let taken = Change::new()
            .set("project_id", into)
            .set("company_id", &from.company_id)
            .set("state", LinkState::Linked)
            .set("job_id", &job.job_id)
            .set("seen", &from.seen)
            .set("assignee_set", from.assignee_set)
            .set("from_job", from.from_job)
            .set_or_remove("linked_by", from.linked_by.as_ref())
            .remove("reason")
            .remove("begun")
            .remove("photos_read_at")
            .remove("photos_again_at")
            .when("attribute_not_exists(#state) OR #state = :unseen OR #state = :skipped")
            .value(":unseen", LinkState::Unseen)
            .value(":skipped", LinkState::Skipped);
        let moved = JobRow {
            project_id: into.clone(),
            ..job.clone()
        };
        let sorted = Sorted {
            sk: job_sk(&moved.job_id),
            row: &moved,
        };
        let unmoved = Change::only_if("#project_id = :from").value(":from", &from.project_id);
        let writes = vec![
            self.project_links
                .transact_update(link_key(org, &project_sk(&from.project_id)), left)?,
            self.project_links
                .transact_update(link_key(org, &project_sk(into)), taken)?,
            self.project_links.transact_put(&sorted, unmoved)?,
        ];
        self.project_links.transact(writes).await
    }

    /// Opens the link of a job that was deleted: its project may make another job, and the old job's
    /// row goes. Not applied: the project has a job, or was reopened already.
    pub async fn reopen_link(
        &self,
        org: &OrgId,
        project: &ProjectId,
        deleted: &JobId,
    ) -> Result<Write, Error> {
        let open = Change::new()
            .set("state", LinkState::Unseen)
            .add("revision", 1)
            .remove("job_id")
            .remove("job_missing_since")
            .remove("reason")
            .remove("set_aside")
            .remove("assignee_set")
            .remove("photos_read_at")
            .remove("photos_again_at")
            .when("#state = :job_deleted AND #job_id = :job")
            .value(":job_deleted", LinkState::JobDeleted)
            .value(":job", deleted);
        let ours = Change::only_if("attribute_not_exists(#sk) OR #project_id = :project")
            .value(":project", project);
        let writes = vec![
            self.project_links
                .transact_update(link_key(org, &project_sk(project)), open)?,
            self.project_links
                .transact_delete(link_key(org, &job_sk(deleted)), ours)?,
        ];
        self.project_links.transact(writes).await
    }

    /// Whether the project is one of these jobs is to be asked; `None`: somebody has said. A question that was
    /// answered is not asked again.
    pub async fn question_project(
        &self,
        org: &OrgId,
        project: &ProjectId,
        duplicate: Option<&Duplicate>,
    ) -> Result<Write, Error> {
        let change = match duplicate {
            Some(duplicate) => Change::new()
                .set("duplicate", duplicate)
                .when("attribute_exists(#state) AND attribute_not_exists(#duplicate)"),
            None => Change::new()
                .set("duplicate.settled", true)
                .when("attribute_exists(#duplicate)"),
        };
        let row = link_key(org, &project_sk(project));
        self.project_links.apply(row, change).await
    }

    /// An administrator wants the project to have a job, whatever projects have to be like for that; `begun`:
    /// this one, which is there. Not applied: it is linked.
    pub async fn ask_for_job(
        &self,
        org: &OrgId,
        project: &ProjectId,
        begun: Option<&BegunLink>,
    ) -> Result<Write, Error> {
        let mut change = Change::new()
            .set("state", LinkState::Unseen)
            .add("revision", 1)
            .remove("reason")
            .remove("set_aside")
            .remove("assignee_set")
            .when("#state = :unseen OR #state = :skipped")
            .value(":unseen", LinkState::Unseen)
            .value(":skipped", LinkState::Skipped);
        if let Some(begun) = begun {
            change = change.set("begun", begun);
        }
        let row = link_key(org, &project_sk(project));
        self.project_links.apply(row, change).await
    }

    /// Ends the link; the project is left alone for that reason, and the job for its. A job that is gone needs
    /// none. Not applied: they are linked otherwise by now.
    pub async fn unlink(
        &self,
        org: &OrgId,
        project: &ProjectId,
        job: &JobId,
        (reason, left): (SkipReason, Option<Said>),
    ) -> Result<Write, Error> {
        let open = Change::new()
            .set("state", LinkState::Skipped)
            .set("reason", reason)
            .remove("job_id")
            .remove("job_missing_since")
            .remove("begun")
            .remove("assignee_set")
            .remove("from_job")
            .remove("photos_read_at")
            .remove("photos_again_at")
            .when("(#state = :linked OR #state = :job_deleted) AND #job_id = :job")
            .value(":linked", LinkState::Linked)
            .value(":job_deleted", LinkState::JobDeleted)
            .value(":job", job);
        let ours = Change::only_if("attribute_not_exists(#sk) OR #project_id = :project")
            .value(":project", project);
        let mut writes = vec![
            self.project_links
                .transact_update(link_key(org, &project_sk(project)), open)?,
            self.project_links
                .transact_delete(link_key(org, &job_sk(job)), ours)?,
        ];
        if let Some(said) = left {
            let left_alone = Change::new().set("job_id", job).set("said", said);
            let claim = link_key(org, &claim_sk(job));
            writes.push(self.project_links.transact_update(claim, left_alone)?);
        }
        self.project_links.transact(writes).await
    }

    /// Undoing the run that made its job left that: somebody has worked on it.
    pub async fn mark_job_kept(&self, org: &OrgId, project: &ProjectId) -> Result<(), Error> {
        let change = Change::new()
            .set("linked_by.kept", true)
            .when("attribute_exists(#linked_by)");
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }
}
