//! What an administrator says of one project or job: which belong together, which don't, and what is missing
//! (B39).
//!
//! Each writes down what was said, and queues the look that does it, as it would have been done by itself: so
//! it is looked for before it is made, and a second click, or a crash, makes nothing twice.

use std::collections::BTreeSet;

use companycam::ids::ProjectId;
use decide::fields::{customer_name, shown_to};
use futures::{StreamExt, TryStreamExt, stream};
use model::file::{FileId, FileRow};
use model::messages::{Look, Origin, SyncMessage};
use model::organization::Organization;
use model::project::{BegunLink, LinkState, ProjectFields, ProjectRow, SkipReason};
use one_click::{Error as OneClickError, JobFields, JobId, OrgId};
use runtime::pacing::Lane;
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::ListedProject;
use uuid::Uuid;

use crate::context::OrgContext;
use crate::retry::{RetryOutcome, bring_back};
use crate::wish::CONCURRENT_WRITES;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The look is queued.
    Queued,
    /// It is so already.
    Already,
    /// It belongs to a company that was connected before (B5).
    Rests,
    /// CompanyCam shows no such project.
    NoSuchProject,
    /// One Click has no such job.
    NoSuchJob,
    /// The job is linked to this project.
    JobIsTaken(ProjectId),
}

/// Links the project to that job, instead of the one it has.
pub async fn link(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
    job: &JobId,
    by: &str,
) -> Result<Said, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some((row, fields)) = known(app, organization, id).await? else {
        return Ok(Said::NoSuchProject);
    };
    if row.company_id != organization.company_id {
        return Ok(Said::Rests);
    }
    if row.state == LinkState::Linked && row.job_id.as_ref() == Some(job) {
        return Ok(Said::Already);
    }
    if let Some(taken) = store.job(org, job).await?
        && taken.project_id != *id
    {
        return Ok(Said::JobIsTaken(taken.project_id));
    }
    match app.one_click().await?.job(org, job).await {
        Err(OneClickError::NotFound) => return Ok(Said::NoSuchJob),
        there => drop(there?),
    }
    if let (LinkState::Linked | LinkState::JobDeleted, Some(before)) = (row.state, &row.job_id) {
        end_link(app, org, id, before).await?;
    }
    let begun = BegunLink {
        key: format!("by-hand-{}", Uuid::new_v4().simple()),
        job_id: Some(job.clone()),
        asked: fields.clone(),
        assignee: None,
        at: app.clock.now_s(),
    };
    if !store.ask_for_job(org, id, Some(&begun)).await?.applied() {
        return Err(WorkError::transient("the project is being linked"));
    }
    let name = OrgContext::project_label(&customer_name(id, &fields), id);
    let text = format!("{by} linked project {name} to job {job}.");
    store.log(org, said(id, by, text).job(Some(job))).await?;
    queue(app, org, look_at(id)).await
}

/// The project is that job (B40). A job that we made of it goes, unless somebody has worked on that: `true`.
pub async fn same_as(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
    job: &JobId,
    by: &str,
) -> Result<(Said, bool), WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let before = store.project(org, id).await?;
    let ours = before
        .filter(|row| row.company_id == organization.company_id && row.state == LinkState::Linked)
        .and_then(|row| row.job_id)
        .filter(|ours| ours != job);
    let taken = store.job(org, job).await?;
    if let Some(taken) = taken.filter(|taken| taken.project_id != *id) {
        return Ok((Said::JobIsTaken(taken.project_id), false));
    }
    let one_click = app.one_click().await?;
    match one_click.job(org, job).await {
        Err(OneClickError::NotFound) => return Ok((Said::NoSuchJob, false)),
        there => drop(there?),
    }
    // First: cut off behind it the project's job is one that is gone, and the next click links it all the same.
    let mut kept = false;
    if let Some(ours) = ours {
        match one_click.delete_job(org, &ours).await {
            Err(OneClickError::Conflict(_)) => kept = true,
            removed => removed?,
        }
    }
    let said = link(app, organization, id, job, by).await?;
    if matches!(said, Said::Queued | Said::Already) {
        store.question_project(org, id, None).await?.either_way();
    }
    Ok((said, kept))
}

/// The project is none of the jobs that it was asked about: it keeps its own, or gets one now (B40).
pub async fn another_than(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
    by: &str,
) -> Result<Said, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some(row) = store.project(org, id).await? else {
        return Ok(Said::NoSuchProject);
    };
    if row.company_id != organization.company_id {
        return Ok(Said::Rests);
    }
    store.question_project(org, id, None).await?.either_way();
    if row.state == LinkState::Skipped && row.reason == Some(SkipReason::PossibleDuplicate) {
        return create_job(app, organization, id, by).await;
    }
    Ok(Said::Already)
}

