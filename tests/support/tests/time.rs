//! What a batch does with its time, and with items that fail alone (B34).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use model::messages::{Look, Origin, SyncMessage};
use serde_json::json;
use test_support::{ORG, Queue, TestApp, until};

fn send(test: &TestApp, org: &str, project: &str) {
    let look = Look::Project {
        project_id: project.parse().unwrap(),
        origin: Origin::Event,
    };
    let message = SyncMessage::new(&org.parse().unwrap(), look);
    let body = serde_json::to_string(&message).unwrap();
    let sqs = &test.aws.sqs;
    sqs.send(Queue::Sync, &body, Some(org), Duration::ZERO);
}

/// A project that CompanyCam does not answer for, and one of another organization.
async fn with_a_slow_and_a_quick_project() -> (TestApp, String, String) {
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    test.connect_as("org_harbor", "usr_harper", "avery.stone@company-1.example")
        .await;
    test.settle().await;
    let slow = test.named_project("Slow").await;
    let company = test.companycam_state().await["companies"][1]["id"].clone();
    let quick = test
        .new_project(json!({"name": "Quick", "company_id": company}))
        .await;
    let path = format!("/v2/projects/{slow}");
    test.companycam_fault(json!({"path": path, "times": 1, "action": {"delay_ms": 3_600_000}}));
    (test, slow, quick)
}

#[tokio::test]
async fn b34_an_organization_whose_side_does_not_answer_holds_up_no_other_of_its_batch() {
    let (test, slow, quick) = with_a_slow_and_a_quick_project().await;
    // The slow one first: one after the other, the quick one would wait behind it.
    send(&test, ORG, &slow);
    send(&test, "org_harbor", &quick);
    let batch = test.aws.sqs.receive(Queue::Sync, 5);
    assert_eq!(batch.len(), 2, "both in one batch");
    let handled = test.deliver(Queue::Sync, &batch);
    let quick_is_there = until(async || test.jobs_in("org_harbor", &quick).len() == 1);
    tokio::select! {
        biased;
        _ = handled => panic!("the slow look can't be through"),
        () = quick_is_there => {}
    }
}

#[tokio::test]
async fn b34_nothing_is_begun_without_time_and_what_was_not_begun_comes_back_in_order() {
    let test = TestApp::connected().await;
    let mut projects = Vec::new();
    for name in ["One", "Two", "Three"] {
        let project = test.named_project(name).await;
        send(&test, ORG, &project);
        projects.push(project);
    }
    test.companycam.controls.clear_requests();
    test.limit_time(Duration::from_secs(10));
    let before: Vec<_> = bodies(&test);
    assert_eq!(test.work_on(Queue::Sync).await, 3);
    assert!(test.companycam.controls.requests().is_empty(), "begun");
    assert_eq!(bodies(&test), before, "as they were, and in order");
    test.limit_time(Duration::from_mins(1));
    assert_eq!(test.work_on(Queue::Sync).await, 3, "at once");
    test.settle().await;
    for project in projects {
        assert_eq!(test.jobs_of(&project).len(), 1);
    }
}

fn bodies(test: &TestApp) -> Vec<String> {
    let messages = test.aws.sqs.messages(Queue::Sync);
    messages.into_iter().map(|message| message.body).collect()
}

#[tokio::test]
async fn b34_a_look_that_takes_too_long_is_put_off_before_the_function_is_ended() {
    let test = TestApp::connected().await;
    let project = test.named_project("Slow").await;
    let path = format!("/v2/projects/{project}");
    test.companycam_fault(json!({"path": path, "times": 1, "action": {"delay_ms": 3_600_000}}));
    send(&test, ORG, &project);
    test.limit_time(Duration::from_mins(1));
    // It writes a call down before it makes it.
    let before = test.aws.count("PutItem");
    let asked = async || test.aws.count("PutItem") > before;
    let time_passes = async {
        until(asked).await;
        test.advance(Duration::from_secs(55));
    };
    let (worked, ()) = tokio::join!(test.work_on(Queue::Sync), time_passes);
    assert_eq!(worked, 1);
    assert!(test.aws.sqs.messages(Queue::Sync).is_empty(), "handed on");
    assert_eq!(test.aws.sqs.messages(Queue::Retry).len(), 1);
    test.settle().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
}

#[tokio::test]
async fn b34_a_look_that_panics_fails_alone_and_is_set_aside_in_the_end() {
    let test = TestApp::connected().await;
    let (bad, good) = (
        test.named_project("Bad").await,
        test.named_project("Good").await,
    );
    test.aws.panic_at(&format!("project#{bad}"));
    send(&test, ORG, &bad);
    send(&test, ORG, &good);
    test.settle().await;
    assert_eq!(test.jobs_of(&good).len(), 1);
    let dead = test.dead_letters();
    assert_eq!(dead.len(), 1, "{dead:#?}");
    assert_eq!(dead[0]["look"]["project_id"], bad.as_str());
    assert!(test.log_says(&[&bad, "could not be brought over"]).await);
}

#[tokio::test]
async fn b34_what_is_done_makes_room_for_its_organizations_next_look_while_others_still_wait() {
    let (test, slow, quick) = with_a_slow_and_a_quick_project().await;
    send(&test, ORG, &slow);
    send(&test, "org_harbor", &quick);
    let batch = test.aws.sqs.receive(Queue::Sync, 5);
    send(&test, "org_harbor", &quick);
    let handled = test.deliver(Queue::Sync, &batch);
    let next = until(async || test.aws.sqs.receive(Queue::Sync, 5).len() == 1);
    tokio::select! {
        biased;
        _ = handled => panic!("the slow look can't be through"),
        () = next => {}
    }
}
