//! Both sides' webhooks: made and mended (B17). How they end is in `webhook_ends`.

use std::time::Duration;

use companycam::WebhookUpdate;
use companycam::ids::WebhookId;
use http::Method;
use serde_json::{Value, json};
use test_support::steps::{answer, fault, requests};
use test_support::{ORG, Queue, TestApp};

use crate::{another, api, assert_told, our_url, the_webhook};

fn webhook_id(id: &str) -> WebhookId {
    WebhookId::parse(id).unwrap()
}

async fn disable(test: &TestApp, webhook: &str) {
    let path = format!("/webhooks/{webhook}/disable");
    test.companycam_control(Method::POST, &path, Value::Null)
        .await;
}

/// How often the activity log says that the webhook was switched on again.
async fn times_switched_on(test: &TestApp) -> usize {
    let entries = test.activity_texts().await.into_iter();
    entries
        .filter(|entry| entry.contains("Live updates from CompanyCam had stopped"))
        .count()
}

#[tokio::test]
async fn b17_connecting_registers_one_webhook_on_each_side() {
    let test = TestApp::connected().await;
    let id = the_webhook(&test).await;
    assert_eq!(test.companycam_webhooks().await.len(), 1);
    let subscription = &test.one_click_state()["webhook"];
    let url = format!("{}/webhooks/one-click/{ORG}", test.public_url);
    assert_eq!(subscription["url"], url);
    assert_eq!(
        subscription["events"],
        json!(["job.created", "job.updated", "job.assigned", "job.deleted"])
    );
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.webhook_id, Some(webhook_id(&id)));
    assert!(organization.webhook_checked_at.is_some());
}

#[tokio::test]
async fn b17_every_poll_writes_down_that_it_looked_after_the_webhook() {
    let test = TestApp::connected().await;
    let checked = async || test.organization().await.unwrap().webhook_checked_at;
    let (mut before, quarter) = (checked().await, Duration::from_mins(15));
    let mut moved = async |how: &str| {
        let now = checked().await;
        assert!(now > before, "{how}: {before:?}, then {now:?}");
        before = now;
    };
    test.advance(quarter);
    test.poll().await;
    test.work_on(Queue::Sync).await;
    moved("a poll with nothing new").await;

    // More than are looked at at once.
    for number in 0..6 {
        test.named_project(&format!("Project {number}")).await;
    }
    test.advance(quarter);
    test.poll().await;
    test.work_on(Queue::Sync).await;
    assert!(test.organization().await.unwrap().poll.is_some());
    moved("a poll that goes on").await;
    test.settle().await;

    let fails = answer(500);
    test.companycam
        .controls
        .add_fault(fault("GET", "/v2/projects", None, fails));
    test.advance(quarter);
    test.poll().await;
    test.work_on(Queue::Sync).await;
    moved("a poll that fails").await;
}

#[tokio::test]
async fn b17_syncing_polling_and_reconnecting_keep_the_one_webhook() {
    let test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    test.sync("29").await;
    assert_eq!(the_webhook(&test).await, id, "after a sync");
    test.catch_up().await;
    assert_eq!(the_webhook(&test).await, id, "after a poll");
    test.connect_and_settle().await;
    assert_eq!(the_webhook(&test).await, id, "after connecting again");
    assert_eq!(test.companycam_webhooks().await.len(), 1);
    assert_told(&test, "Told").await;
}

#[tokio::test]
async fn b17_a_poll_changes_nothing_of_a_webhook_that_is_as_it_should_be() {
    let test = TestApp::connected().await;
    let before = test.companycam_requests("POST", "/v2/webhooks");
    test.catch_up().await;
    assert_eq!(test.companycam_requests("POST", "/v2/webhooks"), before);
    let controls = &test.companycam.controls;
    assert!(requests(controls, "PUT", "/v2/webhooks").is_empty());
    assert!(requests(controls, "DELETE", "/v2/webhooks").is_empty());
    assert_eq!(times_switched_on(&test).await, 0);
}

#[tokio::test]
async fn b17_a_poll_switches_a_disabled_webhook_on_again_and_brings_what_was_missed() {
    let test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    disable(&test, &id).await;
    let (project, photos) = test.seed().await;
    test.live().await;
    assert!(test.jobs_of(&project).is_empty(), "nobody told us");
    test.catch_up().await;
    assert_eq!(the_webhook(&test).await, id);
    test.assert_whole(&project, &photos);
    test.catch_up().await;
    assert_eq!(times_switched_on(&test).await, 1);
    assert_told(&test, "Told").await;
}

#[tokio::test]
async fn b17_refused_deliveries_disable_the_webhook_and_the_poll_makes_up_for_them() {
    let test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    test.companycam_settings(json!({"delivery_backoff_ms": 1}))
        .await;
    // Nothing can be queued for as long as CompanyCam has patience.
    test.aws.refuse("SendMessageBatch", 25);
    let mut projects = Vec::new();
    for number in 0..3 {
        projects.push(test.named_project(&format!("Project {number}")).await);
    }
    test.live().await;
    assert_eq!(test.companycam_webhooks().await[0]["enabled"], false);
    test.catch_up().await;
    assert_eq!(the_webhook(&test).await, id);
    for project in &projects {
        test.job_of(project);
    }
}

