//! The Sync button and its progress (B19).

use maud::{Markup, html};
use runtime::App;
use store::organizations::Organization;
use web::SignedIn;

use super::{action, csrf};
use crate::status::{ConnectionStatus, Progress, Status};

/// The windows on offer: the form's value and its text.
const WINDOWS: [(&str, &str); 4] = [
    ("29", "the last 29 days"),
    ("90", "the last 90 days"),
    ("365", "the last year"),
    ("all", "everything"),
];

/// The card.
pub fn card(
    app: &App,
    signed_in: &SignedIn,
    organization: &Organization,
    status: &Status,
) -> Markup {
    let syncing = status.state == ConnectionStatus::Syncing;
    let state = if syncing { "syncing" } else { "connected" };
    html! {
        section.card aria-labelledby="sync" data-status-url=(action(app, "status")) data-state=(state) {
            h2 #sync { "Sync" }
            @if syncing {
                p role="status" { "Bringing projects and photos over." }
                (bar("projects", "Projects", status.projects))
                (bar("photos", "Photos", status.photos))
                noscript { p.soft { "Reload this page to see how far it is." } }
            } @else {
                @if let Some(reason) = organization.sync.as_ref().and_then(|run| run.failed.as_ref()) {
                    p.bad { "The last sync could not go on: " (reason) "." }
                }
                p.soft { "Changes come over by themselves. A sync looks once more at the projects changed in a window that you choose." }
                form.row method="post" action=(action(app, "sync")) {
                    (csrf(signed_in))
                    label for="since_days" { "Projects changed in" }
                    select id="since_days" name="since_days" {
                        @for (value, text) in WINDOWS { option value=(value) { (text) } }
                    }
                    button type="submit" { "Sync" }
                }
            }
        }
    }
}

fn bar(name: &str, label: &str, progress: Progress) -> Markup {
    html! {
        p {
            label for={ "progress-" (name) } { (label) ": " span data-count=(name) { (progress.done) " of " (progress.total) } }
            progress id={ "progress-" (name) } data-progress=(name) value=(progress.done) max=(progress.total.max(1)) {}
        }
    }
}
