//! Addresses, answers and lists: what all requests share.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::error::{Error, Messages};
use crate::ids::JobId;

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
    /// Its items that could be read, in One Click's order.
    pub items: Vec<T>,
    /// What could not be read: for each item its id, where there is one, and the reason. No personal
    /// data.
    pub unreadable: Vec<String>,
    /// The number of the page after it; none on the last page.
    pub next_page: Option<u32>,
}

/// A list, read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// Its items that could be read, in One Click's order.
    pub items: Vec<T>,
    /// What could not be read, as in a [`Page`].
    pub unreadable: Vec<String>,
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

/// An answer that One Click itself may have given: a success, or not yet told apart.
struct Answer {
    status: StatusCode,
    /// Whether its content type is JSON's, or not said.
    may_be_json: bool,
    body: Vec<u8>,
}

impl Answer {
    /// The body, where it is JSON and said to be.
    fn json(&self) -> Option<Value> {
        if !self.may_be_json {
            return None;
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// Something in front of One Click answered in its place.
    fn foreign(&self) -> Error {
        foreign(self.status)
    }
}

fn foreign(status: StatusCode) -> Error {
    Error::Foreign {
        status: status.as_u16(),
    }
}

/// Sends the request and sorts out every answer that is not a success. Only what has the form of the
/// contract is One Click's word (B33): a refusal is JSON with `errors`.
async fn send(request: RequestBuilder) -> Result<Answer, Error> {
    let response = request.send().await.map_err(connection)?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        // Whoever says so, the request went no further.
        return Err(Error::RateLimited {
            retry_after: retry_after(response.headers()),
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
    let answer = read(response).await?;
    if status.is_success() {
        return Ok(answer);
    }
    Err(match errors(&answer) {
        Some(messages) => refusal(status, messages),
        None => answer.foreign(),
    })
}

/// Sends the request and reads one member of the answer, such as `job`.
pub(super) async fn fetch<T: DeserializeOwned>(
    request: RequestBuilder,
    name: &str,
) -> Result<T, Error> {
    let (member, _) = fetch_member(request, name).await?;
    serde_json::from_value(member).map_err(|error| unreadable(name, &shape(&error)))
}

/// Sends the request, of whose answer the contract says nothing but that it is a success.
pub(super) async fn carry_out(request: RequestBuilder) -> Result<(), Error> {
    let answer = send(request).await?;
    let is_bare = matches!(answer.status, StatusCode::OK | StatusCode::NO_CONTENT)
        && answer.may_be_json
        && answer.body.is_empty();
    if is_bare || has_body(&answer) && answer.json().is_some() {
        return Ok(());
    }
    Err(answer.foreign())
}

/// Sends a deletion. What is not there needs no deleting: a repeated request gets 404.
pub(super) async fn delete(request: RequestBuilder) -> Result<(), Error> {
    match send(request).await {
        Ok(answer) if answer.status == StatusCode::NO_CONTENT && answer.body.is_empty() => Ok(()),
        Ok(answer) => Err(answer.foreign()),
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sends the request for one page of the list `name`.
pub(super) async fn fetch_page<T: DeserializeOwned>(
    request: RequestBuilder,
    name: &str,
    page: u32,
) -> Result<Page<T>, Error> {
    let request = request.query(&[("page", page), ("per_page", PER_PAGE)]);
    let (member, mut body) = fetch_member(request, name).await?;
    let Value::Array(values) = member else {
        return Err(foreign(StatusCode::OK));
    };
    let (items, unreadable) = elements(values);
    let next_page = body.get_mut("next_page").map_or(Ok(None), |next| {
        Option::<u32>::deserialize(next.take())
            .map_err(|_| self::unreadable("next_page", "not a page"))
    })?;
    if next_page.is_some_and(|next| next <= page) {
        return Err(self::unreadable("next_page", "does not lead on"));
    }
    Ok(Page {
        items,
        unreadable,
        next_page,
    })
}

/// Follows the list `name` from its first page, for at most `max_pages` pages.
///
/// Returns what they hold, and whether that was the whole list.
pub(super) async fn fetch_pages<T: DeserializeOwned>(
    request: impl Fn() -> Result<RequestBuilder, Error>,
    name: &str,
    max_pages: usize,
) -> Result<(Listed<T>, bool), Error> {
    let mut listed = Listed {
        items: Vec::new(),
        unreadable: Vec::new(),
    };
    let mut page = 1;
    for _ in 0..max_pages {
        let answer = fetch_page(request()?, name, page).await?;
        listed.items.extend(answer.items);
        listed.unreadable.extend(answer.unreadable);
        match answer.next_page {
            Some(next) => page = next,
            None => return Ok((listed, true)),
        }
    }
    Ok((listed, false))
}

/// Follows the list `name` to its end. A list beyond 1,000 pages is an error, as a part of a list
/// would be taken for the whole.
pub(super) async fn fetch_all<T: DeserializeOwned>(
    request: impl Fn() -> Result<RequestBuilder, Error>,
    name: &str,
) -> Result<Listed<T>, Error> {
    match fetch_pages(request, name, 1000).await? {
        (listed, true) => Ok(listed),
        (_, false) => Err(unreadable(name, "a list without an end")),
    }
}

/// A failure of the connection. The address is dropped from it: its query may hold a street.
fn connection(source: reqwest::Error) -> Error {
    if source.is_builder() {
        return Error::invalid("The request can't be made from these values.");
    }
    let maybe_took_effect = !source.is_connect();
    Error::Connection {
        source: source.without_url(),
        maybe_took_effect,
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

/// What One Click means by this status.
fn refusal(status: StatusCode, messages: Messages) -> Error {
    match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized,
        StatusCode::FORBIDDEN => Error::Forbidden,
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::CONFLICT => Error::Conflict(messages),
        StatusCode::UNPROCESSABLE_ENTITY => Error::Invalid { messages },
        _ => Error::Rejected {
            status: status.as_u16(),
            messages,
        },
    }
}

/// The answer's `errors`, a list of texts. Without them it is no refusal of One Click's.
fn errors(answer: &Answer) -> Option<Messages> {
    let errors = answer.json()?.get_mut("errors")?.take();
    serde_json::from_value(errors).ok().map(Messages)
}

async fn read(mut response: Response) -> Result<Answer, Error> {
    let status = response.status();
    let may_be_json = may_be_json(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(connection)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(unreadable("the answer", "too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        may_be_json,
        body,
    })
}

/// Whether the content type is JSON's. Where none is said, the body alone tells.
fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let content_type = content_type.to_str().unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// Whether a success of this status is one that brings a body.
fn has_body(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::OK | StatusCode::CREATED)
}

/// Sends the request; the answer's member `name`, and the rest of the answer. An answer without it has
/// not the form of the contract.
async fn fetch_member(request: RequestBuilder, name: &str) -> Result<(Value, Value), Error> {
    let answer = send(request).await?;
    let body = has_body(&answer).then(|| answer.json()).flatten();
    let mut body = body.ok_or_else(|| answer.foreign())?;
    let member = body.get_mut(name).map(Value::take);
    Ok((member.ok_or_else(|| answer.foreign())?, body))
}

/// Reads the elements one by one: the good ones, and a line for each bad one.
fn elements<T: DeserializeOwned>(values: Vec<Value>) -> (Vec<T>, Vec<String>) {
    let mut items = Vec::with_capacity(values.len());
    let mut unreadable = Vec::new();
    for (position, value) in values.into_iter().enumerate() {
        let id = value.get("id").and_then(readable_id);
        match serde_json::from_value(value) {
            Ok(item) => items.push(item),
            Err(error) => {
                let which = id.unwrap_or_else(|| format!("element {position}"));
                unreadable.push(format!("{which}: {}", shape(&error)));
            }
        }
    }
    (items, unreadable)
}

/// The text of an id, whatever it is the id of.
fn readable_id(value: &Value) -> Option<String> {
    JobId::deserialize(value).ok().map(|id| id.to_string())
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
