//! The synchronisation, one organization at a time.
//!
//! Two queues lead here. `sync.fifo` brings looks, in order within each organization. `retry` brings
//! looks that were put off: they only go back to `sync.fifo`, to take their turn, and so does what an
//! operator moved back from the dead letters.
//!
//! A look that fails never stays in the FIFO queue, where it would hold up its organization: it is
//! put off, or set aside (B27). Only what could not even be handed on is reported to SQS as failed.

use std::collections::HashSet;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use runtime::messages::SyncMessage;
use runtime::queues::{QueueError, backoff};
use runtime::{App, Trouble};

/// Handles a batch of either queue.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    // Once a look could not be handed on, those behind it in its group must not overtake it.
    let mut stuck = HashSet::new();
    for record in event.records {
        let group = record.attributes.get("MessageGroupId").cloned();
        let id = record.message_id.clone().unwrap_or_default();
        let overtaken = group.as_ref().is_some_and(|group| stuck.contains(group));
        if !overtaken {
            match handle_record(app, &record).await {
                Ok(()) => continue,
                Err(error) => {
                    tracing::error!(%error, message.id = %id, "a look could not be handed on");
                }
            }
        }
        stuck.extend(group);
        response.add_failure(id);
    }
    response
}

async fn handle_record(app: &App, record: &SqsMessage) -> Result<(), QueueError> {
    let body = record.body.as_deref().unwrap_or_default();
    let message: SyncMessage = match serde_json::from_str(body) {
        Ok(message) => message,
        Err(error) => {
            // Nobody but us writes here: this is a message of another version. Tried again it would
            // hold up its organization.
            tracing::error!(%error, "a message that can't be read was set aside");
            return app.queues.bury_sync(body).await;
        }
    };
    let source = record.event_source_arn.as_deref().unwrap_or_default();
    // SQS demands this ending of every FIFO queue.
    let put_off = source.strip_suffix(".fifo").is_none();
    // Dead letters are in groups of their own, and moved back they still are: a look must not be taken
    // beside another of its organization.
    let group = record.attributes.get("MessageGroupId");
    let moved_back = group.is_some_and(|group| group != message.org_id.as_str());
    if put_off || moved_back {
        return app.queues.sync(&[message]).await;
    }
    look(app, &message, body).await
}

/// Looks, and puts the look off or sets it aside if it fails.
async fn look(app: &App, message: &SyncMessage, body: &str) -> Result<(), QueueError> {
    let kind = message.look.kind();
    // Boxed: the largest look's future would otherwise be part of every caller's.
    match Box::pin(sync::run::look(app, message)).await {
        Ok(()) => Ok(()),
        Err(Trouble::Transient { after, cause, .. }) => {
            let delay = after
                .unwrap_or_else(|| backoff(message.tries))
                .max(Duration::from_secs(1));
            tracing::warn!(org.id = %message.org_id, look.kind = kind, message.tries, delay_s = delay.as_secs(), %cause, "put off a look");
            let again = SyncMessage {
                tries: message.tries + 1,
                ..message.clone()
            };
            app.queues.retry(&again, delay).await
        }
        Err(trouble @ (Trouble::Permanent(_) | Trouble::NeedsReconnecting)) => {
            tracing::error!(org.id = %message.org_id, look.kind = kind, %trouble, "set a look aside");
            if let Err(error) = sync::run::set_aside(app, message, &trouble.to_string()).await {
                // The dead-letter queue has it all the same.
                tracing::error!(org.id = %message.org_id, %error, "could not write down why");
            }
            app.queues.bury_sync(body).await
        }
    }
}
