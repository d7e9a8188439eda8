//! `/projects`, with their documents, labels and notepad.

use std::cmp::Reverse;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, patch, put};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use simulator_kit::Chunked;

use crate::Shared;
use crate::auth::Caller;
use crate::documents::{Content, NewDocument};
use crate::operations::NewProject;
use crate::request::{ApiError, ApiResult, Body, Params, parse_id};
use crate::shapes::Shaper;
use crate::state::{Address, Contact, Project, State as Sims};

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/projects", get(list).post(create))
        .route("/projects/{id}", get(show).put(update).delete(delete))
        .route("/projects/{id}/archive", patch(archive))
        .route("/projects/{id}/restore", put(restore))
        .route("/projects/{id}/notepad", put(write_notepad))
        .route("/projects/{id}/labels", get(list_labels).post(add_labels))
        .route(
            "/projects/{id}/documents",
            get(list_documents).post(create_document),
        )
}

/// The project of a path, if the caller may see it; deleted ones included.
pub(crate) fn visible_project<'a>(
    state: &'a Sims,
    caller: &Caller,
    id: &str,
) -> ApiResult<&'a Project> {
    state
        .projects
        .get(&parse_id(id)?)
        .filter(|project| state.sees(caller.user, project))
        .ok_or_else(ApiError::not_found)
}

/// ISO 8601 to Unix seconds; without an offset it is UTC.
fn parse_time(text: &str) -> ApiResult<i64> {
    [
        text.to_owned(),
        format!("{text}Z"),
        format!("{text}T00:00:00Z"),
    ]
    .iter()
    .find_map(|text| text.parse::<jiff::Timestamp>().ok())
    .map(jiff::Timestamp::as_second)
    .ok_or_else(|| ApiError::bad_request("modified_since is not an ISO 8601 date"))
}

async fn list(
    State(sim): State<Shared>,
    caller: Caller,
    params: Params,
) -> ApiResult<Json<Vec<Value>>> {
    let since = params.get("modified_since").filter(|text| !text.is_empty());
    let since = since.map(parse_time).transpose()?;
    let query = params.text("query").to_lowercase();
    let contains = |text: &Option<String>| {
        text.as_deref()
            .is_some_and(|text| text.to_lowercase().contains(&query))
    };
    let state = sim.lock();
    let mut projects: Vec<&Project> = state
        .projects
        .values()
        .filter(|project| state.sees(caller.user, project))
        .filter(|project| since.is_none_or(|since| project.updated_at >= since))
        .filter(|project| {
            query.is_empty()
                || contains(&project.name)
                || contains(&project.address.street_address_1)
        })
        .collect();
    projects.sort_by_key(|project| Reverse((project.updated_at, project.id)));
    let shaper = Shaper::new(&state);
    let page = params.page(projects);
    Ok(Json(
        page.into_iter()
            .map(|project| state.shape_project(&shaper, project))
            .collect(),
    ))
}

async fn show(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let state = sim.lock();
    let project = visible_project(&state, &caller, &id)?;
    Ok(Json(state.shape_project(&Shaper::new(&state), project)))
}

#[derive(Deserialize)]
struct ProjectBody {
    name: Option<String>,
    address: Option<Address>,
    coordinates: Option<Value>,
    geofence: Option<Value>,
    primary_contact: Option<Contact>,
}

async fn create(
    State(sim): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Body(body): Body<ProjectBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    check_contact(&state, body.primary_contact.as_ref())?;
    let creator = caller.credited(&state, &headers);
    let id = state.create_project(NewProject {
        company: caller.company,
        creator,
        name: body.name,
        address: body.address.unwrap_or_default(),
        coordinates: body.coordinates,
        contact: body.primary_contact,
    });
    Ok((StatusCode::CREATED, answer(&state, id)?))
}

/// One address, one number: as strict as a test wants it.
fn check_contact(state: &Sims, contact: Option<&Contact>) -> ApiResult<()> {
    let Some(contact) = contact.filter(|_| state.settings.validate_contacts) else {
        return Ok(());
    };
    let is_email = |text: &String| {
        let parts = text.split_once('@');
        let well_formed = parts.is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        });
        well_formed && !text.contains([' ', ',', ';'])
    };
    let is_phone = |text: &String| {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        digits >= 7 && !text.chars().any(char::is_alphabetic)
    };
    if !contact.email.as_ref().is_none_or(is_email) {
        return Err(ApiError::unprocessable("Primary contact email is invalid"));
    }
    if !contact.phone_number.as_ref().is_none_or(is_phone) {
        return Err(ApiError::unprocessable(
            "Primary contact phone number is invalid",
        ));
    }
    Ok(())
}

fn answer(state: &Sims, id: crate::state::Id) -> ApiResult<Json<Value>> {
    let project = state.projects.get(&id).ok_or_else(ApiError::not_found)?;
    Ok(Json(state.shape_project(&Shaper::new(state), project)))
}

