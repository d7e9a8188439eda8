//! A project's photos: the grid, and adding to it.

use std::cmp::Reverse;

use axum::Router;
use axum::extract::{Multipart, State};
use axum::response::Response;
use axum::routing::post;
use maud::{Markup, html};
use simulator_kit::page::count;

use super::project::DELETED;
use super::projects::own_project;
use super::{PathId, Visitor, back, not_found, refuse, time};
use crate::Shared;
use crate::operations::{NewPhoto, finish_later};
use crate::state::{Photo, PhotoFile, Project, State as Sims, UriKind, now};

/// The first bytes of every JPEG.
const JPEG: &[u8] = &[0xFF, 0xD8];

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/projects/{id}/photos", post(upload))
}

/// Where the current version of a photo is in a small size.
pub(super) fn thumbnail(photo: &Photo) -> String {
    format!("/cdn/{}/{}/thumbnail.jpg", photo.id, photo.files.len() - 1)
}

/// A duplicate has no picture of its own.
pub(super) fn has_picture(photo: &Photo) -> bool {
    photo.files.last().is_some_and(|file| !file.is_empty())
}

/// What the picture shows, for those who do not see it.
pub(super) fn alternative(photo: &Photo) -> String {
    match photo.description.as_deref().filter(|text| !text.is_empty()) {
        Some(caption) => caption.to_owned(),
        None => format!("Photo {}", photo.id),
    }
}

pub(super) fn badges(state: &Sims, photo: &Photo) -> Markup {
    html! {
        @for tag in photo.tags.iter().filter_map(|tag| state.tags.get(tag)) {
            span.badge { (tag.display_value) } " "
        }
        @if photo.internal { span.badge data-state="internal" { "internal" } " " }
        @if photo.processing_status != "processed" { span.badge { (photo.processing_status) } }
    }
}

/// The photos of a project, newest capture first.
pub(super) fn gallery(state: &Sims, project: &Project) -> Markup {
    let mut photos: Vec<&Photo> = state
        .photos
        .values()
        .filter(|photo| photo.project == project.id && !photo.deleted)
        .collect();
    photos.sort_by_key(|photo| Reverse((photo.captured_at, photo.id)));
    html! {
        @if !project.deleted {
            form.card.row method="post" action={ "/projects/" (project.id) "/photos" } enctype="multipart/form-data" {
                label {
                    "Add photos (JPEG)"
                    input type="file" name="file" accept="image/jpeg" multiple required;
                }
                button type="submit" { "Upload" }
            }
        }
        h2 { (count(photos.len(), "photo")) }
        @if photos.is_empty() {
            p.card.empty.muted { "No photos yet." }
        }
        ul.photos {
            @for photo in photos { (card(state, photo)) }
        }
    }
}

fn card(state: &Sims, photo: &Photo) -> Markup {
    let caption = photo.description.as_deref().unwrap_or_default();
    html! {
        li.photo id={ "photo-" (photo.id) } {
            a href={ "/photos/" (photo.id) } {
                @if has_picture(photo) {
                    img src=(thumbnail(photo)) alt=(alternative(photo)) loading="lazy";
                } @else {
                    span.none { "No picture" }
                }
            }
            div {
                @if !caption.is_empty() { p { strong { (caption) } } }
                p.muted.small { (time(photo.captured_at)) br; (state.creator_name(photo.creator)) }
                p { (badges(state, photo)) }
            }
        }
    }
}

async fn upload(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
    mut form: Multipart,
) -> Response {
    let mut files = Vec::new();
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some("file") {
            files.push(field.bytes().await.unwrap_or_default());
        }
    }
    let address = format!("/projects/{id}");
    let mut state = sim.lock();
    match own_project(&state, &user, id) {
        None => return not_found(),
        Some(project) if project.deleted => return refuse(&address, DELETED),
        Some(_) => {}
    }
    if files.is_empty() || !files.iter().all(|file| file.starts_with(JPEG)) {
        return refuse(&address, "Please choose JPEG files only.");
    }
    let notice = format!("{} uploaded", count(files.len(), "photo"));
    for file in files {
        let photo = state.create_photo(NewPhoto {
            project: id,
            creator: user.id,
            file: PhotoFile::uploaded(file),
            captured_at: now(),
            description: None,
            tags: Vec::new(),
            internal: false,
            uri: UriKind::Normal,
        });
        finish_later(&sim, &mut state, photo);
    }
    back(&address, &notice)
}
