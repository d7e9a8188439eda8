//! The Sync button, its progress, and what came of the last one (B19).

use maud::{Markup, html};
use model::organization::Organization;
use model::sync_run::{SyncRun, Window};
use runtime::App;
use web::SignedIn;

use crate::parts::{action, csrf, time};
use crate::push::card::offer;
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
    let state = match status.state {
        ConnectionStatus::Syncing => "syncing",
        ConnectionStatus::Paused => "paused",
        _ => "connected",
    };
    html! {
        section.card aria-labelledby="sync" data-status-url=(action(app, "status")) data-state=(state)
            data-down=(status.down.join(",")) {
            h2 #sync { "Sync" }
            @if organization.halt.is_some() {
                p.soft {
                    "Syncing is paused."
                    @if organization.sync.as_ref().is_some_and(SyncRun::is_running) {
                        " The sync that was running continues when you resume."
                    }
                }
            } @else if syncing {
                (running(app, signed_in, organization, status))
            } @else {
                @if let Some(run) = &organization.sync { (last(app, run)) }
                p.soft { "New and changed projects sync automatically. Run a sync to re-check older projects." }
                form.row method="post" action=(action(app, "sync")) {
                    (csrf(signed_in))
                    label for="since_days" { "Projects updated in" }
                    select id="since_days" name="since_days" {
                        @for (value, text) in WINDOWS { option value=(value) { (text) } }
                    }
                    button type="submit" { "Sync" }
                }
                (offer(app, signed_in))
            }
        }
    }
}

fn running(
    app: &App,
    signed_in: &SignedIn,
    organization: &Organization,
    status: &Status,
) -> Markup {
    html! {
        p role="status" {
            "Importing projects and photos."
            @if organization.last_synced_at.is_none() { " You can leave this page; the import keeps running." }
        }
        (bar("projects", "Projects", status.projects))
        (bar("photos", "Photos", status.photos))
        p.row.soft {
            @if let Some(run) = &organization.sync { span { "Since " (time(run.started_at)) } }
            span data-text="rate" { (status.text.rate) }
            span data-text="remaining" { (status.text.remaining) }
        }
        noscript { p.soft { "Reload this page to see how far it is." } }
        form method="post" action=(action(app, "sync/cancel")) {
            (csrf(signed_in))
            button.quiet type="submit" aria-describedby="cancel-about" { "Cancel" }
            " " small.soft #cancel-about { "Anything already found will still be imported." }
        }
    }
}

/// What came of the last one.
fn last(app: &App, run: &SyncRun) -> Markup {
    let Some(finished_at) = run.finished_at else {
        return html! {};
    };
    let window = match run.window {
        Window::All => "of all projects".to_owned(),
        Window::Days(days) => format!("of the projects changed in {days} days"),
    };
    html! {
        @match &run.failed {
            Some(reason) => p.bad {
                "The last sync, " (window) ", ended " (time(finished_at)) " before it was through: " (reason) ". "
                "Until then it had listed " (counts(run)) "."
            },
            None => p {
                "The last sync, " (window) ", was through " (time(finished_at)) ": " (counts(run)) " were looked at. "
                "Activity tells what was "
                a href=(told(app, "skipped")) data-quiet { "skipped" } " or "
                a href=(told(app, "failed")) data-quiet { "failed" } "."
            },
        }
    }
}

/// Where the activity tells only of what came to this.
fn told(app: &App, outcome: &str) -> String {
    format!("{}?outcome={outcome}#activity", app.config.settings_url())
}

fn counts(run: &SyncRun) -> String {
    let count = |number: i64, one: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    };
    let projects = count(run.projects_total, "project");
    format!("{projects} and {}", count(run.photos_total, "photo"))
}

fn bar(name: &str, label: &str, progress: Progress) -> Markup {
    html! {
        p {
            label for={ "progress-" (name) } { (label) ": " span data-count=(name) { (progress.done) " of " (progress.total) } }
            progress id={ "progress-" (name) } data-progress=(name) value=(progress.done) max=(progress.total.max(1)) {}
        }
    }
}
