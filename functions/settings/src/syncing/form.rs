//! The Sync button (B19).

use std::sync::Arc;

use ::sync::sync_run;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use decide::sync_run::FIRST_WINDOW;
use http::StatusCode;
use model::sync_run::{SyncRun, Window};
use runtime::App;
use serde::Deserialize;
use web::ErrorPage;

use crate::links;
use crate::notice::Notice;
use crate::posted::{Nothing, answer, connected, sent};

/// The Sync button's form.
#[derive(Debug, Deserialize)]
pub struct SyncForm {
    since_days: Option<String>,
    /// A window larger than the first one shows a preview before anything is made (B40), as the tab wants it.
    larger: Option<String>,
}

/// The field that says so.
pub const LARGER_FIRST: &str = "larger";

fn window(since_days: &str) -> Option<Window> {
    match since_days {
        "29" => Some(Window::Days(29)),
        "90" => Some(Window::Days(90)),
        "365" => Some(Window::Days(365)),
        "all" => Some(Window::All),
        _ => None,
    }
}

/// `POST /companycam/settings/sync`
pub async fn sync(State(app): State<Arc<App>>, request: Request) -> Response {
    started(&app, begin(&app, request, Kind::Import).await)
}

/// `POST /companycam/settings/sync/preview`
pub async fn preview(State(app): State<Arc<App>>, request: Request) -> Response {
    started(&app, begin(&app, request, Kind::Preview).await)
}

/// To the page of a preview, or back to the tab.
fn started(app: &App, run: Result<Option<SyncRun>, ErrorPage>) -> Response {
    match run {
        Ok(Some(run)) if run.preview => Redirect::to(&links::run(app, &run.id)).into_response(),
        Ok(Some(_)) => answer(app, Ok(Notice::SyncStarted)),
        Ok(None) => answer(app, Ok(Notice::SyncRunning)),
        Err(problem) => answer(app, Err(problem)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Import,
    /// Only reads (B40).
    Preview,
}

/// The run that was started; `None`: one runs already.
async fn begin(app: &App, request: Request, kind: Kind) -> Result<Option<SyncRun>, ErrorPage> {
    let (signed_in, form) = sent::<SyncForm>(app, request).await?;
    let org = &signed_in.session.org_id;
    let organization = connected(app, &signed_in).await?;
    let window = window(form.since_days.as_deref().unwrap_or_default()).ok_or_else(|| {
        let text = "Choose 29 days, 90 days, a year, or everything. Nothing was started.";
        ErrorPage::new(StatusCode::BAD_REQUEST, "How far back?", text)
    })?;
    let mut run = sync_run::new_run(window, app.clock.now_s());
    run.by = Some(signed_in.session.email.clone());
    let shows_first = form.larger.is_some() && window != FIRST_WINDOW;
    run.preview = kind == Kind::Preview || shows_first || organization.watching.is_some();
    if let Some(last) = organization.sync.as_ref().filter(|last| !last.is_running()) {
        // It gives its place up.
        app.store.record_run(org, last).await?;
    }
    if app.store.start_sync(org, &run).await?.is_none() {
        return Ok(None);
    }
    // If the message is lost, the next poll takes the run up.
    sync_run::begin(app, org, &run).await?;
    tracing::info!(org.id = %org, run.id = %run.id, ?window, run.preview, "a sync was started");
    Ok(Some(run))
}

/// `POST /companycam/settings/sync/cancel`
pub async fn cancel(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, cancel_sync(&app, request).await)
}

async fn cancel_sync(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let session = &signed_in.session;
    let cancelled = sync_run::cancel(app, &session.org_id, &session.email).await?;
    Ok(if cancelled {
        Notice::SyncCancelled
    } else {
        Notice::NoSync
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b19_only_the_offered_windows_are_taken() {
        assert_eq!(window("29"), Some(Window::Days(29)));
        assert_eq!(window("all"), Some(Window::All));
        for wrong in ["", "30", "-1", "29 ", "ALL"] {
            assert_eq!(window(wrong), None, "{wrong:?}");
        }
    }
}
