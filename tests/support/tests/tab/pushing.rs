//! B44: recent jobs are pushed to CompanyCam, after a preview.

use http::{Method, StatusCode};
use serde_json::json;
use test_support::steps::text;
use test_support::{Browser, ORG, Page, TestApp};

use crate::{connected, notice, status};

async fn push(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    browser.submit("push_jobs", fields).await
}

/// A job of this customer that was made so many days ago; its id.
async fn made_ago(test: &TestApp, customer: &str, days: i64) -> String {
    let job =
        json!({"name": customer, "customer_name": customer, "address": {"line_1": "12 Elm St"}});
    let job = test.new_job(job).await;
    let at = test.app.now() - jiff::SignedDuration::from_hours(24 * days);
    let path = format!("/organizations/{ORG}/jobs/{}", text(&job["id"]));
    let dated = json!({"job": {}, "created_at": at.to_string()});
    test.one_click_control(Method::PATCH, &path, dated).await;
    text(&job["id"])
}

#[tokio::test]
async fn b44_recent_jobs_are_pushed_once_they_were_seen() {
    let (test, browser) = connected().await;
    made_ago(&test, "Recent", 3).await;
    made_ago(&test, "Older", 60).await;
    let known = test.named_project("Has a job").await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&known).len(), 1);
    let asked = push(&browser, &[("since_days", "29")]).await;
    let seen = browser.follow(asked).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    assert!(seen.says("Recent") && !seen.says("Older"), "{}", seen.body);
    assert!(
        seen.says("Push ") && seen.says("have a project already"),
        "{}",
        seen.body
    );
    test.settle().await;
    assert!(
        test.projects_named("Recent").await.is_empty(),
        "only seen so far"
    );
    for _ in 0..2 {
        let pushed = push(&browser, &[("since_days", "29"), ("confirm", "yes")]).await;
        assert_eq!(notice(&pushed), "pushing");
    }
    test.settle().await;
    assert_eq!(test.projects_named("Recent").await.len(), 1);
    assert!(test.projects_named("Older").await.is_empty());
    assert_eq!(test.projects_named("Has a job").await.len(), 1, "no echo");
    let again = browser
        .follow(push(&browser, &[("since_days", "29")]).await)
        .await;
    assert!(
        again.says("There is nothing to push.") || !again.says("Recent"),
        "{}",
        again.body
    );
}

#[tokio::test]
async fn b44_a_push_links_a_project_that_is_there() {
    let (test, browser) = connected().await;
    test.prefer(&["copy_documents"]).await;
    let address = json!({"street_address_1": "12 Elm Street", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    let project = test
        .new_project(json!({"name": "Larkin", "address": address}))
        .await;
    test.catch_up().await;
    let address =
        json!({"line_1": "12 Elm St", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
    let job = json!({"name": "Larkin", "customer_name": "Larkin", "address": address});
    let job = test.new_job(job).await;
    push(&browser, &[("since_days", "29"), ("confirm", "yes")]).await;
    test.settle().await;
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    assert_eq!(test.job_of(&project)["id"], job["id"]);
}

#[tokio::test]
async fn b44_other_windows_and_a_paused_or_ended_connection_are_refused() {
    let (test, browser) = connected().await;
    for days in ["", "all", "30", "-1"] {
        let answer = push(&browser, &[("since_days", days), ("confirm", "yes")]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{days}");
    }
    browser.submit("pause", &[]).await;
    let answer = push(&browser, &[("since_days", "29")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    assert_eq!(status(&browser).await["state"], "disconnected");
    let answer = push(&browser, &[("since_days", "29")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
}
