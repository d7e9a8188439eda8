//! *Needs attention*, first on the tab: a line for each thing, with what mends it.

use ::sync::attention::{Item, can_retry, count};
use decide::fields::customer_name;
use maud::{Markup, html};
use model::attention::Subject;
use model::file::FileId;
use model::organization::{ConnectionState, Organization};
use runtime::App;
use web::SignedIn;

use crate::links;
use crate::parts::{action, csrf, time};

/// So many are shown; the others follow when these are done.
const SHOWN: usize = 25;

/// The card; an organization that an administrator disconnected needs nothing.
pub fn card(
    app: &App,
    signed_in: &SignedIn,
    organization: &Organization,
    items: &[Item],
) -> Markup {
    if organization.state == ConnectionState::Disconnected {
        return html! {};
    }
    let total = count(organization, items);
    let retried = items.iter().filter(|item| can_retry(item)).count();
    html! {
        section.card #attention-card aria-labelledby="attention" {
            h2 #attention { "Needs attention" @if total > 0 { " (" (total) ")" } }
            @if total == 0 {
                p.soft { "Nothing needs your attention." }
            } @else {
                ol.log {
                    @if organization.state == ConnectionState::NeedsReconnecting {
                        li {
                            div { "The connection to CompanyCam stopped working. Nothing is syncing until somebody reconnects." }
                            div.row { a.button href={ (app.config.public_url) "/companycam/connect" } { "Reconnect" } }
                        }
                    } @else if organization.lost_sight.is_some() {
                        li {
                            div { "Many projects or photos are no longer visible in CompanyCam." }
                            div.row { a href="#lost-sight" { "Say whether they are gone" } }
                        }
                    }
                    @for item in items.iter().take(SHOWN) { (line(app, signed_in, item)) }
                }
                @if items.len() > SHOWN {
                    p.soft { "And " (items.len() - SHOWN) " more, shown when these are done." }
                }
                @if retried > 1 && organization.state == ConnectionState::Connected {
                    form method="post" action=(action(app, "attention/retry_all")) {
                        (csrf(signed_in))
                        button.quiet type="submit" { "Retry all" }
                    }
                }
            }
        }
    }
}

fn line(app: &App, signed_in: &SignedIn, item: &Item) -> Markup {
    let text = text(item);
    let id = item.matter.subject.id();
    let form = |verb: &str, label: &str| {
        html! {
            form method="post" action=(action(app, &format!("attention/{id}/{verb}"))) {
                (csrf(signed_in))
                button.quiet type="submit" aria-label={ (label) ": " (text) } { (label) }
            }
        }
    };
    html! {
        li {
            div { (text) " " span.soft { "Since " (time(item.matter.since)) } }
            div.row {
                @if let Some(row) = &item.project {
                    a href=(links::project(app, &row.project_id)) { "Project in CompanyCam" }
                    @if let Some(job) = &row.job_id { a href=(links::job(app, job)) { "Job in One Click" } }
                }
                @if let Subject::Job { job_id } | Subject::Assignment { job_id } = &item.matter.subject {
                    a href=(links::job(app, job_id)) { "Job in One Click" }
                }
                @if let Subject::Match { user_id } = &item.matter.subject {
                    a.button.quiet href=(action(app, &format!("users/{user_id}"))) data-dialog { "Choose a user" }
                }
                (question(app, signed_in, item))
                @if can_retry(item) { (form("retry", "Retry")) }
                (form("dismiss", "Dismiss"))
            }
        }
    }
}

/// Whether a project is one of the jobs at its address.
fn question(app: &App, signed_in: &SignedIn, item: &Item) -> Markup {
    let (Subject::Duplicate { project_id }, Some(row)) = (&item.matter.subject, &item.project)
    else {
        return html! {};
    };
    let jobs = row.duplicate.iter().flat_map(|duplicate| &duplicate.jobs);
    let address = action(app, &format!("duplicates/{project_id}"));
    html! {
        @for job in jobs {
            a href=(links::job(app, job)) { "Job " (job) }
            form method="post" action=(address) {
                (csrf(signed_in))
                input type="hidden" name="answer" value="same";
                input type="hidden" name="job_id" value=(job);
                button.quiet type="submit" { "Same as job " (job) }
            }
        }
        form method="post" action=(address) {
            (csrf(signed_in))
            input type="hidden" name="answer" value="another";
            button.quiet type="submit" aria-label={ "Different customer: " (item.matter.text) } { "Different customer" }
        }
    }
}

/// What it is, in a sentence.
fn text(item: &Item) -> String {
    let Some(first) = item.files.first() else {
        return item.matter.text.clone();
    };
    let photos = item
        .files
        .iter()
        .filter(|row| matches!(row.id, FileId::Photo(_)));
    let photos = photos.count();
    let documents = item.files.len() - photos;
    let some = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    let counts = [some(photos, "photo"), some(documents, "document")];
    let counts: Vec<_> = counts.into_iter().flatten().collect();
    let project = item.project.as_ref().and_then(|row| {
        let fields = row.wanted.as_ref().or(row.seen.as_ref())?;
        Some(format!(
            " of project “{}”",
            customer_name(&row.project_id, fields)
        ))
    });
    let (verb, reason) = match &first.failed {
        Some(reason) => ("couldn’t be copied", reason.as_str()),
        None => (
            "changed or disappeared in One Click",
            "somebody edited or deleted the copy there",
        ),
    };
    format!(
        "{}{} {verb}: {reason}.",
        counts.join(" and "),
        project.unwrap_or_default()
    )
}
