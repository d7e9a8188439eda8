#![doc = include_str!("../README.md")]

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
