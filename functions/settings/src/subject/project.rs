//! The page of a project.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use companycam::ids::ProjectId;
use decide::fields::{customer_name, project_fields};
use http::StatusCode;
use maud::{Markup, html};
use model::file::FileId;
use model::organization::Organization;
use model::project::{ProjectFields, ProjectRow};
use runtime::App;
use serde::Deserialize;
use web::{ErrorPage, SignedIn, sign_in};

use super::files::{FileState, Line};
use super::lines::on_job;
use super::read::{InOneClick, Read, Unreachable, read};
use crate::activity::card::history;
use crate::find::{Answer, Tone, project_state};
use crate::links;
use crate::notice::Notice;
use crate::parts::{action, csrf};
use crate::posted::organization;

/// What a form that was sent from the page came to.
#[derive(Debug, Default, Deserialize)]
pub struct Came {
    notice: Option<String>,
}

impl Came {
    pub fn said(&self) -> Markup {
        let notice = self.notice.as_deref().and_then(Notice::parse);
        html! { @if let Some(notice) = notice { p.notice role="status" { (notice.text()) } } }
    }
}

/// `GET /companycam/settings/projects/{project_id}`
pub async fn project(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(came): Query<Came>,
    headers: HeaderMap,
) -> Response {
    show(&app, &id, &came, &headers)
        .await
        .unwrap_or_else(|problem| {
            problem
                .with_default_action("Back to the settings", app.config.settings_url())
                .into_page(&app.config)
        })
}

async fn show(
    app: &App,
    id: &str,
    came: &Came,
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let organization = organization(app, &signed_in).await?;
    let id = ProjectId::parse(id).map_err(|_| unknown())?;
    let read = read(app, &organization, &id).await?;
    if read.row.is_none() && !matches!(read.companycam, Ok(Some(_))) {
        return Err(match read.companycam {
            Err(Unreachable) => silent(),
            Ok(_) => unknown(),
        });
    }
    let fields = fields(&read);
    let title = fields.as_ref().map_or_else(
        || format!("Project {id}"),
        |fields| customer_name(&id, fields),
    );
    let page = Page {
        app,
        signed_in: &signed_in,
        organization: &organization,
        id: &id,
        read: &read,
    };
    let body = html! {
        (came.said())
        p { a href=(app.config.settings_url()) { "Back to the settings" } }
        (page.summary(&title, fields.as_ref()))
        (page.photos())
        (page.documents())
        (page.links())
        (history(app, &read.history))
    };
    Ok(web::page::frame_showing(
        &app.config,
        &app.config.photo_hosts,
        &title,
        &body,
    ))
}

/// Neither is kept, nor can it be asked for.
pub fn silent() -> ErrorPage {
    let cause = "a side that would know does not answer";
    ErrorPage::unavailable(&runtime::WorkError::transient(cause))
}

fn unknown() -> ErrorPage {
    let text = "CompanyCam shows no such project to the connected account. It may be mistyped, deleted, or another company’s.";
    ErrorPage::new(StatusCode::NOT_FOUND, "No such project", text)
}

/// The project as CompanyCam says it is; if that can't be asked, as it was last seen.
fn fields(read: &Read) -> Option<ProjectFields> {
    if let Ok(Some(now)) = &read.companycam {
        return Some(project_fields(&now.project));
    }
    let row = read.row.as_ref()?;
    row.wanted.clone().or_else(|| row.seen.clone())
}

/// What the page is made of.
pub struct Page<'a> {
    pub app: &'a App,
    pub signed_in: &'a SignedIn,
    pub organization: &'a Organization,
    pub id: &'a ProjectId,
    pub read: &'a Read,
}

