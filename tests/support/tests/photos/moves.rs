//! Photos that move or become internal leave their job at once, whoever sees it first (B15).

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::{now, requests};

/// A project with a job and a photo on it, and one that gets none.
async fn with_a_skipped_project() -> (TestApp, [String; 2], String) {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Project").await;
    let photo = test.new_photo(&project, json!({"tags": ["Roof"]})).await;
    test.live().await;
    assert!(test.shows(&project, &photo));
    test.prefer(&["copy_documents"]).await;
    let skipped = test.named_project("Skipped").await;
    test.live().await;
    assert!(test.jobs_of(&skipped).is_empty());
    (test, [project, skipped], photo)
}

async fn move_to(test: &TestApp, photo: &str, project: &str) {
    test.change_photo(photo, json!({ "project_id": project }))
        .await;
}

/// The project shows activity, which no event tells of.
async fn touch(test: &TestApp, project: &str, ahead_s: i64) {
    let changes = json!({"notepad": "Gate code", "updated_at": now() + ahead_s});
    test.unheard(test.change_project(project, changes)).await;
}

#[tokio::test]
async fn b15_a_photo_moved_to_a_project_without_a_job_leaves_when_an_event_says_so() {
    let (test, [project, skipped], photo) = with_a_skipped_project().await;
    move_to(&test, &photo, &skipped).await;
    test.annotate(&photo).await;
    test.live().await;
    assert!(!test.shows(&project, &photo));
    // And comes to the other, once that has a job.
    test.prefer(&["create_job_from_project"]).await;
    test.sync("29").await;
    assert_eq!(test.image_of(&skipped, &photo)["tags"], json!(["Roof"]));
    assert!(!test.shows(&project, &photo));
}

#[tokio::test]
async fn b15_a_photo_moved_to_a_project_without_a_job_leaves_when_the_list_lacks_it() {
    let (test, [project, skipped], photo) = with_a_skipped_project().await;
    let stays = test.new_photo(&project, json!({})).await;
    test.live().await;
    for listed in [&skipped, &project] {
        move_to(&test, &photo, &skipped).await;
        touch(&test, listed, 1).await;
        test.catch_up().await;
    }
    assert!(!test.shows(&project, &photo));
    assert!(test.shows(&project, &stays));
}

#[tokio::test]
async fn b15_a_photo_moved_to_a_new_project_that_gets_no_job_leaves() {
    let (test, [project, _], photo) = with_a_skipped_project().await;
    let unheard = test.unheard(test.named_project("Unheard")).await;
    move_to(&test, &photo, &unheard).await;
    test.annotate(&photo).await;
    test.live().await;
    assert!(!test.shows(&project, &photo));
    assert!(test.jobs_of(&unheard).is_empty());
}

#[tokio::test]
async fn b15_a_photo_that_a_list_lacks_and_nobody_finds_stays() {
    let (test, [project, _], photo) = with_a_skipped_project().await;
    test.companycam_control(Method::DELETE, &format!("/photos/{photo}"), Value::Null)
        .await;
    touch(&test, &project, 1).await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo), "no word of its end");
}

#[tokio::test]
async fn b15_a_photo_that_moves_there_and_back_is_where_it_is_in_the_end() {
    let (test, [project, skipped], photo) = with_a_skipped_project().await;
    move_to(&test, &photo, &skipped).await;
    move_to(&test, &photo, &project).await;
    test.annotate(&photo).await;
    test.live().await;
    assert!(test.shows(&project, &photo));
    // Each move seen by itself.
    for (to, shown) in [(&skipped, false), (&project, true)] {
        move_to(&test, &photo, to).await;
        test.annotate(&photo).await;
        test.live().await;
        assert_eq!(test.shows(&project, &photo), shown);
    }
    assert_eq!(test.images_of(&project).len(), 1);
}

#[tokio::test]
async fn b15_a_moved_photo_whose_removal_nobody_heard_of_is_removed_once() {
    let (test, [project, skipped], photo) = with_a_skipped_project().await;
    let path = format!("/v1/organizations/*/images/{photo}");
    test.one_click_fault(
        json!({"method": "DELETE", "path": path, "times": 2, "action": "reset_after"}),
    );
    move_to(&test, &photo, &skipped).await;
    test.annotate(&photo).await;
    test.live().await;
    assert!(!test.shows(&project, &photo));
    let rows = test.aws.items("PhotosTable").await;
    assert!(
        rows.iter().all(|row| row["pending_org"].is_null()),
        "{rows:#?}"
    );
}

