#![doc = include_str!("../README.md")]

mod activity;
mod attention;
mod connection;
mod find;
mod links;
mod lost_sight;
mod mapping;
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
    let asset = async |Path(name): Path<String>| web::assets::serve(&name);
    let routes = Router::new()
        .route("/companycam/settings", get(the_tab).post(enter))
        .route("/companycam/settings/status", get(status::status))
        .route("/companycam/assets/{name}", get(asset))
        .merge(of_the_connection())
        .merge(of_runs())
        .merge(of_what_happened())
        .merge(of_subjects())
        .fallback(async || StatusCode::NOT_FOUND);
    web::served(routes, app)
}

/// How the organization wants it.
fn of_the_connection() -> Router<Arc<App>> {
    use connection::form::{disconnect, mode, pause, resume};
    use users::{chooser::chooser, form};

    Router::new()
        .route(
            "/companycam/settings/preferences",
            post(preferences::form::preferences),
        )
        .route(
            "/companycam/settings/users/accept_suggestions",
            post(form::accept_suggestions),
        )
        .route(
            "/companycam/settings/users/{companycam_user_id}",
            get(chooser).post(form::user),
        )
        .route("/companycam/settings/fields", get(mapping::fields))
        .route("/companycam/settings/mode", post(mode))
        .route("/companycam/settings/pause", post(pause))
        .route("/companycam/settings/resume", post(resume))
        .route("/companycam/settings/disconnect", post(disconnect))
}

/// What is done to many at once.
fn of_runs() -> Router<Arc<App>> {
    use syncing::form::{cancel, preview, sync};

    Router::new()
        .route("/companycam/settings/sync", post(sync))
        .route("/companycam/settings/sync/cancel", post(cancel))
        .route("/companycam/settings/sync/preview", post(preview))
        .route("/companycam/settings/runs/{run_id}", get(runs::run))
        .route(
            "/companycam/settings/runs/{run_id}/undo",
            post(runs::form::undo),
        )
        .route(
            "/companycam/settings/push_jobs",
            get(push::form::show).post(push::form::push),
        )
}

/// What happened, and what is asked of somebody.
fn of_what_happened() -> Router<Arc<App>> {
    use attention::{duplicates::duplicates, form};

    Router::new()
        .route("/companycam/settings/activity.csv", get(activity::csv::csv))
        .route("/companycam/settings/retry", post(activity::form::retry))
        .route(
            "/companycam/settings/bring-back",
            post(activity::form::bring_back),
        )
        .route(
            "/companycam/settings/attention/retry_all",
            post(form::retry_all),
        )
        .route(
            "/companycam/settings/attention/{id}/retry",
            post(form::retry),
        )
        .route(
            "/companycam/settings/attention/{id}/dismiss",
            post(form::dismiss),
        )
        .route(
            "/companycam/settings/duplicates/{project_id}",
            post(duplicates),
        )
        .route(
            "/companycam/settings/lost_sight",
            post(lost_sight::lost_sight),
        )
}

/// One project, one job.
fn of_subjects() -> Router<Arc<App>> {
    use subject::form::{about_project, create_project, link};

    Router::new()
        .route(
            "/companycam/settings/projects/{project_id}",
            get(subject::project),
        )
        .route(
            "/companycam/settings/projects/{project_id}/link",
            post(link),
        )
        .route(
            "/companycam/settings/projects/{project_id}/{verb}",
            post(about_project),
        )
        .route("/companycam/settings/jobs/{job_id}", get(subject::job))
        .route(
            "/companycam/settings/jobs/{job_id}/create_project",
            post(create_project),
        )
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
            watch: None,
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
