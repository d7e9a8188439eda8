//! Trouble at each call, and outages of a whole side: put off, and finished later (B26, B27).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use http::Method;
use serde_json::{Value, json};
use test_support::steps::text;
use test_support::{ORG, TestApp};

/// The ways in which a side has trouble for a while.
fn troubles() -> Vec<(&'static str, Value)> {
    vec![
        (
            "500",
            json!({"status": 500, "body": "{\"errors\": [\"oops\"]}"}),
        ),
        (
            "503 page",
            json!({"status": 503, "body": "<html>down</html>", "headers": {"content-type": "text/html"}}),
        ),
        ("429", json!({"status": 429, "body": "{}"})),
        (
            "429 with a wait",
            json!({"status": 429, "body": "{}", "headers": {"retry-after": "30"}}),
        ),
        ("reset before", json!("reset_before")),
        ("reset after", json!("reset_after")),
    ]
}

#[tokio::test]
async fn b27_trouble_at_each_call_to_companycam_is_put_off_and_finished_later() {
    let calls = [
        "/v2/projects",
        "/v2/projects/*/assigned_users",
        "/v2/projects/*/photos",
        "/cdn/*",
    ];
    let mut ways = troubles();
    ways.push(("page", json!("html_login")));
    ways.push(("200 page", json!({"status": 200, "body": "<html>sign in</html>", "headers": {"content-type": "text/html"}})));
    let test = TestApp::connected().await;
    for path in calls {
        for (name, action) in &ways {
            test.a_minute_later().await;
            let (project, photos) = test.seed().await;
            let rule = json!({"method": "GET", "path": path, "times": 3, "action": action});
            test.companycam_fault(rule);
            test.poll().await;
            while test.work_once().await > 0 {}
            let waits = test.aws.sqs.next_due_ms().is_some();
            assert!(waits, "{path} {name}: something waits to be tried again");
            test.settle().await;
            test.assert_whole(&project, &photos);
            assert!(test.dead_letters().is_empty(), "{path} {name}");
            test.shelve(&project).await;
        }
    }
}

#[tokio::test]
async fn b27_trouble_at_each_step_of_a_sync_is_put_off_and_finished_later() {
    let calls = [
        "/v2/users",
        "/v2/projects",
        "/v2/projects/*/assigned_users",
        "/v2/photos",
        "/v2/tags",
    ];
    let test = TestApp::connected().await;
    for path in calls {
        for (name, action) in troubles() {
            test.a_minute_later().await;
            let (project, photos) = test.seed().await;
            test.change_photo(&photos[0], json!({"add_tag": "Roof"}))
                .await;
            test.companycam_fault(
                json!({"method": "GET", "path": path, "times": 4, "action": action}),
            );
            test.sync("29").await;
            test.assert_whole(&project, &photos);
            assert_eq!(
                test.image_of(&project, &photos[0])["tags"],
                json!(["Roof"]),
                "{path} {name}"
            );
            let run = test.organization().await.unwrap().sync.unwrap();
            assert!(
                !run.is_running() && run.failed.is_none(),
                "{path} {name}: {run:?}"
            );
            assert_eq!(
                (run.projects_total, run.photos_total),
                (1, 2),
                "{path} {name}"
            );
            test.shelve(&project).await;
        }
    }
}

#[tokio::test]
async fn b27_trouble_at_each_call_to_one_click_is_put_off_and_finished_later() {
    let calls = [
        ("GET", "/v1/organizations/*/jobs"),
        ("POST", "/v1/organizations/*/jobs"),
        ("PUT", "/v1/organizations/*/jobs/*/images/*"),
    ];
    let test = TestApp::connected().await;
    for (method, path) in calls {
        for (name, action) in troubles() {
            test.a_minute_later().await;
            let (project, photos) = test.seed().await;
            test.one_click_fault(
                json!({"method": method, "path": path, "times": 3, "action": action}),
            );
            test.catch_up().await;
            test.assert_whole(&project, &photos);
            assert!(test.dead_letters().is_empty(), "{method} {path} {name}");
            test.shelve(&project).await;
        }
    }
}

