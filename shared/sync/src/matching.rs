//! Is the job, or the project, there already? (B20, B21, B22)

use std::collections::BTreeSet;

use companycam::ids::ProjectId;
use companycam::{Project, ProjectsQuery};
use decide::duplicate::{is_there, questionable};
use decide::fields::{all_relations, customer_name, project_fields, relation_key};
use decide::link::quoted;
use decide::location::{Location, normalized, same_work, search_terms};
use decide::metadata;
use decide::relations::{filled, importer_keys, may_be_of, named_project, of_job, of_project};
use model::job::{JobClaim, Said};
use model::project::{LinkState, ProjectFields, ProjectRow, SkipReason};
use one_click::{Job, JobId};
use runtime::WorkError;

use crate::context::OrgContext;

/// How recently something must have changed to be linked by its name and address alone.
const RECENT_S: i64 = 90 * 24 * 60 * 60;
/// How many pages of projects are searched for one that looks alike.
const ALIKE_PAGES: u32 = 5;

/// What a look around came to.
#[derive(Debug)]
pub enum Candidate<T> {
    /// Exactly this one.
    Unique(T),
    /// None that can be linked; these look alike, in words for the log.
    Alike(Vec<String>),
}

/// The job that names another system's id that the project carries too, or that is plainly the same
/// piece of work; and where there is none, those at its address about which somebody is to be asked (B40).
pub async fn job_for(
    context: &OrgContext<'_>,
    id: &ProjectId,
    fields: &ProjectFields,
) -> Result<(Candidate<Job>, Vec<Job>), WorkError> {
    let related = related_jobs(context, fields).await?;
    if !related.is_empty() {
        return Ok((the_one(related), Vec::new()));
    }
    let there = jobs_there(context, id, fields).await?;
    let name = customer_name(id, fields);
    let recent_since = context.now - RECENT_S;
    let is_recent = |job: &Job| job.updated_at.as_second() >= recent_since;
    let (alike, mut near): (Vec<_>, Vec<_>) = there
        .into_iter()
        .partition(|job| same_work(job, &name, fields));
    if alike.len() == 1 && alike.iter().all(is_recent) {
        return Ok((the_one(alike), Vec::new()));
    }
    near.retain(is_recent);
    let labels = alike.iter().map(job_label).collect();
    // Where some are plainly alike, that is what the log says of them.
    let near = if alike.is_empty() {
        questionable(near)
    } else {
        Vec::new()
    };
    Ok((Candidate::Alike(labels), near))
}

fn the_one(mut jobs: Vec<Job>) -> Candidate<Job> {
    if jobs.len() == 1
        && let Some(job) = jobs.pop()
    {
        return Candidate::Unique(job);
    }
    Candidate::Alike(jobs.iter().map(job_label).collect())
}

/// The jobs that name this project already, oldest first: made by an earlier try whose answer was lost,
/// by an earlier connection, or by another integration (B20, B31). Those of another project of ours are
/// left out.
pub async fn jobs_naming(
    context: &OrgContext<'_>,
    id: &ProjectId,
    fields: &ProjectFields,
) -> Result<Vec<Job>, WorkError> {
    let org = context.org();
    let one_click = context.one_click().await?;
    let mut jobs = one_click
        .jobs_with_metadata(org, metadata::PROJECT, id.as_str())
        .await?;
    // A job names the company that the project is of, which may be another than the connected one's; the
    // version before wrote the connected one's.
    let owners = fields.shared_by.iter();
    let owners = owners.chain([&context.organization.company_id]);
    jobs.retain(|job| owners.clone().any(|owner| may_be_of(job, owner)));
    let rows = context
        .app
        .store
        .jobs(org, jobs.iter().map(|job| &job.id))
        .await?;
    let elsewhere: BTreeSet<_> = rows
        .iter()
        .filter(|row| row.project_id != *id)
        .map(|row| &row.job_id)
        .collect();
    jobs.retain(|job| !elsewhere.contains(&job.id));
    jobs.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    Ok(jobs)
}

/// A job, for the log.
pub fn job_label(job: &Job) -> String {
    format!("job {} ({})", quoted(&job.customer_name), job.id)
}

async fn related_jobs(
    context: &OrgContext<'_>,
    fields: &ProjectFields,
) -> Result<Vec<Job>, WorkError> {
    let one_click = context.one_click().await?;
    let mut found = Vec::new();
    for (kind, id) in all_relations(fields) {
        let Some(id) = filled(id) else { continue };
        let theirs = importer_keys(kind).map(str::to_owned);
        for key in std::iter::once(relation_key(kind)).chain(theirs) {
            let jobs = one_click
                .jobs_with_metadata(context.org(), &key, id)
                .await?;
            found.extend(jobs);
        }
    }
    unlinked(context, found).await
}

