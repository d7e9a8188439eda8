//! The Disconnect button (B5).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use runtime::App;
use web::ErrorPage;

use crate::notice::Notice;
use crate::posted::{Nothing, answer, organization, sent};

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
