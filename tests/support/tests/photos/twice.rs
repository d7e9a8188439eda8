//! Messages that come twice, swapped, at once, or for nothing (B26).

use std::time::Duration;

use serde_json::json;
use test_support::steps::now;
use test_support::{Message, ORG, Queue, TestApp};

use crate::{originals, originals_begun, puts, with_project};

fn photo_message(photo: &str) -> String {
    json!({"org_id": ORG, "photo_id": photo}).to_string()
}

/// The messages that wait for the photo function.
async fn queued(test: &TestApp) -> Vec<Message> {
    while test.work_on(Queue::Sync).await > 0 {}
    test.aws.sqs.messages(Queue::Photos)
}

#[tokio::test]
async fn b26_doubled_and_swapped_photo_messages_end_with_the_newest_version() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"description": "one"}))
        .await;
    test.poll().await;
    let first = queued(&test).await;
    test.annotate(&photo).await;
    test.change_photo(&photo, json!({"description": "two"}))
        .await;
    test.change_project(&project, json!({"updated_at": now() + 1}))
        .await;
    test.poll().await;
    let mut both = queued(&test).await;
    assert!(both.len() > first.len());
    both.reverse();
    for _ in 0..3 {
        for message in &both {
            test.deliver(Queue::Photos, std::slice::from_ref(message))
                .await;
        }
    }
    test.settle().await;
    let original = test.companycam_has("photos", &photo).await;
    let image = test.image_of(&project, &photo);
    assert_eq!(image["md5"], original["md5"]);
    assert_eq!(image["caption"], "two");
    assert_eq!(test.images_of(&project).len(), 1);
    assert_eq!(originals(&test, &photo), 1, "copied once");
}

#[tokio::test]
async fn b26_two_workers_at_one_photo_copy_it_once() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({"bytes": 400_000})).await;
    test.poll().await;
    let messages = queued(&test).await;
    assert_eq!(messages.len(), 1);
    let (one, other) = futures::join!(
        test.deliver(Queue::Photos, &messages),
        test.deliver(Queue::Photos, &messages),
    );
    assert!(one.is_empty() && other.is_empty());
    // The one that found the lease comes back after it, and finds nothing left to do.
    assert_eq!(test.aws.sqs.messages(Queue::Photos).len(), 2);
    test.settle().await;
    assert_eq!(originals(&test, &photo), 1);
    assert_eq!(puts(&test), 1);
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b15_a_newer_version_wanted_while_copying_ends_with_the_newer() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"description": "one"}))
        .await;
    test.poll().await;
    let messages = queued(&test).await;
    // The original is handed over late; by then a newer version is wanted.
    test.companycam_fault(json!({"path": "/cdn/*", "action": {"delay_ms": 3000}}));
    let newer = async {
        while originals_begun(&test).await == 0 {
            tokio::task::yield_now().await;
        }
        test.annotate(&photo).await;
        test.change_photo(&photo, json!({"description": "two"}))
            .await;
        test.change_project(&project, json!({"updated_at": now() + 1}))
            .await;
        test.poll().await;
        while test.work_on(Queue::Sync).await > 0 {}
    };
    let (failed, ()) = futures::join!(test.deliver(Queue::Photos, &messages), newer);
    assert!(failed.is_empty());
    // Whatever was queued meanwhile is lost: the one that held the lease must have seen to it.
    for message in test.aws.sqs.messages(Queue::Photos) {
        test.aws.sqs.delete(Queue::Photos, &message.id);
    }
    let original = test.companycam_has("photos", &photo).await;
    let image = test.image_of(&project, &photo);
    assert_eq!(image["md5"], original["md5"]);
    assert_eq!(image["caption"], "two");
}

#[tokio::test]
async fn b26_a_message_for_a_photo_that_nobody_knows_is_let_go() {
    let (test, _) = with_project().await;
    let sqs = &test.aws.sqs;
    sqs.send(
        Queue::Photos,
        &photo_message("404"),
        Some(ORG),
        Duration::ZERO,
    );
    test.settle().await;
    assert!(test.dead_letters().is_empty());
}
