//! Secrets Manager: what is in the secrets, and reading them.

use std::collections::HashMap;
use std::sync::Mutex;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::delete_secret::DeleteSecretError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Clock;
use jiff::{SignedDuration, Timestamp};
use one_click::ids::OrgId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::WorkError;
use crate::rings::Ring;

/// How long a shared secret is kept before it is read again, so that a rotated one is noticed.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// How often a ring is read again for a version that it does not have: anybody can name one.
const RING_READ_EVERY: SignedDuration = SignedDuration::from_secs(10);

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

/// The tokens of one grant.
#[derive(Debug, Clone)]
pub struct OrgTokens {
    /// For calls.
    pub access_token: SecretString,
    /// For the next pair; works once.
    pub refresh_token: SecretString,
    /// When the access token ends, in Unix seconds.
    pub expires_at: i64,
    /// When `CompanyCam` gave them, in Unix seconds; 0 where an earlier version did not write it down.
    pub issued_at: i64,
}

/// `<prefix>/organizations/<org_id>/tokens`, which an earlier version made.
#[derive(Deserialize)]
struct OldTokens {
    access_token: SecretString,
    refresh_token: SecretString,
    expires_at: i64,
}

/// Which key deliveries are checked with: the ring's version, and the connection's generation. It is
/// part of the webhook's address, and of One Click's user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyName {
    /// The version of the ring.
    pub version: u32,
    /// The connection.
    pub generation: i64,
}

impl KeyName {
    const USERNAME: &str = "one-click.";

    /// One Click's user name for Basic authentication; not secret.
    pub fn username(self) -> String {
        format!("{}{self}", Self::USERNAME)
    }

    /// Reads such a user name; `None` if it is another.
    pub fn of_username(name: &str) -> Option<Self> {
        let name = name.strip_prefix(Self::USERNAME)?;
        let (version, generation) = name.strip_prefix('v')?.split_once(".g")?;
        Self::parse(version, generation)
    }

    /// Reads the two numbers.
    pub fn parse(version: &str, generation: &str) -> Option<Self> {
        let name = Self {
            version: version.parse().ok()?,
            generation: generation.parse().ok()?,
        };
        // One spelling each: no sign, no zeros in front.
        let same = name.version.to_string() == version && name.generation.to_string() == generation;
        same.then_some(name)
    }
}

impl std::fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "v{}.g{}", self.version, self.generation)
    }
}

/// How deliveries prove where they come from. Chosen by us.
#[derive(Debug, Clone)]
pub struct WebhookKeys {
    /// What `CompanyCam` signs its deliveries with.
    pub companycam_token: SecretString,
    /// One Click's user name for Basic authentication; not secret.
    pub one_click_username: String,
    /// And its password.
    pub one_click_password: SecretString,
}

/// `<prefix>/organizations/<org_id>/webhooks`, which an earlier version made.
#[derive(Deserialize)]
struct OldKeys {
    companycam_token: SecretString,
    one_click_username: String,
    one_click_password: SecretString,
}

impl WebhookKeys {
    /// The keys of this name, derived from the ring; `None` if the ring has no such version.
    fn derive(ring: &Ring, org: &OrgId, name: KeyName) -> Result<Option<Self>, WorkError> {
        let generation = name.generation.to_string();
        let key = |side| {
            let purpose = ["webhooks", side, org.as_str(), &generation];
            let key = ring.key(name.version, &purpose)?;
            Ok::<_, WorkError>(key.map(|key| SecretString::from(URL_SAFE_NO_PAD.encode(key))))
        };
        let (Some(companycam_token), Some(one_click_password)) =
            (key("companycam")?, key("one-click")?)
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            companycam_token,
            one_click_username: name.username(),
            one_click_password,
        }))
    }
}

/// The rings of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RingName {
    /// `<prefix>/keys/tokens`: for the functions that call `CompanyCam`.
    Tokens,
    /// `<prefix>/keys/webhooks`: for the one that takes deliveries and the one that registers webhooks.
    Webhooks,
}

