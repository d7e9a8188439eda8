//! B44: an administrator pauses everything, and goes on.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use test_support::steps::text;
use test_support::{ORG, Queue, TestApp, until};

use crate::{connected, notice, status};

/// Connected and live, with a project and its job.
async fn live() -> (TestApp, String) {
    let test = TestApp::connected_live().await;
    let project = test.named_project("House").await;
    test.new_photo(&project, json!({})).await;
    test.live().await;
    (test, project)
}

/// What either side was told to do.
fn writes(test: &TestApp) -> usize {
    let controls = [&test.companycam.controls, test.one_click.controls()];
    let methods = ["POST", "PUT", "PATCH", "DELETE"];
    let count = |method| {
        controls
            .iter()
            .map(|controls| test_support::steps::requests(controls, method, "").len())
            .sum::<usize>()
    };
    methods.into_iter().map(count).sum()
}

#[tokio::test]
async fn b44_nothing_is_done_while_it_is_paused_and_nothing_is_missed() {
    let (test, project) = live().await;
    let browser = test.administrator().await;
    assert_eq!(notice(&browser.submit("pause", &[]).await), "paused");
    assert_eq!(status(&browser).await["state"], "paused");
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();

    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    let photo = test.new_photo(&project, json!({})).await;
    let other = test.named_project("Barn").await;
    let job = test
        .new_job(json!({"name": "Larkin", "customer_name": "Larkin"}))
        .await;
    test.live().await;
    test.catch_up().await;
    test.nightly().await;
    test.pass(Duration::from_mins(3)).await;
    assert_eq!(writes(&test), 0);
    assert!(test.jobs_of(&other).is_empty());
    assert!(!test.shows(&project, &photo));

    assert_eq!(notice(&browser.submit("resume", &[]).await), "resumed");
    assert_eq!(status(&browser).await["state"], "connected");
    test.settle().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Renamed");
    assert!(test.shows(&project, &photo));
    assert_eq!(test.jobs_of(&other).len(), 1);
    assert_eq!(test.job(&text(&job["id"]))["customer_name"], "Larkin");
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b44_photos_that_were_on_their_way_come_after_the_pause() {
    let (test, project) = live().await;
    let photo = test.new_photo(&project, json!({})).await;
    until(async || !test.delivers().await).await;
    test.work_on(Queue::Sync).await;
    let browser = test.administrator().await;
    browser.submit("pause", &[]).await;
    test.settle().await;
    assert!(!test.shows(&project, &photo));
    browser.submit("resume", &[]).await;
    test.settle().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b44_a_sync_stands_still_and_goes_on() {
    let (test, _) = live().await;
    for number in 0..6 {
        test.unheard(test.named_project(&format!("House {number}")))
            .await;
    }
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.work_on(Queue::Sync).await;
    browser.submit("pause", &[]).await;
    test.settle().await;
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(run.is_running());
    let refused = browser.submit("sync", &[("since_days", "29")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.says("Syncing is paused"));
    browser.submit("resume", &[]).await;
    test.settle().await;
    let after = test.organization().await.unwrap().sync.unwrap();
    assert_eq!(after.id, run.id);
    assert!(!after.is_running() && after.failed.is_none(), "{after:?}");
}

#[tokio::test]
async fn b44_a_pause_whose_end_was_cut_off_is_made_up_for_by_the_next_poll() {
    let (test, project) = live().await;
    let browser = test.administrator().await;
    browser.submit("pause", &[]).await;
    test.change_project(&project, json!({"name": "Renamed"}))
        .await;
    test.live().await;
    let entry = store::activity::NewEntry::new(
        store::activity::Kind::Connection,
        store::activity::Outcome::Updated,
        "resumed",
    );
    let org = ORG.parse().unwrap();
    let ended = test.app.store.end_halt(&org, entry).await.unwrap();
    assert!(ended.applied());
    test.poll().await;
    test.settle().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Renamed");
    assert!(!test.organization().await.unwrap().goes_on);
}

#[tokio::test]
async fn b44_pausing_and_resuming_twice_is_once_and_says_who() {
    let (test, browser) = connected().await;
    for _ in 0..2 {
        assert_eq!(notice(&browser.submit("pause", &[]).await), "paused");
    }
    let tab = browser.tab().await;
    assert!(tab.says("Syncing has been paused by avery.stone@ridgeline.example"));
    for _ in 0..2 {
        assert_eq!(notice(&browser.submit("resume", &[]).await), "resumed");
    }
    let said = test.activity_texts().await;
    let of = |what: &str| said.iter().filter(|text| text.contains(what)).count();
    assert_eq!((of("paused syncing"), of("resumed syncing")), (1, 1));
}

#[tokio::test]
async fn b44_one_clicks_card_says_that_it_is_paused() {
    let (test, browser) = connected().await;
    browser.submit("pause", &[]).await;
    let message = |test: &TestApp| test.one_click_state()["integration"]["message"].clone();
    assert!(
        message(&test).as_str().unwrap().contains("paused"),
        "{}",
        message(&test)
    );
    browser.submit("resume", &[]).await;
    assert_eq!(message(&test), "");
    // A card that can't be told keeps nobody from pausing.
    test.one_click_fault(json!({"method": "PUT", "path": "/v1/organizations/*/integrations/companycam", "times": 1, "action": {"status": 503, "body": "{\"errors\": [\"no\"]}"}}));
    assert_eq!(notice(&browser.submit("pause", &[]).await), "paused");
}

#[tokio::test]
async fn b44_disconnecting_while_it_is_paused_ends_both() {
    let (test, browser) = connected().await;
    browser.submit("pause", &[]).await;
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    assert_eq!(status(&browser).await["state"], "disconnected");
    let refused = browser.submit("pause", &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    test.connect().await;
    test.settle().await;
    let project = test.named_project("Barn").await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
}
