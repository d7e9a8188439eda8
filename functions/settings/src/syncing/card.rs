//! The Sync button, its progress, and what came of the last one (B19).

use decide::counted;
use maud::{Markup, html};
use model::organization::Organization;
use model::sync_run::SyncRun;
use runtime::App;
use web::SignedIn;

use super::form::LARGER_FIRST;
use crate::links;
use crate::parts::{action, ago, csrf, time};
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
                p.soft #sync-about {
                    "New and changed projects sync automatically. Run a sync to check the projects of the last 29 days "
                    "again, or to import older ones: then you see what would be imported, and decide."
                }
                form.row method="post" action=(action(app, "sync")) {
                    (csrf(signed_in))
                    input type="hidden" name=(LARGER_FIRST) value="preview";
                    label for="since_days" { "Projects updated in" }
                    select id="since_days" name="since_days" aria-describedby="sync-about" {
                        @for (value, text) in WINDOWS { option value=(value) { (text) } }
                    }
                    button type="submit" { "Sync" }
                    button.quiet type="submit" formaction=(action(app, "sync/preview")) { "Preview" }
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
            @if organization.sync.as_ref().is_some_and(|run| run.preview) {
                "Looking through CompanyCam. Nothing is created, copied or changed."
            } @else {
                "Importing projects and photos."
            }
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
    let result = run.result.clone().unwrap_or_default();
    let page = links::run(app, &run.id);
    if run.preview {
        return html! {
            p {
                @match &run.failed {
                    Some(reason) => { "The last preview ended early " (time(finished_at)) ": " (reason) "." },
                    None => {
                        "Preview of " (time(finished_at)) ": " (counted(result.made, "job")) " would be created, " (result.linked)
                        " linked, " (result.duplicates) " may be duplicates. " a href=(page) { "See the preview" }
                    },
                }
            }
        };
    }
    html! {
        @match &run.failed {
            Some(reason) => p {
                "The last sync ended early " (ago(finished_at)) ": " (reason) ". " (counts(run))
                " found by then were still imported. " a href=(page) { "See the result" }
            },
            None => p {
                "Last sync finished " (ago(finished_at)) ": " (counted(result.made, "job")) " created, " (result.linked)
                " linked, " (result.updated) " updated, " (counted(result.skipped.values().sum(), "project")) " skipped, "
                (result.failed) " failed. " a href=(page) { "See the result, or undo it" }
            },
        }
    }
}

fn counts(run: &SyncRun) -> String {
    let projects = counted(run.projects_total, "project");
    format!("{projects} and {}", counted(run.photos_total, "photo"))
}

fn bar(name: &str, label: &str, progress: Progress) -> Markup {
    html! {
        p {
            label for={ "progress-" (name) } { (label) ": " span data-count=(name) { (progress.done) " of " (progress.total) } }
            progress id={ "progress-" (name) } data-progress=(name) value=(progress.done) max=(progress.total.max(1)) {}
        }
    }
}
