//! What both sides say of a project now, and what is kept of it.

use std::time::Duration;

use companycam::ids::ProjectId;
use companycam::{Document, Photo, PhotosQuery, Project};
use model::file::FileRow;
use model::organization::{ConnectionState, Organization};
use model::project::ProjectRow;
use one_click::{Document as JobDocument, Error as OneClickError, Image, Job, JobId};
use runtime::pacing::Lane;
use runtime::{App, CallError};
use store::activity::{Entries, Filter};
use web::ErrorPage;

/// The page does not wait any longer for an answer, and does without.
const PATIENCE: Duration = Duration::from_secs(6);
/// So many pages of photos are shown: five hundred.
const MOST_PAGES: usize = 5;
/// So many entries of its history.
const HISTORY: usize = 30;

/// Whoever would know does not answer, or is not connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable;

/// What CompanyCam says of a project.
pub struct InCompanyCam {
    pub project: Project,
    pub photos: Vec<Photo>,
    /// There are more photos than these.
    pub more: bool,
    pub documents: Vec<Document>,
}

/// What One Click says of a job.
pub struct InOneClick {
    pub job: Job,
    pub images: Vec<Image>,
    pub documents: Vec<JobDocument>,
}

/// Everything that the page is about. `Ok(None)`: that side has no such thing.
pub struct Read {
    pub row: Option<ProjectRow>,
    pub files: Vec<FileRow>,
    pub companycam: Result<Option<InCompanyCam>, Unreachable>,
    pub one_click: Result<Option<InOneClick>, Unreachable>,
    pub history: Entries,
}

/// Reads it all, of both sides at once.
pub async fn read(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Read, ErrorPage> {
    let (org, store) = (&organization.org_id, &app.store);
    let row = store.project(org, id).await?;
    let job = row.as_ref().and_then(|row| row.job_id.clone());
    let history = Filter {
        project: Some(id.clone()),
        ..Filter::default()
    };
    let ids = store.files_of(org, id).await?;
    let (files, history, companycam, one_click) = futures::join!(
        Box::pin(store.files(org, ids)),
        Box::pin(store.activity_page(org, &history, None, HISTORY)),
        Box::pin(in_companycam(app, organization, id)),
        Box::pin(async {
            match &job {
                Some(job) => in_one_click(app, organization, job).await,
                None => Ok(None),
            }
        }),
    );
    let mut files = files?;
    files.retain(|file| file.project_id == *id);
    Ok(Read {
        row,
        files,
        companycam,
        one_click,
        history: history?,
    })
}

async fn in_companycam(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Option<InCompanyCam>, Unreachable> {
    if organization.state != ConnectionState::Connected {
        return Err(Unreachable);
    }
    let companycam = app.companycam(organization, Lane::Live).within(PATIENCE);
    let asked = async {
        let project = companycam.project(id).await?;
        let mut photos = Vec::new();
        let mut query = PhotosQuery {
            project_ids: vec![id.clone()],
            ..PhotosQuery::default()
        };
        let mut more = false;
        for _ in 0..MOST_PAGES {
            let page = companycam.photos(&query).await?;
            photos.extend(page.items);
            more = page.next.is_some();
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        let documents = companycam.project_documents(id, 1).await?;
        Ok::<_, CallError>(InCompanyCam {
            project,
            photos,
            more,
            documents: documents.items,
        })
    };
    let org = &organization.org_id;
    match tokio::time::timeout(PATIENCE, Box::pin(asked)).await {
        Ok(Ok(said)) => Ok(Some(said)),
        Ok(Err(failure)) if failure.is_not_found() => Ok(None),
        Ok(Err(failure)) => {
            tracing::warn!(org.id = %org, cause = %failure, "CompanyCam could not be asked what a project is like");
            Err(Unreachable)
        }
        Err(_) => {
            tracing::warn!(org.id = %org, cause = "no answer in time", "CompanyCam could not be asked what a project is like");
            Err(Unreachable)
        }
    }
}

/// What One Click says of a job and what is on it.
pub async fn in_one_click(
    app: &App,
    organization: &Organization,
    id: &JobId,
) -> Result<Option<InOneClick>, Unreachable> {
    let org = &organization.org_id;
    let silent = |cause: String| {
        tracing::warn!(org.id = %org, cause, "One Click could not be asked what a job is like");
        Unreachable
    };
    let one_click = app.one_click().await;
    let one_click = one_click.map_err(|error| silent(error.to_string()))?;
    let asked = async {
        let (job, images, documents) = futures::try_join!(
            Box::pin(one_click.job(org, id)),
            Box::pin(one_click.images(org, id)),
            Box::pin(one_click.documents(org, id)),
        )?;
        Ok::<_, OneClickError>(InOneClick {
            job,
            images: images.items,
            documents: documents.items,
        })
    };
    match tokio::time::timeout(PATIENCE, Box::pin(asked)).await {
        Ok(Ok(said)) => Ok(Some(said)),
        Ok(Err(OneClickError::NotFound)) => Ok(None),
        Ok(Err(error)) => Err(silent(error.to_string())),
        Err(_) => Err(silent("no answer in time".to_owned())),
    }
}
