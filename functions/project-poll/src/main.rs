//! Lambda `project-poll`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::App;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::init();
    let app = &App::from_env().await?;
    let handler = async |event: LambdaEvent<Value>| -> Result<Value, Error> {
        let organizations = if event.payload["all"] == true {
            project_poll::poll_all(app).await?
        } else {
            project_poll::poll_due(app).await?
        };
        Ok(json!({"organizations": organizations}))
    };
    lambda_runtime::run(service_fn(handler)).await
}
