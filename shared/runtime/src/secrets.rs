//! Secrets Manager: what is in the secrets, reading and writing them.

use std::collections::HashMap;
use std::sync::Mutex;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
use clock::Clock;
use jiff::{SignedDuration, Timestamp};
use one_click::ids::OrgId;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Trouble;

/// How long a shared secret is kept before it is read again, so that a rotated one is noticed.
const KEPT: SignedDuration = SignedDuration::from_mins(5);

/// `<prefix>/companycam-client`.
#[derive(Debug, Clone, Deserialize)]
pub struct CompanyCamClient {
    /// As it stands in the authorize address, for everybody to see.
    pub client_id: String,
    /// Goes with every exchange and renewal of tokens.
    pub client_secret: SecretString,
}

/// `<prefix>/one-click`.
#[derive(Debug, Clone, Deserialize)]
pub struct OneClickAccess {
    /// The service token for its API.
    pub api_token: SecretString,
    /// What launch tokens are signed with.
    pub launch_key: SecretString,
}

/// `<prefix>/organizations/<org_id>/tokens`.
#[derive(Debug, Clone)]
pub struct OrgTokens {
    /// For calls.
    pub access_token: SecretString,
    /// For the next pair; works once.
    pub refresh_token: SecretString,
    /// When the access token ends, in Unix seconds.
    pub expires_at: i64,
}

/// `<prefix>/organizations/<org_id>/webhooks`: how deliveries prove where they come from. Chosen by us.
#[derive(Debug, Clone)]
pub struct WebhookKeys {
    /// What `CompanyCam` signs its deliveries with.
    pub companycam_token: SecretString,
    /// One Click's user name for Basic authentication; not secret.
    pub one_click_username: String,
    /// And its password.
    pub one_click_password: SecretString,
}

#[derive(Serialize, Deserialize)]
struct StoredKeys {
    companycam_token: String,
    one_click_username: String,
    one_click_password: String,
}

