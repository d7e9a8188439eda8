//! Repetition, disorder, bad input and outages (B26, B27).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use test_support::sides::{now, requests, text};
use test_support::{Message, ORG, Queue, TestApp};

/// A project with a contact, and two photos with captions.
async fn seed(test: &TestApp) -> (String, [String; 2]) {
    let project = json!({
        "name": "Roof",
        "primary_contact": {"name": "Pat Larkin", "email": "pat@customer.example", "phone_number": "402-555-0101"},
    });
    let project = test.new_project(project).await;
    let one = test
        .new_photo(&project, json!({"description": "one"}))
        .await;
    let two = test
        .new_photo(&project, json!({"description": "two"}))
        .await;
    (project, [one, two])
}

/// One Click has exactly what it should of the seeded project.
#[track_caller]
fn assert_whole(test: &TestApp, project: &str, photos: &[String]) {
    let job = test.job_of(project);
    assert_eq!(job["name"], "Pat Larkin");
    let images = test.images_of(project);
    assert_eq!(images.len(), photos.len(), "{images:#?}");
    for photo in photos {
        test.image_of(project, photo);
    }
}

async fn connected() -> TestApp {
    let test = TestApp::spawn().await;
    test.connect_and_settle().await;
    test
}

#[tokio::test]
async fn b26_every_message_delivered_three_times_and_in_reverse_ends_the_same() {
    let test = connected().await;
    let (project, photos) = seed(&test).await;
    let other = test.named_project("Other").await;
    let moved = test.new_photo(&project, json!({})).await;
    test.poll().await;
    disorder(&test).await;
    test.change_project(&project, json!({"name": "Roof, renamed"}))
        .await;
    test.annotate(&photos[0]).await;
    test.change_photo(&moved, json!({"project_id": other}))
        .await;
    test.poll().await;
    disorder(&test).await;
    test.settle().await;

    assert_whole(&test, &project, &photos);
    assert_eq!(test.job_of(&project)["customer_name"], "Roof, renamed");
    let annotated = test.companycam_has("photos", &photos[0]).await;
    assert_eq!(test.image_of(&project, &photos[0])["md5"], annotated["md5"]);
    assert!(test.shows(&other, &moved));
    assert_eq!(test.jobs_of(&other).len(), 1);
    assert!(test.dead_letters().is_empty());
    let created = test.activity_texts().await;
    let created = created
        .iter()
        .filter(|text| text.contains("was created from"));
    assert_eq!(created.count(), 2, "and the log tells each job once");
}

/// Hands over what is queued, the last first and each three times, until nothing is left.
async fn disorder(test: &TestApp) {
    let mut rounds = 0;
    loop {
        let mut messages: Vec<(Queue, Message)> = Vec::new();
        for queue in [Queue::Sync, Queue::Retry, Queue::Photos] {
            let queued = test.aws.sqs.messages(queue).into_iter();
            messages.extend(queued.map(|message| (queue, message)));
        }
        if messages.is_empty() {
            return;
        }
        for (queue, message) in &messages {
            test.aws.sqs.delete(*queue, &message.id);
        }
        for _ in 0..3 {
            for (queue, message) in messages.iter().rev() {
                let failed = test.deliver(*queue, std::slice::from_ref(message)).await;
                assert!(failed.is_empty());
            }
        }
        rounds += 1;
        // Each copy may queue what follows: that is cut back to one of each, or it would never end.
        for queue in [Queue::Sync, Queue::Retry, Queue::Photos] {
            let mut known = std::collections::BTreeSet::new();
            for message in test.aws.sqs.messages(queue) {
                let mut body = message.json();
                body["tries"] = json!(0);
                if !known.insert(body.to_string()) {
                    test.aws.sqs.delete(queue, &message.id);
                }
            }
        }
        assert!(rounds < 50, "never done");
    }
}

