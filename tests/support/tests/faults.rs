//! Repetition, disorder, bad input and outages (B26, B27).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use model::messages::{Look, SyncMessage};
use serde_json::{Value, json};
use test_support::steps::{now, requests};
use test_support::{Call, Message, ORG, Queue, TestApp};

#[tokio::test]
async fn b26_every_message_delivered_three_times_and_in_reverse_ends_the_same() {
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
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

    test.assert_whole(&project, &photos);
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
        for queue in Queue::WORKING {
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
        for queue in Queue::WORKING {
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

/// Where a photo may never come from, and how that is said.
fn bad_addresses() -> [(Value, &'static str); 9] {
    [
        (json!({"kind": "missing"}), "didn’t provide a file"),
        (json!({"kind": "drawing"}), "not an image"),
        (json!({"kind": "not_image"}), "a page came instead"),
        (json!({"kind": "gone"}), "no file at its address"),
        (json!({"kind": "empty"}), "the file is empty"),
        (
            json!({"kind": "huge", "bytes": 105_000_000}),
            "larger than 100 MB",
        ),
        (
            json!({"kind": "foreign", "origin": "https://photos.elsewhere.example"}),
            "not one of the allowed hosts",
        ),
        (
            json!({"kind": "redirect", "to": "https://photos.elsewhere.example/x.jpg"}),
            "not one of the allowed hosts",
        ),
        (
            json!({"kind": "redirect", "to": "http://169.254.169.254/latest/meta-data"}),
            "not https",
        ),
    ]
}

#[tokio::test]
async fn b27_bad_photos_are_set_aside_with_a_plain_reason_and_the_rest_goes_on() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    let mut photos = Vec::new();
    for (uri, reason) in bad_addresses() {
        photos.push((
            test.new_photo(&project, json!({ "uri": uri })).await,
            reason,
        ));
    }
    let good = test.new_photo(&project, json!({})).await;
    test.poll().await;
    // By then no bad address is thought to be the CDN's front door.
    test.pass(Duration::from_hours(5)).await;

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
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    let photo = test
        .new_photo(&project, json!({"uri": {"kind": "drawing"}}))
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
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
    let sqs = &test.aws.sqs;
    for queue in Queue::WORKING {
        sqs.send(
            queue,
            r#"{"not": "ours"}"#,
            Some("somebody"),
            std::time::Duration::ZERO,
        );
    }
    test.catch_up().await;
    test.assert_whole(&project, &photos);
    assert_eq!(test.dead_letters().len(), Queue::WORKING.len());
}

#[tokio::test]
async fn b27_a_job_that_one_click_refuses_is_set_aside_until_it_changes_and_holds_nothing_up() {
    let test = TestApp::connected().await;
    let good = test.named_project("Good").await;
    test.catch_up().await;
    let refused = test.named_project("Refused").await;
    let later = now() + 2;
    test.change_project(&good, json!({"name": "Better", "updated_at": later}))
        .await;
    let no = json!({"status": 422, "body": "{\"errors\": [\"name is too long\"]}"});
    let jobs = "/v1/organizations/*/jobs";
    test.one_click_fault(json!({"method": "POST", "path": jobs, "action": no, "times": null}));
    test.catch_up().await;
    assert_eq!(test.job_of(&good)["customer_name"], "Better");
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
    test.one_click.controls().clear_faults();
    test.change_project(&refused, json!({"name": "Shorter"}))
        .await;
    test.catch_up().await;
    assert_eq!(test.job_of(&refused)["customer_name"], "Shorter");
    let id = refused.parse().unwrap();
    let row = test.app.store.project(&ORG.parse().unwrap(), &id).await;
    assert_eq!(row.unwrap().unwrap().set_aside, None, "it is well now");
}

#[tokio::test]
async fn b27_a_photo_list_that_cannot_be_read_does_not_lose_its_project() {
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
    test.poll().await;
    test.work_once().await;
    let id: companycam::ids::ProjectId = project.parse().unwrap();
    let row = test.app.store.project(&ORG.parse().unwrap(), &id).await;
    assert!(row.unwrap().unwrap().wanted.is_some(), "its look is queued");
    let look = Look::photos_of(&id, None);
    let message = SyncMessage::new(&ORG.parse().unwrap(), look);
    sync::set_aside(&test.app, &message, "no").await.unwrap();
    test.settle().await;
    test.assert_whole(&project, &photos);
}

#[tokio::test]
async fn b27_what_is_moved_back_from_the_dead_letters_takes_its_turn() {
    let test = TestApp::connected().await;
    let look = json!({"org_id": ORG, "look": {"kind": "poll"}}).to_string();
    let sqs = &test.aws.sqs;
    sqs.send(
        Queue::Sync,
        &look,
        Some("a-group-of-its-own"),
        Duration::ZERO,
    );
    let reads = test.companycam_requests("GET", "/v2/projects");
    test.work_once().await;
    let queued = sqs.messages(Queue::Sync);
    let groups: Vec<_> = queued
        .iter()
        .map(|message| message.group.as_deref())
        .collect();
    assert_eq!(groups, [Some(ORG)], "not looked at beside others");
    test.settle().await;
    assert_eq!(test.companycam_requests("GET", "/v2/projects"), reads + 1);
}

#[tokio::test]
async fn b27_an_image_that_one_click_refuses_is_set_aside_and_holds_nothing_up() {
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
    let no = json!({"status": 422, "body": "{\"errors\": [\"caption is too long\"]}"});
    let path = format!("/v1/organizations/*/jobs/*/images/{}", photos[0]);
    test.one_click_fault(json!({"method": "PUT", "path": path, "times": null, "action": no}));
    test.catch_up().await;
    assert!(!test.shows(&project, &photos[0]));
    assert!(test.shows(&project, &photos[1]));
    assert!(test.log_says(&[&photos[0], "couldn’t be copied"]).await);
    assert_eq!(test.dead_letters().len(), 1);
}

#[tokio::test]
async fn b27_a_project_too_large_to_be_kept_does_not_hold_up_its_page() {
    for by_sync in [false, true] {
        let test = TestApp::connected().await;
        let (project, photos) = test.seed().await;
        let huge = json!({"name": "x".repeat(500_000)});
        let huge = test.new_project(huge).await;
        let other = test.named_project("Other").await;
        for _ in 0..2 {
            if by_sync {
                test.sync("29").await;
            } else {
                test.catch_up().await;
            }
        }
        test.assert_whole(&project, &photos);
        test.job_of(&other);
        assert!(test.jobs_of(&huge).is_empty());
        assert!(test.dead_letters().is_empty());
        let texts = test.activity_texts().await;
        let said = texts.iter().filter(|text| text.contains(&*huge));
        let said: Vec<_> = said.filter(|text| text.contains("Item size")).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        // What is smaller again comes.
        let later = json!({"name": "Small", "updated_at": now() + 1});
        test.change_project(&huge, later).await;
        test.catch_up().await;
        assert_eq!(test.job_of(&huge)["customer_name"], "Small");
    }
}

#[tokio::test]
async fn b27_a_photo_too_large_to_be_kept_does_not_hold_up_its_page() {
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
    let huge = json!({"description": "x".repeat(500_000)});
    let huge = test.new_photo(&project, huge).await;
    test.catch_up().await;
    test.assert_whole(&project, &photos);
    assert!(!test.shows(&project, &huge));
    assert!(test.log_says(&[&huge, "Item size"]).await);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b27_a_project_that_grows_too_large_is_set_aside_with_its_reason() {
    let test = TestApp::connected().await;
    let project = test.named_project("Small").await;
    test.catch_up().await;
    // It fits once, and not beside what was seen before.
    let large = json!({"name": "x".repeat(300_000), "updated_at": now() + 1});
    test.change_project(&project, large).await;
    let other = test.named_project("Other").await;
    test.catch_up().await;
    test.job_of(&other);
    let huge = json!({"name": "y".repeat(300_000), "updated_at": now() + 2});
    test.change_project(&project, huge).await;
    test.catch_up().await;
    assert!(test.log_says(&[&project, "Item size"]).await);
    assert_eq!(test.jobs_of(&project).len(), 1);
}

#[tokio::test]
async fn b27_reads_that_are_left_over_are_asked_for_again_a_while_later() {
    let test = TestApp::connected().await;
    let (project, photos) = test.seed().await;
    test.aws.leave_over(3);
    test.catch_up().await;
    test.assert_whole(&project, &photos);
    let reads = |since: usize| {
        let calls = test.aws.calls();
        let reads = calls.iter().filter(|call| call.action == "BatchGetItem");
        reads.count() - since
    };
    // For ever is too long: it is put off, as when DynamoDB does not answer at all.
    let before = reads(0);
    test.aws.leave_over(usize::MAX);
    let known = test.app.store.projects(&org(), []).await;
    assert!(known.is_ok_and(|rows| rows.is_empty()), "nothing was asked");
    let id = companycam::ids::ProjectId::parse(&project).unwrap();
    let left = test.app.store.projects(&org(), [&id]).await;
    assert!(matches!(left, Err(store::Error::Unavailable { .. })));
    assert!((2..20).contains(&reads(before)), "{}", reads(before));
}

fn org() -> one_click::OrgId {
    one_click::OrgId::parse(ORG).unwrap()
}

#[tokio::test]
async fn b35_a_project_that_one_click_always_fails_at_is_named_and_waited_for_by_no_sync() {
    let test = TestApp::connected().await;
    let bad = test.named_project("Bad").await;
    // It has a job, which can't be written.
    test.catch_up().await;
    let path = format!(
        "/v1/organizations/*/jobs/{}",
        test.job_of(&bad)["id"].as_str().unwrap()
    );
    let fails = json!({"status": 500, "headers": {"content-type": "application/json"}, "body": "{\"errors\": [\"oops\"]}"});
    test.one_click_fault(json!({"method": "PATCH", "path": path, "times": null, "action": fails}));
    test.change_project(&bad, json!({"name": "Worse"})).await;
    let good = test.named_project("Good").await;
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.pass(Duration::from_mins(8)).await;
    assert!(test.log_says(&[&bad, "has refused it so far"]).await);
    assert_eq!(test.jobs_of(&good).len(), 1);
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running() && run.failed.is_none(), "{run:?}");
    assert!(!test.organization().await.unwrap().is_paused());

    test.pass(Duration::from_hours(22)).await;
    assert!(test.dead_letters().is_empty(), "not before a day");
    test.pass(Duration::from_hours(3)).await;
    assert_eq!(test.dead_letters().len(), 1);
    let row = test
        .app
        .store
        .project(&ORG.parse().unwrap(), &bad.parse().unwrap())
        .await;
    assert!(row.unwrap().unwrap().set_aside.is_some());
}

#[tokio::test]
async fn b35_what_waited_for_something_else_before_is_named_too() {
    let test = TestApp::connected().await;
    let bad = test.named_project("Bad").await;
    let look = Look::Project {
        project_id: bad.parse().unwrap(),
        origin: model::messages::Origin::Event,
    };
    // Put off again and again, for whatever reason.
    let message = SyncMessage {
        tries: 9,
        ..SyncMessage::new(&ORG.parse().unwrap(), look)
    };
    test.app.queues.send_looks(&[message]).await.unwrap();
    let fails = json!({"status": 500, "headers": {"content-type": "application/json"}, "body": "{\"errors\": [\"oops\"]}"});
    let jobs = "/v1/organizations/*/jobs";
    test.one_click_fault(json!({"method": "POST", "path": jobs, "times": null, "action": fails}));
    test.pass(Duration::from_mins(45)).await;
    assert!(test.log_says(&[&bad, "has refused it so far"]).await);
}

#[tokio::test]
async fn b27_a_look_that_fails_for_whatever_reason_ends_some_day() {
    let test = TestApp::connected().await;
    let project = test.named_project("Roof").await;
    // Its row can't be written, and no side is to blame.
    let writes = |call: &Call| call.body["TableName"] == "ProjectLinksTable";
    test.aws.refuse_if("UpdateItem", usize::MAX, writes);
    test.poll().await;
    let look = Look::Project {
        project_id: project.parse().unwrap(),
        origin: model::messages::Origin::Event,
    };
    let message = SyncMessage::new(&ORG.parse().unwrap(), look);
    test.app.queues.send_looks(&[message]).await.unwrap();
    test.pass(Duration::from_hours(47)).await;
    assert!(test.dead_letters().is_empty());
    test.pass(Duration::from_hours(2)).await;
    assert_eq!(test.dead_letters().len(), 1, "{:#?}", test.dead_letters());
}
