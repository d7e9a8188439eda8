//! Reading forms.

use axum::extract::{Form, FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

use crate::ErrorPage;

/// A form's fields, or a page that says that they are not readable.
pub async fn read_form<T: DeserializeOwned>(mut request: Request) -> Result<T, ErrorPage> {
    // Some clients leave the type out when there are no fields; then only the token is missing.
    let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    let headers = request.headers_mut();
    headers.entry(CONTENT_TYPE).or_insert(form_type);
    let Form(fields) = Form::from_request(request, &()).await.map_err(|rejection| {
        tracing::info!(cause = %rejection, "a form could not be read");
        let text = "The form’s fields could not be read. Nothing was changed. Go back to the page, reload it and try again.";
        ErrorPage::new(StatusCode::BAD_REQUEST, "This form is not readable", text)
    })?;
    Ok(fields)
}