/// The jobs at the project's address that no project has.
async fn jobs_there(
    context: &OrgContext<'_>,
    id: &ProjectId,
    fields: &ProjectFields,
) -> Result<Vec<Job>, WorkError> {
    if !Location::of_project(fields).is_known() {
        return Ok(Vec::new());
    }
    // Two requests, however large the town: for the very address, which is what another program copied,
    // and for what all spellings of it share.
    let one_click = context.one_click().await?;
    let name = customer_name(id, fields);
    let line_1 = fields.street_address_1.as_deref().unwrap_or_default();
    let postal_code = fields.postal_code.as_deref().unwrap_or_default();
    let mut jobs = Vec::new();
    if !line_1.is_empty() {
        let there = one_click.jobs_at_address(context.org(), line_1, postal_code);
        jobs.extend(there.await?);
    }
    if let Some(term) = search_terms(&name, fields).first() {
        jobs.extend(one_click.jobs_containing(context.org(), term).await?);
    }
    jobs.retain(|job| is_there(job, fields));
    unlinked(context, jobs).await
}

/// Those of the jobs that no project has, each once. One that somebody unlinked by hand is linked by hand only.
async fn unlinked(context: &OrgContext<'_>, jobs: Vec<Job>) -> Result<Vec<Job>, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let ids = || jobs.iter().map(|job| &job.id);
    let (rows, claims) = futures::try_join!(store.jobs(org, ids()), store.claims_of(org, ids()))?;
    let mut taken: BTreeSet<JobId> = rows.into_iter().map(|row| row.job_id).collect();
    let left = |claim: &JobClaim| claim.said == Some(Said::LeaveAlone);
    taken.extend(claims.into_iter().filter(left).map(|claim| claim.job_id));
    // Another company's project may be named: those links rest (B5).
    let free = |job: &Job| named_project(job).is_none() && taken.insert(job.id.clone());
    Ok(jobs.into_iter().filter(free).collect())
}

/// The project that names another system's id that the job carries too, or that is plainly the same
/// piece of work.
pub async fn project_for(
    context: &OrgContext<'_>,
    job: &Job,
) -> Result<Candidate<Project>, WorkError> {
    let relations: BTreeSet<_> = of_job(job).collect();
    let recent_since = context.now - RECENT_S;
    if !relations.is_empty() {
        let is_related =
            |project: &Project| of_project(project).any(|known| relations.contains(&known));
        // The importer may have made it before it made the job.
        let recent = changed_since(recent_since);
        let mut found = free_projects(context, recent, ALIKE_PAGES, is_related).await?;
        if found.len() == 1
            && let Some(project) = found.pop()
        {
            return Ok(Candidate::Unique(project));
        }
    }
    let place = Location::of_job(&job.address);
    if !place.is_known() || normalized(&job.customer_name).is_empty() {
        return Ok(Candidate::Alike(Vec::new()));
    }
    // CompanyCam searches for this in names and first address lines. The number of the house is
    // written in one way only, unlike all that follows it.
    let words = job
        .address
        .line_1
        .split(|letter: char| !letter.is_alphanumeric());
    let first = words.into_iter().find(|word| !word.is_empty());
    let number = first.filter(|word| word.starts_with(|letter: char| letter.is_ascii_digit()));
    let is_alike = |project: &Project| {
        let fields = project_fields(project);
        same_work(job, &customer_name(&project.id, &fields), &fields)
    };
    let recent = ProjectsQuery {
        query: number.map(str::to_owned),
        ..changed_since(recent_since)
    };
    let mut found = free_projects(context, recent, ALIKE_PAGES, is_alike).await?;
    if found.len() == 1
        && let Some(project) = found.pop()
    {
        return Ok(Candidate::Unique(project));
    }
    let call = |project: &Project| {
        let name = customer_name(&project.id, &project_fields(project));
        format!("project {}", OrgContext::project_label(&name, &project.id))
    };
    Ok(Candidate::Alike(found.iter().map(call).collect()))
}

/// Asks for what changed since.
pub fn changed_since(modified_since: i64) -> ProjectsQuery {
    ProjectsQuery {
        modified_since: Some(modified_since),
        ..ProjectsQuery::default()
    }
}

/// The active projects that no job has and that are wanted, of the first so many pages of the query.
pub async fn free_projects(
    context: &OrgContext<'_>,
    mut query: ProjectsQuery,
    most_pages: u32,
    wanted: impl Fn(&Project) -> bool,
) -> Result<Vec<Project>, WorkError> {
    let mut found: Vec<Project> = Vec::new();
    let mut next = Some(1);
    while let Some(page) = next.filter(|page| *page <= most_pages) {
        query.page = page;
        let answer = context.projects(&query).await?;
        next = answer.next;
        found.extend(
            answer
                .items
                .into_iter()
                .filter(|project| !project.is_deleted() && !project.archived && wanted(project)),
        );
    }
    let org = context.org();
    let rows = context
        .app
        .store
        .projects(org, found.iter().map(|project| &project.id))
        .await?;
    let is_taken = |row: &&ProjectRow| {
        let unlinked = row.state == LinkState::Skipped && row.reason == Some(SkipReason::Unlinked);
        unlinked || matches!(row.state, LinkState::Linked | LinkState::JobDeleted)
    };
    let mut taken: BTreeSet<ProjectId> = rows
        .iter()
        .filter(is_taken)
        .map(|row| row.project_id.clone())
        .collect();
    found.retain(|project| taken.insert(project.id.clone()));
    Ok(found)
}
