//! Syncs with much to list: cut off, cancelled, taken up again, waiting.

use std::time::Duration;

use model::messages::{Look, SyncMessage};
use model::sync_run::SyncStep;
use serde_json::{Value, json};
use test_support::steps::now;
use test_support::{ORG, Queue, TestApp};

use crate::{kinds, many_projects, says};

#[tokio::test]
async fn b29_a_live_change_waits_for_a_few_looks_of_a_backfill_only() {
    let test = TestApp::connected().await;
    let projects = many_projects(&test, 60).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    // Into the middle of the looks at the page.
    for _ in 0..4 {
        test.work_on(Queue::Sync).await;
    }
    assert!(
        kinds(&test).contains(&"project".to_owned()),
        "{:?}",
        kinds(&test)
    );
    let ahead = test.aws.sqs.messages(Queue::Sync).len();
    assert!(ahead <= 5, "{ahead} messages ahead of it");
    test.settle().await;
    for project in &projects {
        assert_eq!(test.jobs_of(project).len(), 1, "{project}");
    }
}

#[tokio::test]
async fn b19_a_cancelled_sync_leaves_no_job_without_its_photos() {
    let test = TestApp::connected().await;
    let mut photos = Vec::new();
    for project in many_projects(&test, 9).await {
        let photo = test.new_photo(&project, json!({})).await;
        photos.push((project, photo));
    }
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    // Some of the projects are looked at already: their photos were left to the sync.
    while test.jobs_of(&photos[0].0).is_empty() && test.jobs_of(&photos[8].0).is_empty() {
        assert!(test.work_on(Queue::Sync).await > 0);
    }
    browser.submit("sync/cancel", &[]).await;
    test.settle().await;
    for (project, photo) in &photos {
        assert!(test.shows(project, photo), "{project}");
    }
}

#[tokio::test]
async fn b19_connecting_again_keeps_the_window_of_a_sync_that_was_not_through() {
    let test = TestApp::connected().await;
    let old = test.named_project("Of last year").await;
    test.shelve(&old).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "all")]).await;
    test.connect().await;
    test.settle().await;
    assert_eq!(test.jobs_of(&old).len(), 1);
    let run = test.organization().await.unwrap().sync.unwrap();
    assert_eq!(run.window, model::sync_run::Window::All);
}

#[tokio::test]
async fn b26_a_step_that_comes_twice_makes_no_second_chain() {
    let test = TestApp::connected().await;
    many_projects(&test, 12).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    let twice = test.aws.sqs.messages(Queue::Sync)[0].body.clone();
    for _ in 0..5 {
        let sqs = &test.aws.sqs;
        sqs.send(Queue::Sync, &twice, Some(ORG), Duration::ZERO);
    }
    let mut most = 0;
    while test.work_once().await > 0 {
        let chains = [Queue::Sync, Queue::Retry].map(|queue| {
            let messages = test.aws.sqs.messages(queue);
            let steps = messages.iter().map(test_support::Message::json);
            steps
                .filter(|message| message["look"]["kind"] == "sync" && message["look"]["seq"] != 0)
                .count()
        });
        most = most.max(chains.iter().sum());
    }
    assert_eq!(most, 1);
    test.settle().await;
    assert!(
        !test
            .organization()
            .await
            .unwrap()
            .sync
            .unwrap()
            .is_running()
    );
}

#[tokio::test]
async fn b36_a_run_that_stands_still_is_taken_up_once_however_often_it_is_polled() {
    let test = TestApp::connected().await;
    many_projects(&test, 5).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    for message in test.aws.sqs.messages(Queue::Sync) {
        test.aws.sqs.delete(Queue::Sync, &message.id);
    }
    test.advance(Duration::from_mins(25));
    for _ in 0..5 {
        test.poll().await;
        let poll = test.aws.sqs.receive(Queue::Sync, 1);
        let is_poll = poll[0].json()["look"]["kind"] == "poll";
        if is_poll {
            assert!(test.deliver(Queue::Sync, &poll).await.is_empty());
            test.aws.sqs.delete(Queue::Sync, &poll[0].id);
        } else {
            test.aws.sqs.give_back(Queue::Sync, &poll[0].id);
        }
    }
    let steps = kinds(&test);
    let steps = steps.iter().filter(|kind| *kind == "sync").count();
    assert_eq!(steps, 1, "{:?}", kinds(&test));
    test.settle().await;
    assert!(
        !test
            .organization()
            .await
            .unwrap()
            .sync
            .unwrap()
            .is_running()
    );
}