/// Reads secrets under one prefix.
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
    pub async fn companycam_client(&self) -> Result<CompanyCamClient, WorkError> {
        self.shared("companycam-client").await
    }

    /// Our access to One Click.
    pub async fn one_click(&self) -> Result<OneClickAccess, WorkError> {
        self.shared("one-click").await
    }

    /// What tokens are sealed with. `version`: one that it should have, if that is known.
    pub(crate) async fn token_ring(&self, version: Option<u32>) -> Result<Ring, WorkError> {
        self.ring(RingName::Tokens, version).await
    }

    /// The organization's webhook keys of this name; `None` if there never were, or are no longer, such.
    pub async fn webhook_keys(
        &self,
        org: &OrgId,
        name: KeyName,
    ) -> Result<Option<WebhookKeys>, WorkError> {
        let ring = self.ring(RingName::Webhooks, Some(name.version)).await?;
        WebhookKeys::derive(&ring, org, name)
    }

    /// The keys to register the webhooks of this generation with.
    pub async fn current_webhook_keys(
        &self,
        org: &OrgId,
        generation: i64,
    ) -> Result<(KeyName, WebhookKeys), WorkError> {
        let ring = self.ring(RingName::Webhooks, None).await?;
        let name = KeyName {
            version: ring.current(),
            generation,
        };
        let keys = WebhookKeys::derive(&ring, org, name)?;
        let keys = keys.ok_or_else(|| WorkError::transient("a ring of keys is empty"))?;
        Ok((name, keys))
    }

    /// The tokens that an earlier version kept in a secret of the organization's own.
    pub async fn old_tokens(&self, org: &OrgId) -> Result<Option<OrgTokens>, WorkError> {
        let name = self.old_name(org, "tokens");
        let Some(text) = self.read(&name).await? else {
            return Ok(None);
        };
        let stored: OldTokens = parse(&name, &text)?;
        Ok(Some(OrgTokens {
            access_token: stored.access_token,
            refresh_token: stored.refresh_token,
            expires_at: stored.expires_at,
            issued_at: 0,
        }))
    }

    /// Deletes that secret; that it is not there is fine.
    pub async fn delete_old_tokens(&self, org: &OrgId) -> Result<(), WorkError> {
        self.delete(&self.old_name(org, "tokens")).await
    }

    /// The webhook keys that an earlier version kept in a secret of the organization's own.
    pub async fn old_webhook_keys(&self, org: &OrgId) -> Result<Option<WebhookKeys>, WorkError> {
        let name = self.old_name(org, "webhooks");
        let Some(text) = self.read(&name).await? else {
            return Ok(None);
        };
        let stored: OldKeys = parse(&name, &text)?;
        Ok(Some(WebhookKeys {
            companycam_token: stored.companycam_token,
            one_click_username: stored.one_click_username,
            one_click_password: stored.one_click_password,
        }))
    }

    /// Deletes that secret; that it is not there is fine.
    pub async fn delete_old_webhook_keys(&self, org: &OrgId) -> Result<(), WorkError> {
        self.delete(&self.old_name(org, "webhooks")).await
    }

    /// The ring; read again, if that was not done just now, where it has no such version.
    async fn ring(&self, ring: RingName, version: Option<u32>) -> Result<Ring, WorkError> {
        let name = match ring {
            RingName::Tokens => format!("{}/keys/tokens", self.prefix),
            RingName::Webhooks => format!("{}/keys/webhooks", self.prefix),
        };
        let wrong = || not_as_described(&name);
        if let Some((at, text)) = self.kept(&name) {
            let ring = Ring::parse(text.expose_secret()).ok_or_else(wrong)?;
            let lacks = version.is_some_and(|version| !ring.has(version));
            let good_for = if lacks { RING_READ_EVERY } else { KEPT };
            if self.clock.now().duration_since(at) < good_for {
                return Ok(ring);
            }
        }
        let text = self.read_shared(&name).await?;
        Ring::parse(&text).ok_or_else(wrong)
    }

    async fn delete(&self, name: &str) -> Result<(), WorkError> {
        let result = self
            .client
            .delete_secret()
            .secret_id(name)
            .force_delete_without_recovery(true)
            .send()
            .await;
        match result {
            Err(error) if !is_gone(&error, DeleteSecretError::is_resource_not_found_exception) => {
                Err(unavailable("delete", name, &DisplayErrorContext(error)))
            }
            _ => Ok(()),
        }
    }

    fn old_name(&self, org: &OrgId, what: &str) -> String {
        format!("{}/organizations/{org}/{what}", self.prefix)
    }

    async fn shared<T: DeserializeOwned>(&self, short: &str) -> Result<T, WorkError> {
        let name = format!("{}/{short}", self.prefix);
        let kept = self.kept(&name);
        if let Some((_, text)) = kept.filter(|(at, _)| self.clock.now().duration_since(*at) < KEPT)
        {
            return parse(&name, text.expose_secret());
        }
        parse(&name, &self.read_shared(&name).await?)
    }

    fn kept(&self, name: &str) -> Option<(Timestamp, SecretString)> {
        self.kept.lock().ok()?.get(name).cloned()
    }

    /// Reads a secret that all organizations share, and keeps it.
    async fn read_shared(&self, name: &str) -> Result<String, WorkError> {
        let text = self
            .read(name)
            .await?
            .ok_or_else(|| WorkError::transient(format!("the secret {name} does not exist yet")))?;
        if let Ok(mut kept) = self.kept.lock() {
            let now = self.clock.now();
            kept.insert(name.to_owned(), (now, text.clone().into()));
        }
        Ok(text)
    }

    async fn read(&self, name: &str) -> Result<Option<String>, WorkError> {
        match self.client.get_secret_value().secret_id(name).send().await {
            Ok(answer) => Ok(answer.secret_string),
            Err(error) if is_gone(&error, GetSecretValueError::is_resource_not_found_exception) => {
                Ok(None)
            }
            Err(error) => Err(unavailable("read", name, &DisplayErrorContext(error))),
        }
    }
}

