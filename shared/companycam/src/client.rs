//! The HTTP side: one request, one answer, classified.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::api::Api;
use crate::error::{Error, scrubbed};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// A page of 100 projects with long notepads is far below this; a body without an end is not read.
const MAX_BODY: usize = 16 * 1024 * 1024;

pub(crate) const USER_AGENT: &str = concat!(
    "one-click-companycam-integration/",
    env!("CARGO_PKG_VERSION")
);

/// The HTTP client to use for the API and OAuth: it never follows a redirect, connects within 3 s,
/// has its whole answer within 20 s, and takes no proxy from the environment.
///
/// Build it once. It sets rustls up with `ring` unless the process did so with another provider. It
/// fails where the machine has no usable certificate store.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .build()
}

/// reqwest's client wants a provider even for plain http.
pub(crate) fn install_tls() {
    // Refused where one is installed already, and then that one is right.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The bearer token of one organization. Its `Debug` shows nothing of it.
#[derive(Clone, Debug)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// An OAuth access token, or a personal one.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(token.into())
    }

    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0.expose_secret()))
            // What can't be sent can't be accepted.
            .map_err(|_| Error::Unauthorized)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// CompanyCam's API at one address, without a token yet. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    api_url: Arc<Url>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api_url", &self.api_url.as_str())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// `http` is [`http_client`]'s, `api_url` such as `https://api.companycam.com/v2`.
    pub fn new(http: reqwest::Client, api_url: Url) -> Self {
        Self {
            http,
            api_url: Arc::new(api_url),
        }
    }

    /// The API on behalf of whom the token belongs to.
    pub fn authorized(&self, token: AccessToken) -> Api {
        Api::new(self.clone(), token)
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &[&str],
        token: &AccessToken,
    ) -> Result<RequestBuilder, Error> {
        let mut url = (*self.api_url).clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        Ok(self
            .http
            .request(method, url)
            .header(AUTHORIZATION, token.header()?)
            .header("accept", "application/json"))
    }
}

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON, whatever its shape.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        match serde_json::from_slice(&self.body) {
            Ok(value) => Ok(value),
            Err(_) if looks_like_a_page(&self.headers, &self.body) => Err(Error::NotJson {
                status: self.status.as_u16(),
            }),
            Err(error) => Err(Error::Unreadable(format!(
                "no JSON ({:?} error)",
                error.classify()
            ))),
        }
    }

    /// The answer's `Date` in Unix seconds.
    pub(crate) fn date(&self) -> Option<i64> {
        http_date(self.headers.get(DATE)?.to_str().ok()?).map(Timestamp::as_second)
    }

    /// A header's text, without blanks around it; empty counts as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)?
            .to_str()
            .ok()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }
}

/// Sends a request and sorts what comes back.
pub(crate) async fn send(request: RequestBuilder) -> Result<Answer, Error> {
    let response = request.send().await.map_err(Error::connection)?;
    classified(response).await.map_err(|(error, _)| error)
}

/// A 2xx that is no page is an [`Answer`]; all else an [`Error`], with the body where it was read.
pub(crate) async fn classified(response: Response) -> Result<Answer, (Error, Bytes)> {
    let (status, headers) = (response.status(), response.headers().clone());
    let bare = |error| Err((error, Bytes::new()));
    if status == StatusCode::TOO_MANY_REQUESTS {
        return bare(Error::RateLimited {
            retry_after: retry_after(&headers),
        });
    }
    if status.is_redirection() || status.is_informational() {
        return bare(Error::NotJson {
            status: status.as_u16(),
        });
    }
    if status.is_server_error() || matches!(status.as_u16(), 408 | 425) {
        return bare(Error::Unavailable {
            status: status.as_u16(),
        });
    }
    let body = match read(response).await {
        Ok(body) => body,
        Err(error) => return bare(error),
    };
    let error = match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized,
        // Also on a 404: only the API itself may say that something is gone.
        _ if looks_like_a_page(&headers, &body) => Error::NotJson {
            status: status.as_u16(),
        },
        _ if status.is_success() => {
            return Ok(Answer {
                status,
                headers,
                body,
            });
        }
        StatusCode::FORBIDDEN => Error::Forbidden,
        StatusCode::NOT_FOUND => Error::NotFound,
        _ => Error::Rejected {
            status: status.as_u16(),
            messages: messages(&body),
        },
    };
    Err((error, body))
}

async fn read(mut response: Response) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    // Whatever fails from here on, the request had been carried out.
    let lost = |error: reqwest::Error| Error::Connection {
        source: error.without_url(),
        maybe_took_effect: true,
    };
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Error::Unreadable("it is longer than 16 MB".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn looks_like_a_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if content_type.to_ascii_lowercase().contains("html") {
        return true;
    }
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// `{"errors": ["…"]}`, also a single text, or `error` or `message` as other layers write it.
fn messages(body: &[u8]) -> Vec<String> {
    let Ok(Value::Object(answer)) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    let texts = |value: &Value| match value {
        Value::Array(values) => values
            .iter()
            .filter_map(Value::as_str)
            .map(scrubbed)
            .collect(),
        Value::String(text) => vec![scrubbed(text)],
        _ => Vec::new(),
    };
    let mut found: Vec<String> = ["errors", "error", "message"]
        .iter()
        .filter_map(|name| answer.get(*name))
        .flat_map(texts)
        .collect();
    found.retain(|text| !text.is_empty());
    found.truncate(5);
    found
}

/// Seconds or a date; a date is measured against the answer's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = headers
        .get(DATE)
        .and_then(|value| http_date(value.to_str().ok()?))
        .unwrap_or_else(Timestamp::now);
    Some(Duration::try_from(http_date(text)?.duration_since(now)).unwrap_or_default())
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(text.trim())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let headers = |date: &str, after: &str| {
            let date = (DATE, HeaderValue::from_str(date).unwrap());
            HeaderMap::from_iter([date, (RETRY_AFTER, HeaderValue::from_str(after).unwrap())])
        };
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(
            retry_after(&headers(now, "17")),
            Some(Duration::from_secs(17))
        );
        assert_eq!(
            retry_after(&headers(now, "Sun, 06 Nov 1994 08:50:37 GMT")),
            Some(Duration::from_mins(1))
        );
        assert_eq!(
            retry_after(&headers(now, "Sun, 06 Nov 1994 08:00:00 GMT")),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after(&headers(now, "soon")), None);
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = AccessToken::new("very-secret");
        assert!(!format!("{token:?} {:?}", token.header().unwrap()).contains("very-secret"));
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_not_accepted() {
        assert!(matches!(
            AccessToken::new("two\nlines").header(),
            Err(Error::Unauthorized)
        ));
    }
}
