//! AWS as it is: messages that come twice and to two workers at once, calls that are refused, answers that
//! are lost, batches that are left over, indexes that are behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join;
use serde_json::Value;
use test_support::{Call, Queue, TestApp};

use crate::end::assert_same;
use crate::play::{Playing, Scenario, acted, ended, tell, undisturbed};

/// What AWS does.
#[derive(Clone, Copy, Debug)]
enum Misbehaviour {
    /// The next two calls of the action are refused, as where it is throttled for longer than the SDK tries.
    Refused(&'static str),
    /// The next two take effect, and are answered 500.
    AnswerLost(&'static str),
    /// Batches of reads are left over whole.
    LeftOver,
    /// Indexes show what was there when they were asked before.
    IndexesBehind,
    /// Each message is delivered a second time once it was handled.
    Twice,
    /// Two workers get each message at once.
    TwoWorkers,
}

const READS: [&str; 4] = ["GetItem", "BatchGetItem", "Query", "GetSecretValue"];
const WRITES: [&str; 6] = [
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "TransactWriteItems",
    "SendMessage",
    "SendMessageBatch",
];

fn misbehaviours() -> Vec<Misbehaviour> {
    let mut all = vec![
        Misbehaviour::LeftOver,
        Misbehaviour::IndexesBehind,
        Misbehaviour::Twice,
        Misbehaviour::TwoWorkers,
    ];
    all.extend(
        READS
            .iter()
            .chain(&WRITES)
            .map(|action| Misbehaviour::Refused(action)),
    );
    all.extend(WRITES.map(Misbehaviour::AnswerLost));
    all
}

/// Plays the scenario with each misbehaviour.
pub async fn check<S: Scenario>() {
    let test = S::begin().await;
    let wanted = undisturbed::<S>(&test).await;
    let mut played = 0;
    for misbehaviour in misbehaviours() {
        let _playing = Playing(format!("{misbehaviour:?}"));
        played += 1;
        let end = play::<S>(&test, misbehaviour).await;
        assert_same(&end, &wanted, &format!("{misbehaviour:?}"));
    }
    for number in 0.. {
        let _playing = Playing(format!("the answer to write {number} is lost"));
        let Some(end) = with_a_lost_answer::<S>(&test, number).await else {
            break;
        };
        played += 1;
        assert_same(
            &end,
            &wanted,
            &format!("the answer to write {number} is lost"),
        );
    }
    tell::<S>("AWS misbehaves", played);
}

/// Plays the scenario with one write that takes effect and is answered 500: the SDK tries again by itself
/// and meets what it did. `None`: there were not so many writes.
async fn with_a_lost_answer<S: Scenario>(test: &TestApp, number: usize) -> Option<Value> {
    let subject = acted::<S>(test).await;
    let written = Arc::new(AtomicUsize::new(0));
    for action in WRITES {
        let written = Arc::clone(&written);
        let is_it = move |_: &Call| written.fetch_add(1, Ordering::Relaxed) == number;
        test.aws.lose_answer_if(action, 1, is_it);
    }
    test.drain_within(Duration::from_mins(20)).await;
    let end = ended(test, &subject).await;
    (written.load(Ordering::Relaxed) > number).then_some(end)
}

async fn play<S: Scenario>(test: &TestApp, misbehaviour: Misbehaviour) -> Value {
    let subject = acted::<S>(test).await;
    let aws = &test.aws;
    match misbehaviour {
        Misbehaviour::Refused(action) => aws.refuse(action, 2),
        Misbehaviour::AnswerLost(action) => aws.lose_answer(action, 2),
        Misbehaviour::LeftOver => aws.leave_over(2),
        Misbehaviour::IndexesBehind => aws.indexes_are_behind(true),
        Misbehaviour::Twice => each_twice(test).await,
        Misbehaviour::TwoWorkers => two_workers(test).await,
    }
    test.drain_within(Duration::from_mins(20)).await;
    match misbehaviour {
        Misbehaviour::Refused(action) => aws.refuse(action, 0),
        Misbehaviour::AnswerLost(action) => aws.lose_answer(action, 0),
        Misbehaviour::LeftOver => aws.leave_over(0),
        Misbehaviour::IndexesBehind => aws.indexes_are_behind(false),
        Misbehaviour::Twice | Misbehaviour::TwoWorkers => {}
    }
    ended(test, &subject).await
}

async fn each_twice(test: &TestApp) {
    while let Some((queue, batch)) = next_batch(test) {
        test.deliver(queue, &batch).await;
        let failed = test.deliver(queue, &batch).await;
        done(test, queue, &batch, &failed);
    }
}

async fn two_workers(test: &TestApp) {
    test.aws.take_turns();
    while let Some((queue, batch)) = next_batch(test) {
        let (failed, _) = join(
            test.deliver(queue, &batch),
            test.deliver_elsewhere(queue, &batch),
        )
        .await;
        done(test, queue, &batch, &failed);
    }
}

fn next_batch(test: &TestApp) -> Option<(Queue, Vec<test_support::Message>)> {
    let queues = Queue::WORKING;
    let received = |queue| Some((queue, test.aws.sqs.receive(queue, 5)));
    queues
        .into_iter()
        .filter_map(received)
        .find(|(_, batch)| !batch.is_empty())
}

fn done(
    test: &TestApp,
    queue: Queue,
    batch: &[test_support::Message],
    failed: &std::collections::HashSet<String>,
) {
    for message in batch {
        if failed.contains(&message.id) {
            test.aws.sqs.give_back(queue, &message.id);
        } else {
            test.aws.sqs.delete(queue, &message.id);
        }
    }
}
