//! What stands in front of CompanyCam's CDN, or instead of a file behind it: by itself it ends nothing
//! (B33).

use std::time::Duration;

use serde_json::{Value, json};
use test_support::steps::requests;
use test_support::{Queue, TestApp};

use crate::{originals, with_project};

const HOUR: Duration = Duration::from_hours(1);

fn asked_for(test: &TestApp, photo: &str) -> usize {
    test.companycam_requests("GET", &format!("/v2/photos/{photo}"))
}

#[tokio::test]
async fn b33_a_cdn_that_refuses_for_a_while_loses_nothing() {
    let page = |status: u16| json!({"status": status, "body": "<html>no</html>", "headers": {"content-type": "text/html"}});
    let ways = [
        ("401", page(401)),
        ("403", json!({"status": 403})),
        ("404", page(404)),
        ("410", json!({"status": 410})),
        ("418", page(418)),
        ("a page", page(200)),
        ("nothing", json!({"status": 200})),
        (
            "a message",
            json!({"status": 200, "body": "{}", "headers": {"content-type": "application/json"}}),
        ),
        (
            "elsewhere",
            json!({"status": 302, "headers": {"location": "https://status.elsewhere.example/"}}),
        ),
        ("a login", json!("html_login")),
    ];
    let (test, project) = with_project().await;
    for (way, action) in ways {
        test.companycam_fault(json!({"path": "/cdn/*", "times": null, "action": action}));
        let photo = test.new_photo(&project, json!({})).await;
        test.poll().await;
        test.pass(Duration::from_mins(1)).await;
        assert!(!test.shows(&project, &photo), "{way}");
        assert!(originals(&test, &photo) > 2, "{way}: it is tried again");
        test.companycam.controls.clear_faults();
        test.pass(Duration::from_mins(3)).await;
        assert!(test.shows(&project, &photo), "{way}");
        assert!(test.dead_letters().is_empty(), "{way}");
        assert!(!test.log_says(&[&photo, "could not"]).await, "{way}");
    }
}

#[tokio::test]
async fn b33_an_address_that_ran_out_is_asked_for_again() {
    let (test, project) = with_project().await;
    test.companycam_settings(json!({"address_seconds": 3600}))
        .await;
    let mut photos = Vec::new();
    for _ in 0..3 {
        photos.push(test.new_photo(&project, json!({})).await);
    }
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    // Nobody gets to them before their addresses have run out.
    test.advance(3 * HOUR);
    test.pass(Duration::from_mins(1)).await;
    for photo in &photos {
        assert!(test.shows(&project, photo));
        assert_eq!(asked_for(&test, photo), 1);
    }
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b33_a_photo_behind_a_dead_address_is_named_and_given_up_after_hours() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"uri": {"kind": "gone"}}))
        .await;
    test.poll().await;
    test.pass(2 * HOUR).await;
    assert!(test.dead_letters().is_empty());
    assert!(test.log_says(&[&photo, "refused so far"]).await);
    test.pass(2 * HOUR).await;
    assert_eq!(test.dead_letters().len(), 1);
    assert!(test.log_says(&[&photo, "couldn’t be copied"]).await);
    assert!(asked_for(&test, &photo) > 1, "and asked for again");
    let (tried, asked) = (originals(&test, &photo), asked_for(&test, &photo));
    assert!(tried < 20 && asked < 12, "{tried} {asked}");
    let named = test.activity_texts().await;
    let named = named.iter().filter(|text| text.contains("refused so far"));
    assert_eq!(named.count(), 1);
}

#[tokio::test]
async fn b33_no_photo_is_given_up_while_companycam_cannot_be_asked_for_its_address() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"uri": {"kind": "gone"}}))
        .await;
    test.companycam_fault(
        json!({"path": "/v2/photos/*", "times": null, "action": {"status": 503}}),
    );
    test.poll().await;
    test.pass(8 * HOUR).await;
    assert!(test.dead_letters().is_empty());
    test.companycam.controls.clear_faults();
    test.pass(2 * HOUR).await;
    assert_eq!(test.dead_letters().len(), 1);
    assert!(!test.shows(&project, &photo));
}

#[tokio::test]
async fn b33_a_photo_that_companycam_no_longer_has_is_given_up() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({})).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    let path = format!("/photos/{photo}");
    test.companycam_control(http::Method::DELETE, &path, Value::Null)
        .await;
    test.pass(4 * HOUR).await;
    assert!(test.log_says(&[&photo, "couldn’t be copied"]).await);
}

#[tokio::test]
async fn b33_a_photo_given_up_is_tried_again_with_another_address_once_a_day() {
    let (test, project) = with_project().await;
    test.companycam_settings(json!({"address_seconds": 1_000_000}))
        .await;
    let photo = test
        .new_photo(&project, json!({"uri": {"kind": "gone"}}))
        .await;
    test.poll().await;
    test.pass(4 * HOUR).await;
    assert_eq!(test.dead_letters().len(), 1);
    let tried = originals(&test, &photo);
    for number in 0..3 {
        let name = format!("Renamed {number}");
        test.change_project(&project, json!({"name": name})).await;
        test.catch_up().await;
    }
    assert_eq!(originals(&test, &photo), tried, "not with each listing");
    test.pass(24 * HOUR).await;
    test.change_project(&project, json!({"name": "Renamed again"}))
        .await;
    test.poll().await;
    test.pass(HOUR).await;
    assert_eq!(originals(&test, &photo), tried + 1);
    assert_eq!(test.dead_letters().len(), 1, "it was said before");

    test.companycam_settings(json!({"address_seconds": 2_000_000}))
        .await;
    test.pass(24 * HOUR).await;
    // It is the CDN that has found it; the photo itself is as it was.
    let touched = test.companycam_has("photos", &photo).await["updated_at"].clone();
    test.change_photo(&photo, json!({"uri": {"kind": "normal"}}))
        .await;
    assert_eq!(
        test.companycam_has("photos", &photo).await["updated_at"],
        touched
    );
    test.change_project(&project, json!({"name": "Renamed at last"}))
        .await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b33_a_file_that_will_not_do_is_given_up_after_two_tries_a_minute_apart() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"uri": {"kind": "drawing"}}))
        .await;
    test.poll().await;
    test.pass(Duration::from_secs(50)).await;
    assert!(test.dead_letters().is_empty());
    test.pass(Duration::from_mins(1)).await;
    assert_eq!(test.dead_letters().len(), 1);
    assert_eq!(originals(&test, &photo), 2);
    assert!(test.log_says(&[&photo, "not an image"]).await);
}

#[tokio::test]
async fn b33_one_clicks_refusal_is_heard_twice_before_a_photo_is_given_up() {
    let (test, project) = with_project().await;
    let no = json!({"status": 422, "body": "{\"errors\": [\"no\"]}"});
    let path = "/v1/organizations/*/images/*";
    test.one_click_fault(json!({"method": "PUT", "path": path, "times": 1, "action": no}));
    let photo = test.new_photo(&project, json!({})).await;
    test.poll().await;
    test.pass(Duration::from_mins(2)).await;
    assert!(test.shows(&project, &photo));
    assert!(test.dead_letters().is_empty());
    assert_eq!(
        requests(test.one_click.controls(), "PUT", "/images/").len(),
        2
    );
}
