//! Images and documents: listing, uploading, changing and deleting.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Client;
use super::http::{Listed, delete, fetch, fetch_all};
use crate::error::Error;
use crate::ids::{JobId, OrgId};
use crate::types::{Document, DocumentFields, Image, ImageFields};

/// The time an upload may take, answer included.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(2);

/// A file on its way to One Click. It is passed on as it arrives, never held as a whole.
pub struct Upload {
    /// The media type, such as `image/jpeg`.
    pub content_type: String,
    /// The name of the file.
    pub file_name: String,
    /// The length in bytes, if known. A stream of another length is a failed one.
    pub length: Option<u64>,
    /// The content. An error ends the request without completing it.
    pub stream: BoxStream<'static, io::Result<Bytes>>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Upload")
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// All images of the job, deleted ones included if One Click lists them.
    pub async fn images(&self, org: &OrgId, job: &JobId) -> Result<Listed<Image>, Error> {
        self.attachments(org, job, "images").await
    }

    /// Puts an image in place: new, or replacing the one of this external id unless that has a
    /// higher version. Returns the image as stored, so its version tells which of both it is.
    ///
    /// [`Error::Source`] if the upload's stream fails or is not as long as it claims: then One
    /// Click has seen no complete request, and keeps what it had.
    pub async fn put_image(
        &self,
        org: &OrgId,
        job: &JobId,
        external_id: &str,
        fields: &ImageFields,
        file: Upload,
    ) -> Result<Image, Error> {
        let request = self.request(Method::PUT, &attachment(org, job, "images", external_id))?;
        upload(request, "image", fields, file, self.upload_idle).await
    }

    /// Changes what is told about an image, without its file; same version rule as
    /// [`Client::put_image`].
    pub async fn patch_image(
        &self,
        org: &OrgId,
        job: &JobId,
        external_id: &str,
        fields: &ImageFields,
    ) -> Result<Image, Error> {
        let request = self
            .request(Method::PATCH, &attachment(org, job, "images", external_id))?
            .json(&json!({ "image": fields }));
        fetch(request, "image").await
    }

    /// Deletes an image. Succeeds also if there is none.
    pub async fn delete_image(
        &self,
        org: &OrgId,
        job: &JobId,
        external_id: &str,
    ) -> Result<(), Error> {
        delete(self.request(Method::DELETE, &attachment(org, job, "images", external_id))?).await
    }

    /// All documents of the job, deleted ones included if One Click lists them.
    pub async fn documents(&self, org: &OrgId, job: &JobId) -> Result<Listed<Document>, Error> {
        self.attachments(org, job, "documents").await
    }

    /// Puts a document in place, as [`Client::put_image`] does an image.
    pub async fn put_document(
        &self,
        org: &OrgId,
        job: &JobId,
        external_id: &str,
        fields: &DocumentFields,
        file: Upload,
    ) -> Result<Document, Error> {
        let request = self.request(Method::PUT, &attachment(org, job, "documents", external_id))?;
        upload(request, "document", fields, file, self.upload_idle).await
    }

    /// Deletes a document. Succeeds also if there is none.
    pub async fn delete_document(
        &self,
        org: &OrgId,
        job: &JobId,
        external_id: &str,
    ) -> Result<(), Error> {
        let segments = attachment(org, job, "documents", external_id);
        delete(self.request(Method::DELETE, &segments)?).await
    }

    async fn attachments<T: DeserializeOwned>(
        &self,
        org: &OrgId,
        job: &JobId,
        kind: &str,
    ) -> Result<Listed<T>, Error> {
        let segments = ["organizations", org.as_str(), "jobs", job.as_str(), kind];
        fetch_all(|| self.request(Method::GET, &segments), kind).await
    }
}

fn attachment<'a>(
    org: &'a OrgId,
    job: &'a JobId,
    kind: &'a str,
    external_id: &'a str,
) -> [&'a str; 6] {
    [
        "organizations",
        org.as_str(),
        "jobs",
        job.as_str(),
        kind,
        external_id,
    ]
}

/// Sends the fields as the part `name` and the file as the part `file`, and reads the answer's
/// member `name`.
async fn upload<T: DeserializeOwned>(
    request: RequestBuilder,
    name: &'static str,
    fields: &impl Serialize,
    file: Upload,
    idle: Duration,
) -> Result<T, Error> {
    let fields = serde_json::to_string(fields)
        .map_err(|_| Error::invalid("The fields can't be written as JSON."))?;
    let fields = Part::text(fields)
        .mime_str("application/json")
        .map_err(unusable_type)?;

    let failure = SourceFailure::default();
    let moved = Moved::default();
    let seen = moved.clone();
    let stream = watched(file.stream, file.length, failure.clone());
    let content = Body::wrap_stream(stream.inspect(move |_| seen.note()));
    let content = match file.length {
        Some(length) => Part::stream_with_length(content, length),
        None => Part::stream(content),
    };
    let content = content
        .file_name(file.file_name)
        .mime_str(&file.content_type)
        .map_err(unusable_type)?;

    let form = Form::new().part(name, fields).part("file", content);
    let sending = fetch(request.timeout(UPLOAD_TIMEOUT).multipart(form), name);
    let answer = tokio::select! {
        answer = sending => answer,
        () = moved.stands_still(idle) => Err(Error::Stalled),
    };
    match (answer, failure.take()) {
        (Err(Error::Connection { .. }), Some(source)) => Err(Error::Source(source)),
        (answer, _) => answer,
    }
}

fn unusable_type(_: reqwest::Error) -> Error {
    Error::invalid("The file's media type is not one.")
}

/// Where a failing source leaves its error: the HTTP client gives back only that sending failed.
#[derive(Clone, Default)]
struct SourceFailure(Arc<Mutex<Option<io::Error>>>);

impl SourceFailure {
    fn set(&self, error: io::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// How many pieces of a file One Click has taken.
#[derive(Clone, Default)]
struct Moved(Arc<AtomicU64>);

impl Moved {
    fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns when nothing has moved for so long, or for up to twice as long.
    async fn stands_still(&self, idle: Duration) {
        let mut before = None;
        loop {
            let now = self.0.load(Ordering::Relaxed);
            if before.replace(now) == Some(now) {
                return;
            }
            tokio::time::sleep(idle).await;
        }
    }
}

/// The stream up to its first error, which goes to `failure`; a length other than the claimed one
/// is an error too. An error makes the HTTP client drop the connection in the middle of the body.
fn watched(
    source: BoxStream<'static, io::Result<Bytes>>,
    length: Option<u64>,
    failure: SourceFailure,
) -> impl futures::Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(Some((source, length, failure)), |state| async move {
        let (mut source, left, failure) = state?;
        let error = match (source.next().await, left) {
            (Some(Ok(chunk)), None) => return Some((Ok(chunk), Some((source, None, failure)))),
            (Some(Ok(chunk)), Some(left)) => match left.checked_sub(chunk.len() as u64) {
                Some(left) => return Some((Ok(chunk), Some((source, Some(left), failure)))),
                None => io::Error::other("the file is longer than announced"),
            },
            (None, None | Some(0)) => return None,
            (None, Some(_)) => io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file ended before its length",
            ),
            (Some(Err(error)), _) => error,
        };
        failure.set(error);
        Some((Err(io::Error::other("the source failed")), None))
    })
}
