//! `/_sim/organizations/{org}/jobs/{job}/images` and `…/documents`.

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{delete, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Created, NoContent};
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::AttachmentKind;
use crate::world::attachments::AttachmentAddress;
use crate::world::files::Which;

const JOB: &str = "/_sim/organizations/{org}/jobs/{job}";

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(&format!("{JOB}/{{kind}}"), post(add))
        .route(&format!("{JOB}/{{kind}}/{{which}}"), delete(remove))
        .route(&format!("{JOB}/{{kind}}/{{which}}/tamper"), post(tamper))
        // Files come as base64, and are as large as they are.
        .layer(DefaultBodyLimit::disable())
}

fn kind(name: &str) -> Result<AttachmentKind, ApiError> {
    AttachmentKind::parse_plural(name).ok_or(ApiError::NotFound("Route"))
}

fn content(body: &Value) -> Result<Option<Bytes>, ApiError> {
    let Some(content) = body.get("content").filter(|content| !content.is_null()) else {
        return Ok(None);
    };
    let decoded = content.as_str().map(|text| STANDARD.decode(text));
    match decoded {
        Some(Ok(bytes)) => Ok(Some(Bytes::from(bytes))),
        _ => Err(ApiError::invalid("content must be base64")),
    }
}

async fn add(
    State(app): State<Shared>,
    Path((org, job, name)): Path<(String, String, String)>,
    Json(body): Json<Value>,
) -> Created {
    let kind = kind(&name)?;
    let data = content(&body)?.ok_or_else(|| ApiError::invalid("content can't be blank"))?;
    let description = body.get(kind.singular()).unwrap_or(&Value::Null);
    let added = app.change(|world| world.add_attachment(&org, (&job, kind), description, data))?;
    Ok((StatusCode::CREATED, Json(json!({ kind.singular(): added }))))
}

type ItemPath = Path<(String, String, String, String)>;

fn address(
    Path((org, job_id, name, segment)): ItemPath,
) -> Result<(String, AttachmentAddress), ApiError> {
    let address = AttachmentAddress {
        job_id,
        kind: kind(&name)?,
        which: Which::parse(&segment),
    };
    Ok((org, address))
}

#[derive(Deserialize)]
struct Removal {
    #[serde(default)]
    for_real: bool,
}

async fn remove(
    State(app): State<Shared>,
    path: ItemPath,
    Query(removal): Query<Removal>,
) -> NoContent {
    let (org, address) = address(path)?;
    app.change(|world| {
        let organization = world.organization_mut(&org)?;
        if removal.for_real {
            organization.forget_attachment(&address)
        } else {
            organization.delete_attachment(&address)
        }
    })?;
    Ok(StatusCode::NO_CONTENT)
}

async fn tamper(State(app): State<Shared>, path: ItemPath, body: Option<Json<Value>>) -> Answer {
    let (org, address) = address(path)?;
    let body = body.map_or(Value::Null, |Json(body)| body);
    let data = content(&body)?;
    let stored = app.change(|world| world.organization_mut(&org)?.tamper(&address, data))?;
    Ok(Json(json!({ address.kind.singular(): stored })))
}
