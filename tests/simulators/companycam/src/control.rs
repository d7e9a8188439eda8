//! Control routes, for tests and the demo. None needs a token or counts against the rate limit.
//!
//! Besides the kit's `/_sim/faults` and `/_sim/requests`:
//!
//! | Route | Body | What |
//! |---|---|---|
//! | `GET /_sim/state` | | companies, users, projects, photos, tags, documents, webhooks (without tokens) |
//! | `GET`, `DELETE /_sim/stats` | | `{"gets", "writes", "rate_limited"}` of the API, and `pending_deliveries` |
//! | `GET`, `PATCH /_sim/settings` | any fields of [`Settings`](crate::Settings) | the switches |
//! | `GET`, `DELETE /_sim/deliveries` | | attempts to deliver webhooks |
//! | `POST /_sim/companies` | `{"name"}` | 201 `{"id", "token", "admin_id", "admin_email"}` |
//! | `POST /_sim/companies/{id}/users` | `{"first_name", "last_name", "email_address"}` | 201 `{"id"}`; no event |
//! | `POST /_sim/companies/{id}/revoke_grants` | | as if the customer removed the integration |
//! | `PATCH /_sim/users/{id}` | `{"email_address", "status", "restricted", "first_name", "last_name"}` | `status`: `active`, `deleted`; a restricted user sees assigned projects only |
//! | `POST /_sim/tokens/expire` | | every access token expires now; refresh tokens stay |
//! | `POST /_sim/authorize` | `{"url", "email", "allow"}` | `{"location"}`: login and consent in one step |
//! | `POST /_sim/hard_cases` | | 201 `{"added"}`: the hard cases of the demo, once; see the kit's `hard_cases` |
//! | `POST /_sim/projects` | `{"company_id", "creator_id", "name", "address", "primary_contact", "integrations", "shared_with"}`, all optional | 201 `{"id"}`; `project.created` |
//! | `PATCH /_sim/projects/{id}` | the same, and `notepad`, `archived`, `status`, `created_at`, `updated_at` | the event that fits |
//! | `DELETE /_sim/projects/{id}` | | with its photos and documents it has never been; no event |
//! | `POST /_sim/projects/{id}/merge` | `{"into"}` | `project.merged` |
//! | `PUT`, `DELETE /_sim/projects/{id}/assigned_users/{user}` | | no event |
//! | `POST /_sim/projects/{id}/labels` | `{"labels"}` | `project.label_added` |
//! | `POST /_sim/projects/{id}/documents` | `{"name", "bytes", "content", "content_type", "uri"}` | 201 `{"id"}`; a file of that size, or the base64 `content`; `document.created` |
//! | `PATCH /_sim/documents/{id}` | the same, and `project_id` | a new name or file: `document.updated`; a move: no event |
//! | `GET /_sim/documents/{id}/file` | | its bytes, whatever its `uri` |
//! | `DELETE /_sim/documents/{id}` | | no event |
//! | `POST /_sim/photos` | `{"project_id", "bytes", "captured_at", "description", "tags", "internal", "processing_status", "creator_id", "uri"}` | 201 `{"id"}`; with a `processing_status` the photo stays in it |
//! | `PATCH /_sim/photos/{id}` | `{"project_id", "description", "add_tag", "remove_tag", "internal", "processing_status", "captured_at", "uri"}` | moves, describes … with the event that fits; a `duplicate` may become `processed` |
//! | `POST /_sim/photos/{id}/annotate` | `{"same_second"}`, optional | new bytes and hash; with it, the same `updated_at`; `photo.updated` |
//! | `DELETE /_sim/photos/{id}` | | no event; with `?for_real=true` it has never been |
//! | `GET /_sim/photos/{id}/files/{version}` | | that version's bytes, counted from 0, whatever its `uri` |
//! | `POST /_sim/photos/{id}/restore` | | brings a deleted one back; no event |
//! | `PATCH`, `DELETE /_sim/tags/{id}` | `{"display_value"}` | on every photo that has it; no event |
//! | `POST /_sim/webhooks/{id}/disable` | | as 25 errors would |
//!
//! `uri` is `{"kind": "normal" | "missing" | "not_image" | "gone" | "forbidden" | "empty" |
//! "drawing"}`,
//! `{"kind": "foreign", "origin"}`, `{"kind": "redirect", "to"}` or `{"kind": "huge", "bytes"}`.

mod documents;
mod photos;
mod projects;
mod tags;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Shared;
use crate::oauth::Asked;
use crate::request::{ApiError, ApiResult, Body, Params};
use crate::state::{Company, Id, Photo, Project, State as Sims, User, now};

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/state", get(dump))
        .route("/_sim/stats", get(stats).delete(clear_stats))
        .route("/_sim/settings", get(settings).patch(change_settings))
        .route("/_sim/deliveries", get(deliveries).delete(clear_deliveries))
        .route("/_sim/companies", post(add_company))
        .route("/_sim/companies/{id}/users", post(add_user))
        .route("/_sim/companies/{id}/revoke_grants", post(revoke_grants))
        .route("/_sim/users/{id}", patch(change_user))
        .route("/_sim/hard_cases", post(add_hard_cases))
        .route("/_sim/tokens/expire", post(expire_tokens))
        .route("/_sim/authorize", post(authorize))
        .route("/_sim/webhooks/{id}/disable", post(disable_webhook))
        .merge(projects::routes())
        .merge(documents::routes())
        .merge(photos::routes())
        .merge(tags::routes())
}

