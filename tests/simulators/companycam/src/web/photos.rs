//! A project's photos and the forms that change them.

use std::cmp::Reverse;

use axum::Router;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use maud::{Markup, html};

use super::projects::own_project;
use super::{back, date, need_user, not_found};
use crate::Shared;
use crate::operations::{NewPhoto, finish_later};
use crate::request::{Form, Params};
use crate::state::{Id, Photo, PhotoFile, Project, State as Sims, UriKind, now};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/projects/{id}/photos", post(upload))
        .route("/photos/{id}/{action}", post(act))
}

/// The photos of a project, newest capture first, each with its forms.
pub(super) fn gallery(state: &Sims, project: &Project) -> Markup {
    let mut photos: Vec<&Photo> = state
        .photos
        .values()
        .filter(|photo| photo.project == project.id && !photo.deleted)
        .collect();
    photos.sort_by_key(|photo| Reverse((photo.captured_at, photo.id)));
    let others: Vec<&Project> = state
        .projects
        .values()
        .filter(|other| {
            other.company == project.company && other.id != project.id && !other.deleted
        })
        .collect();
    html! {
        div.card {
            h2 { "Add a photo" }
            form.row method="post" action={ "/projects/" (project.id) "/photos" } enctype="multipart/form-data" {
                input type="file" name="file" accept="image/jpeg" required aria-label="JPEG file";
                button type="submit" { "Upload" }
            }
        }
        h2 { (photos.len()) " photos" }
        ul.photos {
            @for photo in photos { (card(state, photo, &others)) }
        }
    }
}

fn card(state: &Sims, photo: &Photo, others: &[&Project]) -> Markup {
    let base = format!("/photos/{}", photo.id);
    let version = photo.files.len() - 1;
    let caption = photo.description.as_deref().unwrap_or_default();
    html! {
        li.photo id={ "photo-" (photo.id) } {
            a href={ "/cdn/" (photo.id) "/" (version) "/original.jpg" } {
                img src={ "/cdn/" (photo.id) "/" (version) "/thumbnail.jpg" } loading="lazy"
                    alt=(if caption.is_empty() { "Photo without a caption" } else { caption });
            }
            div {
                div { (caption) }
                div.muted { (state.creator_name(photo.creator)) " · " (date(photo.captured_at)) }
                @for tag in photo.tags.iter().filter_map(|tag| state.tags.get(tag)) {
                    span.badge { (tag.display_value) } " "
                }
                @if photo.internal { span.badge { "internal" } }
                @if photo.processing_status != "processed" { span.badge { (photo.processing_status) } }
                form method="post" action={ (base) "/annotate" } { button.quiet type="submit" { "Annotate" } }
                details {
                    summary { "More" }
                    form method="post" action={ (base) "/caption" } {
                        label { "Caption" input name="description" value=(caption); }
                        button.quiet type="submit" { "Save caption" }
                    }
                    form method="post" action={ (base) "/tag" } {
                        label { "Tag" input name="tag" required; }
                        button.quiet type="submit" { "Add tag" }
                    }
                    form method="post" action={ (base) "/move" } {
                        label { "Move to" select name="project_id" {
                            @for other in others {
                                option value=(other.id) { (other.name.clone().unwrap_or_else(|| format!("Project {}", other.id))) }
                            }
                        } }
                        button.quiet type="submit" { "Move" }
                    }
                    form method="post" action={ (base) "/internal" } { button.quiet type="submit" {
                        @if photo.internal { "Show to customers" } @else { "Make internal" }
                    } }
                    form method="post" action={ (base) "/delete" } { button.danger type="submit" { "Delete" } }
                }
            }
        }
    }
}

async fn upload(
    State(sim): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<Id>,
    mut form: Multipart,
) -> Response {
    let user = match need_user(&sim.lock(), &headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let address = format!("/projects/{id}");
    let mut file = None;
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some("file") {
            file = field.bytes().await.ok();
        }
    }
    let Some(file) = file.filter(|bytes| bytes.starts_with(&[0xFF, 0xD8])) else {
        return back(&address, "Please choose a JPEG file");
    };
    let mut state = sim.lock();
    if own_project(&state, &user, id).is_none() {
        return not_found();
    }
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
    back(&address, "Photo uploaded")
}

async fn act(
    State(sim): State<Shared>,
    headers: HeaderMap,
    Path((id, action)): Path<(Id, String)>,
    Form(form): Form,
) -> Response {
    let mut state = sim.lock();
    let user = match need_user(&state, &headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let photo = state
        .photos
        .get(&id)
        .filter(|photo| !photo.deleted)
        .cloned();
    let Some(photo) = photo.filter(|photo| own_project(&state, &user, photo.project).is_some())
    else {
        return not_found();
    };
    let address = format!("/projects/{}", photo.project);
    match change(&mut state, &user, &photo, &action, &form) {
        Some(notice) => back(&address, notice),
        None => not_found(),
    }
}

/// `None` for an action that does not exist.
fn change(
    state: &mut Sims,
    user: &crate::state::User,
    photo: &Photo,
    action: &str,
    form: &Params,
) -> Option<&'static str> {
    let id = photo.id;
    match action {
        "annotate" => {
            state.annotate_photo(id);
            Some("Photo annotated")
        }
        "caption" => {
            state.describe_photo(id, Some(form.text("description").to_owned()));
            Some("Caption saved")
        }
        "tag" => {
            state.tag_photo(id, &[form.text("tag").to_owned()]);
            Some("Tag added")
        }
        "move" => {
            let project = form.text("project_id").parse().ok()?;
            own_project(state, user, project)?;
            state.move_photo(id, project);
            Some("Photo moved")
        }
        "internal" => {
            state.set_internal(id, !photo.internal);
            Some("Photo saved")
        }
        "delete" => {
            state.delete_photo(id);
            Some("Photo deleted")
        }
        _ => None,
    }
}
