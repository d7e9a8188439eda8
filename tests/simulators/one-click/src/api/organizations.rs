//! The organization itself, its users, and what the integration tells One Click about itself.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::JsonBody;
use crate::app::Shared;
use crate::error::ApiError;
use crate::paging::Page;

type Answer = Result<Json<Value>, ApiError>;

pub(super) async fn get_organization(State(app): State<Shared>, Path(org): Path<String>) -> Answer {
    app.read(|world| {
        let organization = world.organization(&org)?;
        let body = json!({ "organization": { "id": organization.id, "name": organization.name } });
        Ok(Json(body))
    })
}

pub(super) async fn list_users(
    State(app): State<Shared>,
    Path(org): Path<String>,
    Query(mut query): Query<Vec<(String, String)>>,
) -> Answer {
    let page = Page::take(&mut query)?;
    app.read(|world| Ok(Json(page.answer("users", &world.organization(&org)?.users))))
}

pub(super) async fn put_webhook(
    State(app): State<Shared>,
    Path(org): Path<String>,
    JsonBody(body): JsonBody,
) -> Answer {
    app.change(|world| {
        let webhook = world.organization_mut(&org)?.subscribe(&body)?;
        // The password is written, never read.
        let shown = json!({
            "url": webhook.url,
            "username": webhook.username,
            "events": webhook.events,
        });
        Ok(Json(json!({ "webhook": shown })))
    })
}

pub(super) async fn delete_webhook(
    State(app): State<Shared>,
    Path(org): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.change(|world| {
        world.organization_mut(&org)?.webhook = None;
        Ok(StatusCode::NO_CONTENT)
    })
}

pub(super) async fn put_integration(
    State(app): State<Shared>,
    Path(org): Path<String>,
    JsonBody(body): JsonBody,
) -> Answer {
    app.change(|world| {
        let card = world.organization_mut(&org)?.report_integration(&body)?;
        Ok(Json(json!({ "integration": card })))
    })
}
