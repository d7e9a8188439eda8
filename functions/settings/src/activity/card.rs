//! The activity log (B25): what happened, newest first, with what can be done about it.

use std::collections::BTreeMap;

use companycam::ids::ProjectId;
use maud::{Markup, html};
use model::file::{FileId, FileRow};
use model::job::JobRow;
use model::project::{LinkState, ProjectRow};
use model::retry::RetryTarget;
use one_click::{JobId, OrgId};
use runtime::App;
use store::activity::{Entries, Entry, Filter, Kind, Offer, Outcome};
use web::{ErrorPage, SignedIn};

use crate::links;
use crate::parts::{action, csrf, time};
use crate::view::{KINDS, OUTCOMES, View};

/// How many entries a page has.
const PER_PAGE: usize = 25;

/// A page of the log, and how what it is about stands now.
#[derive(Debug)]
pub struct Page {
    entries: Entries,
    files: BTreeMap<FileId, FileRow>,
    projects: BTreeMap<ProjectId, ProjectRow>,
    jobs: BTreeMap<JobId, JobRow>,
}

impl Page {
    /// Reads it: of the rows only those where something may be offered.
    pub async fn read(app: &App, org: &OrgId, view: &View) -> Result<Self, ErrorPage> {
        let store = &app.store;
        let entries = store
            .activity_page(org, &view.filter(), view.before(), PER_PAGE)
            .await?;
        let (mut files, mut projects, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &entries.entries {
            match entry.retry_target() {
                Some(RetryTarget::Photo { photo_id }) => files.push(FileId::Photo(photo_id)),
                Some(RetryTarget::Document { document_id, .. }) => {
                    files.push(FileId::Document(document_id));
                }
                Some(RetryTarget::Project { project_id }) => projects.push(project_id),
                Some(RetryTarget::Job { job_id } | RetryTarget::Reassigning { job_id, .. }) => {
                    jobs.push(job_id);
                }
                Some(RetryTarget::Again { file, .. }) => files.push(file),
                Some(
                    RetryTarget::ProjectPhotos { .. }
                    | RetryTarget::ProjectDocuments { .. }
                    | RetryTarget::Other,
                )
                | None => {}
            }
            if entry.offer == Some(Offer::BringBack) {
                projects.extend(entry.project_id.clone());
            }
        }
        let (files, projects, jobs) = futures::try_join!(
            store.files(org, files),
            store.projects(org, &projects),
            store.jobs(org, &jobs),
        )?;
        let files = files.into_iter().map(|row| (row.id.clone(), row));
        let projects = projects
            .into_iter()
            .map(|row| (row.project_id.clone(), row));
        let jobs = jobs.into_iter().map(|row| (row.job_id.clone(), row));
        Ok(Self {
            entries,
            files: files.collect(),
            projects: projects.collect(),
            jobs: jobs.collect(),
        })
    }

    /// How what failed stands by now.
    fn now(&self, target: &RetryTarget) -> Now {
        match target {
            RetryTarget::Photo { photo_id } => self.file_now(&photo_id.into()),
            RetryTarget::Document { document_id, .. } => self.file_now(&document_id.into()),
            RetryTarget::Again { file, .. } => match self.files.get(file) {
                Some(row) if row.named_gone => Now::Failed,
                Some(row) if row.is_pending() => Now::Waits,
                Some(row) if row.is_current() => Now::Well,
                _ => Now::Failed,
            },
            RetryTarget::Project { project_id } => match self.projects.get(project_id) {
                Some(row) if row.set_aside.is_some() => Now::Failed,
                Some(row) if row.wanted.is_some() => Now::Waits,
                Some(row) if row.state != LinkState::Unseen => Now::Well,
                _ => Now::Failed,
            },
            RetryTarget::Job { job_id } if self.jobs.contains_key(job_id) => Now::Well,
            RetryTarget::Reassigning { job_id, .. } => match self.jobs.get(job_id) {
                Some(row) if row.reassigning => Now::Waits,
                Some(row) if row.assignee.iter().all(|user| row.applied.contains(user)) => {
                    Now::Well
                }
                _ => Now::Failed,
            },
            // Of a list of photos or documents nothing is kept.
            RetryTarget::ProjectPhotos { .. }
            | RetryTarget::ProjectDocuments { .. }
            | RetryTarget::Job { .. }
            | RetryTarget::Other => Now::Failed,
        }
    }

    fn file_now(&self, file: &FileId) -> Now {
        match self.files.get(file) {
            Some(row) if row.failed.is_some() => Now::Failed,
            Some(row) if row.is_current() => Now::Well,
            Some(row) if row.is_pending() || row.is_refused() => Now::Waits,
            _ => Now::Failed,
        }
    }
}

/// How something that failed stands by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Now {
    /// As before, as far as can be told.
    Failed,
    /// Its turn comes.
    Waits,
    /// As it should be.
    Well,
}

/// The card.
pub fn card(app: &App, signed_in: &SignedIn, page: &Page, view: &View) -> Markup {
    // The two cards are apart: whoever pages through the log is not looking for something.
    let view = &view.without_find();
    let filter = view.filter();
    let entries = &page.entries.entries;
    html! {
        section.card aria-labelledby="activity" {
            h2 #activity { "Activity" }
            (filters(app, view, &filter))
            @if entries.is_empty() {
                p.soft data-say { (nothing(&filter, view.before(), page.entries.older.is_some())) }
            } @else {
                p.visually-hidden data-say { (count(entries.len())) }
                ol.log { @for entry in entries { (item(app, signed_in, page, entry, view)) } }
            }
            nav.row aria-label="Pages of the activity" {
                @if view.before().is_some() {
                    a href=(view.older_than(None).place(app)) data-quiet { "Newest" }
                }
                @if let Some(older) = &page.entries.older {
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
                p.soft { "Nothing in the last 30 days." }
            } @else {
                ol.log {
                    @for entry in &page.entries {
                        li {
                            span class={ "tag " (colour(entry.outcome)) } { (outcome(entry.outcome)) }
                            " " (entry.text) " " span.soft { (time(entry.at)) }
                            @if let Some(id) = &entry.photo_id { " " a href=(links::photo(app, id)) { "Photo in CompanyCam" } }
                        }
                    }
                }
                @if page.older.is_some() { p.soft { "There is more in the activity." } }
            }
        }
    }
}

fn count(entries: usize) -> String {
    match entries {
        1 => "1 entry".to_owned(),
        _ => format!("{entries} entries"),
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
                " " (entry.text) " " span.soft { (time(entry.at)) }
            }
            div.row {
                @if let Some(id) = &entry.project_id {
                    a href=(links::details(app, id)) aria-label={ "Details: " (entry.text) } { "Details" }
                    a href=(links::project(app, id)) { "Project in CompanyCam" }
                }
                @if let Some(id) = &entry.run { a href=(action(app, &format!("runs/{id}"))) { "Result" } }
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
        let row = entry
            .project_id
            .as_ref()
            .and_then(|id| page.projects.get(id));
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
