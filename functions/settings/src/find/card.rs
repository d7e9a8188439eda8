//! *Find*: the question support is asked most (B25).

use maud::{Markup, html};
use model::file::FileId;
use runtime::App;
use web::SignedIn;

use crate::find::{Act, Answer, Found, Tone};
use crate::links;
use crate::parts::{action, csrf};
use crate::view::View;

/// The card; `found` if something was looked for.
pub fn card(app: &App, signed_in: &SignedIn, view: &View, found: Option<&Found>) -> Markup {
    html! {
        section.card aria-labelledby="find" {
            h2 #find { "Find a project, photo, or job" }
            form.row role="search" method="get" data-quiet action={ (app.config.settings_url()) "#find" } {
                label for="find-what" { "Search for" }
                input type="search" id="find-what" name="find" maxlength="300" aria-describedby="find-about"
                    value=(view.find().unwrap_or_default());
                button.quiet type="submit" { "Find" }
            }
            p.soft #find-about { "Search by customer, address, email, phone number, link, or ID." }
            @if let Some(found) = found {
                div role="status" data-say {
                    @if !found.answers.is_empty() {
                        ol.log { @for answer in &found.answers { (item(app, signed_in, view, answer)) } }
                    }
                    @if let Some(note) = &found.note { p { (note) } }
                }
            }
        }
    }
}

fn item(app: &App, signed_in: &SignedIn, view: &View, answer: &Answer) -> Markup {
    html! {
        li {
            div { strong { (answer.what) } " " span class={ "tag " (colour(answer.tone)) } { (answer.state) } }
            @if let Some(about) = &answer.about { div { small.soft { (about) } } }
            div { (answer.text) }
            div.row {
                @if let Some(id) = &answer.photo { a href=(links::photo(app, id)) { "Photo in CompanyCam" } }
                @if let Some(id) = &answer.project {
                    a href=(links::details(app, id)) aria-label={ "Details: " (answer.what) } { "Details" }
                    a href=(links::project(app, id)) { "Project in CompanyCam" }
                }
                @if let (Some(id), None) = (&answer.job, &answer.project) {
                    a href=(links::job_details(app, id)) aria-label={ "Details: " (answer.what) } { "Details" }
                }
                @if let Some(id) = &answer.job { a href=(links::job(app, id)) { "Job in One Click" } }
                @if let Some(act) = &answer.act { (offer(app, signed_in, view, answer, act)) }
            }
        }
    }
}

fn offer(app: &App, signed_in: &SignedIn, view: &View, answer: &Answer, act: &Act) -> Markup {
    let form = |path: &str, label: &str, name: &str, id: &str| {
        html! {
            form method="post" action=(action(app, path)) {
                (csrf(signed_in)) (view.hidden())
                input type="hidden" name=(name) value=(id);
                button.quiet type="submit" aria-label={ (label) ": " (answer.what) } { (label) }
            }
        }
    };
    let copy_again = |name: &str, id: &str| {
        html! {
            form method="post" action=(action(app, "retry")) {
                (csrf(signed_in)) (view.hidden())
                input type="hidden" name=(name) value=(id);
                input type="hidden" name="again" value="yes";
                button.quiet type="submit" aria-label={ "Copy it again: " (answer.what) } { "Copy it again" }
            }
        }
    };
    let go = |place: &str, label: &str| {
        html! { a href={ (app.config.settings_url()) "#" (place) } { (label) } }
    };
    match act {
        Act::RetryFile(FileId::Photo(id)) => form("retry", "Retry", "photo_id", id.as_str()),
        Act::RetryFile(FileId::Document(id)) => form("retry", "Retry", "document_id", id.as_str()),
        Act::CopyAgain(FileId::Photo(id)) => copy_again("photo_id", id.as_str()),
        Act::CopyAgain(FileId::Document(id)) => copy_again("document_id", id.as_str()),
        Act::RetryProject(id) => form("retry", "Retry", "project_id", id.as_str()),
        Act::RetryJob(id) => form("retry", "Retry", "job_id", id.as_str()),
        Act::BringBack(id) => form("bring-back", "Create new job", "project_id", id.as_str()),
        Act::Sync => go("sync", "Go to Sync"),
        Act::Users => go("users", "Go to Users"),
        Act::Preferences => go("preferences", "Go to Preferences"),
    }
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Warn => "warn",
        Tone::Bad => "bad",
        Tone::Plain => "soft",
    }
}