impl WebhookKeys {
    /// Keys that nobody can guess: each secret holds 244 random bits.
    pub fn random() -> Self {
        let secret = || {
            let half = || uuid::Uuid::new_v4().simple().to_string();
            SecretString::from(half() + &half())
        };
        Self {
            companycam_token: secret(),
            one_click_username: "one-click".to_owned(),
            one_click_password: secret(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredTokens {
    access_token: String,
    refresh_token: String,
    expires_at: i64,
}

/// Reads and writes secrets under one prefix.
#[derive(Debug)]
pub struct Secrets {
    client: Client,
    prefix: String,
    clock: Clock,
    kept: Mutex<HashMap<String, (Timestamp, SecretString)>>,
}

impl Secrets {
    /// Under this prefix.
    pub fn new(client: Client, prefix: String, clock: Clock) -> Self {
        Self {
            client,
            prefix,
            clock,
            kept: Mutex::default(),
        }
    }

    /// Our identity at `CompanyCam`.
    pub async fn companycam_client(&self) -> Result<CompanyCamClient, Trouble> {
        self.shared("companycam-client").await
    }

    /// Our access to One Click.
    pub async fn one_click(&self) -> Result<OneClickAccess, Trouble> {
        self.shared("one-click").await
    }

    /// The organization's tokens as they are now; never kept here.
    pub async fn tokens(&self, org: &OrgId) -> Result<Option<OrgTokens>, Trouble> {
        let name = self.tokens_name(org);
        let Some(text) = self.read(&name).await? else {
            return Ok(None);
        };
        let stored: StoredTokens = parse(&name, &text)?;
        Ok(Some(OrgTokens {
            access_token: stored.access_token.into(),
            refresh_token: stored.refresh_token.into(),
            expires_at: stored.expires_at,
        }))
    }

    /// Stores the tokens of an organization that connects.
    pub async fn put_tokens(&self, org: &OrgId, tokens: &OrgTokens) -> Result<(), Trouble> {
        self.write(&self.tokens_name(org), &text_of(tokens)?).await
    }

    /// Stores renewed tokens. `false`: there are none any more, the organization disconnected
    /// meanwhile, and none are made.
    pub async fn replace_tokens(&self, org: &OrgId, tokens: &OrgTokens) -> Result<bool, Trouble> {
        self.replace(&self.tokens_name(org), &text_of(tokens)?)
            .await
    }

    /// Deletes the organization's tokens at once; that none are there is fine.
    pub async fn delete_tokens(&self, org: &OrgId) -> Result<(), Trouble> {
        self.delete(&self.tokens_name(org)).await
    }

    /// The organization's webhook keys as they are now; never kept here.
    pub async fn webhook_keys(&self, org: &OrgId) -> Result<Option<WebhookKeys>, Trouble> {
        let name = self.webhook_keys_name(org);
        let Some(text) = self.read(&name).await? else {
            return Ok(None);
        };
        let stored: StoredKeys = parse(&name, &text)?;
        Ok(Some(WebhookKeys {
            companycam_token: stored.companycam_token.into(),
            one_click_username: stored.one_click_username,
            one_click_password: stored.one_click_password.into(),
        }))
    }

    /// Stores the organization's webhook keys.
    pub async fn put_webhook_keys(&self, org: &OrgId, keys: &WebhookKeys) -> Result<(), Trouble> {
        let stored = StoredKeys {
            companycam_token: keys.companycam_token.expose_secret().to_owned(),
            one_click_username: keys.one_click_username.clone(),
            one_click_password: keys.one_click_password.expose_secret().to_owned(),
        };
        let text = serde_json::to_string(&stored)
            .map_err(|error| Trouble::Permanent(error.to_string()))?;
        self.write(&self.webhook_keys_name(org), &text).await
    }

    /// Deletes the organization's webhook keys at once; that none are there is fine.
    pub async fn delete_webhook_keys(&self, org: &OrgId) -> Result<(), Trouble> {
        self.delete(&self.webhook_keys_name(org)).await
    }

    async fn delete(&self, name: &str) -> Result<(), Trouble> {
        let result = self
            .client
            .delete_secret()
            .secret_id(name)
            .force_delete_without_recovery(true)
            .send()
            .await;
        match result {
            Err(error)
                if !error
                    .as_service_error()
                    .is_some_and(aws_sdk_secretsmanager::operation::delete_secret::DeleteSecretError::is_resource_not_found_exception) =>
            {
                Err(unavailable("delete", name, &DisplayErrorContext(error)))
            }
            _ => Ok(()),
        }
    }

    fn tokens_name(&self, org: &OrgId) -> String {
        format!("{}/organizations/{org}/tokens", self.prefix)
    }

    fn webhook_keys_name(&self, org: &OrgId) -> String {
        format!("{}/organizations/{org}/webhooks", self.prefix)
    }

    async fn shared<T: DeserializeOwned>(&self, short: &str) -> Result<T, Trouble> {
        let name = format!("{}/{short}", self.prefix);
        let kept = self.kept.lock().ok().and_then(|kept| {
            kept.get(&name)
                .filter(|(at, _)| self.clock.now().duration_since(*at) < KEPT)
                .map(|(_, text)| text.clone())
        });
        if let Some(text) = kept {
            return parse(&name, text.expose_secret());
        }
        let text = self
            .read(&name)
            .await?
            .ok_or_else(|| Trouble::transient(format!("the secret {name} does not exist yet")))?;
        let value = parse(&name, &text)?;
        if let Ok(mut kept) = self.kept.lock() {
            kept.insert(name, (self.clock.now(), text.into()));
        }
        Ok(value)
    }

    async fn read(&self, name: &str) -> Result<Option<String>, Trouble> {
        match self.client.get_secret_value().secret_id(name).send().await {
            Ok(answer) => Ok(answer.secret_string),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(unavailable("read", name, &DisplayErrorContext(error))),
        }
    }

    /// Writes the secret, and makes it if it is not there.
    async fn write(&self, name: &str, text: &str) -> Result<(), Trouble> {
        if self.replace(name, text).await? {
            return Ok(());
        }
        let created = self
            .client
            .create_secret()
            .name(name)
            .secret_string(text)
            .send()
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateSecretError::is_resource_exists_exception) =>
            {
                // Another worker created it between our two calls.
                self.replace(name, text).await.map(drop)
            }
            Err(error) => Err(unavailable("create", name, &DisplayErrorContext(error))),
        }
    }

    /// Writes a secret that is there; `false`: it is not.
    async fn replace(&self, name: &str, text: &str) -> Result<bool, Trouble> {
        let put = self
            .client
            .put_secret_value()
            .secret_id(name)
            .secret_string(text)
            .send()
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("write", name, &DisplayErrorContext(error))),
        }
    }
}

/// The tokens as they are stored.
fn text_of(tokens: &OrgTokens) -> Result<String, Trouble> {
    let stored = StoredTokens {
        access_token: tokens.access_token.expose_secret().to_owned(),
        refresh_token: tokens.refresh_token.expose_secret().to_owned(),
        expires_at: tokens.expires_at,
    };
    serde_json::to_string(&stored).map_err(|error| Trouble::Permanent(error.to_string()))
}

/// The value's own text never gets into the message.
fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Trouble> {
    serde_json::from_str(text).map_err(|_| {
        Trouble::transient(format!(
            "the secret {name} is not the JSON object that docs/OPERATIONS.md describes"
        ))
    })
}

fn unavailable(verb: &str, name: &str, error: &dyn std::fmt::Display) -> Trouble {
    Trouble::transient(format!("Secrets Manager could not {verb} {name}: {error}"))
}