/// An id as a string or a number, in a control body.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "Value")]
struct AnyId(Id);

impl TryFrom<Value> for AnyId {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        crate::request::id_of(&value)
            .map(Self)
            .ok_or_else(|| format!("{value} is no id"))
    }
}

fn created(id: Id) -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(json!({"id": id.to_string()})))
}

fn text(id: Id) -> String {
    id.to_string()
}

async fn dump(State(sim): State<Shared>) -> Json<Value> {
    let state = sim.lock();
    let names = |photo: &Photo| -> Vec<String> {
        let mut names: Vec<String> = photo
            .tags
            .iter()
            .filter_map(|tag| state.tags.get(tag))
            .map(|tag| tag.display_value.clone())
            .collect();
        names.sort();
        names
    };
    Json(json!({
        "companies": state.companies.values().map(|company| json!({
            "id": text(company.id), "name": company.name,
        })).collect::<Vec<_>>(),
        "users": state.users.values().map(|user| json!({
            "id": text(user.id), "company_id": text(user.company), "name": user.name(),
            "email_address": user.email, "active": user.active, "restricted": user.restricted,
        })).collect::<Vec<_>>(),
        "projects": state.projects.values().map(project_state).collect::<Vec<_>>(),
        "photos": state.photos.values().map(|photo| json!({
            "id": text(photo.id), "company_id": text(photo.company),
            "project_id": text(photo.project), "creator_id": text(photo.creator),
            "creator_name": state.creator_name(photo.creator),
            "description": photo.description, "tags": names(photo), "internal": photo.internal,
            "processing_status": photo.processing_status, "deleted": photo.deleted,
            "uri": photo.uri,
            "md5": photo.files.last().map(|file| file.md5()),
            "bytes": photo.files.last().map(|file| file.jpeg().size()),
            "captured_at": photo.captured_at, "created_at": photo.created_at,
            "updated_at": photo.updated_at,
        })).collect::<Vec<_>>(),
        "tags": state.tags.values().map(|tag| json!({
            "id": text(tag.id), "company_id": text(tag.company),
            "display_value": tag.display_value,
        })).collect::<Vec<_>>(),
        "documents": state.documents.values().map(|document| json!({
            "id": text(document.id), "project_id": text(document.project),
            "creator_id": text(document.creator),
            "name": document.name, "byte_size": document.file.content.size(),
            "md5": document.file.md5(), "content_type": document.content_type,
            "uri": document.uri, "created_at": document.created_at,
            "updated_at": document.updated_at,
        })).collect::<Vec<_>>(),
        "webhooks": state.webhooks.values().map(|webhook| json!({
            "id": text(webhook.id), "company_id": text(webhook.company), "url": webhook.url,
            "scopes": webhook.scopes, "enabled": webhook.enabled, "errors": webhook.errors,
        })).collect::<Vec<_>>(),
    }))
}

fn project_state(project: &Project) -> Value {
    json!({
        "id": text(project.id), "company_id": text(project.company),
        "creator_id": text(project.creator), "name": project.name, "address": project.address,
        "primary_contact": project.contact, "integrations": project.integrations,
        "notepad": project.notepad,
        "assignees": project.assignees.iter().copied().map(text).collect::<Vec<_>>(),
        "status": if project.deleted { "deleted" } else { "active" },
        "archived": project.archived, "merged_into": project.merged_into.map(text),
        "created_at": project.created_at, "updated_at": project.updated_at,
    })
}

async fn stats(State(sim): State<Shared>) -> Json<Value> {
    let state = sim.lock();
    let mut stats = json!(state.stats);
    stats["pending_deliveries"] = json!(state.pending_deliveries());
    Json(stats)
}

async fn clear_stats(State(sim): State<Shared>) -> StatusCode {
    sim.lock().stats = crate::state::Stats::default();
    StatusCode::NO_CONTENT
}

async fn settings(State(sim): State<Shared>) -> Json<crate::Settings> {
    Json(sim.lock().settings.clone())
}

async fn change_settings(
    State(sim): State<Shared>,
    Body(changes): Body<serde_json::Map<String, Value>>,
) -> ApiResult<Json<crate::Settings>> {
    let mut state = sim.lock();
    let failed = |error: serde_json::Error| ApiError::bad_request(&error.to_string());
    let mut all = serde_json::to_value(&state.settings).map_err(failed)?;
    if let Some(all) = all.as_object_mut() {
        all.extend(changes);
    }
    state.settings = serde_json::from_value(all).map_err(failed)?;
    Ok(Json(state.settings.clone()))
}

