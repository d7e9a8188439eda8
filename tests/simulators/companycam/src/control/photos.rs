//! `/_sim/photos`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use simulator_kit::Picture;

use super::{AnyId, Given, created, given};
use crate::Shared;
use crate::operations::{NewPhoto, finish_later};
use crate::request::{ApiError, ApiResult, Body, Params};
use crate::state::{Id, PhotoFile, State as Sims, UriKind, now};

/// Size of a photo whose size is not given, in bytes.
const DEFAULT_BYTES: usize = 200_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/photos", post(add))
        .route("/_sim/photos/{id}", patch(change).delete(delete))
        .route("/_sim/photos/{id}/annotate", post(annotate))
        .route("/_sim/photos/{id}/restore", post(restore))
        .route("/_sim/photos/{id}/files/{version}", get(file))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddBody {
    project_id: AnyId,
    creator_id: Option<AnyId>,
    bytes: Option<usize>,
    captured_at: Option<i64>,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    internal: bool,
    processing_status: Option<String>,
    #[serde(default)]
    uri: UriKind,
}

/// Numbers go on from the photos there are, so no two look alike.
fn picture(sim: &Shared, state: &Sims, taken_at: i64, bytes: usize) -> Picture {
    let number = state.photos.len() as u64 + 1;
    Picture {
        seed: number ^ (sim.options.seed << 32),
        number,
        taken_at,
        bytes,
        marks: 0,
    }
}

async fn add(
    State(sim): State<Shared>,
    Body(body): Body<AddBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let mut state = sim.lock();
    let project = body.project_id.0;
    let owner = state.projects.get(&project).map(|project| project.creator);
    let owner = owner.ok_or_else(ApiError::not_found)?;
    let captured_at = body.captured_at.unwrap_or_else(now);
    let bytes = body.bytes.unwrap_or(DEFAULT_BYTES);
    let picture = picture(&sim, &state, captured_at, bytes);
    let id = state.create_photo(NewPhoto {
        project,
        creator: body.creator_id.map_or(owner, |id| id.0),
        file: PhotoFile::drawn(picture),
        captured_at,
        description: body.description,
        tags: body.tags,
        internal: body.internal,
        uri: body.uri,
    });
    match body.processing_status.as_deref() {
        Some("processed") => state.finish_photo(id, "processed"),
        Some(status) => {
            if let Some(photo) = state.photos.get_mut(&id) {
                status.clone_into(&mut photo.processing_status);
            }
        }
        None => finish_later(&sim, &mut state, id),
    }
    Ok(created(id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    project_id: Option<AnyId>,
    #[serde(default, deserialize_with = "given")]
    description: Given<String>,
    add_tag: Option<String>,
    remove_tag: Option<String>,
    internal: Option<bool>,
    processing_status: Option<String>,
    captured_at: Option<i64>,
    updated_at: Option<i64>,
    uri: Option<UriKind>,
}

async fn change(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<ChangeBody>,
) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    known(&state, id)?;
    if let Some(photo) = state.photos.get_mut(&id) {
        photo.captured_at = body.captured_at.unwrap_or(photo.captured_at);
        if let Some(uri) = body.uri {
            photo.uri = uri;
        }
    }
    if let Some(project) = body.project_id {
        if !state.projects.contains_key(&project.0) {
            return Err(ApiError::not_found());
        }
        state.move_photo(id, project.0);
    }
    if let Some(description) = body.description {
        state.describe_photo(id, description);
    }
    if let Some(tag) = body.add_tag {
        state.tag_photo(id, &[tag]);
    }
    if let Some(tag) = body.remove_tag {
        state.untag_photo_by_name(id, &tag);
    }
    if let Some(internal) = body.internal {
        state.set_internal(id, internal);
    }
    if let Some(status) = body.processing_status {
        if status == "processed" {
            ensure_file(&sim, &mut state, id);
        }
        state.finish_photo(id, &status);
    }
    // Last, since every change dates the photo.
    if let (Some(at), Some(photo)) = (body.updated_at, state.photos.get_mut(&id)) {
        photo.updated_at = at;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn known(state: &Sims, id: Id) -> ApiResult<()> {
    match state.photos.get(&id) {
        Some(photo) if !photo.deleted => Ok(()),
        _ => Err(ApiError::not_found()),
    }
}

/// A seeded duplicate has no file and no address: what becomes a photo has both.
fn ensure_file(sim: &Shared, state: &mut Sims, id: Id) {
    let picture = state
        .photos
        .get(&id)
        .filter(|photo| photo.files.last().is_none_or(|file| file.is_empty()))
        .map(|photo| picture(sim, state, photo.captured_at, DEFAULT_BYTES));
    if let (Some(picture), Some(photo)) = (picture, state.photos.get_mut(&id)) {
        photo.files = vec![PhotoFile::drawn(picture)];
        photo.uri = UriKind::Normal;
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnotateBody {
    #[serde(default)]
    same_second: bool,
}

async fn annotate(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<Option<AnnotateBody>>,
) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    known(&state, id)?;
    if body.unwrap_or_default().same_second {
        state.annotate_photo_within_its_second(id);
    } else {
        state.annotate_photo(id);
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    params: Params,
) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    if params.text("for_real") == "true" {
        let removed = state.photos.remove(&id).map(drop);
        removed.ok_or_else(ApiError::not_found)?;
    } else {
        known(&state, id)?;
        state.delete_photo(id);
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn restore(State(sim): State<Shared>, Path(id): Path<Id>) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    let deleted = state.photos.get(&id).is_some_and(|photo| photo.deleted);
    if !deleted {
        return Err(ApiError::not_found());
    }
    state.restore_photo(id);
    Ok(StatusCode::NO_CONTENT)
}

async fn file(
    State(sim): State<Shared>,
    Path((id, version)): Path<(Id, usize)>,
) -> ApiResult<Bytes> {
    let file = {
        let state = sim.lock();
        let photo = state.photos.get(&id);
        photo.and_then(|photo| photo.files.get(version)).cloned()
    };
    let file = file.ok_or_else(ApiError::not_found)?;
    Ok(file.jpeg().to_bytes())
}
