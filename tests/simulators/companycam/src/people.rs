//! `/company`, `/users` and a project's assigned users.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use serde_json::Value;

use crate::Shared;
use crate::auth::Caller;
use crate::projects::visible_project;
use crate::request::{ApiError, ApiResult, Params, parse_id};
use crate::shapes::Shaper;
use crate::state::{Id, State as Sims, User};

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/company", get(company))
        .route("/users", get(list_users))
        .route("/users/current", get(current_user))
        .route("/users/{id}", get(get_user))
        .route("/projects/{project}/assigned_users", get(list_assigned))
        .route(
            "/projects/{project}/assigned_users/{user}",
            put(assign).delete(remove),
        )
}

async fn company(State(sim): State<Shared>, caller: Caller) -> ApiResult<Json<Value>> {
    let state = sim.lock();
    let company = state
        .companies
        .get(&caller.company)
        .ok_or_else(ApiError::not_found)?;
    Ok(Json(Shaper::new(&state).company(company)))
}

async fn list_users(State(sim): State<Shared>, caller: Caller, params: Params) -> Json<Vec<Value>> {
    let state = sim.lock();
    let shaper = Shaper::new(&state);
    let users = state
        .users
        .values()
        .filter(|user| user.company == caller.company)
        .collect();
    Json(
        params
            .page(users)
            .into_iter()
            .map(|user| shaper.user(user))
            .collect(),
    )
}

async fn current_user(State(sim): State<Shared>, caller: Caller) -> ApiResult<Json<Value>> {
    let state = sim.lock();
    let user = user_of(&state, &caller, caller.user)?;
    Ok(Json(Shaper::new(&state).user(user)))
}

async fn get_user(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let state = sim.lock();
    let user = user_of(&state, &caller, parse_id(&id)?)?;
    Ok(Json(Shaper::new(&state).user(user)))
}

fn user_of<'a>(state: &'a Sims, caller: &Caller, id: Id) -> ApiResult<&'a User> {
    state
        .users
        .get(&id)
        .filter(|user| user.company == caller.company)
        .ok_or_else(ApiError::not_found)
}

async fn list_assigned(
    State(sim): State<Shared>,
    caller: Caller,
    params: Params,
    Path(project): Path<String>,
) -> ApiResult<Json<Vec<Value>>> {
    let state = sim.lock();
    let project = visible_project(&state, &caller, &project)?;
    let shaper = Shaper::new(&state);
    let users = project
        .assignees
        .iter()
        .filter_map(|id| state.users.get(id))
        .collect();
    Ok(Json(
        params
            .page(users)
            .into_iter()
            .map(|user| shaper.user(user))
            .collect(),
    ))
}

async fn assign(
    State(sim): State<Shared>,
    caller: Caller,
    Path((project, user)): Path<(String, String)>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let project = visible_project(&state, &caller, &project)?.id;
    let user = user_of(&state, &caller, parse_id(&user)?)?.clone();
    state.assign(project, user.id, true);
    Ok((StatusCode::CREATED, Json(Shaper::new(&state).user(&user))))
}

async fn remove(
    State(sim): State<Shared>,
    caller: Caller,
    Path((project, user)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    caller.need_destroy()?;
    let mut state = sim.lock();
    let project = visible_project(&state, &caller, &project)?;
    let (project, user) = (project.id, parse_id(&user)?);
    let assigned = state
        .projects
        .get(&project)
        .is_some_and(|project| project.assignees.contains(&user));
    if !assigned {
        return Err(ApiError::not_found());
    }
    state.assign(project, user, false);
    Ok(StatusCode::NO_CONTENT)
}
