//! Lambda `photo-copy`.

use anyhow::Context;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use companycam::media::{Media, MediaHosts};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use runtime::{App, Deadline};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::telemetry::init();
    let app = &App::from_env().await?;
    let hosts = MediaHosts::parse(&app.config.photo_hosts)
        .context("the environment variable PHOTO_HOSTS")?;
    let media = &Media::new(hosts);
    let handler = async |event: LambdaEvent<SqsEvent>| -> Result<SqsBatchResponse, Error> {
        let deadline = Deadline::from(event.context.deadline());
        Ok(photo_copy::handle(app, media, event.payload, deadline).await)
    };
    lambda_runtime::run(service_fn(handler)).await
}
