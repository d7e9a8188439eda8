//! The company's tags: how often each is used, renaming and deleting them.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use simulator_kit::page::{count, table};

use super::{Visitor, back, not_found, page, refuse};
use crate::Shared;
use crate::request::{Form, Params};
use crate::state::{Id, State as Sims, Tag};

pub(super) const TITLE: &str = "Tags";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/tags", get(show))
        .route("/tags/{id}/{action}", post(act))
}

async fn show(State(sim): State<Shared>, Visitor(user): Visitor, params: Params) -> Response {
    let state = sim.lock();
    let tags = state.tags.values();
    let mut tags: Vec<&Tag> = tags.filter(|tag| tag.company == user.company).collect();
    tags.sort_by_key(|tag| tag.display_value.to_lowercase());
    let content = html! {
        h1 { (TITLE) }
        @if tags.is_empty() {
            div.card.empty {
                h2 { "No tags" }
                p.muted { "A tag is made by adding it to a photo." }
            }
        } @else {
            div.card.flush {
                (table(["Tag", "Used on", "Rename", "Delete"], tags.iter().map(|tag| row(&state, tag))))
            }
        }
    };
    page(TITLE, &user, &params, content)
}

fn row(state: &Sims, tag: &Tag) -> [Markup; 4] {
    let photos = state.photos.values();
    let used = photos.filter(|photo| !photo.deleted && photo.tags.contains(&tag.id));
    let base = format!("/tags/{}", tag.id);
    let name = &tag.display_value;
    [
        html! { (name) },
        html! { (count(used.count(), "photo")) },
        html! {
            form.row method="post" action={ (base) "/rename" } {
                input type="text" name="display_value" value=(name) aria-label={ "New name of " (name) } required;
                button.quiet.mini type="submit" aria-label={ "Rename " (name) } { "Rename" }
            }
        },
        html! {
            form method="post" action={ (base) "/delete" } {
                button.danger.mini type="submit" aria-label={ "Delete " (name) } { "Delete" }
            }
        },
    ]
}

async fn act(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    Path((id, action)): Path<(Id, String)>,
    Form(form): Form,
) -> Response {
    let mut state = sim.lock();
    let own = state.tags.get(&id).map(|tag| tag.company);
    if own != Some(user.company) {
        return not_found();
    }
    match action.as_str() {
        "rename" => match state.rename_tag(id, form.text("display_value")) {
            Ok(()) => back("/tags", "Tag renamed"),
            Err(_) => refuse("/tags", "Give the tag a name that no other tag has."),
        },
        "delete" => {
            state.delete_tag(id);
            back("/tags", "Tag deleted")
        }
        _ => not_found(),
    }
}
