//! Lambda `webhook-ingest`.

use std::sync::Arc;

use runtime::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    runtime::telemetry::init();
    let app = Arc::new(App::from_env().await?);
    lambda_http::run(webhook_ingest::router(app)).await
}
