//! What stands in front of either side is not that side (B33), and what ends something is said twice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use model::project::{LinkState, ProjectRow};
use serde_json::{Value, json};
use store::activity::{Entry, Offer};
use test_support::steps::text;
use test_support::{ORG, TestApp, until};

/// So soon after the end of an outage everything moves again.
const SOON: Duration = Duration::from_mins(3);
const A_DAY: Duration = Duration::from_hours(24);
/// A minute, and what clocks may differ by.
const A_MINUTE: Duration = Duration::from_secs(66);

/// What a gateway or load balancer says while there is nothing behind it.
fn front_doors() -> Vec<Value> {
    let said = |status: u16, content_type: &str, body: &str| json!({ "status": status, "headers": { "content-type": content_type }, "body": body });
    let mut doors: Vec<_> = [200, 400, 401, 403, 404, 405, 409, 422]
        .map(|status| json!({ "page": status }))
        .into();
    doors.extend([
        json!("html_login"),
        json!({ "status": 200 }),
        json!({ "status": 204 }),
        said(
            404,
            "application/json",
            r#"{"message": "no Route matched"}"#,
        ),
        said(403, "text/plain", r#"{"errors": ["RBAC: access denied"]}"#),
        said(
            200,
            "application/json",
            r#"{"status": "down for maintenance"}"#,
        ),
    ]);
    doors
}

/// One Click's own no.
fn not_found() -> Value {
    json!({
        "status": 404, "headers": { "content-type": "application/json" },
        "body": r#"{"errors": ["Job not found"]}"#,
    })
}

fn one_click_says(test: &TestApp, path: &str, times: Option<u32>, action: &Value) {
    test.one_click_fault(json!({ "path": path, "times": times, "action": action }));
}

/// Works on what is queued, and a few times on what was put off, as if no time passed.
async fn work_on(test: &TestApp) {
    for _ in 0..4 {
        while test.work_once().await > 0 {}
        test.aws.sqs.hasten();
    }
    while test.work_once().await > 0 {}
}

async fn row(test: &TestApp, project: &str) -> ProjectRow {
    let (org, id) = (ORG.parse().unwrap(), project.parse().unwrap());
    let row = test.app.store.project(&org, &id).await.unwrap();
    row.expect("the project was looked at")
}

async fn closings(test: &TestApp) -> Vec<Entry> {
    let mut entries = test.activity().await;
    entries.retain(|entry| entry.offer == Some(Offer::BringBack));
    entries
}

#[tokio::test]
async fn b33_whatever_stands_before_one_click_closes_nothing_and_loses_nothing() {
    for door in front_doors() {
        let test = TestApp::connected().await;
        let (project, photos) = test.seed().await;
        let mut photos = Vec::from(photos);
        test.catch_up().await;
        test.change_project(&project, json!({ "name": "Roof, renamed" }))
            .await;
        photos.push(test.new_photo(&project, json!({})).await);
        let other = test.named_project("Other").await;
        let on_other = test.new_photo(&other, json!({})).await;

        one_click_says(&test, "*", None, &door);
        test.poll().await;
        work_on(&test).await;
        assert_eq!(
            row(&test, &project).await.state,
            LinkState::Linked,
            "{door}"
        );
        assert!(
            test.dead_letters().is_empty(),
            "{door}: {:#?}",
            test.dead_letters()
        );

        test.one_click.controls().clear_faults();
        test.advance(SOON);
        test.catch_up().await;
        test.assert_whole(&project, &photos);
        assert_eq!(
            test.job_of(&project)["customer_name"],
            "Roof, renamed",
            "{door}"
        );
        assert!(test.shows(&other, &on_other), "{door}");
        assert!(closings(&test).await.is_empty(), "{door}");
        assert!(test.dead_letters().is_empty(), "{door}");
    }
}

#[tokio::test]
async fn b33_whatever_stands_before_companycam_loses_nothing() {
    for door in front_doors() {
        let test = TestApp::connected().await;
        let (project, photos) = test.seed().await;
        test.companycam_fault(json!({ "path": "/v2/*", "times": null, "action": door }));
        test.poll().await;
        work_on(&test).await;
        assert!(
            test.dead_letters().is_empty(),
            "{door}: {:#?}",
            test.dead_letters()
        );
        test.companycam.controls.clear_faults();
        test.advance(SOON);
        test.catch_up().await;
        test.assert_whole(&project, &photos);
        assert!(test.dead_letters().is_empty(), "{door}");
    }
}

/// A linked project that was renamed, so that its job is to be written.
async fn renamed(test: &TestApp) -> String {
    let project = test.named_project("Roof").await;
    test.catch_up().await;
    test.change_project(&project, json!({ "name": "Roof, renamed" }))
        .await;
    project
}

#[tokio::test]
async fn b33_a_job_that_was_not_found_once_keeps_its_link() {
    let test = TestApp::connected().await;
    let project = renamed(&test).await;
    one_click_says(&test, "/v1/organizations/*/jobs/*", Some(1), &not_found());
    test.catch_up().await;
    let row = row(&test, &project).await;
    assert_eq!(
        (row.state, row.job_missing_since),
        (LinkState::Linked, None)
    );
    assert_eq!(row.wanted, None, "what was to be written is written");
    assert_eq!(test.job_of(&project)["customer_name"], "Roof, renamed");
    assert!(closings(&test).await.is_empty());
}

#[tokio::test]
async fn b33_a_job_that_was_not_found_several_times_within_a_minute_keeps_its_link() {
    let test = TestApp::connected().await;
    let project = renamed(&test).await;
    one_click_says(&test, "/v1/organizations/*/jobs/*", Some(3), &not_found());
    test.poll().await;
    work_on(&test).await;
    let asked = test.one_click.controls().requests().into_iter();
    let refused = asked.filter(|request| request.status == Some(404)).count();
    assert!(refused >= 2, "{refused}");
    assert_eq!(row(&test, &project).await.state, LinkState::Linked);
    test.settle().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof, renamed");
    assert!(closings(&test).await.is_empty());
}

#[tokio::test]
async fn b33_a_job_that_is_missing_a_minute_later_too_loses_its_link_and_can_be_brought_back() {
    let test = TestApp::connected().await;
    let project = renamed(&test).await;
    test.delete_job(&test.job_of(&project)).await;
    test.poll().await;
    work_on(&test).await;
    let waiting = row(&test, &project).await;
    assert_eq!(waiting.state, LinkState::Linked);
    assert!(waiting.job_missing_since.is_some());
    assert!(closings(&test).await.is_empty());

    test.advance(A_MINUTE);
    work_on(&test).await;
    let closed = row(&test, &project).await;
    assert_eq!((closed.state, closed.wanted), (LinkState::JobDeleted, None));
    let told = closings(&test).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].project_id.as_ref().unwrap().as_str(), project);
}

