//! Lambda's side of the queues: receives batches, calls the functions, deletes what they handled.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use aws_lambda_events::event::sqs::SqsEvent;
use runtime::Deadline;
use serde_json::{Value, json};
use simulator_kit::clock::now_ms;

use crate::TestApp;
use crate::sqs::{Message, Queue};

/// Far more than any test's work takes.
const DEADLINE: Duration = Duration::from_mins(2);
/// The template's batch sizes.
const SYNC_BATCH: usize = 5;
const PHOTO_BATCH: usize = 10;

impl TestApp {
    /// Works until the three queues are empty, waiting for what is delayed.
    pub async fn drain(&self) {
        self.drain_within(DEADLINE).await;
    }

    /// The same, with another deadline, after which it panics with what is left.
    pub async fn drain_within(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        loop {
            while self.work_once().await > 0 {
                assert!(Instant::now() < deadline, "still busy: {}", self.left());
            }
            let Some(due_ms) = self.aws.sqs.next_due_ms() else {
                return;
            };
            let wait = Duration::from_millis(due_ms.saturating_sub(now_ms()));
            let due_in_time = Instant::now() + wait < deadline;
            assert!(due_in_time, "due too late: {}", self.left());
            tokio::time::sleep(wait).await;
        }
    }

    /// One batch of each queue, at the same time; how many messages that were.
    pub async fn work_once(&self) -> usize {
        let (sync, retry, photos) = futures::join!(
            self.work_on(Queue::Sync),
            self.work_on(Queue::Retry),
            self.work_on(Queue::Photos),
        );
        sync + retry + photos
    }

    /// One batch of this queue, as Lambda would hand it over; how many messages it had.
    pub async fn work_on(&self, queue: Queue) -> usize {
        let most = if queue == Queue::Photos {
            PHOTO_BATCH
        } else {
            SYNC_BATCH
        };
        let messages = self.aws.sqs.receive(queue, most);
        if messages.is_empty() {
            return 0;
        }
        let failed = self.deliver(queue, &messages).await;
        for message in &messages {
            if failed.contains(&message.id) {
                self.aws.sqs.give_back(queue, &message.id);
            } else {
                self.aws.sqs.delete(queue, &message.id);
            }
        }
        messages.len()
    }

    /// Calls the queue's function with these messages, which stay where they are; the ids of those
    /// that it reports as failed.
    pub async fn deliver(&self, queue: Queue, messages: &[Message]) -> HashSet<String> {
        self.deliver_until(queue, messages, Deadline::NONE).await
    }

    /// The same, with a function that is ended at that moment.
    pub async fn deliver_until(
        &self,
        queue: Queue,
        messages: &[Message],
        deadline: Deadline,
    ) -> HashSet<String> {
        let event = event(queue, messages);
        // Boxed: a test's own future would otherwise hold all of a handler's.
        let response = if queue == Queue::Photos {
            Box::pin(photo_copy::handle(&self.app, &self.media, event, deadline)).await
        } else {
            Box::pin(project_sync::handle(&self.app, event)).await
        };
        response
            .batch_item_failures
            .into_iter()
            .map(|failure| failure.item_identifier)
            .collect()
    }

    pub(crate) fn left(&self) -> Value {
        let queues = [Queue::Sync, Queue::Retry, Queue::Photos].map(|queue| {
            let messages = self.aws.sqs.messages(queue);
            let bodies: Vec<_> = messages.iter().map(Message::json).collect();
            (queue.name(), bodies)
        });
        json!(queues)
    }
}

fn event(queue: Queue, messages: &[Message]) -> SqsEvent {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            let mut attributes = json!({
                "ApproximateReceiveCount": message.receives.to_string(),
                "SentTimestamp": now_ms().to_string(),
            });
            if let Some(group) = &message.group {
                attributes["MessageGroupId"] = json!(group);
            }
            json!({
                "messageId": message.id,
                "receiptHandle": message.id,
                "body": message.body,
                "attributes": attributes,
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": queue.arn(),
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    serde_json::from_value(json!({"Records": records})).expect("an event of SQS")
}
