//! The nightly pass: what no event and no poll tells (B17, B30).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod cost;
mod tags;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use test_support::steps::text;
use test_support::{ORG, TestApp};

const REMOVING: [&str; 3] = [
    "create_job_from_project",
    "copy_documents",
    "remove_deleted_photos",
];

/// Connected, with `projects` projects of `photos` photos each, all of them copied.
async fn with(projects: usize, photos: usize) -> (TestApp, Vec<String>, Vec<String>) {
    let test = TestApp::connected().await;
    test.prefer(&REMOVING).await;
    let (mut all, mut ids) = (Vec::new(), Vec::new());
    for number in 0..projects {
        let project = test.named_project(&format!("Project {number}")).await;
        for _ in 0..photos {
            ids.push(test.new_photo(&project, json!({})).await);
        }
        all.push(project);
    }
    test.catch_up().await;
    (test, all, ids)
}

/// A whole pass, with the minute that it waits.
async fn night(test: &TestApp) {
    test.nightly().await;
    test.pass(Duration::from_mins(3)).await;
    assert!(test.dead_letters().is_empty(), "{:?}", test.dead_letters());
}

async fn delete(test: &TestApp, what: &str, id: &str) {
    test.companycam_control(Method::DELETE, &format!("/{what}/{id}"), Value::Null)
        .await;
}

async fn checks(test: &TestApp) -> Vec<String> {
    let mut texts = test.activity_texts().await;
    texts.retain(|text| text.starts_with("Nightly check"));
    texts
}

#[tokio::test]
async fn b17_a_night_with_nothing_amiss_says_one_thing_and_changes_nothing() {
    let (test, ..) = with(3, 4).await;
    let before = test.one_click.state(ORG).unwrap();
    night(&test).await;
    assert_eq!(
        checks(&test).await,
        ["Nightly check: 12 of 12 copies verified."]
    );
    assert_eq!(test.one_click.state(ORG).unwrap()["jobs"], before["jobs"]);
    let organization = test.organization().await.unwrap();
    assert!(organization.last_checked_at.is_some());
    assert!(organization.lost_sight.is_none());
}

#[tokio::test]
async fn b17_a_photo_deleted_in_companycam_leaves_its_job_with_the_preference_only() {
    let (test, projects, photos) = with(2, 4).await;
    delete(&test, "photos", &photos[0]).await;
    test.catch_up().await;
    assert!(test.shows(&projects[0], &photos[0]), "nothing tells");
    test.prefer(&["create_job_from_project", "copy_documents"])
        .await;
    night(&test).await;
    assert!(
        test.shows(&projects[0], &photos[0]),
        "the preference is off"
    );
    test.prefer(&REMOVING).await;
    night(&test).await;
    assert!(!test.shows(&projects[0], &photos[0]));
    assert_eq!(
        test.images_of(&projects[0]).len() + test.images_of(&projects[1]).len(),
        7
    );
}

#[tokio::test]
async fn b16_a_document_deleted_in_companycam_leaves_its_job() {
    let (test, projects, _) = with(1, 3).await;
    let path = format!("/projects/{}/documents", projects[0]);
    let mut documents = Vec::new();
    for name in ["Plan.pdf", "Quote.pdf"] {
        let made = test
            .companycam_control(Method::POST, &path, json!({"name": name}))
            .await;
        documents.push(text(&made["id"]));
    }
    test.catch_up().await;
    delete(&test, "documents", &documents[0]).await;
    night(&test).await;
    let all = test.job_of(&projects[0])["documents"].clone();
    let live = |id: &str| {
        let mut all = all.as_array().unwrap().iter();
        all.any(|document| document["external_id"] == id && document["deleted"] == false)
    };
    assert!(!live(&documents[0]), "{all:#}");
    assert!(live(&documents[1]), "{all:#}");
}

#[tokio::test]
async fn b17_a_photo_and_a_change_that_nothing_told_of_come() {
    let (test, projects, _) = with(2, 1).await;
    // As if both had happened without a trace.
    let mut stamps = Vec::new();
    for project in &projects {
        stamps.push(test.companycam_has("projects", project).await["updated_at"].clone());
    }
    let photo = test.new_photo(&projects[0], json!({})).await;
    test.change_project(
        &projects[1],
        json!({"name": "Renamed", "updated_at": stamps[1]}),
    )
    .await;
    test.change_project(&projects[0], json!({"updated_at": stamps[0]}))
        .await;
    night(&test).await;
    assert!(test.shows(&projects[0], &photo));
    assert_eq!(test.job_of(&projects[1])["customer_name"], "Renamed");
}

