//! The HTTP side: one request, one answer, classified.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::error::{Error, scrubbed};

/// A page of 100 projects with long notepads is far below this; a body without an end is not read.
const MAX_BODY: usize = 16 * 1024 * 1024;

pub(crate) const USER_AGENT: &str = concat!(
    "one-click-companycam-integration/",
    env!("CARGO_PKG_VERSION")
);

/// How long CompanyCam may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection to be made.
    pub connect: Duration,
    /// Without a byte of the answer.
    pub idle: Duration,
    /// For the whole answer.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            idle: Duration::from_secs(5),
            total: Duration::from_secs(8),
        }
    }
}

/// The HTTP client to use for the API and OAuth: it never follows a redirect, connects within 2 s,
/// waits for no byte longer than 5 s, has its whole answer within 8 s, and takes no proxy from the
/// environment.
///
/// Build it once. It sets rustls up with `ring` unless the process did so with another provider. It
/// fails where the machine has no usable certificate store.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    http_client_with(&Timeouts::default())
}

/// [`http_client`] with other timeouts.
pub fn http_client_with(timeouts: &Timeouts) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.idle)
        .timeout(timeouts.total)
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
    /// The body as JSON, whatever its shape. Anything else is not CompanyCam's own answer.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        let brings_a_body = matches!(self.status, StatusCode::OK | StatusCode::CREATED);
        let value = brings_a_body.then(|| json(&self.headers, &self.body));
        value.flatten().ok_or_else(|| self.foreign())
    }

    /// Something in front of CompanyCam answered in its place.
    pub(crate) fn foreign(&self) -> Error {
        foreign(self.status)
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

fn foreign(status: StatusCode) -> Error {
    Error::Foreign {
        status: status.as_u16(),
    }
}

/// Sends a request and sorts what comes back. Only what has the API's form is CompanyCam's word (B33):
/// a refusal is JSON with `errors`.
pub(crate) async fn send(request: RequestBuilder) -> Result<Answer, Error> {
    let answer = answered(request).await?;
    let (status, headers) = (answer.status, &answer.headers);
    if status.is_success() {
        return Ok(answer);
    }
    let errors = json(headers, &answer.body).and_then(|mut body| {
        let errors = body.get_mut("errors")?.take();
        serde_json::from_value::<Vec<String>>(errors).ok()
    });
    let challenged = status == StatusCode::UNAUTHORIZED
        && answer.body.is_empty()
        && headers.get_all(WWW_AUTHENTICATE).iter().any(is_bearer);
    Err(match (status, errors) {
        (StatusCode::UNAUTHORIZED, Some(_)) => Error::Unauthorized,
        // RFC 6750's form of it.
        (_, None) if challenged => Error::Unauthorized,
        (_, None) => answer.foreign(),
        (StatusCode::FORBIDDEN, Some(_)) => Error::Forbidden,
        (StatusCode::NOT_FOUND, Some(_)) => Error::NotFound,
        (_, Some(messages)) => Error::Rejected {
            status: status.as_u16(),
            messages: shown(&messages),
        },
    })
}

fn is_bearer(challenge: &HeaderValue) -> bool {
    let scheme = challenge.to_str().unwrap_or_default().split(' ').next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

/// Sends a request; any 2xx or 4xx with its body. What is neither, and what passes by itself, is an
/// [`Error`] whatever it says.
pub(crate) async fn answered(request: RequestBuilder) -> Result<Answer, Error> {
    let response = request.send().await.map_err(Error::connection)?;
    let (status, headers) = (response.status(), response.headers().clone());
    if status == StatusCode::TOO_MANY_REQUESTS {
        // Whoever says so, the request went no further.
        return Err(Error::RateLimited {
            retry_after: retry_after(&headers),
        });
    }
    if status.is_server_error() || matches!(status.as_u16(), 408 | 425) {
        return Err(Error::Unavailable {
            status: status.as_u16(),
        });
    }
    if !status.is_success() && !status.is_client_error() {
        return Err(foreign(status));
    }
    let body = read(response).await?;
    Ok(Answer {
        status,
        headers,
        body,
    })
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

/// The body, where it is JSON and said to be; where no content type is said, the body alone tells.
pub(crate) fn json(headers: &HeaderMap, body: &[u8]) -> Option<Value> {
    if let Some(content_type) = headers.get(CONTENT_TYPE) {
        let content_type = content_type.to_str().unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        if essence != "application/json" && !essence.ends_with("+json") {
            return None;
        }
    }
    serde_json::from_slice(body).ok()
}

/// What of the messages can be shown.
fn shown(messages: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = messages.iter().map(|text| scrubbed(text)).collect();
    shown.retain(|text| !text.is_empty());
    shown.truncate(5);
    shown
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
