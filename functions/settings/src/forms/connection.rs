//! The Disconnect button (B5).

use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Response;
use runtime::App;
use serde::Deserialize;
use web::Problem;

use super::{answer, organization, sender};
use crate::notice::Notice;

/// The Disconnect button's form.
#[derive(Debug, Deserialize)]
pub struct DisconnectForm {
    csrf_token: Option<String>,
}

/// `POST /companycam/settings/disconnect`
pub async fn disconnect(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(form): Form<DisconnectForm>,
) -> Response {
    answer(&app, end_connection(&app, &headers, &form).await)
}

async fn end_connection(
    app: &App,
    headers: &HeaderMap,
    form: &DisconnectForm,
) -> Result<Notice, Problem> {
    let signed_in = sender(app, headers, form.csrf_token.as_deref()).await?;
    let organization = organization(app, &signed_in).await?;
    ::sync::run::connection::disconnect(app, &organization, &signed_in.session.email).await?;
    Ok(Notice::Disconnected)
}