async fn deliveries(State(sim): State<Shared>) -> Json<Vec<crate::delivery::Attempt>> {
    Json(sim.lock().delivery_log.iter().cloned().collect())
}

async fn clear_deliveries(State(sim): State<Shared>) -> StatusCode {
    sim.lock().delivery_log.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct CompanyBody {
    name: String,
}

async fn add_company(
    State(sim): State<Shared>,
    Body(body): Body<CompanyBody>,
) -> (StatusCode, Json<Value>) {
    let mut state = sim.lock();
    let id = state.take_id();
    let token = crate::oauth::random_token();
    let company = Company {
        id,
        name: body.name,
        personal_token: token.clone(),
    };
    state.companies.insert(id, company);
    let email = format!("admin@company-{id}.example");
    let admin = insert_user(
        &mut state,
        id,
        UserBody {
            first_name: Some("Admin".into()),
            last_name: Some("One".into()),
            email_address: Some(Some(email.clone())),
            ..UserBody::default()
        },
    );
    let answer =
        json!({"id": text(id), "token": token, "admin_id": text(admin), "admin_email": email});
    (StatusCode::CREATED, Json(answer))
}

#[derive(Default, Deserialize)]
struct UserBody {
    first_name: Option<String>,
    last_name: Option<String>,
    /// Absent: unchanged; `null`: none.
    #[serde(default, deserialize_with = "given")]
    email_address: Given<String>,
    status: Option<String>,
    restricted: Option<bool>,
}

/// A field that may be absent (`None`), `null` (`Some(None)`) or a value.
type Given<T> = Option<Option<T>>;

/// Tells a field that is `null` from one that is absent.
fn given<'de, D, T>(deserializer: D) -> Result<Given<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

fn insert_user(state: &mut Sims, company: Id, body: UserBody) -> Id {
    let id = state.take_id();
    let user = User {
        id,
        company,
        first_name: body.first_name.unwrap_or_default(),
        last_name: body.last_name.unwrap_or_default(),
        email: body.email_address.flatten(),
        active: body.status.as_deref() != Some("deleted"),
        restricted: body.restricted.unwrap_or(false),
        created_at: now(),
        updated_at: now(),
    };
    state.users.insert(id, user);
    id
}

async fn add_user(
    State(sim): State<Shared>,
    Path(company): Path<Id>,
    Body(body): Body<UserBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let mut state = sim.lock();
    if !state.companies.contains_key(&company) {
        return Err(ApiError::not_found());
    }
    Ok(created(insert_user(&mut state, company, body)))
}

async fn change_user(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Body(body): Body<UserBody>,
) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    let user = state.users.get_mut(&id).ok_or_else(ApiError::not_found)?;
    if let Some(first_name) = body.first_name {
        user.first_name = first_name;
    }
    if let Some(last_name) = body.last_name {
        user.last_name = last_name;
    }
    if let Some(email) = body.email_address {
        user.email = email;
    }
    if let Some(status) = body.status {
        user.active = status == "active";
    }
    if let Some(restricted) = body.restricted {
        user.restricted = restricted;
    }
    user.updated_at = now();
    Ok(StatusCode::NO_CONTENT)
}

async fn revoke_grants(State(sim): State<Shared>, Path(company): Path<Id>) -> StatusCode {
    sim.lock().revoke_grants(company);
    StatusCode::NO_CONTENT
}

async fn expire_tokens(State(sim): State<Shared>) -> StatusCode {
    sim.lock().expire_access();
    StatusCode::NO_CONTENT
}

async fn add_hard_cases(State(sim): State<Shared>) -> (StatusCode, Json<Value>) {
    let added = sim.lock().add_hard_cases();
    (StatusCode::CREATED, Json(json!({"added": added})))
}

#[derive(Deserialize)]
struct AuthorizeBody {
    url: url::Url,
    email: String,
    allow: bool,
}

async fn authorize(
    State(sim): State<Shared>,
    Body(body): Body<AuthorizeBody>,
) -> ApiResult<Json<Value>> {
    let params = Params::parse(body.url.query().unwrap_or_default().as_bytes());
    let asked = Asked::check(&sim, &params).map_err(ApiError::bad_request)?;
    let mut state = sim.lock();
    let user = state.user_by_email(None, &body.email).map(|user| user.id);
    let user = user.ok_or_else(ApiError::not_found)?;
    Ok(Json(
        json!({"location": asked.answer(&mut state, user, body.allow)}),
    ))
}

async fn disable_webhook(State(sim): State<Shared>, Path(id): Path<Id>) -> ApiResult<StatusCode> {
    let mut state = sim.lock();
    let webhook = state
        .webhooks
        .get_mut(&id)
        .ok_or_else(ApiError::not_found)?;
    webhook.enabled = false;
    Ok(StatusCode::NO_CONTENT)
}
