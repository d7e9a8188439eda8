//! `/webhooks`. How they are delivered is in `delivery`.

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
use crate::state::{Webhook, now};

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/webhooks", get(list).post(create))
        .route("/webhooks/{id}", get(show).put(update).delete(delete))
}

#[derive(Deserialize)]
struct WebhookBody {
    url: Option<String>,
    scopes: Option<Vec<String>>,
    enabled: Option<bool>,
    token: Option<String>,
}

async fn list(State(sim): State<Shared>, caller: Caller, params: Params) -> Json<Vec<Value>> {
    let state = sim.lock();
    let shaper = Shaper::new(&state);
    let own = state
        .webhooks
        .values()
        .filter(|webhook| webhook.company == caller.company)
        .collect();
    Json(
        params
            .page(own)
            .into_iter()
            .map(|webhook| shaper.webhook(webhook))
            .collect(),
    )
}

async fn show(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let state = sim.lock();
    let webhook = state.webhooks.get(&parse_id(&id)?);
    let webhook = webhook.filter(|webhook| webhook.company == caller.company);
    Ok(Json(
        Shaper::new(&state).webhook(webhook.ok_or_else(ApiError::not_found)?),
    ))
}

async fn create(
    State(sim): State<Shared>,
    caller: Caller,
    Body(body): Body<WebhookBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let (Some(url), Some(scopes)) = (body.url, body.scopes) else {
        return Err(ApiError::bad_request("url and scopes are required"));
    };
    if url::Url::parse(&url).is_err() {
        return Err(ApiError::bad_request("url is invalid"));
    }
    let mut state = sim.lock();
    let webhook = Webhook {
        id: state.take_id(),
        company: caller.company,
        url,
        scopes,
        token: body.token.unwrap_or_default(),
        enabled: body.enabled.unwrap_or(true),
        errors: 0,
        created_at: now(),
        updated_at: now(),
    };
    let shape = Shaper::new(&state).webhook(&webhook);
    state.webhooks.insert(webhook.id, webhook);
    Ok((StatusCode::CREATED, Json(shape)))
}

async fn update(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<WebhookBody>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    caller.need_write()?;
    let mut state = sim.lock();
    let shaper = Shaper::new(&state);
    let webhook = state.webhooks.get_mut(&parse_id(&id)?);
    let webhook = webhook
        .filter(|webhook| webhook.company == caller.company)
        .ok_or_else(ApiError::not_found)?;
    if let Some(url) = body.url {
        webhook.url = url;
    }
    if let Some(scopes) = body.scopes {
        webhook.scopes = scopes;
    }
    if let Some(token) = body.token {
        webhook.token = token;
    }
    if let Some(enabled) = body.enabled {
        // Enabling it again gives it a fresh count of errors.
        if enabled && !webhook.enabled {
            webhook.errors = 0;
        }
        webhook.enabled = enabled;
    }
    webhook.updated_at = now();
    Ok((StatusCode::CREATED, Json(shaper.webhook(webhook))))
}

async fn delete(
    State(sim): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    caller.need_destroy()?;
    let mut state = sim.lock();
    let id = parse_id(&id)?;
    let own = state
        .webhooks
        .get(&id)
        .is_some_and(|webhook| webhook.company == caller.company);
    if !own {
        return Err(ApiError::not_found());
    }
    state.webhooks.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}
