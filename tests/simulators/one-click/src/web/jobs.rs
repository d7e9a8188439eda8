//! The list of jobs, and creating, editing, assigning and deleting them.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use simulator_kit::page::{count, table};

use super::job_form::{JobForm, Pairs};
use super::session::SignedIn;
use super::{Section, WebError, errors, page, time};
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::{Job, User};
use crate::world::jobs::Backdate;
use crate::world::{JobRecord, Organization};

/// As many jobs are on a page.
const PER_PAGE: usize = 50;

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    /// Whatever was typed; what is no number is the first.
    page: Option<String>,
}

/// A page of a list.
struct Part {
    /// From 1.
    number: usize,
    pages: usize,
    /// How many jobs come before it.
    before: usize,
    all: usize,
}

impl Part {
    /// The page asked for, or the last one where that is beyond it.
    fn of(all: usize, asked: Option<&str>) -> Self {
        let pages = all.div_ceil(PER_PAGE).max(1);
        let asked: usize = asked.and_then(|asked| asked.parse().ok()).unwrap_or(1);
        let number = asked.clamp(1, pages);
        Self {
            number,
            pages,
            before: (number - 1) * PER_PAGE,
            all,
        }
    }

    /// Where in the list one is, with the ways on.
    fn links(&self, search: &str) -> Markup {
        let address = |number: usize| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            if !search.is_empty() {
                query.append_pair("q", search);
            }
            query.append_pair("page", &number.to_string());
            format!("/jobs?{}", query.finish())
        };
        let last = (self.before + PER_PAGE).min(self.all);
        html! {
            @if self.pages > 1 {
                nav.row aria-label="Pages" {
                    @if self.number > 1 { a href=(address(self.number - 1)) rel="prev" { "Newer jobs" } }
                    span.muted { (self.before + 1) "–" (last) " of " (count(self.all, "job")) }
                    @if self.number < self.pages { a href=(address(self.number + 1)) rel="next" { "Older jobs" } }
                }
            }
        }
    }
}

pub(super) async fn list(
    State(app): State<Shared>,
    who: SignedIn,
    Query(search): Query<Search>,
) -> Result<Markup, WebError> {
    let content = app.read(|world| {
        let organization = world.organization(&who.organization_id)?;
        let mut jobs = organization.jobs_by_change(|job| found(job, &search.q));
        jobs.reverse();
        let part = Part::of(jobs.len(), search.page.as_deref());
        let shown = jobs.iter().skip(part.before).take(PER_PAGE);
        let rows = shown.map(|job| row(&app, organization, job));
        let columns = [
            "Customer",
            "Address",
            "Assigned to",
            "Photos",
            "CompanyCam project",
            "Changed",
        ];
        Ok::<_, ApiError>(html! {
            div.row.between.head {
                h1 { "Jobs" }
                a.button href="/jobs/new" { "New job" }
            }
            form.row.head method="get" action="/jobs" role="search" {
                label {
                    "Search by customer, job, address or project"
                    input type="search" name="q" value=(search.q);
                }
                button.quiet type="submit" { "Search" }
            }
            @if !jobs.is_empty() {
                div.card.flush { (table(columns, rows)) }
            } @else if search.q.trim().is_empty() {
                div.card.empty {
                    h2 { "No jobs yet" }
                    p.muted { "Make one here, or connect CompanyCam to bring in its projects." }
                }
            } @else {
                div.card.empty {
                    h2 { "No job found" }
                    p.muted { "Nothing has all the words of “" (search.q) "”." }
                    p { a href="/jobs" { "Show all jobs" } }
                }
            }
            (part.links(&search.q))
        })
    })?;
    Ok(page(&who, Section::Jobs, "Jobs", content))
}

fn row(app: &Shared, organization: &Organization, job: &Job) -> [Markup; 6] {
    [
        html! {
            a href={ "/jobs/" (job.id) } { (job.customer_name) }
            div.muted.small { (job.name) }
        },
        html! { (job.address.one_line()) },
        html! { (user_name(&organization.users, job.assigned_user_id.as_ref())) },
        html! { (organization.job(&job.id).map_or(0, JobRecord::photos)) },
        html! { @if let Some(project) = companycam_project(app, job) { (project) } },
        time(job.updated_at),
    ]
}

