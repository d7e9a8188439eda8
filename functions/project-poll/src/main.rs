//! Lambda `project-poll`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::App;
use serde_json::{Value, json};
use store::schedule::Turn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::init();
    let app = &App::from_env().await?;
    let handler = async |event: LambdaEvent<Value>| -> Result<Value, Error> {
        let turn = if event.payload["nightly"] == true {
            Turn::Nightly
        } else {
            Turn::Poll
        };
        let organizations = if event.payload["all"] == true {
            project_poll::queue_all(app, turn).await?
        } else {
            project_poll::queue_due(app, turn).await?
        };
        Ok(json!({"organizations": organizations}))
    };
    lambda_runtime::run(service_fn(handler)).await
}
