//! The form for a project: a new one, and changing one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::project::DELETED;
use super::projects::{own_project, title};
use super::{PathId, Visitor, back, not_found, page, refuse};
use crate::Shared;
use crate::operations::NewProject;
use crate::request::{Form, Params};
use crate::state::{Address, Contact, Id, Project, User};

const ADDRESS: [(&str, &str); 5] = [
    ("street_address_1", "Street"),
    ("street_address_2", "Apartment, suite"),
    ("city", "City"),
    ("state", "State"),
    ("postal_code", "Postal code"),
];
const CONTACT: [(&str, &str); 3] = [
    ("contact_name", "Contact's name"),
    ("contact_email", "Contact's e-mail"),
    ("contact_phone", "Contact's phone"),
];

/// What a field of the form is of a project that exists.
fn known<'a>(project: &'a Project, field: &str) -> Option<&'a str> {
    let contact = project.contact.as_ref();
    let address = &project.address;
    let value = match field {
        "name" => &project.name,
        "street_address_1" => &address.street_address_1,
        "street_address_2" => &address.street_address_2,
        "city" => &address.city,
        "state" => &address.state,
        "postal_code" => &address.postal_code,
        "contact_name" => &contact?.name,
        "contact_email" => &contact?.email,
        "contact_phone" => &contact?.phone_number,
        _ => &None,
    };
    value.as_deref()
}

/// The page with the form, for `project` or a new one, filled in from `value`.
fn form_page<'a>(
    user: &User,
    project: Option<&Project>,
    value: impl Fn(&str) -> Option<&'a str>,
    problem: Option<&str>,
) -> Response {
    let heading = if project.is_some() {
        "Edit project"
    } else {
        "New project"
    };
    let action = project.map_or_else(
        || "/projects".to_owned(),
        |project| format!("/projects/{}", project.id),
    );
    let input = |name: &str, label: &str| {
        html! { label { (label) input type="text" name=(name) value=(value(name).unwrap_or_default()); } }
    };
    let content = html! {
        p.back {
            a href=(action) { "← " @match project { Some(project) => (title(project)), None => "Projects" } }
        }
        h1 { (heading) }
        @if let Some(problem) = problem { p.notice.error role="alert" { (problem) } }
        form.card method="post" action=(action) {
            (input("name", "Name"))
            fieldset {
                legend { "Address" }
                div.grid { @for (name, label) in ADDRESS { (input(name, label)) } }
            }
            fieldset {
                legend { "Customer" }
                div.grid { @for (name, label) in CONTACT { (input(name, label)) } }
            }
            button type="submit" { "Save project" }
        }
    };
    page(heading, user, &Params::default(), content)
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

/// What is wrong with a submitted form. The API takes anything; people get told.
fn problem_of(form: &Params) -> Option<&'static str> {
    let given = |name| filled(form, name).is_some();
    if !given("name") && !given("street_address_1") {
        return Some("Give the project a name or a street.");
    }
    let email = filled(form, "contact_email");
    let bad = email.is_some_and(|email| !email.contains('@'));
    bad.then_some("The contact's e-mail address has no @ in it.")
}

/// The form again, with what was typed and what is wrong with it.
fn again(user: &User, project: Option<&Project>, form: &Params, problem: &str) -> Response {
    let page = form_page(user, project, |name| form.get(name), Some(problem));
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

pub(super) async fn new(Visitor(user): Visitor) -> Response {
    form_page(&user, None, |_| None, None)
}

pub(super) async fn create(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    Form(form): Form,
) -> Response {
    let mut state = sim.lock();
    if let Some(problem) = problem_of(&form) {
        return again(&user, None, &form, problem);
    }
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

pub(super) async fn edit(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
) -> Response {
    let state = sim.lock();
    match own_project(&state, &user, id) {
        Some(project) => form_page(&user, Some(project), |name| known(project, name), None),
        None => not_found(),
    }
}

pub(super) async fn update(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    PathId(id): PathId,
    Form(form): Form,
) -> Response {
    let mut state = sim.lock();
    let Some(project) = own_project(&state, &user, id).cloned() else {
        return not_found();
    };
    if project.deleted {
        return refuse(&format!("/projects/{id}"), DELETED);
    }
    if let Some(problem) = problem_of(&form) {
        return again(&user, Some(&project), &form, problem);
    }
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
    back(&format!("/projects/{id}"), "Project saved")
}
