//! Polls and runs with much to list: small steps, nothing lost where they end early, and live changes in
//! between (B17, B19, B24).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod big;
mod polls;
mod runs;

use serde_json::{Value, json};
use test_support::{Queue, TestApp};

/// Makes so many projects at once.
async fn many_projects(test: &TestApp, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for number in 0..count {
        made.push(test.named_project(&format!("House {number}")).await);
    }
    made
}

/// The messages that wait in the FIFO queue, by their kind.
fn kinds(test: &TestApp) -> Vec<String> {
    let messages = test.aws.sqs.messages(Queue::Sync);
    messages
        .iter()
        .map(|message| message.json()["look"]["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// One Click's, or `CompanyCam`'s, own word.
fn says(status: u16) -> Value {
    json!({"status": status, "body": r#"{"errors": ["no"]}"#, "headers": {"content-type": "application/json"}})
}
