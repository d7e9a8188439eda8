//! Webhook deliveries: those that never arrive, and those made by hand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method, StatusCode, header};
use runtime::WebhookKeys;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha1::Sha1;
use simulator_kit::{Bound, Server};

use crate::{ORG, TestApp, until};

/// How a delivery was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers but the date.
    pub headers: HeaderMap,
    pub body: String,
}

/// Delivers a body with these headers.
pub async fn deliver(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = reqwest::Client::new().post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.body(body.to_vec()).send().await;
    let answer = answer.expect("a delivery is answered");
    let mut headers = answer.headers().clone();
    headers.remove(header::DATE);
    Answer {
        status: answer.status(),
        headers,
        body: answer.text().await.expect("a text"),
    }
}

/// Delivers as CompanyCam does, signed with this token.
pub async fn deliver_signed(url: &str, token: &SecretString, body: &[u8]) -> Answer {
    let signature = signature(token, body);
    deliver(url, &[("X-CompanyCam-Signature", &signature)], body).await
}

/// Delivers as One Click does, with these credentials.
pub async fn deliver_basic(url: &str, name: &str, password: &SecretString, body: &[u8]) -> Answer {
    let credentials = STANDARD.encode(format!("{name}:{}", password.expose_secret()));
    let header = format!("Basic {credentials}");
    deliver(url, &[("Authorization", &header)], body).await
}

/// How CompanyCam signs the body of a delivery.
pub fn signature(token: &SecretString, body: &[u8]) -> String {
    let key = token.expose_secret().as_bytes();
    let mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes any key");
    STANDARD.encode(mac.chain_update(body).finalize().into_bytes())
}

/// What an organization's deliveries are signed with.
#[derive(Debug, Clone)]
pub struct Signing {
    /// What CompanyCam's webhook's address ends in; it names the key.
    pub query: String,
    /// The keys.
    pub keys: WebhookKeys,
}

impl TestApp {
    /// `webhook-ingest` in a process of its own, which has read no keys yet.
    pub async fn fresh_ingest(&self) -> Server {
        let process = std::sync::Arc::new(self.another_process());
        let bound = Bound::bind(0).await.expect("a free port");
        bound.serve(webhook_ingest::router(process))
    }

    /// What CompanyCam would tell of this is lost, as a delivery may be.
    pub async fn unheard<T>(&self, happening: impl Future<Output = T>) -> T {
        self.companycam_settings(json!({"drop_deliveries": true}))
            .await;
        let came_of_it = happening.await;
        until(async || !self.delivers().await).await;
        self.companycam_settings(json!({"drop_deliveries": false}))
            .await;
        came_of_it
    }

    /// What [`ORG`]'s deliveries are signed with, and where CompanyCam's go.
    pub async fn webhook_keys(&self) -> Signing {
        self.webhook_keys_of(ORG).await
    }

    /// The same of an organization.
    pub async fn webhook_keys_of(&self, org: &str) -> Signing {
        let row = self.organization_of(org).await.expect("it was connected");
        let secrets = &self.app.secrets;
        let keys = secrets.current_webhook_keys(&row.org_id, row.generation);
        let (name, keys) = keys.await.expect("the ring is readable");
        let url = self.app.config.companycam_webhook_url(&row.org_id, name);
        let query = url.split_once('?').map_or("", |(_, query)| query);
        Signing {
            query: format!("?{query}"),
            keys,
        }
    }

    /// CompanyCam's attempts to deliver, oldest first: `event_type`, `object_id`, `attempt`, `status`.
    pub async fn deliveries(&self) -> Vec<Value> {
        let attempts = self
            .companycam_control(Method::GET, "/deliveries", Value::Null)
            .await;
        attempts.as_array().expect("a list").clone()
    }

    /// CompanyCam's webhooks, oldest first: `id`, `url`, `scopes`, `enabled`.
    pub async fn companycam_webhooks(&self) -> Vec<Value> {
        let state = self.companycam_state().await;
        state["webhooks"].as_array().expect("a list").clone()
    }
}