impl Page<'_> {
    fn row(&self) -> Option<&ProjectRow> {
        self.read.row.as_ref()
    }

    fn in_one_click(&self) -> Option<&InOneClick> {
        self.read.one_click.as_ref().ok()?.as_ref()
    }

    /// A form without fields that does something to the project.
    fn button(&self, verb: &str, label: &str) -> Markup {
        let address = action(self.app, &format!("projects/{}/{verb}", self.id));
        html! {
            form method="post" action=(address) data-plain {
                (csrf(self.signed_in))
                button.quiet type="submit" { (label) }
            }
        }
    }

    pub fn summary(&self, title: &str, fields: Option<&ProjectFields>) -> Markup {
        let job = self.row().and_then(|row| row.job_id.as_ref());
        let state = self.state();
        html! {
            section.card aria-labelledby="project" {
                h1 #project { (title) }
                p { span class={ "tag " (colour(state.tone)) } { (state.state) } " " (state.text) }
                @if self.read.companycam.is_err() {
                    p.soft { "CompanyCam couldn’t be asked just now. This is what it last said." }
                }
                @if self.read.is_linked() && self.read.one_click.is_err() {
                    p.soft { "One Click couldn’t be asked just now. This is what it last said." }
                }
                dl.facts {
                    @if let Some(fields) = fields {
                        dt { "Address" } dd { (address(fields)) }
                        dt { "Contact" } dd { (contact(fields)) }
                    }
                    dt { "CompanyCam project" } dd { a href=(links::project(self.app, self.id)) { (self.id) } }
                    @if let Some(job) = job {
                        dt { "One Click job" } dd {
                            a href=(links::job(self.app, job)) {
                                @match self.in_one_click() {
                                    Some(there) => { (there.job.customer_name) " – " (there.job.name) },
                                    None => (job.to_string()),
                                }
                            }
                        }
                    }
                }
                div.row {
                    @if !self.read.is_linked() { (self.button("create_job", "Create the job now")) }
                }
            }
        }
    }

    /// How it stands; what One Click says of its job now counts more than what is kept of it.
    fn state(&self) -> Answer {
        if self.read.is_linked() && matches!(self.read.one_click, Ok(None)) {
            return crate::find::plain(
                "Job deleted",
                Tone::Warn,
                "One Click no longer has its job. Create a new one, or link the project to another job.",
            );
        }
        match self.row() {
            Some(row) => project_state(row, self.organization, self.app.clock.now_s()),
            None => crate::find::plain(
                "Not imported",
                Tone::Warn,
                "It may be older than the last sync covered. Create its job now, or run a sync for a longer period.",
            ),
        }
    }

    /// Of its photos, which are on the job, and why the others are not.
    pub fn photos(&self) -> Markup {
        let Ok(Some(there)) = &self.read.companycam else {
            return html! {};
        };
        let lines = self.read.photos(self.organization);
        let on_job = on_job(&lines);
        html! {
            section.card aria-labelledby="photos" {
                h2 #photos { "Photos" }
                @if lines.is_empty() {
                    p.soft { "CompanyCam shows no photos on this project." }
                } @else {
                    p {
                        @if self.read.is_linked() && self.read.one_click.is_err() {
                            (lines.len()) " photos. How many of them are on the job couldn’t be asked just now."
                        } @else if self.read.is_linked() { (on_job) " of " (lines.len()) " photos are on the job." }
                        @else { (lines.len()) " photos. They are copied once the project has a job." }
                        @if there.more { " There are more; these are the first " (there.photos.len()) "." }
                    }
                    @if self.read.is_linked() && self.read.one_click.is_ok() && on_job < lines.len() {
                        (self.button("copy_missing", "Copy missing photos again"))
                    }
                    ul.photos { @for line in &lines { (self.line(line)) } }
                }
            }
        }
    }

    pub fn documents(&self) -> Markup {
        let lines = self.read.documents(self.organization);
        if lines.is_empty() {
            return html! {};
        }
        html! {
            section.card aria-labelledby="documents" {
                h2 #documents { "Documents" }
                @if self.read.is_linked() && self.read.one_click.is_ok() {
                    p { (on_job(&lines)) " of " (lines.len()) " documents are on the job." }
                }
                ul.photos { @for line in &lines { (self.line(line)) } }
            }
        }
    }

    fn line(&self, line: &Line) -> Markup {
        let name = line.name.as_deref().filter(|name| !name.is_empty());
        let shown = line.thumbnail.as_deref().filter(|uri| self.may_show(uri));
        let label = match &line.id {
            FileId::Photo(id) => format!("Photo {id}"),
            FileId::Document(id) => format!("Document {id}"),
        };
        html! {
            li {
                @if let Some(uri) = shown { img src=(uri) alt="" loading="lazy" width="96" height="72"; }
                div {
                    @match &line.id {
                        FileId::Photo(id) => a href=(links::photo(self.app, id)) { (name.unwrap_or(&label)) },
                        FileId::Document(_) => (name.unwrap_or(&label)),
                    }
                    small {
                        @match &line.state {
                            FileState::OnJob => "On the job",
                            FileState::Missing(reason) => { span.warn { "Not on the job: " } (reason) "." },
                            FileState::NotAsked(known) => (known),
                        }
                    }
                }
            }
        }
    }

    /// Whether pictures from there may be shown at all.
    fn may_show(&self, uri: &str) -> bool {
        let hosts = companycam::media::MediaHosts::parse(&self.app.config.photo_hosts);
        let uri = uri.parse();
        matches!((hosts, uri), (Ok(hosts), Ok(uri)) if hosts.allows(&uri))
    }

    /// Linking and unlinking by hand.
    pub fn links(&self) -> Markup {
        let address = action(self.app, &format!("projects/{}/link", self.id));
        html! {
            section.card aria-labelledby="linking" {
                h2 #linking { "Link" }
                form.row method="post" action=(address) data-plain {
                    (csrf(self.signed_in))
                    label for="job-id" { @if self.read.is_linked() { "Link to another job" } @else { "Link to a job" } }
                    input #job-id type="text" name="job_id" required maxlength="300"
                        placeholder="Link or ID of the job in One Click";
                    button.quiet type="submit" { "Link" }
                }
                @if self.read.is_linked() {
                    details {
                        summary { "Unlink" }
                        p { "The project and its job no longer follow each other. Photos already on the job stay there until the project is linked to another job. Nothing is deleted." }
                        (self.button("unlink", "Unlink from the job"))
                    }
                }
            }
        }
    }
}

pub fn address(fields: &ProjectFields) -> String {
    let parts = [
        &fields.street_address_1,
        &fields.street_address_2,
        &fields.city,
        &fields.state,
        &fields.postal_code,
    ];
    let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

fn contact(fields: &ProjectFields) -> String {
    let parts = [
        &fields.contact_name,
        &fields.contact_email,
        &fields.contact_phone,
    ];
    let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(" · ")
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
