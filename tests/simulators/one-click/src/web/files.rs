//! A job's documents, and the bytes of its files.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use simulator_kit::page::{size, table};

use super::job::{Tab, show};
use super::session::SignedIn;
use super::{WebError, time};
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::{Attachment, AttachmentKind};
use crate::world::JobRecord;
use crate::world::files::Which;

/// The files of a job that are not deleted.
pub(super) fn live(record: &JobRecord, kind: AttachmentKind) -> impl Iterator<Item = &Attachment> {
    let files = record.files(kind).iter();
    files
        .map(|file| &file.attachment)
        .filter(|attachment| !attachment.deleted)
}

pub(super) async fn show_documents(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
) -> Result<Markup, WebError> {
    show(&app, &who, &job, Tab::Documents, |_, record| {
        let documents: Vec<&Attachment> = live(record, AttachmentKind::Document).collect();
        if documents.is_empty() {
            return Ok(html! { p.card.empty.muted { "No documents yet." } });
        }
        let rows = documents.into_iter().map(|document| {
            [
                html! { a href=(file_path(&job, AttachmentKind::Document, document)) { (document.name) } },
                html! { (document.content_type) },
                html! { (size(document.bytes)) },
                time(document.updated_at),
            ]
        });
        Ok(html! {
            div.card.flush { (table(["Name", "Type", "Size", "Changed"], rows)) }
        })
    })
}

/// Where a file's bytes are.
pub(super) fn file_path(job: &str, kind: AttachmentKind, file: &Attachment) -> String {
    format!("/jobs/{job}/{}/{}", kind.plural(), segment(file))
}

/// What names a file in an address: its external id, which is any text and so is encoded, or its own.
pub(super) fn segment(file: &Attachment) -> String {
    let external_id = match Which::of(file) {
        Which::External(external_id) => external_id,
        Which::Own(id) => return format!("id:{id}"),
    };
    external_id
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

pub(super) async fn image_bytes(
    State(app): State<Shared>,
    who: SignedIn,
    Path((job, which)): Path<(String, String)>,
) -> Result<Response, WebError> {
    file_bytes(&app, &who, &job, AttachmentKind::Image, &which)
}

pub(super) async fn document_bytes(
    State(app): State<Shared>,
    who: SignedIn,
    Path((job, which)): Path<(String, String)>,
) -> Result<Response, WebError> {
    file_bytes(&app, &who, &job, AttachmentKind::Document, &which)
}

fn file_bytes(
    app: &Shared,
    who: &SignedIn,
    job: &str,
    kind: AttachmentKind,
    which: &str,
) -> Result<Response, WebError> {
    app.read(|world| {
        let record = world.organization(&who.organization_id)?.job(job)?;
        let file = record
            .files(kind)
            .get(&Which::parse(which))
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
