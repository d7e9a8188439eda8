//! Copies photos from `CompanyCam`'s CDN to One Click (B15): the photos of a batch at the same time,
//! each streaming through without being held.

use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use companycam::media::Media;
use futures::future::join_all;
use runtime::messages::PhotoMessage;
use runtime::queues::{QueueError, backoff};
use runtime::{App, Trouble};
use sync::run::copy::{CopyOutcome, copy_photo};

/// Handles a batch of the photo queue.
pub async fn handle(app: &App, media: &Media, event: SqsEvent) -> SqsBatchResponse {
    let handled = event.records.iter().map(|record| async move {
        let failed = handle_record(app, media, record).await.err()?;
        let id = record.message_id.clone().unwrap_or_default();
        tracing::error!(error = %failed, message.id = %id, "a photo could not be handed on");
        Some(id)
    });
    let mut response = SqsBatchResponse::default();
    for id in join_all(handled).await.into_iter().flatten() {
        response.add_failure(id);
    }
    response
}

async fn handle_record(app: &App, media: &Media, record: &SqsMessage) -> Result<(), QueueError> {
    let body = record.body.as_deref().unwrap_or_default();
    let message: PhotoMessage = match serde_json::from_str(body) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(%error, "a message that can't be read was set aside");
            return app.queues.bury_photo(body).await;
        }
    };
    let (org, photo) = (&message.org_id, &message.photo_id);
    match copy_photo(app, media, &message).await {
        Ok(CopyOutcome::Done) => Ok(()),
        Ok(CopyOutcome::Later(delay)) => app.queues.photos(&[message], Some(delay)).await,
        Err(Trouble::Transient { after, cause, .. }) => {
            let delay = after
                .unwrap_or_else(|| backoff(message.tries))
                .max(Duration::from_secs(1));
            tracing::warn!(org.id = %org, photo.id = %photo, message.tries, delay_s = delay.as_secs(), %cause, "put off a photo");
            let again = PhotoMessage {
                tries: message.tries + 1,
                ..message
            };
            app.queues.photos(&[again], Some(delay)).await
        }
        Err(trouble @ (Trouble::Permanent(_) | Trouble::NeedsReconnecting)) => {
            tracing::error!(org.id = %org, photo.id = %photo, %trouble, "set a photo aside");
            app.queues.bury_photo(body).await
        }
    }
}
