//! What happens to projects reaches One Click by itself, and what comes of that is the same however
//! the events come (B14, B17, B18, B26). Photos are in `photo_events`.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::requests;

/// Merges one project into another in CompanyCam.
async fn merge(test: &TestApp, merged: &str, into: &str) {
    let path = format!("/projects/{merged}/merge");
    test.companycam_control(Method::POST, &path, json!({ "into": into }))
        .await;
}

async fn label(test: &TestApp, project: &str) {
    let path = format!("/projects/{project}/labels");
    test.companycam_control(Method::POST, &path, json!({"labels": ["Insurance"]}))
        .await;
}

#[tokio::test]
async fn b17_a_new_project_and_its_photo_arrive_without_a_poll() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    let photo = test
        .new_photo(
            &project,
            json!({"description": "Front", "tags": ["Before"]}),
        )
        .await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof");
    let image = test.image_of(&project, &photo);
    assert_eq!(image["caption"], "Front");
    assert_eq!(image["tags"], json!(["Before"]));
}

#[tokio::test]
async fn b17_an_updated_project_updates_its_job() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    let address = json!({"street_address_1": "12 Elm St", "city": "Lincoln", "state": "NE"});
    test.change_project(&project, json!({"name": "Roof, again", "address": address}))
        .await;
    test.live().await;
    let job = test.job_of(&project);
    assert_eq!(job["customer_name"], "Roof, again");
    assert_eq!(job["address"]["line_1"], "12 Elm St");
    assert_eq!(job["address"]["city"], "Lincoln");
}

#[tokio::test]
async fn b17_a_burst_of_events_about_one_project_is_one_look() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    for name in ["One", "Two", "Three", "Four"] {
        test.change_project(&project, json!({ "name": name })).await;
    }
    while test.delivers().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    test.companycam.controls.clear_requests();
    test.settle().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Four");
    let path = format!("/v2/projects/{project}");
    let asked = requests(&test.companycam.controls, "GET", &path);
    let reads = asked.iter().filter(|one| one.path == path).count();
    assert_eq!(reads, 1, "{asked:?}");
}

#[tokio::test]
async fn b17_a_new_and_a_changed_contact_arrive() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    for (name, email, phone) in [
        ("Pat Larkin", "pat@customer.example", "402-555-0101"),
        ("Sam Larkin", "sam@customer.example", "402-555-0102"),
    ] {
        let contact = json!({"name": name, "email": email, "phone_number": phone});
        test.change_project(&project, json!({ "primary_contact": contact }))
            .await;
        test.live().await;
        let job = test.job_of(&project);
        assert_eq!(job["name"], name);
        assert_eq!(job["email"], email);
        let phones = job["phones"].as_array().unwrap();
        assert_eq!(phones.len(), 1, "{phones:?}");
        assert_eq!(phones[0]["number"], phone);
    }
}

#[tokio::test]
async fn b17_a_label_brings_a_project_whose_own_event_was_lost() {
    let test = TestApp::connected_live().await;
    let project = test.unheard(test.named_project("Roof")).await;
    test.live().await;
    assert!(test.jobs_of(&project).is_empty());
    label(&test, &project).await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], "Roof");
}

#[tokio::test]
async fn b17_a_label_changes_nothing_of_a_job() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    let before = test.job_of(&project);
    label(&test, &project).await;
    test.live().await;
    assert_eq!(test.job_of(&project), before);
}

#[tokio::test]
async fn b18_an_archived_project_leaves_its_job_which_says_so_at_once() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    for (archived, status) in [(true, "archived"), (false, "active")] {
        test.change_project(&project, json!({ "archived": archived }))
            .await;
        test.live().await;
        let job = test.job_of(&project);
        assert_eq!(job["deleted"], false);
        assert_eq!(job["metadata"]["cc_project_status"], status);
    }
}

#[tokio::test]
async fn b18_a_deleted_project_leaves_its_job_which_says_so_at_once() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    let photo = test.new_photo(&project, json!({})).await;
    test.live().await;
    test.change_project(&project, json!({"status": "deleted"}))
        .await;
    test.live().await;
    let job = test.job_of(&project);
    assert_eq!(job["deleted"], false);
    assert_eq!(job["metadata"]["cc_project_status"], "deleted");
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b18_a_deleted_project_that_companycam_no_longer_shows_counts_as_deleted() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    let gone = json!({
        "method": "GET", "path": format!("/v2/projects/{project}"), "times": null,
        "action": {"status": 404, "body": r#"{"errors": ["Not found"]}"#},
    });
    test.companycam_fault(gone);
    test.change_project(&project, json!({"status": "deleted"}))
        .await;
    test.live().await;
    let job = test.job_of(&project);
    assert_eq!(job["metadata"]["cc_project_status"], "deleted");
}

