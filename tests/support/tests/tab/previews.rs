//! B40: what a sync would come to, before it does.

use http::StatusCode;
use serde_json::json;
use test_support::{Browser, TestApp};

use crate::{connected, notice, status};

/// What either side was told to do.
fn writes(test: &TestApp) -> usize {
    let controls = [&test.companycam.controls, test.one_click.controls()];
    let count = |method| {
        let of = |controls| test_support::steps::requests(controls, method, "").len();
        controls.into_iter().map(of).sum::<usize>()
    };
    ["POST", "PUT", "PATCH", "DELETE"]
        .into_iter()
        .map(count)
        .sum()
}

async fn preview(test: &TestApp, browser: &Browser, days: &str) -> test_support::Page {
    let started = browser
        .submit("sync/preview", &[("since_days", days)])
        .await;
    assert!(started.status.is_redirection(), "{}", started.body);
    test.settle().await;
    browser.follow(started).await
}

#[tokio::test]
async fn b40_a_preview_says_what_would_be_made_and_writes_nothing() {
    let (test, browser) = connected().await;
    let old = test.named_project("Castell barn").await;
    test.new_photo(&old, json!({})).await;
    test.new_photo(&old, json!({})).await;
    test.shelve(&old).await;
    let address = json!({"street_address_1": "12 Elm Street", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    let twin = test
        .new_project(json!({"name": "Grant roof", "address": address}))
        .await;
    test.shelve(&twin).await;
    let address =
        json!({"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    let job = json!({"name": "Roof", "customer_name": "Dana Grant", "address": address});
    test.new_job(job).await;
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    let before = test.organization().await.unwrap();
    let said = preview(&test, &browser, "all").await;
    assert_eq!(said.status, StatusCode::OK);
    // One Click's card is told of the sync that it is.
    assert!(writes(&test) <= 2, "{}", writes(&test));
    assert!(test.jobs_of(&old).is_empty() && test.jobs_of(&twin).is_empty());
    for says in [
        "Preview of all projects",
        "Jobs that would be created (1)",
        "Possible duplicates (1)",
        "Castell barn",
        "Grant roof",
        "Start the import",
    ] {
        assert!(said.says(says), "{says}: {}", said.body);
    }
    assert_eq!(
        status(&browser).await["attention"],
        0,
        "nobody is asked yet"
    );
    let after = test.organization().await.unwrap();
    assert_eq!(after.project_cursor, before.project_cursor);
    assert_eq!(after.last_synced_at, before.last_synced_at);
    // What was only looked at stays away, until a sync.
    test.catch_up().await;
    test.nightly().await;
    test.pass(std::time::Duration::from_mins(3)).await;
    assert!(test.jobs_of(&old).is_empty());
    test.sync("all").await;
    assert_eq!(test.jobs_of(&old).len(), 1);
    assert_eq!(test.images_of(&old).len(), 2);
}

#[tokio::test]
async fn b40_a_previewed_project_that_changes_comes_by_itself() {
    let (test, browser) = connected().await;
    let old = test.named_project("Castell barn").await;
    test.shelve(&old).await;
    preview(&test, &browser, "365").await;
    test.change_project(&old, json!({"name": "Castell barn and shed"}))
        .await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&old).len(), 1);
}

#[tokio::test]
async fn b40_while_a_sync_runs_there_is_no_preview_and_nonsense_starts_none() {
    let (_test, browser) = connected().await;
    for days in ["", "30", "ALL"] {
        let refused = browser
            .submit("sync/preview", &[("since_days", days)])
            .await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{days}");
    }
    browser.submit("sync", &[("since_days", "29")]).await;
    let second = browser
        .submit("sync/preview", &[("since_days", "90")])
        .await;
    assert_eq!(notice(&second), "sync-running");
}

#[tokio::test]
async fn b40_a_preview_that_is_cancelled_makes_nothing() {
    let (test, browser) = connected().await;
    let mut projects = Vec::new();
    for number in 0..9 {
        let project = test.named_project(&format!("Barn {number}")).await;
        test.shelve(&project).await;
        projects.push(project);
    }
    browser
        .submit("sync/preview", &[("since_days", "all")])
        .await;
    for _ in 0..3 {
        test.work_once().await;
    }
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(run.is_running() && run.projects_total > 0, "{run:?}");
    browser.submit("sync/cancel", &[]).await;
    test.settle().await;
    test.catch_up().await;
    test.nightly().await;
    test.pass(std::time::Duration::from_mins(3)).await;
    for project in &projects {
        assert!(test.jobs_of(project).is_empty());
    }
    assert!(test.log_says(&["canceled the preview"]).await);
}

#[tokio::test]
async fn b10_b40_a_preview_changes_nothing_about_what_was_skipped() {
    let (test, browser) = connected().await;
    test.prefer(&[]).await;
    let off = test.named_project("Off").await;
    test.catch_up().await;
    test.prefer(&["create_job_from_project"]).await;
    let said = preview(&test, &browser, "90").await;
    assert!(said.says("Jobs that would be created (1)"), "{}", said.body);
    test.change_project(&off, json!({"name": "Off still"}))
        .await;
    test.catch_up().await;
    assert!(test.jobs_of(&off).is_empty(), "only a sync brings it");
}

#[tokio::test]
async fn b17_what_is_made_while_a_preview_runs_comes_by_itself() {
    let (test, browser) = connected().await;
    let new = test.named_project("Made meanwhile").await;
    browser
        .submit("sync/preview", &[("since_days", "90")])
        .await;
    for _ in 0..2 {
        test.work_once().await;
    }
    test.poll().await;
    test.settle().await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&new).len(), 1);
}

#[tokio::test]
async fn b38_a_preview_is_called_one_on_the_tab() {
    let (test, browser) = connected().await;
    test.named_project("Barn").await;
    browser
        .submit("sync/preview", &[("since_days", "90")])
        .await;
    let running = browser.tab().await;
    assert!(
        running.says("Nothing is created, copied or changed"),
        "{}",
        running.body
    );
    test.settle().await;
    let tab = browser.tab().await;
    assert!(
        tab.says("See the preview") && !tab.says("or undo it"),
        "{}",
        tab.body
    );
}
