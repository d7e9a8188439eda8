//! `push_jobs`: its preview, and doing it (B44).

use std::sync::Arc;

use ::sync::by_hand::ask_for_projects;
use axum::extract::{Query, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use runtime::App;
use serde::Deserialize;
use web::{ErrorPage, sign_in};

use super::card::{WINDOWS, page};
use super::preview::preview;
use crate::notice::Notice;
use crate::parts::action;
use crate::posted::{answer, failed, live, sent};

/// `since_days`, and `confirm` once the preview was seen.
#[derive(Debug, Deserialize)]
pub struct PushForm {
    since_days: Option<String>,
    confirm: Option<String>,
}

/// The window that a form names.
fn window(named: Option<&str>) -> Result<(&'static str, u16, &'static str), ErrorPage> {
    let found = WINDOWS
        .into_iter()
        .find(|(value, ..)| Some(*value) == named);
    found.ok_or_else(|| {
        let text = "Choose 29 days, 90 days, or a year. Nothing was started.";
        ErrorPage::new(StatusCode::BAD_REQUEST, "How far back?", text)
    })
}

/// `GET /companycam/settings/push_jobs?since_days=`
pub async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<PushForm>,
    headers: HeaderMap,
) -> Response {
    shown(&app, &asked, &headers)
        .await
        .unwrap_or_else(|problem| failed(&app, problem))
}

async fn shown(app: &App, asked: &PushForm, headers: &HeaderMap) -> Result<Response, ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let organization = live(app, &signed_in).await?;
    let (value, days, text) = window(asked.since_days.as_deref())?;
    let found = preview(app, &organization, days).await?;
    let body = page(app, &signed_in, (value, text), &found);
    Ok(web::page::frame(&app.config, "Push recent jobs", &body))
}

/// `POST /companycam/settings/push_jobs`
pub async fn push(State(app): State<Arc<App>>, request: Request) -> Response {
    match pushed(&app, request).await {
        Ok(Some(preview)) => Redirect::to(&preview).into_response(),
        Ok(None) => answer(&app, Ok(Notice::Pushing)),
        Err(problem) => failed(&app, problem),
    }
}

/// The address of the preview, if that is still to be seen.
async fn pushed(app: &App, request: Request) -> Result<Option<String>, ErrorPage> {
    let (signed_in, form) = sent::<PushForm>(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let (value, days, _) = window(form.since_days.as_deref())?;
    if form.confirm.as_deref() != Some("yes") {
        return Ok(Some(format!(
            "{}?since_days={value}",
            action(app, "push_jobs")
        )));
    }
    let found = preview(app, &organization, days).await?;
    let jobs: Vec<_> = found.jobs.iter().map(|job| job.id.clone()).collect();
    let by = &signed_in.session.email;
    ask_for_projects(app, &organization.org_id, &jobs, by).await?;
    Ok(None)
}
