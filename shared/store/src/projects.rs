//! Table `project-links`: what we know of each project, and which job it is.
//!
//! The link is a bijection: the project's row and the job's row are written in one transaction. A
//! job that is getting a project has a claim instead, written before the project is asked for.
//! A listing leaves what it read in `wanted`, so that the look at the project that follows needs no
//! request of its own; while it is there the project is *pending*, and in the sparse index.

use std::collections::BTreeMap;

use companycam::ids::{CompanyId, ProjectId, UserId};
use one_click::ids::{JobId, OrgId, UserId as OneClickUserId};
use serde::{Deserialize, Serialize};

use crate::begun::BegunLink;
use crate::change::Change;
use crate::jobs::{JobRow, claim_sk, job_sk};
use crate::table::{Item, key};
use crate::{Error, Store};

/// The fields of a project that One Click gets, as they were when we looked. Empty texts are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectFields {
    /// The project's name.
    pub name: Option<String>,
    /// `address.street_address_1`.
    pub street_address_1: Option<String>,
    /// `address.street_address_2`.
    pub street_address_2: Option<String>,
    /// `address.city`.
    pub city: Option<String>,
    /// `address.state`.
    pub state: Option<String>,
    /// `address.postal_code`.
    pub postal_code: Option<String>,
    /// `primary_contact.name`.
    pub contact_name: Option<String>,
    /// `primary_contact.email`.
    pub contact_email: Option<String>,
    /// `primary_contact.phone_number`.
    pub contact_phone: Option<String>,
    /// Who created it.
    pub creator_id: Option<UserId>,
    /// Other systems' ids: `type` → `relation_id`.
    pub integrations: BTreeMap<String, String>,
    /// Archived in `CompanyCam`.
    pub archived: bool,
    /// Deleted, or merged into another, in `CompanyCam`.
    pub deleted: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// What the project is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Listed or announced, not yet looked at.
    Unseen,
    /// A job and this project are one.
    Linked,
    /// Looked at and left alone; `reason` says why.
    Skipped,
    /// It was linked, and its job was deleted in One Click (B18).
    JobDeleted,
}

/// Why a project was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Deleted, or merged into another, before it had a job.
    Deleted,
    /// Archived before it had a job.
    Archived,
    /// B10 was off when it appeared; a sync may bring it later.
    ImportOff,
    /// B13: nobody assigned to it is matched; it waits.
    NoMatchedUser,
    /// B20: it carries another system's id, whose importer may still be about to make its job.
    WaitsForImporter,
}

impl SkipReason {
    /// In words for the administrator.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Deleted => "it was deleted in CompanyCam before it had a job",
            Self::Archived => "it was archived in CompanyCam before it had a job",
            Self::ImportOff => {
                "creating jobs from projects is switched off; a sync brings it once that is on"
            }
            Self::NoMatchedUser => {
                "nobody assigned to it is matched to a One Click user; it waits until somebody is"
            }
            Self::WaitsForImporter => {
                "it comes from another system, whose own import may make the job; after 20 minutes we do"
            }
        }
    }
}

/// A project's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    /// The organization.
    pub org_id: OrgId,
    /// `project#<id>`.
    sk: String,
    /// The project.
    pub project_id: ProjectId,
    /// The company it belongs to: links of another company rest (B5).
    pub company_id: CompanyId,
    /// What it is to us.
    pub state: LinkState,
    /// Its job, if linked (or the job that was).
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// Why it was skipped.
    #[serde(default)]
    pub reason: Option<SkipReason>,
    /// What was listed and is still to be handled.
    #[serde(default)]
    pub wanted: Option<ProjectFields>,
    /// Set while somebody waits for it to be handled.
    #[serde(default)]
    pub pending_org: Option<OrgId>,
    /// When the listing was made that `wanted` came, or `seen` comes, from: in Unix seconds by
    /// `CompanyCam`'s clock.
    #[serde(default)]
    pub listed_at: Option<i64>,
    /// What the job was last brought up to.
    #[serde(default)]
    pub seen: Option<ProjectFields>,
    /// Whether the job got an assignee; while it has none, one may follow from `CompanyCam`.
    #[serde(default)]
    pub assignee_set: bool,
    /// Whether the job came first and made the project (B21).
    #[serde(default)]
    pub from_job: bool,
    /// The project's `updated_at` when its photos were last read: an event about the project says
    /// nothing about them.
    #[serde(default)]
    pub photos_read_at: Option<i64>,
    /// The `updated_at` at which it could not be handled.
    #[serde(default)]
    pub set_aside: Option<i64>,
    /// When One Click first said, in Unix seconds, that it has not got the job any more. Once is not
    /// enough to end the link (B33).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_missing_since: Option<i64>,
    /// How often an administrator brought its job back after it was deleted (B18). Each time a job of
    /// its own is asked for.
    #[serde(default)]
    pub revision: u32,
    /// How it is getting its job, while it has none.
    #[serde(default)]
    pub begun: Option<BegunLink>,
}