#[tokio::test]
async fn b30_an_updated_project_that_companycam_does_not_show_is_not_taken_for_deleted() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    let before = test.job_of(&project);
    let hidden = json!({
        "method": "GET", "path": format!("/v2/projects/{project}"), "times": null,
        "action": {"status": 404, "body": r#"{"errors": ["Not found"]}"#},
    });
    test.companycam_fault(hidden);
    // In the second of the last change, so that it is asked for.
    let updated_at = test.companycam_has("projects", &project).await["updated_at"].clone();
    let changed = json!({"name": "Out of sight", "updated_at": updated_at});
    test.change_project(&project, changed).await;
    test.live().await;
    assert_eq!(test.job_of(&project), before);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b18_a_project_archived_or_deleted_before_it_had_a_job_never_gets_one() {
    let test = TestApp::connected_live().await;
    for ending in [json!({"archived": true}), json!({"status": "deleted"})] {
        let project = test.unheard(test.named_project("Never")).await;
        test.change_project(&project, ending.clone()).await;
        test.live().await;
        assert!(test.jobs_of(&project).is_empty(), "{ending}");
    }
    assert!(test.dead_letters().is_empty());
}

/// Two projects with jobs and a photo each, the first merged into the second: both, and the photos.
async fn merged(payload: &str) -> (TestApp, [String; 2], [String; 2]) {
    let test = TestApp::connected_live().await;
    test.companycam_settings(json!({ "merged_payload": payload }))
        .await;
    let gone = test.named_project("Gone").await;
    let stays = test.named_project("Stays").await;
    let moved = test.new_photo(&gone, json!({})).await;
    let own = test.new_photo(&stays, json!({})).await;
    test.live().await;
    assert!(test.shows(&gone, &moved) && test.shows(&stays, &own));
    merge(&test, &gone, &stays).await;
    test.live().await;
    (test, [gone, stays], [moved, own])
}

#[track_caller]
fn assert_photos_moved(test: &TestApp, [gone, stays]: &[String; 2], [moved, own]: &[String; 2]) {
    assert!(test.shows(stays, moved) && test.shows(stays, own));
    assert_eq!(test.images_of(stays).len(), 2, "each once");
    assert!(!test.shows(gone, moved), "no longer where it was");
    assert_eq!(test.job_of(gone)["deleted"], false);
}

#[tokio::test]
async fn b18_merging_told_of_the_survivor_moves_the_photos_to_its_job() {
    let (test, projects, photos) = merged("survivor").await;
    assert_photos_moved(&test, &projects, &photos);
}

#[tokio::test]
async fn b18_merging_told_of_the_merged_project_moves_the_photos_to_the_survivors_job() {
    let (test, projects, photos) = merged("merged").await;
    assert_photos_moved(&test, &projects, &photos);
}

#[tokio::test]
async fn b18_a_merged_projects_job_says_so_whichever_project_the_event_is_about() {
    for payload in ["survivor", "merged"] {
        let (test, projects, photos) = merged(payload).await;
        let metadata = &test.job_of(&projects[0])["metadata"];
        assert_eq!(metadata["cc_project_status"], "deleted", "{payload}");
        let metadata = &test.job_of(&projects[1])["metadata"];
        assert_ne!(metadata["cc_project_status"], "deleted", "{payload}");
        assert_photos_moved(&test, &projects, &photos);
    }
}

/// A project with a job is merged into one without: the link moves.
async fn assert_link_moves(payload: &str) {
    let test = TestApp::connected_live().await;
    test.companycam_settings(json!({ "merged_payload": payload }))
        .await;
    let gone = test.named_project("Gone").await;
    let photo = test.new_photo(&gone, json!({})).await;
    test.live().await;
    let job = test.job_of(&gone);
    let stays = test.unheard(test.named_project("Stays")).await;
    merge(&test, &gone, &stays).await;
    test.live().await;
    test.catch_up().await;
    assert_eq!(test.job_of(&stays)["id"], job["id"]);
    assert!(test.shows(&stays, &photo));
    assert!(test.jobs_of(&gone).is_empty(), "no other job was made");
}

#[tokio::test]
async fn b18_the_link_moves_to_a_survivor_without_a_job_told_of_the_survivor() {
    assert_link_moves("survivor").await;
}

#[tokio::test]
async fn b18_the_link_moves_to_a_survivor_without_a_job_told_of_the_merged_project() {
    assert_link_moves("merged").await;
}

#[tokio::test]
async fn b18_no_event_brings_a_deleted_job_back() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Gone").await;
    test.new_photo(&project, json!({})).await;
    test.live().await;
    test.delete_job(&test.job_of(&project)).await;
    test.live().await;
    test.change_project(&project, json!({"name": "Gone, renamed"}))
        .await;
    test.new_photo(&project, json!({})).await;
    label(&test, &project).await;
    test.live().await;
    let job = test.job_of(&project);
    assert_eq!(job["deleted"], true);
    assert_eq!(job["images"].as_array().unwrap().len(), 1);
    assert!(test.log_says(&[&project, "deleted in One Click"]).await);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b17_an_event_about_a_linked_project_is_one_get() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    test.companycam.controls.clear_requests();
    test.change_project(&project, json!({"name": "Roof, again"}))
        .await;
    test.live().await;
    let reads = requests(&test.companycam.controls, "GET", "/v2/");
    assert_eq!(reads.len(), 1, "{reads:#?}");
}

