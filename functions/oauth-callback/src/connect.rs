//! `GET /companycam/connect`: from One Click's launch token to CompanyCam's consent.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use companycam::ids::CompanyId;
use http::header::SET_COOKIE;
use runtime::App;
use secrecy::ExposeSecret;
use serde::Deserialize;
use store::ephemeral::Authorization;
use web::{Problem, enter, hash_of, sign_in};

/// How long CompanyCam's login and consent may take.
const LIFETIME_S: i64 = 15 * 60;

/// The address's parameters.
#[derive(Debug, Deserialize)]
pub struct Parameters {
    /// One Click's launch token; without it, somebody with a session reconnects.
    launch: Option<String>,
    /// The company that the administrator confirmed to connect instead of another (B5).
    replace_by: Option<String>,
}

/// Sends the browser to CompanyCam.
pub async fn connect(
    State(app): State<Arc<App>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    begin(&app, parameters, &headers)
        .await
        .unwrap_or_else(|problem| {
            problem
                .with_default_action("Back to One Click", app.config.integrations_url())
                .into_page(&app.config)
        })
}

async fn begin(
    app: &App,
    parameters: Parameters,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, cookie) = match parameters.launch {
        Some(launch) => enter(app, headers, &launch).await?,
        None => (sign_in(app, headers).await?, None),
    };
    let authorization = app.oauth().await?.authorize();
    let begun = Authorization {
        org_id: signed_in.session.org_id.clone(),
        session: signed_in.hash.clone(),
        pkce_verifier: authorization.pkce_verifier.expose_secret().to_owned(),
        replace_by: parameters
            .replace_by
            .as_deref()
            .and_then(|id| CompanyId::parse(id).ok()),
        expires_at: app.clock.now_s() + LIFETIME_S,
    };
    app.store
        .put_authorization(&hash_of(&authorization.state), &begun)
        .await?;
    tracing::info!(org.id = %begun.org_id, "sent an administrator to CompanyCam's consent");
    let mut response = Redirect::to(authorization.url.as_str()).into_response();
    response
        .headers_mut()
        .extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}