impl ProjectRow {
    /// Whether a side refuses what is wanted of it, again and again (B35).
    pub fn is_refused(&self) -> bool {
        self.wanted.is_some() && self.pending_org.is_none()
    }
}

/// What a skip remembers.
#[derive(Debug, Clone)]
pub struct Skip<'a> {
    /// The project.
    pub project_id: &'a ProjectId,
    /// Its company.
    pub company_id: &'a CompanyId,
    /// What was looked at.
    pub seen: &'a ProjectFields,
    /// Why it is left alone.
    pub reason: SkipReason,
}

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewLink<'a> {
    /// The project.
    pub project_id: &'a ProjectId,
    /// Its company.
    pub company_id: &'a CompanyId,
    /// The job.
    pub job_id: &'a JobId,
    /// What the job was brought up to.
    pub seen: &'a ProjectFields,
    /// Whom the job is assigned to now.
    pub assignee: Option<&'a OneClickUserId>,
    /// Whether the job came first: its project is then still to be finished, and the job told of it.
    pub from_job: bool,
}

pub(crate) fn project_sk(project: &ProjectId) -> String {
    format!("project#{project}")
}

pub(crate) fn row_key(org: &OrgId, sk: &str) -> Item {
    key(&[("org_id", org.as_str()), ("sk", sk)])
}

impl Store {
    /// The project's row.
    pub async fn project(
        &self,
        org: &OrgId,
        project: &ProjectId,
    ) -> Result<Option<ProjectRow>, Error> {
        self.project_links
            .get(row_key(org, &project_sk(project)))
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
            .map(|project| row_key(org, &project_sk(project)))
            .collect();
        self.project_links.get_many(keys).await
    }

    /// Leaves what a listing made at `listed_at` read for the look that follows. `false`: a newer
    /// reading is there.
    pub async fn want_project(
        &self,
        org: &OrgId,
        project: &ProjectId,
        company: &CompanyId,
        fields: &ProjectFields,
        listed_at: i64,
    ) -> Result<bool, Error> {
        let row = row_key(org, &project_sk(project));
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
            .update::<ProjectRow>(row.clone(), fresh)
            .await?
            .is_some()
        {
            return Ok(true);
        }
        let known = Change::new()
            .set("wanted", fields)
            .set("listed_at", listed_at)
            .set("pending_org", org)
            .when("attribute_not_exists(#wanted) OR #wanted.#updated_at <= :updated_at")
            .value(":updated_at", fields.updated_at);
        Ok(self
            .project_links
            .update::<ProjectRow>(row, known)
            .await?
            .is_some())
    }

