//! Lambda `oauth-callback`.

use std::sync::Arc;

use runtime::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    runtime::telemetry::init();
    let app = Arc::new(App::from_env().await?);
    lambda_http::run(oauth_callback::router(app)).await
}
