//! Signing in as a seeded user, and the dashboard.

use axum::Form;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use simulator_kit::page::{Page, count};

use super::administration::state_badge;
use super::{BRAND, Section, WebError, page, time};
use crate::app::{SessionUser, Shared};
use crate::error::ApiError;
use crate::model::User;
use crate::world::JobRecord;

/// Cookies are shared by all ports of a host, so the name has to be this program's own.
const COOKIE: &str = "one_click_simulator_session";

/// Who is signed in; without anyone, the browser is sent to the sign-in page.
pub(super) struct SignedIn {
    pub(super) organization_id: String,
    pub(super) organization_name: String,
    pub(super) user: User,
    /// What the request before this one did, for the page that it led to.
    pub(super) notice: Option<&'static str>,
    session: String,
}

impl SignedIn {
    /// Who, and of which organization.
    pub(super) fn in_words(&self) -> String {
        format!("{} · {}", self.user.name, self.organization_name)
    }

    /// Says what was done, on the page that is shown next.
    pub(super) fn done(&self, app: &Shared, notice: &'static str, path: &str) -> Redirect {
        app.set_notice(&self.session, notice);
        Redirect::to(path)
    }
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, WebError> {
        let id = session_id(&parts.headers).ok_or(WebError::SignInFirst)?;
        let session = app.session(id).ok_or(WebError::SignInFirst)?;
        let (organization, user) = find(app, &session).ok_or(WebError::SignInFirst)?;
        Ok(Self {
            organization_id: session.organization_id,
            organization_name: organization,
            user,
            notice: app.take_notice(id),
            session: id.to_owned(),
        })
    }
}

/// The organization's name, and the user.
fn find(app: &Shared, session: &SessionUser) -> Option<(String, User)> {
    app.read(|world| {
        let organization = world.organizations.get(&session.organization_id)?;
        let user = organization.user(&session.user_id)?;
        Some((organization.name.clone(), user.clone()))
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
        brand: BRAND,
        title: "Sign in",
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
    let known = find(&app, &session).is_some_and(|(_, user)| user.active);
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
        let photos: usize = organization.jobs.values().map(JobRecord::photos).sum();
        Ok::<_, ApiError>(html! {
            h1 { "Welcome, " (who.user.name) }
            div.grid {
                section.card {
                    h2 { "Jobs" }
                    p {
                        (count(jobs.len(), "job")) " in " (organization.name) ", " (mine)
                        " of them yours, with " (count(photos, "photo"))
                    }
                    p.row {
                        a.button href="/jobs/new" { "New job" }
                        a.button.quiet href="/jobs" { "All jobs" }
                    }
                }
                @if who.user.is_admin() {
                    section.card {
                        h2 { "Administration" }
                        p { "CompanyCam: " (state_badge(organization.integration.as_ref())) }
                        p.row {
                            a.button.quiet href="/administration/integrations" { "Integrations" }
                            a.button.quiet href="/administration/users" { "Users" }
                        }
                    }
                }
            }
            section.card {
                h2 { "Changed lately" }
                @if jobs.is_empty() { p.muted { "No jobs yet." } }
                @for job in jobs.iter().rev().take(5) {
                    p {
                        a href={ "/jobs/" (job.id) } { (job.customer_name) }
                        br;
                        span.muted.small { (job.address.one_line()) " · " (time(job.updated_at)) }
                    }
                }
            }
        })
    })?;
    Ok(page(&who, Section::Dashboard, "Dashboard", content))
}
