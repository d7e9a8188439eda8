//! What a run made of each project.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::sync::undo::can_be_undone;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use companycam::ids::ProjectId;
use decide::counted;
use decide::fields::customer_name;
use http::StatusCode;
use maud::{Markup, html};
use model::organization::Organization;
use model::preview::PreviewRow;
use model::project::{Came, ProjectRow, SkipReason};
use model::sync_run::{RunResult, SyncRun, Window};
use runtime::App;
use serde::Deserialize;
use web::{ErrorPage, SignedIn, sign_in};

use crate::find::{project_state, why_skipped};
use crate::links;
use crate::parts::{action, ago, csrf, time};
use crate::posted::organization;
use crate::subject::Came as Notices;

/// So many of each outcome are shown at once.
const SHOWN: usize = 100;
/// So many rows are read at first, and by how much that grows from read to read: most may be of other runs.
const ROWS_AT_FIRST: i32 = 200;
const GROWTH: i32 = 4;

/// Which part of the lists is asked for; by default the beginning of each.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The name of an outcome: only of this.
    only: String,
    /// Behind the project of this id.
    after: String,
}

impl Part {
    fn only(&self) -> Option<Came> {
        let mut outcomes = OUTCOMES.iter().map(|(outcome, ..)| *outcome);
        outcomes.find(|outcome| outcome.name() == self.only)
    }
}

/// The outcomes in their order, and what they are called.
const OUTCOMES: [(Came, &str, &str); 7] = [
    (Came::Failed, "Failed", "Failed"),
    (Came::Made, "Jobs created", "Jobs that would be created"),
    (Came::Kept, "Jobs created and kept when this was undone", ""),
    (
        Came::Linked,
        "Linked to existing jobs",
        "Would be linked to existing jobs",
    ),
    (
        Came::Duplicate,
        "Possible duplicates",
        "Possible duplicates",
    ),
    (Came::Updated, "Jobs updated", "Jobs that would be updated"),
    (Came::Skipped, "Skipped", "Would be skipped"),
];

/// `GET /companycam/settings/runs/{run_id}`
pub async fn run(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(came): Query<Notices>,
    Query(part): Query<Part>,
    headers: HeaderMap,
) -> Response {
    show(&app, &id, (&came, &part), &headers)
        .await
        .unwrap_or_else(|problem| {
            problem
                .with_default_action("Back to the settings", app.config.settings_url())
                .into_page(&app.config)
        })
}

/// The run of that id: the current or last one, or one that was recorded.
pub async fn known(app: &App, organization: &Organization, id: &str) -> Result<SyncRun, ErrorPage> {
    let unknown = || {
        let text =
            "This sync is not known here, or ended more than 90 days ago. Nothing was changed.";
        ErrorPage::new(StatusCode::NOT_FOUND, "No such sync", text)
    };
    // Ids are ours; whatever else is asked for is none.
    if uuid::Uuid::try_parse(id).is_err() {
        return Err(unknown());
    }
    let recorded = app.store.recorded_run(&organization.org_id, id).await?;
    let last = organization.sync.clone().filter(|run| run.id == id);
    recorded.or(last).ok_or_else(unknown)
}

async fn show(
    app: &App,
    id: &str,
    (came, part): (&Notices, &Part),
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let organization = organization(app, &signed_in).await?;
    let run = known(app, &organization, id).await?;
    let lines = lines(app, &organization, &run, part).await?;
    let of_outcome = |wanted: Came| lines.iter().filter(move |line| line.came == wanted);
    let body = html! {
        (came.said())
        p { a href=(app.config.settings_url()) { "Back to the settings" } }
        (summary(app, &signed_in, &run))
        @for (outcome, done, would) in OUTCOMES {
            @let title = if run.preview { would } else { done };
            (list(app, &run, (outcome, title), &of_outcome(outcome).collect::<Vec<_>>(), part))
        }
    };
    Ok(web::page::frame(&app.config, "Sync result", &body))
}

/// One of the run's projects.
struct Line {
    id: ProjectId,
    name: String,
    came: Came,
    /// Why it was, or would be, skipped.
    why: Option<String>,
}