#[tokio::test]
async fn b15_an_internal_photo_leaves_when_an_event_says_so_and_comes_back() {
    let (test, [project, _], photo) = with_a_skipped_project().await;
    for (internal, caption) in [(true, "Hidden"), (false, "Shown"), (true, "Hidden again")] {
        test.change_photo(&photo, json!({"internal": internal}))
            .await;
        let told = json!({"description": caption});
        test.change_photo(&photo, told).await;
        test.live().await;
        assert_eq!(test.shows(&project, &photo), !internal, "{caption}");
    }
    test.change_photo(&photo, json!({"internal": false})).await;
    touch(&test, &project, 1).await;
    test.catch_up().await;
    let image = test.image_of(&project, &photo);
    assert_eq!(image["tags"], json!(["Roof"]));
    assert_eq!(image["caption"], "Hidden again");
}

#[tokio::test]
async fn b26_events_of_a_photo_that_is_hidden_and_shown_may_come_swapped_and_late() {
    let (test, [project, _], photo) = with_a_skipped_project().await;
    test.companycam_settings(json!({"swap_deliveries": true, "duplicate_deliveries": true}))
        .await;
    for internal in [true, false, true] {
        test.change_photo(&photo, json!({"internal": internal}))
            .await;
        let told = json!({"description": format!("{internal}")});
        test.change_photo(&photo, told).await;
    }
    test.live().await;
    assert!(!test.shows(&project, &photo));
    test.change_photo(&photo, json!({"internal": false, "description": "Shown"}))
        .await;
    test.annotate(&photo).await;
    test.live().await;
    assert!(test.shows(&project, &photo));
    let removed = requests(test.one_click.controls(), "DELETE", &photo);
    assert!(!removed.is_empty());
}

#[tokio::test]
async fn b15_a_photo_moved_to_a_project_without_a_job_leaves_at_night_whatever_is_preferred() {
    let (test, [project, skipped], photo) = with_a_skipped_project().await;
    let deleted = test.new_photo(&project, json!({})).await;
    test.live().await;
    // No list of the project is due any more.
    test.advance(Duration::from_mins(1));
    test.catch_up().await;
    move_to(&test, &photo, &skipped).await;
    let path = format!("/photos/{deleted}");
    test.companycam_control(Method::DELETE, &path, Value::Null)
        .await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo), "nothing tells");
    test.companycam.controls.clear_requests();
    for _ in 0..2 {
        night(&test).await;
        assert!(!test.shows(&project, &photo));
        // One that is deleted stays, is asked for once, and no administrator is asked about it.
        assert!(test.shows(&project, &deleted));
        let asked = test.companycam_requests("GET", &format!("/v2/photos/{deleted}"));
        assert_eq!(asked, 1);
        let organization = test.organization().await.unwrap();
        assert!(organization.lost_sight.is_none());
    }
    let path = format!("/photos/{deleted}/restore");
    test.companycam_control(Method::POST, &path, Value::Null)
        .await;
    night(&test).await;
    move_to(&test, &deleted, &skipped).await;
    night(&test).await;
    assert!(!test.shows(&project, &deleted), "it was back in between");
}

async fn night(test: &TestApp) {
    test.nightly().await;
    test.pass(Duration::from_mins(3)).await;
}

#[tokio::test]
async fn b15_a_photo_that_comes_from_a_project_without_a_job_brings_its_tags() {
    let (test, [project, skipped], _) = with_a_skipped_project().await;
    let photo = test.new_photo(&skipped, json!({"tags": ["Siding"]})).await;
    test.live().await;
    move_to(&test, &photo, &project).await;
    test.annotate(&photo).await;
    test.live().await;
    assert_eq!(test.image_of(&project, &photo)["tags"], json!(["Siding"]));
}

#[tokio::test]
async fn b15_a_photo_moved_to_a_project_whose_job_is_gone_leaves_the_job_it_was_on() {
    let test = TestApp::connected().await;
    let (from, into) = (
        test.named_project("From").await,
        test.named_project("Into").await,
    );
    let photo = test.new_photo(&from, json!({})).await;
    test.catch_up().await;
    assert!(test.shows(&from, &photo));
    // Nothing tells of either.
    test.delete_job(&test.job_of(&into)).await;
    move_to(&test, &photo, &into).await;
    test.poll().await;
    test.pass(Duration::from_mins(5)).await;
    assert!(!test.shows(&from, &photo));
    assert!(test.dead_letters().is_empty(), "{:?}", test.dead_letters());
}
