//! Table `project-links`: what we know of each project, and which job it is.
//!
//! The link is a bijection: the project's row and the job's row are written in one transaction. A
//! job that is getting a project has a claim instead, written before the project is asked for.
//! A listing leaves what it read in `wanted`, so that the look at the project that follows needs no
//! request of its own; while it is there the project is *pending*, and in the sparse index.

use model::companycam::{CompanyId, ProjectId};
use model::job::{JobRow, Said};
use model::one_click::{JobId, OrgId, UserId as OneClickUserId};
use model::project::{
    BegunLink, Duplicate, LinkState, ProjectFields, ProjectRow, RunMark, SkipReason,
};

use crate::change::Change;
use crate::keys::{PROJECT, Sorted, claim_sk, job_sk, link_key, project_sk};
use crate::table::key;
use crate::{Error, Store, Write};

/// What a listing read of a project.
#[derive(Debug, Clone, Copy)]
pub struct ListedProject<'a> {
    /// The project.
    pub project: &'a ProjectId,
    /// The company that was asked.
    pub company: &'a CompanyId,
    /// What it said.
    pub fields: &'a ProjectFields,
    /// When the listing was made, in Unix seconds by CompanyCam's clock.
    pub listed_at: i64,
}

/// Whether the linked job has, or had, an assignee. That it had none is nothing to write down: one may have
/// been set meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    Set,
    NotSeen,
}

/// What a skip remembers.
#[derive(Debug, Clone)]
pub struct Skip<'a> {
    pub project_id: &'a ProjectId,
    pub company_id: &'a CompanyId,
    /// What was looked at.
    pub seen: &'a ProjectFields,
    /// Why it is left alone.
    pub reason: SkipReason,
}

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
}

/// How many rows one read of a search takes.
const ROWS_AT_ONCE: i32 = 500;

impl Store {
    /// The project's row.
    pub async fn project(
        &self,
        org: &OrgId,
        project: &ProjectId,
    ) -> Result<Option<ProjectRow>, Error> {
        self.project_links
            .get(link_key(org, &project_sk(project)))
            .await
    }