#[tokio::test]
async fn b26_a_step_of_the_version_before_goes_on() {
    let test = TestApp::connected().await;
    let project = test.named_project("House").await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    let queued = test.aws.sqs.messages(Queue::Sync).remove(0);
    let mut before: Value = queued.json();
    before["look"].as_object_mut().unwrap().remove("seq");
    let read: SyncMessage = serde_json::from_value(before.clone()).unwrap();
    assert!(matches!(read.look, Look::Sync { seq: None, .. }));
    test.aws.sqs.delete(Queue::Sync, &queued.id);
    let sqs = &test.aws.sqs;
    sqs.send(Queue::Sync, &before.to_string(), Some(ORG), Duration::ZERO);
    test.settle().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
}

#[tokio::test]
async fn b35_a_sync_goes_on_without_a_list_of_photos_that_is_refused() {
    let test = TestApp::connected().await;
    let project = test.named_project("House").await;
    let photo = test.new_photo(&project, json!({})).await;
    test.companycam_fault(json!({
        "method": "GET", "path": "/v2/photos", "times": null, "action": says(500)
    }));
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.pass(Duration::from_mins(5)).await;
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running() && run.failed.is_none(), "{run:?}");
    assert!(test.shows(&project, &photo), "from its project's own list");
    assert!(test.log_says(&["The sync", "has refused it so far"]).await);
}

#[tokio::test]
async fn b4_projects_whose_looks_were_let_go_with_the_connection_come_with_the_next() {
    let test = TestApp::connected().await;
    let old = test.named_project("Of last year").await;
    test.shelve(&old).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "all")]).await;
    // It is listed, and its look is queued and let go: by then the connection has ended.
    let listed = async || {
        let run = test.organization().await.unwrap().sync.unwrap();
        run.projects_total > 0
    };
    while !listed().await {
        assert!(test.work_on(Queue::Sync).await > 0);
    }
    let run = test.organization().await.unwrap().sync.unwrap();
    let org = ORG.parse().unwrap();
    let through = model::sync_run::SyncRun {
        step: model::sync_run::SyncStep::Finish,
        ..run.clone()
    };
    test.app
        .store
        .step_sync(&org, &through, run.seq, Some(now()))
        .await
        .unwrap()
        .either_way();
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    assert!(test.jobs_of(&old).is_empty());
    test.connect_and_settle().await;
    assert_eq!(test.jobs_of(&old).len(), 1);
}

#[tokio::test]
async fn b19_a_run_that_listed_for_a_day_waits_another_for_what_it_listed() {
    let test = TestApp::connected().await;
    let project = test.named_project("House").await;
    test.new_photo(&project, json!({})).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.advance(Duration::from_hours(25));
    let run = async || test.organization().await.unwrap().sync.unwrap();
    // Only what is listed is worked on: its photo stays pending.
    let step = async || {
        test.aws.sqs.hasten();
        test.work_on(Queue::Sync).await;
        test.work_on(Queue::Retry).await;
    };
    while run().await.step != SyncStep::Finish {
        step().await;
    }
    step().await;
    assert!(run().await.is_running(), "it has not waited at all yet");
    test.advance(Duration::from_hours(23));
    step().await;
    assert!(run().await.is_running(), "nor for a day");
    test.advance(Duration::from_hours(2));
    while run().await.is_running() {
        step().await;
    }
    let failed = run().await.failed.unwrap();
    assert!(failed.contains("still waiting after a day"), "{failed}");
}
