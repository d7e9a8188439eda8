#![doc = include_str!("../README.md")]

mod hidden;

use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use companycam::media::Media;
use futures::future::join_all;
use model::messages::{Envelope, FileMessage, OTHER_VERSION_TRIES, OTHER_VERSION_WAIT};
use runtime::panics::{Panicked, guarded};
use runtime::queues::{FileQueue, QueueError, backoff};
use runtime::{App, Deadline, WorkError};
use sync::copy::{CopyOutcome, copy_file, give_up};
use tracing::Instrument;

/// A photo that panics so often fails: what it met may have been a passing state.
const PANICS: u32 = 5;
/// Longer than a lease.
const AFTER_PANIC: Duration = Duration::from_secs(70);

/// Why a message is not done with: it comes again as it is.
#[derive(Debug, thiserror::Error)]
enum NotDone {
    /// What is to come of it could not be handed on.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// There was no time for it.
    #[error("there was no time left to begin with it")]
    NotBegun,
}

/// Handles a batch of a queue of files.
pub async fn handle(
    app: &App,
    media: &Media,
    event: SqsEvent,
    deadline: Deadline,
) -> SqsBatchResponse {
    let work = join_all(event.records.iter().map(|record| async move {
        // Boxed: ten uploads are held at a time.
        let handled = guarded(Box::pin(handle_record(app, media, record, deadline))).await;
        let handled = match handled {
            Err(panic) => panicked_at(app, record, &panic).await,
            Ok(handled) => handled,
        };
        Some((record, handled.err()?))
    }));
    let failed = hidden::during(app, &event.records, work).await;
    let mut response = SqsBatchResponse::default();
    for (record, failed) in failed.into_iter().flatten() {
        let id = record.message_id.clone().unwrap_or_default();
        match failed {
            NotDone::NotBegun => {
                tracing::info!(message.id = %id, "gave a file back, since there is no time left");
                hidden::give_back(app, record).await;
            }
            NotDone::Queue(_) => {
                tracing::error!(cause = %failed, message.id = %id, "a file could not be handed on");
            }
        }
        response.add_failure(id);
    }
    response
}

async fn handle_record(
    app: &App,
    media: &Media,
    record: &SqsMessage,
    deadline: Deadline,
) -> Result<(), NotDone> {
    let body = record.body.as_deref().unwrap_or_default();
    let message: FileMessage = match serde_json::from_str(body) {
        // Whoever had it before may have written down that it comes back, and ended before it was sent.
        Ok(message) if came_back(record) => tried(message),
        Ok(message) => message,
        Err(error) => return Ok(unreadable(app, record, &error).await?),
    };
    let queue = queue_of(app, record);
    let (org, file) = (&message.org_id, &message.id);
    let span = tracing::info_span!("file", org.id = %org, file.id = %file, message.tries);
    let copied = async {
        if message.panics < PANICS {
            copy_file(app, media, &message, deadline).await
        } else {
            give_up(app, &message, deadline).await
        }
    };
    match copied.instrument(span).await {
        Ok(CopyOutcome::Done | CopyOutcome::Waits) => Ok(()),
        Ok(CopyOutcome::NotBegun) => Err(NotDone::NotBegun),
        Ok(CopyOutcome::Later(delay)) => Ok(app
            .queues
            .send_files_later(queue, &[message], delay)
            .await?),
        // Refused, while others are not: it is tried again by itself.
        Ok(CopyOutcome::Refused(delay)) => put_off(app, queue, message, delay).await,
        // Something is unavailable that is no side, or what tells which.
        Err(WorkError::Transient { after, cause, .. }) => {
            let delay = after.unwrap_or_else(|| backoff(message.tries));
            tracing::warn!(org.id = %org, file.id = %file, message.tries, delay_s = delay.as_secs(), %cause, "put off a file");
            put_off(app, queue, message, delay).await
        }
        // The photo waits for the version that can read its row.
        Err(WorkError::OtherVersion(cause)) if message.tries < OTHER_VERSION_TRIES => {
            // The template counts these lines.
            tracing::error!(org.id = %org, file.id = %file, message.tries, cause, "a row of another version is waited for");
            put_off(app, queue, message, OTHER_VERSION_WAIT).await
        }
        Err(
            error @ (WorkError::OtherVersion(_)
            | WorkError::Permanent(_)
            | WorkError::NeedsReconnecting),
        ) => {
            tracing::error!(org.id = %org, file.id = %file, cause = %error, "set a file aside");
            Ok(app.queues.dead_letter_file(body).await?)
        }
    }
}

/// Nobody but us writes here: what can't be read is of another version, and waits for it.
async fn unreadable(
    app: &App,
    record: &SqsMessage,
    error: &serde_json::Error,
) -> Result<(), QueueError> {
    let body = record.body.as_deref().unwrap_or_default();
    let Some(again) = Envelope::again(body) else {
        tracing::error!(cause = %error, "a message that can't be read was set aside");
        return app.queues.dead_letter_file(body).await;
    };
    // The template counts these lines.
    tracing::error!(cause = %error, org.id = %again.org_id, message.tries = again.tries, "a message of another version waits");
    app.queues
        .send_file_as_it_came(queue_of(app, record), &again)
        .await
}

/// A message that panicked: put off, for longer than whoever panicked holds the photo.
async fn panicked_at(app: &App, record: &SqsMessage, panic: &Panicked) -> Result<(), NotDone> {
    let body = record.body.as_deref().unwrap_or_default();
    tracing::error!(cause = %panic, "a file panicked");
    match serde_json::from_str::<FileMessage>(body) {
        // What is to say that it failed may meet what made it panic.
        Ok(message) if message.panics < 2 * PANICS => {
            let again = FileMessage {
                panics: message.panics + 1,
                ..message
            };
            let queue = queue_of(app, record);
            Ok(app
                .queues
                .send_files_later(queue, &[again], AFTER_PANIC)
                .await?)
        }
        Ok(_) | Err(_) => Ok(app.queues.dead_letter_file(body).await?),
    }
}

/// Where it came from, and goes back to.
fn queue_of(app: &App, record: &SqsMessage) -> FileQueue {
    app.queues.files_of(record.event_source_arn.as_deref())
}

/// Whether somebody received it before.
fn came_back(record: &SqsMessage) -> bool {
    receives(record) > 1
}

fn receives(record: &SqsMessage) -> u32 {
    let receives = record.attributes.get("ApproximateReceiveCount");
    receives
        .and_then(|receives| receives.parse().ok())
        .unwrap_or(1)
}

fn tried(message: FileMessage) -> FileMessage {
    FileMessage {
        tries: message.tries.saturating_add(1),
        ..message
    }
}

/// Has the photo tried again after the delay.
async fn put_off(
    app: &App,
    queue: FileQueue,
    message: FileMessage,
    delay: Duration,
) -> Result<(), NotDone> {
    let delay = delay.max(Duration::from_secs(1));
    let again = tried(message);
    Ok(app.queues.send_files_later(queue, &[again], delay).await?)
}
