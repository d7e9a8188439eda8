//! The page of demo controls: part of the demo, and of no real CompanyCam. What both simulators have of it
//! is in the kit.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use simulator_kit::demo::{self, Refusal, Side, Switch, TITLE, done, refused, switched};
use simulator_kit::page::Page;

use super::projects::{others, project_choice};
use super::{BRAND, Visitor, navigation};
use crate::Shared;
use crate::request::{Form, Params};
use crate::seed::DAY;
use crate::settings::Settings;
use crate::state::{Id, State as Sims, User};

const REFUSED: u16 = 422;
const NOT_FOUND: u16 = 404;

pub(crate) const DEMO: Side = Side {
    product: "CompanyCam",
    served: &[
        "/v2/*",
        "/oauth/token",
        "/oauth/revoke",
        "/cdn/*/original.jpg",
        "/cdn/documents/*",
    ],
    // A refresh token whose answer is lost is used up: that is another trouble.
    written: &["/v2/*"],
    refusals: &[
        refusal(
            "original",
            "Downloading a photo's original",
            ("GET", "/cdn/*/original.jpg"),
            NOT_FOUND,
        ),
        refusal(
            "document",
            "Downloading a document",
            ("GET", "/cdn/documents/*"),
            NOT_FOUND,
        ),
        refusal(
            "create",
            "Creating a project",
            ("POST", "/v2/projects"),
            REFUSED,
        ),
        refusal(
            "assign",
            "Assigning a user to a project",
            ("PUT", "/v2/projects/*/assigned_users/*"),
            REFUSED,
        ),
        refusal(
            "read",
            "Reading a project",
            ("GET", "/v2/projects/*"),
            REFUSED,
        ),
        Refusal {
            key: "any",
            name: "Any request to the API",
            method: None,
            path: "/v2/*",
            status: REFUSED,
        },
    ],
};

const fn refusal(
    key: &'static str,
    name: &'static str,
    (method, path): (&'static str, &'static str),
    status: u16,
) -> Refusal {
    Refusal {
        key,
        name,
        method: Some(method),
        path,
        status,
    }
}

/// So much later webhooks are delivered: long enough to be seen, within a minute's patience.
const LATE_MS: u64 = 20_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(demo::PATH, get(show))
        .route("/demo/webhooks", post(switch_webhooks))
        .route("/demo/normal", post(back_to_normal))
        .route("/demo/hard_cases", post(add_hard_cases))
        .route("/demo/expire", post(expire))
        .route("/demo/revoke", post(revoke))
        .route("/demo/disable", post(disable_webhooks))
        .route("/demo/restrict", post(restrict))
        .route("/demo/age", post(age))
        .route("/demo/forget", post(forget))
        .route("/demo/forget_photo", post(forget_photo))
}

/// Needs nobody signed in: what is wrong can be ended by anybody.
async fn show(
    State(sim): State<Shared>,
    visitor: Result<Visitor, Redirect>,
    params: Params,
) -> Response {
    let state = sim.lock();
    let user = visitor.ok().map(|visitor| visitor.0);
    let webhooks = webhook_switches(&state.settings);
    let mut on = sim.demo.on();
    on.extend(
        webhooks
            .iter()
            .filter(|switch| switch.on)
            .map(|switch| switch.name.to_owned()),
    );
    let content = html! {
        (demo::head(BRAND.product, &on))
        (sim.demo.cards())
        section.card {
            h2 { "Webhooks" }
            p.muted { "How CompanyCam tells of changes." }
            @for switch in &webhooks { (switch.row("/demo/webhooks")) }
        }
        @match &user {
            Some(user) => (own_cards(&state, user)),
            None => section.card {
                h2 { "Connection, people, and projects" }
                p { a href=(crate::SIGN_IN) { "Sign in" } " to change those of your company." }
            },
        }
        (demo::hard_cases_card(state.has_hard_cases, &html! {
            "This adds CompanyCam's half. One Click's half is added on its own page of demo controls."
        }))
    };
    let name = user.as_ref().map(User::name);
    let navigation = user.as_ref().map(|_| navigation(TITLE));
    Page {
        brand: BRAND,
        title: TITLE,
        navigation: navigation
            .as_ref()
            .map_or(&[], |entries| entries.as_slice()),
        user: name.as_deref(),
        notice: params.get("notice"),
        problem: params.get("problem"),
    }
    .render(content)
    .into_response()
}

fn webhook_switches(settings: &Settings) -> [Switch<'static>; 4] {
    let switch = |key, name, about, on| Switch {
        key,
        name,
        about,
        on,
    };
    [
        switch(
            "lost",
            "Webhooks are lost",
            "No event is delivered. What changes is found by looking, or at night.",
            settings.drop_deliveries,
        ),
        switch(
            "late",
            "Webhooks come late",
            "Each event is delivered 20 seconds after it happened.",
            settings.delivery_delay_ms > 0,
        ),
        switch(
            "twice",
            "Webhooks come twice",
            "Each event is delivered twice.",
            settings.duplicate_deliveries,
        ),
        switch(
            "swapped",
            "Webhooks come in the wrong order",
            "Of two events the second is delivered first.",
            settings.swap_deliveries,
        ),
    ]
}

async fn switch_webhooks(State(sim): State<Shared>, Form(form): Form) -> Redirect {
    let on = form.text("on") == "true";
    let settings = &mut sim.lock().settings;
    match form.text("key") {
        "lost" => settings.drop_deliveries = on,
        "late" => settings.delivery_delay_ms = if on { LATE_MS } else { 0 },
        "twice" => settings.duplicate_deliveries = on,
        "swapped" => settings.swap_deliveries = on,
        _ => return refused("There is no such switch."),
    }
    switched(on)
}

