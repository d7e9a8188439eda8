//! Polling and syncing: what they find, and what they cost CompanyCam (B17, B19).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use serde_json::{Value, json};
use store::schedule::Turn;
use test_support::steps::{now, requests, text};
use test_support::{ORG, Queue, TestApp};

/// Of the index of connected organizations.
const SHARD: &str = "connected#3";

/// The GETs of CompanyCam's API since the log was emptied, but the check of our webhook; the CDN is no
/// part of it.
fn api_reads(test: &TestApp) -> Vec<String> {
    let requests = requests(&test.companycam.controls, "GET", "/v2/");
    requests
        .into_iter()
        .filter(|request| request.path != "/v2/webhooks")
        .map(|request| format!("{}?{}", request.path, request.query))
        .collect()
}

/// Dates the project's last activity some time back, as if a poll came long after it.
async fn long_ago(test: &TestApp, project: &str, seconds: i64) {
    test.change_project(project, json!({"updated_at": now() - seconds}))
        .await;
}

#[tokio::test]
async fn b17_a_poll_with_nothing_new_is_one_get_and_the_webhook_check() {
    let test = TestApp::connected().await;
    for (number, age) in [600, 500, 400].into_iter().enumerate() {
        let project = test.named_project(&format!("Project {number}")).await;
        test.new_photo(&project, json!({})).await;
        long_ago(&test, &project, age).await;
    }
    test.catch_up().await;
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    test.catch_up().await;
    assert_eq!(api_reads(&test).len(), 1, "{:?}", api_reads(&test));
    assert_eq!(test.companycam_requests("GET", "/v2/webhooks"), 1);
    let asked = test.one_click.controls().requests();
    assert_eq!(asked.len(), 1, "only for changed jobs: {asked:#?}");
}

#[tokio::test]
async fn b17_a_poll_of_a_company_without_projects_is_one_get() {
    let test = TestApp::connected().await;
    test.companycam.controls.clear_requests();
    test.catch_up().await;
    assert_eq!(api_reads(&test).len(), 1, "{:?}", api_reads(&test));
}

#[tokio::test]
async fn b17_a_changed_project_costs_its_photo_pages_new_tags_and_two_more_at_most() {
    let test = TestApp::connected().await;
    let project = test.named_project("Many photos").await;
    let other = test.named_project("Other").await;
    for _ in 0..150 {
        test.new_photo(&project, json!({"processing_status": "duplicate"}))
            .await;
    }
    long_ago(&test, &project, 600).await;
    long_ago(&test, &other, 700).await;
    test.catch_up().await;

    test.companycam.controls.clear_requests();
    test.new_photo(&project, json!({})).await;
    long_ago(&test, &project, 60).await;
    test.catch_up().await;
    let reads = api_reads(&test);
    // Of the one photo that is new its tags, too.
    assert!(reads.len() <= 2 + 1 + 2, "{reads:#?}");
    assert_eq!(test.images_of(&project).len(), 1);
}

#[tokio::test]
async fn b17_new_and_renamed_projects_are_found() {
    let test = TestApp::connected().await;
    let old = test.named_project("Old").await;
    test.catch_up().await;
    let new = test.named_project("New").await;
    test.change_project(&old, json!({"name": "Renamed"})).await;
    test.catch_up().await;
    assert_eq!(test.job_of(&new)["customer_name"], "New");
    assert_eq!(test.job_of(&old)["customer_name"], "Renamed");
}

#[tokio::test]
async fn b17_more_new_projects_than_a_page_are_all_found() {
    let test = TestApp::connected().await;
    for number in 0..105 {
        test.named_project(&format!("Project {number}")).await;
    }
    test.catch_up().await;
    let jobs = test.one_click_state()["jobs"].clone();
    let made = jobs
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| job["metadata"]["cc_project_id"].is_string());
    assert_eq!(made.count(), 105);
}

#[tokio::test]
async fn b17_the_cursor_is_inclusive_and_no_work_is_done_twice() {
    let test = TestApp::connected().await;
    let moment = now() - 60;
    let first = test.named_project("First").await;
    test.change_project(&first, json!({ "updated_at": moment }))
        .await;
    test.catch_up().await;
    // Changed in the very second that the cursor stands at, but listed only now.
    let second = test.named_project("Second").await;
    test.change_project(&second, json!({ "updated_at": moment }))
        .await;
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    test.catch_up().await;
    test.job_of(&second);
    let about_first = api_reads(&test)
        .into_iter()
        .filter(|read| read.contains(&first));
    assert_eq!(about_first.count(), 0);
    assert_eq!(
        requests(test.one_click.controls(), "POST", "/jobs").len(),
        1
    );
}