/// The projects that the run looked at, or, of a preview, would do something about: one more of each outcome
/// than is shown, if there are so many.
async fn lines(
    app: &App,
    organization: &Organization,
    run: &SyncRun,
    part: &Part,
) -> Result<Vec<Line>, ErrorPage> {
    let (only, behind) = (part.only(), ProjectId::parse(&part.after).ok());
    let wanted = |outcome: Came| only.is_none_or(|only| only == outcome);
    let mut found: BTreeMap<Came, Vec<Line>> = BTreeMap::new();
    let mut after = only.and(behind);
    let mut most = ROWS_AT_FIRST;
    loop {
        let place = (after.as_ref(), most);
        let (some, next) = if run.preview {
            previewed(app, organization, run, place).await?
        } else {
            looked_at(app, organization, run, place).await?
        };
        most = most.saturating_mul(GROWTH);
        for line in some.into_iter().filter(|line| wanted(line.came)) {
            let of_outcome = found.entry(line.came).or_default();
            if of_outcome.len() <= SHOWN {
                of_outcome.push(line);
            }
        }
        let has_all = |outcome: Came| {
            let there = found.get(&outcome).map_or(0, Vec::len);
            there > SHOWN || (only.is_none() && counted_of(run, outcome) == Some(there))
        };
        let mut outcomes = OUTCOMES.iter().map(|(outcome, ..)| *outcome);
        after = next;
        if after.is_none() || outcomes.all(|outcome| !wanted(outcome) || has_all(outcome)) {
            return Ok(found.into_values().flatten().collect());
        }
    }
}

/// How many projects the run made that of; `None`: nobody knows until all are read.
fn counted_of(run: &SyncRun, outcome: Came) -> Option<usize> {
    let done = run.finished_at.is_some() && run.undo.is_none();
    let result = run.result.as_ref().filter(|_| done)?;
    let count = match outcome {
        Came::Made => result.made,
        Came::Linked => result.linked,
        Came::Updated => result.updated,
        Came::Failed => result.failed,
        Came::Duplicate => result.duplicates,
        Came::Skipped => result.skipped.values().sum(),
        Came::Kept | Came::Unchanged => 0,
    };
    usize::try_from(count).ok()
}

type Lines = (Vec<Line>, Option<ProjectId>);

async fn previewed(
    app: &App,
    organization: &Organization,
    run: &SyncRun,
    place: (Option<&ProjectId>, i32),
) -> Result<Lines, ErrorPage> {
    let now = app.clock.now_s();
    let page = app
        .store
        .previews_of_note(&organization.org_id, &run.id, place);
    let (rows, next) = page.await?;
    let line = |row: PreviewRow| {
        let created_at = row.fields.created_at;
        Some(Line {
            name: customer_name(&row.project_id, &row.fields),
            why: row
                .reason
                .map(|reason| why_skipped(reason, created_at, now)),
            came: row.came?,
            id: row.project_id,
        })
    };
    Ok((rows.into_iter().filter_map(line).collect(), next))
}

async fn looked_at(
    app: &App,
    organization: &Organization,
    run: &SyncRun,
    place: (Option<&ProjectId>, i32),
) -> Result<Lines, ErrorPage> {
    let now = app.clock.now_s();
    let page = app
        .store
        .projects_of_run(&organization.org_id, &run.id, place);
    let (rows, next) = page.await?;
    let line = |row: ProjectRow| {
        let came = row.came_by(&run.id)?;
        let fields = row.wanted.as_ref().or(row.seen.as_ref());
        let name = fields.map(|fields| customer_name(&row.project_id, fields));
        Some(Line {
            name: name.unwrap_or_else(|| row.project_id.to_string()),
            why: (came == Came::Skipped).then(|| project_state(&row, organization, now).text),
            came,
            id: row.project_id,
        })
    };
    Ok((rows.into_iter().filter_map(line).collect(), next))
}

fn summary(app: &App, signed_in: &SignedIn, run: &SyncRun) -> Markup {
    let window = match run.window {
        Window::All => "all projects".to_owned(),
        Window::Days(days) => format!("projects updated in the last {days} days"),
    };
    let result = run.result.clone().unwrap_or_default();
    let title = if run.preview {
        "Preview of "
    } else {
        "Sync of "
    };
    html! {
        section.card aria-labelledby="run" data-status-url=[run.is_running().then(|| action(app, "status"))]
            data-state=[run.is_running().then_some("syncing")] data-down="" {
            h1 #run { (title) (window) }
            @if run.preview { p { "This only looked. Nothing was created, linked, copied or changed." } }
            dl.facts {
                dt { "Started" } dd {
                    (time(run.started_at))
                    @if let Some(by) = &run.by { " by " (by) } @else { " by connecting" }
                }
                dt { "Finished" } dd {
                    @match run.finished_at { Some(at) => (time(at)), None => "still running" }
                    @if let Some(reason) = &run.failed { ", before it was through: " (reason) }
                }
                @if run.finished_at.is_some() && run.failed.is_none() {
                    dt { (if run.preview { "New jobs" } else { "Jobs created" }) } dd { (result.made) }
                    dt { "Linked to existing jobs" } dd { (result.linked) }
                    @if run.preview {
                        dt { "Possible duplicates" } dd { (result.duplicates) }
                        dt { "Photos" } dd { (run.photos_total) }
                        dt { "Time needed" } dd { "about " (counted(minutes(run, &result), "minute")) }
                    }
                    dt { "Jobs updated" } dd { (result.updated) }
                    dt { "Skipped" } dd { (skipped(&result.skipped)) }
                    dt { "Failed" } dd { (result.failed) }
                }
                dt { "Checked" } dd { (counted(run.projects_total, "project")) ", " (counted(run.photos_total, "photo")) }
            }
            @if run.preview { (start(app, signed_in, run)) } @else { (undo(app, signed_in, run)) }
        }
    }
}

