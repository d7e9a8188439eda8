//! The page of a job: its project's, where it has one.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::html;
use one_click::{Job, JobId};
use runtime::App;
use store::activity::Filter;
use web::{ErrorPage, sign_in};

use super::project::{Came, silent};
use super::read::{Unreachable, in_one_click};
use crate::activity::card::history;
use crate::find::job_state;
use crate::links;
use crate::parts::{action, csrf};
use crate::posted::organization;

/// So many entries of its history.
const HISTORY: usize = 30;

/// `GET /companycam/settings/jobs/{job_id}`
pub async fn job(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(came): Query<Came>,
    headers: HeaderMap,
) -> Response {
    show(&app, &id, &came, &headers)
        .await
        .unwrap_or_else(|problem| {
            problem
                .with_default_action("Back to the settings", app.config.settings_url())
                .into_page(&app.config)
        })
}

async fn show(
    app: &App,
    id: &str,
    came: &Came,
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let organization = organization(app, &signed_in).await?;
    let id = JobId::parse(id).map_err(|_| unknown())?;
    let org = &organization.org_id;
    if let Some(row) = app.store.job(org, &id).await? {
        // One page says it all.
        return Ok(Redirect::to(&links::details(app, &row.project_id)).into_response());
    }
    let there = match in_one_click(app, &organization, &id).await {
        Ok(Some(there)) => there.job,
        Ok(None) => return Err(unknown()),
        Err(Unreachable) => return Err(silent()),
    };
    let filter = Filter {
        job: Some(id.clone()),
        ..Filter::default()
    };
    let (claim, entries) = futures::try_join!(
        app.store.claim(org, &id),
        app.store.activity_page(org, &filter, None, HISTORY),
    )?;
    let state = job_state(&id, claim.as_ref(), &organization);
    let create = action(app, &format!("jobs/{id}/create_project"));
    let body = html! {
        (came.said())
        p { a href=(app.config.settings_url()) { "Back to the settings" } }
        section.card aria-labelledby="job" {
            h1 #job { (there.customer_name) }
            p { span.tag { (state.state) } " " (state.text) }
            dl.facts {
                dt { "Job" } dd { a href=(links::job(app, &id)) { (there.name) " (" (id) ")" } }
                dt { "Address" } dd { (address(&there)) }
            }
            form method="post" action=(create) data-plain {
                (csrf(&signed_in))
                button.quiet type="submit" { "Create the project now" }
            }
            p.soft { "To link it to a project that is there already, open the project with Find, and enter this job there." }
        }
        (history(app, &entries))
    };
    Ok(web::page::frame(&app.config, &there.customer_name, &body))
}

fn unknown() -> ErrorPage {
    let text = "One Click has no such job in this organization. It may be mistyped, deleted, or another organization’s.";
    ErrorPage::new(StatusCode::NOT_FOUND, "No such job", text)
}

fn address(job: &Job) -> String {
    let address = &job.address;
    let parts = [
        &address.line_1,
        &address.line_2,
        &address.city,
        &address.state,
        &address.postal_code,
    ];
    let parts = parts.map(String::as_str).into_iter();
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}
