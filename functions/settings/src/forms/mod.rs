//! The tab's forms: each checks its CSRF token, does one thing, and sends the browser back.

pub mod activity;
pub mod connection;
pub mod preferences;
pub mod sync;
pub mod users;

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use runtime::App;
use store::organizations::{ConnectionState, Organization};
use web::{Problem, SignedIn, check_csrf, sign_in};

use crate::notice::Notice;
use crate::view::View;

/// Back to the tab, which says what was done.
pub fn answer(app: &App, outcome: Result<Notice, Problem>) -> Response {
    answer_at(app, &View::default(), outcome)
}

/// Back to what the tab showed, which says what was done.
pub fn answer_at(app: &App, view: &View, outcome: Result<Notice, Problem>) -> Response {
    match outcome {
        Ok(notice) => Redirect::to(&view.address(&app.config, Some(notice))).into_response(),
        Err(problem) => problem
            .with_default_action("Back to the settings", app.config.settings_url())
            .into_page(&app.config),
    }
}

/// The form's fields, if they can be read as such.
pub fn fields<T>(form: Result<Form<T>, FormRejection>) -> Result<T, Problem> {
    form.map(|Form(fields)| fields).map_err(|rejection| {
        tracing::info!(cause = %rejection, "a form could not be read");
        let text = "The form’s fields could not be read. Nothing was changed. Go back to the page, reload it and try again.";
        Problem::new(StatusCode::BAD_REQUEST, "This form is not readable", text)
    })
}

/// Who sent the form, with its token checked.
pub async fn sender(
    app: &App,
    headers: &HeaderMap,
    csrf_token: Option<&str>,
) -> Result<SignedIn, Problem> {
    let signed_in = sign_in(app, headers).await?;
    check_csrf(&signed_in, csrf_token)?;
    Ok(signed_in)
}

pub async fn organization(app: &App, signed_in: &SignedIn) -> Result<Organization, Problem> {
    app.store
        .organization(&signed_in.session.org_id)
        .await?
        .ok_or_else(|| {
            Problem::new(
                StatusCode::CONFLICT,
                "CompanyCam is not connected",
                "Connect CompanyCam first. Nothing was changed.",
            )
        })
}

/// The organization, if its connection works: whatever is queued without one is let go.
pub async fn connected(app: &App, signed_in: &SignedIn) -> Result<Organization, Problem> {
    let organization = organization(app, signed_in).await?;
    if organization.state == ConnectionState::Connected {
        return Ok(organization);
    }
    let text = "The connection to CompanyCam does not work at the moment. Reconnect first; that also syncs.";
    Err(Problem::new(
        StatusCode::CONFLICT,
        "CompanyCam is not connected",
        text,
    ))
}
