//! The routes under `/_sim/` with which tests and the demo steer the simulator.
//!
//! They need no token and act as One Click's own web application would: changes fire webhooks.
//! The simulator kit adds `/_sim/faults` and `/_sim/requests`.
//!
//! | Route | What |
//! |---|---|
//! | `GET /_sim/state[?org=]` | everything of one organization, or `{"organizations": [the same, …]}` |
//! | `GET /_sim/stats` | how many of everything there are, and how deliveries ended |
//! | `POST /_sim/integration-url` `{"url"}` | where the integration is (its `ApiUrl`); `null`: nowhere |
//! | `POST /_sim/launch-token` | a launch token, also a bad one, see [`TokenRequest`] |
//! | `POST /_sim/organizations` `{"id", "name", "users"?, "jobs"?}` | another organization with made-up users and jobs |
//! | `POST /_sim/organizations/{org}/earlier_integration` `{"companycam"}` | 201 `{"jobs": [ids]}`: what the earlier integration made of the projects of the CompanyCam simulator at that origin, see `src/earlier.rs` |
//! | `POST /_sim/hard_cases` | 201 `{"added"}`: the hard cases of the demo, in `org_ridgeline`, once; see the kit's `hard_cases` |
//! | `POST /_sim/organizations/{org}/users` `{"name", "email", "active"?, "role"?, "id"?}` | 201, a user |
//! | `PATCH`, `DELETE …/users/{id}` | changes the given fields, removes the user |
//! | `POST /_sim/organizations/{org}/jobs` `{"job": {…}, "created_at"?, "updated_at"?, "by_program"?}` | 201, a job, back-dated if wished; a person's work, unless `by_program` |
//! | `PATCH`, `DELETE …/jobs/{id}` | the same body; a difference is a person's work. Deletes the job |
//! | `POST …/jobs/{id}/work` `{"kind"}` | an estimate, appointment or note: the API may not delete the job any more |
//! | `POST …/jobs/{id}/restore` | brings a deleted job back; `job.updated` |
//! | `POST …/jobs/{id}/images` `{"image": {…}, "content"}`, `…/documents` `{"document": …}` | 201, one of another origin, of the fields of a PUT, all but `name` optional, and `external_id`, `deleted`, `created_at`, `updated_at`; `content` in base64 |
//! | `DELETE …/jobs/{id}/images/{which}`, `…/documents/{which}` | soft-deletes it; with `?for_real=true` it has never been |
//! | `POST …/jobs/{id}/images/{which}/tamper` `{"content"?}`, `…/documents/…` | other bytes in its place, by default with another last one; nothing but length and `md5` tells |
//! | `GET`, `POST /_sim/webhooks` | the switches, see [`crate::Switches`]; setting them lets held events go |
//! | `GET /_sim/webhooks/deliveries[?org=]` | each event with its attempts and outcome |
//!
//! `{which}` is CompanyCam's id, or `id:` and One Click's own.

mod attachments;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::Shared;
use crate::earlier;
use crate::error::ApiError;
use crate::fields::Fields;
use crate::launch;
use crate::model::{Attachment, AttachmentKind};
use crate::seed;
use crate::webhooks::Switches;
use crate::world::jobs::Backdate;
use crate::world::{JobRecord, Organization, World};

type Answer = Result<Json<Value>, ApiError>;
type Created = Result<(StatusCode, Json<Value>), ApiError>;
type NoContent = Result<StatusCode, ApiError>;

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/_sim/state", get(get_state))
        .route("/_sim/stats", get(get_stats))
        .route("/_sim/integration-url", post(set_integration_url))
        .route("/_sim/launch-token", post(make_launch_token))
        .route("/_sim/organizations", post(create_organization))
        .route("/_sim/organizations/{org}/users", post(create_user))
        .route(
            "/_sim/organizations/{org}/users/{user}",
            patch(update_user).delete(delete_user),
        )
        .route("/_sim/organizations/{org}/jobs", post(create_job))
        .route(
            "/_sim/organizations/{org}/jobs/{job}",
            patch(update_job).delete(delete_job),
        )
        .route("/_sim/organizations/{org}/jobs/{job}/work", post(note_work))
        .route(
            "/_sim/organizations/{org}/jobs/{job}/restore",
            post(restore_job),
        )
        .route(
            "/_sim/organizations/{org}/earlier_integration",
            post(seed_earlier_integration),
        )
        .route("/_sim/hard_cases", post(add_hard_cases))
        .merge(attachments::router())
        .route("/_sim/webhooks", get(get_switches).post(set_switches))
        .route("/_sim/webhooks/deliveries", get(list_deliveries))
}

