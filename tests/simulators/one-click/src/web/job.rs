//! A job's page: what its tabs share, and the details.

use axum::extract::{Path, State};
use maud::{Markup, html};
use simulator_kit::page::tabs;

use super::files::live;
use super::job_form::assignee;
use super::jobs::{companycam_project, user_name};
use super::session::SignedIn;
use super::{Section, WebError, page, time};
use crate::app::Shared;
use crate::model::{AttachmentKind, Job, User};
use crate::world::{JobRecord, Organization};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Details,
    Photos,
    Documents,
}

/// The page around a tab's content.
pub(super) fn show(
    app: &Shared,
    who: &SignedIn,
    job: &str,
    tab: Tab,
    content: impl FnOnce(&Organization, &JobRecord) -> Result<Markup, WebError>,
) -> Result<Markup, WebError> {
    app.read(|world| {
        let organization = world.organization(&who.organization_id)?;
        let record = organization.job(job)?;
        let path = format!("/jobs/{job}");
        let photos = format!("Photos ({})", record.photos());
        let documents = live(record, AttachmentKind::Document).count();
        let documents = format!("Documents ({documents})");
        let body = html! {
            p.back { a href="/jobs" { "← Jobs" } }
            div.row.between.head {
                h1 { (record.job.customer_name) " " span.badge { (record.job.status) } }
                a.button.quiet href={ (path) "/edit" } { "Edit job" }
            }
            p.muted { (record.job.name) " · " (record.job.address.one_line()) }
            (tabs("Job", &[
                ("Details", &path, tab == Tab::Details),
                (&photos, &format!("{path}/photos"), tab == Tab::Photos),
                (&documents, &format!("{path}/documents"), tab == Tab::Documents),
            ]))
            (content(organization, record)?)
        };
        Ok(page(who, Section::Jobs, &record.job.customer_name, body))
    })
}

pub(super) async fn show_details(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
) -> Result<Markup, WebError> {
    show(&app, &who, &job, Tab::Details, |organization, record| {
        let job = &record.job;
        let users = &organization.users;
        Ok(html! {
            div.wide {
                div {
                    (about(job, users))
                    @if !job.metadata.is_empty() {
                        section.card {
                            h2 { "From integrations" }
                            dl {
                                @for (key, value) in &job.metadata {
                                    dt { code { (key) } } dd { (value) }
                                }
                            }
                        }
                    }
                }
                div {
                    section.card {
                        h2 { "CompanyCam" }
                        @match companycam_project(&app, job) {
                            Some(project) => p { "Project " (project) },
                            None => p.muted { "This job has no project in CompanyCam." },
                        }
                    }
                    form.card method="post" action={ "/jobs/" (job.id) "/assign" } {
                        (assignee(users, job.assigned_user_id.as_ref()))
                        button type="submit" { "Reassign" }
                    }
                    details.card {
                        summary { "Delete this job" }
                        form method="post" action={ "/jobs/" (job.id) "/delete" } {
                            p { "Its photos and documents go with it." }
                            button.danger type="submit" { "Delete job" }
                        }
                    }
                }
            }
        })
    })
}

fn about(job: &Job, users: &[User]) -> Markup {
    html! {
        section.card {
            h2 { "Customer and job" }
            dl {
                dt { "Job" } dd { (job.name) }
                dt { "E-mail" } dd { (job.email.as_deref().unwrap_or("None")) }
                dt { "Phone" }
                dd {
                    @if job.phones.is_empty() { "None" }
                    @for phone in &job.phones {
                        div {
                            (phone.number)
                            @if let Some(name) = &phone.name { span.muted { " " (name) } }
                        }
                    }
                }
                dt { "Address" } dd { (job.address.one_line()) }
                @if !job.additional_user_ids.is_empty() {
                    dt { "Also on it" }
                    dd {
                        @for id in &job.additional_user_ids {
                            div { (user_name(users, Some(id))) }
                        }
                    }
                }
                dt { "Created" }
                dd {
                    (time(job.created_at)) " by "
                    @match &job.created_by_user_id {
                        Some(id) => (user_name(users, Some(id))),
                        None => "an integration",
                    }
                }
                dt { "Changed" } dd { (time(job.updated_at)) }
            }
        }
    }
}
