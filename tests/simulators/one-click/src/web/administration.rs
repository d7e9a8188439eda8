//! Administration: the integrations' cards and the users, for administrators only.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Redirect;
use maud::{Markup, html};
use simulator_kit::page::{table, tabs};

use super::session::{SignedIn, role};
use super::{Section, WebError, page};
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::{IntegrationCard, IntegrationState};

/// Who is signed in, if that is an administrator; anyone else gets 403.
pub(super) struct Administrator(SignedIn);

impl FromRequestParts<Shared> for Administrator {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, WebError> {
        let who = SignedIn::from_request_parts(parts, app).await?;
        if who.user.is_admin() {
            return Ok(Self(who));
        }
        Err(WebError::NotAllowed(Box::new(who)))
    }
}

pub(super) async fn show(_: Administrator) -> Redirect {
    Redirect::to("/administration/integrations")
}

pub(super) async fn show_integrations(
    State(app): State<Shared>,
    Administrator(who): Administrator,
) -> Result<Markup, WebError> {
    let card = card(&app, &who)?;
    let state = card.as_ref().map(|card| card.state);
    let needs_reconnecting = state == Some(IntegrationState::NeedsReconnecting);
    let message = card.as_ref().and_then(|card| card.message.as_deref());
    // A blank one is none: it would be an empty box.
    let message = message.filter(|message| !message.trim().is_empty());
    let reachable = app.integration_url().is_some();
    let content = html! {
        h1 { "Administration" }
        (areas("/administration/integrations"))
        div.grid {
            section.card #companycam {
                div.row.between.head {
                    h2 { "CompanyCam" }
                    (state_badge(card.as_ref()))
                }
                p { "Photos and documents of your projects, on the jobs they belong to." }
                @if let Some(message) = message {
                    p.notice.error[needs_reconnecting] { (message) }
                }
                @if let Some(attention) = card.as_ref().and_then(|card| card.attention).filter(|count| *count > 0) {
                    p.notice { (waiting(attention)) }
                }
                @if reachable {
                    a.button href="/administration/integrations/companycam" {
                        (action(card.as_ref()))
                    }
                } @else {
                    p.muted { "The integration is not running: its address has not been set." }
                }
            }
            @for (name, text) in [
                ("JobNimbus", "Contacts and jobs, every 15 minutes."),
                ("JobProgress", "Customers and jobs, every 15 minutes."),
            ] {
                section.card {
                    div.row.between.head { h2 { (name) } span.badge { "Not connected" } }
                    p { (text) }
                    p.muted { "Not part of this simulator." }
                }
            }
        }
    };
    Ok(page(&who, Section::Administration, "Integrations", content))
}

fn card(app: &Shared, who: &SignedIn) -> Result<Option<IntegrationCard>, ApiError> {
    app.read(|world| {
        Ok(world
            .organization(&who.organization_id)?
            .integration
            .clone())
    })
}

/// The state of the connection in words, coloured after it.
pub(super) fn state_badge(card: Option<&IntegrationCard>) -> Markup {
    let (name, words) = match card.map(|card| card.state) {
        None => ("not_connected", "Not connected"),
        Some(IntegrationState::Connected) => ("connected", "Connected"),
        Some(IntegrationState::NeedsReconnecting) => ("needs_reconnecting", "Needs reconnecting"),
        Some(IntegrationState::Disconnected) => ("disconnected", "Disconnected"),
    };
    html! { span.badge data-state=(name) { (words) } }
}

/// What an administrator is asked to look at.
fn waiting(attention: u64) -> String {
    match attention {
        1 => "1 thing needs your attention.".to_owned(),
        _ => format!("{attention} things need your attention."),
    }
}

fn action(card: Option<&IntegrationCard>) -> &'static str {
    match card.map(|card| card.state) {
        Some(IntegrationState::Connected) => "Manage",
        Some(IntegrationState::NeedsReconnecting) => "Reconnect CompanyCam",
        None | Some(IntegrationState::Disconnected) => "Connect CompanyCam",
    }
}

/// Sends the browser to the integration with a launch token made now: one in the page itself
/// could run out before it is clicked, and is good for one click only.
///
/// A connection that needs reconnecting is opened, not connected: the tab says what happened and
/// has the button for it.
pub(super) async fn open_companycam(
    State(app): State<Shared>,
    Administrator(who): Administrator,
) -> Result<Redirect, WebError> {
    let url = app
        .integration_url()
        .ok_or(ApiError::NotFound("The integration's address"))?;
    let path = match card(&app, &who)?.map(|card| card.state) {
        None | Some(IntegrationState::Disconnected) => "connect",
        Some(IntegrationState::Connected | IntegrationState::NeedsReconnecting) => "settings",
    };
    let claims = app.launch_claims(&who.organization_id, &who.user.id)?;
    let launch = claims.sign(&app.launch_key);
    Ok(Redirect::to(&format!(
        "{url}/companycam/{path}?launch={launch}"
    )))
}

pub(super) async fn show_users(
    State(app): State<Shared>,
    Administrator(who): Administrator,
) -> Result<Markup, WebError> {
    let content = app.read(|world| {
        let organization = world.organization(&who.organization_id)?;
        let rows = organization.users.iter().map(|user| {
            [
                html! { (user.name) },
                html! { (user.email) },
                html! { (role(user)) },
                html! { @if user.active { "Active" } @else { "Inactive" } },
            ]
        });
        Ok::<_, ApiError>(html! {
            h1 { "Administration" }
            (areas("/administration/users"))
            div.card.flush { (table(["Name", "E-mail", "Role", "State"], rows)) }
        })
    })?;
    Ok(page(&who, Section::Administration, "Users", content))
}

fn areas(current: &str) -> Markup {
    let areas = [
        ("Integrations", "/administration/integrations"),
        ("Users", "/administration/users"),
    ];
    tabs(
        "Administration",
        &areas.map(|(label, address)| (label, address, address == current)),
    )
}