/// Ends the project's link. What was copied stays on the job.
pub async fn unlink(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
    by: &str,
) -> Result<Said, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some(row) = store.project(org, id).await? else {
        return Ok(Said::NoSuchProject);
    };
    if row.company_id != organization.company_id {
        return Ok(Said::Rests);
    }
    let (LinkState::Linked | LinkState::JobDeleted, Some(job)) = (row.state, &row.job_id) else {
        return Ok(Said::Already);
    };
    if !end_link(app, org, id, job).await? {
        return Ok(Said::Already);
    }
    let name = row.seen.as_ref().map(|seen| customer_name(id, seen));
    let name = OrgContext::project_label(&name.unwrap_or_default(), id);
    let text = format!(
        "{by} unlinked project {name} from its job. Photos already on the job stay there, and neither follows the other any more."
    );
    store.log(org, said(id, by, text).job(Some(job))).await?;
    Ok(Said::Queued)
}

/// Ends the link, after the job no longer names the project: cut off in between it is linked still, and the
/// next click does the rest. `false`: it is linked otherwise by now.
async fn end_link(app: &App, org: &OrgId, id: &ProjectId, job: &JobId) -> Result<bool, WorkError> {
    unname(app, org, job).await?;
    let reason = SkipReason::Unlinked;
    Ok(app.store.unlink(org, id, job, reason).await?.applied())
}

