//! What forms share: each is checked in the same way, does one thing, and sends the browser back.

use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use model::organization::{ConnectionState, Organization};
use runtime::App;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use web::{ErrorPage, SignedIn, check_csrf, read_form, sign_in};

use crate::notice::Notice;
use crate::view::View;

/// Back to the tab, which says what was done.
pub fn answer(app: &App, outcome: Result<Notice, ErrorPage>) -> Response {
    answer_at(app, outcome.map(|notice| (notice, View::default())))
}

/// Back to what the tab showed, which says what was done.
pub fn answer_at(app: &App, outcome: Result<(Notice, View), ErrorPage>) -> Response {
    match outcome {
        Ok((notice, view)) => {
            Redirect::to(&view.address(&app.config, Some(notice))).into_response()
        }
        Err(problem) => problem
            .if_unavailable("Something that is needed for this did not answer, so it may have been done or not. Look at the settings, and if it was not, try again; twice does no harm.")
            .with_default_action("Back to the settings", app.config.settings_url())
            .into_page(&app.config),
    }
}

#[derive(Deserialize)]
struct Fields<T> {
    csrf_token: Option<String>,
    #[serde(flatten)]
    own: T,
}

/// A form that has no fields of its own.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// Who sent a form, and its fields: only with a session, in a readable form, and with the session's
/// token, checked in this order.
pub async fn sent<T: DeserializeOwned>(
    app: &App,
    request: Request,
) -> Result<(SignedIn, T), ErrorPage> {
    let signed_in = sign_in(app, request.headers()).await?;
    let fields: Fields<T> = read_form(request).await?;
    check_csrf(&signed_in, fields.csrf_token.as_deref())?;
    Ok((signed_in, fields.own))
}

pub async fn organization(app: &App, signed_in: &SignedIn) -> Result<Organization, ErrorPage> {
    app.store
        .organization(&signed_in.session.org_id)
        .await?
        .ok_or_else(|| {
            ErrorPage::new(
                StatusCode::CONFLICT,
                "CompanyCam is not connected",
                "Connect CompanyCam first. Nothing was changed.",
            )
        })
}

/// The organization, if its connection works: whatever is queued without one is let go.
pub async fn connected(app: &App, signed_in: &SignedIn) -> Result<Organization, ErrorPage> {
    let organization = organization(app, signed_in).await?;
    if organization.state == ConnectionState::Connected {
        return Ok(organization);
    }
    let text = "The connection to CompanyCam does not work at the moment. Reconnect first; that also syncs.";
    Err(ErrorPage::new(
        StatusCode::CONFLICT,
        "CompanyCam is not connected",
        text,
    ))
}
