//! The list of projects, and what several pages say about one.

use std::cmp::Reverse;
use std::collections::HashMap;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use simulator_kit::page::{table, tabs};

use super::photos::{has_picture, thumbnail};
use super::{Visitor, page, project_form, time};
use crate::Shared;
use crate::request::Params;
use crate::state::{Address, Id, Photo, Project, State as Sims, User};

/// As many projects are shown; a load test has thousands.
const SHOWN: usize = 200;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/projects", get(list).post(project_form::create))
        .route("/projects/new", get(project_form::new))
}

/// The project, if it is one of the user's.
pub(super) fn own_project<'a>(state: &'a Sims, user: &User, id: Id) -> Option<&'a Project> {
    state
        .projects
        .get(&id)
        .filter(|project| state.sees(user.id, project))
}

pub(super) fn title(project: &Project) -> String {
    let address = project.address.street_address_1.as_ref();
    match project
        .name
        .as_ref()
        .filter(|name| !name.is_empty())
        .or(address)
    {
        Some(title) => title.clone(),
        None => format!("Project {}", project.id),
    }
}

pub(super) fn one_line(address: &Address) -> String {
    let parts = [
        &address.street_address_1,
        &address.street_address_2,
        &address.city,
        &address.state,
        &address.postal_code,
    ];
    parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn badges(project: &Project) -> Markup {
    html! {
        @if project.deleted { span.badge data-state="deleted" { "deleted" } }
        @if project.archived { span.badge data-state="archived" { "archived" } }
    }
}

/// The other projects that something of this one may go to, by name.
pub(super) fn others<'a>(state: &'a Sims, user: &User, id: Id) -> Vec<&'a Project> {
    let mut others: Vec<&Project> = state
        .projects
        .values()
        .filter(|other| other.id != id && !other.deleted && state.sees(user.id, other))
        .collect();
    others.sort_by_key(|other| title(other).to_lowercase());
    others
}

/// The choice of one of them.
pub(super) fn project_choice(label: &str, others: &[&Project]) -> Markup {
    html! {
        label {
            (label)
            select name="project_id" required {
                option value="" { "Choose a project" }
                @for other in others { option value=(other.id) { (title(other)) } }
            }
        }
    }
}

fn row(project: &Project, photos: &HashMap<Id, (usize, &Photo)>) -> [Markup; 3] {
    let (number, newest) = photos.get(&project.id).copied().unzip();
    [
        html! {
            div.with-thumb {
                @match newest {
                    Some(photo) if has_picture(photo) => img.thumb src=(thumbnail(photo)) alt="" loading="lazy";,
                    _ => span.thumb {},
                }
                div {
                    a href={ "/projects/" (project.id) } { (title(project)) } " " (badges(project))
                    div.muted.small { (one_line(&project.address)) }
                }
            }
        },
        html! { (number.unwrap_or(0)) },
        time(project.updated_at),
    ]
}

async fn list(State(sim): State<Shared>, Visitor(user): Visitor, params: Params) -> Response {
    let state = sim.lock();
    let view = params.text("show");
    let query = params.text("query").to_lowercase();
    let mut projects: Vec<&Project> = state
        .projects
        .values()
        .filter(|project| state.sees(user.id, project))
        .filter(|project| match view {
            "archived" => project.archived && !project.deleted,
            "deleted" => project.deleted,
            _ => !project.deleted,
        })
        .filter(|project| {
            let text = format!("{} {}", title(project), one_line(&project.address)).to_lowercase();
            query.split_whitespace().all(|word| text.contains(word))
        })
        .collect();
    projects.sort_by_key(|project| Reverse((project.updated_at, project.id)));
    let photos = newest_photos(&state);
    let rows = projects
        .iter()
        .take(SHOWN)
        .map(|project| row(project, &photos));
    let content = html! {
        div.row.between.head {
            h1 { "Projects" }
            a.button href="/projects/new" { "New project" }
        }
        (tabs("Kinds of projects", &[
            ("All", "/projects", !["archived", "deleted"].contains(&view)),
            ("Archived", "/projects?show=archived", view == "archived"),
            ("Deleted", "/projects?show=deleted", view == "deleted"),
        ]))
        form.row.head method="get" action="/projects" role="search" {
            @if !view.is_empty() { input type="hidden" name="show" value=(view); }
            label { "Search by name or address" input type="search" name="query" value=(params.text("query")); }
            button.quiet type="submit" { "Search" }
        }
        @if projects.is_empty() {
            div.card.empty {
                @if query.trim().is_empty() {
                    h2 { "No projects here" }
                    p.muted { "A project holds the photos of one job site." }
                } @else {
                    h2 { "No project found" }
                    p.muted { "Nothing has all the words of “" (params.text("query")) "”." }
                    p { a href="/projects" { "Show all projects" } }
                }
            }
        } @else {
            div.card.flush { (table(["Project", "Photos", "Last activity"], rows)) }
        }
        @if projects.len() > SHOWN {
            p.muted { "The latest " (SHOWN) " of " (projects.len()) ". Search to find others." }
        }
    };
    page("Projects", &user, &params, content)
}

/// How many photos each project has, and the newest of them.
fn newest_photos(state: &Sims) -> HashMap<Id, (usize, &Photo)> {
    let mut found: HashMap<Id, (usize, &Photo)> = HashMap::new();
    for photo in state.photos.values().filter(|photo| !photo.deleted) {
        let (count, newest) = found.entry(photo.project).or_insert((0, photo));
        *count += 1;
        if photo.captured_at > newest.captured_at {
            *newest = photo;
        }
    }
    found
}
