//! Events about photos (B15, B17, B26).

use std::time::Duration;

use serde_json::json;
use test_support::steps::{now, requests};
use test_support::{Queue, TestApp, until};

/// With a project that has its job.
async fn with_project() -> (TestApp, String) {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    test.job_of(&project);
    (test, project)
}

/// With a photo on the job, too; what either side was asked so far is forgotten.
async fn with_photo() -> (TestApp, String, String) {
    let (test, project) = with_project().await;
    let photo = json!({"description": "Front", "tags": ["Before"]});
    let photo = test.new_photo(&project, photo).await;
    test.live().await;
    assert!(test.shows(&project, &photo));
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    (test, project, photo)
}

#[track_caller]
fn assert_no_bytes_moved(test: &TestApp) {
    let read = requests(&test.companycam.controls, "GET", "/cdn/");
    assert!(read.is_empty(), "{read:#?}");
    let written = requests(test.one_click.controls(), "PUT", "/images/");
    assert!(written.is_empty(), "{written:#?}");
}

#[tokio::test]
async fn b15_an_annotated_photo_replaces_its_earlier_copy_at_once() {
    let (test, project, photo) = with_photo().await;
    let before = test.image_of(&project, &photo);
    test.annotate(&photo).await;
    test.live().await;
    let after = test.image_of(&project, &photo);
    let original = test.companycam_has("photos", &photo).await;
    assert_ne!(after["md5"], before["md5"]);
    assert_eq!(after["md5"], original["md5"]);
    assert_eq!(after["caption"], "Front");
    assert_eq!(
        after["tags"],
        json!(["Before"]),
        "which the event says nothing about"
    );
    assert_eq!(test.images_of(&project).len(), 1);
}

#[tokio::test]
async fn b15_a_changed_caption_arrives_at_once_without_its_bytes() {
    let (test, project, photo) = with_photo().await;
    test.change_photo(&photo, json!({"description": "Front, after"}))
        .await;
    test.live().await;
    let image = test.image_of(&project, &photo);
    assert_eq!(image["caption"], "Front, after");
    assert_eq!(image["tags"], json!(["Before"]));
    assert_no_bytes_moved(&test);
}

#[tokio::test]
async fn b15_an_added_tag_arrives_at_once_without_the_photos_bytes() {
    for touches in [true, false] {
        let (test, project, photo) = with_photo().await;
        test.companycam_settings(json!({ "tag_touches_photo": touches }))
            .await;
        test.change_photo(&photo, json!({"add_tag": "After"})).await;
        test.live().await;
        let image = test.image_of(&project, &photo);
        assert_eq!(image["tags"], json!(["After", "Before"]), "{touches}");
        assert_eq!(image["caption"], "Front");
        assert_no_bytes_moved(&test);
    }
}

#[tokio::test]
async fn b17_an_event_about_a_photo_is_two_gets_at_most() {
    let (test, project, photo) = with_photo().await;
    let cost = async |what: &str| {
        test.live().await;
        let reads = requests(&test.companycam.controls, "GET", "/v2/");
        assert!(reads.len() <= 2, "{what}: {reads:#?}");
        test.companycam.controls.clear_requests();
    };
    test.new_photo(&project, json!({"tags": ["After"]})).await;
    cost("created").await;
    test.annotate(&photo).await;
    cost("annotated").await;
    test.change_photo(&photo, json!({"description": "Back"}))
        .await;
    cost("described").await;
    test.change_photo(&photo, json!({"add_tag": "After"})).await;
    cost("tagged").await;
}

#[tokio::test]
async fn b15_a_photo_comes_when_its_processing_is_finished() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"processing_status": "pending"}))
        .await;
    test.live().await;
    assert!(!test.shows(&project, &photo));
    test.change_photo(&photo, json!({"processing_status": "processed"}))
        .await;
    test.live().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b13_an_internal_photo_is_not_copied() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({"internal": true})).await;
    test.live().await;
    test.change_photo(&photo, json!({"description": "Not for customers"}))
        .await;
    test.live().await;
    assert_eq!(test.images_of(&project).len(), 0);
    assert_no_bytes_moved(&test);
}

