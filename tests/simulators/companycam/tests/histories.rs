//! What happens to photos and projects over time that an integration sees late, or never.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use common::{Receiver, TestSimulator, spawn, until};
use companycam_simulator::Options;
use reqwest::Method;
use serde_json::{Value, json};

async fn with_photo() -> (TestSimulator, String) {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({})).await;
    let photo = test.add_photo(json!({"project_id": project})).await;
    (test, photo)
}

async fn photo_of(test: &TestSimulator, id: &str) -> Value {
    let answer = test.get(&format!("/photos/{id}")).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

fn version(photo: &Value) -> i64 {
    photo["updated_at"].as_i64().unwrap()
}

#[tokio::test]
async fn b17_a_deleted_photo_is_restored() {
    let (test, photo) = with_photo().await;
    let path = format!("/photos/{photo}");
    let before = photo_of(&test, &photo).await;
    let restore = format!("{path}/restore");
    test.control(Method::DELETE, &path, json!({})).await;
    assert_eq!(test.get(&path).await.status(), 404);
    assert!(test.list("/photos").await.is_empty());
    test.control(Method::POST, &restore, json!({})).await;
    let after = photo_of(&test, &photo).await;
    assert_eq!(after["hash"], before["hash"]);
    assert!(version(&after) > version(&before));
    assert_eq!(test.list("/photos").await.len(), 1);
    let again = test.http.post(test.url(&format!("/_sim{restore}")));
    assert_eq!(again.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn b17_a_deleted_photo_may_be_told_as_deleted_until_it_is_gone_for_real() {
    let (test, photo) = with_photo().await;
    let path = format!("/photos/{photo}");
    test.control(
        Method::PATCH,
        "/settings",
        json!({"show_deleted_photos": true}),
    )
    .await;
    test.control(Method::DELETE, &path, json!({})).await;
    assert_eq!(photo_of(&test, &photo).await["status"], "deleted");
    assert!(test.list("/photos").await.is_empty());
    let change = test.api(Method::PUT, &path).json(&json!({"photo": {}}));
    assert_eq!(change.send().await.unwrap().status(), 404);

    let for_real = format!("{path}?for_real=true");
    test.control(Method::DELETE, &for_real, json!({})).await;
    assert_eq!(test.get(&path).await.status(), 404);
    let state = test.control(Method::GET, "/state", json!({})).await;
    assert_eq!(state["photos"], json!([]));
}

#[tokio::test]
async fn b15_two_edits_within_one_second_differ_by_their_hash_only() {
    let (test, photo) = with_photo().await;
    let receiver = Receiver::subscribe(&test, &["photo.*"]).await;
    let before = photo_of(&test, &photo).await;
    let path = format!("/photos/{photo}/annotate");
    test.control(Method::POST, &path, json!({"same_second": true}))
        .await;
    let after = photo_of(&test, &photo).await;
    assert_ne!(after["hash"], before["hash"]);
    assert_eq!(after["updated_at"], before["updated_at"]);
    assert_ne!(after["uris"], before["uris"]);
    until(async || receiver.received().len() == 1).await;
    assert_eq!(receiver.received()[0]["event_type"], "photo.updated");
}

#[tokio::test]
async fn b15_a_duplicate_may_be_processed_after_all() {
    let test = spawn(Options {
        projects: 3,
        photos: 1,
        photo_bytes: Some(30_000),
        ..Options::default()
    })
    .await;
    let state = test.control(Method::GET, "/state", json!({})).await;
    let photos = state["photos"].as_array().unwrap();
    let duplicate = photos
        .iter()
        .find(|photo| photo["processing_status"] == "duplicate");
    let id = duplicate.unwrap()["id"].as_str().unwrap().to_owned();
    let receiver = Receiver::subscribe(&test, &["photo.*"]).await;
    let body = json!({"processing_status": "processed"});
    test.control(Method::PATCH, &format!("/photos/{id}"), body)
        .await;
    until(async || receiver.received().len() == 1).await;
    assert_eq!(receiver.received()[0]["event_type"], "photo.created");
    let photo = photo_of(&test, &id).await;
    let original = photo["uris"][0]["uri"].as_str().unwrap();
    let file = test.http.get(original).send().await.unwrap();
    let file = file.bytes().await.unwrap();
    assert!(image::load_from_memory(&file).is_ok());
}

#[tokio::test]
async fn b18_an_archived_or_deleted_project_comes_back() {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({"name": "Roof"})).await;
    let receiver = Receiver::subscribe(&test, &["project.*"]).await;
    let path = format!("/projects/{project}");
    let shape = async || -> Value { test.get(&path).await.json().await.unwrap() };
    for (change, field, value) in [
        (json!({"archived": true}), "archived", json!(true)),
        (json!({"archived": false}), "archived", json!(false)),
        (json!({"status": "deleted"}), "status", json!("deleted")),
        (json!({"status": "active"}), "status", json!("active")),
    ] {
        test.control(Method::PATCH, &path, change).await;
        assert_eq!(shape().await[field], value);
    }
    until(async || receiver.received().len() == 4).await;
}

#[tokio::test]
async fn b30_a_restricted_user_sees_only_projects_it_is_assigned_to() {
    let test = spawn(Options::empty()).await;
    let seen = test.add_project(json!({"name": "Seen"})).await;
    let unseen = test.add_project(json!({"name": "Unseen"})).await;
    let mut photos = Vec::new();
    for project in [&seen, &unseen] {
        photos.push(test.add_photo(json!({"project_id": project})).await);
        let path = format!("/projects/{project}/documents");
        test.control(Method::POST, &path, json!({"name": "a.pdf"}))
            .await;
    }
    // The personal token is the first user's.
    let user = test.list("/users").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let assigned = format!("/projects/{seen}/assigned_users/{user}");
    test.control(Method::PUT, &assigned, json!({})).await;
    let restrict = async |restricted: bool| {
        let body = json!({"restricted": restricted});
        test.control(Method::PATCH, &format!("/users/{user}"), body)
            .await;
    };
    restrict(true).await;
    let projects = test.list("/projects").await;
    assert_eq!(projects.len(), 1);
    assert_eq!(projects[0]["id"], json!(seen));
    let listed = test.list("/photos").await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], json!(photos[0]));
    for path in [
        format!("/projects/{unseen}"),
        format!("/projects/{unseen}/photos"),
        format!("/projects/{unseen}/documents"),
        format!("/projects/{unseen}/assigned_users"),
        format!("/photos/{}", photos[1]),
    ] {
        assert_eq!(test.get(&path).await.status(), 404, "{path}");
    }
    restrict(false).await;
    assert_eq!(test.list("/projects").await.len(), 2);
}