/// Whether a job has every word of a search somewhere.
fn found(job: &Job, search: &str) -> bool {
    let email = job.email.as_deref().unwrap_or_default();
    let address = job.address.one_line();
    let metadata: Vec<&str> = job.metadata.values().map(String::as_str).collect();
    let metadata = metadata.join("\n");
    let text = format!(
        "{}\n{}\n{email}\n{address}\n{metadata}",
        job.customer_name, job.name
    );
    let text = text.to_lowercase();
    search
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

/// A user's name, for people.
pub(super) fn user_name(users: &[User], id: Option<&String>) -> String {
    id.map_or_else(
        || "Nobody".to_owned(),
        |id| {
            let user = users.iter().find(|user| user.id == *id);
            user.map_or_else(|| "A former user".to_owned(), |user| user.name.clone())
        },
    )
}

/// The id of the job's project in CompanyCam, a link if that one's address is known.
pub(super) fn companycam_project(app: &Shared, job: &Job) -> Option<Markup> {
    let project = job.metadata.get("cc_project_id")?;
    let digits = project.bytes().all(|byte| byte.is_ascii_digit());
    Some(html! {
        @match &app.companycam_url {
            Some(url) if digits => a href={ (url) "/projects/" (project) } { (project) },
            _ => (project),
        }
    })
}

pub(super) async fn show_new(State(app): State<Shared>, who: SignedIn) -> Result<Markup, WebError> {
    form_page(&app, &who, &JobForm::blank(), None, &[])
}

pub(super) async fn show_edit(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
) -> Result<Markup, WebError> {
    let form = app.read(|world| {
        let organization = world.organization(&who.organization_id)?;
        Ok::<_, ApiError>(JobForm::of(&organization.job(&job)?.job))
    })?;
    form_page(&app, &who, &form, Some(&job), &[])
}

fn form_page(
    app: &Shared,
    who: &SignedIn,
    form: &JobForm,
    job: Option<&str>,
    complaints: &[String],
) -> Result<Markup, WebError> {
    let title = if job.is_some() { "Edit job" } else { "New job" };
    let action = job.map_or_else(|| "/jobs".to_owned(), |job| format!("/jobs/{job}"));
    let content = app.read(|world| {
        let organization = world.organization(&who.organization_id)?;
        Ok::<_, ApiError>(html! {
            p.back {
                @match job {
                    Some(job) => a href={ "/jobs/" (job) } { "← Back to the job" },
                    None => a href="/jobs" { "← Jobs" },
                }
            }
            h1 { (title) }
            (errors(&JobForm::in_words(complaints)))
            (form.render(&action, &organization.users, complaints))
        })
    })?;
    Ok(page(who, Section::Jobs, title, content))
}

pub(super) async fn create(
    State(app): State<Shared>,
    who: SignedIn,
    Form(pairs): Form<Pairs>,
) -> Result<Response, WebError> {
    let form = JobForm::read(pairs);
    let mut fields = form.fields();
    fields["created_by_user_id"] = json!(who.user.id);
    let body = json!({ "job": fields });
    let made =
        app.change(|world| world.enter_job(&who.organization_id, &body, Backdate::default()));
    match made {
        Ok(job) => {
            let path = format!("/jobs/{}", job.id);
            Ok(who.done(&app, "Job created", &path).into_response())
        }
        Err(error) => refuse(&app, &who, &form, None, error),
    }
}

pub(super) async fn update(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, WebError> {
    let form = JobForm::read(pairs);
    let body = json!({ "job": form.fields() });
    let changed =
        app.change(|world| world.edit_job(&who.organization_id, &job, &body, Backdate::default()));
    match changed {
        Ok(_) => {
            let path = format!("/jobs/{job}");
            Ok(who.done(&app, "Job saved", &path).into_response())
        }
        Err(error) => refuse(&app, &who, &form, Some(&job), error),
    }
}

/// Shows the form again with what is wrong with it.
fn refuse(
    app: &Shared,
    who: &SignedIn,
    form: &JobForm,
    job: Option<&str>,
    error: ApiError,
) -> Result<Response, WebError> {
    let ApiError::Invalid(complaints) = error else {
        return Err(error.into());
    };
    let page = form_page(app, who, form, job, &complaints)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Deserialize)]
pub(super) struct Assignment {
    assigned_user_id: String,
}

pub(super) async fn assign(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
    Form(form): Form<Assignment>,
) -> Result<Redirect, WebError> {
    let assignee = (!form.assigned_user_id.is_empty()).then_some(form.assigned_user_id);
    let body = json!({ "job": { "assigned_user_id": assignee } });
    app.change(|world| world.edit_job(&who.organization_id, &job, &body, Backdate::default()))?;
    Ok(who.done(&app, "Job reassigned", &format!("/jobs/{job}")))
}

pub(super) async fn delete(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
) -> Result<Redirect, WebError> {
    app.change(|world| world.delete_job(&who.organization_id, &job))?;
    Ok(who.done(&app, "Job deleted", "/jobs"))
}
