//! A job's photos: the grid of all, and one in full size.

use std::cmp::Reverse;

use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;
use simulator_kit::page::{count, size};

use super::files::{file_path, live, segment};
use super::job::{Tab, show};
use super::session::SignedIn;
use super::{WebError, time};
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::{Attachment, AttachmentKind};
use crate::world::JobRecord;
use crate::world::attachments::AttachmentAddress;
use crate::world::files::Which;

#[derive(Deserialize)]
pub(super) struct PhotoPage {
    page: Option<usize>,
}

/// Newest capture first.
fn sorted(record: &JobRecord) -> Vec<&Attachment> {
    let mut images: Vec<&Attachment> = live(record, AttachmentKind::Image).collect();
    images.sort_by_key(|image| Reverse((image.captured_at, &image.external_id, &image.id)));
    images
}

pub(super) async fn show_all(
    State(app): State<Shared>,
    who: SignedIn,
    Path(job): Path<String>,
    Query(query): Query<PhotoPage>,
) -> Result<Markup, WebError> {
    const PER_PAGE: usize = 60;
    let number = query.page.unwrap_or(1).max(1);
    show(&app, &who, &job, Tab::Photos, |_, record| {
        let images = sorted(record);
        let shown = images
            .iter()
            .skip((number - 1).saturating_mul(PER_PAGE))
            .take(PER_PAGE);
        let path = photos_path(&job);
        Ok(html! {
            @if images.is_empty() {
                div.card.empty {
                    h2 { "No photos yet." }
                    p.muted { "Photos taken in CompanyCam appear here once its project is linked to this job." }
                }
            } @else {
                ul.photos { @for image in shown { (card(&job, image)) } }
            }
            p.row {
                @if number > 1 {
                    a href={ (path) "?page=" (number - 1) } { "Newer photos" }
                }
                @if number.saturating_mul(PER_PAGE) < images.len() {
                    a href={ (path) "?page=" (number + 1) } { "Older photos" }
                }
            }
        })
    })
}

fn photos_path(job: &str) -> String {
    format!("/jobs/{job}/photos")
}

fn page_path(job: &str, image: &Attachment) -> String {
    format!("{}/{}", photos_path(job), segment(image))
}

/// The version keeps a browser from showing the copy of before an edit.
fn source(job: &str, image: &Attachment) -> String {
    let path = file_path(job, AttachmentKind::Image, image);
    format!("{path}?version={}", image.version)
}

/// What the picture shows, for those who do not see it.
fn alternative(image: &Attachment) -> &str {
    let caption = image.caption.as_deref().filter(|text| !text.is_empty());
    caption.unwrap_or(&image.name)
}

/// Whether every browser shows it. Phones take photos in forms that most do not.
fn is_shown(image: &Attachment) -> bool {
    !matches!(image.content_type.as_str(), "image/heic" | "image/tiff")
}

fn no_preview(image: &Attachment) -> Markup {
    html! { span.none { "No preview of " (image.name) } }
}

fn tags(image: &Attachment) -> Markup {
    html! { @for tag in &image.tags { span.badge { (tag) } " " } }
}

fn card(job: &str, image: &Attachment) -> Markup {
    let caption = image.caption.as_deref().unwrap_or_default();
    html! {
        li.photo data-external-id=[image.external_id.as_ref()] {
            a href=(page_path(job, image)) {
                @if is_shown(image) {
                    img src=(source(job, image)) alt=(alternative(image)) loading="lazy";
                } @else {
                    (no_preview(image))
                }
            }
            div {
                @if !caption.is_empty() { p { strong { (caption) } } }
                p.muted.small {
                    @if let Some(at) = image.captured_at { (time(at)) br; }
                    @if let Some(who) = &image.captured_by { (who) }
                }
                @if !image.tags.is_empty() { p { (tags(image)) } }
            }
        }
    }
}

pub(super) async fn show_one(
    State(app): State<Shared>,
    who: SignedIn,
    Path((job, which)): Path<(String, String)>,
) -> Result<Markup, WebError> {
    show(&app, &who, &job, Tab::Photos, |_, record| {
        let images = sorted(record);
        let position = images
            .iter()
            .position(|image| Which::parse(&which).names(image))
            .ok_or(ApiError::NotFound("Photo"))?;
        let image = images[position];
        let newer = position.checked_sub(1).map(|newer| images[newer]);
        let older = images.get(position + 1);
        let unknown = || html! { span.muted { "Unknown" } };
        Ok(html! {
            div.row.between {
                a href=(photos_path(&job)) { "← All " (count(images.len(), "photo")) }
                span.row {
                    @if let Some(image) = newer { a href=(page_path(&job, image)) rel="prev" { "Newer" } }
                    @if let Some(image) = older { a href=(page_path(&job, image)) rel="next" { "Older" } }
                }
            }
            br;
            div.wide {
                p.full {
                    a href=(source(&job, image)) {
                        @if is_shown(image) {
                            img src=(source(&job, image)) alt={ (alternative(image)) ", open the file" };
                        } @else {
                            (no_preview(image))
                        }
                    }
                }
                div {
                    section.card {
                        h2 { (alternative(image)) }
                        dl {
                            dt { "Captured" }
                            dd { @match image.captured_at { Some(at) => (time(at)), None => (unknown()) } }
                            dt { "By" }
                            dd { @match &image.captured_by { Some(who) => (who), None => (unknown()) } }
                            dt { "Tags" }
                            dd { @if image.tags.is_empty() { "None" } (tags(image)) }
                            dt { "File" }
                            dd { (image.name) span.muted { " " (size(image.bytes)) } }
                            @if image.external_id.is_none() {
                                dt { "Origin" } dd { "Not from the CompanyCam integration" }
                            }
                        }
                    }
                    details.card {
                        summary { "Delete this photo" }
                        form method="post" action={ (file_path(&job, AttachmentKind::Image, image)) "/delete" } {
                            p { "It is deleted from this job only, and stays in CompanyCam." }
                            button.danger type="submit" { "Delete photo" }
                        }
                    }
                }
            }
        })
    })
}

pub(super) async fn delete(
    State(app): State<Shared>,
    who: SignedIn,
    Path((job_id, which)): Path<(String, String)>,
) -> Result<Redirect, WebError> {
    let photos = photos_path(&job_id);
    let address = AttachmentAddress {
        job_id,
        kind: AttachmentKind::Image,
        which: Which::parse(&which),
    };
    app.change(|world| {
        let organization = world.organization_mut(&who.organization_id)?;
        organization.delete_attachment(&address)
    })?;
    Ok(who.done(&app, "Photo deleted", &photos))
}
