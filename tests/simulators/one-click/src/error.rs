//! The API's errors: a status and `{"errors": ["…"]}`.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ApiError {
    /// 401: no bearer token, or another one.
    Unauthorized,
    /// 404: no such thing in this organization.
    NotFound(&'static str),
    /// 409: it cannot be done as things are.
    Conflict(&'static str),
    /// 422: what is wrong with the request, one sentence each.
    Invalid(Vec<String>),
}

impl ApiError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(vec![message.into()])
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, errors) = match self {
            Self::Unauthorized => {
                let errors = vec!["The service token is missing or wrong".to_owned()];
                let body = Json(json!({ "errors": errors }));
                let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
                return (StatusCode::UNAUTHORIZED, challenge, body).into_response();
            }
            Self::NotFound(what) => (StatusCode::NOT_FOUND, vec![format!("{what} not found")]),
            Self::Conflict(why) => (StatusCode::CONFLICT, vec![why.to_owned()]),
            Self::Invalid(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        };
        (status, Json(json!({ "errors": errors }))).into_response()
    }
}
