//! Lambda `project-sync`.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::{App, Deadline};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::init();
    let app = &App::from_env().await?;
    let handler = async |event: LambdaEvent<SqsEvent>| -> Result<SqsBatchResponse, Error> {
        let deadline = Deadline::from(event.context.deadline());
        Ok(project_sync::handle(app, event.payload, deadline).await)
    };
    lambda_runtime::run(service_fn(handler)).await
}
