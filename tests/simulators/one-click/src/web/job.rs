//! A job's page: details, photos, documents, and the bytes of its files.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::job_form::assignee;
use super::jobs::user_name;
use super::session::SignedIn;
use super::{Section, WebError, page, time};
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::{Attachment, AttachmentKind};
use crate::world::attachments::AttachmentAddress;
use crate::world::{JobRecord, Organization};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Details,
    Photos,
    Documents,
}

/// The page around a tab's content.
fn show(
    app: &Shared,
    who: &SignedIn,
    job: &str,
    tab: Tab,
    content: impl FnOnce(&Organization, &JobRecord) -> Markup,
) -> Result<Markup, WebError> {
    app.read(|world| {
        let organization = world.organization(&who.organization_id)?;
        let record = organization.job(job)?;
        let path = format!("/jobs/{job}");
        let documents = live(record, AttachmentKind::Document).count();
        let tabs = [
            (Tab::Details, path.clone(), "Details".to_owned()),
            (Tab::Photos, format!("{path}/photos"), format!("Photos ({})", record.photos())),
            (Tab::Documents, format!("{path}/documents"), format!("Documents ({documents})")),
        ];
        let body = html! {
            div.row.between {
                h1 { (record.job.customer_name) }
                span.badge { (record.job.status) }
            }
            p.muted { (record.job.name) " · " (record.job.address.one_line()) }
            nav.row aria-label="Job" {
                @for (this, address, label) in &tabs {
                    a.button.quiet[*this != tab] href=(address) aria-current=[(*this == tab).then_some("page")] {
                        (label)
                    }
                }
            }
            br;
            (content(organization, record))
        };
        Ok(page(who, Section::Jobs, &record.job.customer_name, body))
    })
}

fn live(record: &JobRecord, kind: AttachmentKind) -> impl Iterator<Item = &Attachment> {
    let files = record.files(kind).values();
    files
        .map(|file| &file.attachment)
        .filter(|attachment| !attachment.deleted)
}

pub(super) async fn show_details(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
) -> Result<Markup, WebError> {
    show(&app, &who, &job, Tab::Details, |organization, record| {
        let job = &record.job;
        let users = &organization.users;
        let rows: [(&str, Markup); 7] = [
            ("Name of the job", html! { (job.name) }),
            ("E-mail", html! { (job.email.as_deref().unwrap_or("none")) }),
            (
                "Phones",
                html! {
                    @for phone in &job.phones {
                        div { (phone.name.as_deref().unwrap_or_default()) " " (phone.number) }
                    }
                },
            ),
            ("Address", html! { (job.address.one_line()) }),
            (
                "Created by",
                html! {
                    @match &job.created_by_user_id {
                        Some(id) => (user_name(users, Some(id))),
                        None => "An integration",
                    }
                },
            ),
            ("Created", time(job.created_at)),
            ("Changed", time(job.updated_at)),
        ];
        html! {
            section.card {
                table {
                    tbody {
                        @for (name, value) in rows {
                            tr { th scope="row" { (name) } td { (value) } }
                        }
                        @for (key, value) in &job.metadata {
                            tr { th scope="row" { code { (key) } } td { (value) } }
                        }
                    }
                }
                p.row {
                    a.button href={ "/jobs/" (job.id) "/edit" } { "Edit" }
                }
            }
            form.card method="post" action={ "/jobs/" (job.id) "/assign" } {
                (assignee(users, job.assigned_user_id.as_ref()))
                button type="submit" { "Reassign" }
            }
            form.card method="post" action={ "/jobs/" (job.id) "/delete" } {
                p.row.between {
                    span { "Its photos and documents go with it." }
                    button.danger type="submit" { "Delete job" }
                }
            }
        }
    })
}

#[derive(Deserialize)]
pub(super) struct PhotoPage {
    page: Option<usize>,
}

pub(super) async fn show_photos(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
    Query(query): Query<PhotoPage>,
) -> Result<Markup, WebError> {
    const PER_PAGE: usize = 60;
    let number = query.page.unwrap_or(1).max(1);
    show(&app, &who, &job, Tab::Photos, |_, record| {
        let mut images: Vec<&Attachment> = live(record, AttachmentKind::Image).collect();
        images
            .sort_by(|a, b| (b.captured_at, &b.external_id).cmp(&(a.captured_at, &a.external_id)));
        let shown = images
            .iter()
            .skip((number - 1).saturating_mul(PER_PAGE))
            .take(PER_PAGE);
        let path = format!("/jobs/{job}/photos");
        html! {
            @if images.is_empty() {
                p.muted { "No photos yet." }
            }
            ul.photos {
                @for image in shown { (photo(&job, image)) }
            }
            p.row {
                @if number > 1 {
                    a href={ (path) "?page=" (number - 1) } { "Newer" }
                }
                @if number.saturating_mul(PER_PAGE) < images.len() {
                    a href={ (path) "?page=" (number + 1) } { "Older" }
                }
            }
        }
    })
}

