//! B17: what a delivery says of a photo or project is taken, while it is news, and only if it says all.

use std::time::Duration;

use model::messages::{Look, Origin, SyncMessage, Told};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use test_support::steps::{now, requests};
use test_support::{ORG, Queue, TestApp};

use crate::org_id;

/// GETs of the photo itself, and of its tags.
fn asked(test: &TestApp, photo: &str) -> (usize, usize) {
    let all = requests(
        &test.companycam.controls,
        "GET",
        &format!("/v2/photos/{photo}"),
    );
    let tags = all.iter().filter(|one| one.path.ends_with("/tags")).count();
    (all.len() - tags, tags)
}

/// A linked project with a photo that is on its job, and no requests counted so far.
async fn with_a_photo() -> (TestApp, String, String) {
    let test = TestApp::connected_live().await;
    let project = test.named_project("House").await;
    let photo = test.new_photo(&project, json!({})).await;
    test.live().await;
    assert!(test.shows(&project, &photo));
    test.companycam.controls.clear_requests();
    (test, project, photo)
}

/// The photo as CompanyCam shows it now.
async fn shown(test: &TestApp, photo: &str) -> Value {
    read(test, &format!("/v2/photos/{photo}")).await
}

async fn read(test: &TestApp, path: &str) -> Value {
    let row = test.organization().await.unwrap();
    let tokens = test.app.tokens_of(&row).await.unwrap().unwrap();
    let url = format!("{}{path}", test.companycam.origin);
    let asked = reqwest::Client::new()
        .get(url)
        .bearer_auth(tokens.access_token.expose_secret());
    let answer = asked.send().await.unwrap();
    answer.json().await.unwrap()
}

/// A delivery that told this, that long ago, and its look.
async fn deliver(test: &TestApp, photo: &Value, ago: i64) {
    let look = Look::Photo {
        photo_id: photo["id"].as_str().unwrap().parse().unwrap(),
        tags: false,
    };
    let told = Told {
        at: now() - ago,
        object: photo.to_string(),
    };
    let message = SyncMessage::new(&org_id(), look).telling(Some(told));
    let body = serde_json::to_string(&message).unwrap();
    test.aws
        .sqs
        .send(Queue::Sync, &body, Some(ORG), Duration::ZERO);
    test.settle().await;
}

fn caption(test: &TestApp, project: &str, photo: &str) -> Value {
    let images = test.images_of(project);
    let image = images.iter().find(|image| image["external_id"] == photo);
    image.unwrap()["caption"].clone()
}

#[tokio::test]
async fn b17_a_burst_of_photos_is_asked_for_its_tags_and_nothing_else() {
    let (test, project, _) = with_a_photo().await;
    let mut photos = Vec::new();
    for _ in 0..15 {
        photos.push(test.new_photo(&project, json!({})).await);
    }
    test.live().await;
    for photo in &photos {
        assert!(test.shows(&project, photo));
        assert_eq!(asked(&test, photo), (0, 1));
    }
    let lists = requests(&test.companycam.controls, "GET", "/photos?");
    assert!(lists.is_empty(), "{lists:?}");
}

#[tokio::test]
async fn b15_an_edit_that_a_delivery_tells_of_comes_without_asking() {
    let (test, project, photo) = with_a_photo().await;
    let later = now() + 2;
    test.change_photo(
        &photo,
        json!({"description": "After the storm", "updated_at": later}),
    )
    .await;
    let told = shown(&test, &photo).await;
    test.companycam.controls.clear_requests();
    deliver(&test, &told, 1).await;
    assert_eq!(caption(&test, &project, &photo), "After the storm");
    assert_eq!(asked(&test, &photo), (0, 0));
}

