//! The list of projects, one project, and the forms that change it.

use std::cmp::Reverse;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use super::{back, date, need_user, not_found, page};
use crate::Shared;
use crate::operations::NewProject;
use crate::request::{Form, Params};
use crate::state::{Address, Contact, Id, Project, State as Sims, User};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/projects", get(list).post(create))
        .route("/projects/new", get(new))
        .route("/projects/{id}", get(show).post(update))
        .route("/projects/{id}/edit", get(edit))
        .route("/projects/{id}/assign", post(assign))
        .route("/projects/{id}/unassign", post(unassign))
        .route("/projects/{id}/archive", post(archive))
        .route("/projects/{id}/delete", post(delete))
}

/// The project, if it is one of the user's.
pub(super) fn own_project<'a>(state: &'a Sims, user: &User, id: Id) -> Option<&'a Project> {
    state
        .projects
        .get(&id)
        .filter(|project| state.sees(user.id, project))
}

fn title(project: &Project) -> String {
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

fn one_line(address: &Address) -> String {
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

fn badges(project: &Project) -> Markup {
    html! {
        @if project.deleted { span.badge { "deleted" } }
        @if project.archived { span.badge { "archived" } }
    }
}

async fn list(State(sim): State<Shared>, headers: HeaderMap, params: Params) -> Response {
    let state = sim.lock();
    let user = match need_user(&state, &headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let query = params.text("query").to_lowercase();
    let mut projects: Vec<&Project> = state
        .projects
        .values()
        .filter(|project| state.sees(user.id, project) && !project.deleted)
        .filter(|project| {
            let text = format!("{} {}", title(project), one_line(&project.address));
            text.to_lowercase().contains(&query)
        })
        .collect();
    projects.sort_by_key(|project| Reverse((project.updated_at, project.id)));
    let count = |id| {
        state
            .photos
            .values()
            .filter(|photo| photo.project == id && !photo.deleted)
            .count()
    };
    let content = html! {
        div.row.between {
            h1 { "Projects" }
            a.button href="/projects/new" { "New project" }
        }
        form.row method="get" action="/projects" role="search" {
            label { "Search" input type="search" name="query" value=(params.text("query")); }
        }
        div.card.scroll {
            table {
                thead { tr { th scope="col" { "Project" } th scope="col" { "Photos" } th scope="col" { "Last activity" } } }
                tbody {
                    @for project in projects {
                        tr {
                            td {
                                a href={ "/projects/" (project.id) } { (title(project)) } " " (badges(project))
                                div.muted { (one_line(&project.address)) }
                            }
                            td { (count(project.id)) }
                            td { (date(project.updated_at)) }
                        }
                    }
                }
            }
        }
    };
    page("Projects", &user, &params, content)
}

async fn show(
    State(sim): State<Shared>,
    headers: HeaderMap,
    params: Params,
    Path(id): Path<Id>,
) -> Response {
    let state = sim.lock();
    let user = match need_user(&state, &headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let Some(project) = own_project(&state, &user, id) else {
        return not_found();
    };
    let people: Vec<&User> = state
        .users
        .values()
        .filter(|other| other.company == user.company && other.active)
        .collect();
    let base = format!("/projects/{id}");
    let content = html! {
        p { a href="/projects" { "← Projects" } }
        div.row.between {
            h1 { (title(project)) " " (badges(project)) }
            div.row {
                a.button.quiet href={ (base) "/edit" } { "Edit" }
                form method="post" action={ (base) "/archive" } { button.quiet type="submit" {
                    @if project.archived { "Restore" } @else { "Archive" }
                } }
                form method="post" action={ (base) "/delete" } { button.danger type="submit" { "Delete" } }
            }
        }
        div.card {
            p { (one_line(&project.address)) }
            @if let Some(contact) = &project.contact {
                p.muted { (contact.name.as_deref().unwrap_or_default()) " · "
                    (contact.email.as_deref().unwrap_or_default()) " · "
                    (contact.phone_number.as_deref().unwrap_or_default()) }
            }
            h2 { "Assigned" }
            div.row {
                @for assignee in project.assignees.iter().filter_map(|id| state.users.get(id)) {
                    form.row method="post" action={ (base) "/unassign" } {
                        span.badge { (assignee.name()) }
                        input type="hidden" name="user_id" value=(assignee.id);
                        button.quiet type="submit" aria-label={ "Remove " (assignee.name()) } { "×" }
                    }
                }
                form.row method="post" action={ (base) "/assign" } {
                    select name="user_id" aria-label="Person" {
                        @for person in &people { option value=(person.id) { (person.name()) } }
                    }
                    button.quiet type="submit" { "Assign" }
                }
            }
        }
        (super::photos::gallery(&state, project))
    };
    page(&title(project), &user, &params, content)
}

fn fields(project: Option<&Project>) -> Markup {
    let empty = (Address::default(), Contact::default());
    let address = project.map_or(&empty.0, |project| &project.address);
    let contact = project
        .and_then(|project| project.contact.as_ref())
        .unwrap_or(&empty.1);
    let name = project
        .and_then(|project| project.name.as_deref())
        .unwrap_or_default();
    let inputs = [
        ("street_address_1", "Street", &address.street_address_1),
        (
            "street_address_2",
            "Apartment, suite",
            &address.street_address_2,
        ),
        ("city", "City", &address.city),
        ("state", "State", &address.state),
        ("postal_code", "Postal code", &address.postal_code),
        ("contact_name", "Contact's name", &contact.name),
        ("contact_email", "Contact's e-mail", &contact.email),
        ("contact_phone", "Contact's phone", &contact.phone_number),
    ];
    html! {
        label { "Name" input name="name" value=(name); }
        div.grid {
            @for (name, label, value) in inputs {
                label { (label) input name=(name) value=(value.as_deref().unwrap_or_default()); }
            }
        }
        button type="submit" { "Save" }
    }
}

fn filled(form: &Params, name: &str) -> Option<String> {
    form.get(name)
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

fn address_of(form: &Params, country: Option<String>) -> Address {
    Address {
        street_address_1: filled(form, "street_address_1"),
        street_address_2: filled(form, "street_address_2"),
        city: filled(form, "city"),
        state: filled(form, "state"),
        postal_code: filled(form, "postal_code"),
        country,
    }
}

fn contact_of(form: &Params, id: Id) -> Option<Contact> {
    let contact = Contact {
        id,
        name: filled(form, "contact_name"),
        email: filled(form, "contact_email"),
        phone_number: filled(form, "contact_phone"),
    };
    let given = [&contact.name, &contact.email, &contact.phone_number];
    given.iter().any(|field| field.is_some()).then_some(contact)
}

async fn new(State(sim): State<Shared>, headers: HeaderMap, params: Params) -> Response {
    let user = match need_user(&sim.lock(), &headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let content = html! {
        h1 { "New project" }
        form.card method="post" action="/projects" { (fields(None)) }
    };
    page("New project", &user, &params, content)
}

async fn create(State(sim): State<Shared>, headers: HeaderMap, Form(form): Form) -> Response {
    let mut state = sim.lock();
    let user = match need_user(&state, &headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let id = state.create_project(NewProject {
        company: user.company,
        creator: user.id,
        name: filled(&form, "name"),
        address: address_of(&form, Some("US".into())),
        coordinates: None,
        contact: contact_of(&form, 0),
    });
    back(&format!("/projects/{id}"), "Project created")
}

async fn edit(
    State(sim): State<Shared>,
    headers: HeaderMap,
    params: Params,
    Path(id): Path<Id>,
) -> Response {
    let state = sim.lock();
    let user = match need_user(&state, &headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let Some(project) = own_project(&state, &user, id) else {
        return not_found();
    };
    let content = html! {
        p { a href={ "/projects/" (id) } { "← " (title(project)) } }
        h1 { "Edit project" }
        form.card method="post" action={ "/projects/" (id) } { (fields(Some(project))) }
    };
    page("Edit project", &user, &params, content)
}

async fn update(
    State(sim): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<Id>,
    Form(form): Form,
) -> Response {
    change(&sim, &headers, id, "Project saved", |state, project| {
        let address = address_of(&form, project.address.country.clone());
        let name = filled(&form, "name");
        let known = project.contact.as_ref();
        let contact = contact_of(&form, known.map_or(0, |contact| contact.id));
        let contact = contact.filter(|contact| known != Some(contact));
        if project.name != name || project.address != address {
            state.change_project(id, "project.updated", |project| {
                project.name = name;
                project.address = address;
            });
        }
        if let Some(contact) = contact {
            state.set_contact(id, contact);
        }
    })
}

/// One change to one of the user's projects, then back to its page.
fn change(
    sim: &Shared,
    headers: &HeaderMap,
    id: Id,
    notice: &str,
    change: impl FnOnce(&mut Sims, &Project),
) -> Response {
    let mut state = sim.lock();
    let user = match need_user(&state, headers) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let Some(project) = own_project(&state, &user, id).cloned() else {
        return not_found();
    };
    change(&mut state, &project);
    back(&format!("/projects/{id}"), notice)
}

async fn assign(
    State(sim): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<Id>,
    Form(form): Form,
) -> Response {
    change(&sim, &headers, id, "Assigned", |state, project| {
        let user = form.text("user_id").parse().unwrap_or_default();
        if state
            .users
            .get(&user)
            .is_some_and(|user| user.company == project.company)
        {
            state.assign(id, user, true);
        }
    })
}

async fn unassign(
    State(sim): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<Id>,
    Form(form): Form,
) -> Response {
    change(&sim, &headers, id, "Removed", |state, _| {
        state.assign(id, form.text("user_id").parse().unwrap_or_default(), false);
    })
}

async fn archive(State(sim): State<Shared>, headers: HeaderMap, Path(id): Path<Id>) -> Response {
    change(&sim, &headers, id, "Project saved", |state, project| {
        let archived = !project.archived;
        let event_type = if archived {
            "project.archived"
        } else {
            "project.updated"
        };
        state.change_project(id, event_type, |project| project.archived = archived);
    })
}

async fn delete(State(sim): State<Shared>, headers: HeaderMap, Path(id): Path<Id>) -> Response {
    change(&sim, &headers, id, "Project deleted", |state, _| {
        state.change_project(id, "project.deleted", |project| project.deleted = true);
    })
}