#[tokio::test]
async fn b27_bad_photos_are_set_aside_with_a_plain_reason_and_the_rest_goes_on() {
    let test = connected().await;
    let project = test.named_project("Roof").await;
    let bad: BTreeMap<&str, (Value, &str)> = BTreeMap::from([
        ("no address", (json!({"kind": "missing"}), "no address")),
        (
            "not an image",
            (json!({"kind": "not_image"}), "not an image"),
        ),
        (
            "too large",
            (
                json!({"kind": "huge", "bytes": 105_000_000}),
                "larger than 100 MB",
            ),
        ),
        (
            "foreign",
            (
                json!({"kind": "foreign", "origin": "https://photos.elsewhere.example"}),
                "not one of the allowed hosts",
            ),
        ),
        (
            "redirected",
            (
                json!({"kind": "redirect", "to": "https://photos.elsewhere.example/x.jpg"}),
                "not one of the allowed hosts",
            ),
        ),
        (
            "private",
            (
                json!({"kind": "redirect", "to": "http://169.254.169.254/latest/meta-data"}),
                "not https",
            ),
        ),
    ]);
    let mut photos = Vec::new();
    for (uri, reason) in bad.values() {
        photos.push((
            test.new_photo(&project, json!({ "uri": uri })).await,
            *reason,
        ));
    }
    let good = test.new_photo(&project, json!({})).await;
    test.catch_up().await;

    assert!(test.shows(&project, &good));
    assert_eq!(test.images_of(&project).len(), 1);
    let aside: Vec<Value> = test.dead_letters();
    assert_eq!(aside.len(), photos.len(), "{aside:#?}");
    for (photo, reason) in &photos {
        assert!(
            test.log_says(&[photo, reason]).await,
            "{photo} {reason}: {:#?}",
            test.activity_texts().await
        );
        assert!(aside.iter().any(|message| message["photo_id"] == **photo));
    }
    // They are no longer asked for, and don't keep a sync from ending.
    test.companycam.controls.clear_requests();
    test.catch_up().await;
    test.sync("29").await;
    assert!(requests(&test.companycam.controls, "GET", "/cdn/").is_empty());
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
async fn b27_a_photo_set_aside_is_copied_once_it_changed() {
    let test = connected().await;
    let project = test.named_project("Roof").await;
    let photo = test
        .new_photo(&project, json!({"uri": {"kind": "not_image"}}))
        .await;
    test.catch_up().await;
    assert_eq!(test.dead_letters().len(), 1);
    test.change_photo(
        &photo,
        json!({"uri": {"kind": "normal"}, "description": "Again"}),
    )
    .await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b27_a_message_that_is_not_ours_ends_in_the_dead_letter_queue_and_holds_nothing_up() {
    let test = connected().await;
    let (project, photos) = seed(&test).await;
    let sqs = &test.aws.sqs;
    for queue in [Queue::Sync, Queue::Retry, Queue::Photos] {
        sqs.send(
            queue,
            r#"{"not": "ours"}"#,
            Some("somebody"),
            std::time::Duration::ZERO,
        );
    }
    test.catch_up().await;
    assert_whole(&test, &project, &photos);
    assert_eq!(test.dead_letters().len(), 3);
}

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
    let test = connected().await;
    for path in calls {
        for (name, action) in &ways {
            // The CDN's 200 page is a photo that is none, and its redirect leads off to a page.
            if path == "/cdn/*" && name.contains("page") && !name.starts_with("503") {
                continue;
            }
            test.a_minute_later().await;
            let (project, photos) = seed(&test).await;
            let rule = json!({"method": "GET", "path": path, "times": 3, "action": action});
            test.companycam_fault(rule);
            test.poll().await;
            while test.work_once().await > 0 {}
            let waits = test.aws.sqs.next_due().is_some();
            assert!(waits, "{path} {name}: something waits to be tried again");
            test.settle().await;
            assert_whole(&test, &project, &photos);
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
    let test = connected().await;
    for path in calls {
        for (name, action) in troubles() {
            test.a_minute_later().await;
            let (project, photos) = seed(&test).await;
            test.change_photo(&photos[0], json!({"add_tag": "Roof"}))
                .await;
            test.companycam_fault(
                json!({"method": "GET", "path": path, "times": 4, "action": action}),
            );
            test.sync("29").await;
            assert_whole(&test, &project, &photos);
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
    let test = connected().await;
    for (method, path) in calls {
        for (name, action) in troubles() {
            test.a_minute_later().await;
            let (project, photos) = seed(&test).await;
            test.one_click_fault(
                json!({"method": method, "path": path, "times": 3, "action": action}),
            );
            test.catch_up().await;
            assert_whole(&test, &project, &photos);
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
    let test = connected().await;
    for (method, path) in calls {
        for (name, action) in troubles() {
            test.a_minute_later().await;
            let (project, photos) = seed(&test).await;
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
            assert_whole(&test, &project, &photos);
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
    let test = connected().await;
    let (project, photos) = seed(&test).await;
    let calls = [
        ("POST", "/v1/organizations/*/jobs"),
        ("PUT", "/v1/organizations/*/jobs/*/images/*"),
    ];
    for (method, path) in calls {
        let lost = json!({"method": method, "path": path, "times": 2, "action": "reset_after"});
        test.one_click_fault(lost);
    }
    test.catch_up().await;
    assert_whole(&test, &project, &photos);
    let lost = test.one_click.controls().requests().into_iter();
    let lost = lost.filter(|request| request.status.is_none()).count();
    assert!(lost >= 3, "the job's answer and both images' were lost");
}

#[tokio::test]
async fn b27_a_job_that_one_click_refuses_is_set_aside_until_it_changes_and_holds_nothing_up() {
    let test = connected().await;
    let refused = test.named_project("Refused").await;
    let good = test.named_project("Good").await;
    test.change_project(&refused, json!({"updated_at": now() - 30}))
        .await;
    test.change_project(&good, json!({"updated_at": now() - 40}))
        .await;
    let no = json!({"status": 422, "body": "{\"errors\": [\"name is too long\"]}"});
    // Both tries: with the assignee and without. The newest is listed first.
    test.one_click_fault(
        json!({"method": "POST", "path": "/v1/organizations/*/jobs", "times": 2, "action": no}),
    );
    test.catch_up().await;
    test.job_of(&good);
    assert!(test.jobs_of(&refused).is_empty());
    assert_eq!(test.dead_letters().len(), 1);
    assert!(
        test.log_says(&[&refused, "does not accept"]).await,
        "{:#?}",
        test.activity_texts().await
    );

    test.one_click.controls().clear_requests();
    test.catch_up().await;
    assert!(
        requests(test.one_click.controls(), "POST", "/jobs").is_empty(),
        "not again by itself"
    );
    test.change_project(&refused, json!({"name": "Shorter"}))
        .await;
    test.catch_up().await;
    assert_eq!(test.job_of(&refused)["customer_name"], "Shorter");
}

#[tokio::test]
async fn b27_an_image_that_one_click_refuses_is_set_aside_and_holds_nothing_up() {
    let test = connected().await;
    let (project, photos) = seed(&test).await;
    let no = json!({"status": 422, "body": "{\"errors\": [\"caption is too long\"]}"});
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(json!({"method": "PUT", "path": path, "action": no}));
    test.catch_up().await;
    assert!(!test.shows(&project, &photos[0]));
    assert!(test.shows(&project, &photos[1]));
    assert!(test.log_says(&[&photos[0], "could not be copied"]).await);
    assert_eq!(test.dead_letters().len(), 1);
}

#[tokio::test]
async fn b27_an_outage_of_a_whole_side_loses_nothing() {
    for side in ["CompanyCam", "One Click"] {
        let test = connected().await;
        let (project, photos) = seed(&test).await;
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
        assert_whole(&test, &project, &photos);
    }
}

#[tokio::test]
async fn b27_one_organizations_trouble_does_not_stop_anothers() {
    let options = companycam_simulator::Options {
        companies: 2,
        ..companycam_simulator::Options::empty()
    };
    let test = TestApp::with(options, one_click_simulator::Options::default()).await;
    test.connect_and_settle().await;
    test.connect_as("org_harbor", "usr_harper", "avery.stone@company-1.example")
        .await;
    test.settle().await;
    let (project, photos) = seed(&test).await;
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
    assert_whole(&test, &project, &photos);
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
        let test = connected().await;
        let (project, photos) = seed(&test).await;
        test.poll().await;
        test.aws.refuse(action, 3);
        test.settle().await;
        assert_whole(&test, &project, &photos);
        assert!(
            test.dead_letters().is_empty(),
            "{action}: {:#?}",
            test.dead_letters()
        );
    }
}

#[tokio::test]
async fn b27_an_expired_access_token_is_renewed_on_the_way() {
    let test = connected().await;
    let (project, photos) = seed(&test).await;
    test.companycam_control(Method::POST, "/tokens/expire", json!({}))
        .await;
    test.catch_up().await;
    assert_whole(&test, &project, &photos);
}
