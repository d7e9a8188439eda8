//! Which field of CompanyCam becomes which of One Click, with a project of the organization's own as the
//! example. It can be read only: One Click's own help says the same.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use decide::fields::new_job;
use maud::{Markup, html};
use model::organization::Organization;
use model::project::{LinkState, ProjectRow};
use one_click::{Field, JobFields};
use runtime::App;
use web::{ErrorPage, sign_in};

use crate::posted::organization;

/// Among so many of the newest projects an example is looked for.
const AMONG: usize = 200;

/// `GET /companycam/settings/fields`
pub async fn fields(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    show(&app, &headers).await.unwrap_or_else(|problem| {
        problem
            .with_default_action("Back to the settings", app.config.settings_url())
            .into_page(&app.config)
    })
}

async fn show(app: &App, headers: &HeaderMap) -> Result<Response, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let organization = organization(app, &signed_in).await?;
    let row = example(app, &organization).await?;
    let job = row.as_ref().and_then(|row| {
        let seen = row.seen.as_ref()?;
        Some(new_job(&row.project_id, &row.company_id, seen))
    });
    let body = html! {
        p { a href=(app.config.settings_url()) { "Back to the settings" } }
        section.card aria-labelledby="fields" {
            h1 #fields { "How fields map" }
            p.soft { "A change in CompanyCam changes the same field of the job. What someone edited in One Click stays until that field changes in CompanyCam." }
            (table(job.as_ref()))
        }
        (photos())
        (back_to_companycam())
    };
    Ok(web::page::frame(&app.config, "How fields map", &body))
}

/// A linked project, with as much of it filled as one of the newest has.
async fn example(app: &App, organization: &Organization) -> Result<Option<ProjectRow>, ErrorPage> {
    let linked = |row: &ProjectRow| row.state == LinkState::Linked && row.seen.is_some();
    let (rows, _) = app
        .store
        .find_projects(&organization.org_id, linked, AMONG, AMONG)
        .await?;
    let filled = |row: &ProjectRow| {
        row.seen.as_ref().map_or(0, |seen| {
            let parts = [
                &seen.contact_name,
                &seen.contact_email,
                &seen.contact_phone,
                &seen.street_address_1,
            ];
            parts.into_iter().flatten().count()
        })
    };
    // Of those that are alike the newest, which comes first.
    Ok(rows.into_iter().rev().max_by_key(filled))
}

fn text<T: Clone + AsRef<str>>(field: &Field<T>) -> &str {
    match field {
        Field::Set(value) => value.as_ref(),
        Field::Keep | Field::Clear => "",
    }
}

fn table(job: Option<&JobFields>) -> Markup {
    let none = JobFields::default();
    let job = job.unwrap_or(&none);
    let phone = job.phones.as_ref().and_then(|phones| phones.first());
    let address = [
        &job.address.line_1,
        &job.address.line_2,
        &job.address.city,
        &job.address.state,
        &job.address.postal_code,
    ];
    let address: Vec<_> = address.map(text).into_iter().collect();
    let address: Vec<_> = address
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let rows = [
        (
            "Project name, or the street address if it has none",
            "Customer name",
            job.customer_name.clone().unwrap_or_default(),
        ),
        (
            "Contact’s name, or the project name",
            "Job name",
            job.name.clone().unwrap_or_default(),
        ),
        ("Contact’s email", "Email", text(&job.email).to_owned()),
        (
            "Contact’s phone number",
            "Phone",
            phone.map(|phone| phone.number.clone()).unwrap_or_default(),
        ),
        ("Address", "Address", address.join(", ")),
        (
            "First assigned user who is matched",
            "Assigned user, once; never changed after someone set it in One Click",
            String::new(),
        ),
    ];
    html! {
        table {
            thead { tr { th scope="col" { "CompanyCam project" } th scope="col" { "One Click job" } th scope="col" { "Example" } } }
            tbody { @for (from, to, example) in &rows {
                tr { th scope="row" { (from) } td { (to) } td { (example) } }
            } }
        }
    }
}

fn photos() -> Markup {
    html! {
        section.card aria-labelledby="photos" {
            h2 #photos { "Photos and documents" }
            p { "Photos come in their original size, with caption, date taken, photographer, and tags. Documents keep their name." }
        }
    }
}

fn back_to_companycam() -> Markup {
    html! {
        section.card aria-labelledby="back" {
            h2 #back { "From One Click to CompanyCam" }
            p { "A project created from a job gets the customer name as its name, the job’s address, and its name, email and first phone number as the contact. After that CompanyCam’s fields are left alone; only who is assigned follows, if the preferences say so." }
        }
    }
}
