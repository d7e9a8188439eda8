//! `/_sim/documents` and `/_sim/projects/{id}/documents`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use simulator_kit::Chunked;

use super::{AnyId, created};
use crate::Shared;
use crate::documents::{Content, DocumentChange, NewDocument};
use crate::request::{ApiError, ApiResult, Body};
use crate::state::{Id, UriKind};

/// Size of a document whose size is not given, in bytes.
const DEFAULT_BYTES: usize = 20_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/projects/{id}/documents", post(add))
        .route("/_sim/documents/{id}", patch(change).delete(delete))
        .route("/_sim/documents/{id}/file", get(file))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentBody {
    name: Option<String>,
    bytes: Option<usize>,
    /// The bytes themselves, in base64.
    content: Option<String>,
    content_type: Option<String>,
    project_id: Option<AnyId>,
    uri: Option<UriKind>,
}

impl DocumentBody {
    fn content(&self) -> ApiResult<Option<Content>> {
        let Some(content) = &self.content else {
            return Ok(self.bytes.map(Content::MadeUp));
        };
        let bytes = STANDARD
            .decode(content)
            .map_err(|_| ApiError::bad_request("content is not base64"))?;
        Ok(Some(Content::Given(Chunked::from_bytes(bytes))))
    }
}

async fn add(
    State(sim): State<Shared>,
    Path(project): Path<Id>,
    Body(body): Body<DocumentBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let content = body.content()?;
    let mut state = sim.lock();
    let creator = state.projects.get(&project).map(|project| project.creator);
    let creator = creator.ok_or_else(ApiError::not_found)?;
    let name = body.name;
    let id = state.create_document(NewDocument {
        project,
        creator,
        name: name.ok_or_else(|| ApiError::bad_request("name is missing"))?,
        content: content.unwrap_or(Content::MadeUp(DEFAULT_BYTES)),
        content_type: body.content_type,
    });
    if let (Some(uri), Some(document)) = (body.uri, state.documents.get_mut(&id)) {
        document.uri = uri;
    }
    Ok(created(id))
}

async fn change(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<DocumentBody>,
) -> ApiResult<StatusCode> {
    let content = body.content()?;
    let mut state = sim.lock();
    let project = body.project_id.map(|project| project.0);
    if project.is_some_and(|project| !state.projects.contains_key(&project)) {
        return Err(ApiError::not_found());
    }
    let document = state.documents.get_mut(&id);
    let document = document.ok_or_else(ApiError::not_found)?;
    if let Some(uri) = body.uri {
        document.uri = uri;
    }
    if let Some(project) = project {
        state.move_document(id, project);
    }
    if body.name.is_some() || content.is_some() || body.content_type.is_some() {
        state.change_document(
            id,
            DocumentChange {
                name: body.name,
                content,
                content_type: body.content_type,
            },
        );
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(sim): State<Shared>, Path(id): Path<Id>) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    if !state.documents.contains_key(&id) {
        return Err(ApiError::not_found());
    }
    state.delete_document(id);
    Ok(StatusCode::NO_CONTENT)
}

async fn file(State(sim): State<Shared>, Path(id): Path<Id>) -> ApiResult<Bytes> {
    let state = sim.lock();
    let document = state.documents.get(&id).ok_or_else(ApiError::not_found)?;
    Ok(document.file.content.to_bytes())
}