/// How long the import takes, about: photos are most of it, and new jobs take a few requests each.
fn minutes(run: &SyncRun, result: &RunResult) -> i64 {
    1 + run.photos_total / 300 + (result.made + result.linked) / 120
}

/// What the preview leads to.
fn start(app: &App, signed_in: &SignedIn, run: &SyncRun) -> Markup {
    if run.is_running() {
        return html! { p { "The preview is still running. Reload this page in a moment." } };
    }
    let window = match run.window {
        Window::All => "all".to_owned(),
        Window::Days(days) => days.to_string(),
    };
    html! {
        form method="post" action=(action(app, "sync")) data-plain {
            (csrf(signed_in))
            input type="hidden" name="since_days" value=(window);
            button type="submit" { "Start the import" }
        }
    }
}

fn skipped(reasons: &std::collections::BTreeMap<String, i64>) -> String {
    let total: i64 = reasons.values().sum();
    if total == 0 {
        return "0".to_owned();
    }
    let named: Vec<_> = reasons
        .iter()
        .map(|(reason, count)| format!("{count} {}", reason_text(reason)))
        .collect();
    format!("{total} ({})", named.join(", "))
}

/// A reason's name, as people read it.
fn reason_text(name: &str) -> &str {
    let known = [
        (SkipReason::Deleted, "deleted in CompanyCam"),
        (SkipReason::Archived, "archived"),
        (SkipReason::ImportOff, "while creating jobs is off"),
        (SkipReason::NoMatchedUser, "without a matched user"),
        (SkipReason::WaitsForImporter, "waiting for another system"),
        (SkipReason::PossibleDuplicate, "possible duplicates"),
        (SkipReason::Watching, "compared only"),
        (SkipReason::Unlinked, "unlinked by hand"),
        (SkipReason::Undone, "undone"),
    ];
    let found = known.iter().find(|(reason, _)| reason.name() == name);
    found.map_or("for another reason", |(_, text)| text)
}

fn undo(app: &App, signed_in: &SignedIn, run: &SyncRun) -> Markup {
    if let Some(undo) = &run.undo {
        return html! {
            p {
                @match undo.finished_at {
                    Some(at) => {
                        (undo.by) " undid this sync " (ago(at)) ": " (counted(undo.removed, "job")) " removed, "
                        (counted(undo.unlinked, "project")) " unlinked, " (counted(undo.kept, "job"))
                        " kept because someone has worked on them."
                        @if undo.failed > 0 { " " (counted(undo.failed, "project")) " couldn’t be undone." }
                    },
                    None => { (undo.by) " is undoing this sync. Reload this page to see how far it is." },
                }
            }
        };
    }
    if !can_be_undone(run, app.clock.now_s()) {
        return html! {};
    }
    html! {
        details {
            summary { "Undo this sync" }
            ul {
                li { "Jobs it created are removed, unless someone has worked on them. One Click keeps removed jobs for 30 days." }
                li { "Photos it copied to jobs that were there before are removed, and those jobs are unlinked. Blank fields it filled stay filled." }
                li { "The projects come back only by hand or with another sync." }
            }
            form method="post" action=(action(app, &format!("runs/{}/undo", run.id))) data-plain {
                (csrf(signed_in))
                button.danger type="submit" { "Undo it" }
            }
        }
    }
}

/// One outcome's projects; `lines`: one more than is shown, if there are more.
fn list(
    app: &App,
    run: &SyncRun,
    (outcome, title): (Came, &str),
    lines: &[&Line],
    part: &Part,
) -> Markup {
    let shown = &lines[..lines.len().min(SHOWN)];
    let Some(last) = shown.last() else {
        return html! {};
    };
    let counted = counted_of(run, outcome).filter(|_| part.only().is_none());
    let count = counted.unwrap_or_default().max(shown.len());
    let more = lines.len() > shown.len();
    html! {
        section.card {
            details open[outcome == Came::Failed || part.only().is_some()] {
                summary { (title) " (" (count) @if more && counted.is_none() { " and more" } ")" }
                ul {
                    @for line in shown {
                        li {
                            a href=(links::details(app, &line.id)) { (line.name) }
                            @if let Some(why) = &line.why { small { " " (why) } }
                        }
                    }
                }
                @if more {
                    p { a href={ (links::run(app, &run.id)) "?only=" (outcome.name()) "&after=" (last.id) } {
                        "More: " (title.to_lowercase())
                    } }
                }
            }
        }
    }
}
