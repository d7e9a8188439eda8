//! Table `project-links`: what we know of each project.
//!
//! A listing leaves what it read in `wanted`, so that the look at the project that follows needs no
//! request of its own; while it is there the project is *pending*, and in the sparse index.

use model::companycam::{CompanyId, ProjectId};
use model::one_click::OrgId;
use model::project::{Came, LinkState, ProjectFields, ProjectRow, RunMark, SkipReason};

use crate::change::Change;
use crate::keys::{PROJECT, link_key, project_of, project_sk};
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

    /// Of `most` projects behind that one those that the run did something about, or skipped, or that failed; and
    /// where there may be more.
    pub async fn projects_of_run(
        &self,
        org: &OrgId,
        run: &str,
        (after, most): (Option<&ProjectId>, i32),
    ) -> Result<(Vec<ProjectRow>, Option<ProjectId>), Error> {
        let query = self.project_links.query();
        let (rows, next) = query
            .when("#org_id = :org AND begins_with(#sk, :project)")
            .filter("#linked_by.#run = :run OR (#run.#id = :run AND #run.#came <> :unchanged)")
            .value(":org", org)
            .value(":project", PROJECT)
            .value(":run", run)
            .value(":unchanged", Came::Unchanged)
            .limit(most)
            .after(after.map(|project| link_key(org, &project_sk(project))))
            .page::<ProjectRow>()
            .await?;
        Ok((rows, next.and_then(|key| project_of(&key, PROJECT))))
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
                .limit(i32::try_from(among).map_or(ROWS_AT_ONCE, |among| among.min(ROWS_AT_ONCE)))
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
