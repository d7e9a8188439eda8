//! Addresses, answers and lists: what all requests share.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::error::{Error, Messages};

/// The largest JSON answer that is read. A page of 100 jobs is well below 1 MB.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// One Click's largest page.
const PER_PAGE: u32 = 100;

/// An answer asking for a longer pause is taken to ask for this one.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its items, in One Click's order.
    pub items: Vec<T>,
    /// The number of the page after it; none on the last page.
    pub next_page: Option<u32>,
}

/// `base`, then `v1`, then the segments, each percent-encoded.
///
/// A segment may be any text, as external ids come from elsewhere, except those that an address
/// can't carry: empty, `.` and `..`, which would name another resource.
pub(super) fn address(base: &Url, segments: &[&str]) -> Result<Url, Error> {
    let mut path = base.path().trim_end_matches('/').to_owned();
    path.push_str("/v1");
    for segment in segments {
        if matches!(*segment, "" | "." | "..") {
            return Err(Error::invalid("This id can't be part of a web address."));
        }
        path.push('/');
        path.extend(utf8_percent_encode(segment, SEGMENT));
    }
    let mut url = base.clone();
    url.set_path(&path);
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Sends the request and sorts out every answer that is not a success.
pub(super) async fn send(request: RequestBuilder) -> Result<Response, Error> {
    let response = request.send().await.map_err(connection)?;
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(refusal(response).await)
    }
}

/// Sends the request and reads one member of the answer, such as `job`.
pub(super) async fn fetch<T: DeserializeOwned>(
    request: RequestBuilder,
    name: &str,
) -> Result<T, Error> {
    let mut body = json(send(request).await?).await?;
    member(&mut body, name)
}

/// Sends the request, whose answer's body does not matter.
pub(super) async fn carry_out(request: RequestBuilder) -> Result<(), Error> {
    send(request).await.map(drop)
}

/// Sends a deletion. What is not there needs no deleting: a repeated request gets 404.
pub(super) async fn delete(request: RequestBuilder) -> Result<(), Error> {
    match carry_out(request).await {
        Err(Error::NotFound) => Ok(()),
        other => other,
    }
}

/// Sends the request for one page of the list `name`.
pub(super) async fn fetch_page<T: DeserializeOwned>(
    request: RequestBuilder,
    name: &str,
    page: u32,
) -> Result<Page<T>, Error> {
    let request = request.query(&[("page", page), ("per_page", PER_PAGE)]);
    let mut body = json(send(request).await?).await?;
    let items = member(&mut body, name)?;
    let next_page = body.get_mut("next_page").map_or(Ok(None), |next| {
        Option::<u32>::deserialize(next.take()).map_err(|_| unreadable("next_page", "not a page"))
    })?;
    if next_page.is_some_and(|next| next <= page) {
        return Err(unreadable("next_page", "does not lead on"));
    }
    Ok(Page { items, next_page })
}

/// Follows the list `name` from its first page, for at most `max_pages` pages.
///
/// Returns the items, and whether that was the whole list.
pub(super) async fn fetch_pages<T: DeserializeOwned>(
    request: impl Fn() -> Result<RequestBuilder, Error>,
    name: &str,
    max_pages: usize,
) -> Result<(Vec<T>, bool), Error> {
    let mut items = Vec::new();
    let mut page = 1;
    for _ in 0..max_pages {
        let answer = fetch_page(request()?, name, page).await?;
        items.extend(answer.items);
        match answer.next_page {
            Some(next) => page = next,
            None => return Ok((items, true)),
        }
    }
    Ok((items, false))
}

/// Follows the list `name` to its end. A list beyond 1,000 pages is an error, as a part of a list
/// would be taken for the whole.
pub(super) async fn fetch_all<T: DeserializeOwned>(
    request: impl Fn() -> Result<RequestBuilder, Error>,
    name: &str,
) -> Result<Vec<T>, Error> {
    match fetch_pages(request, name, 1000).await? {
        (items, true) => Ok(items),
        (_, false) => Err(unreadable(name, "a list without an end")),
    }
}

/// A failure of the connection. The address is dropped from it: its query may hold a street.
pub(super) fn connection(source: reqwest::Error) -> Error {
    if source.is_builder() {
        return Error::invalid("The request can't be made from these values.");
    }
    let maybe_took_effect = !source.is_connect();
    Error::Connection {
        source: source.without_url(),
        maybe_took_effect,
    }
}

async fn refusal(response: Response) -> Error {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized,
        StatusCode::FORBIDDEN => Error::Forbidden,
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::TOO_MANY_REQUESTS => Error::RateLimited { retry_after },
        StatusCode::CONFLICT => Error::Conflict(messages(response).await),
        StatusCode::UNPROCESSABLE_ENTITY => Error::Invalid {
            messages: messages(response).await,
        },
        _ if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Error::Unavailable {
                status: status.as_u16(),
            }
        }
        _ => Error::Rejected {
            status: status.as_u16(),
            messages: messages(response).await,
        },
    }
}

/// The answer's `errors`. The status has said what matters, so a body without them is no error.
async fn messages(response: Response) -> Messages {
    let errors = match json(response).await {
        Ok(mut body) => body.get_mut("errors").map(Value::take),
        Err(_) => None,
    };
    Messages(
        errors
            .and_then(|errors| serde_json::from_value(errors).ok())
            .unwrap_or_default(),
    )
}

async fn json(mut response: Response) -> Result<Value, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(connection)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(unreadable("the answer", "too long"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| unreadable("the answer", "not JSON"))
}

fn member<T: DeserializeOwned>(body: &mut Value, name: &str) -> Result<T, Error> {
    let value = body
        .get_mut(name)
        .ok_or_else(|| unreadable(name, "missing"))?
        .take();
    serde_json::from_value(value).map_err(|error| unreadable(name, &shape(&error)))
}

fn unreadable(what: &str, problem: &str) -> Error {
    Error::Unreadable(format!("{what}: {problem}"))
}

/// What is wrong with a JSON value, without the value: it may be anything, an e-mail address too.
pub(crate) fn shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split(" at line ").next() {
        Some(missing) if missing.starts_with("missing field `") => missing.to_owned(),
        _ if error.line() > 0 => {
            format!(
                "unexpected value at line {} column {}",
                error.line(),
                error.column()
            )
        }
        _ => "unexpected value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(base: &str, segments: &[&str]) -> String {
        address(&Url::parse(base).unwrap(), segments)
            .unwrap()
            .path()
            .to_owned()
    }

    #[test]
    fn segments_are_percent_encoded() {
        assert_eq!(
            path(
                "http://one-click.example",
                &["images", "a/b?c#d%2F\n é..~-_"]
            ),
            "/v1/images/a%2Fb%3Fc%23d%252F%0A%20%C3%A9..~-_"
        );
    }

    #[test]
    fn the_base_may_have_a_path_and_a_slash() {
        assert_eq!(path("http://one-click.example/api/", &["x"]), "/api/v1/x");
        assert_eq!(path("http://one-click.example/api", &["x"]), "/api/v1/x");
    }

    #[test]
    fn segments_that_name_another_resource_are_refused() {
        let base = Url::parse("http://one-click.example").unwrap();
        for segment in ["", ".", ".."] {
            let refused = address(&base, &["images", segment]);
            assert!(matches!(refused, Err(Error::Invalid { .. })), "{segment:?}");
        }
    }

    #[test]
    fn a_json_error_is_told_without_the_value() {
        let error = serde_json::from_str::<u32>("\"someone@example.com\"").unwrap_err();
        assert_eq!(shape(&error), "unexpected value at line 1 column 21");
    }
}
