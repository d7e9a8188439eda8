//! What the template tells a function, in environment variables.

use one_click::ids::OrgId;
use store::TableNames;
use url::{Host, Url};

use crate::KeyName;

/// A variable that is missing or makes no sense; names it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// Set to something else than it should be.
    #[error("the environment variable {name} is {value:?}, which is not {wanted}")]
    Wrong {
        /// The variable.
        name: &'static str,
        /// What it is.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
}

/// Addresses of the queues.
#[derive(Debug, Clone)]
pub struct QueueUrls {
    /// `sync.fifo`: looks, one organization at a time.
    pub sync: String,
    /// Looks that come back later.
    pub retry: String,
    /// Photos to look at.
    pub photos: String,
    /// Photos to look at that wait behind those.
    pub backlog: String,
    /// Looks that can never succeed.
    pub sync_dead_letters: String,
    /// Photos that can never be copied.
    pub photo_dead_letters: String,
}

/// Everything a function is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// `CompanyCam`'s API, with its version: `https://api.companycam.com/v2`.
    pub companycam_api_url: Url,
    /// `CompanyCam`'s web app and OAuth.
    pub companycam_app_url: Url,
    /// One Click's API, without `/v1`.
    pub one_click_api_url: Url,
    /// One Click's web app.
    pub one_click_app_url: Url,
    /// The origins photos may come from, as `companycam::media` reads them.
    pub photo_hosts: String,
    /// Our own address, as browsers and webhooks reach it; never ends in a slash.
    pub public_url: String,
    /// What every secret's name begins with.
    pub secrets_prefix: String,
    pub queues: QueueUrls,
    pub tables: TableNames,
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads variables from wherever `lookup` finds them.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = |name: &'static str| {
            lookup(name)
                .filter(|value| !value.is_empty())
                .ok_or(ConfigError::Missing(name))
        };
        let url = |name: &'static str| {
            let value = text(name)?;
            let parsed = Url::parse(&value).ok().filter(Url::has_host);
            parsed.ok_or(ConfigError::Wrong {
                name,
                value,
                wanted: "a web address",
            })
        };
        let public_url = url("PUBLIC_URL")?;
        if !may_be_public(&public_url) {
            return Err(ConfigError::Wrong {
                name: "PUBLIC_URL",
                value: public_url.into(),
                wanted: "https://, a host and nothing after it (plain http, and a path, are for loopback only)",
            });
        }
        Ok(Self {
            companycam_api_url: url("COMPANYCAM_API_URL")?,
            companycam_app_url: url("COMPANYCAM_APP_URL")?,
            one_click_api_url: url("ONE_CLICK_API_URL")?,
            one_click_app_url: url("ONE_CLICK_APP_URL")?,
            photo_hosts: text("PHOTO_HOSTS")?,
            public_url: public_url.as_str().trim_end_matches('/').to_owned(),
            secrets_prefix: text("SECRETS_PREFIX")?,
            queues: QueueUrls {
                sync: text("SYNC_QUEUE_URL")?,
                retry: text("RETRY_QUEUE_URL")?,
                photos: text("PHOTO_QUEUE_URL")?,
                backlog: text("PHOTO_BACKLOG_QUEUE_URL")?,
                sync_dead_letters: text("SYNC_DEAD_LETTER_QUEUE_URL")?,
                photo_dead_letters: text("PHOTO_DEAD_LETTER_QUEUE_URL")?,
            },
            tables: TableNames {
                organizations: text("ORGANIZATIONS_TABLE")?,
                user_matches: text("USER_MATCHES_TABLE")?,
                project_links: text("PROJECT_LINKS_TABLE")?,
                photos: text("PHOTOS_TABLE")?,
                activity: text("ACTIVITY_TABLE")?,
                ephemeral: text("EPHEMERAL_TABLE")?,
            },
        })
    }

    /// Where `CompanyCam` sends the browser after consent.
    pub fn redirect_url(&self) -> String {
        format!("{}/companycam/callback", self.public_url)
    }

    /// Where `CompanyCam` delivers an organization's events, without the key's name.
    pub fn companycam_webhook_base(&self, org: &OrgId) -> String {
        format!("{}/webhooks/companycam/{org}", self.public_url)
    }

    /// Where `CompanyCam` delivers an organization's events that it signs with this key.
    pub fn companycam_webhook_url(&self, org: &OrgId, key: KeyName) -> String {
        let base = self.companycam_webhook_base(org);
        format!("{base}?v={}&g={}", key.version, key.generation)
    }

    /// Where One Click delivers an organization's events.
    pub fn one_click_webhook_url(&self, org: &OrgId) -> String {
        format!("{}/webhooks/one-click/{org}", self.public_url)
    }

    /// The integrations tab.
    pub fn settings_url(&self) -> String {
        format!("{}/companycam/settings", self.public_url)
    }

    /// One Click's page of integrations, where people come from and go back to.
    pub fn integrations_url(&self) -> String {
        let app = self.one_click_app_url.as_str().trim_end_matches('/');
        format!("{app}/administration/integrations")
    }

    /// Whether browsers reach us by plain http, which is so on loopback only; cookies then do
    /// without `Secure` and the `__Host-` prefix.
    pub fn is_plain_http(&self) -> bool {
        self.public_url.starts_with("http://")
    }
}