#[tokio::test]
async fn b33_what_was_said_a_day_ago_counts_no_more() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    test.catch_up().await;
    let job = row(&test, &project).await.job_id.unwrap();
    let (org, id) = (ORG.parse().unwrap(), project.parse().unwrap());
    let (store, now) = (&test.app.store, test.app.clock.now_s());
    let since = store
        .record_job_missing(&org, &id, &job, now)
        .await
        .unwrap();
    assert_eq!(since, Some(now));
    let later = now + 86_400;
    let since = store
        .record_job_missing(&org, &id, &job, later)
        .await
        .unwrap();
    assert_eq!(since, Some(later));
}

#[tokio::test]
async fn b33_one_click_has_to_know_the_organization_to_end_a_link() {
    let test = TestApp::connected().await;
    let project = renamed(&test).await;
    one_click_says(&test, "/v1/organizations/*/jobs/*", None, &not_found());
    one_click_says(
        &test,
        &format!("/v1/organizations/{ORG}"),
        None,
        &not_found(),
    );
    test.poll().await;
    work_on(&test).await;
    test.advance(A_MINUTE);
    work_on(&test).await;
    let asked = test.one_click.controls().requests().into_iter();
    let path = format!("/v1/organizations/{ORG}");
    assert!(asked.filter(|request| request.path == path).count() > 0);
    assert_eq!(row(&test, &project).await.state, LinkState::Linked);
    test.one_click.controls().clear_faults();
    test.settle().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof, renamed");
}

/// Everything on its way has arrived and is worked on.
async fn arrive(test: &TestApp) {
    loop {
        until(async || !test.delivers().await).await;
        let mut worked = 0;
        loop {
            match test.work_once().await {
                0 => break,
                more => worked += more,
            }
        }
        if worked == 0 && !test.delivers().await {
            return;
        }
    }
}

