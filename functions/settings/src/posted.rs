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
        Err(problem) => failed(app, problem),
    }
}

/// What went wrong with a form, and where to go on.
pub fn failed(app: &App, problem: ErrorPage) -> Response {
    problem
        .if_unavailable(
            "We couldn’t confirm that this was saved. Reload to check. It’s safe to try again.",
        )
        .with_default_action("Back to the settings", app.config.settings_url())
        .into_page(&app.config)
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

/// The same for a form whose fields may come more than once.
pub async fn sent_fields(
    app: &App,
    request: Request,
) -> Result<(SignedIn, Vec<(String, String)>), ErrorPage> {
    let signed_in = sign_in(app, request.headers()).await?;
    let fields: Vec<(String, String)> = read_form(request).await?;
    let token = fields.iter().find(|(name, _)| name == "csrf_token");
    check_csrf(&signed_in, token.map(|(_, token)| token.as_str()))?;
    Ok((signed_in, fields))
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

/// The organization, if its connection works and nobody paused it: whatever is queued without one is let
/// go, and while it is paused nobody would see what came of it.
pub async fn connected(app: &App, signed_in: &SignedIn) -> Result<Organization, ErrorPage> {
    let organization = organization(app, signed_in).await?;
    if organization.state != ConnectionState::Connected {
        return Err(not_connected());
    }
    if organization.halt.is_some() {
        let text = "Syncing is paused. Resume it first. Nothing was changed.";
        return Err(ErrorPage::new(
            StatusCode::CONFLICT,
            "Syncing is paused",
            text,
        ));
    }
    Ok(organization)
}

/// The same, where something is to be written on either side: not while an administrator only watches (B43).
pub async fn live(app: &App, signed_in: &SignedIn) -> Result<Organization, ErrorPage> {
    let organization = connected(app, signed_in).await?;
    if organization.watching.is_some() {
        let text = "You are in watch-only mode, so nothing is written. Switch to live first. Nothing was changed.";
        return Err(ErrorPage::new(StatusCode::CONFLICT, "Watch only", text));
    }
    Ok(organization)
}

/// Nothing can be done until somebody reconnects.
pub fn not_connected() -> ErrorPage {
    let text = "CompanyCam isn’t connected right now. Reconnect first; that also starts a sync.";
    ErrorPage::new(StatusCode::CONFLICT, "CompanyCam is not connected", text)
}