#[derive(Deserialize)]
struct OneOrganization {
    org: Option<String>,
}

async fn get_state(State(app): State<Shared>, Query(query): Query<OneOrganization>) -> Answer {
    app.read(|world| {
        if let Some(org) = query.org {
            return Ok(Json(dump(world.organization(&org)?)));
        }
        let all: Vec<Value> = world.organizations.values().map(dump).collect();
        Ok(Json(json!({ "organizations": all })))
    })
}

/// All of an organization but its webhook's password and the bytes of files.
pub(crate) fn dump(organization: &Organization) -> Value {
    let jobs: Vec<Value> = organization.jobs.values().map(dump_job).collect();
    let webhook = organization.webhook.as_ref().map(|webhook| {
        json!({ "url": webhook.url, "username": webhook.username, "events": webhook.events })
    });
    json!({
        "organization": { "id": organization.id, "name": organization.name },
        "users": organization.users,
        "jobs": jobs,
        "webhook": webhook,
        "integration": organization.integration,
    })
}

fn dump_job(record: &JobRecord) -> Value {
    // By CompanyCam's ids, since the order in which copies come is a matter of chance.
    let list = |kind| -> Vec<&Attachment> {
        let files = record.files(kind).iter();
        let mut files: Vec<&Attachment> = files.map(|file| &file.attachment).collect();
        files.sort_by_key(|file| &file.external_id);
        files
    };
    let mut dumped = json!(record.job);
    dumped["deleted"] = json!(record.deleted);
    dumped["worked_on"] = json!(record.worked_on);
    dumped["images"] = json!(list(AttachmentKind::Image));
    dumped["documents"] = json!(list(AttachmentKind::Document));
    dumped
}

async fn get_stats(State(app): State<Shared>) -> Json<Value> {
    let mut stats = app.read(|world| {
        let organizations = world.organizations.values();
        let records: Vec<&JobRecord> = organizations.flat_map(|org| org.jobs.values()).collect();
        let count = |kind| -> usize { records.iter().map(|record| record.files(kind).len()).sum() };
        let bytes: usize = records
            .iter()
            .flat_map(|record| record.images.iter().chain(record.documents.iter()))
            .map(|file| file.data.len())
            .sum();
        json!({
            "organizations": world.organizations.len(),
            "users": world.organizations.values().map(|org| org.users.len()).sum::<usize>(),
            "jobs": records.len(),
            "images": count(AttachmentKind::Image),
            "documents": count(AttachmentKind::Document),
            "bytes": bytes,
        })
    });
    stats["webhooks"] = json!(app.webhooks.counts());
    Json(stats)
}

#[derive(Deserialize)]
struct IntegrationUrl {
    url: Option<String>,
}

async fn set_integration_url(
    State(app): State<Shared>,
    Json(body): Json<IntegrationUrl>,
) -> StatusCode {
    app.set_integration_url(body.url.as_deref());
    StatusCode::NO_CONTENT
}

/// Which launch token to make, good unless something below says otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    org: String,
    user: String,
    /// Claims to set instead, such as `role` or `jti`; `null` leaves a claim out.
    #[serde(default)]
    overrides: Map<String, Value>,
    variant: Option<Variant>,
}

/// The usual ways in which a token is bad.
#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Variant {
    /// Ran out ten minutes ago.
    Expired,
    /// Is valid longer than the contract allows.
    TooLong,
    /// Signed with another key.
    WrongKey,
    WrongAudience,
    WrongIssuer,
    /// Says `"alg": "none"` and has no signature.
    AlgNone,
}

async fn make_launch_token(State(app): State<Shared>, Json(request): Json<TokenRequest>) -> Answer {
    let mut claims = json!(app.launch_claims(&request.org, &request.user)?);
    let mut alg = "HS256";
    let mut key = app.launch_key.clone();
    let iat = claims["iat"].as_i64().unwrap_or_default();
    match request.variant {
        Some(Variant::Expired) => {
            claims["iat"] = json!(iat - 600 - launch::LIFETIME);
            claims["exp"] = json!(iat - 600);
        }
        Some(Variant::TooLong) => claims["exp"] = json!(iat + 86_400),
        Some(Variant::WrongKey) => key.push_str("-another"),
        Some(Variant::WrongAudience) => claims["aud"] = json!("another-integration"),
        Some(Variant::WrongIssuer) => claims["iss"] = json!("someone-else"),
        Some(Variant::AlgNone) => alg = "none",
        None => {}
    }
    if let Some(claims) = claims.as_object_mut() {
        for (name, value) in request.overrides {
            if value.is_null() {
                claims.remove(&name);
            } else {
                claims.insert(name, value);
            }
        }
    }
    Ok(Json(json!({ "token": launch::sign(alg, &claims, &key) })))
}