/// Whether browsers and webhooks can reach us at that address.
///
/// Routes have no prefix: API Gateway leaves a domain's mapping key in the path, and nothing would be
/// found under it. The local AWS has a prefix, and takes it away.
fn may_be_public(url: &Url) -> bool {
    let is_whole = url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "https" => is_whole && url.path() == "/",
        "http" => is_whole && is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(
        clippy::unnecessary_wraps,
        reason = "looks variables up as the environment does"
    )]
    fn complete(name: &str) -> Option<String> {
        Some(if name == "PUBLIC_URL" {
            "https://x.example/".into()
        } else if name.ends_with("_URL") {
            "https://y.example/api/".into()
        } else {
            name.to_lowercase()
        })
    }

    #[test]
    fn a_missing_variable_is_named() {
        let error = Config::from_lookup(|name| complete(name).filter(|_| name != "PHOTOS_TABLE"))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment variable PHOTOS_TABLE is not set"
        );
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        let wrong = |name: &str| {
            if name == "PUBLIC_URL" {
                Some("nowhere".into())
            } else {
                complete(name)
            }
        };
        let error = Config::from_lookup(wrong).unwrap_err();
        assert!(error.to_string().contains("PUBLIC_URL"), "{error}");
    }

    fn at(public_url: &str) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| match name {
            "PUBLIC_URL" => Some(public_url.to_owned()),
            name => complete(name),
        })
    }

    #[test]
    fn our_own_address_has_no_path_and_plain_http_is_for_loopback() {
        for wrong in [
            "https://x.example/companycam-sync",
            "https://x.example/?a=b",
            "https://x.example/#a",
            "http://x.example",
            "http://127.0.0.1.x.example",
            "http://localhost.x.example",
            "ftp://x.example",
        ] {
            let error = at(wrong).unwrap_err().to_string();
            assert!(
                error.contains("PUBLIC_URL") && error.contains(wrong),
                "{error}"
            );
        }
        for (right, is_plain) in [
            ("https://x.example", false),
            ("https://x.example:8443/", false),
            ("https://127.0.0.1", false),
            ("http://127.0.0.1:9000", true),
            (
                "http://localhost:9000/_aws/execute-api/0cc0ca11/$default/",
                true,
            ),
            ("http://[::1]:9000", true),
        ] {
            let config = at(right).unwrap();
            assert_eq!(config.public_url, right.trim_end_matches('/'));
            assert_eq!(config.is_plain_http(), is_plain, "{right}");
        }
    }

    #[test]
    fn our_own_addresses_share_one_origin() {
        let config = at("https://x.example").unwrap();
        let org = OrgId::parse("org_1").unwrap();
        let key = KeyName {
            version: 2,
            generation: 3,
        };
        for (address, path) in [
            (config.redirect_url(), "companycam/callback"),
            (config.settings_url(), "companycam/settings"),
            (
                config.companycam_webhook_url(&org, key),
                "webhooks/companycam/org_1?v=2&g=3",
            ),
            (
                config.one_click_webhook_url(&org),
                "webhooks/one-click/org_1",
            ),
        ] {
            assert_eq!(address, format!("https://x.example/{path}"));
        }
    }
}
