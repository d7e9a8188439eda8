//! Deliveries, as a receiver sees them.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use common::{TestSimulator, spawn, until};
use companycam_simulator::{Options, Payload, Settings};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;
use simulator_kit::{Bound, Server};

#[derive(Clone, Default)]
struct Receiver {
    received: Arc<Mutex<Vec<Value>>>,
    /// Answered in order; 200 when used up.
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Receiver {
    fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    fn types(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .map(|body| body["event_type"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let mut mac = Hmac::<Sha1>::new_from_slice(b"chosen").unwrap();
    mac.update(body.as_bytes());
    let expected = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(headers["x-companycam-signature"], expected);
    receiver
        .received
        .lock()
        .unwrap()
        .push(serde_json::from_str(&body).unwrap());
    let mut statuses = receiver.statuses.lock().unwrap();
    let status = if statuses.is_empty() {
        200
    } else {
        statuses.remove(0)
    };
    StatusCode::from_u16(status).unwrap()
}

async fn subscribed(
    settings: Settings,
    statuses: Vec<u16>,
) -> (TestSimulator, Receiver, Server, String) {
    let test = spawn(Options {
        settings,
        ..Options::empty()
    })
    .await;
    let receiver = Receiver {
        statuses: Arc::new(Mutex::new(statuses)),
        ..Receiver::default()
    };
    let router = Router::new().fallback(receive).with_state(receiver.clone());
    let server = Bound::bind(0).await.unwrap().serve(router);
    let body = json!({"url": format!("{}/hook", server.origin), "token": "chosen", "enabled": true,
                      "scopes": ["project.*", "photo.created"]});
    let created = test
        .api(Method::POST, "/webhooks")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 201);
    let webhook: Value = created.json().await.unwrap();
    (
        test,
        receiver,
        server,
        webhook["id"].as_str().unwrap().to_owned(),
    )
}

fn quick() -> Settings {
    Settings {
        delivery_backoff_ms: 0,
        ..Settings::default()
    }
}

#[tokio::test]
async fn events_are_signed_filtered_by_scope_and_of_both_shapes() {
    let (test, receiver, _server, webhook) = subscribed(quick(), vec![]).await;
    let project = test.add_project(json!({"name": "New"})).await;
    let photo = test.add_photo(json!({"project_id": project})).await;
    test.control(
        Method::POST,
        &format!("/photos/{photo}/annotate"),
        json!({}),
    )
    .await;
    test.control(
        Method::PATCH,
        &format!("/projects/{project}"),
        json!({"archived": true}),
    )
    .await;
    until(async || receiver.count() == 3).await;
    let mut types = receiver.types();
    types.sort();
    // photo.updated is not among the scopes.
    assert_eq!(
        types,
        ["photo.created", "project.archived", "project.created"]
    );
    let received = receiver.received.lock().unwrap().clone();
    assert!(
        received
            .iter()
            .all(|body| body["webhook_id"] == json!(webhook))
    );
    let wrapped = |body: &Value| {
        body["payload"]
            .get("project")
            .or(body["payload"].get("photo"))
            .is_some()
    };
    assert!(received.iter().any(wrapped) && !received.iter().all(wrapped));
}

#[tokio::test]
async fn only_200_counts_and_other_answers_are_retried() {
    let (test, receiver, _server, _) = subscribed(quick(), vec![202, 204, 500]).await;
    test.add_project(json!({})).await;
    until(async || receiver.count() == 4).await;
    let log = async || test.control(Method::GET, "/deliveries", json!({})).await;
    until(async || log().await.as_array().unwrap().len() == 4).await;
    let statuses: Vec<Value> = log()
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| attempt["status"].clone())
        .collect();
    assert_eq!(statuses, [202, 204, 500, 200].map(|status| json!(status)));
}

#[tokio::test]
async fn twenty_five_errors_without_a_success_disable_it_silently() {
    let (test, receiver, _server, webhook) = subscribed(quick(), vec![500; 100]).await;
    for _ in 0..3 {
        test.add_project(json!({})).await;
    }
    let path = format!("/webhooks/{webhook}");
    let enabled = async || -> bool {
        let shape: Value = test.get(&path).await.json().await.unwrap();
        shape["enabled"].as_bool().unwrap()
    };
    test.control(Method::PATCH, "/settings", json!({"get_limit": 100_000}))
        .await;
    until(async || !enabled().await).await;
    assert!(
        (25..=27).contains(&receiver.count()),
        "{}",
        receiver.count()
    );

    receiver.statuses.lock().unwrap().clear();
    receiver.received.lock().unwrap().clear();
    let body = json!({"enabled": true});
    assert_eq!(
        test.api(Method::PUT, &path)
            .json(&body)
            .send()
            .await
            .unwrap()
            .status(),
        201
    );
    let project = test.add_project(json!({})).await;
    let about = |body: &Value| {
        let payload = body["payload"].get("project").unwrap_or(&body["payload"]);
        payload["id"] == json!(project)
    };
    until(async || receiver.received.lock().unwrap().iter().any(about)).await;
    assert!(enabled().await);
}

#[tokio::test]
async fn ten_attempts_are_all_a_delivery_gets() {
    let (test, receiver, _server, webhook) = subscribed(quick(), vec![500; 10]).await;
    test.add_project(json!({"name": "Lost"})).await;
    until(async || receiver.count() == 10).await;
    test.add_project(json!({"name": "Next"})).await;
    until(async || receiver.count() == 11).await;
    let names: Vec<Value> = receiver
        .received
        .lock()
        .unwrap()
        .iter()
        .map(|body| body["payload"].get("project").unwrap_or(&body["payload"])["name"].clone())
        .collect();
    assert_eq!(names[9..], ["Lost", "Next"].map(|name| json!(name)));
    let deleted = test
        .api(Method::DELETE, &format!("/webhooks/{webhook}"))
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.status(), 204);
}

#[tokio::test]
async fn deliveries_can_be_duplicated_dropped_and_swapped() {
    let settings = Settings {
        payload: Payload::Object,
        ..quick()
    };
    let (test, receiver, _server, _) = subscribed(settings, vec![]).await;
    test.control(
        Method::PATCH,
        "/settings",
        json!({"duplicate_deliveries": true}),
    )
    .await;
    test.add_project(json!({})).await;
    until(async || receiver.count() == 2).await;
    let switches = json!({"duplicate_deliveries": false, "drop_deliveries": true});
    test.control(Method::PATCH, "/settings", switches).await;
    test.add_project(json!({"name": "Dropped"})).await;
    let dealt_with = async || {
        let log = test.control(Method::GET, "/deliveries", json!({})).await;
        log.as_array()
            .unwrap()
            .iter()
            .any(|attempt| attempt["attempt"] == json!(0))
    };
    until(dealt_with).await;
    let switches = json!({"drop_deliveries": false, "swap_deliveries": true});
    test.control(Method::PATCH, "/settings", switches).await;
    let project = test.add_project(json!({"name": "First"})).await;
    test.control(
        Method::PATCH,
        &format!("/projects/{project}"),
        json!({"name": "Second"}),
    )
    .await;
    until(async || receiver.count() == 4).await;
    assert_eq!(
        receiver.types()[2..],
        ["project.updated", "project.created"]
    );
}

#[tokio::test]
async fn photo_created_fires_once_processing_is_done() {
    let (test, receiver, _server, _) = subscribed(quick(), vec![]).await;
    let project = test.add_project(json!({})).await;
    let photo = json!({"project_id": project, "processing_status": "pending"});
    let photo = test.add_photo(photo).await;
    until(async || receiver.count() == 1).await;
    assert_eq!(receiver.types(), ["project.created"]);
    let done = json!({"processing_status": "processed"});
    test.control(Method::PATCH, &format!("/photos/{photo}"), done)
        .await;
    until(async || receiver.count() == 2).await;
    assert_eq!(receiver.types()[1], "photo.created");
}
