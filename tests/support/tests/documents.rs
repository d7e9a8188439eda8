//! Documents: what comes over, and what becomes of it (B13, B16).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::{requests, text};

/// A bit of a PDF.
const PLAN: &[u8] = b"%PDF-1.4\n% a plan\n%%EOF\n";

async fn live() -> (TestApp, String) {
    let test = TestApp::connected_live().await;
    let project = test.named_project("Larkin").await;
    test.live().await;
    test.job_of(&project);
    (test, project)
}

async fn add(test: &TestApp, project: &str, document: Value) -> String {
    let path = format!("/projects/{project}/documents");
    let made = test.companycam_control(Method::POST, &path, document).await;
    text(&made["id"])
}

async fn change(test: &TestApp, id: &str, changes: Value) {
    let path = format!("/documents/{id}");
    test.companycam_control(Method::PATCH, &path, changes).await;
}

/// The documents on the project's job, deleted ones left out.
fn documents_of(test: &TestApp, project: &str) -> Vec<Value> {
    let mut documents = test.job_of(project)["documents"]
        .as_array()
        .unwrap()
        .clone();
    documents.retain(|document| document["deleted"] == false);
    documents
}

fn names(test: &TestApp, project: &str) -> Vec<String> {
    let mut names: Vec<_> = documents_of(test, project)
        .iter()
        .map(|document| text(&document["name"]))
        .collect();
    names.sort();
    names
}

fn md5_of(bytes: &[u8]) -> String {
    let hash: [u8; 16] = Md5::digest(bytes).into();
    format!("{:032x}", u128::from_be_bytes(hash))
}

/// How often a project's documents were listed.
fn lists(test: &TestApp) -> usize {
    requests(&test.companycam.controls, "GET", "/documents")
        .iter()
        .filter(|request| request.path.contains("/projects/"))
        .count()
}

#[tokio::test]
async fn b16_an_event_brings_a_document_with_its_name_its_id_and_its_bytes() {
    let (test, project) = live().await;
    let content = STANDARD.encode(PLAN);
    let id = add(
        &test,
        &project,
        json!({"name": "Plan.pdf", "content": content}),
    )
    .await;
    test.live().await;
    let documents = documents_of(&test, &project);
    assert_eq!(documents.len(), 1, "{documents:#?}");
    let document = &documents[0];
    assert_eq!(
        document["name"],
        json!(format!("CompanyCam Document-{id}-Plan.pdf"))
    );
    assert_eq!(document["external_id"], json!(id));
    assert_eq!(document["metadata"]["cc_document_id"], json!(id));
    assert_eq!(document["content_type"], "application/pdf");
    assert_eq!(document["md5"], json!(md5_of(PLAN)));
    assert!(
        test.log_says(&[&format!(
            "Document “Plan.pdf” ({id}) was copied to its job."
        )])
        .await
    );
}

#[tokio::test]
async fn b16_a_renamed_or_replaced_document_takes_the_place_of_its_earlier_copy() {
    let (test, project) = live().await;
    let id = add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.live().await;
    test.advance(Duration::from_secs(2));
    change(&test, &id, json!({"name": "Roof plan.pdf"})).await;
    test.live().await;
    let renamed = format!("CompanyCam Document-{id}-Roof plan.pdf");
    assert_eq!(names(&test, &project), std::slice::from_ref(&renamed));
    change(&test, &id, json!({"content": STANDARD.encode(PLAN)})).await;
    test.live().await;
    assert_eq!(names(&test, &project), [renamed]);
    assert_eq!(documents_of(&test, &project)[0]["md5"], json!(md5_of(PLAN)));
}

#[tokio::test]
async fn b16_the_first_sync_brings_what_was_there_and_a_poll_what_no_event_told() {
    let test = TestApp::spawn().await;
    let project = test.named_project("Larkin").await;
    let first = add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.connect_and_settle().await;
    assert_eq!(
        names(&test, &project),
        [format!("CompanyCam Document-{first}-Plan.pdf")]
    );
    test.delete_companycam_webhooks().await;
    add(
        &test,
        &project,
        json!({"name": "Quote.txt", "content": "aGVsbG8="}),
    )
    .await;
    test.catch_up().await;
    assert_eq!(names(&test, &project).len(), 2);
}

