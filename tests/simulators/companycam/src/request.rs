//! Reading requests and answering them the way a Rails API does.

use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::state::Id;

const DEFAULT_PER_PAGE: usize = 50;
const MAX_PER_PAGE: usize = 100;

/// `{"errors": [message]}` with a status.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    retry_after: Option<u64>,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, message: &str) -> Self {
        Self {
            status,
            message: message.to_owned(),
            retry_after: None,
        }
    }

    pub fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub fn unprocessable(message: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Insufficient scope")
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Record not found")
    }

    pub fn rate_limited(retry_after: Option<u64>) -> Self {
        Self {
            retry_after,
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded")
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({"errors": [self.message]}))).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A query or form string, names and values in order, as Rails would see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// The last value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The last value of a name, empty when absent.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// An array filter: every `name[]`, or without brackets only the last `name`.
    pub fn ids(&self, name: &str) -> Option<Vec<Id>> {
        let bracketed = format!("{name}[]");
        let values: Vec<&str> = self
            .0
            .iter()
            .filter(|(key, _)| *key == bracketed)
            .map(|(_, value)| value.as_str())
            .collect();
        let values = if values.is_empty() {
            vec![self.get(name)?]
        } else {
            values
        };
        Some(
            values
                .into_iter()
                .filter_map(|value| value.parse().ok())
                .collect(),
        )
    }

    pub fn per_page(&self) -> usize {
        self.get("per_page")
            .and_then(|value| value.parse().ok())
            .map_or(DEFAULT_PER_PAGE, |wanted: usize| {
                wanted.clamp(1, MAX_PER_PAGE)
            })
    }

    /// The page asked for, out of all rows.
    pub fn page<T>(&self, rows: Vec<T>) -> Vec<T> {
        let page: usize = self
            .get("page")
            .and_then(|value| value.parse().ok())
            .unwrap_or(1);
        let per_page = self.per_page();
        let skipped = page.max(1).saturating_sub(1).saturating_mul(per_page);
        rows.into_iter().skip(skipped).take(per_page).collect()
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::parse(
            parts.uri.query().unwrap_or_default().as_bytes(),
        ))
    }
}

/// A URL-encoded body.
pub(crate) struct Form(pub Params);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = BytesRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Params::parse(
            &Bytes::from_request(request, state).await?,
        )))
    }
}

/// A JSON body, whatever its content type says.
pub(crate) struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::bad_request("Bad Request"))?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| ApiError::bad_request(&format!("Bad Request: {error}")))
    }
}

/// An id in a path; what is no number is no record.
pub(crate) fn parse_id(text: &str) -> ApiResult<Id> {
    text.parse().map_err(|_| ApiError::not_found())
}

/// An id in a JSON body: a string or a number.
pub(crate) fn id_of(value: &serde_json::Value) -> Option<Id> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
