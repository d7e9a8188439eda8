//! More photos than are copied in a moment (B29).

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use test_support::{ORG, Queue, TestApp};

/// Works on all but the photos for two minutes.
async fn all_but_copying(test: &TestApp) {
    for _ in 0..24 {
        while test.work_on(Queue::Sync).await + test.work_on(Queue::Retry).await > 0 {}
        test.advance(Duration::from_secs(5));
    }
}

#[tokio::test]
async fn b29_a_sync_run_lists_no_more_photos_while_many_wait_to_be_copied() {
    let test = TestApp::spawn().await;
    let project = test.named_project("Stadium").await;
    join_all((0..510).map(|_| test.new_photo(&project, json!({})))).await;
    test.connect().await;
    all_but_copying(&test).await;
    let org = ORG.parse().unwrap();
    let pending = async || test.app.store.pending_files(&org).await.unwrap();
    let listed = async || {
        test.organization()
            .await
            .unwrap()
            .sync
            .unwrap()
            .photos_total
    };
    assert_eq!((pending().await, listed().await), (500, 500));

    while pending().await > 400 {
        test.work_on(Queue::Backlog).await;
    }
    all_but_copying(&test).await;
    assert_eq!(listed().await, 510);
}
