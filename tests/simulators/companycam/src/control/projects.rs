//! `/_sim/projects`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{patch, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use super::{AnyId, Given, created, given};
use crate::Shared;
use crate::operations::NewProject;
use crate::request::{ApiError, ApiResult, Body};
use crate::state::{Address, Contact, Id, Integration};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/projects", post(add))
        .route("/_sim/projects/{id}", patch(change).delete(forget))
        .route("/_sim/projects/{id}/merge", post(merge))
        .route("/_sim/projects/{id}/labels", post(label))
        .route(
            "/_sim/projects/{id}/assigned_users/{user}",
            put(assign).delete(unassign),
        )
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectBody {
    company_id: Option<AnyId>,
    creator_id: Option<AnyId>,
    #[serde(default, deserialize_with = "given")]
    name: Given<String>,
    address: Option<Address>,
    primary_contact: Option<Contact>,
    integrations: Option<Vec<Integration>>,
    shared_with: Option<Vec<AnyId>>,
    notepad: Option<String>,
    archived: Option<bool>,
    status: Option<String>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
}

async fn add(
    State(sim): State<Shared>,
    Body(body): Body<ProjectBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let mut state = sim.lock();
    let first = state.companies.keys().next().copied();
    let company = body
        .company_id
        .map(|id| id.0)
        .or(first)
        .ok_or_else(ApiError::not_found)?;
    let admin = state
        .admin(company)
        .map(|admin| admin.id)
        .ok_or_else(ApiError::not_found)?;
    let id = state.create_project(NewProject {
        company,
        creator: body.creator_id.map_or(admin, |id| id.0),
        name: body.name.flatten(),
        address: body.address.unwrap_or_default(),
        coordinates: None,
        contact: body.primary_contact,
    });
    if let Some(project) = state.projects.get_mut(&id) {
        project.integrations = body.integrations.unwrap_or_default();
        let shared_with = body.shared_with.unwrap_or_default();
        project.shared_with = shared_with.iter().map(|id| id.0).collect();
        project.notepad = body.notepad;
        project.created_at = body.created_at.unwrap_or(project.created_at);
        project.updated_at = body.updated_at.unwrap_or(project.updated_at);
        project.archived = body.archived.unwrap_or(false);
        project.deleted = body.status.as_deref() == Some("deleted");
    }
    Ok(created(id))
}

async fn change(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<ProjectBody>,
) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    if !state.projects.contains_key(&id) {
        return Err(ApiError::not_found());
    }
    if let Some(contact) = body.primary_contact {
        state.set_contact(id, contact);
    }
    if body.name.is_some()
        || body.address.is_some()
        || body.integrations.is_some()
        || body.notepad.is_some()
    {
        state.change_project(id, "project.updated", |project| {
            if let Some(name) = body.name {
                project.name = name;
            }
            if let Some(address) = body.address {
                project.address = address;
            }
            if let Some(integrations) = body.integrations {
                project.integrations = integrations;
            }
            if body.notepad.is_some() {
                project.notepad = body.notepad;
            }
        });
    }
    if let Some(archived) = body.archived {
        let event_type = if archived {
            "project.archived"
        } else {
            "project.updated"
        };
        state.change_project(id, event_type, |project| project.archived = archived);
    }
    if let Some(status) = body.status {
        let deleted = status == "deleted";
        let event_type = if deleted {
            "project.deleted"
        } else {
            "project.updated"
        };
        state.change_project(id, event_type, |project| project.deleted = deleted);
    }
    if let Some(project) = state.projects.get_mut(&id) {
        project.created_at = body.created_at.unwrap_or(project.created_at);
        project.updated_at = body.updated_at.unwrap_or(project.updated_at);
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn forget(State(sim): State<Shared>, Path(id): Path<Id>) -> ApiResult<StatusCode> {
    if sim.lock().forget_project(id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiError::not_found())
}

#[derive(Deserialize)]
struct MergeBody {
    into: AnyId,
}

async fn merge(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<MergeBody>,
) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    let known = |id| state.projects.contains_key(&id);
    if id == body.into.0 || !known(id) || !known(body.into.0) {
        return Err(ApiError::not_found());
    }
    state.merge_projects(id, body.into.0);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct LabelsBody {
    labels: Vec<String>,
}

async fn label(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<LabelsBody>,
) -> StatusCode {
    sim.lock().add_labels(id, &body.labels);
    StatusCode::NO_CONTENT
}

async fn assign(State(sim): State<Shared>, Path((id, user)): Path<(Id, Id)>) -> StatusCode {
    sim.lock().assign(id, user, true);
    StatusCode::NO_CONTENT
}

async fn unassign(State(sim): State<Shared>, Path((id, user)): Path<(Id, Id)>) -> StatusCode {
    sim.lock().assign(id, user, false);
    StatusCode::NO_CONTENT
}
