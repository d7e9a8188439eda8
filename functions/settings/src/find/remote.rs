//! What both sides themselves say of what has no row here: why it has none.

use std::time::Duration;

use companycam::ids::{PhotoId, ProjectId};
use companycam::{Photo, ProcessingStatus, Project, ProjectsQuery};
use decide::fields::{customer_name, project_fields};
use decide::metadata::{document_id, image_id};
use model::file::FileId;
use model::organization::{ConnectionState, Organization};
use model::preferences::Preference;
use model::project::SkipReason;
use one_click::{Client, Error as OneClickError, Job, JobId, OrgId};
use runtime::pacing::Lane;
use runtime::{App, CallError};

use super::states::{NOT_LISTED, answer, skipped};
use super::{Act, Answer, Tone};

/// The page does not wait any longer for an answer, and does without.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many jobs are shown.
const MOST_JOBS: usize = 5;

/// Whoever would know does not answer, or is not connected.
#[derive(Debug, Clone, Copy)]
pub struct Unreachable;

/// What CompanyCam says of a photo; the answer names the project it is in.
pub async fn photo(
    app: &App,
    organization: &Organization,
    id: &PhotoId,
) -> Result<Answer, Unreachable> {
    Ok(match photo_itself(app, organization, id).await? {
        Some(photo) => photo_state(&photo, organization),
        None => no_such(format!("Photo {id}"), organization),
    })
}

/// The photo as CompanyCam shows it; `None`: it does not.
pub async fn photo_itself(
    app: &App,
    organization: &Organization,
    id: &PhotoId,
) -> Result<Option<Photo>, Unreachable> {
    let companycam = app.companycam(organization, Lane::Live).within(PATIENCE);
    said(organization, companycam.photo(id)).await
}

