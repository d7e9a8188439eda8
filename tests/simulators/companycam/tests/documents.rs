//! Documents: any file, in every version, and what is told of them.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{TestSimulator, spawn, until};
use companycam_simulator::{Options, Payload, Settings};
use reqwest::{Method, Response};
use serde_json::{Value, json};

async fn with_project() -> (TestSimulator, String) {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({"name": "Roof"})).await;
    (test, project)
}

async fn add(test: &TestSimulator, project: &str, body: Value) -> String {
    let path = format!("/projects/{project}/documents");
    let added = test.control(Method::POST, &path, body).await;
    added["id"].as_str().unwrap().to_owned()
}

async fn change(test: &TestSimulator, id: &str, body: Value) {
    test.control(Method::PATCH, &format!("/documents/{id}"), body)
        .await;
}

async fn listed(test: &TestSimulator, project: &str) -> Vec<Value> {
    test.list(&format!("/projects/{project}/documents")).await
}

async fn file(test: &TestSimulator, document: &Value) -> Response {
    let url = document["url"].as_str().unwrap();
    test.http.get(url).send().await.unwrap()
}

#[tokio::test]
async fn b16_a_document_of_any_type_has_exactly_its_size() {
    let (test, project) = with_project().await;
    for (name, bytes, content_type) in [
        ("estimate.pdf", 20_000, "application/pdf"),
        ("Plan.DWG", 5_001, "image/vnd.dwg"),
        (
            "prices.xlsx",
            70_000,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("notes", 1_000, "application/octet-stream"),
        ("front.jpeg", 60_000, "image/jpeg"),
    ] {
        let id = add(&test, &project, json!({"name": name, "bytes": bytes})).await;
        let list = listed(&test, &project).await;
        let shape = list.iter().find(|document| document["id"] == json!(id));
        let shape = shape.unwrap();
        assert_eq!(shape["byte_size"], json!(bytes), "{name}");
        assert_eq!(shape["content_type"], json!(content_type), "{name}");
        let answer = file(&test, shape).await;
        assert_eq!(answer.headers()["content-type"], content_type);
        assert_eq!(answer.bytes().await.unwrap().len(), bytes, "{name}");
    }
}

#[tokio::test]
async fn b16_a_document_may_be_given_byte_by_byte_and_of_a_type_of_its_own() {
    let (test, project) = with_project().await;
    let content = STANDARD.encode(b"<b>measured</b>");
    let body = json!({"name": "a.pdf", "content": content, "content_type": "text/html"});
    add(&test, &project, body).await;
    let shape = listed(&test, &project).await.remove(0);
    assert_eq!(shape["content_type"], "text/html");
    assert_eq!(
        file(&test, &shape).await.bytes().await.unwrap(),
        "<b>measured</b>"
    );
    let state = test.control(Method::GET, "/state", json!({})).await;
    // `printf '<b>measured</b>' | md5sum`
    assert_eq!(
        state["documents"][0]["md5"],
        "48a8504c04089dce461ef62a4ba9734d"
    );
}

#[tokio::test]
async fn b16_a_hundred_megabytes_are_made_while_they_are_sent() {
    let (test, project) = with_project().await;
    for name in ["large.pdf", "large.zip"] {
        add(&test, &project, json!({"name": name, "bytes": 100_000_000})).await;
    }
    for shape in listed(&test, &project).await {
        let mut answer = file(&test, &shape).await;
        assert_eq!(answer.content_length(), Some(100_000_000));
        let first = answer.chunk().await.unwrap().unwrap();
        assert!(first.len() < 1_000_000);
    }
}

#[tokio::test]
async fn b16_renaming_and_replacing_make_a_new_version() {
    let (test, project) = with_project().await;
    let id = add(&test, &project, json!({"name": "a.pdf", "bytes": 9_000})).await;
    let before = listed(&test, &project).await.remove(0);
    let first = file(&test, &before).await.bytes().await.unwrap();

    change(&test, &id, json!({"name": "b.pdf"})).await;
    let renamed = listed(&test, &project).await.remove(0);
    assert_eq!(renamed["name"], "b.pdf");
    assert_eq!(
        file(&test, &renamed).await.bytes().await.unwrap(),
        first,
        "the bytes stay"
    );
    let version = |shape: &Value| shape["updated_at"].as_i64().unwrap();
    assert!(version(&renamed) > version(&before));

    change(&test, &id, json!({"bytes": 9_000})).await;
    let replaced = listed(&test, &project).await.remove(0);
    assert!(version(&replaced) > version(&renamed));
    let second = file(&test, &replaced).await.bytes().await.unwrap();
    assert_eq!(second.len(), first.len());
    assert_ne!(second, first);

    change(
        &test,
        &id,
        json!({"content": STANDARD.encode("x"), "content_type": "text/plain"}),
    )
    .await;
    let literal = listed(&test, &project).await.remove(0);
    assert_eq!(literal["content_type"], "text/plain");
    assert_eq!(literal["byte_size"], 1);
    assert_eq!(literal["created_at"], before["created_at"]);
}

#[tokio::test]
async fn b16_a_moved_document_is_listed_by_its_new_project_and_a_deleted_one_by_none() {
    let (test, project) = with_project().await;
    let other = test.add_project(json!({"name": "Other"})).await;
    let id = add(&test, &project, json!({"name": "a.pdf"})).await;
    change(&test, &id, json!({"project_id": other})).await;
    assert!(listed(&test, &project).await.is_empty());
    let moved = listed(&test, &other).await.remove(0);
    assert_eq!(moved["project_id"], json!(other));

    test.control(Method::DELETE, &format!("/documents/{id}"), json!({}))
        .await;
    assert!(listed(&test, &other).await.is_empty());
    assert_eq!(file(&test, &moved).await.status(), 404);
    let again = test.http.delete(test.url(&format!("/_sim/documents/{id}")));
    assert_eq!(again.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_change_of_a_document_that_cannot_be_is_refused_whole() {
    let (test, project) = with_project().await;
    let id = add(&test, &project, json!({"name": "a.pdf"})).await;
    for (path, body, status) in [
        (
            format!("/documents/{id}"),
            json!({"name": "b.pdf", "content": "?"}),
            400,
        ),
        (
            format!("/documents/{id}"),
            json!({"name": "b.pdf", "project_id": "7"}),
            404,
        ),
        (format!("/documents/{id}"), json!({"nmae": "b.pdf"}), 400),
        ("/documents/7".to_owned(), json!({"name": "b.pdf"}), 404),
    ] {
        let request = test.http.patch(test.url(&format!("/_sim{path}")));
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{body}");
    }
    assert_eq!(listed(&test, &project).await[0]["name"], "a.pdf");
}

#[tokio::test]
async fn b17_events_tell_of_new_renamed_and_replaced_documents_only() {
    let settings = Settings {
        payload: Payload::Named,
        ..Settings::default()
    };
    let test = spawn(Options {
        settings,
        ..Options::empty()
    })
    .await;
    let receiver = common::Receiver::subscribe(&test, &["document.*"]).await;
    let project = test.add_project(json!({})).await;
    let other = test.add_project(json!({})).await;
    let id = add(&test, &project, json!({"name": "a.pdf"})).await;
    until(async || receiver.received().len() == 1).await;
    change(&test, &id, json!({"name": "b.pdf"})).await;
    until(async || receiver.received().len() == 2).await;
    change(&test, &id, json!({"project_id": other})).await;
    let unannounced = json!({"document_events_without_project": true, "payload": "object"});
    test.control(Method::PATCH, "/settings", unannounced).await;
    change(&test, &id, json!({"bytes": 9_000})).await;
    until(async || receiver.received().len() == 3).await;
    test.control(Method::DELETE, &format!("/documents/{id}"), json!({}))
        .await;
    add(&test, &project, json!({"name": "last.pdf"})).await;
    until(async || receiver.received().len() == 4).await;

    let received = receiver.received();
    let types: Vec<&str> = received
        .iter()
        .map(|body| body["event_type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "document.created",
            "document.updated",
            "document.updated",
            "document.created"
        ]
    );
    assert_eq!(received[1]["payload"]["document"]["name"], "b.pdf");
    assert_eq!(
        received[1]["payload"]["document"]["project_id"],
        json!(project)
    );
    assert_eq!(received[2]["payload"]["byte_size"], 9_000);
    assert_eq!(received[2]["payload"].get("project_id"), None);
}

#[tokio::test]
async fn odd_addresses_of_documents_are_told_as_asked_for() {
    let (test, project) = with_project().await;
    let uri = json!({"kind": "foreign", "origin": "http://elsewhere.example"});
    let id = add(&test, &project, json!({"name": "a.pdf", "uri": uri})).await;
    let shape = listed(&test, &project).await.remove(0);
    let foreign = format!("http://elsewhere.example/cdn/documents/{id}");
    assert_eq!(shape["url"], json!(foreign));
    change(&test, &id, json!({"uri": {"kind": "missing"}})).await;
    assert_eq!(listed(&test, &project).await[0]["url"], json!(null));
    for (kind, status, length) in [("gone", 404, None), ("empty", 200, Some(0))] {
        change(&test, &id, json!({"uri": {"kind": kind}})).await;
        let answer = file(&test, &listed(&test, &project).await[0]).await;
        assert_eq!(answer.status(), status, "{kind}");
        assert!(length.is_none() || answer.content_length() == length);
    }
}

#[tokio::test]
async fn b27_faults_disturb_the_files_of_documents() {
    let (test, project) = with_project().await;
    let id = add(&test, &project, json!({"name": "a.pdf", "bytes": 500_000})).await;
    let path = format!("/cdn/documents/{id}");
    let get = async || test.http.get(test.url(&path)).send().await.unwrap();
    let fault = |action: Value| {
        let rule = json!({"path": "/cdn/documents/*", "action": action});
        test.control(Method::POST, "/faults", rule)
    };
    fault(json!("half_body")).await;
    let half = get().await;
    assert_eq!(half.content_length(), Some(500_000));
    assert!(half.bytes().await.is_err());
    fault(json!({"status": 503})).await;
    assert_eq!(get().await.status(), 503);
    fault(json!({"status": 302, "headers": {"location": "http://127.0.0.1:1/"}})).await;
    assert_eq!(get().await.headers()["location"], "http://127.0.0.1:1/");
    fault(json!("reset_before")).await;
    assert!(test.http.get(test.url(&path)).send().await.is_err());
    assert_eq!(get().await.bytes().await.unwrap().len(), 500_000);
}

#[tokio::test]
async fn b31_a_test_is_handed_the_bytes_of_every_version() {
    let (test, project) = with_project().await;
    let uri = json!({"kind": "gone"});
    let body = json!({"name": "a.txt", "content": STANDARD.encode("plan"), "uri": uri});
    let document = add(&test, &project, body).await;
    let photo = json!({"project_id": project, "bytes": 30_000, "uri": uri});
    let photo = test.add_photo(photo).await;
    let annotate = format!("/photos/{photo}/annotate");
    test.control(Method::POST, &annotate, json!({})).await;

    assert_eq!(test.simulator.document(&document).unwrap(), "plan");
    let versions = test.simulator.photo(&photo).unwrap();
    assert_eq!(versions.len(), 2);
    assert_ne!(versions[0], versions[1]);
    let read = async |path: String| {
        let answer = test.http.get(test.url(&path)).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap())
    };
    let file = read(format!("/_sim/documents/{document}/file")).await;
    assert_eq!(file, (200, "plan".into()));
    for (number, version) in versions.into_iter().enumerate() {
        let path = format!("/_sim/photos/{photo}/files/{number}");
        assert_eq!(read(path).await, (200, version));
    }
    let beyond = read(format!("/_sim/photos/{photo}/files/2")).await;
    assert_eq!(beyond.0, 404);
    assert_eq!(test.simulator.photo("7"), None);
    assert_eq!(test.simulator.document("x"), None);
}