#[tokio::test]
async fn b16_more_than_a_page_of_documents_comes_whole() {
    let test = TestApp::spawn().await;
    let project = test.named_project("Larkin").await;
    for number in 0..103 {
        let document = json!({"name": format!("{number}.txt"), "content": "aGVsbG8="});
        add(&test, &project, document).await;
    }
    test.connect_and_settle().await;
    assert_eq!(documents_of(&test, &project).len(), 103);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b13_with_copying_documents_off_none_comes_and_none_goes() {
    let (test, project) = live().await;
    let first = add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.live().await;
    test.prefer(&["create_job_from_project"]).await;
    let before = lists(&test);
    add(&test, &project, json!({"name": "Quote.pdf"})).await;
    test.live().await;
    let only = format!("CompanyCam Document-{first}-Plan.pdf");
    assert_eq!(names(&test, &project), [only]);
    assert_eq!(lists(&test), before, "nothing is asked for");
    test.prefer(&["create_job_from_project", "copy_documents"])
        .await;
    test.sync("29").await;
    assert_eq!(names(&test, &project).len(), 2);
}

#[tokio::test]
async fn b17_an_event_that_names_no_project_waits_for_the_poll() {
    let (test, project) = live().await;
    test.companycam_settings(json!({"document_events_without_project": true}))
        .await;
    add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.live().await;
    assert!(documents_of(&test, &project).is_empty());
    test.catch_up().await;
    assert_eq!(documents_of(&test, &project).len(), 1);
}

#[tokio::test]
async fn b26_an_upload_whose_answer_was_lost_leaves_one_document() {
    let (test, project) = live().await;
    test.one_click_fault(json!({
        "method": "PUT", "path": "*/documents/*", "times": 1, "action": "reset_after"
    }));
    add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.live().await;
    test.settle().await;
    assert_eq!(documents_of(&test, &project).len(), 1);
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b33_a_document_whose_address_leads_nowhere_is_asked_for_and_then_given_up() {
    let (test, project) = live().await;
    let id = add(
        &test,
        &project,
        json!({"name": "Plan.pdf", "uri": {"kind": "gone"}}),
    )
    .await;
    test.live().await;
    test.pass(Duration::from_hours(4)).await;
    let failed = format!("Document “Plan.pdf” ({id}) couldn’t be copied");
    assert!(test.log_says(&[&failed]).await);
    let entries = test.activity().await;
    let entry = entries
        .iter()
        .find(|entry| entry.text.starts_with(&failed))
        .unwrap();
    change(&test, &id, json!({"uri": {"kind": "normal"}})).await;
    let browser = test.administrator().await;
    browser.submit("retry", &[("at_id", &entry.at_id)]).await;
    test.settle().await;
    assert_eq!(documents_of(&test, &project).len(), 1);
}

#[tokio::test]
async fn b16_a_page_in_place_of_the_file_is_no_document() {
    let (test, project) = live().await;
    test.companycam_fault(json!({
        "path": "/cdn/documents/*", "times": 2,
        "action": {"status": 200, "body": "<!DOCTYPE html><html>Sign in</html>"}
    }));
    add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.live().await;
    test.pass(Duration::from_mins(10)).await;
    let documents = documents_of(&test, &project);
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0]["content_type"], "application/pdf");
}

#[tokio::test]
async fn b18_documents_of_a_merged_project_end_up_on_the_survivors_job() {
    let (test, project) = live().await;
    let survivor = test.named_project("Larkin, again").await;
    add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.new_photo(&project, json!({})).await;
    test.live().await;
    let path = format!("/projects/{project}/merge");
    test.companycam_control(Method::POST, &path, json!({"into": survivor}))
        .await;
    test.live().await;
    test.settle().await;
    assert_eq!(documents_of(&test, &survivor).len(), 1);
    assert!(documents_of(&test, &project).is_empty());
}

#[tokio::test]
async fn b16_a_document_that_only_a_night_sees_on_another_project_is_on_that_ones_job() {
    let test = TestApp::connected().await;
    test.prefer(&[
        "create_job_from_project",
        "copy_documents",
        "remove_deleted_photos",
    ])
    .await;
    let (from, into) = (
        test.named_project("From").await,
        test.named_project("Into").await,
    );
    let mut ids = Vec::new();
    for name in ["Plan.pdf", "Quote.pdf", "Permit.pdf"] {
        ids.push(add(&test, &from, json!({ "name": name })).await);
    }
    test.catch_up().await;
    // No list of the projects is due any more.
    test.advance(Duration::from_mins(1));
    test.catch_up().await;
    let stamp = test.companycam_has("projects", &into).await["updated_at"].clone();
    change(&test, &ids[0], json!({ "project_id": into })).await;
    test.change_project(&into, json!({ "updated_at": stamp }))
        .await;
    test.nightly().await;
    test.pass(Duration::from_mins(3)).await;
    assert_eq!(documents_of(&test, &into)[0]["external_id"], json!(ids[0]));
    assert_eq!(documents_of(&test, &from).len(), 2);
}

#[tokio::test]
async fn b25_where_is_it_knows_documents_by_their_ids() {
    let (test, project) = live().await;
    let id = add(&test, &project, json!({"name": "Plan.pdf"})).await;
    test.live().await;
    let browser = test.administrator().await;
    let page = browser
        .get(&format!("/companycam/settings?find={id}"))
        .await;
    let found = format!("Document “Plan.pdf” ({id})");
    assert!(page.body.contains(&found), "{}", page.body);
}
