//! Polls and runs with much to list: small steps, nothing lost where they end early, and live changes in
//! between (B17, B19, B24).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use http::Method;
use runtime::messages::{Look, SyncMessage};
use serde_json::{Value, json};
use test_support::sides::requests;
use test_support::{ORG, Queue, TestApp};

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

#[tokio::test]
async fn b17_a_poll_with_much_to_list_reads_a_few_pages_a_look() {
    let test = TestApp::connected().await;
    let projects = many_projects(&test, 310).await;
    test.poll().await;
    let mut most = 0;
    loop {
        test.companycam.controls.clear_requests();
        // One look at a time.
        let batch = test.aws.sqs.receive(Queue::Sync, 1);
        let Some(message) = batch.first() else { break };
        assert!(test.deliver(Queue::Sync, &batch).await.is_empty());
        test.aws.sqs.delete(Queue::Sync, &message.id);
        let listed = requests(&test.companycam.controls, "GET", "/v2/projects")
            .into_iter()
            .filter(|request| request.path == "/v2/projects");
        most = most.max(listed.count());
        assert!(kinds(&test).len() <= 6, "{:?}", kinds(&test));
        test.a_minute_later().await;
    }
    assert!((1..=3).contains(&most), "{most} pages in one look");
    test.settle().await;
    for project in &projects {
        assert_eq!(test.jobs_of(project).len(), 1, "{project}");
    }
    assert!(test.organization().await.unwrap().poll.is_none());
}

#[tokio::test]
async fn b17_a_poll_that_is_cut_off_goes_on_where_it_was() {
    let test = TestApp::connected().await;
    let projects = many_projects(&test, 20).await;
    test.poll().await;
    test.work_on(Queue::Sync).await;
    // Everything that was queued is lost.
    for message in test.aws.sqs.messages(Queue::Sync) {
        test.aws.sqs.delete(Queue::Sync, &message.id);
    }
    assert!(test.organization().await.unwrap().poll.is_some());
    test.poll().await;
    test.work_on(Queue::Sync).await;
    assert!(kinds(&test).is_empty(), "it may still be under way");
    test.advance(Duration::from_mins(21));
    test.catch_up().await;
    test.catch_up().await;
    for project in &projects {
        assert_eq!(test.jobs_of(project).len(), 1, "{project}");
    }
}

#[tokio::test]
async fn b24_where_a_list_of_jobs_ends_is_saved_with_each_page() {
    let test = TestApp::connected().await;
    for number in 0..250 {
        test.new_job(json!({"customer_name": format!("Customer {number}")}))
            .await;
    }
    test.advance(Duration::from_mins(1));
    test.one_click.controls().clear_requests();
    let third = json!({"path": "/v1/organizations/*/jobs", "skip": 2, "times": 1, "action": {"status": 503, "body": "{\"errors\": [\"no\"]}"}});
    test.one_click_fault(third);
    let before = test.organization().await.unwrap().job_cursor;
    test.poll().await;
    test.work_on(Queue::Sync).await;
    let after = test.organization().await.unwrap().job_cursor;
    assert!(after > before, "{before:?} {after:?}");
    test.one_click.controls().clear_requests();
    test.settle().await;
    let asked = requests(test.one_click.controls(), "GET", "/jobs");
    assert!(asked.len() <= 4, "not from the beginning: {asked:#?}");
}

#[tokio::test]
async fn b17_while_a_sync_lists_projects_a_poll_does_not() {
    let test = TestApp::connected().await;
    many_projects(&test, 30).await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    for _ in 0..3 {
        test.work_on(Queue::Sync).await;
    }
    test.companycam.controls.clear_requests();
    test.poll().await;
    test.settle().await;
    let listed = requests(&test.companycam.controls, "GET", "/v2/projects");
    let listed = listed
        .iter()
        .filter(|request| request.path == "/v2/projects");
    assert_eq!(listed.count(), 0);
}

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
    assert_eq!(run.window, store::sync_runs::Window::All);
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
async fn b17_an_organization_is_polled_once_in_15_minutes_in_a_minute_of_its_own() {
    let test = TestApp::connected().await;
    let mut polls = 0;
    for _ in 0..60 {
        polls += project_poll::poll_due(&test.app).await.unwrap();
        test.settle().await;
        test.advance(Duration::from_mins(1));
    }
    assert!((4..=5).contains(&polls), "{polls} in an hour");
}

#[tokio::test]
async fn b27_users_that_can_not_be_listed_do_not_stop_the_poll() {
    let test = TestApp::connected().await;
    test.advance(Duration::from_hours(24));
    let refusal = json!({"method": "GET", "path": "/v2/users", "times": null, "action": {"status": 403, "body": "{\"errors\": [\"not allowed\"]}", "headers": {"content-type": "application/json"}}});
    test.companycam_fault(refusal);
    let project = test.named_project("House").await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
    assert!(test.dead_letters().is_empty(), "{:?}", test.dead_letters());
    assert!(test.log_says(&["The users could not be refreshed"]).await);
    let said = test.activity_texts().await.len();
    test.catch_up().await;
    assert_eq!(test.activity_texts().await.len(), said, "once a day");
    test.companycam_control(Method::DELETE, "/faults", Value::Null)
        .await;
}
