//! Undoing a run (B40).

use std::sync::Arc;

use ::sync::undo::Begun;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use runtime::App;
use web::ErrorPage;

use super::page::known;
use crate::links;
use crate::notice::Notice;
use crate::posted::{Nothing, failed, live, sent};

/// `POST /companycam/settings/runs/{run_id}/undo`
pub async fn undo(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    match begin(&app, &id, request).await {
        Ok(notice) => {
            let page = links::run(&app, &id);
            Redirect::to(&format!("{page}?notice={}", notice.code())).into_response()
        }
        Err(problem) => failed(&app, problem),
    }
}

async fn begin(app: &App, id: &str, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let run = known(app, &organization, id).await?;
    if run.is_running() {
        let text = "This sync is still running. Cancel it first. Nothing was changed.";
        return Err(ErrorPage::new(StatusCode::CONFLICT, "Still running", text));
    }
    let by = &signed_in.session.email;
    match ::sync::undo::begin(app, &organization, &run, by).await? {
        Begun::Yes => return Ok(Notice::Undoing),
        // By the first of two clicks, or in another tab.
        Begun::No if run.undo.is_some() => return Ok(Notice::Undoing),
        Begun::Another => {
            let text = "Another sync is being undone. Wait for it to finish. Nothing was changed.";
            let title = "One at a time";
            return Err(ErrorPage::new(StatusCode::CONFLICT, title, text));
        }
        Begun::No => {}
    }
    let text = "A sync can be undone for seven days after it ended. Nothing was changed.";
    Err(ErrorPage::new(
        StatusCode::CONFLICT,
        "Too late to undo",
        text,
    ))
}
