//! What all answers to browsers have in common.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use lambda_http::RequestExt as _;
use runtime::{App, Deadline};

use crate::compression::compressed;
use crate::error_page::ErrorPage;
use crate::timing::timed;

/// The routes as they are served: what the framework refuses by itself is explained, and answers are
/// compressed and tell how long they took.
pub fn served(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    let explained = from_fn_with_state(Arc::clone(&app), explain);
    let within = from_fn_with_state(Arc::clone(&app), within);
    timed(compressed(
        routes.layer(explained).layer(within).with_state(app),
    ))
}

/// The invocation's deadline, as Lambda gave it: whatever takes longer is not begun.
async fn within(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let context = request.lambda_context_ref();
    app.begin(context.map_or(Deadline::NONE, |context| context.deadline().into()));
    next.run(request).await
}

/// A page of ours instead of the few words that the framework has for an address or a method it can't
/// make anything of.
async fn explain(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE);
    let is_ours = content_type.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if is_ours || !status.is_client_error() {
        return response;
    }
    tracing::info!(status = status.as_u16(), "an address was refused");
    let (title, text) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (
            "There is no such page",
            "The address may have been cut off or mistyped. Nothing was changed.",
        ),
        _ => (
            "This address is not readable",
            "It may have been cut off or changed on its way. Nothing was changed.",
        ),
    };
    ErrorPage::new(status, title, text)
        .with_action("Open the settings", app.config.settings_url())
        .into_page(&app.config)
}