#[tokio::test]
async fn b33_the_event_of_a_deleted_job_and_one_answer_end_its_link_at_once() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    let asked_at = test.app.clock.now_s();
    test.delete_job(&test.job_of(&project)).await;
    arrive(&test).await;
    assert_eq!(row(&test, &project).await.state, LinkState::JobDeleted);
    assert_eq!(closings(&test).await.len(), 1);
    assert!(
        test.app.clock.now_s() - asked_at < 60,
        "nobody waited a minute"
    );
}

#[tokio::test]
async fn b33_a_photo_whose_job_was_not_found_once_is_copied() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    test.catch_up().await;
    let photo = test.new_photo(&project, json!({})).await;
    let path = format!("/v1/organizations/*/jobs/*/images/{photo}");
    one_click_says(&test, &path, Some(1), &not_found());
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
    assert_eq!(row(&test, &project).await.state, LinkState::Linked);
    assert!(closings(&test).await.is_empty());
}

#[tokio::test]
async fn b22_a_job_that_was_not_found_once_keeps_the_claim_on_its_project() {
    let test = TestApp::connected_live().await;
    test.prefer(&["create_project_from_job"]).await;
    let lost = json!({ "method": "POST", "path": "/v2/projects", "action": "reset_after" });
    test.companycam_fault(lost);
    // So that its own event does not tell whose it is.
    test.companycam_settings(json!({ "drop_deliveries": true }))
        .await;
    let job = test
        .new_job(json!({ "name": "Pat", "customer_name": "Larkin" }))
        .await;
    arrive(&test).await;
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    let path = format!("/v1/organizations/*/jobs/{}", text(&job["id"]));
    one_click_says(&test, &path, Some(1), &not_found());
    test.advance(Duration::from_secs(11));
    test.settle().await;
    assert_eq!(test.projects_named("Larkin").await.len(), 1);
    let told = test.job(&text(&job["id"]));
    assert!(told["metadata"]["cc_project_id"].is_string(), "{told:#}");
}

#[tokio::test]
async fn b22_a_job_that_was_not_found_once_gets_the_project_that_was_made_for_it() {
    let test = TestApp::connected_live().await;
    test.prefer(&["create_project_from_job", "create_job_from_project"])
        .await;
    let lost = json!({ "method": "POST", "path": "/v2/projects", "action": "reset_after" });
    test.companycam_fault(lost);
    // The first look at the job passes. The next is the look at the project that tells of itself.
    test.one_click_fault(json!({
        "method": "GET", "path": "/v1/organizations/*/jobs/*", "skip": 1, "times": 1,
        "action": not_found(),
    }));
    let job = test
        .new_job(json!({ "name": "Pat", "customer_name": "Larkin" }))
        .await;
    test.live().await;
    let projects = test.projects_named("Larkin").await;
    assert_eq!(projects.len(), 1);
    assert_eq!(test.job_of(&text(&projects[0]["id"]))["id"], job["id"]);
}

#[tokio::test]
async fn b18_an_end_that_could_not_be_written_down_is_written_down_once_and_whole() {
    let test = TestApp::connected().await;
    let project = renamed(&test).await;
    test.delete_job(&test.job_of(&project)).await;
    test.poll().await;
    work_on(&test).await;
    test.advance(A_MINUTE);
    for action in ["TransactWriteItems", "PutItem", "UpdateItem"] {
        test.aws.refuse(action, 1);
    }
    test.settle().await;
    assert_eq!(row(&test, &project).await.state, LinkState::JobDeleted);
    assert_eq!(closings(&test).await.len(), 1);
}

#[tokio::test]
async fn b23_an_assignment_that_is_refused_once_is_made() {
    let test = TestApp::connected_live().await;
    test.prefer(&["create_job_from_project", "reassign_project"])
        .await;
    let project = test.named_project("Roof").await;
    test.live().await;
    let no = json!({
        "status": 403, "headers": { "content-type": "application/json" },
        "body": r#"{"errors": ["Not now"]}"#,
    });
    let path = format!("/v2/projects/{project}/assigned_users/*");
    test.companycam_fault(json!({ "method": "PUT", "path": path, "action": no }));
    let casey = json!({ "assigned_user_id": "usr_casey" });
    test.change_job(&test.job_of(&project), casey).await;
    test.live().await;
    let assigned = test.companycam_has("projects", &project).await;
    assert_eq!(
        assigned["assignees"].as_array().map(Vec::len),
        Some(1),
        "{assigned:#}"
    );
    assert!(!test.log_says(&["could not be reassigned"]).await);
}

