//! Polls, and changes that are told of.

use scale::work;
use serde_json::json;
use test_support::{Queue, TestApp};

use crate::counting::{assert_next, batch, delivered, look, polled};

/// Connected, with a linked project that changed long ago; its id.
async fn with_a_project() -> (TestApp, String) {
    let test = TestApp::spawn().await;
    let project = test.named_project("House").await;
    test.shelve(&project).await;
    test.connect_and_settle().await;
    test.sync("all").await;
    polled(&test).await;
    test.advance(std::time::Duration::from_mins(15));
    (test, project)
}

#[tokio::test]
async fn the_calls_of_a_poll() {
    let (test, project) = with_a_project().await;
    test.poll().await;
    assert_next(look(&test).await, "poll", work::POLL);
    assert!(look(&test).await.is_none());

    // It was told, and is on its job.
    test.go_live().await;
    test.new_photo(&project, json!({})).await;
    test.live().await;
    test.poll().await;
    let found = look(&test).await.unwrap();
    let both = work::POLL.with(work::POLLS_NEWS);
    assert_next(Some(found), "poll", both);
    assert_next(look(&test).await, "project", work::LISTED_PROJECT);
}

#[tokio::test]
async fn the_calls_of_live_changes() {
    let (test, project) = with_a_project().await;
    test.go_live().await;
    for count in [1, 6] {
        for _ in 0..count {
            test.new_photo(&project, json!({})).await;
        }
        delivered(&test).await;
        let looks = batch(&test, Queue::Sync, 10).await;
        assert_next(looks, "photo", work::photos(count));
        for _ in 0..count {
            let copied = batch(&test, Queue::Photos, 1).await;
            assert_next(copied, "", work::COPY);
        }
    }
    test.live().await;
    test.change_project(&project, json!({"name": "Another"}))
        .await;
    delivered(&test).await;
    assert_next(look(&test).await, "project", work::PROJECT);
    delivered(&test).await;
    // Our own change comes back.
    assert_next(look(&test).await, "job", work::JOB);
}
