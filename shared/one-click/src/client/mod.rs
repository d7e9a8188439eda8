//! The client of One Click's API. One client serves every organization.

mod attachments;
mod http;
mod jobs;
mod organizations;

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use attachments::{AttachmentAt, Upload};
pub(crate) use http::shape;
pub use http::{Listed, Page};

use crate::error::Error;

/// How long an upload may stand still: One Click takes nothing of it, or has all of it and does not
/// answer.
const UPLOAD_IDLE: Duration = Duration::from_secs(20);

/// How long One Click may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection to be made.
    pub connect: Duration,
    /// For a JSON request, answer included.
    pub json: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            json: Duration::from_secs(8),
        }
    }
}

/// The HTTP client for One Click: it follows no redirect, so that the service token and a
/// customer's data go to the configured address only, and limits a connection to 2 s and a whole
/// request to 8 s. Uploads see to it themselves that they get on.
///
/// There is no separate read timeout: reqwest counts it from the start of the request until the
/// answer's head, so it would cut off every upload that takes longer than that.
///
/// Without a rustls provider reqwest panics here, even for plain http, so ring is installed if the
/// process has none yet. Fails if the TLS settings can't be made.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    http_client_with(&Timeouts::default())
}

/// [`http_client`] with other timeouts.
pub fn http_client_with(timeouts: &Timeouts) -> Result<reqwest::Client, reqwest::Error> {
    // An error tells that there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.json)
        .user_agent(concat!(
            "companycam-integration/",
            env!("CARGO_PKG_VERSION")
        ))
        .build()
}

/// A client of One Click's API. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    api_url: Url,
    token: SecretString,
    upload_idle: Duration,
}

impl Client {
    /// A client with the service token, which is one for all organizations.
    ///
    /// `api_url` is the address without `/v1`, with or without a path and a slash at its end;
    /// `http` comes from [`http_client`].
    pub fn new(http: reqwest::Client, api_url: Url, token: SecretString) -> Self {
        Self {
            http,
            api_url,
            token,
            upload_idle: UPLOAD_IDLE,
        }
    }

    /// With another limit for an upload of which nothing moves.
    #[must_use]
    pub fn with_upload_idle(mut self, idle: Duration) -> Self {
        self.upload_idle = idle;
        self
    }

    /// A request to `/v1/…`, each segment percent-encoded.
    fn request(&self, method: Method, segments: &[&str]) -> Result<reqwest::RequestBuilder, Error> {
        let url = http::address(&self.api_url, segments)?;
        Ok(self
            .http
            .request(method, url)
            .bearer_auth(self.token.expose_secret()))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("api_url", &self.api_url.as_str())
            .finish_non_exhaustive()
    }
}