#[tokio::test]
async fn b17_an_event_about_a_document_is_taken_in_and_harms_nothing() {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Roof").await;
    test.live().await;
    let path = format!("/projects/{project}/documents");
    test.companycam_control(Method::POST, &path, json!({"name": "Estimate.pdf"}))
        .await;
    test.live().await;
    let deliveries = test.deliveries().await;
    let last = deliveries.last().unwrap();
    assert_eq!(last["event_type"], "document.created");
    assert_eq!(last["status"], 200);
    assert!(test.dead_letters().is_empty());
}

/// A day's worth of events, settings as given: what One Click has of it in the end.
async fn assert_told(settings: Value) {
    let companycam = companycam_simulator::Options::empty();
    let test = TestApp::with(companycam, one_click_simulator::Options::default()).await;
    test.companycam_settings(settings).await;
    test.connect_and_settle().await;
    test.go_live().await;
    let (project, photos) = test.seed().await;
    // Some of it before the events of the beginning have led to anything, some after.
    test.annotate(&photos[0]).await;
    test.live().await;
    let address = json!({"street_address_1": "12 Elm St"});
    test.change_project(&project, json!({"name": "Roof, again", "address": address}))
        .await;
    test.change_photo(&photos[1], json!({"description": "two, again"}))
        .await;
    test.change_photo(&photos[1], json!({"add_tag": "After"}))
        .await;
    test.annotate(&photos[0]).await;
    test.live().await;
    test.assert_whole(&project, &photos);
    let job = test.job_of(&project);
    assert_eq!(job["customer_name"], "Roof, again");
    assert_eq!(job["address"]["line_1"], "12 Elm St");
    for photo in &photos {
        let original = test.companycam_has("photos", photo).await;
        assert_eq!(test.image_of(&project, photo)["md5"], original["md5"]);
    }
    let told = test.image_of(&project, &photos[1]);
    assert_eq!(told["caption"], "two, again");
    assert_eq!(told["tags"], json!(["After"]));
    assert!(test.dead_letters().is_empty());
    let failed = test.deliveries().await;
    let failed = failed.iter().filter(|attempt| attempt["status"] != 200);
    // What was dropped before the first look at the company has no status.
    assert_eq!(failed.filter(|attempt| attempt["attempt"] != 0).count(), 0);
}

#[tokio::test]
async fn b17_the_object_may_be_the_payload_itself() {
    assert_told(json!({"payload": "object"})).await;
}

#[tokio::test]
async fn b17_the_object_may_stand_under_its_name() {
    assert_told(json!({"payload": "named"})).await;
}

#[tokio::test]
async fn b17_ids_may_be_numbers() {
    assert_told(json!({"numeric_ids": true})).await;
}

#[tokio::test]
async fn b26_deliveries_may_come_twice() {
    assert_told(json!({"duplicate_deliveries": true})).await;
}

#[tokio::test]
async fn b26_deliveries_may_come_swapped() {
    assert_told(json!({"swap_deliveries": true})).await;
}

#[tokio::test]
async fn b26_deliveries_may_come_late() {
    assert_told(json!({"delivery_delay_ms": 200})).await;
}

#[tokio::test]
async fn b26_deliveries_may_come_twice_swapped_and_late() {
    let all = json!({
        "duplicate_deliveries": true, "swap_deliveries": true, "delivery_delay_ms": 100,
    });
    assert_told(all).await;
}
