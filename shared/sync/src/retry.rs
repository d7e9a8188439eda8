//! What an administrator asks for again: something that was given up, or a job that was deleted
//! (B18, B25).
//!
//! Each takes away what keeps a look from doing it, and queues that look. Asked for twice it is
//! looked at twice, which does no harm.

use companycam::ids::ProjectId;
use model::file::FileId;
use model::messages::{Look, Origin, SyncMessage};
use model::one_click::OrgId;
use model::organization::Organization;
use model::project::LinkState;
use model::retry::RetryTarget;
use runtime::{App, WorkError};

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOutcome {
    /// The look is queued.
    Queued,
    /// It is a company's that was connected before: those links rest (B5).
    Rests,
    /// There is nothing to be done: it is there already.
    Nothing,
}

/// Tries it again, as it is now.
pub async fn retry(
    app: &App,
    organization: &Organization,
    subject: &RetryTarget,
) -> Result<RetryOutcome, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    if let Some(project) = &project_of(app, org, subject).await?
        && rests(app, organization, project).await?
    {
        return Ok(RetryOutcome::Rests);
    }
    let look = match subject {
        RetryTarget::Photo { photo_id } => {
            store.retry_file(org, &photo_id.into()).await?.either_way();
            Look::Photo {
                photo_id: photo_id.clone(),
                tags: true,
            }
        }
        RetryTarget::ProjectPhotos { project_id } => Look::photos_of(project_id, None),
        RetryTarget::Document {
            document_id,
            project_id,
        } => {
            store
                .retry_file(org, &document_id.into())
                .await?
                .either_way();
            Look::documents_of(project_id)
        }
        RetryTarget::ProjectDocuments { project_id } => Look::documents_of(project_id),
        RetryTarget::Again { file, project_id } => {
            let Some(row) = store.file(org, file).await? else {
                return Ok(RetryOutcome::Nothing);
            };
            store.copy_again(org, &row).await?;
            // What is wanted and not there is queued by the look.
            match file {
                FileId::Photo(id) => Look::Photo {
                    photo_id: id.clone(),
                    tags: false,
                },
                FileId::Document(_) => Look::documents_of(project_id),
            }
        }
        RetryTarget::Project { project_id } => {
            store.retry_project(org, project_id).await?.either_way();
            project_look(project_id, Origin::Event)
        }
        RetryTarget::Job { job_id } => {
            store.retry_job(org, job_id).await?.either_way();
            Look::job(job_id)
        }
        RetryTarget::Reassigning { job_id, .. } => {
            store.retry_reassigning(org, job_id).await?.either_way();
            Look::job(job_id)
        }
        RetryTarget::Other => return Ok(RetryOutcome::Nothing),
    };
    tracing::info!(org.id = %org, look.kind = look.kind(), ?subject, "an administrator asked for it again");
    app.queues
        .send_looks(&[SyncMessage::new(org, look)])
        .await?;
    Ok(RetryOutcome::Queued)
}

/// The project that it is about, if it is about one.
async fn project_of(
    app: &App,
    org: &OrgId,
    subject: &RetryTarget,
) -> Result<Option<ProjectId>, WorkError> {
    Ok(match subject {
        RetryTarget::Photo { photo_id } => {
            let row = app.store.photo(org, photo_id).await?;
            row.map(|row| row.project_id)
        }
        RetryTarget::ProjectPhotos { project_id }
        | RetryTarget::Again { project_id, .. }
        | RetryTarget::Document { project_id, .. }
        | RetryTarget::ProjectDocuments { project_id }
        | RetryTarget::Project { project_id }
        | RetryTarget::Reassigning { project_id, .. } => Some(project_id.clone()),
        RetryTarget::Job { .. } | RetryTarget::Other => None,
    })
}

/// Lets a project whose job was deleted make another one (B18).
pub async fn bring_back(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<RetryOutcome, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some(row) = store.project(org, id).await? else {
        return Ok(RetryOutcome::Nothing);
    };
    if row.company_id != organization.company_id {
        return Ok(RetryOutcome::Rests);
    }
    let reopened = match (row.state, &row.job_id) {
        (LinkState::JobDeleted, Some(job)) => store.reopen_link(org, id, job).await?.applied(),
        // Pressed before, and perhaps cut off ahead of queueing the look.
        (LinkState::Unseen, _) => row.revision > 0,
        _ => false,
    };
    if !reopened {
        return Ok(RetryOutcome::Nothing);
    }
    // If the project is gone from CompanyCam as well, this says so.
    let look = project_look(id, Origin::Deletion);
    tracing::info!(org.id = %org, project.id = %id, "an administrator asked for a deleted job to be brought back");
    app.queues
        .send_looks(&[SyncMessage::new(org, look)])
        .await?;
    Ok(RetryOutcome::Queued)
}

fn project_look(id: &ProjectId, origin: Origin) -> Look {
    Look::Project {
        project_id: id.clone(),
        origin,
    }
}

async fn rests(app: &App, organization: &Organization, id: &ProjectId) -> Result<bool, WorkError> {
    let row = app.store.project(&organization.org_id, id).await?;
    Ok(row.is_some_and(|row| row.company_id != organization.company_id))
}
