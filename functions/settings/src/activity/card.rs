//! The activity log (B25): what happened, newest first, with what can be done about it.

use decide::counted;
use decide::fields::customer_name;
use maud::{Markup, html};
use model::project::LinkState;
use runtime::App;
use store::activity::{Entries, Entry, Filter, Kind, Offer, Outcome};
use web::SignedIn;

use super::page::{Line, Now, Page};
use crate::links;
use crate::parts::{action, ago, csrf};
use crate::view::{KINDS, OUTCOMES, View};

/// The card.
pub fn card(app: &App, signed_in: &SignedIn, page: &Page, view: &View) -> Markup {
    // The two cards are apart: whoever pages through the log is not looking for something.
    let view = &view.without_find();
    let filter = view.filter();
    let lines = page.lines();
    html! {
        section.card aria-labelledby="activity" {
            h2 #activity { "Activity" }
            (filters(app, view, &filter))
            @if lines.is_empty() {
                p.soft data-say { (nothing(&filter, view.before(), page.older().is_some())) }
            } @else {
                p.visually-hidden data-say { (counted_lines(&lines)) }
                ol.log {
                    @for line in &lines {
                        @match &*line.entries {
                            [entry] => (item(app, signed_in, page, entry, view)),
                            many => (bundle(app, signed_in, page, many, view)),
                        }
                    }
                }
            }
            nav.row aria-label="Pages of the activity" {
                @if view.before().is_some() {
                    a href=(view.older_than(None).place(app)) data-quiet { "Newest" }
                }
                @if let Some(older) = page.older() {
                    a href=(view.older_than(Some(older)).place(app)) rel="next" data-quiet { "Older" }
                }
            }
        }
    }
}

/// What happened to one project or job, without what can be done about it.
pub fn history(app: &App, page: &Entries) -> Markup {
    html! {
        section.card aria-labelledby="history" {
            h2 #history { "History" }
            @if page.entries.is_empty() {
                p.soft {
                    @if page.older.is_some() { "Nothing recently. What is older is in the activity." }
                    @else { "Nothing in the last 30 days." }
                }
            } @else {
                ol.log {
                    @for entry in &page.entries {
                        li {
                            span class={ "tag " (colour(entry.outcome)) } { (outcome(entry.outcome)) }
                            " " (entry.text) " " span.soft { (ago(entry.at)) }
                            @if let Some(id) = &entry.photo_id { " " a href=(links::photo(app, id)) { "Photo in CompanyCam" } }
                        }
                    }
                }
                @if page.older.is_some() { p.soft { "There is more in the activity." } }
            }
        }
    }
}

fn counted_lines(lines: &[Line<'_>]) -> String {
    match lines.iter().map(|line| line.entries.len()).sum() {
        1 => "1 entry".to_owned(),
        entries => format!("{entries} entries"),
    }
}

/// Several photos or documents of one project, which unfold.
fn bundle(app: &App, signed_in: &SignedIn, page: &Page, entries: &[&Entry], view: &View) -> Markup {
    let newest = entries[0];
    let number = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let what = if newest.kind == Kind::Document {
        counted(number, "document")
    } else {
        counted(number, "photo")
    };
    let project = newest.project_id.as_ref().map(|id| {
        let row = page.project(id);
        let fields = row.and_then(|row| row.wanted.as_ref().or(row.seen.as_ref()));
        fields.map_or_else(|| id.to_string(), |fields| customer_name(id, fields))
    });
    html! {
        li {
            details id={ "files-" (newest.at_id) } {
                summary {
                    span class={ "tag " (colour(newest.outcome)) } { (outcome(newest.outcome)) }
                    " " (what) " of project “" (project.unwrap_or_default()) "” " span.soft { (ago(newest.at)) }
                }
                ol.log { @for entry in entries { (item(app, signed_in, page, entry, view)) } }
            }
        }
    }
}

fn filters(app: &App, view: &View, filter: &Filter) -> Markup {
    html! {
        form.row method="get" data-quiet action={ (app.config.settings_url()) "#activity" } {
            label for="activity-kind" { "Type" }
            select id="activity-kind" name="kind" {
                option value="" { "All activity" }
                @for (code, kind, text) in KINDS {
                    option value=(code) selected[filter.kind == Some(kind)] { (text) }
                }
            }
            label for="activity-outcome" { "Result" }
            select id="activity-outcome" name="outcome" {
                option value="" { "Any result" }
                @for (code, outcome, text) in OUTCOMES {
                    option value=(code) selected[filter.outcome == Some(outcome)] { (text) }
                }
            }
            label for="activity-words" { "Contains" }
            input type="search" id="activity-words" name="words" maxlength="200" value=(view.field("words"));
            label for="activity-by" { "Person" }
            input type="search" id="activity-by" name="by" maxlength="200" placeholder="Email" value=(view.field("by"));
            label for="activity-from" { "From" }
            input type="date" id="activity-from" name="from" value=(view.field("from"));
            label for="activity-until" { "To" }
            input type="date" id="activity-until" name="until" value=(view.field("until"));
            button.quiet type="submit" { "Show" }
            a href=(view.csv(&app.config)) download="companycam-activity.csv" { "Download CSV" }
        }
    }
}

fn nothing(filter: &Filter, before: Option<&str>, more: bool) -> &'static str {
    if more {
        "Nothing like this recently. “Older” looks further back."
    } else if before.is_some() {
        "Nothing older. Entries are kept for 30 days."
    } else if *filter == Filter::default() {
        "Nothing has happened yet."
    } else {
        "Nothing like this in the last 30 days."
    }
}

