//! Connecting an organization to a CompanyCam company (B1–B5).
//!
//! `connect` begins a session and sends the browser to CompanyCam's login and consent; `callback`
//! takes what comes back: tokens, users, the first sync, and on to the tab.

mod callback;
mod connect;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use runtime::App;

/// The routes of this function.
pub fn router(app: Arc<App>) -> Router {
    let routes = Router::new()
        .route(
            "/companycam/connect",
            get(connect::connect).post(connect::confirm),
        )
        .route("/companycam/callback", get(callback::callback));
    web::served(routes, app)
}
