//! Counting the calls of one batch.

use std::time::Duration;

use scale::work::{Calls, Work};
use test_support::{Message, Queue, TestApp};

/// What a batch was about, and the calls that it took.
pub struct Counted {
    pub looks: Vec<String>,
    pub calls: Calls,
}

/// Hands up to `most` messages of a queue over, to a process that keeps nothing of the organization in memory, as
/// one of hundreds does not. Calls of Secrets Manager are left out: those it keeps.
pub async fn batch(test: &TestApp, queue: Queue, most: usize) -> Option<Counted> {
    let messages = test.aws.sqs.receive(queue, most);
    if messages.is_empty() {
        return None;
    }
    let before = test.aws.calls().len();
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    let failed = test.deliver_elsewhere(queue, &messages).await;
    assert!(failed.is_empty(), "{failed:?}");
    for message in &messages {
        test.aws.sqs.delete(queue, &message.id);
    }
    let mut calls = Calls {
        companycam: count(test.companycam.controls.requests().len()),
        one_click: count(test.one_click.controls().requests().len()),
        ..Calls::default()
    };
    for call in test.aws.calls().into_iter().skip(before) {
        match call.action.as_str() {
            action if action.contains("Message") => calls.sqs += 1,
            action if action.contains("Secret") => {}
            _ => calls.dynamodb += 1,
        }
    }
    let looks = messages.iter().map(what).collect();
    Some(Counted { looks, calls })
}

fn what(message: &Message) -> String {
    let message = message.json();
    message["look"].to_string()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap()
}

/// So many calls of AWS more or less, or a tenth, make no difference to the simulation.
const CLOSE: u32 = 2;

/// The batch is about this, and its calls are those that the simulation takes them to be: of the sides exactly,
/// of AWS nearly.
#[track_caller]
pub fn assert_next(counted: Option<Counted>, about: &str, expected: Work) {
    let Some(Counted { looks, calls }) = counted else {
        panic!("no message about {about}");
    };
    assert!(looks[0].contains(about), "{about}: {looks:?}");
    let expected = expected.calls;
    let sides = |calls: Calls| (calls.companycam, calls.one_click);
    let is_close = |is: u32, was: u32| is.abs_diff(was) <= CLOSE.max(was / 10);
    assert!(
        sides(calls) == sides(expected)
            && is_close(calls.dynamodb, expected.dynamodb)
            && is_close(calls.sqs, expected.sqs),
        "{about}: {calls:?} and not {expected:?} for {looks:?}"
    );
}

/// The next look.
pub async fn look(test: &TestApp) -> Option<Counted> {
    batch(test, Queue::Sync, 1).await
}

/// Waits until both sides have delivered their events.
pub async fn delivered(test: &TestApp) {
    while test.delivers().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A quarter of an hour passes, and the poll of it with all that follows.
pub async fn polled(test: &TestApp) {
    test.advance(Duration::from_mins(15));
    test.catch_up().await;
}
