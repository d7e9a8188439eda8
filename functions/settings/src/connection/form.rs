//! The buttons Disconnect (B5), Pause and Resume (B44).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use runtime::App;
use serde::Deserialize;
use web::ErrorPage;

use crate::notice::Notice;
use crate::posted::{Nothing, answer, connected, not_connected, organization, sent};

/// `POST /companycam/settings/disconnect`
pub async fn disconnect(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, end_connection(&app, request).await)
}

async fn end_connection(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let organization = organization(app, &signed_in).await?;
    ::sync::connection::disconnect(app, &organization, &signed_in.session.email).await?;
    Ok(Notice::Disconnected)
}

/// `POST /companycam/settings/pause`
pub async fn pause(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, begin_pause(&app, request).await)
}

async fn begin_pause(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let session = &signed_in.session;
    if ::sync::halt::begin(app, &session.org_id, &session.email).await? {
        return Ok(Notice::Paused);
    }
    // By somebody else, or by the first of two clicks.
    let organization = organization(app, &signed_in).await?;
    if organization.halt.is_some() {
        return Ok(Notice::Paused);
    }
    Err(not_connected())
}

/// `POST /companycam/settings/resume`
pub async fn resume(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, end_pause(&app, request).await)
}

async fn end_pause(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, Nothing {}) = sent(app, request).await?;
    let session = &signed_in.session;
    organization(app, &signed_in).await?;
    ::sync::halt::end(app, &session.org_id, &session.email).await?;
    Ok(Notice::Resumed)
}

/// `mode`: `live` or `watch`.
#[derive(Debug, Deserialize)]
pub struct ModeForm {
    mode: Option<String>,
}

/// `POST /companycam/settings/mode`
pub async fn mode(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, set_mode(&app, request).await)
}

async fn set_mode(app: &App, request: Request) -> Result<Notice, ErrorPage> {
    let (signed_in, form) = sent::<ModeForm>(app, request).await?;
    let organization = connected(app, &signed_in).await?;
    let by = &signed_in.session.email;
    match form.mode.as_deref() {
        Some("watch") => {
            ::sync::watch::begin(app, &organization.org_id, by).await?;
            Ok(Notice::Watching)
        }
        Some("live") => {
            ::sync::watch::end(app, &organization, by).await?;
            Ok(Notice::Live)
        }
        _ => {
            let text = "Choose live or watch only. Nothing was changed.";
            Err(ErrorPage::new(StatusCode::BAD_REQUEST, "Which mode?", text))
        }
    }
}
