//! An assignee that a person took away in One Click stays away (B14).

use one_click::{JobId, UserId};
use serde_json::{Value, json};
use test_support::steps::{now, text};
use test_support::{Queue, TestApp};

use crate::helpers::org;

/// With a project whose creator nobody is matched to, so that its job has no assignee.
async fn unassigned(test: &TestApp) -> String {
    let kit = test.companycam_user_named("Kit Monroe").await;
    let project = json!({"name": "Roof", "creator_id": kit});
    let project = test.new_project(project).await;
    test.live().await;
    test.catch_up().await;
    assert_eq!(test.job_of(&project)["assigned_user_id"], Value::Null);
    project
}

async fn give(test: &TestApp, project: &str, assignee: Value) {
    let job = test.job_of(project);
    test.change_job(&job, json!({"assigned_user_id": assignee}))
        .await;
}

/// Everything changes in CompanyCam, and somebody who is matched is assigned there.
async fn change_in_companycam(test: &TestApp, project: &str) {
    let casey = test.companycam_user("casey.lund@ridgeline.example").await;
    test.assign(project, &casey).await;
    let changes = json!({"name": "Roof and gutters", "updated_at": now() + 1});
    test.change_project(project, changes).await;
    test.live().await;
    test.catch_up().await;
}

#[track_caller]
fn assert_nobody(test: &TestApp, project: &str) {
    let job = test.job_of(project);
    assert_eq!(job["customer_name"], "Roof and gutters");
    assert_eq!(job["assigned_user_id"], Value::Null);
}

#[tokio::test]
async fn b14_an_assignee_set_and_cleared_before_anybody_looked_stays_cleared() {
    let test = TestApp::connected_live().await;
    let project = unassigned(&test).await;
    give(&test, &project, json!("usr_devon")).await;
    give(&test, &project, Value::Null).await;
    test.live().await;
    change_in_companycam(&test, &project).await;
    assert_nobody(&test, &project);
}

#[tokio::test]
async fn b14_an_assignee_that_only_a_poll_has_listed_stays_cleared() {
    let test = TestApp::connected().await;
    let project = unassigned(&test).await;
    give(&test, &project, json!("usr_devon")).await;
    test.poll().await;
    assert!(test.work_on(Queue::Sync).await > 0, "the poll itself");
    give(&test, &project, Value::Null).await;
    test.settle().await;
    change_in_companycam(&test, &project).await;
    assert_nobody(&test, &project);
}

#[tokio::test]
async fn b14_an_assignee_that_a_look_wrote_down_before_it_was_cut_off_stays_cleared() {
    let test = TestApp::connected().await;
    let project = unassigned(&test).await;
    // The look that gave the job to somebody came so far.
    let job = JobId::parse(&text(&test.job_of(&project)["id"])).unwrap();
    let devon = UserId::parse("usr_devon").unwrap();
    let (store, org) = (&test.app.store, org());
    let written = store.record_assignment(&org, &job, Some(&devon), Some(&devon));
    written.await.unwrap();
    change_in_companycam(&test, &project).await;
    assert_nobody(&test, &project);
}

#[tokio::test]
async fn b14_while_nobody_was_ever_set_an_assignee_follows_from_companycam() {
    let test = TestApp::connected_live().await;
    let project = unassigned(&test).await;
    give(&test, &project, Value::Null).await;
    test.live().await;
    change_in_companycam(&test, &project).await;
    assert_eq!(test.job_of(&project)["assigned_user_id"], "usr_casey");
}
