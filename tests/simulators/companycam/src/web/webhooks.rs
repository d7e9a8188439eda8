//! The webhooks that applications have registered, and the latest deliveries to them.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use simulator_kit::page::table;

use super::{Visitor, page, time};
use crate::Shared;
use crate::delivery::Attempt;
use crate::request::Params;
use crate::state::Webhook;

pub(super) const TITLE: &str = "Webhooks";

/// How many attempts to deliver are shown.
const SHOWN: usize = 15;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/webhooks", get(show))
}

async fn show(State(sim): State<Shared>, Visitor(user): Visitor, params: Params) -> Response {
    let state = sim.lock();
    let webhooks = state.webhooks.values();
    let webhooks: Vec<&Webhook> = webhooks
        .filter(|webhook| webhook.company == user.company)
        .collect();
    let own = |attempt: &&Attempt| {
        let id = attempt.webhook_id;
        webhooks.iter().any(|webhook| webhook.id == id)
    };
    let attempts: Vec<&Attempt> = state
        .delivery_log
        .iter()
        .rev()
        .filter(own)
        .take(SHOWN)
        .collect();
    let content = html! {
        h1 { (TITLE) }
        @if webhooks.is_empty() {
            div.card.empty {
                h2 { "No webhooks" }
                p.muted { "An application that is connected registers its own." }
            }
        } @else {
            div.card.flush {
                (table(["Address", "Events", "State", "Errors in a row"], webhooks.iter().map(|webhook| row(webhook))))
            }
            h2 { "Latest deliveries" }
            @if attempts.is_empty() {
                p.card.empty.muted { "Nothing has been delivered yet." }
            } @else {
                div.card.flush {
                    (table(["Event", "Time", "Attempt", "Answer"], attempts.into_iter().map(attempt_row)))
                }
            }
        }
    };
    page(TITLE, &user, &params, content)
}

fn row(webhook: &Webhook) -> [Markup; 4] {
    let (name, words) = if webhook.enabled {
        ("enabled", "Enabled")
    } else {
        ("disabled", "Disabled")
    };
    [
        html! { (webhook.url) div.muted.small { "Since " (time(webhook.created_at)) } },
        html! { @for scope in &webhook.scopes { span.badge { (scope) } " " } },
        html! { span.badge data-state=(name) { (words) } },
        html! { (webhook.errors) },
    ]
}

fn attempt_row(attempt: &Attempt) -> [Markup; 4] {
    [
        html! { (attempt.event_type) },
        time(attempt.at),
        html! { (attempt.attempt) },
        html! { @match attempt.status {
            Some(status) => (status),
            None if attempt.attempt == 0 => "Dropped",
            None => "No answer",
        } },
    ]
}