#[tokio::test]
async fn b26_what_is_told_late_or_swapped_is_asked_for() {
    let (test, project, photo) = with_a_photo().await;
    let old = shown(&test, &photo).await;
    let later = now() + 2;
    test.change_photo(&photo, json!({"description": "New", "updated_at": later}))
        .await;
    let new = shown(&test, &photo).await;
    deliver(&test, &new, 0).await;
    // The one before comes behind it; another says something else of the same second.
    deliver(&test, &old, 0).await;
    let same_second = json!({"description": "Otherwise"});
    let mut otherwise = new.clone();
    otherwise["description"] = same_second["description"].clone();
    deliver(&test, &otherwise, 0).await;
    assert_eq!(caption(&test, &project, &photo), "New");
    // A day late it says nothing any more, however new it looks.
    otherwise["updated_at"] = json!(later + 10);
    deliver(&test, &otherwise, 24 * 60 * 60).await;
    assert_eq!(caption(&test, &project, &photo), "New");
}

#[tokio::test]
async fn b33_a_delivery_that_does_not_say_all_is_not_taken_for_an_answer() {
    let (test, project, _) = with_a_photo().await;
    let hidden = test.new_photo(&project, json!({"internal": true})).await;
    let whole = shown(&test, &hidden).await;
    for missing in [
        "internal",
        "status",
        "processing_status",
        "uris",
        "project_id",
        "updated_at",
    ] {
        let mut partial = whole.clone();
        partial.as_object_mut().unwrap().remove(missing);
        deliver(&test, &partial, 0).await;
        assert!(!test.shows(&project, &hidden), "without {missing}");
    }
    // What it says of another photo than its look is about is nobody's word.
    let mut another = whole.clone();
    another["internal"] = json!(false);
    another["id"] = json!("4711");
    let look = Look::Photo {
        photo_id: hidden.parse().unwrap(),
        tags: false,
    };
    let told = Told {
        at: now(),
        object: another.to_string(),
    };
    let message = SyncMessage::new(&org_id(), look).telling(Some(told));
    let body = serde_json::to_string(&message).unwrap();
    test.aws
        .sqs
        .send(Queue::Sync, &body, Some(ORG), Duration::ZERO);
    test.live().await;
    assert!(!test.shows(&project, &hidden));
}

