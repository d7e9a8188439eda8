//! The calls of an idle poll and of a photo, each with its reason: none is made twice for the same.

use std::fmt::Write as _;

use test_support::Queue;

use crate::counted::{Turn, name, tally};
use crate::played;

/// What each call is for. A call that begins with none of these has no reason to be made.
const REASONS: [(&str, &str); 24] = [
    (
        "Query Organizations/due",
        "whose turn it is: each shard, once for all organizations",
    ),
    (
        "UpdateItem Organizations (poll_due_at)",
        "when its next turn is",
    ),
    (
        "SendMessageBatch sync.fifo",
        "the look; one call takes ten messages",
    ),
    (
        "GetItem Organizations",
        "the connection, its preferences, cursors and pauses",
    ),
    (
        "GetSecretValue",
        "a key or token, once in five minutes for all that the process does",
    ),
    (
        "PutItem Ephemeral budget#",
        "a call to CompanyCam is counted before it is made",
    ),
    (
        "Query ProjectLinks attention#",
        "what needs attention: its number on One Click's card, questions that wait for a day",
    ),
    (
        "BatchGetItem ProjectLinks job#",
        "what is known of the listed jobs: the last change is listed again",
    ),
    (
        "BatchGetItem ProjectLinks project#",
        "what is known of the listed projects, or of the photo's",
    ),
    (
        "UpdateItem Organizations (webhook_checked_at",
        "that all was well, and when the webhook was looked after",
    ),
    (
        "BatchGetItem Photos",
        "what is known of the photo, before its tags are read and after",
    ),
    (
        "UpdateItem Photos (project_id",
        "what One Click should have of it",
    ),
    ("SendMessageBatch photos", "the photo is to be copied"),
    (
        "UpdateItem Photos (lease_ms",
        "nobody else copies it meanwhile",
    ),
    (
        "ChangeMessageVisibilityBatch photos",
        "it comes back soon if the function is killed",
    ),
    (
        "UpdateItem Photos (copied",
        "what was copied, and the end of the lease",
    ),
    (
        "PutItem Ephemeral copied",
        "that photos can be copied, once a minute for all that the process does",
    ),
    ("PutItem Activity", "what happened"),
    (
        "GET CompanyCam /v2/webhooks",
        "that CompanyCam still tells of changes",
    ),
    (
        "GET CompanyCam /v2/projects",
        "the projects that changed since the last poll",
    ),
    (
        "GET One Click /v1/organizations/…/jobs",
        "the jobs that changed since the last poll",
    ),
    (
        "GET CompanyCam /v2/photos/…/tags",
        "its tags, which no delivery says",
    ),
    ("GET CompanyCam /cdn/", "the original"),
    (
        "PUT One Click /v1/organizations/…/jobs/…/images/",
        "the original, onto the job",
    ),
];

/// A turn of a function in a line, and each of its calls with its reason.
fn told(turns: &[Turn]) -> String {
    let mut told = String::new();
    for turn in turns {
        let from = turn.queue.map_or("", Queue::name);
        writeln!(told, "{}", format!("{} {from}", turn.function).trim_end()).unwrap();
        let calls = turn.aws.iter().map(name).chain(turn.sides.iter().cloned());
        for (call, times) in tally(calls) {
            let reason = REASONS.iter().find(|(start, _)| call.starts_with(start));
            let (_, reason) = reason.unwrap_or_else(|| panic!("{call} has no reason"));
            writeln!(told, "{times:>4} × {call}: {reason}").unwrap();
        }
    }
    told
}

#[tokio::test]
async fn b17_an_idle_poll_makes_these_calls_and_no_other() {
    let (test, _) = played::quiet().await;
    insta::assert_snapshot!(told(&played::poll(&test).await));
}

#[tokio::test]
async fn b15_a_photo_makes_these_calls_until_it_is_on_the_job_and_no_other() {
    let (test, project) = played::quiet().await;
    insta::assert_snapshot!(told(&played::photo(&test, &project).await));
}

/// The part of a batch that is each organization's own is what it is alone.
#[tokio::test]
async fn b17_polls_of_a_batch_make_no_call_more_than_one_alone() {
    let (test, _) = played::quiet().await;
    let count = |turns: &[Turn]| {
        let calls = turns.iter().flat_map(|turn| &turn.aws);
        let of_tables = calls.filter(|call| call.body["QueueUrl"].is_null());
        of_tables
            .filter(|call| call.body["SecretId"].is_null())
            .count()
    };
    let shards = played::minute(&test).await[0].aws.len();
    let alone = count(&played::poll(&test).await) - shards;
    let (together, organizations) = played::neighbours().await;
    assert_eq!(count(&together) - shards, organizations * alone);
}
