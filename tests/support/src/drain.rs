//! Lambda's side of the queues: receives batches, calls the functions, deletes what they handled.

use std::collections::HashSet;
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use futures::future::join_all;
use jiff::SignedDuration;
use runtime::{App, Deadline};
use serde_json::{Value, json};
use simulator_kit::clock::now_ms;

use crate::TestApp;
use crate::aws::template;
use crate::roles::acting_as;
use crate::sqs::{Lineage, Message, Queue, carrying_on};

/// Far more than any test's work takes.
const LIMIT: Duration = Duration::from_mins(2);
/// The template's batch sizes.
const SYNC_BATCH: usize = 10;
const PHOTO_BATCH: usize = 10;
/// So many turns of a function in one chain Lambda allows, where nothing else is said.
const MOST_TURNS: u32 = 16;

/// The resource of the queue's function in the template.
fn function_of(queue: Queue) -> &'static str {
    if queue.is_of_files() {
        "PhotoCopy"
    } else {
        "ProjectSync"
    }
}

/// Whether the template says that the function means to loop.
fn may_loop(function: &str) -> bool {
    template()["Resources"][function]["Properties"]["RecursiveLoop"] == "Allow"
}

impl TestApp {
    /// Works until the queues are empty. What is delayed comes when it is due: time passes at once.
    pub async fn drain(&self) {
        self.drain_within(LIMIT).await;
    }

    /// The same; it panics with what is left once more time than this has passed.
    pub async fn drain_within(&self, limit: Duration) {
        let limit_ms = u64::try_from(limit.as_millis()).expect("not so long");
        let end_ms = now_ms() + limit_ms;
        loop {
            while self.work_once().await > 0 {
                assert!(now_ms() < end_ms, "still busy: {}", self.left());
            }
            let Some(due_ms) = self.aws.sqs.next_due_ms() else {
                return;
            };
            assert!(due_ms < end_ms, "due too late: {}", self.left());
            self.until_next_due();
        }
    }

    /// One batch of each queue, at the same time; how many messages that were.
    pub async fn work_once(&self) -> usize {
        let handled = join_all(Queue::WORKING.map(|queue| self.work_on(queue))).await;
        handled.into_iter().sum()
    }

    /// One batch of this queue, as Lambda would hand it over; how many messages it had.
    pub async fn work_on(&self, queue: Queue) -> usize {
        let most = if queue.is_of_files() {
            PHOTO_BATCH
        } else {
            SYNC_BATCH
        };
        let messages = self.aws.sqs.receive(queue, most);
        if messages.is_empty() {
            return 0;
        }
        let Some(lineage) = self.carried_on(queue, &messages) else {
            for message in &messages {
                self.aws.sqs.end_loop(queue, &message.id);
            }
            return messages.len();
        };
        let failed = carrying_on(lineage, self.deliver(queue, &messages)).await;
        for message in &messages {
            if failed.contains(&message.id) {
                self.aws.sqs.give_back(queue, &message.id);
            } else {
                self.aws.sqs.delete(queue, &message.id);
            }
        }
        messages.len()
    }

    /// The lineage of what the queue's function sends when it is called with these messages. `None`:
    /// Lambda ends the chain, since the function had its turns and does not say that it means to loop.
    fn carried_on(&self, queue: Queue, messages: &[Message]) -> Option<Lineage> {
        let function = function_of(queue);
        let mut lineage = Lineage::new();
        for message in messages {
            for (function, turns) in &message.lineage {
                let most = lineage.entry(function).or_default();
                *most = (*most).max(*turns);
            }
        }
        let turns = lineage.entry(function).or_default();
        *turns += 1;
        let deepest = &mut *self.deepest.lock().expect("no holder panicked");
        let most = deepest.entry(function).or_default();
        *most = (*most).max(*turns);
        (*turns <= MOST_TURNS || may_loop(function)).then_some(lineage)
    }

    /// The most turns that a function had in one chain of messages so far.
    pub fn deepest_chain(&self, function: &str) -> u32 {
        let deepest = self.deepest.lock().expect("no holder panicked");
        deepest.get(function).copied().unwrap_or_default()
    }

    /// Calls the queue's function with these messages, which stay where they are; the ids of those
    /// that it reports as failed.
    pub async fn deliver(&self, queue: Queue, messages: &[Message]) -> HashSet<String> {
        self.deliver_until(queue, messages, self.deadline()).await
    }

    /// The same, with a function that is ended at that moment.
    pub async fn deliver_until(
        &self,
        queue: Queue,
        messages: &[Message],
        deadline: Deadline,
    ) -> HashSet<String> {
        self.hand_over(&self.app, queue, messages, deadline).await
    }

    /// The same, in another process, which knows nothing that this one keeps in memory.
    pub async fn deliver_elsewhere(&self, queue: Queue, messages: &[Message]) -> HashSet<String> {
        let app = self.another_process();
        self.hand_over(&app, queue, messages, self.deadline()).await
    }

    async fn hand_over(
        &self,
        app: &App,
        queue: Queue,
        messages: &[Message],
        deadline: Deadline,
    ) -> HashSet<String> {
        let event = event(queue, messages);
        // Boxed: a test's own future would otherwise hold all of a handler's.
        let response = if queue.is_of_files() {
            let handled = photo_copy::handle(app, &self.media, event, deadline);
            Box::pin(acting_as("PhotoCopyRole", handled)).await
        } else {
            let handled = project_sync::handle(app, event, deadline);
            Box::pin(acting_as("ProjectSyncRole", handled)).await
        };
        response
            .batch_item_failures
            .into_iter()
            .map(|failure| failure.item_identifier)
            .collect()
    }

    /// When the next invocation ends: never, unless a test says so.
    fn deadline(&self) -> Deadline {
        let limit = *self.time_limit.lock().expect("no holder panicked");
        limit.map_or(Deadline::NONE, |limit| {
            let limit = SignedDuration::try_from(limit).expect("a short time");
            Deadline::at(self.app.now() + limit)
        })
    }

    /// From here on a function may run for so long.
    pub fn limit_time(&self, limit: Duration) {
        *self.time_limit.lock().expect("no holder panicked") = Some(limit);
    }

    /// What is in the working queues.
    pub fn left(&self) -> Value {
        let queues = Queue::WORKING.map(|queue| {
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
