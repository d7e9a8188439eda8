//! What is a merge, and what only looks like one (B18).

use http::Method;
use serde_json::json;
use test_support::TestApp;

async fn merge(test: &TestApp, merged: &str, into: &str) {
    let path = format!("/projects/{merged}/merge");
    test.companycam_control(Method::POST, &path, json!({ "into": into }))
        .await;
}

/// A project with a job and so many photos on it, in the order of their ids.
async fn with_photos(test: &TestApp, name: &str, photos: usize) -> (String, Vec<String>) {
    let project = test.named_project(name).await;
    let mut ids = Vec::new();
    for _ in 0..photos {
        ids.push(test.new_photo(&project, json!({})).await);
    }
    test.live().await;
    assert_eq!(test.images_of(&project).len(), photos);
    (project, ids)
}

async fn move_to(test: &TestApp, photo: &str, project: &str) {
    test.change_photo(photo, json!({ "project_id": project }))
        .await;
}

async fn delete(test: &TestApp, project: &str) {
    test.change_project(project, json!({"status": "deleted"}))
        .await;
    test.live().await;
    test.catch_up().await;
}

#[tokio::test]
async fn b18_one_photo_that_was_moved_by_hand_decides_no_merge() {
    let test = TestApp::connected_live().await;
    let (gone, photos) = with_photos(&test, "Gone", 3).await;
    let job = test.job_of(&gone);
    let other = test.unheard(test.named_project("Other")).await;
    move_to(&test, &photos[0], &other).await;
    delete(&test, &gone).await;
    let kept = test.job_of(&gone);
    assert_eq!(kept["id"], job["id"], "the job is its own project's");
    assert_eq!(kept["customer_name"], "Gone");
    assert_eq!(kept["metadata"]["cc_project_status"], "deleted");
    assert_ne!(test.job_of(&other)["id"], job["id"]);
}

#[tokio::test]
async fn b18_photos_that_went_to_two_projects_decide_no_merge() {
    let test = TestApp::connected_live().await;
    let (gone, photos) = with_photos(&test, "Gone", 2).await;
    let one = test.unheard(test.named_project("One")).await;
    let other = test.unheard(test.named_project("Other")).await;
    move_to(&test, &photos[0], &one).await;
    move_to(&test, &photos[1], &other).await;
    delete(&test, &gone).await;
    assert_eq!(test.job_of(&gone)["customer_name"], "Gone");
    assert!(test.shows(&one, &photos[0]) && test.shows(&other, &photos[1]));
}

#[tokio::test]
async fn b18_photos_that_were_deleted_do_not_keep_a_merge_from_being_seen() {
    for payload in ["survivor", "merged"] {
        let test = TestApp::connected_live().await;
        test.companycam_settings(json!({ "merged_payload": payload }))
            .await;
        let (gone, photos) = with_photos(&test, "Gone", 3).await;
        let job = test.job_of(&gone);
        let stays = test.unheard(test.named_project("Stays")).await;
        let path = format!("/photos/{}?for_real=true", photos[0]);
        test.companycam_control(Method::DELETE, &path, json!({}))
            .await;
        merge(&test, &gone, &stays).await;
        test.live().await;
        assert_eq!(test.job_of(&stays)["id"], job["id"], "{payload}");
        assert!(test.shows(&stays, &photos[1]) && test.shows(&stays, &photos[2]));
    }
}

#[tokio::test]
async fn b18_a_photo_that_was_moved_onto_a_survivor_makes_no_merge_of_its_own_project() {
    let test = TestApp::connected_live().await;
    let (lives, photos) = with_photos(&test, "Lives", 2).await;
    let (stays, _) = with_photos(&test, "Stays", 1).await;
    let (gone, _) = with_photos(&test, "Gone", 1).await;
    move_to(&test, &photos[0], &stays).await;
    // Whoever connected may not see it any more: that is no word of its end (B30).
    let path = format!("/v2/projects/{lives}");
    let body = r#"{"errors": ["Not found"]}"#;
    let unseen = json!({"status": 404, "body": body});
    test.companycam_fault(json!({"method": "GET", "path": path, "action": unseen}));
    merge(&test, &gone, &stays).await;
    test.live().await;
    let status = |project: &str| test.job_of(project)["metadata"]["cc_project_status"].clone();
    assert_eq!(status(&gone), "deleted");
    assert_ne!(status(&lives), "deleted");
    assert!(test.shows(&lives, &photos[1]));
    assert!(test.shows(&stays, &photos[0]));
}

#[tokio::test]
async fn b18_the_documents_of_a_merged_project_come_to_the_survivors_job() {
    for payload in ["survivor", "merged"] {
        let test = TestApp::connected_live().await;
        test.companycam_settings(json!({ "merged_payload": payload }))
            .await;
        let (gone, _) = with_photos(&test, "Gone", 1).await;
        let (stays, _) = with_photos(&test, "Stays", 1).await;
        let path = format!("/projects/{gone}/documents");
        test.companycam_control(Method::POST, &path, json!({"name": "Plan.pdf"}))
            .await;
        test.live().await;
        let documents = |project: &str| {
            let mut all = test.job_of(project)["documents"]
                .as_array()
                .unwrap()
                .clone();
            all.retain(|document| document["deleted"] == false);
            all.len()
        };
        assert_eq!((documents(&gone), documents(&stays)), (1, 0), "{payload}");
        merge(&test, &gone, &stays).await;
        test.live().await;
        assert_eq!((documents(&gone), documents(&stays)), (0, 1), "{payload}");
    }
}

#[tokio::test]
async fn b18_a_job_that_follows_to_an_archived_project_says_so() {
    for is_archived in [true, false] {
        let test = TestApp::connected_live().await;
        let (gone, _) = with_photos(&test, "Gone", 1).await;
        let job = test.job_of(&gone);
        let stays = test.unheard(test.named_project("Stays")).await;
        let archived = json!({"archived": true});
        test.change_project(&stays, archived.clone()).await;
        if is_archived {
            test.change_project(&gone, archived).await;
        }
        test.live().await;
        merge(&test, &gone, &stays).await;
        test.live().await;
        let followed = test.job_of(&stays);
        assert_eq!(followed["id"], job["id"]);
        assert_eq!(followed["metadata"]["cc_project_status"], "archived");
    }
}
