//! B18: a job that was deleted in One Click is brought back, by hand and once.

use http::StatusCode;
use serde_json::{Value, json};
use store::activity::Offer;
use test_support::{Browser, Page, TestApp};

use crate::{card, connected, notice};

/// A project whose job was deleted, which was noticed.
async fn deleted() -> (TestApp, Browser, String, [String; 2]) {
    let (test, browser) = connected().await;
    let (project, photos) = test.seed().await;
    test.catch_up().await;
    lose_job(&test, &project).await;
    (test, browser, project, photos)
}

async fn lose_job(test: &TestApp, project: &str) {
    let name = format!("Roof {}", test.jobs_of(project).len());
    test.delete_job(&living(test, project)[0]).await;
    test.change_project(project, json!({"name": name})).await;
    test.new_photo(project, json!({"internal": true})).await;
    test.catch_up().await;
    assert!(living(test, project).is_empty());
}

fn living(test: &TestApp, project: &str) -> Vec<Value> {
    let mut jobs = test.jobs_of(project);
    jobs.retain(|job| job["deleted"] == false);
    jobs
}

async fn entry(test: &TestApp) -> String {
    let entries = test.activity().await.into_iter();
    let mut offers = entries.filter(|entry| entry.offer == Some(Offer::BringBack));
    offers.next().expect("an offer").at_id
}

async fn bring_back(test: &TestApp, browser: &Browser) -> Page {
    let at_id = entry(test).await;
    browser.submit("bring-back", &[("at_id", &at_id)]).await
}

#[track_caller]
fn assert_back(test: &TestApp, project: &str, photos: &[String]) {
    let jobs = living(test, project);
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
    let images = jobs[0]["images"].as_array().unwrap();
    let mut names: Vec<_> = images.iter().map(|image| &image["external_id"]).collect();
    names.sort_by_key(ToString::to_string);
    let mut expected: Vec<_> = photos.iter().map(|photo| json!(photo)).collect();
    expected.sort_by_key(Value::to_string);
    assert_eq!(names, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn b18_a_deleted_job_is_brought_back_as_one_new_job_with_all_its_photos() {
    let (test, browser, project, photos) = deleted().await;
    let tab = browser.tab().await;
    let log = card(&tab, "activity");
    assert!(log.contains(">Create new job</button>"), "{log}");
    let pressed = bring_back(&test, &browser).await;
    assert_eq!(notice(&pressed), "brought-back");
    assert!(
        browser
            .follow(pressed)
            .await
            .says("A new job is being created")
    );
    test.settle().await;
    assert_back(&test, &project, &photos);
    assert_eq!(test.jobs_of(&project).len(), 2, "the old one stays deleted");
    let tab = browser.tab().await;
    let log = card(&tab, "activity");
    assert!(
        log.contains("Job re-created") && !log.contains(">Create new job<"),
        "{log}"
    );
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b18_bringing_back_twice_makes_one_job() {
    let (test, browser, project, photos) = deleted().await;
    let (one, other) = futures::join!(bring_back(&test, &browser), bring_back(&test, &browser));
    assert_eq!(
        [notice(&one), notice(&other)],
        ["brought-back", "brought-back"]
    );
    test.settle().await;
    assert_eq!(notice(&bring_back(&test, &browser).await), "has-job");
    test.settle().await;
    test.sync("29").await;
    assert_back(&test, &project, &photos);
    assert_eq!(test.jobs_of(&project).len(), 2);
}

#[tokio::test]
async fn b18_what_was_brought_back_can_be_deleted_and_brought_back_again() {
    let (test, browser, project, photos) = deleted().await;
    for _ in 0..2 {
        bring_back(&test, &browser).await;
        test.settle().await;
        assert_back(&test, &project, &photos);
        lose_job(&test, &project).await;
    }
    assert_eq!(test.jobs_of(&project).len(), 3);
}

#[tokio::test]
async fn b18_bringing_back_needs_no_preference() {
    let (test, browser, project, photos) = deleted().await;
    test.prefer(&["only_matched_users"]).await;
    bring_back(&test, &browser).await;
    test.settle().await;
    assert_back(&test, &project, &photos);
}

#[tokio::test]
async fn b18_a_lost_look_is_made_up_for_by_pressing_again() {
    let (test, browser, project, photos) = deleted().await;
    test.aws.refuse("SendMessageBatch", 1);
    let page = bring_back(&test, &browser).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(notice(&bring_back(&test, &browser).await), "brought-back");
    test.settle().await;
    assert_back(&test, &project, &photos);
}

#[tokio::test]
async fn b18_a_lost_look_is_made_up_for_by_a_sync() {
    let (test, browser, project, photos) = deleted().await;
    test.aws.refuse("SendMessageBatch", 1);
    bring_back(&test, &browser).await;
    test.sync("29").await;
    assert_back(&test, &project, &photos);
}

#[tokio::test]
async fn b18_a_project_that_is_gone_too_is_said_to_be() {
    let (test, browser, project, _) = deleted().await;
    test.change_project(&project, json!({"status": "deleted"}))
        .await;
    bring_back(&test, &browser).await;
    test.settle().await;
    assert!(living(&test, &project).is_empty());
    assert!(
        test.log_says(&["deleted in CompanyCam"]).await,
        "{:#?}",
        test.activity_texts().await
    );
}

#[tokio::test]
async fn b18_what_was_not_deleted_is_not_brought_back() {
    let (test, browser) = connected().await;
    let (project, _) = test.seed().await;
    test.catch_up().await;
    let page = browser
        .submit("bring-back", &[("project_id", &project)])
        .await;
    assert_eq!(notice(&page), "has-job");
    for wrong in [[("project_id", "☃")], [("at_id", "1")], [("x", "y")]] {
        let page = browser.submit("bring-back", &wrong).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{wrong:?}");
    }
    test.settle().await;
    assert_eq!(test.jobs_of(&project).len(), 1);
}

#[tokio::test]
async fn b18_a_late_event_about_the_old_job_leaves_the_new_one_alone() {
    let (test, browser, project, photos) = deleted().await;
    let old = test.jobs_of(&project)[0]["id"].as_str().unwrap().to_owned();
    bring_back(&test, &browser).await;
    test.settle().await;
    let look = model::messages::Look::job(&old.parse().unwrap());
    let late = model::messages::SyncMessage::new(&crate::org_id(), look);
    test.app.queues.send_looks(&[late]).await.unwrap();
    test.settle().await;
    test.sync("29").await;
    assert_back(&test, &project, &photos);
}
