//! The one photo that One Click always fails at, while it answers others (B35).

use std::time::Duration;

use model::file::WantedFile;
use serde_json::json;
use store::files::{NewWish, Wish};
use test_support::steps::requests;
use test_support::{Call, ORG, Queue, TestApp};

use crate::{with_a_waiting_photo, with_project};

const HOUR: Duration = Duration::from_hours(1);

/// A project with a photo that One Click fails at, and a good one.
async fn with_a_bad_photo() -> (TestApp, String, String) {
    let (test, project) = with_project().await;
    let bad = test.new_photo(&project, json!({})).await;
    let path = format!("/v1/organizations/*/images/{bad}");
    let failing = json!({"status": 500, "body": "{\"errors\": [\"oops\"]}"});
    test.one_click_fault(json!({"method": "PUT", "path": path, "times": null, "action": failing}));
    test.poll().await;
    (test, project, bad)
}

#[tokio::test]
async fn b35_a_photo_that_one_click_always_fails_at_is_named_within_minutes() {
    let (test, project, bad) = with_a_bad_photo().await;
    let good = test.new_photo(&project, json!({})).await;
    test.pass(Duration::from_mins(5)).await;
    assert!(
        test.log_says(&[&bad, "waiting, refused so far", "500"])
            .await
    );
    assert!(test.dead_letters().is_empty(), "and not given up");

    // A sync run is done without it.
    let browser = test.administrator().await;
    browser.submit("sync", &[("since_days", "29")]).await;
    test.pass(Duration::from_mins(5)).await;
    assert!(test.shows(&project, &good));
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running() && run.failed.is_none(), "{run:?}");
    let pending = test.app.store.pending_files(&ORG.parse().unwrap()).await;
    assert_eq!(pending.unwrap(), 0);
    let tab = browser
        .get(&format!("/companycam/settings?find={bad}"))
        .await;
    assert!(tab.says("Not accepted so far"), "{}", tab.body);
}

#[tokio::test]
async fn b35_a_refused_photo_is_tried_again_with_growing_delay_and_set_aside_after_a_day() {
    let (test, project, bad) = with_a_bad_photo().await;
    test.pass(23 * HOUR).await;
    assert!(test.dead_letters().is_empty());
    let tries = requests(test.one_click.controls(), "PUT", &format!("/images/{bad}")).len();
    assert!((23..45).contains(&tries), "{tries}");
    test.pass(2 * HOUR).await;
    assert_eq!(test.dead_letters().len(), 1);
    assert!(test.log_says(&[&bad, "couldn’t be copied"]).await);
    let texts = test.activity_texts().await;
    let named = texts.iter().filter(|text| text.contains("refused so far"));
    assert_eq!(named.count(), 1);
    assert!(!test.shows(&project, &bad));
}

#[tokio::test]
async fn b35_a_refused_photo_comes_within_an_hour_once_it_is_taken() {
    let (test, project, bad) = with_a_bad_photo().await;
    test.pass(10 * HOUR).await;
    assert!(!test.shows(&project, &bad));
    test.one_click.controls().clear_faults();
    test.pass(HOUR + Duration::from_mins(1)).await;
    assert!(test.shows(&project, &bad));
    assert_eq!(test.aws.sqs.next_due_ms(), None, "no message is left");
}

#[tokio::test]
async fn b35_a_refused_photo_that_becomes_internal_is_not_waited_for() {
    let (test, project, bad) = with_a_bad_photo().await;
    test.pass(10 * HOUR).await;
    test.change_photo(&bad, json!({"internal": true})).await;
    test.poll().await;
    test.one_click.controls().clear_requests();
    test.pass(Duration::from_mins(1)).await;
    let path = format!("/images/{bad}");
    let removed = requests(test.one_click.controls(), "DELETE", &path);
    assert_eq!(removed.len(), 1, "where it may be");
    assert!(!test.shows(&project, &bad));
}