/// What CompanyCam says of a project.
pub async fn project(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Answer, Unreachable> {
    let companycam = app.companycam(organization, Lane::Live).within(PATIENCE);
    let read = companycam.project(id);
    Ok(match said(organization, read).await? {
        Some(project) => project_state(&project, app.clock.now_s()),
        None => no_such(format!("Project {id}"), organization),
    })
}

/// Projects whose name or street has this in it, as far as the first page of CompanyCam's answer goes.
pub async fn projects(
    app: &App,
    organization: &Organization,
    text: &str,
) -> Result<Vec<Project>, Unreachable> {
    let query = ProjectsQuery {
        query: Some(text.to_owned()),
        ..ProjectsQuery::default()
    };
    let companycam = app.companycam(organization, Lane::Live).within(PATIENCE);
    let found = said(organization, companycam.projects(&query)).await?;
    Ok(found.map(|page| page.items).unwrap_or_default())
}

/// Whether One Click has this job in the organization.
pub async fn has_job(app: &App, org: &OrgId, id: &JobId) -> Result<bool, Unreachable> {
    let job = one_click(app, org, async |one_click| one_click.job(org, id).await);
    Ok(job.await?.is_some())
}

/// Whether One Click shows the file on this job.
pub async fn is_on_job(
    app: &App,
    org: &OrgId,
    job: &JobId,
    file: &FileId,
) -> Result<bool, Unreachable> {
    match file {
        FileId::Photo(id) => {
            let images = one_click(app, org, async |one_click| one_click.images(org, job).await);
            let images = images.await?.map(|listed| listed.items).unwrap_or_default();
            let mut there = images.iter().filter(|image| !image.deleted);
            Ok(there.any(|image| image_id(image) == Some(id.as_str())))
        }
        FileId::Document(id) => {
            let all = one_click(app, org, async |one_click| {
                one_click.documents(org, job).await
            });
            let all = all.await?.map(|listed| listed.items).unwrap_or_default();
            let mut there = all.iter().filter(|document| !document.deleted);
            Ok(there.any(|document| document_id(document) == Some(id.as_str())))
        }
    }
}

/// The jobs that have this in their name, customer, email, telephone number or address: the best of them.
pub async fn jobs(app: &App, org: &OrgId, text: &str) -> Result<Vec<Job>, Unreachable> {
    let found = one_click(app, org, async |one_click| {
        one_click.jobs_containing(org, text).await
    });
    let mut jobs = found.await?.unwrap_or_default();
    jobs.truncate(MOST_JOBS);
    Ok(jobs)
}

/// What One Click says, in time; `None`: it has no such thing.
async fn one_click<T>(
    app: &App,
    org: &OrgId,
    ask: impl AsyncFnOnce(&Client) -> Result<T, OneClickError>,
) -> Result<Option<T>, Unreachable> {
    let silent = |cause: String| {
        tracing::warn!(org.id = %org, cause, "One Click could not be asked about a job");
        Unreachable
    };
    let one_click = app.one_click().await;
    let one_click = one_click.map_err(|error| silent(error.to_string()))?;
    match tokio::time::timeout(PATIENCE, Box::pin(ask(&one_click))).await {
        Ok(Ok(thing)) => Ok(Some(thing)),
        Ok(Err(OneClickError::NotFound)) => Ok(None),
        Ok(Err(error)) => Err(silent(error.to_string())),
        Err(_) => Err(silent("no answer in time".to_owned())),
    }
}

/// `None`: there is no such thing, as far as whoever connected may see.
async fn said<T>(
    organization: &Organization,
    read: impl Future<Output = Result<T, CallError>>,
) -> Result<Option<T>, Unreachable> {
    if organization.state != ConnectionState::Connected {
        return Err(Unreachable);
    }
    match Box::pin(read).await {
        Ok(thing) => Ok(Some(thing)),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => {
            tracing::warn!(org.id = %organization.org_id, cause = %failure, "CompanyCam could not be asked where something is");
            Err(Unreachable)
        }
    }
}

fn no_such(what: String, organization: &Organization) -> Answer {
    let text = format!(
        "{} has nothing with this number in CompanyCam that the connected account ({}) can see. It may be mistyped, deleted, another company’s, or hidden from that account.",
        organization.company_name,
        organization
            .account()
            .map_or(&organization.connected_by, |account| &account.name)
    );
    answer(what, "Not found", Tone::Warn, text)
}

fn photo_state(photo: &Photo, organization: &Organization) -> Answer {
    let told = |state, text, act| Answer {
        photo: Some(photo.id.clone()),
        project: photo.project_id.clone(),
        act,
        ..answer(format!("Photo {}", photo.id), state, Tone::Warn, text)
    };
    if photo.is_deleted() {
        let text = "Skipped because it was deleted in CompanyCam before it was copied.";
        return told("Skipped", text, None);
    }
    if photo.internal && !organization.preferences.has(Preference::CopyInternalPhotos) {
        let text = "Skipped because it’s marked internal in CompanyCam. Remove the mark there, or turn on copying internal photos; then run a sync.";
        return told("Skipped", text, Some(Act::Preferences));
    }
    if !photo.is_processed() {
        let text = "CompanyCam is still processing it. It’s copied as soon as that’s done.";
        return match photo.processing_status {
            ProcessingStatus::Duplicate => {
                let text = "CompanyCam marked this photo as a duplicate, so it won’t be copied.";
                told("Skipped", text, None)
            }
            ProcessingStatus::ProcessingError => {
                let text = "CompanyCam couldn’t process its picture, so it isn’t copied. It is if CompanyCam recovers it.";
                told("Skipped", text, None)
            }
            ProcessingStatus::Unfinished | ProcessingStatus::Processed => {
                told("Waiting", text, None)
            }
        };
    }
    let text = "Not checked yet. If its project has a job, it’s copied within 15 minutes; its project is below.";
    told("Waiting", text, None)
}

/// A project that has no row, as CompanyCam shows it.
pub fn project_state(project: &Project, now: i64) -> Answer {
    let id = &project.id;
    let name = customer_name(id, &project_fields(project));
    let what = format!("Project “{name}” ({id})");
    let told = if project.is_deleted() {
        skipped(Some(SkipReason::Deleted), project.created_at, now, what)
    } else if project.archived {
        skipped(Some(SkipReason::Archived), project.created_at, now, what)
    } else {
        Answer {
            act: Some(Act::Sync),
            ..answer(what, "Not imported", Tone::Warn, NOT_LISTED)
        }
    };
    Answer {
        project: Some(id.clone()),
        ..told
    }
}
