//! An answer as it came, and how to tell of it without telling what is in it.

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use crate::json::shape;

/// An answer, whatever its status.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty where only the head was wanted.
    pub body: Bytes,
    json: Option<Value>,
}

impl Answer {
    pub fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let json = serde_json::from_slice(&body).ok();
        Self {
            status,
            headers,
            body,
            json,
        }
    }

    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<&Value> {
        self.json.as_ref()
    }

    /// The body as JSON of a 2xx.
    pub fn success(&self) -> Option<&Value> {
        self.json().filter(|_| self.status.is_success())
    }

    /// A header's text; empty counts as absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name)?.to_str().ok()?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The media type, without parameters.
    pub fn content_type(&self) -> &str {
        let full = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        full.split(';').next().unwrap_or_default().trim()
    }

    /// Whether it is a page for a browser.
    pub fn is_page(&self) -> bool {
        self.content_type().contains("html") || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// Whether it is an error in the form `{"errors": ["…"]}`.
    pub fn has_errors(&self) -> bool {
        let errors = self.json().and_then(|body| body.get("errors"));
        errors
            .and_then(Value::as_array)
            .is_some_and(|errors| !errors.is_empty() && errors.iter().all(Value::is_string))
    }

    /// Status and form: `404 with an object of errors`.
    pub fn seen(&self) -> String {
        let form = match self.json() {
            Some(value) => shape(value),
            None if self.body.is_empty() => "an empty body".to_owned(),
            None if self.is_page() => "an HTML page".to_owned(),
            None => match self.content_type() {
                "" => "a body that is no JSON".to_owned(),
                content_type => format!("{content_type}, no JSON"),
            },
        };
        format!("{} with {form}", self.status.as_u16())
    }
}
