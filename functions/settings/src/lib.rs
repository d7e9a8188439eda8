#![doc = include_str!("../README.md")]

mod activity;
mod attention;
mod connection;
mod find;
mod links;
mod lost_sight;
mod notice;
mod parts;
mod posted;
mod preferences;
mod push;
mod runs;
mod status;
mod subject;
mod syncing;
mod tab;
mod users;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::header::SET_COOKIE;
use runtime::App;
use serde::Deserialize;
use web::{Arrival, AtDoor, Door, Entered, ErrorPage, sign_in};

/// The routes of this function.
pub fn router(app: Arc<App>) -> Router {
    let routes = Router::new()
        .route("/companycam/settings", get(the_tab).post(enter))
        .route("/companycam/settings/status", get(status::status))
        .route(
            "/companycam/settings/preferences",
            post(preferences::form::preferences),
        )
        .route(
            "/companycam/settings/users/accept_suggestions",
            post(users::form::accept_suggestions),
        )
        .route(
            "/companycam/settings/users/{companycam_user_id}",
            get(users::chooser::chooser).post(users::form::user),
        )
        .route("/companycam/settings/sync", post(syncing::form::sync))
        .route(
            "/companycam/settings/sync/cancel",
            post(syncing::form::cancel),
        )
        .route(
            "/companycam/settings/lost_sight",
            post(lost_sight::lost_sight),
        )
        .route(
            "/companycam/settings/attention/retry_all",
            post(attention::form::retry_all),
        )
        .route(
            "/companycam/settings/attention/{id}/retry",
            post(attention::form::retry),
        )
        .route(
            "/companycam/settings/attention/{id}/dismiss",
            post(attention::form::dismiss),
        )
        .route("/companycam/settings/activity.csv", get(activity::csv::csv))
        .route("/companycam/settings/retry", post(activity::form::retry))
        .route(
            "/companycam/settings/bring-back",
            post(activity::form::bring_back),
        )
        .route(
            "/companycam/settings/disconnect",
            post(connection::form::disconnect),
        )
        .route(
            "/companycam/settings/projects/{project_id}",
            get(subject::project),
        )
        .route(
            "/companycam/settings/projects/{project_id}/link",
            post(subject::form::link),
        )
        .route(
            "/companycam/settings/projects/{project_id}/{verb}",
            post(subject::form::about_project),
        )
        .route("/companycam/settings/jobs/{job_id}", get(subject::job))
        .route(
            "/companycam/settings/jobs/{job_id}/create_project",
            post(subject::form::create_project),
        )
        .route(
            "/companycam/settings/push_jobs",
            get(push::form::show).post(push::form::push),
        )
        .route(
            "/companycam/settings/duplicates/{project_id}",
            post(attention::duplicates::duplicates),
        )
        .route("/companycam/settings/runs/{run_id}", get(runs::run))
        .route(
            "/companycam/settings/runs/{run_id}/undo",
            post(runs::form::undo),
        )
        .route(
            "/companycam/settings/sync/preview",
            post(syncing::form::preview),
        )
        .route("/companycam/settings/mode", post(connection::form::mode))
        .route("/companycam/settings/pause", post(connection::form::pause))
        .route(
            "/companycam/settings/resume",
            post(connection::form::resume),
        )
        .route(
            "/companycam/assets/{name}",
            get(async |Path(name): Path<String>| web::assets::serve(&name)),
        )
        .fallback(async || StatusCode::NOT_FOUND);
    web::served(routes, app)
}

/// The tab's parameters.
#[derive(Debug, Deserialize)]
struct Parameters {
    launch: Option<String>,
    notice: Option<String>,
    #[serde(flatten)]
    view: view::View,
    #[serde(flatten)]
    people: users::card::Search,
}

async fn the_tab(
    State(app): State<Arc<App>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    answer(&app, show(&app, parameters, &headers).await)
}

/// The form of the page that a launch from elsewhere stops at (B37).
async fn enter(State(app): State<Arc<App>>, request: Request) -> Response {
    let confirmed = web::confirmed(&app, request, Door::Settings).await;
    answer(&app, confirmed.map(|(entered, _)| to_tab(&app, entered)))
}

fn answer(app: &App, outcome: Result<Response, ErrorPage>) -> Response {
    outcome.unwrap_or_else(|problem| {
        problem
            .with_default_action("Try again", app.config.settings_url())
            .into_page(&app.config)
    })
}

async fn show(
    app: &App,
    parameters: Parameters,
    headers: &HeaderMap,
) -> Result<Response, ErrorPage> {
    if parameters.launch.is_some() {
        let asked = AtDoor {
            launch: parameters.launch,
            replace_by: None,
        };
        return Ok(
            match web::arrive(app, headers, Door::Settings, &asked).await? {
                Arrival::Entered(entered) => to_tab(app, entered),
                Arrival::Stopped(page) => page,
            },
        );
    }
    let signed_in = sign_in(app, headers).await?;
    let notice = parameters.notice.as_deref().and_then(notice::Notice::parse);
    let (view, people) = (&parameters.view, &parameters.people);
    tab::tab(app, &signed_in, notice, view, people).await
}

/// The token leaves the address bar, so that a reload does not bring it again.
fn to_tab(app: &App, entered: Entered) -> Response {
    let mut response = Redirect::to(&app.config.settings_url()).into_response();
    response
        .headers_mut()
        .extend(entered.cookie.map(|cookie| (SET_COOKIE, cookie)));
    response
}
