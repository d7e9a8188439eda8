//! Reading a multipart upload: a JSON part with the description, and the file.

use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use serde_json::Value;

use crate::error::ApiError;
use crate::model::AttachmentKind;
use crate::world::attachments::Upload;

/// Reads to the end, so that a cut-off request is an error and stores nothing.
pub(super) async fn read(
    mut multipart: Multipart,
    kind: AttachmentKind,
) -> Result<(Value, Upload), ApiError> {
    let mut description = None;
    let mut upload = None;
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        if field.name() == Some(kind.singular()) {
            description = Some(read_description(field, kind).await?);
        } else if field.name() == Some("file") {
            upload = Some(read_file(field).await?);
        }
    }
    match (description, upload) {
        (Some(description), Some(upload)) => Ok((description, upload)),
        (None, _) => Err(ApiError::invalid(format!(
            "The part {} is missing",
            kind.singular()
        ))),
        (_, None) => Err(ApiError::invalid("The part file is missing")),
    }
}

async fn read_description(field: Field<'_>, kind: AttachmentKind) -> Result<Value, ApiError> {
    let text = field.bytes().await.map_err(unreadable)?;
    serde_json::from_slice(&text)
        .map_err(|_| ApiError::invalid(format!("The part {} is not JSON", kind.singular())))
}

async fn read_file(mut field: Field<'_>) -> Result<Upload, ApiError> {
    let content_type = field.content_type().map(str::to_owned);
    let mut data = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        data.extend_from_slice(&chunk);
    }
    Ok(Upload {
        data: Bytes::from(data),
        content_type,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err asks for")]
fn unreadable(error: MultipartError) -> ApiError {
    ApiError::invalid(format!("The upload is unreadable: {}", error.body_text()))
}
