//! Signing in and out, and the consent page of OAuth.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use simulator_kit::page::{Page, count};

use super::{BRAND, SESSION_COOKIE, session_id};
use crate::oauth::{Asked, random_token};
use crate::request::{Form, Params};
use crate::state::{State as Sims, User};
use crate::{SIGN_IN, Shared};

/// What the OAuth client is registered as.
const APPLICATION: &str = "One Click Contractor";
/// How many of the people one may sign in as are offered as buttons.
const OFFERED: usize = 6;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route(SIGN_IN, get(form).post(sign_in))
        .route("/sign_out", post(sign_out))
}

fn plain(title: &str, content: Markup) -> Markup {
    Page {
        brand: BRAND,
        title,
        ..Page::default()
    }
    .render(content)
}

/// The first ones, and the restricted wherever they stand: who they are shows what they see.
fn offered(state: &Sims) -> Vec<&User> {
    let users = state.users.values();
    let users = users.filter(|user| user.active && user.email.is_some());
    let users = users.enumerate();
    users
        .filter(|(position, user)| *position < OFFERED || user.restricted)
        .map(|(_, user)| user)
        .collect()
}

async fn form(State(sim): State<Shared>, params: Params) -> Markup {
    let state = sim.lock();
    let offered = offered(&state);
    plain(
        "Sign in",
        html! {
            div.card.narrow {
                h1 { "Sign in to CompanyCam" }
                @if params.get("failed").is_some() {
                    p.notice.error role="alert" { "No active user has this e-mail address." }
                }
                form method="post" action=(SIGN_IN) {
                    input type="hidden" name="return_to" value=(params.text("return_to"));
                    label { "E-mail" input type="email" name="email" autocomplete="username" required; }
                    label { "Password" input type="password" name="password" autocomplete="current-password"; }
                    button type="submit" { "Sign in" }
                }
            }
            div.card.narrow {
                h2 { "Or as one of the demo users" }
                p.muted { "Any password will do here." }
                @for user in offered {
                    form method="post" action=(SIGN_IN) {
                        input type="hidden" name="return_to" value=(params.text("return_to"));
                        input type="hidden" name="email" value=(user.email.as_deref().unwrap_or_default());
                        p { button.quiet type="submit" {
                            (user.name())
                            @if state.admin(user.company).is_some_and(|admin| admin.id == user.id) {
                                " (administrator)"
                            }
                            @if user.restricted { " (assigned projects only)" }
                        } }
                    }
                }
            }
        },
    )
}

async fn sign_in(State(sim): State<Shared>, Form(form): Form) -> Response {
    let mut state = sim.lock();
    let return_to = form.text("return_to");
    let Some(user) = state
        .user_by_email(None, form.text("email"))
        .map(|user| user.id)
    else {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("failed", "1")
            .append_pair("return_to", return_to)
            .finish();
        return Redirect::to(&format!("{SIGN_IN}?{query}")).into_response();
    };
    let session = random_token();
    state.sessions.insert(session.clone(), user);
    // Only back to a page of our own.
    let own = return_to.starts_with('/') && !return_to.starts_with("//");
    let target = if own { return_to } else { "/projects" };
    let cookie = format!("{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to(target)).into_response()
}

async fn sign_out(State(sim): State<Shared>, headers: HeaderMap, Form(form): Form) -> Redirect {
    if let Some(session) = session_id(&headers) {
        sim.lock().sessions.remove(session);
    }
    // Whoever signs in next may be asked the same.
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return_to", form.text("return_to"))
        .finish();
    Redirect::to(&format!("{SIGN_IN}?{query}"))
}

/// The parameters of an authorization request.
const ASKED: [&str; 7] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// Asks the signed-in user to allow what the application asks for.
pub(crate) fn consent(sim: &Shared, user: &User, asked: &Asked, params: &Params) -> Markup {
    let state = sim.lock();
    let company = state.companies.get(&user.company);
    let company = company.map_or("", |company| company.name.as_str());
    let host = asked.redirect_uri.host_str().unwrap_or_default();
    plain(
        "Authorize",
        html! {
            div.card.narrow {
                h1 { "Allow access to " (company) "?" }
                p { strong { (APPLICATION) } " (" (host) ") asks to:" }
                ul {
                    @for scope in &asked.scopes {
                        li { @match scope.as_str() {
                            "read" => { "See projects, photos, documents, and users" }
                            "write" => { "Add and change projects, photos, and webhooks" }
                            _ => { "Remove assigned users and webhooks" }
                        } }
                    }
                }
                form method="post" action="/oauth/authorize" {
                    @for name in ASKED {
                        @if let Some(value) = params.get(name) {
                            input type="hidden" name=(name) value=(value);
                        }
                    }
                    div.row {
                        button type="submit" name="decision" value="allow" { "Allow" }
                        button.quiet type="submit" name="decision" value="deny" { "Deny" }
                    }
                }
            }
            (account(&state, user, params))
        },
    )
}

/// As whom one is signed in, what that account can see, and the way to another.
fn account(state: &Sims, user: &User, params: &Params) -> Markup {
    let seen = state.projects.values();
    let seen = seen.filter(|project| !project.deleted && state.sees(user.id, project));
    let seen = count(seen.count(), "project");
    html! {
        div.card.narrow {
            h2 { "You are signed in as " (user.name()) }
            @if let Some(email) = &user.email { p.muted { (email) } }
            @if user.restricted {
                p.notice.error {
                    "This account can see only the projects it is assigned to: " (seen) ". "
                    (APPLICATION) " will not see any others."
                }
            } @else {
                p { "This account can see all projects of the company: " (seen) "." }
            }
            form method="post" action="/sign_out" {
                input type="hidden" name="return_to" value=(asked_again(params));
                button.quiet type="submit" { "Sign in as someone else" }
            }
        }
    }
}

/// The address that asks the same.
fn asked_again(params: &Params) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ASKED {
        if let Some(value) = params.get(name) {
            query.append_pair(name, value);
        }
    }
    format!("/oauth/authorize?{}", query.finish())
}

/// An authorization request that must not be redirected anywhere.
pub(crate) fn refusal(message: &str) -> Response {
    let content = html! {
        div.card.narrow {
            h1 { "An error has occurred" }
            p.notice.error role="alert" { (message) }
        }
    };
    (StatusCode::BAD_REQUEST, plain("Error", content)).into_response()
}
