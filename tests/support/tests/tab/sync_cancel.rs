//! B19: cancelling a sync, its pace, and what came of the last one.

use model::sync_run::SyncStep;
use serde_json::json;
use test_support::{Browser, TestApp};

use crate::{card, connected, notice, status};

async fn cancel(browser: &Browser) -> String {
    notice(&browser.submit("sync/cancel", &[]).await)
}

#[tokio::test]
async fn b19_a_cancelled_sync_says_by_whom_and_another_can_begin() {
    let (test, browser) = connected().await;
    browser.submit("sync", &[("since_days", "all")]).await;
    assert_eq!(cancel(&browser).await, "sync-cancelled");
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running());
    assert_eq!(
        run.failed.as_deref(),
        Some("canceled by avery.stone@ridgeline.example")
    );
    assert_eq!(status(&browser).await["state"], "connected");
    let tab = browser.tab().await;
    assert!(
        card(&tab, "sync").contains("canceled by avery.stone@ridgeline.example"),
        "{}",
        card(&tab, "sync")
    );
    assert!(
        test.log_says(&["avery.stone@ridgeline.example canceled the sync"])
            .await
    );
    let pressed = browser.submit("sync", &[("since_days", "29")]).await;
    assert_eq!(notice(&pressed), "sync-started");
    test.settle().await;
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running() && run.failed.is_none());
}

#[tokio::test]
async fn b19_cancelling_when_nothing_runs_says_so() {
    let (test, browser) = connected().await;
    let before = test.organization().await;
    assert_eq!(cancel(&browser).await, "no-sync");
    assert_eq!(test.organization().await, before);
    browser.submit("sync", &[("since_days", "29")]).await;
    let pressed = futures::join!(cancel(&browser), cancel(&browser));
    let mut pressed = [pressed.0, pressed.1];
    pressed.sort();
    assert_eq!(pressed, ["no-sync", "sync-cancelled"], "a double click");
}

#[tokio::test]
async fn b19_what_was_listed_before_cancelling_still_comes_over() {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    let listed = async || {
        let run = test.organization().await.unwrap().sync.unwrap();
        matches!(run.step, SyncStep::Photos { .. })
    };
    while !listed().await {
        test.work_once().await;
    }
    assert_eq!(cancel(&browser).await, "sync-cancelled");
    test.settle().await;
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b19_after_a_cancelled_first_sync_changes_still_come_over() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    assert_eq!(cancel(&browser).await, "sync-cancelled");
    test.settle().await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b19_the_pace_of_a_sync_is_told_while_it_runs() {
    let (test, browser) = connected().await;
    let project = test.named_project("Roof").await;
    test.new_photo(&project, json!({})).await;
    browser.submit("sync", &[("since_days", "29")]).await;
    let early = status(&browser).await;
    assert!(early["rate_per_minute"].is_null() && early["rate"] == "");
    // As if it had begun two minutes ago and everything were listed.
    let org = crate::org_id();
    let mut run = test.organization().await.unwrap().sync.unwrap();
    let seq = run.seq;
    run.seq += 1;
    run.started_at -= 120;
    run.step = SyncStep::Finish;
    (run.projects_total, run.photos_total) = (40, 200);
    assert!(
        test.app
            .store
            .step_sync(&org, &run, seq, None)
            .await
            .unwrap()
            .applied()
    );
    let now = status(&browser).await;
    let rate = now["rate_per_minute"].as_i64().unwrap();
    assert!((115..=120).contains(&rate), "{now}");
    assert_eq!(now["rate"], format!("{rate} a minute"));
    let started = now["started_at"].as_str().unwrap();
    assert!(started.parse::<jiff::Timestamp>().is_ok(), "{started}");
    let tab = browser.tab().await;
    let sync = card(&tab, "sync");
    assert!(
        sync.contains("<span data-text=\"rate\">") && sync.contains(" a minute</span>"),
        "{sync}"
    );
    assert!(sync.contains("<span data-text=\"remaining\">"), "{sync}");
    test.settle().await;
}

#[tokio::test]
async fn b19_the_card_says_what_came_of_the_last_sync() {
    let (test, browser) = connected().await;
    let project = test.named_project("Roof").await;
    test.new_photo(&project, json!({})).await;
    test.sync("90").await;
    let tab = browser.tab().await;
    let sync = card(&tab, "sync");
    assert!(sync.contains("Last sync finished"), "{sync}");
    assert!(
        sync.contains("1 job created, 0 linked, 0 updated, 0 projects skipped, 0 failed."),
        "{sync}"
    );
    let refused = json!({"method": "GET", "path": "/v2/projects", "times": null, "action": {"status": 422, "body": r#"{"errors": []}"#}});
    test.companycam_fault(refused);
    test.sync("all").await;
    let tab = browser.tab().await;
    let sync = card(&tab, "sync");
    assert!(
        sync.contains("ended early") && sync.contains("CompanyCam refused"),
        "{sync}"
    );
}
