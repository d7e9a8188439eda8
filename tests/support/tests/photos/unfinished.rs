//! Photos that CompanyCam has not finished when they are listed (B15).

use std::time::Duration;

use serde_json::json;
use test_support::steps::{now, requests};
use test_support::{Queue, TestApp};

use crate::with_project;

/// Works on what is there; what was put off stays so.
async fn work(test: &TestApp) {
    while test.work_once().await > 0 {}
}

/// The photo is finished, and neither an event nor its project shows it.
async fn finish_in_silence(test: &TestApp, project: &str, photo: &str) {
    let before = test.companycam_has("projects", project).await;
    test.change_photo(photo, json!({"processing_status": "processed"}))
        .await;
    test.change_project(project, json!({"updated_at": before["updated_at"]}))
        .await;
}

/// How many looks at the project's unfinished photos are on their way.
fn on_their_way(test: &TestApp) -> usize {
    let messages = test.aws.sqs.messages(Queue::Retry).into_iter();
    let looks = messages.filter(|message| message.json()["look"]["kind"] == "project_photos");
    looks.count()
}

#[tokio::test]
async fn b15_an_unfinished_photo_comes_though_nothing_tells_of_its_end() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"processing_status": "processing"}))
        .await;
    test.poll().await;
    work(&test).await;
    assert!(!test.shows(&project, &photo));
    finish_in_silence(&test, &project, &photo).await;
    test.pass(Duration::from_mins(2)).await;
    assert!(test.shows(&project, &photo));
    assert_eq!(on_their_way(&test), 0);
}

#[tokio::test]
async fn b15_an_unfinished_photo_that_takes_hours_comes_too() {
    let (test, project) = with_project().await;
    let photo = test
        .new_photo(&project, json!({"processing_status": "pending"}))
        .await;
    test.poll().await;
    work(&test).await;
    test.pass(Duration::from_hours(3)).await;
    finish_in_silence(&test, &project, &photo).await;
    test.pass(Duration::from_hours(4)).await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b15_a_sync_that_lists_an_unfinished_photo_comes_back_for_it() {
    let test = TestApp::spawn().await;
    let project = test.named_project("Project").await;
    let photo = test
        .new_photo(&project, json!({"processing_status": "pending"}))
        .await;
    test.connect().await;
    test.pass(Duration::from_secs(50)).await;
    test.job_of(&project);
    assert_eq!(on_their_way(&test), 1);
    finish_in_silence(&test, &project, &photo).await;
    test.pass(Duration::from_mins(3)).await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b15_looks_at_unfinished_photos_are_one_chain_and_end() {
    let (test, project) = with_project().await;
    test.new_photo(&project, json!({"processing_status": "pending"}))
        .await;
    for seconds in 1..4 {
        let listed = json!({"notepad": format!("{seconds}"), "updated_at": now() + seconds});
        test.change_project(&project, listed).await;
        test.poll().await;
        work(&test).await;
        assert_eq!(on_their_way(&test), 1, "however often they are listed");
    }
    test.companycam.controls.clear_requests();
    // What is to come much later is seen to be due only where time has passed.
    for _ in 0..4 * 20 {
        test.pass(Duration::from_mins(15)).await;
    }
    let lists = requests(&test.companycam.controls, "GET", "/photos").len();
    assert!((5..15).contains(&lists), "{lists}");
    assert_eq!(on_their_way(&test), 0);
}

#[tokio::test]
async fn b15_a_duplicate_or_broken_photo_is_named_once_and_comes_if_it_recovers() {
    let (test, project) = with_project().await;
    let mut photos = Vec::new();
    for status in ["duplicate", "processing_error"] {
        let photo = json!({ "processing_status": status });
        photos.push(test.new_photo(&project, photo).await);
    }
    for seconds in 1..4 {
        let listed = json!({"notepad": format!("{seconds}"), "updated_at": now() + seconds});
        test.change_project(&project, listed).await;
        test.catch_up().await;
        // Longer than what is said daily is remembered.
        test.advance(Duration::from_hours(25));
    }
    let texts = test.activity_texts().await;
    for (photo, why) in photos.iter().zip(["duplicate", "could not process"]) {
        let said = texts.iter().filter(|text| text.contains(photo));
        let said: Vec<_> = said.collect();
        assert_eq!(said.len(), 1, "{texts:#?}");
        assert!(said[0].contains(why), "{}", said[0]);
        test.change_photo(photo, json!({"processing_status": "processed"}))
            .await;
    }
    test.catch_up().await;
    for photo in &photos {
        assert!(test.shows(&project, photo));
    }
}