#[tokio::test]
async fn b17_an_organization_that_is_not_connected_is_left_alone() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.settle().await;
    let gone = browser.submit("disconnect", &[]).await;
    assert!(gone.status.is_redirection(), "{}", gone.body);
    test.settle().await;
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    assert_eq!(test.poll().await, 0);
    let late = json!({"org_id": ORG, "tries": 0, "look": {"kind": "poll"}});
    let sqs = &test.aws.sqs;
    sqs.send(
        Queue::Sync,
        &late.to_string(),
        Some(ORG),
        std::time::Duration::ZERO,
    );
    test.settle().await;
    assert_eq!(test.companycam.controls.requests().len(), 0);
    assert_eq!(test.one_click.controls().requests().len(), 0);
}

#[tokio::test]
async fn b17_an_organization_that_needs_reconnecting_is_left_alone_until_it_is_connected_again() {
    let test = TestApp::connected().await;
    let company = test.organization().await.unwrap().company_id;
    let revoke = format!("/companies/{company}/revoke_grants");
    test.companycam_control(Method::POST, &revoke, json!({}))
        .await;
    test.catch_up().await;
    assert_eq!(
        test.one_click_state()["integration"]["state"],
        "needs_reconnecting"
    );
    let missed = test.named_project("Missed").await;
    let photo = test.new_photo(&missed, json!({})).await;
    test.companycam.controls.clear_requests();
    assert_eq!(test.poll().await, 0);
    test.settle().await;
    assert_eq!(test.companycam.controls.requests().len(), 0);

    test.connect_and_settle().await;
    assert!(test.shows(&missed, &photo), "reconnecting catches up");
    assert_eq!(test.one_click_state()["integration"]["state"], "connected");
    assert_eq!(test.poll().await, 1);
}

#[tokio::test]
async fn b19_connecting_brings_the_last_29_days_and_a_window_brings_older_ones() {
    let test = TestApp::spawn().await;
    let day = 86_400;
    let mut projects = Vec::new();
    for days in [1, 28, 30, 89, 91, 364, 366] {
        let project = test.named_project(&format!("{days} days old")).await;
        test.new_photo(&project, json!({"captured_at": now() - days * day}))
            .await;
        long_ago(&test, &project, days * day).await;
        projects.push((days, project));
    }
    test.connect_and_settle().await;
    let brought = |test: &TestApp| -> Vec<i64> {
        let there = projects.iter().filter(|(_, project)| {
            !test.jobs_of(project).is_empty() && test.images_of(project).len() == 1
        });
        there.map(|(days, _)| *days).collect()
    };
    assert_eq!(brought(&test), [1, 28]);
    test.catch_up().await;
    assert_eq!(brought(&test), [1, 28], "a poll brings nothing older");
    test.sync("90").await;
    assert_eq!(brought(&test), [1, 28, 30, 89]);
    test.sync("365").await;
    assert_eq!(brought(&test), [1, 28, 30, 89, 91, 364]);
    test.sync("all").await;
    assert_eq!(brought(&test), [1, 28, 30, 89, 91, 364, 366]);
}

fn small_photos(projects: usize, photos: usize) -> companycam_simulator::Options {
    companycam_simulator::Options {
        projects,
        photos,
        photo_bytes: Some(20_000),
        extras: false,
        ..companycam_simulator::Options::default()
    }
}

#[tokio::test]
async fn b19_progress_rises_to_its_total_and_is_seen_on_the_tab() {
    let test = TestApp::with(
        small_photos(12, 30),
        one_click_simulator::Options::default(),
    )
    .await;
    let browser = test.connect().await;
    let status = async || browser.get("/companycam/settings/status").await.json();
    let number = |of: &Value, name: &str| of[name].as_i64().unwrap();
    let mut done = (0, 0);
    let begun = status().await;
    assert_eq!(begun["state"], "syncing");
    assert_eq!(begun["last_synced_at"], Value::Null);
    loop {
        let worked = test.work_once().await;
        let now = status().await;
        for kind in ["projects", "photos"] {
            assert!(
                number(&now[kind], "done") <= number(&now[kind], "total"),
                "{now}"
            );
        }
        let seen = (
            number(&now["projects"], "done"),
            number(&now["photos"], "done"),
        );
        done = (done.0.max(seen.0), done.1.max(seen.1));
        if worked == 0 && test.aws.sqs.next_due_ms().is_none() {
            break;
        }
        test.aws.sqs.hasten();
    }
    let end = status().await;
    assert_eq!(end["state"], "connected");
    assert_eq!(end["projects"], json!({"done": 12, "total": 12}));
    assert_eq!(end["photos"], json!({"done": 30, "total": 30}));
    assert_eq!(done, (12, 30));
    text(&end["last_synced_at"]);
    assert!(
        test.log_says(&["Sync finished", "12 projects", "30 photos"])
            .await
    );
}

