//! `/companycam/connect`: from One Click's launch token, or from our own pages, to CompanyCam's
//! consent.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use companycam::ids::CompanyId;
use http::header::SET_COOKIE;
use runtime::App;
use secrecy::ExposeSecret;
use store::ephemeral::Authorization;
use web::{Arrival, AtDoor, Door, Entered, ErrorPage, hash_of};

/// How long CompanyCam's login and consent may take.
const LIFETIME_S: i64 = 15 * 60;

/// Sends the browser to CompanyCam, or to the page that asks whether to (B37).
pub async fn connect(
    State(app): State<Arc<App>>,
    Query(asked): Query<AtDoor>,
    headers: HeaderMap,
) -> Response {
    answer(&app, arrived(&app, &asked, &headers).await)
}

/// The form of that page.
pub async fn confirm(State(app): State<Arc<App>>, request: Request) -> Response {
    answer(&app, confirmed(&app, request).await)
}

fn answer(app: &App, outcome: Result<Response, ErrorPage>) -> Response {
    outcome.unwrap_or_else(|problem| {
        problem
            .with_default_action("Back to One Click", app.config.integrations_url())
            .into_page(&app.config)
    })
}

async fn arrived(app: &App, asked: &AtDoor, headers: &HeaderMap) -> Result<Response, ErrorPage> {
    match web::arrive(app, headers, Door::Connect, asked).await? {
        Arrival::Entered(entered) => begin(app, entered, asked).await,
        Arrival::Stopped(page) => Ok(page),
    }
}

async fn confirmed(app: &App, request: Request) -> Result<Response, ErrorPage> {
    let (entered, asked) = web::confirmed(app, request, Door::Connect).await?;
    begin(app, entered, &asked).await
}

async fn begin(app: &App, entered: Entered, asked: &AtDoor) -> Result<Response, ErrorPage> {
    let Entered { signed_in, cookie } = entered;
    let authorization = app.oauth().await?.authorize();
    let begun = Authorization {
        org_id: signed_in.session.org_id.clone(),
        session: signed_in.hash.clone(),
        pkce_verifier: authorization.pkce_verifier.expose_secret().to_owned(),
        replace_by: asked
            .replace_by
            .as_deref()
            .and_then(|id| CompanyId::parse(id).ok()),
        watch: asked.watch.is_some(),
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