#[tokio::test]
async fn b27_trouble_at_each_later_call_to_one_click_is_put_off_and_finished_later() {
    let calls = [
        ("GET", "/v1/organizations/*/jobs/*"),
        ("PATCH", "/v1/organizations/*/jobs/*"),
        ("GET", "/v1/organizations/*/jobs/*/images"),
        ("PATCH", "/v1/organizations/*/jobs/*/images/*"),
        ("DELETE", "/v1/organizations/*/jobs/*/images/*"),
    ];
    let test = TestApp::connected().await;
    for (method, path) in calls {
        for (name, action) in troubles() {
            test.a_minute_later().await;
            let (project, photos) = test.seed().await;
            let hidden = test.new_photo(&project, json!({})).await;
            test.catch_up().await;
            let address = json!({"street_address_1": "12 Cedar Street", "street_address_2": null, "city": null, "state": null, "postal_code": null, "country": null});
            test.change_project(&project, json!({"name": "Renamed", "address": address}))
                .await;
            test.annotate(&photos[0]).await;
            test.change_photo(&photos[1], json!({"description": "other"}))
                .await;
            test.change_photo(&hidden, json!({"internal": true})).await;
            test.one_click_fault(
                json!({"method": method, "path": path, "times": 2, "action": action}),
            );
            test.catch_up().await;
            test.assert_whole(&project, &photos);
            let job = test.job_of(&project);
            assert_eq!(job["customer_name"], "Renamed", "{method} {path} {name}");
            assert_eq!(
                job["address"]["line_1"], "12 Cedar Street",
                "{method} {path} {name}"
            );
            let annotated = test.companycam_has("photos", &photos[0]).await;
            assert_eq!(
                test.image_of(&project, &photos[0])["md5"],
                annotated["md5"],
                "{method} {path} {name}"
            );
            assert_eq!(
                test.image_of(&project, &photos[1])["caption"],
                "other",
                "{method} {path} {name}"
            );
            assert!(test.dead_letters().is_empty(), "{method} {path} {name}");
            test.shelve(&project).await;
        }
    }
}

#[tokio::test]
async fn b26_a_lost_answer_makes_no_second_job_and_no_second_image() {
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
    let calls = [
        ("POST", "/v1/organizations/*/jobs"),
        ("PUT", "/v1/organizations/*/jobs/*/images/*"),
    ];
    for (method, path) in calls {
        let lost = json!({"method": method, "path": path, "times": 2, "action": "reset_after"});
        test.one_click_fault(lost);
    }
    test.catch_up().await;
    test.assert_whole(&project, &photos);
    let lost = test.one_click.controls().requests().into_iter();
    let lost = lost.filter(|request| request.status.is_none()).count();
    assert!(lost >= 3, "the job's answer and both images' were lost");
}

#[tokio::test]
async fn b27_an_outage_of_a_whole_side_loses_nothing() {
    for side in ["CompanyCam", "One Click"] {
        let test = TestApp::connected().await;
        let (project, photos) = test.seed().await;
        let down = json!({"path": "*", "times": null, "action": {"status": 503, "body": ""}});
        if side == "CompanyCam" {
            test.companycam_fault(down);
        } else {
            test.one_click_fault(down);
        }
        test.poll().await;
        for _ in 0..30 {
            while test.work_once().await > 0 {}
            test.aws.sqs.hasten();
        }
        assert!(test.jobs_of(&project).is_empty());
        assert!(
            test.dead_letters().is_empty(),
            "{side}: nothing is given up"
        );
        test.companycam.controls.clear_faults();
        test.one_click.controls().clear_faults();
        test.settle().await;
        test.assert_whole(&project, &photos);
    }
}

#[tokio::test]
async fn b27_one_organizations_trouble_does_not_stop_anothers() {
    let test = TestApp::with_two_companies().await;
    test.connect_and_settle().await;
    test.connect_as("org_harbor", "usr_harper", "avery.stone@company-1.example")
        .await;
    test.settle().await;
    let (project, photos) = test.seed().await;
    let state = test.companycam_state().await;
    let company = text(&state["companies"][1]["id"]);
    let theirs = test
        .new_project(json!({"company_id": company, "name": "Theirs"}))
        .await;
    let photo = test.new_photo(&theirs, json!({})).await;
    let down = json!({"path": format!("/v1/organizations/{ORG}/*"), "times": null, "action": {"status": 500, "body": ""}});
    test.one_click_fault(down);
    test.poll().await;
    for _ in 0..5 {
        while test.work_once().await > 0 {}
        test.aws.sqs.hasten();
    }
    assert!(test.jobs_of(&project).is_empty());
    let jobs = test.jobs_in("org_harbor", &theirs);
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0]["images"][0]["external_id"], photo);
    test.one_click.controls().clear_faults();
    test.settle().await;
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b27_a_look_that_could_not_be_handed_on_is_handed_over_again() {
    for action in [
        "SendMessageBatch",
        "UpdateItem",
        "GetItem",
        "BatchGetItem",
        "TransactWriteItems",
    ] {
        let test = TestApp::connected().await;
        let (project, photos) = test.seed().await;
        test.poll().await;
        test.aws.refuse(action, 3);
        test.settle().await;
        test.assert_whole(&project, &photos);
        assert!(
            test.dead_letters().is_empty(),
            "{action}: {:#?}",
            test.dead_letters()
        );
    }
}

#[tokio::test]
async fn b27_an_expired_access_token_is_renewed_on_the_way() {
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
    test.companycam_control(Method::POST, "/tokens/expire", json!({}))
        .await;
    test.catch_up().await;
    test.assert_whole(&project, &photos);
}
