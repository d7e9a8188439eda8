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
use simulator_kit::Chunked;

use crate::Shared;
use crate::settings::Settings;
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

impl Signature {
    /// Whether the address does not work, or no more.
    fn is_over(&self, settings: &Settings) -> bool {
        settings.address_seconds.is_some() && self.expires.is_none_or(|end| end < now())
    }
}

/// Earlier versions of a photo's file stay where they were; a deleted photo's files are gone.
async fn photo(
    State(sim): State<Shared>,
    Path((photo, version, name)): Path<(Id, usize, String)>,
    Query(signature): Query<Signature>,
) -> Response {
    let found = {
        let state = sim.lock();
        if signature.is_over(&state.settings) {
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
    // The original is what was taken; `web` is made from it.
    let file = if name == "web.jpg" {
        file.for_web()
    } else {
        file
    };
    answer(uri, file.content_type(), file.jpeg())
}

/// The current version of a document's file.
async fn document(
    State(sim): State<Shared>,
    Path(id): Path<Id>,
    Query(signature): Query<Signature>,
) -> Response {
    let found = {
        let state = sim.lock();
        if signature.is_over(&state.settings) {
            return StatusCode::FORBIDDEN.into_response();
        }
        state.documents.get(&id).cloned()
    };
    match found {
        Some(found) => answer(found.uri, &found.content_type, &found.file.content),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The file, or what is in its place.
fn answer(uri: UriKind, content_type: &str, file: &Chunked) -> Response {
    let named = |content_type: &str| [(header::CONTENT_TYPE, content_type.to_owned())];
    match uri {
        UriKind::Redirect { to } => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        UriKind::NotImage => {
            let page = "<!doctype html><title>Not a photo</title>";
            (named(content_type), page).into_response()
        }
        UriKind::Gone => StatusCode::NOT_FOUND.into_response(),
        UriKind::Forbidden => StatusCode::FORBIDDEN.into_response(),
        UriKind::Empty => (named(content_type), "").into_response(),
        UriKind::Drawing => {
            let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
            (named("image/svg+xml"), drawing).into_response()
        }
        UriKind::Huge { bytes } => {
            // It begins as the file does, so only its size gives it away.
            let head = file.chunks().first().cloned().unwrap_or_default();
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
            streamed(content_type, bytes, Body::from_stream(body))
        }
        UriKind::Normal | UriKind::Missing | UriKind::Foreign { .. } => {
            let chunks: Vec<Result<Bytes, Infallible>> =
                file.chunks().iter().cloned().map(Ok).collect();
            let body = Body::from_stream(stream::iter(chunks));
            streamed(content_type, file.size() as u64, body)
        }
    }
}

fn streamed(content_type: &str, length: u64, body: Body) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    (headers, body).into_response()
}