/// The job names no project any more.
pub(super) async fn unname(app: &App, org: &OrgId, job: &JobId) -> Result<(), WorkError> {
    let unnamed = JobFields {
        metadata: [(decide::metadata::PROJECT.to_owned(), None)].into(),
        ..JobFields::default()
    };
    match app.one_click().await?.update_job(org, job, &unnamed).await {
        // One that is gone names nothing.
        Ok(_) | Err(OneClickError::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Lets the project have a job, whatever preferences say of new projects.
pub async fn create_job(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
    by: &str,
) -> Result<Said, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some((row, fields)) = known(app, organization, id).await? else {
        return Ok(Said::NoSuchProject);
    };
    if row.company_id != organization.company_id {
        return Ok(Said::Rests);
    }
    match row.state {
        LinkState::Linked => return Ok(Said::Already),
        LinkState::JobDeleted => {
            return Ok(match bring_back(app, organization, id).await? {
                RetryOutcome::Queued => Said::Queued,
                RetryOutcome::Rests => Said::Rests,
                RetryOutcome::Nothing => Said::Already,
            });
        }
        LinkState::Unseen | LinkState::Skipped => {}
    }
    // Asked for before, it is on its way; that it was is enough for the second click.
    let is_asked_for = row.state == LinkState::Unseen && row.revision > 0;
    if !is_asked_for && store.ask_for_job(org, id, None).await?.applied() {
        let name = OrgContext::project_label(&customer_name(id, &fields), id);
        let text = format!("{by} asked for a job for project {name}.");
        store.log(org, said(id, by, text)).await?;
    }
    queue(app, org, look_at(id)).await
}

/// Lets the job have a project, whatever preferences say of new jobs.
pub async fn create_project(
    app: &App,
    organization: &Organization,
    job: &JobId,
    by: &str,
) -> Result<Said, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    if store.job(org, job).await?.is_some() {
        return Ok(Said::Already);
    }
    let there = match app.one_click().await?.job(org, job).await {
        Err(OneClickError::NotFound) => return Ok(Said::NoSuchJob),
        there => there?,
    };
    let before = store.claim(org, job).await?.and_then(|claim| claim.said);
    store.ask_for_project(org, job).await?;
    if before != Some(model::job::Said::CreateProject) {
        let text = format!(
            "{by} asked for a project for job “{}”.",
            there.customer_name
        );
        let entry = NewEntry::new(Kind::Project, Outcome::Updated, text);
        store.log(org, entry.job(Some(job)).by(by)).await?;
    }
    queue(app, org, Look::job(job)).await
}

/// Lets each of these jobs have a project, as [`create_project`] does for one.
pub async fn ask_for_projects(
    app: &App,
    org: &OrgId,
    jobs: &[JobId],
    by: &str,
) -> Result<(), WorkError> {
    if jobs.is_empty() {
        return Ok(());
    }
    // Said for all before any is queued: cut off in between, pressing again does the rest.
    stream::iter(jobs.to_vec())
        .map(|job| async move { app.store.ask_for_project(org, &job).await })
        .buffer_unordered(CONCURRENT_WRITES)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    let looks: Vec<_> = jobs
        .iter()
        .map(|job| SyncMessage::new(org, Look::job(job)))
        .collect();
    app.queues.send_looks(&looks).await?;
    let text = format!("{by} pushed {} recent jobs to CompanyCam.", jobs.len());
    let entry = NewEntry::new(Kind::Project, Outcome::Updated, text).by(by);
    app.store.log(org, entry).await?;
    tracing::info!(org.id = %org, jobs = jobs.len(), "an administrator pushed recent jobs");
    Ok(())
}

/// Has everything copied again that should be on the project's job and is not, whoever took it off.
pub async fn copy_missing(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Said, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some(row) = store.project(org, id).await? else {
        return Ok(Said::NoSuchProject);
    };
    if row.company_id != organization.company_id {
        return Ok(Said::Rests);
    }
    let (LinkState::Linked, Some(job)) = (row.state, &row.job_id) else {
        return Ok(Said::NoSuchJob);
    };
    let one_click = app.one_click().await?;
    let there = match one_click.images(org, job).await {
        Err(OneClickError::NotFound) => return Ok(Said::NoSuchJob),
        there => there?,
    };
    let documents = one_click.documents(org, job).await?;
    let images = there.items.iter().filter(|image| !image.deleted);
    let images = images.filter_map(|image| image.external_id.as_deref());
    let documents = documents.items.iter().filter(|document| !document.deleted);
    let documents = documents.filter_map(|document| document.external_id.as_deref());
    let (images, documents): (BTreeSet<_>, BTreeSet<_>) = (images.collect(), documents.collect());
    let is_there = |file: &FileId| match file {
        FileId::Photo(id) => images.contains(id.as_str()),
        FileId::Document(id) => documents.contains(id.as_str()),
    };
    let ids = store.files_of(org, id).await?;
    let belongs =
        |file: &&FileRow| file.project_id == *id && file.wanted.job_id.as_ref() == Some(job);
    for file in store.files(org, ids).await?.iter().filter(belongs) {
        if file.failed.is_some() {
            store.retry_file(org, &file.id).await?.either_way();
        } else if !is_there(&file.id) && !file.is_pending() {
            store.copy_again(org, file).await?;
        }
    }
    // What is wanted and not there is queued by these.
    let looks = [Look::photos_of(id, None), Look::documents_of(id)];
    let looks = looks.map(|look| SyncMessage::new(org, look));
    app.queues.send_looks(&looks).await?;
    tracing::info!(org.id = %org, project.id = %id, "an administrator asked for what is missing");
    Ok(Said::Queued)
}

/// The project's row and what it is like, as far as it was ever listed; else as CompanyCam says now.
async fn known(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Option<(ProjectRow, ProjectFields)>, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let row = store.project(org, id).await?;
    let fields = row
        .as_ref()
        .and_then(|row| row.wanted.clone().or_else(|| row.seen.clone()));
    if let (Some(row), Some(fields)) = (row, fields) {
        return Ok(Some((row, fields)));
    }
    let companycam = app.companycam(organization, Lane::Live);
    let asked = companycam.project(id).await;
    let project = match asked {
        Err(failure) if failure.is_not_found() => return Ok(None),
        project => project?,
    };
    let company = &organization.company_id;
    let fields = shown_to(company, &project);
    let listed = ListedProject {
        project: id,
        company,
        fields: &fields,
        listed_at: fields.updated_at,
    };
    store.want_project(org, listed).await?.either_way();
    let row = store.project(org, id).await?;
    Ok(row.map(|row| (row, fields)))
}

/// What somebody said of the project.
fn said(project: &ProjectId, by: &str, text: String) -> NewEntry {
    tracing::info!(project.id = %project, "an administrator said what belongs together");
    NewEntry::new(Kind::Project, Outcome::Updated, text)
        .project(project)
        .by(by)
}

fn look_at(id: &ProjectId) -> Look {
    Look::Project {
        project_id: id.clone(),
        origin: Origin::Deletion,
    }
}

async fn queue(app: &App, org: &OrgId, look: Look) -> Result<Said, WorkError> {
    let message = SyncMessage::new(org, look);
    app.queues.send_looks(&[message]).await?;
    Ok(Said::Queued)
}
