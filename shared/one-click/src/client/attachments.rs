//! Images and documents: listing, uploading, changing and deleting.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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

/// In place of the limit for other requests: more than any function may run. There is none for the
/// whole of an upload, since 100 MB may take long on a slow day; but it may not stand still.
const NO_TIMEOUT: Duration = Duration::from_hours(1);

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

/// Which image or document: on which job, and under which id of ours.
#[derive(Debug, Clone, Copy)]
pub struct AttachmentAt<'a> {
    /// The job's organization.
    pub org: &'a OrgId,
    /// The job.
    pub job: &'a JobId,
    /// Our id of it, unique on the job.
    pub external_id: &'a str,
}

impl<'a> AttachmentAt<'a> {
    fn segments(&self, kind: &'a str) -> [&'a str; 6] {
        let (org, job) = (self.org.as_str(), self.job.as_str());
        ["organizations", org, "jobs", job, kind, self.external_id]
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
        at: AttachmentAt<'_>,
        fields: &ImageFields,
        file: Upload,
    ) -> Result<Image, Error> {
        let request = self.request(Method::PUT, &at.segments("images"))?;
        upload(request, "image", fields, file, self.upload_idle).await
    }

    /// Changes what is told about an image, without its file; same version rule as
    /// [`Client::put_image`].
    pub async fn patch_image(
        &self,
        at: AttachmentAt<'_>,
        fields: &ImageFields,
    ) -> Result<Image, Error> {
        let request = self
            .request(Method::PATCH, &at.segments("images"))?
            .json(&json!({ "image": fields }));
        fetch(request, "image").await
    }

    /// Gives an image of another origin, which has this id of One Click's, our external id.
    ///
    /// [`Error::Conflict`] if another image of the job has that already, [`Error::NotFound`] if there is
    /// no such image.
    pub async fn adopt_image(&self, at: AttachmentAt<'_>, id: &str) -> Result<Image, Error> {
        self.adopt(at, id, ("images", "image")).await
    }

    /// The same of a document.
    pub async fn adopt_document(&self, at: AttachmentAt<'_>, id: &str) -> Result<Document, Error> {
        self.adopt(at, id, ("documents", "document")).await
    }

    async fn adopt<T: DeserializeOwned>(
        &self,
        at: AttachmentAt<'_>,
        id: &str,
        (kinds, kind): (&str, &str),
    ) -> Result<T, Error> {
        let which = format!("id:{id}");
        let there = AttachmentAt {
            external_id: &which,
            ..at
        };
        let request = self
            .request(Method::PATCH, &there.segments(kinds))?
            .json(&json!({ kind: { "external_id": at.external_id } }));
        fetch(request, kind).await
    }

    /// Deletes an image. Succeeds also if there is none.
    pub async fn delete_image(&self, at: AttachmentAt<'_>) -> Result<(), Error> {
        delete(self.request(Method::DELETE, &at.segments("images"))?).await
    }

    /// All documents of the job, deleted ones included if One Click lists them.
    pub async fn documents(&self, org: &OrgId, job: &JobId) -> Result<Listed<Document>, Error> {
        self.attachments(org, job, "documents").await
    }

    /// Puts a document in place, as [`Client::put_image`] does an image.
    pub async fn put_document(
        &self,
        at: AttachmentAt<'_>,
        fields: &DocumentFields,
        file: Upload,
    ) -> Result<Document, Error> {
        let request = self.request(Method::PUT, &at.segments("documents"))?;
        upload(request, "document", fields, file, self.upload_idle).await
    }

    /// Deletes a document. Succeeds also if there is none.
    pub async fn delete_document(&self, at: AttachmentAt<'_>) -> Result<(), Error> {
        let segments = at.segments("documents");
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

    let flow = Flow::default();
    let content = Body::wrap_stream(watched(file.stream, file.length, flow.clone()));
    let content = match file.length {
        Some(length) => Part::stream_with_length(content, length),
        None => Part::stream(content),
    };
    let content = content
        .file_name(file.file_name)
        .mime_str(&file.content_type)
        .map_err(unusable_type)?;

    let form = Form::new().part(name, fields).part("file", content);
    let request = request.timeout(NO_TIMEOUT).multipart(form);
    let sending = fetch(request, name);
    let answer = tokio::select! {
        answer = sending => answer,
        () = flow.stalls(idle) => Err(Error::Stalled),
    };
    match (answer, flow.take_failure()) {
        (Err(Error::Connection { .. }), Some(source)) => Err(Error::Source(source)),
        (answer, _) => answer,
    }
}

fn unusable_type(_: reqwest::Error) -> Error {
    Error::invalid("The file's media type is not one.")
}

/// What is seen of an upload while the HTTP client has it: when something last moved, whether it is the
/// source that is waited for, and the source's error, of which the client gives back only that sending
/// failed.
#[derive(Clone)]
struct Flow(Arc<Mutex<FlowState>>);

struct FlowState {
    moved_at: Instant,
    waits_for_source: bool,
    failure: Option<io::Error>,
}

impl Default for Flow {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(FlowState {
            moved_at: Instant::now(),
            waits_for_source: false,
            failure: None,
        })))
    }
}

impl Flow {
    fn lock(&self) -> MutexGuard<'_, FlowState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One Click has taken in what there was.
    fn waits(&self) {
        self.lock().waits_for_source = true;
    }

    fn moves(&self) {
        let mut state = self.lock();
        state.waits_for_source = false;
        state.moved_at = Instant::now();
    }

    fn fail(&self, error: io::Error) {
        self.lock().failure = Some(error);
    }

    fn take_failure(&self) -> Option<io::Error> {
        self.lock().failure.take()
    }

    /// Waits until nothing has moved for so long, through One Click: the source minds its own time.
    async fn stalls(&self, idle: Duration) {
        loop {
            let left = {
                let state = self.lock();
                if state.waits_for_source {
                    idle
                } else {
                    idle.saturating_sub(state.moved_at.elapsed())
                }
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }
}

/// The stream up to its first error, which goes to `flow`; a length other than the claimed one is an
/// error too. An error makes the HTTP client drop the connection in the middle of the body.
fn watched(
    source: BoxStream<'static, io::Result<Bytes>>,
    length: Option<u64>,
    flow: Flow,
) -> impl futures::Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(Some((source, length, flow)), |state| async move {
        let (mut source, left, flow) = state?;
        flow.waits();
        let next = source.next().await;
        flow.moves();
        let error = match (next, left) {
            (Some(Ok(chunk)), None) => return Some((Ok(chunk), Some((source, None, flow)))),
            (Some(Ok(chunk)), Some(left)) => match left.checked_sub(chunk.len() as u64) {
                Some(left) => return Some((Ok(chunk), Some((source, Some(left), flow)))),
                None => io::Error::other("the file is longer than announced"),
            },
            (None, None | Some(0)) => return None,
            (None, Some(_)) => io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file ended before its length",
            ),
            (Some(Err(error)), _) => error,
        };
        flow.fail(error);
        Some((Err(io::Error::other("the source failed")), None))
    })
}