#[tokio::test]
async fn b44_what_is_told_while_paused_comes_later() {
    let (test, project, _) = with_a_photo().await;
    let browser = test.administrator().await;
    browser.submit("pause", &[]).await;
    let photo = test.new_photo(&project, json!({})).await;
    test.live().await;
    assert!(!test.shows(&project, &photo));
    browser.submit("resume", &[]).await;
    test.live().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b27_a_tag_that_is_refused_does_not_cost_the_other_photos() {
    let (test, project, _) = with_a_photo().await;
    let mut photos = Vec::new();
    for _ in 0..6 {
        photos.push(test.new_photo(&project, json!({})).await);
    }
    let bad = format!("/v2/photos/{}/tags", photos[2]);
    test.companycam_fault(json!({"path": bad, "times": 2, "action": {"status": 500}}));
    test.live().await;
    for photo in &photos {
        assert!(test.shows(&project, photo), "{photo}");
    }
}

/// A linked project that was last changed a minute ago, and what CompanyCam shows of it.
async fn with_a_project() -> (TestApp, String, Value) {
    let test = TestApp::connected_live().await;
    let project = test.named_project("House").await;
    test.change_project(&project, json!({"updated_at": now() - 60}))
        .await;
    test.live().await;
    let shown = read(&test, &format!("/v2/projects/{project}")).await;
    test.companycam.controls.clear_requests();
    (test, project, shown)
}

/// The same, with deliveries of the test's own only.
async fn with_a_silent_project() -> (TestApp, String, Value) {
    let with = with_a_project().await;
    with.0
        .companycam_settings(json!({"drop_deliveries": true}))
        .await;
    with
}

/// The project with another name, as it would be after a change at that moment.
fn named(shown: &Value, name: &str, updated_at: i64) -> Value {
    let mut project = shown.clone();
    project["name"] = json!(name);
    project["updated_at"] = json!(updated_at);
    project
}

fn queue_event(test: &TestApp, project: &Value) {
    let look = Look::Project {
        project_id: project["id"].as_str().unwrap().parse().unwrap(),
        origin: Origin::Event,
    };
    let told = Told {
        at: now(),
        object: project.to_string(),
    };
    let message = SyncMessage::new(&org_id(), look).telling(Some(told));
    let body = serde_json::to_string(&message).unwrap();
    test.aws
        .sqs
        .send(Queue::Sync, &body, Some(ORG), Duration::ZERO);
}

/// The job's name, and how often CompanyCam was asked for the project.
fn came_to(test: &TestApp, project: &str) -> (Value, usize) {
    let path = format!("/v2/projects/{project}");
    let asked = requests(&test.companycam.controls, "GET", &path);
    let itself = asked.iter().filter(|one| one.path == path).count();
    (test.job_of(project)["customer_name"].clone(), itself)
}

#[tokio::test]
async fn b17_a_change_of_a_project_that_a_delivery_tells_of_comes_without_asking() {
    let (test, project, _) = with_a_project().await;
    test.change_project(&project, json!({"name": "Villa"}))
        .await;
    test.live().await;
    assert_eq!(came_to(&test, &project), (json!("Villa"), 0));
}

#[tokio::test]
async fn b26_a_project_told_of_twice_in_a_second_or_swapped_is_asked_for() {
    let (test, project, shown) = with_a_silent_project().await;
    let at = now();
    test.change_project(&project, json!({"name": "Truth", "updated_at": at}))
        .await;
    for name in ["Truth", "Otherwise"] {
        queue_event(&test, &named(&shown, name, at));
        test.settle().await;
    }
    assert_eq!(came_to(&test, &project), (json!("Truth"), 1));
    queue_event(&test, &named(&shown, "Older", at - 1));
    test.settle().await;
    assert_eq!(came_to(&test, &project), (json!("Truth"), 2));
}

#[tokio::test]
async fn b17_a_burst_of_events_about_a_project_is_one_look_that_asks() {
    let (test, project, shown) = with_a_silent_project().await;
    let at = now();
    test.change_project(&project, json!({"name": "Truth", "updated_at": at}))
        .await;
    // In whatever order they come.
    for (name, ago) in [("Truth", 0), ("First", 3), ("Second", 2)] {
        queue_event(&test, &named(&shown, name, at - ago));
    }
    test.settle().await;
    assert_eq!(came_to(&test, &project), (json!("Truth"), 1));
}

#[tokio::test]
async fn b17_a_project_that_a_delivery_does_not_say_all_of_is_asked_for() {
    let (test, project, shown) = with_a_project().await;
    let mut told = named(&shown, "Made up", now());
    told.as_object_mut().unwrap().remove("address");
    queue_event(&test, &told);
    // Nor is one that it says is gone.
    let mut gone = named(&shown, "Gone", now() + 1);
    gone["status"] = json!("deleted");
    test.settle().await;
    queue_event(&test, &gone);
    test.settle().await;
    assert_eq!(came_to(&test, &project), (json!("House"), 2));
}

#[tokio::test]
async fn b10_a_new_project_is_asked_for_whoever_tells_of_it() {
    let (test, _, shown) = with_a_project().await;
    // Somebody else's, which whoever connected may not see.
    let mut hidden = named(&shown, "Hidden", now());
    hidden["id"] = json!("4711");
    let jobs = test.one_click_state()["jobs"].as_array().unwrap().len();
    queue_event(&test, &hidden);
    test.settle().await;
    let after = test.one_click_state()["jobs"].as_array().unwrap().len();
    assert_eq!(after, jobs);
}

#[tokio::test]
async fn b33_a_contact_that_a_delivery_leaves_out_is_not_taken_away() {
    let (test, project, _) = with_a_silent_project().await;
    let contact = json!({"name": "Sam Miller", "phone_number": "402-555-0101"});
    test.change_project(
        &project,
        json!({"primary_contact": contact, "updated_at": now() - 30}),
    )
    .await;
    let shown = read(&test, &format!("/v2/projects/{project}")).await;
    queue_event(&test, &shown);
    test.settle().await;
    assert_eq!(test.job_of(&project)["phones"][0]["number"], "402-555-0101");
    let mut partial = named(&shown, "House", now());
    partial.as_object_mut().unwrap().remove("primary_contact");
    queue_event(&test, &partial);
    test.settle().await;
    assert_eq!(test.job_of(&project)["phones"][0]["number"], "402-555-0101");
}
