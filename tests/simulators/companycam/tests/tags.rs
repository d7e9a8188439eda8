//! Tags: renamed, deleted and taken off, of which no event tells.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use common::{Receiver, TestSimulator, spawn, until};
use companycam_simulator::Options;
use reqwest::Method;
use serde_json::{Value, json};

async fn tagged() -> (TestSimulator, String, String) {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({})).await;
    let body = json!({"project_id": project, "tags": ["Roof", "After"]});
    let photo = test.add_photo(body).await;
    (test, project, photo)
}

async fn tag(test: &TestSimulator, name: &str) -> String {
    let tags = test.list("/tags").await;
    let tag = tags.iter().find(|tag| tag["display_value"] == name);
    tag.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn names(test: &TestSimulator, path: &str) -> Vec<String> {
    let tags = test.list(path).await;
    tags.iter()
        .map(|tag| tag["display_value"].as_str().unwrap().to_owned())
        .collect()
}

async fn photo_of(test: &TestSimulator, id: &str) -> Value {
    let path = format!("/photos/{id}");
    test.get(&path).await.json().await.unwrap()
}

#[tokio::test]
async fn b15_a_tag_is_renamed_and_deleted_on_every_photo() {
    let (test, _, photo) = tagged().await;
    let before = photo_of(&test, &photo).await;
    let roof = tag(&test, "Roof").await;
    let path = format!("/tags/{roof}");
    test.control(Method::PATCH, &path, json!({"display_value": "Slate roof"}))
        .await;
    let of_photo = format!("/photos/{photo}/tags");
    assert_eq!(names(&test, &of_photo).await, ["Slate roof", "After"]);
    assert_eq!(tag(&test, "Slate roof").await, roof);
    let state = test.control(Method::GET, "/state", json!({})).await;
    assert_eq!(state["tags"][0]["display_value"], "Slate roof");

    test.control(Method::DELETE, &path, json!({})).await;
    assert_eq!(names(&test, &of_photo).await, ["After"]);
    assert_eq!(names(&test, "/tags").await, ["After"]);
    let listed = test.list(&format!("/photos?tag_ids[]={roof}")).await;
    assert!(listed.is_empty());
    assert_eq!(photo_of(&test, &photo).await, before, "photos do not tell");
}

#[tokio::test]
async fn two_tags_do_not_have_one_name() {
    let (test, _, _) = tagged().await;
    let roof = tag(&test, "Roof").await;
    for (name, status) in [("after", 422), (" ", 422), ("ROOF", 204)] {
        let request = test.http.patch(test.url(&format!("/_sim/tags/{roof}")));
        let answer = request.json(&json!({"display_value": name})).send().await;
        assert_eq!(answer.unwrap().status(), status, "{name}");
    }
    let missing = test.http.delete(test.url("/_sim/tags/7")).send().await;
    assert_eq!(missing.unwrap().status(), 404);
}

#[tokio::test]
async fn b15_a_tag_is_taken_off_a_photo() {
    let (test, _, photo) = tagged().await;
    let before = photo_of(&test, &photo).await;
    let path = format!("/photos/{photo}");
    test.control(Method::PATCH, &path, json!({"remove_tag": "ROOF"}))
        .await;
    assert_eq!(names(&test, &format!("{path}/tags")).await, ["After"]);
    let after = photo_of(&test, &photo).await;
    let version = |photo: &Value| photo["updated_at"].as_i64().unwrap();
    assert!(version(&after) > version(&before));

    let silent = json!({"tag_touches_photo": false});
    test.control(Method::PATCH, "/settings", silent).await;
    test.control(Method::PATCH, &path, json!({"remove_tag": "After"}))
        .await;
    assert!(names(&test, &format!("{path}/tags")).await.is_empty());
    assert_eq!(photo_of(&test, &photo).await, after);
}

#[tokio::test]
async fn the_api_renames_and_deletes_tags_too() {
    let (test, _, _) = tagged().await;
    let path = format!("/tags/{}", tag(&test, "Roof").await);
    let body = json!({"tag": {"display_value": "Slate"}});
    let renamed = test.api(Method::PUT, &path).json(&body).send().await;
    let renamed = renamed.unwrap();
    assert_eq!(renamed.status(), 201);
    let renamed: Value = renamed.json().await.unwrap();
    assert_eq!(renamed["display_value"], "Slate");
    let delete = async || test.api(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(delete().await.status(), 204);
    assert_eq!(delete().await.status(), 404);
    assert_eq!(names(&test, "/tags").await, ["After"]);
}

#[tokio::test]
async fn b17_no_event_tells_of_tags_renamed_deleted_or_taken_off() {
    let (test, project, photo) = tagged().await;
    let receiver = Receiver::subscribe(&test, &["*"]).await;
    let path = format!("/tags/{}", tag(&test, "Roof").await);
    test.control(Method::PATCH, &path, json!({"display_value": "Slate"}))
        .await;
    test.control(Method::DELETE, &path, json!({})).await;
    let path = format!("/photos/{photo}");
    test.control(Method::PATCH, &path, json!({"remove_tag": "After"}))
        .await;
    test.control(Method::PATCH, &path, json!({"add_tag": "Last"}))
        .await;
    until(async || !receiver.received().is_empty()).await;
    let received = receiver.received();
    assert_eq!(received[0]["event_type"], "photo.tag_added", "{project}");
}