    /// Both directions of the link in one transaction, in which the job's claim ends. `false`: the job is another project's, or the
    /// project another job's.
    pub async fn link(&self, org: &OrgId, link: &NewLink<'_>) -> Result<bool, Error> {
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
            sk: job_sk(link.job_id),
            job_id: link.job_id.clone(),
            project_id: link.project_id.clone(),
            assignee: link.assignee.cloned(),
            applied: link.assignee.cloned().into_iter().collect(),
            reassigning: false,
            refused_since: None,
            unfinished: link.from_job,
        };
        let free_or_ours = Change::only_if("attribute_not_exists(#sk) OR #project_id = :project")
            .value(":project", link.project_id);
        let writes = vec![
            self.project_links
                .transact_update(row_key(org, &project_sk(link.project_id)), project)?,
            self.project_links.transact_put(&job, free_or_ours)?,
            self.project_links
                .transact_delete(row_key(org, &claim_sk(link.job_id)), Change::new())?,
        ];
        Ok(self.project_links.transact(writes).await?.done())
    }

    /// Moves the job's link from a project that was merged into another to that one, which has no job.
    /// Its fields count as not brought over yet. `false`: either of them is linked otherwise by now.
    pub async fn move_link(
        &self,
        org: &OrgId,
        from: &ProjectRow,
        job: &JobRow,
        into: &ProjectId,
    ) -> Result<bool, Error> {
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
            .when("attribute_not_exists(#state) OR #state = :unseen OR #state = :skipped")
            .value(":unseen", LinkState::Unseen)
            .value(":skipped", LinkState::Skipped);
        let moved = JobRow {
            project_id: into.clone(),
            ..job.clone()
        };
        let unmoved = Change::only_if("#project_id = :from").value(":from", &from.project_id);
        let writes = vec![
            self.project_links
                .transact_update(row_key(org, &project_sk(&from.project_id)), left)?,
            self.project_links
                .transact_update(row_key(org, &project_sk(into)), taken)?,
            self.project_links.transact_put(&moved, unmoved)?,
        ];
        Ok(self.project_links.transact(writes).await?.done())
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
            .update::<ProjectRow>(row_key(org, &project_sk(skip.project_id)), change)
            .await?;
        Ok(())
    }

    /// The linked job is up to these fields.
    pub async fn project_updated(
        &self,
        org: &OrgId,
        project: &ProjectId,
        seen: &ProjectFields,
        assignee_set: bool,
    ) -> Result<(), Error> {
        let change = Change::new()
            .set("seen", seen)
            .set("assignee_set", assignee_set)
            .when("#state = :linked")
            .value(":linked", LinkState::Linked);
        self.project_links
            .update::<ProjectRow>(row_key(org, &project_sk(project)), change)
            .await?;
        Ok(())
    }

    /// What was listed is handled, unless something newer was listed meanwhile.
    pub async fn project_handled(
        &self,
        org: &OrgId,
        project: &ProjectId,
        up_to: i64,
    ) -> Result<(), Error> {
        let change = Change::new()
            .remove("wanted")
            .remove("pending_org")
            .remove("set_aside")
            .when("#wanted.#updated_at <= :up_to")
            .value(":up_to", up_to);
        self.project_links
            .update::<ProjectRow>(row_key(org, &project_sk(project)), change)
            .await?;
        Ok(())
    }

    /// What was listed can never be handled: no longer pending, and not tried again until the project
    /// changes or a sync asks for it.
    pub async fn project_set_aside(&self, org: &OrgId, project: &ProjectId) -> Result<(), Error> {
        let Some(wanted) = self.project(org, project).await?.and_then(|row| row.wanted) else {
            return Ok(());
        };
        let change = Change::new()
            .set("set_aside", wanted.updated_at)
            .remove("wanted")
            .remove("pending_org")
            .when("#wanted.#updated_at = :updated_at")
            .value(":updated_at", wanted.updated_at);
        self.project_links
            .update::<ProjectRow>(row_key(org, &project_sk(project)), change)
            .await?;
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
    pub async fn photos_read(
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
            .update::<serde::de::IgnoredAny>(row_key(org, &project_sk(project)), change)
            .await?;
        Ok(())
    }

    /// A side refuses this project though it answers others: nobody waits for it any more, while it is
    /// tried again (B35).
    pub async fn stop_waiting_for(&self, org: &OrgId, project: &ProjectId) -> Result<(), Error> {
        let change = Change::new()
            .remove("pending_org")
            .when("attribute_exists(#wanted)");
        self.project_links
            .update::<serde::de::IgnoredAny>(row_key(org, &project_sk(project)), change)
            .await?;
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
}
