//! The faults as a real HTTP client sees them.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::routing::{get, post};
use serde_json::{Value, json};
use simulator_kit::{Bound, Controls, Server};

async fn spawn() -> (Server, Arc<AtomicU32>, reqwest::Client) {
    let effects = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&effects);
    let router = Router::new()
        .route(
            "/things",
            post(async move || {
                counted.fetch_add(1, Ordering::SeqCst);
                "done"
            }),
        )
        .route("/read", get(async || "read"));
    let bound = Bound::bind(0).await.unwrap();
    let server = bound.serve(Controls::new("/sign_in").wrap(router));
    // A client cannot be built without a provider, plain http or not; a second install is refused.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    (server, effects, client)
}

async fn add(client: &reqwest::Client, server: &Server, rule: Value) {
    let answer = client
        .post(format!("{}/_sim/faults", server.origin))
        .json(&rule)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn reset_after_takes_effect_and_then_cuts_the_connection() {
    let (server, effects, client) = spawn().await;
    add(
        &client,
        &server,
        json!({"path": "/th*", "action": "reset_after"}),
    )
    .await;
    let lost = client
        .post(format!("{}/things", server.origin))
        .body("x")
        .send()
        .await;
    assert!(lost.is_err(), "an answer came: {lost:?}");
    assert_eq!(effects.load(Ordering::SeqCst), 1);
    let next = client
        .post(format!("{}/things", server.origin))
        .send()
        .await
        .unwrap();
    assert_eq!(next.status(), 200);
}

#[tokio::test]
async fn reset_before_takes_no_effect() {
    let (server, effects, client) = spawn().await;
    add(
        &client,
        &server,
        json!({"method": "POST", "path": "*", "times": 1, "action": "reset_before"}),
    )
    .await;
    assert_eq!(
        client
            .get(format!("{}/read", server.origin))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert!(
        client
            .post(format!("{}/things", server.origin))
            .send()
            .await
            .is_err()
    );
    assert_eq!(effects.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn answers_are_skipped_counted_and_cleared() {
    let (server, _, client) = spawn().await;
    let read = format!("{}/read", server.origin);
    add(
        &client,
        &server,
        json!({"path": "/read", "skip": 1, "times": 1,
               "action": {"status": 503, "headers": {"Retry-After": "3"}, "body": "busy"}}),
    )
    .await;
    assert_eq!(client.get(&read).send().await.unwrap().status(), 200);
    let busy = client.get(&read).send().await.unwrap();
    assert_eq!(busy.status(), 503);
    assert_eq!(busy.headers()["retry-after"], "3");
    assert_eq!(busy.text().await.unwrap(), "busy");
    assert_eq!(client.get(&read).send().await.unwrap().status(), 200);

    add(
        &client,
        &server,
        json!({"path": "*", "times": null, "action": "html_login"}),
    )
    .await;
    for _ in 0..3 {
        let login = client.get(&read).send().await.unwrap();
        assert_eq!(login.status(), 302);
        assert_eq!(login.headers()["location"], "/sign_in");
    }
    client
        .delete(format!("{}/_sim/faults", server.origin))
        .send()
        .await
        .unwrap();
    add(
        &client,
        &server,
        json!({"path": "*", "action": {"delay_ms": 1}}),
    )
    .await;
    assert_eq!(client.get(&read).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_log_holds_what_was_asked_and_answered() {
    let (server, _, client) = spawn().await;
    let log = format!("{}/_sim/requests", server.origin);
    client
        .get(format!("{}/read?a=1", server.origin))
        .send()
        .await
        .unwrap();
    client
        .get(format!("{}/nowhere", server.origin))
        .send()
        .await
        .unwrap();
    add(
        &client,
        &server,
        json!({"path": "*", "action": "reset_before"}),
    )
    .await;
    assert!(
        client
            .get(format!("{}/read", server.origin))
            .send()
            .await
            .is_err()
    );
    let entries: Vec<Value> = client.get(&log).send().await.unwrap().json().await.unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry["path"].as_str().unwrap(),
                &entry["query"],
                &entry["status"],
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("/read", &json!("a=1"), &json!(200)),
            ("/nowhere", &json!(""), &json!(404)),
            ("/read", &json!(""), &json!(null)),
        ]
    );
    client.delete(&log).send().await.unwrap();
    let entries: Vec<Value> = client.get(&log).send().await.unwrap().json().await.unwrap();
    assert!(entries.is_empty());
}

#[tokio::test]
async fn a_dropped_server_answers_no_more() {
    let (server, _, client) = spawn().await;
    let read = format!("{}/read", server.origin);
    assert_eq!(client.get(&read).send().await.unwrap().status(), 200);
    drop(server);
    // The port may be free a moment later than the drop; kept-alive connections end at once.
    while client.get(&read).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_page_that_ends_a_fault_is_never_disturbed() {
    let (server, _, client) = spawn().await;
    add(
        &client,
        &server,
        json!({"path": "*", "times": null, "action": "html_login"}),
    )
    .await;
    for (path, status) in [("/demo", 404), ("/demo/normal", 404), ("/demolished", 302)] {
        let answer = client.get(format!("{}{path}", server.origin)).send().await;
        assert_eq!(answer.unwrap().status(), status, "{path}");
    }
}
