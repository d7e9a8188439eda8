//! What an administrator says of one project or job (B39).

use std::sync::Arc;

use ::sync::by_hand::{self, Said};
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use companycam::ids::ProjectId;
use http::StatusCode;
use one_click::JobId;
use runtime::App;
use serde::Deserialize;
use web::ErrorPage;

use crate::find::job_named;
use crate::links;
use crate::notice::Notice;
use crate::posted::{Nothing, failed, live, sent};

/// Which job: its id, or a link to it.
#[derive(Debug, Deserialize)]
pub struct LinkForm {
    job_id: Option<String>,
}

/// `POST /companycam/settings/projects/{project_id}/link`
pub async fn link(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    back(&app, &id, link_to(&app, &id, request).await)
}

async fn link_to(app: &App, id: &str, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, form) = sent::<LinkForm>(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let id = project_id(id)?;
    let job = form.job_id.as_deref().and_then(job_named).ok_or_else(|| {
        let text = "Enter the job’s link from One Click, or its ID. Nothing was changed.";
        ErrorPage::new(StatusCode::BAD_REQUEST, "Which job?", text)
    })?;
    let by = &signed_in.session.email;
    let said = by_hand::link(app, &organization, &id, &job, by).await?;
    notice(app, said, Notice::Linking)
}

/// `POST /companycam/settings/projects/{project_id}/{verb}`
pub async fn about_project(
    State(app): State<Arc<App>>,
    Path((id, verb)): Path<(String, String)>,
    request: Request,
) -> Response {
    back(&app, &id, do_to_project(&app, &id, &verb, request).await)
}

async fn do_to_project(
    app: &App,
    id: &str,
    verb: &str,
    request: Request,
) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let (id, by) = (project_id(id)?, &signed_in.session.email);
    let (said, done) = match verb {
        "unlink" => {
            let said = by_hand::unlink(app, &organization, &id, by).await?;
            (said, Notice::Unlinked)
        }
        "copy_missing" => {
            let said = by_hand::copy_missing(app, &organization, &id).await?;
            (said, Notice::CopyingMissing)
        }
        "create_job" => {
            let said = by_hand::create_job(app, &organization, &id, by).await?;
            (said, Notice::CreatingJob)
        }
        _ => {
            let text = "The address may have been cut off or mistyped. Nothing was changed.";
            return Err(ErrorPage::new(
                StatusCode::NOT_FOUND,
                "There is no such page",
                text,
            ));
        }
    };
    notice(app, said, done)
}

/// `POST /companycam/settings/jobs/{job_id}/create_project`
pub async fn create_project(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let made = make_project(&app, &id, request).await;
    let place = JobId::parse(&id).map(|id| links::job_details(&app, &id));
    answered(&app, place.ok(), made)
}

async fn make_project(app: &App, id: &str, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let id = JobId::parse(id).map_err(|_| no_such_job())?;
    let by = &signed_in.session.email;
    let said = by_hand::create_project(app, &organization, &id, by).await?;
    notice(app, said, Notice::CreatingProject)
}

fn notice(app: &App, said: Said, done: Notice) -> Result<Notice, ErrorPage> {
    match said {
        Said::Queued => Ok(done),
        Said::Already => Ok(Notice::AlreadySo),
        Said::NoSuchProject => Err(no_such_project()),
        Said::NoSuchJob => Err(no_such_job()),
        Said::Rests => {
            let text = "It belongs to a CompanyCam company that was connected before. It stays as it is until that company is connected again. Nothing was changed.";
            Err(ErrorPage::new(
                StatusCode::CONFLICT,
                "Of another company",
                text,
            ))
        }
        Said::JobIsTaken(project) => {
            let text = format!(
                "This job is linked to project {project} already. Unlink that project first. Nothing was changed."
            );
            let page = ErrorPage::new(StatusCode::CONFLICT, "The job has a project", text);
            Err(page.with_action("Open that project", links::details(app, &project)))
        }
    }
}

fn project_id(id: &str) -> Result<ProjectId, ErrorPage> {
    ProjectId::parse(id).map_err(|_| no_such_project())
}

fn no_such_project() -> ErrorPage {
    let text = "There is no such project here. Nothing was changed.";
    ErrorPage::new(StatusCode::NOT_FOUND, "No such project", text)
}

fn no_such_job() -> ErrorPage {
    let text = "One Click has no such job in this organization. Nothing was changed.";
    ErrorPage::new(StatusCode::NOT_FOUND, "No such job", text)
}

/// Back to the project's page.
fn back(app: &App, id: &str, came: Result<Notice, ErrorPage>) -> Response {
    let place = ProjectId::parse(id).map(|id| links::details(app, &id));
    answered(app, place.ok(), came)
}

fn answered(app: &App, place: Option<String>, came: Result<Notice, ErrorPage>) -> Response {
    let place = place.unwrap_or_else(|| app.config.settings_url());
    match came {
        Ok(notice) => Redirect::to(&format!("{place}?notice={}", notice.code())).into_response(),
        Err(problem) => failed(app, problem.with_default_action("Back", place)),
    }
}
