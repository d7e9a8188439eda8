//! The web application: plain forms, each answered by a redirect.

mod demo;
mod documents;
mod photo;
mod photos;
mod project;
mod project_form;
mod projects;
pub(crate) mod sign_in;
mod tags;
mod webhooks;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use simulator_kit::page::{Brand, Page};

use crate::Shared;
use crate::request::Params;
use crate::state::{Id, State, User};

pub(crate) use demo::DEMO;

const BRAND: Brand<'_> = Brand {
    product: "CompanyCam",
    stylesheet: include_str!("brand.css"),
};
const SESSION_COOKIE: &str = "companycam_simulator_session";

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(async || Redirect::to("/projects")))
        .merge(sign_in::routes())
        .merge(projects::routes())
        .merge(project::routes())
        .merge(photos::routes())
        .merge(photo::routes())
        .merge(documents::routes())
        .merge(tags::routes())
        .merge(webhooks::routes())
        .merge(demo::routes())
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

/// Who is signed in; a browser that is not is sent to the login page.
struct Visitor(User);

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, sim: &Shared) -> Result<Self, Redirect> {
        signed_in(&sim.lock(), &parts.headers)
            .map(Self)
            .ok_or_else(|| Redirect::to(crate::SIGN_IN))
    }
}

/// The id in a page's address; what is none leads nowhere.
struct PathId(Id);

impl FromRequestParts<Shared> for PathId {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, sim: &Shared) -> Result<Self, Response> {
        let id = Path::<Id>::from_request_parts(parts, sim).await;
        id.map(|Path(id)| Self(id)).map_err(|_| not_found())
    }
}

/// A page for somebody signed in. What a form did or could not do is in the address it led to.
fn page(title: &str, user: &User, params: &Params, content: Markup) -> Response {
    let name = user.name();
    Page {
        brand: BRAND,
        title,
        navigation: &navigation(title),
        user: Some(&name),
        notice: params.get("notice"),
        problem: params.get("problem"),
    }
    .render(content)
    .into_response()
}

/// The main navigation, on the page of that title. The demo controls are no part of it: they are in the
/// footer.
fn navigation(title: &str) -> [(&'static str, &'static str, bool); 3] {
    let (tags, webhooks) = (title == tags::TITLE, title == webhooks::TITLE);
    let projects = !tags && !webhooks && title != simulator_kit::demo::TITLE;
    [
        ("Projects", "/projects", projects),
        (tags::TITLE, "/tags", tags),
        (webhooks::TITLE, "/webhooks", webhooks),
    ]
}

/// Back to a page, which then shows the notice.
fn back(path: &str, notice: &str) -> Response {
    lead(path, "notice", notice)
}

/// Back to a page, which then says what was wrong.
fn refuse(path: &str, problem: &str) -> Response {
    lead(path, "problem", problem)
}

fn lead(path: &str, name: &str, text: &str) -> Response {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(name, text)
        .finish();
    Redirect::to(&format!("{path}?{query}")).into_response()
}

fn not_found() -> Response {
    let page = Page {
        brand: BRAND,
        title: "Not found",
        ..Page::default()
    };
    let content = html! {
        div.card.empty {
            h1 { "This page does not exist" }
            p.muted { "It may have been deleted, or you may not be allowed to see it." }
            p { a href="/projects" { "All projects" } }
        }
    };
    (StatusCode::NOT_FOUND, page.render(content)).into_response()
}

/// A time for people, in UTC.
fn time(unix: i64) -> Markup {
    let Ok(time) = jiff::Timestamp::from_second(unix) else {
        return html! {};
    };
    let shown = time.strftime("%b %-d, %Y, %H:%M UTC").to_string();
    html! { time datetime=(time) { (shown) } }
}
