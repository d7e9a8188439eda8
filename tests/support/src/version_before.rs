//! An organization as the version before left it: tokens and webhook keys in secrets of its own.

use aws_sdk_dynamodb::types::AttributeValue;
use companycam::{AccessToken, WebhookUpdate};
use one_click::WebhookSubscription;
use one_click::webhook::EventKind;
use runtime::{OrgTokens, WebhookKeys};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use crate::app::{SECRETS_PREFIX, org_id};
use crate::{ORG, TestApp};

/// What this version has added to an organization's row.
const ADDED: [&str; 7] = [
    "sealed_tokens",
    "verified_generation",
    "refused_since",
    "take_backs",
    "webhook_key",
    "one_click_key",
    "no_old_secrets",
];

impl TestApp {
    /// The name of a secret of [`ORG`]'s own: `tokens` or `webhooks`.
    pub fn own_secret(&self, what: &str) -> String {
        format!("{SECRETS_PREFIX}/organizations/{ORG}/{what}")
    }

    /// The text of a secret, if it is there.
    pub async fn secret(&self, name: &str) -> Option<String> {
        let secrets = aws_sdk_secretsmanager::Client::new(&self.aws.config);
        let answer = secrets.get_secret_value().secret_id(name).send().await;
        answer.ok()?.secret_string
    }

    /// Deletes a secret of [`ORG`]'s own, if it is there.
    pub async fn delete_own_secret(&self, what: &str) {
        let secrets = aws_sdk_secretsmanager::Client::new(&self.aws.config);
        let delete = secrets.delete_secret().secret_id(self.own_secret(what));
        let _ = delete.force_delete_without_recovery(true).send().await;
    }

    /// Makes [`ORG`], which is connected, what it was in the version before; its tokens, and the keys that
    /// both sides sign with.
    pub async fn as_the_version_before(&self) -> (OrgTokens, WebhookKeys) {
        let row = self.organization().await.expect("it is connected");
        let tokens = self.app.tokens_of(&row).await.expect("readable");
        let tokens = tokens.expect("it has tokens");
        self.keep_in_a_secret(&tokens).await;
        let keys = WebhookKeys {
            companycam_token: "the token of the version before".to_owned().into(),
            one_click_username: "one-click".to_owned(),
            one_click_password: "the password of the version before".to_owned().into(),
        };
        let text = |secret: &SecretString| secret.expose_secret().to_owned();
        let stored = json!({
            "companycam_token": text(&keys.companycam_token),
            "one_click_username": keys.one_click_username,
            "one_click_password": text(&keys.one_click_password),
        });
        self.delete_own_secret("webhooks").await;
        self.aws
            .put_secret(&self.own_secret("webhooks"), &stored)
            .await;
        self.register_as_before(&tokens, &keys).await;
        let db = aws_sdk_dynamodb::Client::new(&self.aws.config);
        db.update_item()
            .table_name("OrganizationsTable")
            .key("org_id", AttributeValue::S(ORG.to_owned()))
            .update_expression(format!("REMOVE {}", ADDED.join(", ")))
            .send()
            .await
            .expect("the row is writable");
        (tokens, keys)
    }

    /// Tokens where the version before kept them.
    pub async fn keep_in_a_secret(&self, tokens: &OrgTokens) {
        let stored = json!({
            "access_token": tokens.access_token.expose_secret(),
            "refresh_token": tokens.refresh_token.expose_secret(),
            "expires_at": tokens.expires_at,
        });
        self.delete_own_secret("tokens").await;
        self.aws
            .put_secret(&self.own_secret("tokens"), &stored)
            .await;
    }

    async fn register_as_before(&self, tokens: &OrgTokens, keys: &WebhookKeys) {
        let token = AccessToken::new(tokens.access_token.clone());
        let api = self.app.companycam_api().expect("a client");
        let api = api.authorized(token);
        let base = format!("{}/webhooks/companycam/{ORG}", self.public_url);
        for webhook in api.webhooks(1).await.expect("a list").items {
            if webhook.url.starts_with(&base) {
                let update = WebhookUpdate {
                    url: Some(base.clone()),
                    token: Some(keys.companycam_token.clone()),
                    ..WebhookUpdate::default()
                };
                let updated = api.update_webhook(&webhook.id, &update).await;
                updated.expect("it is changed");
            }
        }
        let subscription = WebhookSubscription {
            url: Url::parse(&format!("{}/webhooks/one-click/{ORG}", self.public_url))
                .expect("an address"),
            username: keys.one_click_username.clone(),
            password: keys.one_click_password.clone(),
            events: EventKind::SUBSCRIBED.map(str::to_owned).to_vec(),
        };
        let one_click = self.app.one_click().await.expect("a client");
        let put = one_click.put_webhook(&org_id(ORG), &subscription).await;
        put.expect("it is subscribed");
    }

    /// A version more on a ring (`tokens`, `webhooks`), as `make rotate-keys` adds it.
    pub async fn rotate(&self, ring: &str) {
        let name = format!("{SECRETS_PREFIX}/keys/{ring}");
        let text = self.secret(&name).await.expect("a ring");
        let mut versions: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&text).expect("JSON");
        let next = versions.len() + 1;
        versions.insert(next.to_string(), json!(format!("{ring}-{next}-").repeat(8)));
        self.replace_secret(&name, &json!(versions)).await;
    }

    /// Takes a version out of a ring again.
    pub async fn remove_version(&self, ring: &str, version: &str) {
        let name = format!("{SECRETS_PREFIX}/keys/{ring}");
        let text = self.secret(&name).await.expect("a ring");
        let mut versions: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&text).expect("JSON");
        versions.remove(version).expect("there is such a version");
        self.replace_secret(&name, &json!(versions)).await;
    }

    async fn replace_secret(&self, name: &str, value: &serde_json::Value) {
        let secrets = aws_sdk_secretsmanager::Client::new(&self.aws.config);
        let put = secrets.put_secret_value().secret_id(name);
        let put = put.secret_string(value.to_string()).send().await;
        put.expect("a secret is kept");
    }
}