    /// The rows of those of the projects that have one.
    pub async fn projects<'a>(
        &self,
        org: &OrgId,
        projects: impl IntoIterator<Item = &'a ProjectId>,
    ) -> Result<Vec<ProjectRow>, Error> {
        // DynamoDB refuses a batch that names a key twice, and a page may hold a project twice.
        let unique: std::collections::BTreeSet<_> = projects.into_iter().collect();
        let keys = unique
            .into_iter()
            .map(|project| link_key(org, &project_sk(project)))
            .collect();
        self.project_links.get_many(keys).await
    }

    /// Leaves what a listing read for the look that follows. Not applied: a newer
    /// reading is there.
    pub async fn want_project(
        &self,
        org: &OrgId,
        listed: ListedProject<'_>,
    ) -> Result<Write, Error> {
        let ListedProject {
            project,
            company,
            fields,
            listed_at,
        } = listed;
        let row = link_key(org, &project_sk(project));
        // `state` is set only on a new row, with the two cases told apart by a condition each.
        let fresh = Change::new()
            .set("project_id", project)
            .set("company_id", company)
            .set("state", LinkState::Unseen)
            .set("wanted", fields)
            .set("listed_at", listed_at)
            .set("pending_org", org)
            .when("attribute_not_exists(#state)");
        if self
            .project_links
            .apply(row.clone(), fresh)
            .await?
            .applied()
        {
            return Ok(Write::Applied);
        }
        let known = Change::new()
            .set("wanted", fields)
            .set("listed_at", listed_at)
            .set("pending_org", org)
            .when("attribute_not_exists(#wanted) OR #wanted.#updated_at <= :updated_at")
            .value(":updated_at", fields.updated_at);
        self.project_links.apply(row, known).await
    }

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
            from_job: link.from_job,
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

    /// Remembers that the project was looked at and left alone. Never undoes a link.
    pub async fn skip_project(&self, org: &OrgId, skip: &Skip<'_>) -> Result<(), Error> {
        let change = Change::new()
            .set("project_id", skip.project_id)
            .set("company_id", skip.company_id)
            .set("state", LinkState::Skipped)
            .set("seen", skip.seen)
            .set("reason", skip.reason)
            .when("attribute_not_exists(#state) OR #state = :unseen OR #state = :skipped")
            .value(":unseen", LinkState::Unseen)
            .value(":skipped", LinkState::Skipped);
        self.project_links
            .apply(link_key(org, &project_sk(skip.project_id)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The linked job is up to these fields.
    pub async fn mark_project_updated(
        &self,
        org: &OrgId,
        project: &ProjectId,
        seen: &ProjectFields,
        assignee: Assignee,
    ) -> Result<(), Error> {
        let mut change = Change::new()
            .set("seen", seen)
            .when("#state = :linked")
            .value(":linked", LinkState::Linked);
        if assignee == Assignee::Set {
            change = change.set("assignee_set", true);
        }
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// What was listed is handled, unless something newer was listed meanwhile; `run`: what a sync run made of
    /// the project.
    pub async fn mark_project_handled(
        &self,
        org: &OrgId,
        project: &ProjectId,
        up_to: i64,
        run: Option<&RunMark>,
    ) -> Result<(), Error> {
        let mut change = Change::new()
            .remove("wanted")
            .remove("pending_org")
            .remove("set_aside")
            .when("#wanted.#updated_at <= :up_to")
            .value(":up_to", up_to);
        if let Some(run) = run {
            change = change.set("run", run);
        }
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// What was listed can never be handled: no longer pending, and not tried again until the project
    /// changes or a sync asks for it.
    pub async fn set_project_aside(
        &self,
        org: &OrgId,
        project: &ProjectId,
        run: Option<&RunMark>,
    ) -> Result<(), Error> {
        let Some(wanted) = self.project(org, project).await?.and_then(|row| row.wanted) else {
            return Ok(());
        };
        let mut change = Change::new()
            .set("set_aside", wanted.updated_at)
            .remove("wanted")
            .remove("pending_org")
            .when("#wanted.#updated_at = :updated_at")
            .value(":updated_at", wanted.updated_at);
        if let Some(run) = run {
            change = change.set("run", run);
        }
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Undoing the run has looked at the project: somebody has worked on its job.
    pub async fn mark_project_kept(
        &self,
        org: &OrgId,
        project: &ProjectId,
        run: &RunMark,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set("run", run)
            .when("attribute_exists(#state)");
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Whether any listed project is still to be handled.
    pub async fn any_project_pending(&self, org: &OrgId) -> Result<bool, Error> {
        let query = self.project_links.query().index("pending");
        let (keys, _) = query
            .when("#pending_org = :org")
            .value(":org", org)
            .limit(1)
            .page::<serde::de::IgnoredAny>()
            .await?;
        Ok(!keys.is_empty())
    }

    /// Some of the projects that are still to be handled, and whether there may be more behind them.
    pub async fn pending_projects_after(
        &self,
        org: &OrgId,
        after: Option<&ProjectId>,
        most: i32,
    ) -> Result<(Vec<ProjectId>, bool), Error> {
        #[derive(serde::Deserialize)]
        struct Key {
            sk: String,
        }
        let start = after.map(|project| {
            key(&[
                ("pending_org", org.as_str()),
                ("org_id", org.as_str()),
                ("sk", &project_sk(project)),
            ])
        });
        let query = self.project_links.query().index("pending");
        let (keys, next) = query
            .when("#pending_org = :org")
            .value(":org", org)
            .limit(most)
            .after(start)
            .page::<Key>()
            .await?;
        let id = |key: &Key| {
            let id = key.sk.strip_prefix("project#")?;
            ProjectId::parse(id).ok()
        };
        Ok((keys.iter().filter_map(id).collect(), next.is_some()))
    }

    /// The project's photos are known as of that `updated_at` of it.
    pub async fn record_photos_read(
        &self,
        org: &OrgId,
        project: &ProjectId,
        up_to: i64,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set("photos_read_at", up_to)
            .when("#state = :linked AND (attribute_not_exists(#photos_read_at) OR #photos_read_at < :up_to)")
            .value(":linked", LinkState::Linked)
            .value(":up_to", up_to);
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Some of its photos are not finished, and a look at them then is on its way; `None`: none is any more.
    pub async fn record_photos_again(
        &self,
        org: &OrgId,
        project: &ProjectId,
        at: Option<i64>,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set_or_remove("photos_again_at", at)
            .when("#state = :linked")
            .value(":linked", LinkState::Linked);
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Some of the projects' rows after that one, by their ids; and the last, if there may be more.
    pub async fn projects_after(
        &self,
        org: &OrgId,
        after: Option<&ProjectId>,
        most: i32,
    ) -> Result<(Vec<ProjectRow>, Option<ProjectId>), Error> {
        let start = after.map(|project| link_key(org, &project_sk(project)));
        let query = self.project_links.query();
        let (rows, next) = query
            .when("#org_id = :org AND begins_with(#sk, :project)")
            .value(":org", org)
            .value(":project", PROJECT)
            .limit(most)
            .after(start)
            .page::<ProjectRow>()
            .await?;
        let last = rows.last().map(|row| row.project_id.clone());
        Ok((rows, last.filter(|_| next.is_some())))
    }

    /// A side refuses this project though it answers others: nobody waits for it any more, while it is
    /// tried again (B35).
    pub async fn stop_waiting_for(&self, org: &OrgId, project: &ProjectId) -> Result<(), Error> {
        let change = Change::new()
            .remove("pending_org")
            .when("attribute_exists(#wanted)");
        self.project_links
            .apply(link_key(org, &project_sk(project)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// How many listed projects are still to be handled, as far as counting is worth it.
    pub async fn pending_projects(&self, org: &OrgId) -> Result<i64, Error> {
        let query = self.project_links.query().index("pending");
        query
            .when("#pending_org = :org")
            .value(":org", org)
            .count()
            .await
    }

    /// The project may be tried once more as it is. Not applied: it was not set aside.
    pub async fn retry_project(&self, org: &OrgId, project: &ProjectId) -> Result<Write, Error> {
        let change = Change::new()
            .remove("set_aside")
            .when("attribute_exists(#set_aside)");
        let row = link_key(org, &project_sk(project));
        self.project_links.apply(row, change).await
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

    /// Ends the link; the project is left alone for that reason, and the job too. Not applied: they are linked
    /// otherwise by now.
    pub async fn unlink(
        &self,
        org: &OrgId,
        project: &ProjectId,
        job: &JobId,
        reason: SkipReason,
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
        let left_alone = Change::new()
            .set("job_id", job)
            .set("said", Said::LeaveAlone);
        let writes = vec![
            self.project_links
                .transact_update(link_key(org, &project_sk(project)), open)?,
            self.project_links
                .transact_delete(link_key(org, &job_sk(job)), ours)?,
            self.project_links
                .transact_update(link_key(org, &claim_sk(job)), left_alone)?,
        ];
        self.project_links.transact(writes).await
    }

    /// Up to `most` of the projects that `wanted` picks, of the first `among` rows; and whether there
    /// are rows that were not looked at.
    pub async fn find_projects(
        &self,
        org: &OrgId,
        wanted: impl Fn(&ProjectRow) -> bool,
        most: usize,
        among: usize,
    ) -> Result<(Vec<ProjectRow>, bool), Error> {
        let mut found = Vec::new();
        let mut read = 0;
        let mut after = None;
        loop {
            // Newest first as far as ids rise, which they do in CompanyCam.
            let query = self
                .project_links
                .query()
                .when("#org_id = :org AND begins_with(#sk, :project)")
                .value(":org", org)
                .value(":project", PROJECT)
                .newest_first()
                .limit(ROWS_AT_ONCE)
                .after(after);
            let (rows, next) = query.page::<ProjectRow>().await?;
            read += rows.len();
            found.extend(rows.into_iter().filter(&wanted));
            after = next;
            if found.len() >= most || after.is_none() || read >= among {
                break;
            }
        }
        let more = after.is_some() || found.len() > most;
        found.truncate(most);
        Ok((found, more))
    }
}
