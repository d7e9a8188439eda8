//! Sending to the queues.

mod visibility;

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use model::messages::{Envelope, FileMessage, OTHER_VERSION_WAIT, SyncMessage};
use one_click::ids::OrgId;
use serde::Serialize;

use crate::config::QueueUrls;

/// The longest delay SQS knows.
const LONGEST_DELAY_S: u64 = 900;
/// How many messages one call takes.
const BATCH: usize = 10;

/// SQS did not take a message; nothing was lost, since whoever sends still has what it looked at.
#[derive(Debug, thiserror::Error)]
#[error("SQS did not take a message: {0}")]
pub struct QueueError(String);

/// Where a file waits to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileQueue {
    /// Changes that somebody has just made.
    Photos,
    /// What a sync run or a nightly pass found, and what waited for a side that did not answer: thousands at a
    /// time, for which nobody's new photo is to wait.
    Backlog,
}

/// The queues. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queues {
    sqs: Client,
    urls: QueueUrls,
}

/// 1, 2, 4 … seconds, up to 15 minutes, for the try after so many.
pub fn backoff(tries: u32) -> Duration {
    Duration::from_secs(
        1_u64
            .checked_shl(tries)
            .unwrap_or(LONGEST_DELAY_S)
            .clamp(1, LONGEST_DELAY_S),
    )
}

impl Queues {
    /// Over these queues.
    pub fn new(sqs: Client, urls: QueueUrls) -> Self {
        Self { sqs, urls }
    }

    /// Looks, in this order within each organization.
    pub async fn send_looks(&self, messages: &[SyncMessage]) -> Result<(), QueueError> {
        for messages in messages.chunks(BATCH) {
            let entries = entries(messages, |message| &message.org_id, When::InOrder)?;
            self.send(&self.urls.sync, entries).await?;
        }
        Ok(())
    }

    /// A look that comes back to `sync.fifo` after the delay, rounded up to whole seconds.
    pub async fn send_look_later(
        &self,
        message: &SyncMessage,
        delay: Duration,
    ) -> Result<(), QueueError> {
        let entries = entries(
            std::slice::from_ref(message),
            |message| &message.org_id,
            When::After(delay),
        )?;
        self.send(&self.urls.retry, entries).await
    }

    /// A look of another version that comes back to `sync.fifo` later, as it came.
    pub async fn send_look_as_it_came(&self, message: &Envelope) -> Result<(), QueueError> {
        self.put_off_as_it_came(&self.urls.retry, message).await
    }

    /// The message that was received as `receipt` from the queue of this ARN can be received again at
    /// once.
    pub async fn give_back(&self, queue: &str, receipt: &str) -> Result<(), QueueError> {
        let url = self.url_of(queue).ok_or_else(|| {
            QueueError("a message came from a queue that is none of ours".to_owned())
        })?;
        let request = self.sqs.change_message_visibility();
        let request = request.queue_url(url).receipt_handle(receipt);
        let changed = request.visibility_timeout(0).send().await;
        changed
            .map(drop)
            .map_err(|error| QueueError(DisplayErrorContext(error).to_string()))
    }

    /// The message that was received as `receipt` from the queue of this ARN is done with.
    pub async fn done(&self, queue: &str, receipt: &str) -> Result<(), QueueError> {
        let url = self.url_of(queue).ok_or_else(|| {
            QueueError("a message came from a queue that is none of ours".to_owned())
        })?;
        let request = self.sqs.delete_message();
        let deleted = request.queue_url(url).receipt_handle(receipt).send().await;
        deleted
            .map(drop)
            .map_err(|error| QueueError(DisplayErrorContext(error).to_string()))
    }

    /// The address of the queue of this ARN: both end in its name.
    fn url_of(&self, arn: &str) -> Option<&str> {
        let name = arn.rsplit(':').next()?;
        let QueueUrls {
            sync,
            retry,
            photos,
            backlog,
            ..
        } = &self.urls;
        let urls = [sync, retry, photos, backlog];
        urls.into_iter()
            .find(|url| url.rsplit('/').next() == Some(name))
            .map(String::as_str)
    }

    /// Files to look at.
    pub async fn send_files(
        &self,
        to: FileQueue,
        messages: &[FileMessage],
    ) -> Result<(), QueueError> {
        self.send_files_later(to, messages, Duration::ZERO).await
    }

    /// Files to look at after that time.
    pub async fn send_files_later(
        &self,
        to: FileQueue,
        messages: &[FileMessage],
        delay: Duration,
    ) -> Result<(), QueueError> {
        let when = When::After(delay);
        for messages in messages.chunks(BATCH) {
            let entries = entries(messages, |message| &message.org_id, when)?;
            self.send(self.url_of_files(to), entries).await?;
        }
        Ok(())
    }

