//! The web application: plain forms, each answered by a redirect.

mod photos;
mod projects;
pub(crate) mod sign_in;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::Markup;
use simulator_kit::page::Page;

use crate::Shared;
use crate::request::Params;
use crate::state::{State, User};

const PRODUCT: &str = "CompanyCam";
const ACCENT: &str = "#2f6fde";
const SESSION_COOKIE: &str = "companycam_simulator_session";

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(async || Redirect::to("/projects")))
        .merge(sign_in::routes())
        .merge(projects::routes())
        .merge(photos::routes())
}

/// Who the browser is signed in as.
pub(crate) fn signed_in(state: &State, headers: &HeaderMap) -> Option<User> {
    let session = session_id(headers)?;
    let user = state.sessions.get(session)?;
    state.users.get(user).filter(|user| user.active).cloned()
}

fn session_id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, value)| value)
}

/// The signed-in user, or the way to the login page.
fn need_user(state: &State, headers: &HeaderMap) -> Result<User, Box<Response>> {
    signed_in(state, headers).ok_or_else(|| Box::new(Redirect::to(crate::SIGN_IN).into_response()))
}

fn page(title: &str, user: &User, params: &Params, content: Markup) -> Response {
    let name = user.name();
    Page {
        product: PRODUCT,
        title,
        accent: ACCENT,
        navigation: &[("Projects", "/projects", true)],
        user: Some(&name),
        notice: params.get("notice"),
    }
    .render(content)
    .into_response()
}

/// Back to a page, which then shows the notice.
fn back(path: &str, notice: &str) -> Response {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("notice", notice)
        .finish();
    Redirect::to(&format!("{path}?{query}")).into_response()
}

fn not_found() -> Response {
    (
        axum::http::StatusCode::NOT_FOUND,
        "This page does not exist.",
    )
        .into_response()
}

/// A date people read, in UTC.
fn date(unix: i64) -> String {
    jiff::Timestamp::from_second(unix)
        .map(|time| time.strftime("%b %-d, %Y, %H:%M").to_string())
        .unwrap_or_default()
}