#[tokio::test]
async fn b17_a_copy_that_is_gone_or_altered_is_named_once_and_had_again_by_hand() {
    let (test, projects, photos) = with(1, 3).await;
    let job = text(&test.job_of(&projects[0])["id"]);
    let image = |photo: &str| format!("/organizations/{ORG}/jobs/{job}/images/{photo}");
    test.one_click_control(
        Method::POST,
        &format!("{}/tamper", image(&photos[0])),
        json!({}),
    )
    .await;
    test.one_click_control(Method::DELETE, &image(&photos[1]), Value::Null)
        .await;
    night(&test).await;
    let altered = format!("Photo {} is on its job with other bytes", photos[0]);
    let gone = format!("Photo {} was deleted on its job", photos[1]);
    assert!(test.log_says(&[&altered]).await);
    assert!(test.log_says(&[&gone]).await);
    assert!(checks(&test).await[0].starts_with("Nightly check: 1 of 3 copies verified."));
    // Not every night again.
    test.advance(Duration::from_hours(24));
    night(&test).await;
    let named = test.activity().await;
    let named: Vec<_> = named
        .iter()
        .filter(|entry| entry.text.starts_with(&altered) || entry.text.starts_with(&gone))
        .collect();
    assert_eq!(named.len(), 2);
    let browser = test.administrator().await;
    for entry in &named {
        let pressed = browser.submit("retry", &[("at_id", &entry.at_id)]).await;
        assert!(pressed.status.is_redirection(), "{}", pressed.body);
    }
    test.settle().await;
    assert!(test.shows(&projects[0], &photos[1]));
    test.advance(Duration::from_hours(24));
    night(&test).await;
    assert_eq!(
        checks(&test).await[0],
        "Nightly check: 3 of 3 copies verified."
    );
}

#[tokio::test]
async fn b18_a_deleted_job_whose_event_was_lost_is_noticed() {
    let (test, projects, _) = with(2, 1).await;
    let job = test.job_of(&projects[0]);
    test.delete_job(&job).await;
    night(&test).await;
    assert!(
        test.log_says(&[&format!(
            "The job of project {} was deleted in One Click.",
            projects[0]
        )])
        .await
    );
}

#[tokio::test]
async fn b30_where_much_is_gone_nothing_is_removed_until_somebody_says_so() {
    let (test, projects, photos) = with(2, 3).await;
    for photo in &photos[..4] {
        delete(&test, "photos", photo).await;
    }
    night(&test).await;
    assert!(test.shows(&projects[0], &photos[0]));
    let lost = test.organization().await.unwrap().lost_sight.unwrap();
    assert_eq!((lost.projects, lost.files), (0, 4));
    // Nor the night after.
    night(&test).await;
    assert!(test.shows(&projects[0], &photos[0]));
    let browser = test.administrator().await;
    let tab = browser.get("/companycam/settings").await;
    assert!(tab.body.contains("Are these gone from CompanyCam?"));
    let answered = browser.submit("lost_sight", &[("answer", "gone")]).await;
    assert!(answered.status.is_redirection(), "{}", answered.body);
    test.pass(Duration::from_mins(3)).await;
    for photo in &photos[..4] {
        let project = &projects[usize::from(photo == &photos[3])];
        assert!(!test.shows(project, photo), "{photo}");
    }
    assert!(test.shows(&projects[1], &photos[5]));
    assert!(test.organization().await.unwrap().lost_sight.is_none());
}

#[tokio::test]
async fn b30_a_sync_that_lists_far_fewer_projects_than_are_linked_has_it_looked_into() {
    let (test, projects, photos) = with(5, 1).await;
    test.sync("all").await;
    assert!(test.organization().await.unwrap().lost_sight.is_none());
    let state = test
        .companycam_control(Method::GET, "/state", Value::Null)
        .await;
    for user in state["users"].as_array().unwrap() {
        let path = format!("/users/{}", user["id"].as_str().unwrap());
        test.companycam_control(Method::PATCH, &path, json!({"restricted": true}))
            .await;
    }
    test.sync("all").await;
    let lost = test.organization().await.unwrap().lost_sight.unwrap();
    assert_eq!((lost.projects, lost.files), (5, 0));
    assert!(test.shows(&projects[0], &photos[0]));
    let tab = test.administrator().await.get("/companycam/settings").await;
    assert!(tab.body.contains("Are these gone from CompanyCam?"));
}