    /// A file's message of another version that comes back later, as it came.
    pub async fn send_file_as_it_came(
        &self,
        to: FileQueue,
        message: &Envelope,
    ) -> Result<(), QueueError> {
        self.put_off_as_it_came(self.url_of_files(to), message)
            .await
    }

    fn url_of_files(&self, queue: FileQueue) -> &str {
        match queue {
            FileQueue::Photos => &self.urls.photos,
            FileQueue::Backlog => &self.urls.backlog,
        }
    }

    /// The queue of files of this ARN: what is put off goes back where it came from.
    pub fn files_of(&self, arn: Option<&str>) -> FileQueue {
        let url = arn.and_then(|arn| self.url_of(arn));
        if url == Some(&self.urls.backlog) {
            FileQueue::Backlog
        } else {
            FileQueue::Photos
        }
    }

    async fn put_off_as_it_came(&self, url: &str, message: &Envelope) -> Result<(), QueueError> {
        let message = std::slice::from_ref(message);
        let when = When::After(OTHER_VERSION_WAIT);
        let entries = entries(message, |message| &message.org_id, when)?;
        self.send(url, entries).await
    }

    /// Sets a message of `sync.fifo` or `retry` aside for good, as it came.
    pub async fn dead_letter_look(&self, body: &str) -> Result<(), QueueError> {
        let group = uuid::Uuid::new_v4().to_string();
        let request = self
            .sqs
            .send_message()
            .queue_url(&self.urls.sync_dead_letters)
            .message_body(body);
        // A group of its own: what is set aside waits for nothing.
        let request = request
            .message_group_id(&group)
            .message_deduplication_id(&group);
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| QueueError(DisplayErrorContext(error).to_string()))
    }

    /// Sets a file's message aside for good, as it came.
    pub async fn dead_letter_file(&self, body: &str) -> Result<(), QueueError> {
        let request = self
            .sqs
            .send_message()
            .queue_url(&self.urls.photo_dead_letters)
            .message_body(body);
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| QueueError(DisplayErrorContext(error).to_string()))
    }

    async fn send(
        &self,
        url: &str,
        mut entries: Vec<SendMessageBatchRequestEntry>,
    ) -> Result<(), QueueError> {
        // A batch may be taken in part; what was not is sent once more before giving up.
        for _ in 0..2 {
            let answer = self
                .sqs
                .send_message_batch()
                .queue_url(url)
                .set_entries(Some(entries.clone()))
                .send()
                .await
                .map_err(|error| QueueError(DisplayErrorContext(error).to_string()))?;
            if answer.failed.is_empty() {
                return Ok(());
            }
            entries.retain(|entry| answer.failed.iter().any(|failed| failed.id == entry.id));
        }
        Err(QueueError(format!(
            "{} messages were refused",
            entries.len()
        )))
    }
}

/// When messages are to be handled.
#[derive(Clone, Copy)]
enum When {
    /// After those of their organization that were sent before: in a FIFO queue, which knows no delay.
    InOrder,
    /// After this time.
    After(Duration),
}

fn entries<M: Serialize>(
    messages: &[M],
    org: impl Fn(&M) -> &OrgId,
    when: When,
) -> Result<Vec<SendMessageBatchRequestEntry>, QueueError> {
    let incomplete = |error: &dyn std::error::Error| QueueError(error.to_string());
    let delay_s = match when {
        When::InOrder => None,
        When::After(delay) => Some(delay.as_millis().div_ceil(1000).min(LONGEST_DELAY_S.into())),
    };
    // Fresh for every send: a second "look again" within five minutes must not be swallowed.
    let deduplication = || match when {
        When::InOrder => Some(uuid::Uuid::new_v4().to_string()),
        When::After(_) => None,
    };
    messages
        .iter()
        .enumerate()
        .map(|(at, message)| {
            let body = serde_json::to_string(message).map_err(|error| incomplete(&error))?;
            SendMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .message_body(body)
                .message_group_id(org(message).as_str())
                .set_message_deduplication_id(deduplication())
                .set_delay_seconds(delay_s.and_then(|s| i32::try_from(s).ok()))
                .build()
                .map_err(|error| incomplete(&error))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b27_the_delay_doubles_up_to_a_quarter_of_an_hour() {
        let delays: Vec<u64> = [0, 1, 2, 9, 10, 63, 64, 1000]
            .map(|tries| backoff(tries).as_secs())
            .to_vec();
        assert_eq!(delays, [1, 2, 4, 512, 900, 900, 900, 900]);
    }
}