#[tokio::test]
async fn b27_users_that_are_refused_for_good_do_not_stop_the_poll() {
    let test = TestApp::connected().await;
    let no = json!({
        "status": 403, "headers": { "content-type": "application/json" },
        "body": r#"{"errors": ["Forbidden"]}"#,
    });
    test.companycam_fault(json!({ "path": "/v2/users", "times": null, "action": no }));
    test.advance(A_DAY);
    let project = test.named_project("Roof").await;
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
    test.catch_up().await;
    assert!(test.dead_letters().is_empty());
    let refused = |texts: Vec<String>| {
        let texts = texts.into_iter();
        texts
            .filter(|text| text.contains("Users couldn’t be refreshed"))
            .count()
    };
    assert_eq!(refused(test.activity_texts().await), 1, "once a day");
    test.advance(A_DAY);
    test.catch_up().await;
    assert_eq!(refused(test.activity_texts().await), 2);

    test.companycam.controls.clear_faults();
    let before = test.organization().await.unwrap().users_refreshed_at;
    test.catch_up().await;
    let after = test.organization().await.unwrap().users_refreshed_at;
    assert!(
        after > before,
        "they are asked for at every poll until they come"
    );
}

#[tokio::test]
async fn b27_what_cannot_be_read_in_one_clicks_lists_is_named_and_holds_nothing_up() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    let list = |list: Value| {
        let headers = json!({ "content-type": "application/json" });
        json!({ "status": 200, "headers": headers, "body": list.to_string() })
    };
    let users = list(json!({
        "users": [{ "id": "usr_blake", "name": "Blake" }, { "id": "usr_odd", "active": "pat@example.com" }],
        "next_page": null,
    }));
    let jobs =
        list(json!({ "jobs": [{ "id": "job_odd", "organization_id": 1.5 }], "next_page": null }));
    one_click_says(&test, "/v1/organizations/*/users", None, &users);
    test.one_click_fault(json!({
        "method": "GET", "path": "/v1/organizations/*/jobs", "times": 1, "action": jobs,
    }));
    test.advance(A_DAY);
    test.catch_up().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
    assert!(test.dead_letters().is_empty());
    for what in [["user", "usr_odd"], ["job", "job_odd"]] {
        assert!(
            test.log_says(&what).await,
            "{:#?}",
            test.activity_texts().await
        );
    }
    assert!(!test.log_says(&["pat@example.com"]).await);
}

#[tokio::test]
async fn b33_who_is_missing_from_a_list_that_is_empty_or_unreadable_is_as_before() {
    let active = async |test: &TestApp| {
        let row = test.organization().await.unwrap();
        let directory = test.app.store.directory(&row.org_id, &row.company_id).await;
        let directory = directory.unwrap();
        let companycam = directory.companycam.iter().filter(|user| user.active);
        let one_click = directory.one_click.iter().filter(|user| user.active);
        (companycam.count(), one_click.count())
    };
    let list = |list: Value| {
        let headers = json!({ "content-type": "application/json" });
        json!({ "status": 200, "headers": headers, "body": list.to_string() })
    };
    let test = TestApp::connected().await;
    let before = active(&test).await;
    assert!(before.0 > 1 && before.1 > 1, "{before:?}");
    for (companycam, one_click) in [
        (json!([]), json!({ "users": [], "next_page": null })),
        (
            json!([{ "id": { "odd": true } }]),
            json!({ "users": [{ "id": "usr_odd", "active": "x" }], "next_page": null }),
        ),
    ] {
        let companycam = list(companycam);
        test.companycam_fault(json!({ "path": "/v2/users", "times": null, "action": companycam }));
        one_click_says(&test, "/v1/organizations/*/users", None, &list(one_click));
        test.advance(A_DAY);
        test.catch_up().await;
        assert_eq!(active(&test).await, before);
    }
}
