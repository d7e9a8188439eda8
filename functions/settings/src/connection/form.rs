//! The buttons Disconnect (B5), Pause and Resume (B44).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use runtime::App;
use web::ErrorPage;

use crate::notice::Notice;
use crate::posted::{Nothing, answer, not_connected, organization, sent};

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