#[tokio::test]
async fn b19_importing_stays_within_its_calls_and_never_meets_the_limit() {
    let (projects, photos) = (120, 240);
    let test = TestApp::with(
        small_photos(projects, photos),
        one_click_simulator::Options::default(),
    )
    .await;
    test.connect().await;
    // Connecting itself is no part of the import: it asks who consented, and for the users.
    test.companycam.controls.clear_requests();
    // By the clock: the run waits for looks that wait for room under the limit, though not for ever.
    test.pass(Duration::from_mins(20)).await;
    let reads = api_reads(&test);
    let tags = reads
        .iter()
        .filter(|read| read.contains("/v2/tags") || read.contains("tag_ids"));
    let without_tags = reads.len() - tags.count();
    // 1.1 × (N / 100 + 2 N + P / 100)
    let allowed = (projects * 201 + photos) * 11 / 1000;
    assert!(without_tags <= allowed, "{without_tags} of {allowed}");
    let by_project = reads
        .iter()
        .filter(|read| read.contains("/photos?") && read.contains("/projects/"));
    assert_eq!(by_project.count(), 0, "photos come from the company's list");
    let stats = test
        .companycam_control(Method::GET, "/stats", json!({}))
        .await;
    assert_eq!(stats["rate_limited"], 0);

    let jobs = test.one_click_state()["jobs"].clone();
    let made: Vec<_> = jobs
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| job["metadata"]["cc_project_id"].is_string())
        .collect();
    assert_eq!(made.len(), projects);
    let images: usize = made
        .iter()
        .map(|job| job["images"].as_array().unwrap().len())
        .sum();
    assert_eq!(images, photos);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b19_a_sync_whose_message_was_lost_is_taken_up_again_by_a_poll() {
    let test = TestApp::with(small_photos(3, 6), one_click_simulator::Options::default()).await;
    test.connect().await;
    for message in test.aws.sqs.messages(Queue::Sync) {
        test.aws.sqs.delete(Queue::Sync, &message.id);
    }
    // Twenty minutes later.
    let mut run = test.organization().await.unwrap().sync.unwrap();
    let org = one_click::OrgId::parse(ORG).unwrap();
    let seq = run.seq;
    run.stepped_at -= 1201;
    assert!(
        test.app
            .store
            .step_sync(&org, &run, seq, None)
            .await
            .unwrap()
            .applied()
    );
    test.catch_up().await;
    assert_eq!(
        test.organization()
            .await
            .unwrap()
            .sync
            .unwrap()
            .projects_total,
        3
    );
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
async fn b8_a_poll_refreshes_the_users_once_a_day() {
    let test = TestApp::connected().await;
    let organization = test.organization().await.unwrap();
    let org = organization.org_id.clone();
    let email = "new@ridgeline.example";
    let user = json!({"company_id": organization.company_id, "first_name": "Kim", "last_name": "New",
        "email_address": email});
    let path = format!("/companies/{}/users", organization.company_id);
    test.companycam_control(Method::POST, &path, user).await;
    let is_known = async || {
        let directory = test.directory().await;
        let mut users = directory.companycam.iter();
        users.any(|user| user.email.as_deref() == Some(email))
    };
    for (hours_ago, known) in [(22, false), (24, true)] {
        let at = now() - hours_ago * 60 * 60;
        test.app
            .store
            .record_users_refreshed(&org, (at, None))
            .await
            .unwrap();
        test.catch_up().await;
        assert_eq!(is_known().await, known, "{hours_ago} hours later");
    }
}

#[tokio::test]
async fn b17_those_that_are_due_are_queued_in_batches_apart_and_once() {
    let test = TestApp::spawn().await;
    let db = aws_sdk_dynamodb::Client::new(&test.aws.config);
    for number in 0..25 {
        let text = |text: String| AttributeValue::S(text);
        let put = db
            .put_item()
            .table_name("OrganizationsTable")
            .item("org_id", text(format!("org_{number}")))
            .item("connected_shard", text(SHARD.to_owned()))
            .item("poll_due_at", AttributeValue::N((now() - 30).to_string()));
        put.send().await.unwrap();
    }
    let begun = Instant::now();
    let queued = project_poll::queue_due(&test.app, Turn::Poll).await;
    assert_eq!(queued.unwrap(), 25);
    // Three batches.
    assert!(begun.elapsed() >= 2 * project_poll::gap(Turn::Poll, 3));
    assert_eq!(test.aws.sqs.messages(Queue::Sync).len(), 25);
    let again = project_poll::queue_due(&test.app, Turn::Poll).await;
    assert_eq!(again.unwrap(), 0);
}
