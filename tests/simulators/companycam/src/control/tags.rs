//! `/_sim/tags`.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::patch;
use serde::Deserialize;

use crate::Shared;
use crate::request::{ApiError, ApiResult, Body};
use crate::state::{Id, State as Sims};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/_sim/tags/{id}", patch(rename).delete(delete))
}

fn known(state: &Sims, id: Id) -> ApiResult<()> {
    let tag = state.tags.get(&id).map(drop);
    tag.ok_or_else(ApiError::not_found)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagBody {
    display_value: String,
}

async fn rename(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<TagBody>,
) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    known(&state, id)?;
    let renamed = state.rename_tag(id, &body.display_value);
    renamed.map_err(ApiError::unprocessable)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(sim): State<Shared>, Path(id): Path<Id>) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    known(&state, id)?;
    state.delete_tag(id);
    Ok(StatusCode::NO_CONTENT)
}