#[tokio::test]
async fn b17_a_photo_whose_projects_event_is_late_or_lost_brings_the_project() {
    let test = TestApp::connected_live().await;
    let project = test.unheard(test.named_project("Roof")).await;
    let photo = test.new_photo(&project, json!({"tags": ["Before"]})).await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof");
    assert_eq!(test.image_of(&project, &photo)["tags"], json!(["Before"]));
    // The late event then finds everything done.
    test.change_project(&project, json!({"name": "Roof"})).await;
    test.live().await;
    assert_eq!(test.images_of(&project).len(), 1);
}

#[tokio::test]
async fn b17_the_first_photo_event_also_brings_the_photos_whose_own_were_lost() {
    let test = TestApp::connected_live().await;
    let (project, lost) = test.unheard(test.seed()).await;
    let heard = test.new_photo(&project, json!({})).await;
    test.live().await;
    let [one, two] = lost;
    test.assert_whole(&project, &[one, two, heard]);
}

#[tokio::test]
async fn b17_a_lost_photo_event_is_made_up_for_by_the_next_poll() {
    let (test, project) = with_project().await;
    let photo = test.unheard(test.new_photo(&project, json!({}))).await;
    // The project's own event came, so that of the project itself nothing is new to the poll.
    test.change_project(&project, json!({"name": "Roof, again"}))
        .await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof, again");
    assert!(!test.shows(&project, &photo));
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b17_a_photo_lost_long_before_the_poll_is_made_up_for_too() {
    let test = TestApp::connected_live().await;
    // As if it all had happened a while ago, when the last seconds tell a poll nothing.
    let project = json!({"name": "Roof", "updated_at": now() - 50});
    let project = test.new_project(project).await;
    test.live().await;
    let photo = test.unheard(test.new_photo(&project, json!({}))).await;
    let renamed = json!({"name": "Roof, again", "updated_at": now() - 30});
    test.change_project(&project, renamed).await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof, again");
    assert!(!test.shows(&project, &photo));
    test.catch_up().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b15_of_two_versions_on_their_way_at_once_the_newer_stays() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"description": "one"}))
        .await;
    // What the photo's event leads to, up to the copying.
    until(async || {
        test.work_on(Queue::Sync).await;
        !test.aws.sqs.messages(Queue::Photos).is_empty()
    })
    .await;
    let older = test.aws.sqs.receive(Queue::Photos, 10);
    assert_eq!(older.len(), 1);
    // The older version's bytes come late; by then the newer is being asked for.
    test.companycam_fault(json!({"path": "/cdn/*", "action": {"delay_ms": 400}}));
    let newer = async {
        let is_being_copied = async || {
            let rows = test.aws.items("PhotosTable").await;
            rows.iter().any(|row| row["lease_holder"].is_string())
        };
        until(is_being_copied).await;
        test.annotate(&photo).await;
        test.change_photo(&photo, json!({"description": "two"}))
            .await;
        until(async || {
            test.work_on(Queue::Sync).await;
            test.work_on(Queue::Photos).await;
            !test.delivers().await
        })
        .await;
    };
    let (failed, ()) = futures::join!(test.deliver(Queue::Photos, &older), newer);
    assert!(failed.is_empty());
    test.aws.sqs.delete(Queue::Photos, &older[0].id);
    test.live().await;
    let original = test.companycam_has("photos", &photo).await;
    let image = test.image_of(&project, &photo);
    assert_eq!(image["md5"], original["md5"]);
    assert_eq!(image["caption"], "two");
    assert_eq!(test.images_of(&project).len(), 1);
}

#[tokio::test]
async fn b26_a_photo_announced_twice_is_copied_once() {
    let (test, project) = with_project().await;
    test.companycam_settings(json!({"duplicate_deliveries": true}))
        .await;
    test.companycam.controls.clear_requests();
    let photo = test.new_photo(&project, json!({})).await;
    test.live().await;
    assert!(test.shows(&project, &photo));
    let read = requests(&test.companycam.controls, "GET", "/cdn/");
    assert_eq!(read.len(), 1, "{read:#?}");
}

#[tokio::test]
async fn b17_an_event_about_a_photo_that_is_gone_by_then_is_let_go() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({})).await;
    let gone = json!({
        "method": "GET", "path": format!("/v2/photos/{photo}"), "times": null,
        "action": {"status": 404, "body": r#"{"errors": ["Not found"]}"#},
    });
    test.companycam_fault(gone);
    while test.delivers().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // By then what the delivery said is no news any more.
    test.advance(Duration::from_mins(2));
    test.live().await;
    assert!(test.images_of(&project).is_empty());
    assert!(test.dead_letters().is_empty());
}