async fn back_to_normal(State(sim): State<Shared>) -> Redirect {
    sim.demo.back_to_normal();
    sim.lock().settings = sim.options.settings.clone();
    done("Everything is back to normal")
}

async fn add_hard_cases(State(sim): State<Shared>) -> Redirect {
    if sim.lock().add_hard_cases() {
        return done("Hard cases added");
    }
    refused("The hard cases are here already.")
}

/// What can be done to the company of who is signed in.
fn own_cards(state: &Sims, user: &User) -> Markup {
    html! {
        section.card {
            h2 { "Connection" }
            (button("/demo/expire", "Expire its access tokens", "The next request is answered with 401; a refresh token gets another."))
            (button("/demo/revoke", "Revoke its access", "As if your company had removed the integration: it has to be connected again."))
            (button("/demo/disable", "Disable its webhooks", "As after 25 deliveries that failed, and as silently."))
        }
        (people(state, user))
        (projects(state, user))
    }
}

fn button(action: &str, name: &str, about: &str) -> Markup {
    html! {
        form.row.switch method="post" action=(action) {
            div.muted { (about) }
            button.quiet type="submit" { (name) }
        }
    }
}

fn people(state: &Sims, user: &User) -> Markup {
    let people = state.users.values();
    let people = people.filter(|person| person.company == user.company && person.active);
    html! {
        section.card {
            h2 { "People" }
            p.muted { "A restricted user sees assigned projects only, and so does an integration that was connected by one." }
            form method="post" action="/demo/restrict" {
                label {
                    "Person"
                    select name="user_id" required {
                        option value="" { "Choose a person" }
                        @for person in people {
                            option value=(person.id) { (person.name()) @if person.restricted { " (restricted)" } }
                        }
                    }
                }
                div.row {
                    button.quiet type="submit" name="restricted" value="true" { "Restrict to assigned projects" }
                    button.quiet type="submit" name="restricted" value="false" { "Let see all projects" }
                }
            }
        }
    }
}

fn projects(state: &Sims, user: &User) -> Markup {
    let all = others(state, user, 0);
    html! {
        section.card {
            h2 { "Projects and time" }
            form method="post" action="/demo/age" {
                p.muted { "A project with its photos as if it had been so much longer ago. Nobody is told." }
                div.grid {
                    (project_choice("Project to make older", &all))
                    (demo::age_choice())
                }
                button.quiet type="submit" { "Make it older" }
            }
            form.apart method="post" action="/demo/forget" {
                p.muted { "A project or a photo that is gone for good: no event, no trace, and no way back." }
                (project_choice("Project to delete for good", &all))
                button.danger type="submit" { "Delete project for good" }
            }
            form.row.apart method="post" action="/demo/forget_photo" {
                label {
                    "Photo to delete for good, by the number in its address"
                    input type="text" inputmode="numeric" name="photo_id" required;
                }
                button.danger type="submit" { "Delete photo for good" }
            }
        }
    }
}

async fn expire(State(sim): State<Shared>, _: Visitor) -> Redirect {
    sim.lock().expire_access();
    done("All access tokens have expired")
}

async fn revoke(State(sim): State<Shared>, Visitor(user): Visitor) -> Redirect {
    sim.lock().revoke_grants(user.company);
    done("Access is revoked")
}

async fn disable_webhooks(State(sim): State<Shared>, Visitor(user): Visitor) -> Redirect {
    let mut state = sim.lock();
    let webhooks = state.webhooks.values_mut();
    for webhook in webhooks.filter(|webhook| webhook.company == user.company) {
        webhook.enabled = false;
    }
    done("Webhooks are disabled")
}

async fn restrict(State(sim): State<Shared>, Visitor(user): Visitor, Form(form): Form) -> Redirect {
    let id: Id = form.text("user_id").parse().unwrap_or_default();
    let mut state = sim.lock();
    let person = state.users.get_mut(&id);
    let Some(person) = person.filter(|person| person.company == user.company) else {
        return refused("Choose a person of your company.");
    };
    person.restricted = form.text("restricted") == "true";
    let sees = if person.restricted {
        "assigned projects only"
    } else {
        "all projects"
    };
    done(&format!("{} sees {sees} now", person.name()))
}

/// The project that a form names, if it is one of the user's.
fn chosen(state: &Sims, user: &User, form: &Params) -> Option<Id> {
    let id = form.text("project_id").parse().ok()?;
    super::projects::own_project(state, user, id).map(|project| project.id)
}

async fn age(State(sim): State<Shared>, Visitor(user): Visitor, Form(form): Form) -> Redirect {
    let mut state = sim.lock();
    let days: Option<i64> = form.text("days").parse().ok();
    let days = days.filter(|days| (1..=3_650).contains(days));
    let (Some(project), Some(days)) = (chosen(&state, &user, &form), days) else {
        return refused("Choose a project to make older.");
    };
    state.age_project(project, days * DAY);
    done("The project is older now")
}

async fn forget(State(sim): State<Shared>, Visitor(user): Visitor, Form(form): Form) -> Redirect {
    let mut state = sim.lock();
    let Some(project) = chosen(&state, &user, &form) else {
        return refused("Choose a project to delete.");
    };
    state.forget_project(project);
    done("The project is gone for good")
}

async fn forget_photo(
    State(sim): State<Shared>,
    Visitor(user): Visitor,
    Form(form): Form,
) -> Redirect {
    let id: Id = form.text("photo_id").trim().parse().unwrap_or_default();
    let mut state = sim.lock();
    let photo = state.photos.get(&id);
    if photo.is_none_or(|photo| photo.company != user.company) {
        return refused("Your company has no photo of this number.");
    }
    state.photos.remove(&id);
    done("The photo is gone for good")
}
