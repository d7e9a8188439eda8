//! `/cdn`: files of photos and documents. No token, no rate limit.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::stream;
use serde::Deserialize;

use crate::Shared;
use crate::state::{Id, UriKind, now};

const JPEG: &str = "image/jpeg";
const ZEROS_LENGTH: usize = 64 * 1024;
static ZEROS: [u8; ZEROS_LENGTH] = [0; ZEROS_LENGTH];

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/cdn/{photo}/{version}/{name}", get(photo))
        .route("/cdn/documents/{id}", get(document))
}

#[derive(Deserialize)]
struct Signature {
    expires: Option<i64>,
}

/// Earlier versions of a photo's file stay where they were; a deleted photo's files are gone.
async fn photo(
    State(sim): State<Shared>,
    Path((photo, version, name)): Path<(Id, usize, String)>,
    Query(signature): Query<Signature>,
) -> Response {
    let found = {
        let state = sim.lock();
        if state.settings.address_seconds.is_some()
            && signature.expires.is_none_or(|end| end < now())
        {
            return StatusCode::FORBIDDEN.into_response();
        }
        state
            .photos
            .get(&photo)
            .filter(|photo| !photo.deleted)
            .and_then(|photo| Some((photo.files.get(version)?.clone(), photo.uri.clone())))
    };
    let Some((file, uri)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if name == "thumbnail.jpg" {
        return ([(header::CONTENT_TYPE, JPEG)], file.thumbnail()).into_response();
    }
    match uri {
        UriKind::Redirect { to } => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        UriKind::NotImage => (
            [(header::CONTENT_TYPE, JPEG)],
            "<!doctype html><title>Not a photo</title>",
        )
            .into_response(),
        UriKind::Gone => StatusCode::NOT_FOUND.into_response(),
        UriKind::Empty => ([(header::CONTENT_TYPE, JPEG)], "").into_response(),
        UriKind::Drawing => (
            [(header::CONTENT_TYPE, "image/svg+xml")],
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        )
            .into_response(),
        UriKind::Huge { bytes } => {
            // It begins as a JPEG, so only its size gives it away.
            let head = file.jpeg().chunks().first().cloned().unwrap_or_default();
            let left = bytes.saturating_sub(head.len() as u64);
            let body = stream::unfold((Some(head), left), |(head, left)| async move {
                if let Some(head) = head {
                    return Some((Ok::<_, Infallible>(head), (None, left)));
                }
                let length = usize::try_from(left)
                    .unwrap_or(usize::MAX)
                    .min(ZEROS_LENGTH);
                let chunk = Bytes::from_static(&ZEROS[..length]);
                (length > 0).then(|| (Ok(chunk), (None, left - length as u64)))
            });
            streamed(bytes, Body::from_stream(body))
        }
        UriKind::Normal | UriKind::Missing | UriKind::Foreign { .. } => {
            let jpeg = file.jpeg();
            let chunks: Vec<Result<Bytes, Infallible>> =
                jpeg.chunks().iter().cloned().map(Ok).collect();
            streamed(jpeg.size() as u64, Body::from_stream(stream::iter(chunks)))
        }
    }
}

fn streamed(length: u64, body: Body) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, JPEG.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    (headers, body).into_response()
}

async fn document(State(sim): State<Shared>, Path(id): Path<Id>) -> Response {
    let state = sim.lock();
    match state.documents.get(&id) {
        Some(document) => {
            let content_type = document.content_type.clone();
            (
                [(header::CONTENT_TYPE, content_type)],
                document.bytes.clone(),
            )
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
