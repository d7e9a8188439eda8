//! What an administrator says of one project or job: which belong together, which don't, and what is missing
//! (B39).
//!
//! Each writes down what was said, and queues the look that does it, as it would have been done by itself: so
//! it is looked for before it is made, and a second click, or a crash, makes nothing twice.

use std::collections::BTreeSet;

use companycam::PhotosQuery;
use companycam::ids::{DocumentId, PhotoId, ProjectId};
use decide::fields::{customer_name, shown_to};
use decide::metadata;
use decide::relations::named_project;
use futures::{StreamExt, TryStreamExt, stream};
use model::file::{FileId, FileRow};
use model::messages::{Look, Origin, SyncMessage};
use model::organization::Organization;
use model::project::{BegunLink, LinkState, ProjectFields, ProjectRow, SkipReason};
use one_click::{Document, Error as OneClickError, Image, JobFields, JobId, OrgId};
use runtime::pacing::Lane;
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::ListedProject;
use uuid::Uuid;

use crate::context::OrgContext;
use crate::retry::{RetryOutcome, bring_back};
use crate::wish::CONCURRENT_WRITES;

/// More pages than the photos of a project have.
const MOST_PAGES: u32 = 50;

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
    // Whatever it was asked about, this is the answer.
    store.question_project(org, id, None).await?.either_way();
    let name = OrgContext::project_label(&customer_name(id, &fields), id);
    let text = format!("{by} linked project {name} to job {job}.");
    store.log(org, said(id, by, text).job(Some(job))).await?;
    queue(app, org, look_at(id)).await
}

/// The project is that job, one of those that it was asked about (B40). A job that we made of it goes, unless
/// somebody has worked on that: `true`.
pub async fn same_as(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
    job: &JobId,
    by: &str,
) -> Result<(Said, bool), WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some(before) = store.project(org, id).await? else {
        return Ok((Said::NoSuchProject, false));
    };
    if before.company_id != organization.company_id {
        return Ok((Said::Rests, false));
    }
    let asked = before.duplicate.as_ref().filter(|one| !one.settled);
    if !asked.is_some_and(|one| one.jobs.contains(job)) {
        let begun = before
            .begun
            .as_ref()
            .and_then(|begun| begun.job_id.as_ref());
        let is_it = before.job_id.as_ref().or(begun) == Some(job);
        // The second of two clicks; or answered otherwise in another tab, or never asked.
        let said = if is_it { Said::Queued } else { Said::Already };
        return Ok((said, false));
    }
    let ours = before.job_id.as_ref();
    let ours = ours.filter(|ours| before.state == LinkState::Linked && before.made(ours));
    let ours = ours.filter(|ours| *ours != job);
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
        match one_click.delete_job(org, ours).await {
            Err(OneClickError::Conflict(_)) => kept = true,
            removed => removed?,
        }
    }
    let said = link(app, organization, id, job, by).await?;
    if said == Said::Already {
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
    let waits =
        row.state == LinkState::Skipped && row.reason == Some(SkipReason::PossibleDuplicate);
    let said = if waits {
        create_job(app, organization, id, by).await?
    } else {
        Said::Already
    };
    // Last: cut off before, the question is still there, and so is its button.
    store.question_project(org, id, None).await?.either_way();
    Ok(said)
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
    let left = (SkipReason::Unlinked, Some(model::job::Said::LeaveAlone));
    Ok(app.store.unlink(org, id, job, left).await?.applied())
}

/// The job names no project any more.
pub(super) async fn unname(app: &App, org: &OrgId, job: &JobId) -> Result<(), WorkError> {
    let unnamed = JobFields {
        metadata: [(metadata::PROJECT.to_owned(), None)].into(),
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
    if let Some(named) = named_project(&there).and_then(|id| ProjectId::parse(id).ok()) {
        // It says itself which project it is, and is that one's as long as it is there.
        let said = link(app, organization, &named, job, by).await?;
        if said != Said::NoSuchProject {
            return Ok(said);
        }
    }
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
    let Some(there) = on_job(app, org, job).await? else {
        return Ok(Said::NoSuchJob);
    };
    let shown = shown_files(app, organization, id).await?;
    let ids = store.files_of(org, id).await?;
    let belongs = |file: &&FileRow| {
        file.project_id == *id
            && file.wanted.job_id.as_ref() == Some(job)
            && shown.contains(&file.id)
    };
    for file in store.files(org, ids).await?.iter().filter(belongs) {
        if file.failed.is_some() {
            store.retry_file(org, &file.id).await?.either_way();
        } else if !there.contains(&file.id) && !file.is_pending() && file.adopts.is_none() {
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

/// The files that are on the job, those of an earlier integration by the ids that it wrote; `None`: One Click
/// has no such job.
async fn on_job(
    app: &App,
    org: &OrgId,
    job: &JobId,
) -> Result<Option<BTreeSet<FileId>>, WorkError> {
    let one_click = app.one_click().await?;
    let images = match one_click.images(org, job).await {
        Err(OneClickError::NotFound) => return Ok(None),
        images => images?,
    };
    let documents = one_click.documents(org, job).await?;
    let photo = |image: &Image| {
        let id = PhotoId::parse(metadata::image_id(image)?).ok()?;
        Some(FileId::Photo(id))
    };
    let document = |document: &Document| {
        let id = DocumentId::parse(metadata::document_id(document)?).ok()?;
        Some(FileId::Document(id))
    };
    let images = images.items.iter().filter(|image| !image.deleted);
    let documents = documents.items.iter().filter(|document| !document.deleted);
    let there = images
        .filter_map(photo)
        .chain(documents.filter_map(document));
    Ok(Some(there.collect()))
}

/// The project's files that CompanyCam shows now: what it does not show can't be copied again.
async fn shown_files(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<BTreeSet<FileId>, WorkError> {
    let companycam = app.companycam(organization, Lane::Live);
    let mut shown = BTreeSet::new();
    let mut query = PhotosQuery {
        project_ids: vec![id.clone()],
        ..PhotosQuery::default()
    };
    for _ in 0..MOST_PAGES {
        let page = companycam.photos(&query).await?;
        let photos = page.items.iter().filter(|photo| !photo.is_deleted());
        shown.extend(photos.map(|photo| FileId::from(&photo.id)));
        let Some(next) = page.next else { break };
        query.after = Some(next);
    }
    let mut next = Some(1);
    while let Some(number) = next.filter(|number| *number <= MOST_PAGES) {
        let page = companycam.project_documents(id, number).await?;
        shown.extend(page.items.iter().map(|document| FileId::from(&document.id)));
        next = page.next;
    }
    Ok(shown)
}

/// The project's row and what it is like, as CompanyCam says now: what it does not show now is not linked by
/// hand.
async fn known(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Option<(ProjectRow, ProjectFields)>, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
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
        // No event says that it was deleted: if CompanyCam does not show it then, nothing is concluded (B30).
        origin: Origin::Event,
    }
}

async fn queue(app: &App, org: &OrgId, look: Look) -> Result<Said, WorkError> {
    let message = SyncMessage::new(org, look);
    app.queues.send_looks(&[message]).await?;
    Ok(Said::Queued)
}