#[tokio::test]
async fn b30_what_is_only_not_seen_stays_and_is_not_asked_about_again() {
    let (test, projects, photos) = with(2, 3).await;
    for photo in &photos[..4] {
        delete(&test, "photos", photo).await;
    }
    night(&test).await;
    let browser = test.administrator().await;
    browser.submit("lost_sight", &[("answer", "unseen")]).await;
    test.settle().await;
    night(&test).await;
    assert!(test.organization().await.unwrap().lost_sight.is_none());
    assert!(test.shows(&projects[0], &photos[0]));
    // Another is gone for real: that one is followed.
    delete(&test, "photos", &photos[4]).await;
    night(&test).await;
    assert!(!test.shows(&projects[1], &photos[4]));
    assert!(test.shows(&projects[0], &photos[0]));
    let again = browser.submit("lost_sight", &[("answer", "gone")]).await;
    assert!(again.status.is_redirection());
    test.settle().await;
    assert!(test.shows(&projects[0], &photos[0]), "nothing was asked");
}

#[tokio::test]
async fn b30_what_is_seen_again_is_followed_when_it_goes_for_good() {
    let (test, projects, photos) = with(2, 3).await;
    for photo in &photos[..4] {
        delete(&test, "photos", photo).await;
    }
    night(&test).await;
    let browser = test.administrator().await;
    browser.submit("lost_sight", &[("answer", "unseen")]).await;
    test.unheard(test.companycam_control(
        Method::POST,
        &format!("/photos/{}/restore", photos[0]),
        Value::Null,
    ))
    .await;
    night(&test).await;
    delete(&test, "photos", &photos[0]).await;
    night(&test).await;
    assert!(!test.shows(&projects[0], &photos[0]));
    assert!(
        test.shows(&projects[0], &photos[1]),
        "that one never came back"
    );
}

#[tokio::test]
async fn b18_projects_that_companycam_says_are_deleted_are_no_loss_of_sight() {
    let (test, projects, photos) = with(3, 1).await;
    for project in &projects {
        test.change_project(project, json!({"status": "deleted"}))
            .await;
    }
    night(&test).await;
    assert!(test.organization().await.unwrap().lost_sight.is_none());
    assert!(test.shows(&projects[0], &photos[0]));
}

#[tokio::test]
async fn b26_a_pass_whose_messages_come_twice_is_one_pass() {
    let (test, _, photos) = with(3, 4).await;
    delete(&test, "photos", &photos[0]).await;
    for _ in 0..3 {
        test.nightly().await;
    }
    test.pass(Duration::from_mins(3)).await;
    let said = checks(&test).await;
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].contains("1 copy was removed"), "{said:#?}");
}

#[tokio::test]
async fn b17_each_organization_has_its_night_once_a_day_in_a_minute_of_its_own() {
    let (test, ..) = with(1, 1).await;
    let mut begun = 0;
    // Who was connected lately gets a turn when a quarter of the day begins.
    let quarter = 6 * 60 * 60;
    let left = quarter - test_support::steps::now().rem_euclid(quarter);
    test.advance(Duration::from_secs(left.unsigned_abs()));
    // Two days of a schedule that runs every ten minutes.
    for _ in 0..(2 * 24 * 6) {
        let turn = store::schedule::Turn::Nightly;
        begun += project_poll::queue_due(&test.app, turn).await.unwrap();
        test.advance(Duration::from_mins(10));
    }
    assert_eq!(begun, 2);
}

#[tokio::test]
async fn b19_a_night_leaves_alone_what_is_older_than_what_any_sync_listed() {
    let (test, projects, _) = with(1, 1).await;
    let old = test.named_project("Barn of long ago").await;
    test.shelve(&old).await;
    let unknown = test.named_project("Missed by its event").await;
    test.change_project(
        &unknown,
        json!({"updated_at": test_support::steps::now() - 86_400}),
    )
    .await;
    night(&test).await;
    assert!(test.jobs_of(&old).is_empty());
    assert_eq!(test.jobs_of(&unknown).len(), 1);
    assert_eq!(test.jobs_of(&projects[0]).len(), 1);
    test.sync("all").await;
    assert_eq!(test.jobs_of(&old).len(), 1);
}