#[tokio::test]
async fn b17_a_poll_makes_a_deleted_webhook_anew() {
    let test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    api(&test)
        .await
        .delete_webhook(&webhook_id(&id))
        .await
        .unwrap();
    test.catch_up().await;
    let new = the_webhook(&test).await;
    assert_ne!(new, id);
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.webhook_id, Some(webhook_id(&new)));
    assert_told(&test, "Told").await;
}

#[tokio::test]
async fn b17_further_webhooks_of_ours_are_deleted_and_those_of_others_left() {
    let test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    let api = api(&test).await;
    for _ in 0..2 {
        let double = another(our_url(&test));
        api.create_webhook(&double).await.unwrap();
    }
    let others = another("http://127.0.0.1:1/elsewhere".to_owned());
    let others = api.create_webhook(&others).await.unwrap();
    test.catch_up().await;
    assert_eq!(the_webhook(&test).await, id);
    let left = test.companycam_webhooks().await;
    assert_eq!(left.len(), 2, "{left:#?}");
    assert_eq!(left[1]["id"], others.id.as_str());
    assert_eq!(left[1]["scopes"], json!(["project.*"]));
}

#[tokio::test]
async fn b17_a_webhook_that_is_not_as_it_should_be_is_mended() {
    let test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    let api = api(&test).await;
    let elsewhere = format!("{}/elsewhere", test.public_url);
    let cases = [
        WebhookUpdate {
            token: Some("another".to_owned().into()),
            ..WebhookUpdate::default()
        },
        WebhookUpdate {
            scopes: Some(vec!["document.*".to_owned()]),
            ..WebhookUpdate::default()
        },
        WebhookUpdate {
            url: Some(elsewhere),
            ..WebhookUpdate::default()
        },
    ];
    for case in cases {
        api.update_webhook(&webhook_id(&id), &case).await.unwrap();
        test.companycam.controls.clear_requests();
        test.catch_up().await;
        assert_eq!(the_webhook(&test).await, id, "{case:?}");
        let mended = requests(&test.companycam.controls, "PUT", "/v2/webhooks/");
        assert_eq!(mended.len(), 1, "{case:?}");
        assert_told(&test, &format!("{case:?}")).await;
    }
    assert_eq!(times_switched_on(&test).await, 0, "it was never off");
}

#[tokio::test]
async fn b17_however_registering_fails_one_webhook_comes_of_it() {
    for action in [
        json!("reset_after"),
        json!("reset_before"),
        json!({"status": 503}),
    ] {
        let test = TestApp::spawn().await;
        let rule = json!({"method": "POST", "path": "/v2/webhooks", "action": action});
        test.companycam_fault(rule);
        test.connect_and_settle().await;
        the_webhook(&test).await;
        assert_eq!(test.companycam_webhooks().await.len(), 1, "{action}");
        test.go_live().await;
        assert_told(&test, "Told").await;
    }
}

#[tokio::test]
async fn b17_one_click_down_while_connecting_is_subscribed_to_later() {
    let test = TestApp::spawn().await;
    let down = fault("PUT", "*/webhooks/companycam", Some(2), answer(503));
    test.one_click.controls().add_fault(down);
    test.connect_and_settle().await;
    let asked = requests(test.one_click.controls(), "PUT", "/webhooks/companycam");
    assert_eq!(asked.len(), 3, "refused twice");
    assert!(test.one_click_state()["webhook"].is_object());
    the_webhook(&test).await;
}

#[tokio::test]
async fn b27_a_side_that_will_not_have_our_webhook_is_synced_and_polled_all_the_same() {
    for (side, path) in [
        ("CompanyCam", "/v2/webhooks"),
        ("One Click", "*/webhooks/companycam"),
    ] {
        let test = TestApp::spawn().await;
        let first = test.named_project("First").await;
        for method in ["POST", "PUT"] {
            let refuses = fault(method, path, None, answer(422));
            if side == "CompanyCam" {
                test.companycam.controls.add_fault(refuses);
            } else {
                test.one_click.controls().add_fault(refuses);
            }
        }
        test.connect_and_settle().await;
        test.job_of(&first);
        let run = test.organization().await.unwrap().sync.unwrap();
        assert_eq!(run.failed, None, "{side}");
        let says = [side, "couldn’t turn on live updates", "every 15 minutes"];
        assert!(test.log_says(&says).await, "{side}");
        let second = test.named_project("Second").await;
        test.catch_up().await;
        test.job_of(&second);
        assert!(test.dead_letters().is_empty(), "{side}");
    }
}

#[tokio::test]
async fn b27_a_poll_lists_also_while_the_webhook_can_not_be_looked_at() {
    let test = TestApp::connected().await;
    let down = fault("GET", "/v2/webhooks", None, answer(503));
    test.companycam.controls.add_fault(down);
    let project = test.named_project("Roof").await;
    test.poll().await;
    while test.work_once().await > 0 {}
    assert_eq!(test.job_of(&project)["customer_name"], "Roof");
    assert!(
        test.aws.sqs.next_due_ms().is_some(),
        "the poll comes back for the webhook"
    );
    test.companycam.controls.clear_faults();
    test.settle().await;
}
