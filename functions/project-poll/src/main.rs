//! Lambda `project-poll`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::App;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::init();
    let app = &App::from_env().await?;
    let handler = async |_: LambdaEvent<Value>| -> Result<Value, Error> {
        Ok(json!({"organizations": project_poll::poll_all(app).await?}))
    };
    lambda_runtime::run(service_fn(handler)).await
}
