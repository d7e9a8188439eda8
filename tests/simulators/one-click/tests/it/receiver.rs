//! A receiver of webhooks that answers as a test wants.

use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::{Router, body};
use serde_json::{Value, json};
use simulator_kit::{Bound, Server};

use crate::client::{Client, body as answer};

#[derive(Debug, Clone)]
pub struct Received {
    pub authorization: String,
    pub event: Value,
}

#[derive(Default)]
struct Script {
    /// Answers for the next deliveries; afterwards 200.
    answers: Vec<u16>,
    received: Vec<Received>,
}

pub struct Receiver {
    server: Server,
    script: Arc<Mutex<Script>>,
}

impl Receiver {
    pub async fn spawn() -> Self {
        let script = Arc::<Mutex<Script>>::default();
        let router = Router::new().fallback(receive).with_state(script.clone());
        let server = Bound::bind(0).await.unwrap().serve(router);
        Self { server, script }
    }

    /// Subscribes this receiver to all of an organization's events.
    pub async fn subscribe(&self, client: &Client, org: &str) {
        self.subscribe_to(
            client,
            org,
            &["job.created", "job.updated", "job.assigned", "job.deleted"],
        )
        .await;
    }

    pub async fn subscribe_to(&self, client: &Client, org: &str, events: &[&str]) {
        let webhook = json!({
            "url": format!("{}/webhooks/one-click/{org}", self.server.origin),
            "username": "companycam",
            "password": "se:cret",
            "events": events,
        });
        let request = client.api(reqwest::Method::PUT, org, "/webhooks/companycam");
        answer(request.json(&json!({ "webhook": webhook })), 200).await;
    }

    pub fn answer_next(&self, statuses: &[u16]) {
        self.script.lock().unwrap().answers = statuses.to_vec();
    }

    pub fn received(&self) -> Vec<Received> {
        self.script.lock().unwrap().received.clone()
    }

    /// Waits for this many deliveries.
    pub async fn wait(&self, client: &Client, count: usize) -> Vec<Received> {
        client
            .wait_for("webhooks", async || {
                let received = self.received();
                (received.len() >= count).then_some(received)
            })
            .await
    }
}

async fn receive(State(script): State<Arc<Mutex<Script>>>, request: Request) -> StatusCode {
    let authorization = request.headers()[header::AUTHORIZATION]
        .to_str()
        .unwrap()
        .to_owned();
    let bytes = body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let mut script = script.lock().unwrap();
    script.received.push(Received {
        authorization,
        event: serde_json::from_slice(&bytes).unwrap(),
    });
    if script.answers.is_empty() {
        return StatusCode::OK;
    }
    StatusCode::from_u16(script.answers.remove(0)).unwrap()
}