#[derive(Deserialize)]
struct NewOrganization {
    id: String,
    name: String,
    #[serde(default)]
    users: usize,
    #[serde(default)]
    jobs: usize,
}

async fn create_organization(
    State(app): State<Shared>,
    Json(body): Json<NewOrganization>,
) -> Created {
    app.change(|world| {
        if world.organizations.contains_key(&body.id) {
            return Err(ApiError::invalid("id is taken"));
        }
        seed::add_organization(world, &body.id, &body.name, body.users, body.jobs)?;
        let dumped = dump(world.organization(&body.id)?);
        Ok((StatusCode::CREATED, Json(dumped)))
    })
}

#[derive(Deserialize)]
struct EarlierIntegration {
    companycam: String,
}

async fn seed_earlier_integration(
    State(app): State<Shared>,
    Path(org): Path<String>,
    Json(body): Json<EarlierIntegration>,
) -> Created {
    let jobs = earlier::seed(&app, &org, &body.companycam).await;
    let jobs = jobs.map_err(|error| ApiError::invalid(format!("{error:#}")))?;
    Ok((StatusCode::CREATED, Json(json!({ "jobs": jobs }))))
}

async fn add_hard_cases(State(app): State<Shared>) -> Created {
    let added = app.change(World::add_hard_cases)?;
    Ok((StatusCode::CREATED, Json(json!({ "added": added }))))
}

async fn create_user(
    State(app): State<Shared>,
    Path(org): Path<String>,
    Json(body): Json<Value>,
) -> Created {
    let user = app.change(|world| world.create_user(&org, &body))?;
    Ok((StatusCode::CREATED, Json(json!({ "user": user }))))
}

async fn update_user(
    State(app): State<Shared>,
    Path((org, user)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Answer {
    let user = app.change(|world| world.update_user(&org, &user, &body))?;
    Ok(Json(json!({ "user": user })))
}

async fn delete_user(
    State(app): State<Shared>,
    Path((org, user)): Path<(String, String)>,
) -> NoContent {
    app.change(|world| world.delete_user(&org, &user))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn create_job(
    State(app): State<Shared>,
    Path(org): Path<String>,
    Json(body): Json<Value>,
) -> Created {
    let times = backdate(&body)?;
    let by_program = body.get("by_program") == Some(&Value::Bool(true));
    let job = app.change(|world| {
        if by_program {
            world.create_job(&org, &body, times)
        } else {
            world.enter_job(&org, &body, times)
        }
    })?;
    Ok((StatusCode::CREATED, Json(json!({ "job": job }))))
}

async fn update_job(
    State(app): State<Shared>,
    Path((org, job)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Answer {
    let times = backdate(&body)?;
    let job = app.change(|world| world.edit_job(&org, &job, &body, times))?;
    Ok(Json(json!({ "job": job })))
}

fn backdate(body: &Value) -> Result<Backdate, ApiError> {
    let object = body
        .as_object()
        .ok_or_else(|| ApiError::invalid("the body must be an object"))?;
    let mut fields = Fields::new(object);
    let times = Backdate {
        created_at: fields.optional_time("created_at").flatten(),
        updated_at: fields.optional_time("updated_at").flatten(),
    };
    fields.finish()?;
    Ok(times)
}

async fn delete_job(
    State(app): State<Shared>,
    Path((org, job)): Path<(String, String)>,
) -> NoContent {
    app.change(|world| world.delete_job(&org, &job))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Work {
    /// `estimate`, `appointment`, `note` …; for whoever reads the test.
    #[serde(rename = "kind")]
    _kind: String,
}

async fn note_work(
    State(app): State<Shared>,
    Path((org, job)): Path<(String, String)>,
    Json(_): Json<Work>,
) -> NoContent {
    app.change(|world| world.note_work(&org, &job))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn restore_job(
    State(app): State<Shared>,
    Path((org, job)): Path<(String, String)>,
) -> Answer {
    let job = app.change(|world| world.restore_job(&org, &job))?;
    Ok(Json(json!({ "job": job })))
}

async fn get_switches(State(app): State<Shared>) -> Json<Switches> {
    Json(app.webhooks.switches())
}

async fn set_switches(State(app): State<Shared>, Json(switches): Json<Switches>) -> StatusCode {
    app.webhooks.set_switches(&app, switches);
    StatusCode::NO_CONTENT
}

async fn list_deliveries(
    State(app): State<Shared>,
    Query(query): Query<OneOrganization>,
) -> Json<Value> {
    Json(json!({ "deliveries": app.webhooks.deliveries(query.org.as_deref()) }))
}
