//! The page of demo controls: part of the demo, and of no real One Click. What both simulators have of it is
//! in the kit.

use std::cmp::Reverse;

use axum::extract::{Query, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Form, Router};
use maud::{Markup, html};
use serde::Deserialize;
use simulator_kit::demo::{self, Refusal, Side, Switch, TITLE, done, refused, switched};
use simulator_kit::page::Page;

use super::session::SignedIn;
use super::{BRAND, Section, WebError, navigation};
use crate::app::Shared;
use crate::error::ApiError;
use crate::webhooks::Switches;
use crate::world::hard_cases::RIDGELINE;
use crate::world::{JobRecord, Organization};

const REFUSED: u16 = 422;

pub(crate) const DEMO: Side = Side {
    product: "One Click Contractor",
    served: &["/v1/*"],
    written: &["/v1/*"],
    refusals: &[
        refusal("image", "Storing a photo", Some("PUT"), "/v1/*/images/*"),
        refusal(
            "document",
            "Storing a document",
            Some("PUT"),
            "/v1/*/documents/*",
        ),
        refusal("create", "Creating a job", Some("POST"), "/v1/*/jobs"),
        refusal("change", "Changing a job", Some("PATCH"), "/v1/*/jobs/*"),
        refusal("any", "Any request to the API", None, "/v1/*"),
    ],
};

const fn refusal(
    key: &'static str,
    name: &'static str,
    method: Option<&'static str>,
    path: &'static str,
) -> Refusal {
    Refusal {
        key,
        name,
        method,
        path,
        status: REFUSED,
    }
}

/// So much later webhooks are delivered: long enough to be seen, within a minute's patience.
const LATE_MS: u64 = 20_000;

/// As many jobs can be chosen, the newest; a load test has thousands.
const OFFERED: usize = 200;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(demo::PATH, get(show))
        .route("/demo/webhooks", post(switch_webhooks))
        .route("/demo/normal", post(back_to_normal))
        .route("/demo/hard_cases", post(add_hard_cases))
        .route("/demo/age", post(age))
        .route("/demo/forget", post(forget))
        .route("/demo/restore", post(restore))
}

#[derive(Deserialize)]
struct Said {
    notice: Option<String>,
    problem: Option<String>,
}

/// Needs nobody signed in: what is wrong can be ended by anybody.
async fn show(
    State(app): State<Shared>,
    who: Result<SignedIn, WebError>,
    Query(said): Query<Said>,
) -> Markup {
    let who = who.ok();
    let webhooks = webhook_switches(&app.webhooks.switches());
    let mut on = app.demo.on();
    on.extend(
        webhooks
            .iter()
            .filter(|switch| switch.on)
            .map(|switch| switch.name.to_owned()),
    );
    let content = app.read(|world| {
        let of = |id: &str| world.organizations.get(id);
        let own = who.as_ref().and_then(|who| of(&who.organization_id));
        html! {
            (demo::head(BRAND.product, &on))
            (app.demo.cards())
            section.card {
                h2 { "Webhooks" }
                p.muted { "How One Click tells of changes to jobs." }
                @for switch in &webhooks { (switch.row("/demo/webhooks")) }
            }
            @match own {
                Some(organization) => (jobs(organization)),
                None => section.card {
                    h2 { "Jobs and time" }
                    p { a href="/sign_in" { "Sign in" } " to change those of your organization." }
                },
            }
            @if let Some(ridgeline) = of(RIDGELINE) {
                (demo::hard_cases_card(ridgeline.has_hard_cases(), &other_half(&app)))
            }
        }
    });
    let navigation = who.as_ref().map(|who| navigation(who, Section::None));
    let user = who.as_ref().map(SignedIn::in_words);
    let page = Page {
        brand: BRAND,
        title: TITLE,
        navigation: navigation.as_deref().unwrap_or_default(),
        user: user.as_deref(),
        notice: said.notice.as_deref(),
        problem: said.problem.as_deref(),
    };
    page.render(content)
}

fn other_half(app: &Shared) -> Markup {
    html! {
        "This adds One Click's half to Ridgeline Exteriors. CompanyCam's half is added on "
        @match &app.companycam_url {
            Some(url) => a href={ (url) (demo::PATH) } { "its own page of demo controls" },
            None => "its own page of demo controls",
        }
        "."
    }
}

