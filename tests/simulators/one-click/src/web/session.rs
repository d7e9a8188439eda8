//! Signing in as a seeded user, and the dashboard.

use axum::Form;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use simulator_kit::page::Page;

use super::{Section, WebError, page, time};
use crate::app::{SessionUser, Shared};
use crate::error::ApiError;
use crate::model::User;

/// Cookies are shared by all ports of a host, so the name has to be this program's own.
const COOKIE: &str = "one_click_simulator_session";

/// Who is signed in; without anyone, the browser is sent to the sign-in page.
pub(super) struct SignedIn {
    pub(super) organization_id: String,
    pub(super) organization_name: String,
    pub(super) user: User,
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, WebError> {
        session_id(&parts.headers)
            .and_then(|id| app.session(id))
            .and_then(|session| find(app, &session))
            .ok_or(WebError::SignInFirst)
    }
}

fn find(app: &Shared, session: &SessionUser) -> Option<SignedIn> {
    app.read(|world| {
        let organization = world.organizations.get(&session.organization_id)?;
        Some(SignedIn {
            organization_id: organization.id.clone(),
            organization_name: organization.name.clone(),
            user: organization.user(&session.user_id)?.clone(),
        })
    })
}

fn session_id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

pub(super) async fn show_sign_in(State(app): State<Shared>) -> Markup {
    /// An organization made for a load test may have thousands of users.
    const SHOWN: usize = 25;
    let content = app.read(|world| {
        html! {
            h1 { "Sign in" }
            p.muted { "No password: choose whom to be." }
            div.grid {
                @for organization in world.organizations.values() {
                    section.card {
                        h2 { (organization.name) }
                        @for user in organization.users.iter().filter(|user| user.active).take(SHOWN) {
                            form method="post" action="/sign_in" {
                                input type="hidden" name="org" value=(organization.id);
                                input type="hidden" name="user" value=(user.id);
                                p.row.between {
                                    span { (user.name) " " span.badge { (role(user)) } }
                                    button.quiet type="submit" aria-label={ "Sign in as " (user.name) } {
                                        "Sign in"
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    });
    let page = Page {
        product: "One Click Contractor",
        title: "Sign in",
        accent: "#c2410c",
        ..Page::default()
    };
    page.render(content)
}

/// A role in words.
pub(super) fn role(user: &User) -> String {
    match user.role.as_str() {
        "ORG_ADMIN" => "Administrator".to_owned(),
        other => {
            let lower = other.to_lowercase().replace('_', " ");
            let mut letters = lower.chars();
            let first = letters
                .next()
                .map(|letter| letter.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        }
    }
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    org: String,
    user: String,
}

pub(super) async fn sign_in(
    State(app): State<Shared>,
    Form(form): Form<SignIn>,
) -> Result<Response, WebError> {
    let session = SessionUser {
        organization_id: form.org,
        user_id: form.user,
    };
    let known = find(&app, &session).is_some_and(|who| who.user.active);
    if !known {
        return Err(ApiError::NotFound("User").into());
    }
    let cookie = format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax",
        app.sign_in(session)
    );
    let headers = AppendHeaders([(header::SET_COOKIE, cookie)]);
    Ok((headers, Redirect::to("/")).into_response())
}

pub(super) async fn sign_out(State(app): State<Shared>, headers: HeaderMap) -> Redirect {
    if let Some(id) = session_id(&headers) {
        app.sign_out(id);
    }
    Redirect::to("/sign_in")
}

pub(super) async fn show_dashboard(
    State(app): State<Shared>,
    who: SignedIn,
) -> Result<Markup, WebError> {
    let content = app.read(|world| {
        let organization = world.organization(&who.organization_id)?;
        let jobs = organization.jobs_by_change(|_| true);
        let mine = jobs
            .iter()
            .filter(|job| job.assigned_user_id.as_ref() == Some(&who.user.id))
            .count();
        Ok::<_, ApiError>(html! {
            h1 { "Welcome, " (who.user.name) }
            div.grid {
                section.card {
                    h2 { "Jobs" }
                    p { (jobs.len()) " in " (organization.name) ", " (mine) " of them yours" }
                    p.row {
                        a.button href="/jobs/new" { "New job" }
                        a href="/jobs" { "All jobs" }
                    }
                }
                @if who.user.is_admin() {
                    section.card {
                        h2 { "Administration" }
                        p { "Connect One Click with the other tools of your company." }
                        p { a href="/administration/integrations" { "Integrations" } }
                    }
                }
            }
            section.card {
                h2 { "Changed lately" }
                @for job in jobs.iter().rev().take(5) {
                    p {
                        a href={ "/jobs/" (job.id) } { (job.customer_name) }
                        " " span.muted { (job.address.one_line()) " · " (time(job.updated_at)) }
                    }
                }
            }
        })
    })?;
    Ok(page(&who, Section::Dashboard, "Dashboard", content))
}
