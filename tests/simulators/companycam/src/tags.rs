//! `/tags`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use crate::Shared;
use crate::auth::Caller;
use crate::request::{ApiError, ApiResult, Body, Params, parse_id};
use crate::shapes::Shaper;
use crate::state::{State as Sims, Tag};

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/tags", get(list).post(create))
        .route("/tags/{id}", get(show).put(rename).delete(delete))
}

async fn list(State(sim): State<Shared>, caller: Caller, params: Params) -> Json<Vec<Value>> {
    let state = sim.lock();
    let shaper = Shaper::new(&state);
    let tags = state
        .tags
        .values()
        .filter(|tag| tag.company == caller.company)
        .collect();
    Json(
        params
            .page(tags)
            .into_iter()
            .map(|tag| shaper.tag(tag))
            .collect(),
    )
}

fn own_tag<'a>(state: &'a Sims, caller: &Caller, id: &str) -> ApiResult<&'a Tag> {
    state
        .tags
        .get(&parse_id(id)?)
        .filter(|tag| tag.company == caller.company)
        .ok_or_else(ApiError::not_found)
}

async fn show(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let state = sim.lock();
    let tag = own_tag(&state, &caller, &id)?;
    Ok(Json(Shaper::new(&state).tag(tag)))
}

async fn rename(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<TagBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let tag = own_tag(&state, &caller, &id)?.id;
    let renamed = state.rename_tag(tag, &body.tag.display_value);
    renamed.map_err(ApiError::unprocessable)?;
    let tag = own_tag(&state, &caller, &id)?;
    Ok((StatusCode::CREATED, Json(Shaper::new(&state).tag(tag))))
}

async fn delete(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    caller.need_destroy()?;
    let mut state = sim.lock();
    let tag = own_tag(&state, &caller, &id)?.id;
    state.delete_tag(tag);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct TagBody {
    tag: TagFields,
}

#[derive(Deserialize)]
struct TagFields {
    display_value: String,
}

async fn create(
    State(sim): State<Shared>,
    caller: Caller,
    Body(body): Body<TagBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = state.tag_named(caller.company, &body.tag.display_value);
    let tag = state.tags.get(&id).ok_or_else(ApiError::not_found)?;
    Ok((StatusCode::CREATED, Json(Shaper::new(&state).tag(tag))))
}