fn photo(job: &str, image: &Attachment) -> Markup {
    let caption = image.caption.as_deref().unwrap_or_default();
    let alt = if caption.is_empty() {
        &image.name
    } else {
        caption
    };
    // The version keeps a browser from showing the copy of before an edit.
    let source = format!(
        "{}?version={}",
        file_path(job, AttachmentKind::Image, &image.external_id),
        image.version
    );
    html! {
        li.photo data-external-id=(image.external_id) {
            a href=(source) { img src=(source) alt=(alt) loading="lazy"; }
            div {
                @if !caption.is_empty() { strong { (caption) } br; }
                span.muted {
                    @if let Some(who) = &image.captured_by { (who) " · " }
                    @if let Some(at) = image.captured_at { (time(at)) }
                }
                @if !image.tags.is_empty() {
                    br;
                    @for tag in &image.tags { span.badge { (tag) } " " }
                }
                br;
                small.muted { (image.name) }
                form method="post" action={ (file_path(job, AttachmentKind::Image, &image.external_id)) "/delete" } {
                    button.danger type="submit" aria-label={ "Delete " (image.name) } { "Delete" }
                }
            }
        }
    }
}

pub(super) async fn show_documents(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
) -> Result<Markup, WebError> {
    show(&app, &who, &job, Tab::Documents, |_, record| {
        let documents: Vec<&Attachment> = live(record, AttachmentKind::Document).collect();
        html! {
            @if documents.is_empty() {
                p.muted { "No documents yet." }
            } @else {
                div.card.scroll {
                    table {
                        thead {
                            tr {
                                th scope="col" { "Name" }
                                th scope="col" { "Type" }
                                th scope="col" { "Bytes" }
                                th scope="col" { "Changed" }
                            }
                        }
                        tbody {
                            @for document in documents {
                                tr {
                                    td {
                                        a href=(file_path(&job, AttachmentKind::Document, &document.external_id)) {
                                            (document.name)
                                        }
                                    }
                                    td { (document.content_type) }
                                    td { (document.bytes) }
                                    td { (time(document.updated_at)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// Where a file's bytes are. An external id is any text, so it is encoded.
fn file_path(job: &str, kind: AttachmentKind, external_id: &str) -> String {
    let encoded: String = external_id
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("/jobs/{job}/{}/{encoded}", kind.plural())
}

pub(super) async fn image_bytes(
    State(app): State<Shared>,
    who: SignedIn,
    Path((job, external_id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    file_bytes(&app, &who, &job, AttachmentKind::Image, &external_id)
}

pub(super) async fn document_bytes(
    State(app): State<Shared>,
    who: SignedIn,
    Path((job, external_id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    file_bytes(&app, &who, &job, AttachmentKind::Document, &external_id)
}

fn file_bytes(
    app: &Shared,
    who: &SignedIn,
    job: &str,
    kind: AttachmentKind,
    external_id: &str,
) -> Result<Response, WebError> {
    app.read(|world| {
        let record = world.organization(&who.organization_id)?.job(job)?;
        let file = record
            .files(kind)
            .get(external_id)
            .filter(|file| !file.attachment.deleted)
            .ok_or(ApiError::NotFound("File"))?;
        let content_type = file.attachment.content_type.as_str();
        // Only pictures are shown: a page among the files would run with this session.
        let shown = content_type.starts_with("image/") && content_type != "image/svg+xml";
        let (content_type, disposition) = if shown {
            (content_type.to_owned(), "inline")
        } else {
            ("application/octet-stream".to_owned(), "attachment")
        };
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (header::CONTENT_DISPOSITION, disposition.to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::CACHE_CONTROL, "private, max-age=300".to_owned()),
        ];
        Ok((headers, Body::from(file.data.clone())).into_response())
    })
}

pub(super) async fn delete_image(
    State(app): State<Shared>,
    who: SignedIn,
    Path((job_id, external_id)): Path<(String, String)>,
) -> Result<Redirect, WebError> {
    let photos = format!("/jobs/{job_id}/photos");
    let address = AttachmentAddress {
        job_id,
        kind: AttachmentKind::Image,
        external_id,
    };
    app.change(|world| {
        let organization = world.organization_mut(&who.organization_id)?;
        organization.delete_attachment(&address)
    })?;
    Ok(Redirect::to(&photos))
}