fn webhook_switches(switches: &Switches) -> [Switch<'static>; 4] {
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
            switches.drop,
        ),
        switch(
            "late",
            "Webhooks come late",
            "Each event is delivered 20 seconds after it happened.",
            switches.delay_ms > 0,
        ),
        switch(
            "twice",
            "Webhooks come twice",
            "Each event is delivered twice, with the same id.",
            switches.duplicate,
        ),
        switch(
            "swapped",
            "Webhooks come in the wrong order",
            "Each second event overtakes the one before it, which is held back until then.",
            switches.swap,
        ),
    ]
}

#[derive(Deserialize)]
struct Toggle {
    key: String,
    on: bool,
}

async fn switch_webhooks(State(app): State<Shared>, Form(form): Form<Toggle>) -> Redirect {
    let mut switches = Switches {
        times: None,
        ..app.webhooks.switches()
    };
    match form.key.as_str() {
        "lost" => switches.drop = form.on,
        "late" => switches.delay_ms = if form.on { LATE_MS } else { 0 },
        "twice" => switches.duplicate = form.on,
        "swapped" => switches.swap = form.on,
        _ => return refused("There is no such switch."),
    }
    app.webhooks.set_switches(&app, switches);
    switched(form.on)
}

async fn back_to_normal(State(app): State<Shared>) -> Redirect {
    app.demo.back_to_normal();
    app.webhooks.set_switches(&app, Switches::default());
    done("Everything is back to normal")
}

async fn add_hard_cases(State(app): State<Shared>) -> Result<Redirect, WebError> {
    if app.change(crate::world::World::add_hard_cases)? {
        return Ok(done("Hard cases added"));
    }
    Ok(refused("The hard cases are here already."))
}

/// What can be done to the jobs of an organization.
fn jobs(organization: &Organization) -> Markup {
    let deleted = organization.jobs.values().filter(|record| record.deleted);
    let mut live: Vec<&JobRecord> = organization.jobs.values().collect();
    live.retain(|record| !record.deleted);
    live.sort_by_key(|record| Reverse(record.job.created_at));
    live.truncate(OFFERED);
    html! {
        section.card {
            h2 { "Jobs and time" }
            form method="post" action="/demo/age" {
                p.muted { "A job as if it had been so much longer ago. Nobody is told." }
                div.grid {
                    (job_choice("Job to make older", live.iter().copied()))
                    (demo::age_choice())
                }
                button.quiet type="submit" { "Make it older" }
            }
            form.apart method="post" action="/demo/forget" {
                p.muted { "A job that is gone for good: no event, no trace, and no way back." }
                (job_choice("Job to delete for good", live.iter().copied()))
                button.danger type="submit" { "Delete job for good" }
            }
            form.apart method="post" action="/demo/restore" {
                p.muted { "A deleted job comes back with its photos and documents." }
                (job_choice("Deleted job", deleted))
                button.quiet type="submit" { "Bring it back" }
            }
        }
    }
}

fn job_choice<'a>(label: &str, jobs: impl Iterator<Item = &'a JobRecord>) -> Markup {
    html! {
        label {
            (label)
            select name="job" required {
                option value="" { "Choose a job" }
                @for record in jobs {
                    option value=(record.job.id) {
                        (record.job.customer_name) ", " (record.job.address.one_line())
                    }
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct Chosen {
    job: String,
    days: Option<i64>,
}

async fn age(
    State(app): State<Shared>,
    who: SignedIn,
    Form(form): Form<Chosen>,
) -> Result<Redirect, WebError> {
    let days = form.days.filter(|days| (1..=3_650).contains(days));
    let (false, Some(days)) = (form.job.is_empty(), days) else {
        return Ok(refused("Choose a job to make older."));
    };
    app.change(|world| {
        let organization = world.organization_mut(&who.organization_id)?;
        organization.age_job(&form.job, days)
    })?;
    Ok(done("The job is older now"))
}

async fn forget(
    State(app): State<Shared>,
    who: SignedIn,
    Form(form): Form<Chosen>,
) -> Result<Redirect, WebError> {
    let gone = app.change(|world| {
        let organization = world.organization_mut(&who.organization_id)?;
        Ok::<_, ApiError>(organization.jobs.remove(&form.job))
    })?;
    Ok(match gone {
        Some(_) => done("The job is gone for good"),
        None => refused("Choose a job to delete."),
    })
}

async fn restore(
    State(app): State<Shared>,
    who: SignedIn,
    Form(form): Form<Chosen>,
) -> Result<Redirect, WebError> {
    if form.job.is_empty() {
        return Ok(refused("Choose a job to bring back."));
    }
    app.change(|world| world.restore_job(&who.organization_id, &form.job))?;
    Ok(done("The job is back"))
}