/// Whether there is no such secret, or not for long: deleting takes Secrets Manager a while, during
/// which it answers `InvalidRequestException` to everything.
fn is_gone<E: ProvideErrorMetadata, R>(
    error: &SdkError<E, R>,
    not_found: impl Fn(&E) -> bool,
) -> bool {
    error.as_service_error().is_some_and(|service| {
        let says = |text: &str| service.message().is_some_and(|said| said.contains(text));
        let ends = service.code() == Some("InvalidRequestException")
            && [
                "marked for deletion",
                "scheduled for deletion",
                "was deleted",
            ]
            .into_iter()
            .any(says);
        not_found(service) || ends
    })
}

/// The value's own text never gets into the message.
fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, WorkError> {
    serde_json::from_str(text).map_err(|_| not_as_described(name))
}

fn not_as_described(name: &str) -> WorkError {
    WorkError::transient(format!(
        "the secret {name} is not the JSON object that docs/OPERATIONS.md describes"
    ))
}

fn unavailable(verb: &str, name: &str, error: &dyn std::fmt::Display) -> WorkError {
    WorkError::transient(format!("Secrets Manager could not {verb} {name}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rings::tests::ring;

    fn org(id: &str) -> OrgId {
        OrgId::parse(id).unwrap()
    }

    #[test]
    fn b17_a_user_name_tells_version_and_generation() {
        let name = KeyName {
            version: 12,
            generation: 3,
        };
        assert_eq!(name.username(), "one-click.v12.g3");
        assert_eq!(KeyName::of_username("one-click.v12.g3"), Some(name));
        for other in [
            "one-click",
            "one-click.v1",
            "one-click.v1.g",
            "one-click.v01.g3",
            "one-click.v+1.g3",
            "one-click.v1.g3 ",
            "two-click.v1.g3",
            "one-click.v99999999999.g3",
        ] {
            assert_eq!(KeyName::of_username(other), None, "{other}");
        }
    }

    #[test]
    fn b28_webhook_keys_are_one_organizations_one_connections_and_one_sides() {
        let ring = ring(&[1, 2]);
        let keys = |org_id: &str, version, generation| {
            let name = KeyName {
                version,
                generation,
            };
            let keys = WebhookKeys::derive(&ring, &org(org_id), name).unwrap()?;
            let texts = [keys.companycam_token, keys.one_click_password];
            Some(texts.map(|text| text.expose_secret().to_owned()))
        };
        let all: std::collections::BTreeSet<String> = [
            keys("org_1", 1, 1),
            keys("org_2", 1, 1),
            keys("org_1", 2, 1),
            keys("org_1", 1, 2),
        ]
        .into_iter()
        .flatten()
        .flatten()
        .collect();
        assert_eq!(all.len(), 8, "each differs from all others");
        assert!(all.iter().all(|key| key.len() == 43));
        assert_eq!(keys("org_1", 1, 1), keys("org_1", 1, 1));
        assert_eq!(keys("org_1", 3, 1), None);
    }
}
