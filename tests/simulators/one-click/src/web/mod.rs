//! The web application: sign in, jobs with their photos, administration.

mod administration;
mod demo;
mod files;
mod job;
mod job_form;
mod jobs;
mod photos;
mod session;

use axum::Router;
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use maud::{Markup, html};
use simulator_kit::page::{Brand, Page};

use crate::app::Shared;
use crate::error::ApiError;
use crate::web::job_form::JobForm;
use crate::web::session::SignedIn;

pub(crate) use demo::DEMO;

const BRAND: Brand<'_> = Brand {
    product: "One Click Contractor",
    stylesheet: include_str!("brand.css"),
};

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/", get(session::show_dashboard))
        .route(
            "/sign_in",
            get(session::show_sign_in).post(session::sign_in),
        )
        .route("/sign_out", post(session::sign_out))
        .route("/jobs", get(jobs::list).post(jobs::create))
        .route("/jobs/new", get(jobs::show_new))
        .route("/jobs/{job}", get(job::show_details).post(jobs::update))
        .route("/jobs/{job}/edit", get(jobs::show_edit))
        .route("/jobs/{job}/assign", post(jobs::assign))
        .route("/jobs/{job}/delete", post(jobs::delete))
        .route("/jobs/{job}/photos", get(photos::show_all))
        .route("/jobs/{job}/photos/{external_id}", get(photos::show_one))
        .route("/jobs/{job}/documents", get(files::show_documents))
        .route("/jobs/{job}/images/{external_id}", get(files::image_bytes))
        .route(
            "/jobs/{job}/images/{external_id}/delete",
            post(photos::delete),
        )
        .route(
            "/jobs/{job}/documents/{external_id}",
            get(files::document_bytes),
        )
        .route("/administration", get(administration::show))
        .route(
            "/administration/integrations",
            get(administration::show_integrations),
        )
        .route(
            "/administration/integrations/companycam",
            get(administration::open_companycam),
        )
        .route("/administration/users", get(administration::show_users))
        .merge(demo::router())
        .layer(map_response(with_referrer_policy))
}

/// Browsers tell other sites which origin led there, and no more: the contract's promise, since the
/// integration lets in at once only who comes from here.
async fn with_referrer_policy(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("strict-origin-when-cross-origin");
    response.headers_mut().insert(REFERRER_POLICY, policy);
    response
}

/// What an address without a page gets; the API answers for its own.
pub(crate) async fn nothing_here() -> Response {
    WebError::Refused(ApiError::NotFound("Page")).into_response()
}

/// The entries of the main navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Dashboard,
    Jobs,
    Administration,
    /// The page is none of its.
    None,
}

/// A page for someone who is signed in.
fn page(who: &SignedIn, section: Section, title: &str, content: Markup) -> Markup {
    Page {
        brand: BRAND,
        title,
        navigation: &navigation(who, section),
        user: Some(&who.in_words()),
        notice: who.notice,
        problem: None,
    }
    .render(content)
}

fn navigation(who: &SignedIn, section: Section) -> Vec<(&'static str, &'static str, bool)> {
    let mut navigation = vec![
        ("Dashboard", "/", section == Section::Dashboard),
        ("Jobs", "/jobs", section == Section::Jobs),
    ];
    if who.user.is_admin() {
        let current = section == Section::Administration;
        navigation.push(("Administration", "/administration", current));
    }
    navigation
}

/// A request of the web application that cannot be carried out.
enum WebError {
    /// Nobody is signed in.
    SignInFirst,
    /// Signed in, but not an administrator.
    NotAllowed(Box<SignedIn>),
    Refused(ApiError),
}

impl From<ApiError> for WebError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        match self {
            Self::SignInFirst => Redirect::to("/sign_in").into_response(),
            Self::NotAllowed(who) => {
                let content = html! {
                    h1 { "Administrators only" }
                    p { "Ask an administrator of " (who.organization_name) " to do this." }
                };
                let page = page(&who, Section::Dashboard, "Administrators only", content);
                (StatusCode::FORBIDDEN, page).into_response()
            }
            Self::Refused(error) => {
                let (status, sentences) = match error {
                    ApiError::Unauthorized => (StatusCode::UNAUTHORIZED, Vec::new()),
                    ApiError::NotFound(what) => {
                        (StatusCode::NOT_FOUND, vec![format!("{what} not found")])
                    }
                    ApiError::Conflict(why) => (StatusCode::CONFLICT, vec![why.to_owned()]),
                    ApiError::Invalid(errors) => {
                        (StatusCode::UNPROCESSABLE_ENTITY, JobForm::in_words(&errors))
                    }
                };
                let page = Page {
                    brand: BRAND,
                    title: "That did not work",
                    ..Page::default()
                };
                let content = html! {
                    h1 { "That did not work" }
                    (errors(&sentences))
                    p { a href="/jobs" { "Back to the jobs" } }
                };
                (status, page.render(content)).into_response()
            }
        }
    }
}

/// What is wrong with a form, one sentence each; nothing if nothing is.
fn errors(sentences: &[String]) -> Markup {
    html! {
        @if !sentences.is_empty() {
            div.notice.error role="alert" {
                @for sentence in sentences { p { (sentence) } }
            }
        }
    }
}

/// A time for people, in UTC.
fn time(time: Timestamp) -> Markup {
    let shown = time.strftime("%b %-d, %Y, %H:%M UTC").to_string();
    html! { time datetime=(time) { (shown) } }
}