#[tokio::test]
async fn b35_an_outage_is_held_against_no_photo() {
    let (test, project, photo) = with_a_waiting_photo().await;
    test.one_click_fault(json!({"path": "*", "times": null, "action": {"status": 503}}));
    test.pass(30 * HOUR).await;
    assert!(test.dead_letters().is_empty());
    assert!(!test.log_says(&["refused so far"]).await);
    test.one_click.controls().clear_faults();
    test.pass(Duration::from_secs(170)).await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b36_photos_wait_for_the_end_of_a_pause_without_asking_by_themselves() {
    let (test, project) = with_project().await;
    let mut photos = Vec::new();
    for _ in 0..15 {
        photos.push(test.new_photo(&project, json!({})).await);
    }
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    test.one_click_fault(json!({"path": "*", "times": null, "action": {"status": 503}}));
    test.one_click.controls().clear_requests();
    test.pass(6 * HOUR).await;
    assert_eq!(test.aws.sqs.messages(Queue::Photos).len(), 0);
    // A batch may fail side by side, each with a question whether One Click answers at all.
    let asked = test.one_click.controls().requests().len();
    assert!(asked < 170 + 20, "{asked} requests in six hours");

    test.one_click.controls().clear_faults();
    test.pass(Duration::from_secs(170)).await;
    for photo in &photos {
        assert!(test.shows(&project, photo));
    }
    test.pass(Duration::from_mins(1)).await;
    assert_eq!(test.aws.sqs.next_due_ms(), None, "no message is left");
}

/// The files' host fails at this photo, whatever else it does.
fn host_fails_at(test: &TestApp, which: &str) {
    let path = format!("/cdn/{which}/*");
    test.companycam_fault(json!({"path": path, "times": null, "action": {"status": 503}}));
}

#[tokio::test]
async fn b35_a_photo_whose_file_never_comes_is_named_within_minutes_and_given_up_after_a_day() {
    let (test, project) = with_project().await;
    let bad = test.new_photo(&project, json!({})).await;
    host_fails_at(&test, &bad);
    test.poll().await;
    test.pass(Duration::from_mins(6)).await;
    assert!(
        test.log_says(&[&bad, "waiting, refused so far", "503"])
            .await
    );
    let org = ORG.parse().unwrap();
    assert_eq!(test.app.store.pending_files(&org).await.unwrap(), 0);
    test.pass(22 * HOUR).await;
    assert!(test.dead_letters().is_empty());
    test.pass(3 * HOUR).await;
    assert_eq!(test.dead_letters().len(), 1);
    assert!(test.log_says(&[&bad, "couldn’t be copied"]).await);
}

#[tokio::test]
async fn b36_while_no_file_comes_at_all_photos_are_not_named_one_by_one() {
    let (test, project) = with_project().await;
    host_fails_at(&test, "*");
    let mut photos = Vec::new();
    for _ in 0..14 {
        photos.push(test.new_photo(&project, json!({})).await);
    }
    test.poll().await;
    test.pass(Duration::from_mins(30)).await;
    let named = |texts: Vec<String>, what: &str| {
        let texts = texts.into_iter();
        texts.filter(|text| text.contains(what)).count()
    };
    assert_eq!(named(test.activity_texts().await, "refused so far"), 0);
    test.pass(25 * HOUR).await;
    let texts = test.activity_texts().await;
    assert_eq!(named(texts.clone(), "refused so far"), 0);
    assert!(
        (1..=2).contains(&named(texts, "none can be copied")),
        "once a day"
    );
    assert!(test.dead_letters().is_empty(), "nothing is given up");

    test.companycam.controls.clear_faults();
    test.pass(Duration::from_mins(6)).await;
    for photo in &photos {
        assert!(test.shows(&project, photo));
    }
}

#[tokio::test]
async fn b35_among_others_that_come_each_photo_that_does_not_is_named() {
    let (test, project) = with_project().await;
    let mut bad = Vec::new();
    for _ in 0..12 {
        let photo = test.new_photo(&project, json!({})).await;
        host_fails_at(&test, &photo);
        bad.push(photo);
    }
    test.poll().await;
    test.pass(Duration::from_mins(2)).await;
    test.new_photo(&project, json!({})).await;
    test.poll().await;
    test.pass(Duration::from_mins(10)).await;
    for photo in &bad {
        assert!(test.log_says(&[photo, "refused so far"]).await, "{photo}");
    }
}

#[tokio::test]
async fn b26_a_refusal_whose_answer_was_lost_keeps_the_photos_message() {
    let (test, project, bad) = with_a_bad_photo().await;
    while test.work_on(Queue::Sync).await > 0 {}
    let refusing = |call: &Call| call.body["ExpressionAttributeNames"]["#refused"].is_string();
    test.aws.lose_answer_if("UpdateItem", 1, refusing);
    test.pass(Duration::from_mins(1)).await;
    test.one_click.controls().clear_faults();
    test.pass(Duration::from_mins(3)).await;
    assert!(test.shows(&project, &bad));
}

#[tokio::test]
async fn b34_a_photo_that_panics_again_and_again_fails_and_is_named() {
    let (test, _, bad) = with_a_waiting_photo().await;
    // Where it is written down that it was copied.
    test.aws.panic_at("#copied");
    test.pass(HOUR).await;
    assert_eq!(test.dead_letters().len(), 1);
    assert!(test.log_says(&[&bad, "an error of ours"]).await);
}

#[tokio::test]
async fn b36_a_photo_that_is_taken_away_does_not_tell_that_others_can_be_copied() {
    let (test, project) = with_project().await;
    let copied = test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    test.advance(HOUR);
    host_fails_at(&test, "*");
    for _ in 0..14 {
        test.new_photo(&project, json!({})).await;
    }
    test.poll().await;
    test.pass(Duration::from_mins(1)).await;
    test.change_photo(&copied, json!({"internal": true})).await;
    test.poll().await;
    test.pass(Duration::from_mins(30)).await;
    assert!(!test.shows(&project, &copied));
    assert!(!test.log_says(&["refused so far"]).await);
}

#[tokio::test]
async fn b35_a_failure_found_since_a_photo_was_read_is_no_reason_to_try_it_again() {
    let (test, project) = with_project().await;
    let bad = test
        .new_photo(&project, json!({"uri": {"kind": "missing"}}))
        .await;
    test.catch_up().await;
    let (store, org) = (&test.app.store, ORG.parse().unwrap());
    let photo = bad.parse().unwrap();
    let row = store.photo(&org, &photo).await.unwrap().unwrap();
    assert!(row.failed.is_some(), "{row:?}");
    let raise = async |wanted| {
        let wish = NewWish {
            file: &row.id,
            project: &row.project_id,
            company: row.company_id.as_ref().unwrap(),
            wanted,
            refused: false,
        };
        store.want_file(&org, wish).await.unwrap()
    };
    assert_eq!(raise(&row.wanted).await, Wish::Outdated);
    let elsewhere = WantedFile {
        uri: Some("https://img.companycam.example/signed-anew".into()),
        ..row.wanted.clone()
    };
    assert_eq!(raise(&elsewhere).await, Wish::Raised);
}
