//! Whether a project is a job that is there, under another name (B40).

use std::sync::Arc;

use ::sync::by_hand::{Said, another_than, same_as};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use companycam::ids::ProjectId;
use http::StatusCode;
use runtime::App;
use serde::Deserialize;
use web::ErrorPage;

use super::form::tell;
use crate::find::job_named;
use crate::links;
use crate::notice::Notice;
use crate::posted::{answer, live, sent};

/// `answer`: `same` with `job_id`, or `another`.
#[derive(Debug, Deserialize)]
pub struct AnswerForm {
    answer: Option<String>,
    job_id: Option<String>,
}

/// `POST /companycam/settings/duplicates/{project_id}`
pub async fn duplicates(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(&app, Box::pin(answered(&app, &id, request)).await)
}

async fn answered(app: &App, id: &str, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, form) = sent::<AnswerForm>(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let by = &signed_in.session.email;
    let id = ProjectId::parse(id).map_err(|_| unknown("project"))?;
    let notice = match form.answer.as_deref() {
        Some("same") => {
            let job = form.job_id.as_deref().and_then(job_named);
            let job = job.ok_or_else(|| unknown("job"))?;
            let (said, kept) = same_as(app, &organization, &id, &job, by).await?;
            let already = said == Said::Already;
            outcome(app, said)?;
            if already {
                Notice::AlreadySo
            } else if kept {
                Notice::SameKept
            } else {
                Notice::Same
            }
        }
        Some("another") => {
            outcome(app, another_than(app, &organization, &id, by).await?)?;
            Notice::Another
        }
        _ => {
            let text = "Say whether they are the same. Nothing was changed.";
            let status = StatusCode::BAD_REQUEST;
            return Err(ErrorPage::new(status, "Same or different?", text));
        }
    };
    tell(app, &organization).await;
    Ok(notice)
}

fn outcome(app: &App, said: Said) -> Result<(), ErrorPage> {
    match said {
        Said::Queued | Said::Already => Ok(()),
        Said::NoSuchProject => Err(unknown("project")),
        Said::NoSuchJob => Err(unknown("job")),
        Said::Rests => {
            let text = "It belongs to a CompanyCam company that was connected before. It stays as it is until that company is connected again. Nothing was changed.";
            let status = StatusCode::CONFLICT;
            Err(ErrorPage::new(status, "Of another company", text))
        }
        Said::JobIsTaken(project) => {
            let text =
                format!("This job is linked to project {project} already. Nothing was changed.");
            let page = ErrorPage::new(StatusCode::CONFLICT, "The job has a project", text);
            Err(page.with_action("Open that project", links::details(app, &project)))
        }
    }
}

fn unknown(what: &str) -> ErrorPage {
    let text = format!("There is no such {what} here. Nothing was changed.");
    ErrorPage::new(StatusCode::NOT_FOUND, format!("No such {what}"), text)
}