async fn update(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<ProjectBody>,
) -> ApiResult<Json<Value>> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_project(&state, &caller, &id)?.id;
    check_contact(&state, body.primary_contact.as_ref())?;
    state.change_project(id, "project.updated", |project| {
        if let Some(name) = body.name {
            project.name = Some(name);
        }
        if let Some(address) = body.address {
            merge_address(&mut project.address, address);
        }
        if body.coordinates.is_some() {
            project.coordinates = body.coordinates;
        }
        if let Some(geofence) = body.geofence {
            project.geofence = geofence;
        }
    });
    answer(&state, id)
}

/// Only the given lines change.
fn merge_address(known: &mut Address, given: Address) {
    let pairs = [
        (&mut known.street_address_1, given.street_address_1),
        (&mut known.street_address_2, given.street_address_2),
        (&mut known.city, given.city),
        (&mut known.state, given.state),
        (&mut known.postal_code, given.postal_code),
        (&mut known.country, given.country),
    ];
    for (known, given) in pairs {
        if given.is_some() {
            *known = given;
        }
    }
}

async fn delete(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    caller.need_destroy()?;
    let mut state = sim.lock();
    let id = visible_project(&state, &caller, &id)?.id;
    state.change_project(id, "project.deleted", |project| project.deleted = true);
    Ok(StatusCode::NO_CONTENT)
}

async fn archive(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_project(&state, &caller, &id)?.id;
    state.change_project(id, "project.archived", |project| project.archived = true);
    answer(&state, id)
}

async fn restore(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_project(&state, &caller, &id)?.id;
    state.change_project(id, "project.updated", |project| {
        project.archived = false;
        project.deleted = false;
    });
    answer(&state, id)
}

#[derive(Deserialize)]
struct NotepadBody {
    notepad: String,
}

async fn write_notepad(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NotepadBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_project(&state, &caller, &id)?.id;
    let notepad = body.notepad.clone();
    state.change_project(id, "project.updated", |project| {
        project.notepad = Some(notepad);
    });
    Ok((StatusCode::CREATED, Json(json!({"notepad": body.notepad}))))
}

async fn list_labels(
    State(sim): State<Shared>,
    caller: Caller,
    params: Params,
    Path(id): Path<String>,
) -> ApiResult<Json<Vec<Value>>> {
    let state = sim.lock();
    let project = visible_project(&state, &caller, &id)?;
    let shaper = Shaper::new(&state);
    let labels = project
        .labels
        .iter()
        .filter_map(|id| state.labels.get(id))
        .collect();
    Ok(Json(
        params
            .page(labels)
            .into_iter()
            .map(|label| shaper.tag(label))
            .collect(),
    ))
}

#[derive(Deserialize)]
struct LabelsBody {
    project: LabelNames,
}

#[derive(Deserialize)]
struct LabelNames {
    labels: Vec<String>,
}

async fn add_labels(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<LabelsBody>,
) -> ApiResult<(StatusCode, Json<Vec<Value>>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let id = visible_project(&state, &caller, &id)?.id;
    let ids = state.add_labels(id, &body.project.labels);
    let shaper = Shaper::new(&state);
    let labels = ids.iter().filter_map(|id| state.labels.get(id));
    Ok((
        StatusCode::CREATED,
        Json(labels.map(|label| shaper.tag(label)).collect()),
    ))
}

async fn list_documents(
    State(sim): State<Shared>,
    caller: Caller,
    params: Params,
    Path(id): Path<String>,
) -> ApiResult<Json<Vec<Value>>> {
    let state = sim.lock();
    let project = visible_project(&state, &caller, &id)?.id;
    let mut documents: Vec<_> = state
        .documents
        .values()
        .filter(|document| document.project == project)
        .collect();
    documents.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    let shaper = Shaper::new(&state);
    let shape = |document: &crate::state::Document| {
        shaper.document(document, &state.creator_name(document.creator))
    };
    Ok(Json(
        params.page(documents).into_iter().map(shape).collect(),
    ))
}

#[derive(Deserialize)]
struct DocumentBody {
    document: DocumentFields,
}

#[derive(Deserialize)]
struct DocumentFields {
    name: String,
    attachment: String,
}

async fn create_document(
    State(sim): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(body): Body<DocumentBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let bytes = STANDARD
        .decode(body.document.attachment)
        .map_err(|_| ApiError::bad_request("attachment is not base64"))?;
    let mut state = sim.lock();
    let project = visible_project(&state, &caller, &id)?.id;
    let creator = caller.credited(&state, &headers);
    let id = state.create_document(NewDocument {
        project,
        creator,
        name: body.document.name,
        content: Content::Given(Chunked::from_bytes(bytes)),
        content_type: None,
    });
    let document = state.documents.get(&id).ok_or_else(ApiError::not_found)?;
    let shape = Shaper::new(&state).document(document, &state.creator_name(creator));
    Ok((StatusCode::CREATED, Json(shape)))
}
