//! One photo in full size, and the forms that change it.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use super::photos::{alternative, badges, has_picture};
use super::project::DELETED;
use super::projects::{others, own_project, project_choice, title};
use super::{PathId, Visitor, back, not_found, page, refuse, time};
use crate::Shared;
use crate::request::{Form, Params};
use crate::state::{Id, Photo, Project, State as Sims, User};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/photos/{id}", get(show))
        .route("/photos/{id}/{action}", post(act))
}

/// The photo with its project, if that is one of the user's.
fn own_photo<'a>(state: &'a Sims, user: &User, id: Id) -> Option<(&'a Photo, &'a Project)> {
    let photo = state.photos.get(&id).filter(|photo| !photo.deleted)?;
    Some((photo, own_project(state, user, photo.project)?))
}

async fn show(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    params: Params,
    PathId(id): PathId,
) -> Response {
    let state = sim.lock();
    let Some((photo, project)) = own_photo(&state, &user, id) else {
        return not_found();
    };
    let versions = photo.files.len();
    let file = format!("/cdn/{id}/{}/original.jpg", versions - 1);
    // Not the original: looking at a photo is not to use up a download that is to fail.
    let shown = format!("/cdn/{id}/{}/web.jpg", versions - 1);
    let content = html! {
        p.back { a href={ "/projects/" (project.id) } { "← " (title(project)) } }
        h1 { (alternative(photo)) }
        div.wide {
            @if has_picture(photo) {
                p.full { a href=(file) { img src=(shown) alt={ (alternative(photo)) ", open the file" }; } }
            } @else {
                p.full.none { "No picture" }
            }
            div {
                section.card {
                    h2 { "About" }
                    dl {
                        dt { "Captured" } dd { (time(photo.captured_at)) }
                        dt { "By" } dd { (state.creator_name(photo.creator)) }
                        dt { "Tags" }
                        dd { @if photo.tags.is_empty() { "None " } (badges(&state, photo)) }
                        dt { "Version" }
                        dd {
                            (versions)
                            @if versions > 1 {
                                " (" a href={ "/cdn/" (id) "/0/original.jpg" } { "the original" } ")"
                            }
                        }
                    }
                }
                @if project.deleted {
                    p.notice.error { (DELETED) }
                } @else {
                    (forms(&state, &user, photo))
                }
            }
        }
    };
    page(&alternative(photo), &user, &params, content)
}

fn forms(state: &Sims, user: &User, photo: &Photo) -> Markup {
    let base = format!("/photos/{}", photo.id);
    let caption = photo.description.as_deref().unwrap_or_default();
    html! {
        section.card {
            h2 { "Change" }
            div.row.head {
                form method="post" action={ (base) "/annotate" } { button type="submit" { "Annotate" } }
                form method="post" action={ (base) "/internal" } { button.quiet type="submit" {
                    @if photo.internal { "Show to customers" } @else { "Make internal" }
                } }
            }
            form.row.head method="post" action={ (base) "/caption" } {
                label { "Caption" input type="text" name="description" value=(caption); }
                button.quiet type="submit" { "Save caption" }
            }
            @for tag in photo.tags.iter().filter_map(|tag| state.tags.get(tag)) {
                form.row.between method="post" action={ (base) "/untag" } {
                    input type="hidden" name="tag_id" value=(tag.id);
                    span.badge { (tag.display_value) }
                    button.quiet.mini type="submit" aria-label={ "Remove the tag " (tag.display_value) } { "Remove" }
                }
            }
            form.row method="post" action={ (base) "/tag" } {
                label { "Tag" input type="text" name="tag" required; }
                button.quiet type="submit" { "Add tag" }
            }
        }
        details.card {
            summary { "Move or delete" }
            form method="post" action={ (base) "/move" } {
                (project_choice("Move to", &others(state, user, photo.project)))
                button.quiet type="submit" { "Move" }
            }
            form.apart method="post" action={ (base) "/delete" } {
                button.danger type="submit" { "Delete photo" }
            }
        }
    }
}

async fn act(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    Path((id, action)): Path<(Id, String)>,
    Form(form): Form,
) -> Response {
    let mut state = sim.lock();
    let Some((photo, project)) = own_photo(&state, &user, id) else {
        return not_found();
    };
    if project.deleted {
        return refuse(&format!("/photos/{id}"), DELETED);
    }
    let photo = photo.clone();
    let address = match action.as_str() {
        "delete" => format!("/projects/{}", photo.project),
        _ => format!("/photos/{id}"),
    };
    match change(&mut state, &user, &photo, &action, &form) {
        Some(Ok(notice)) => back(&address, notice),
        Some(Err(problem)) => refuse(&address, problem),
        None => not_found(),
    }
}

/// What was done or what was wrong; `None` for an action that does not exist.
fn change(
    state: &mut Sims,
    user: &User,
    photo: &Photo,
    action: &str,
    form: &Params,
) -> Option<Result<&'static str, &'static str>> {
    let id = photo.id;
    let done = match action {
        "annotate" => {
            state.annotate_photo(id);
            "Photo annotated"
        }
        "caption" => {
            state.describe_photo(id, Some(form.text("description").trim().to_owned()));
            "Caption saved"
        }
        "tag" => {
            let tag = form.text("tag").trim();
            if tag.is_empty() {
                return Some(Err("Type the tag to add."));
            }
            state.tag_photo(id, &[tag.to_owned()]);
            "Tag added"
        }
        "untag" => {
            state.untag_photo(id, form.text("tag_id").parse().unwrap_or_default());
            "Tag removed"
        }
        "move" => {
            let project = form.text("project_id").parse().unwrap_or_default();
            if own_project(state, user, project).is_none_or(|project| project.deleted) {
                return Some(Err("Choose a project to move the photo to."));
            }
            state.move_photo(id, project);
            "Photo moved"
        }
        "internal" => {
            state.set_internal(id, !photo.internal);
            if photo.internal {
                "Customers see the photo again"
            } else {
                "The photo is internal now"
            }
        }
        "delete" => {
            state.delete_photo(id);
            "Photo deleted"
        }
        _ => return None,
    };
    Some(Ok(done))
}