fn item(app: &App, signed_in: &SignedIn, page: &Page, entry: &Entry, view: &View) -> Markup {
    // Where the job is gone, a link to it leads nowhere.
    let job = entry.job_id.as_ref().filter(|_| entry.offer.is_none());
    html! {
        li {
            div {
                span class={ "tag " (colour(entry.outcome)) } { (outcome(entry.outcome)) }
                " " (entry.text) " " span.soft { (ago(entry.at)) }
            }
            div.row {
                @if let Some(id) = &entry.project_id {
                    a href=(links::details(app, id)) aria-label={ "Details: " (entry.text) } { "Details" }
                    a href=(links::project(app, id)) { "Project in CompanyCam" }
                }
                @if let Some(id) = &entry.run { a href=(links::run(app, id)) { "Result" } }
                @if let Some(id) = &entry.photo_id { a href=(links::photo(app, id)) { "Photo in CompanyCam" } }
                @if let Some(id) = job { a href=(links::job(app, id)) { "Job in One Click" } }
                (offer(app, signed_in, page, entry, view))
            }
        }
    }
}

fn offer(app: &App, signed_in: &SignedIn, page: &Page, entry: &Entry, view: &View) -> Markup {
    let form = |path: &str, label: &str| {
        html! {
            form method="post" action=(action(app, path)) {
                (csrf(signed_in)) (view.hidden())
                input type="hidden" name="at_id" value=(entry.at_id);
                button.quiet type="submit" aria-label={ (label) ": " (entry.text) } { (label) }
            }
        }
    };
    if entry.offer == Some(Offer::BringBack) {
        let row = entry.project_id.as_ref().and_then(|id| page.project(id));
        return match row.map(|row| row.state) {
            Some(LinkState::JobDeleted) => form("bring-back", "Create new job"),
            Some(LinkState::Linked) => html! { span.soft { "Job re-created" } },
            _ => html! {},
        };
    }
    if entry.kind == Kind::Sync && entry.outcome == Outcome::Failed {
        let url = format!("{}#sync", app.config.settings_url());
        return html! { a href=(url) { "Press Sync to try again" } };
    }
    match entry.retry_target().map(|target| page.now(&target)) {
        Some(Now::Failed) => form("retry", "Retry"),
        Some(Now::Waits) => html! { span.soft { "Trying again" } },
        Some(Now::Well) => html! { span.soft { "Resolved" } },
        None => html! {},
    }
}

pub fn outcome(outcome: Outcome) -> &'static str {
    let known = OUTCOMES.iter().find(|(_, known, _)| *known == outcome);
    known.map_or("", |(.., text)| text)
}

fn colour(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created | Outcome::Updated | Outcome::Copied => "good",
        Outcome::Removed | Outcome::Skipped | Outcome::Other => "warn",
        Outcome::Failed => "bad",
    }
}
