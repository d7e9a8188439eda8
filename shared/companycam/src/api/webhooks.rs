//! Webhook subscriptions. Every read of one returns its token.

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, json};

use super::{Api, gone, one};
use crate::client::send;
use crate::error::Error;
use crate::ids::WebhookId;
use crate::page::Page;
use crate::types::Webhook;

/// A subscription to create.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Where deliveries go.
    pub url: String,
    /// What to be told about: [`SCOPES`](crate::webhook::SCOPES) as a rule.
    pub scopes: Vec<String>,
    /// The key deliveries will be signed with; we choose it.
    pub token: SecretString,
    /// Whether deliveries are sent.
    pub enabled: bool,
}

/// What to change of a subscription; `None` is left as it is.
#[derive(Debug, Clone, Default)]
pub struct WebhookUpdate {
    /// Where deliveries go.
    pub url: Option<String>,
    /// What to be told about.
    pub scopes: Option<Vec<String>>,
    /// The key deliveries are signed with.
    pub token: Option<SecretString>,
    /// `true` wakes one that was disabled after too many failures.
    pub enabled: Option<bool>,
}

impl Api {
    /// The webhooks of this OAuth client and company, 100 a page from page 1.
    pub async fn webhooks(&self, page: u32) -> Result<Page<Webhook>, Error> {
        self.get_page(&["webhooks"], page).await
    }

    /// One webhook.
    pub async fn webhook(&self, id: &WebhookId) -> Result<Webhook, Error> {
        self.get_one(&["webhooks", id.as_str()]).await
    }

    /// Creates a webhook.
    pub async fn create_webhook(&self, webhook: &NewWebhook) -> Result<Webhook, Error> {
        let request = self.request(Method::POST, &["webhooks"])?.json(&json!({
            "url": webhook.url,
            "scopes": webhook.scopes,
            "token": webhook.token.expose_secret(),
            "enabled": webhook.enabled,
        }));
        one(&send(request).await?)
    }

    /// Changes a webhook.
    pub async fn update_webhook(
        &self,
        id: &WebhookId,
        update: &WebhookUpdate,
    ) -> Result<Webhook, Error> {
        let mut body = Map::new();
        if let Some(url) = &update.url {
            body.insert("url".to_owned(), json!(url));
        }
        if let Some(scopes) = &update.scopes {
            body.insert("scopes".to_owned(), json!(scopes));
        }
        if let Some(token) = &update.token {
            body.insert("token".to_owned(), json!(token.expose_secret()));
        }
        if let Some(enabled) = update.enabled {
            body.insert("enabled".to_owned(), json!(enabled));
        }
        let request = self
            .request(Method::PUT, &["webhooks", id.as_str()])?
            .json(&body);
        one(&send(request).await?)
    }

    /// Deletes a webhook; one that is gone already is a success.
    pub async fn delete_webhook(&self, id: &WebhookId) -> Result<(), Error> {
        gone(self.request(Method::DELETE, &["webhooks", id.as_str()])?).await
    }
}
