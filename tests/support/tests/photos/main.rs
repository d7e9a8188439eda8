//! Photos: what comes over, and what becomes of it when somebody is slow, silent, wrong or gone.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod companies;
mod copies;
mod front_door;
mod lost_answers;
mod many;
mod moves;
mod refused;
mod time;
mod twice;
mod unfinished;

use md5::{Digest, Md5};
use serde_json::json;
use test_support::steps::{requests, text};
use test_support::{ORG, Queue, TestApp};

async fn with_project() -> (TestApp, String) {
    let test = TestApp::spawn().await;
    test.connect_and_settle().await;
    let project = test.named_project("Project").await;
    test.catch_up().await;
    test.job_of(&project);
    (test, project)
}

fn md5_of(bytes: &[u8]) -> String {
    let hash: [u8; 16] = Md5::digest(bytes).into();
    format!("{:032x}", u128::from_be_bytes(hash))
}

fn stored(test: &TestApp, project: &str, photo: &str) -> Vec<u8> {
    let job = text(&test.job_of(project)["id"]);
    test.one_click.image(ORG, &job, photo).unwrap()
}

fn originals(test: &TestApp, photo: &str) -> usize {
    requests(&test.companycam.controls, "GET", &format!("/cdn/{photo}/")).len()
}

/// How many images were put into One Click.
fn puts(test: &TestApp) -> usize {
    requests(test.one_click.controls(), "PUT", "/images/").len()
}

/// With a project, and a photo of it that waits in the photo queue.
async fn with_a_waiting_photo() -> (TestApp, String, String) {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({})).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    (test, project, photo)
}

/// Whether somebody holds the photo: then its original is being asked for.
async fn originals_begun(test: &TestApp) -> usize {
    let rows = test.aws.items("PhotosTable").await;
    rows.iter()
        .filter(|row| row["lease_holder"].is_string())
        .count()
}
