//! Photos and documents from the CDN: checked, bounded and streamed.
//!
//! A URL comes out of an answer or a delivery, so it is not trusted: only allowed hosts, no private
//! address behind an allowed name, every redirect checked again, at most 100 MB, and only where the
//! bytes are what they should be. Nothing is kept in memory but the chunk at hand.

mod hosts;
mod sniff;

use std::error::Error as _;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use reqwest::Response;
use reqwest::dns::Resolve;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use url::Url;

pub use hosts::{InvalidHosts, MediaHosts};

use crate::client::{USER_AGENT, install_tls};
use hosts::{NotPublic, PublicOnly, System, Trust};
use sniff::{HEAD, Kind};

/// The longest photo or document, in bytes.
pub const MAX_BYTES: u64 = 100 * 1024 * 1024;
const MAX_REDIRECTS: usize = 3;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Until the answer begins.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two chunks. There is no limit for the whole: 100 MB may take long on a slow day.
const IDLE_TIMEOUT: Duration = Duration::from_secs(25);

/// Fetches from the allowed hosts. Cheap to clone; build it once.
#[derive(Clone)]
pub struct Media(Arc<Inner>);

struct Inner {
    hosts: MediaHosts,
    lookup: Arc<dyn Resolve>,
    literal: OnceLock<reqwest::Client>,
    public_only: OnceLock<reqwest::Client>,
}

/// A file being downloaded, of which the first bytes have been looked at.
pub struct Download {
    /// What the bytes are, such as `image/jpeg`.
    pub content_type: String,
    /// The extension that goes with it, without a dot: `jpg`.
    pub extension: &'static str,
    /// The length in bytes, where the server says it.
    pub length: Option<u64>,
    /// The whole file. An error in it is a [`MediaError`] inside an [`io::Error`]: see
    /// [`MediaError::within`].
    pub stream: BoxStream<'static, io::Result<Bytes>>,
}

/// Why there is no file. The texts can be shown: they hold no path and no query.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The address is not one to fetch from; the text says why.
    #[error("the file's address is not allowed: {0}")]
    NotAllowed(String),
    /// The address leads on to where nothing is fetched from, or never to a file.
    #[error("the file's address leads elsewhere: {0}")]
    Redirected(String),
    /// The bytes are no JPEG, PNG, GIF, WebP, HEIC or TIFF.
    #[error("the file is not an image")]
    NotAnImage,
    /// A page or a message, where a file should be.
    #[error("a page came instead of the file")]
    Page,
    /// Nothing came.
    #[error("the file is empty")]
    Empty,
    /// The bytes of a document are something else than it claims to be.
    #[error("the document is not what it claims to be")]
    NotAsClaimed,
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than 100 MB")]
    TooLarge,
    /// 404 or 410.
    #[error("there is no file at its address")]
    Gone,
    /// 401 or 403.
    #[error("the file's address is not accepted ({0})")]
    Refused(u16),
    /// Another HTTP status than 200.
    #[error("the file is not available ({0})")]
    Unavailable(u16),
    /// This machine makes no HTTP client, as without a certificate store.
    #[error("no HTTP client could be made")]
    NoClient(#[source] reqwest::Error),
    /// No answer in time.
    #[error("the file's host does not answer")]
    Silent,
    /// No answer, or not all of it.
    #[error("the connection to the file's host failed")]
    Connection(#[source] reqwest::Error),
}

/// What a failure says about the file. The CDN speaks by its statuses alone, and whatever stands in
/// front of it has those too: so nothing here is a last word but our own rules (B33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing, and the host has no part in it.
    Passing,
    /// Nothing: the host fails for now, at this file or at all.
    Host,
    /// The address leads to no file: the same may, later, or a newer one.
    Address,
    /// The file itself will not do.
    File,
    /// We do not fetch from there.
    NotAllowed,
}

impl MediaError {
    /// What it says about the file.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Unavailable(status) if *status >= 500 || matches!(*status, 408 | 425 | 429) => {
                Verdict::Host
            }
            // A fault of ours, not of the file.
            Self::NoClient(_) => Verdict::Passing,
            Self::Silent => Verdict::Host,
            Self::Connection(source) if !source.is_builder() => Verdict::Host,
            Self::Gone
            | Self::Refused(_)
            | Self::Unavailable(_)
            | Self::Redirected(_)
            | Self::Page
            | Self::Empty
            | Self::Connection(_) => Verdict::Address,
            Self::NotAnImage | Self::NotAsClaimed | Self::TooLarge => Verdict::File,
            Self::NotAllowed(_) => Verdict::NotAllowed,
        }
    }

    /// The error inside one of [`Download::stream`], also where other errors are wrapped around it.
    pub fn within<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            // An io::Error's source skips the error it holds.
            let held = error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref);
            let found = held
                .and_then(|held| held.downcast_ref())
                .or_else(|| error.downcast_ref());
            if found.is_some() {
                return found;
            }
            next = held
                .map(|held| held as &(dyn std::error::Error + 'static))
                .or_else(|| error.source());
        }
        None
    }

    fn connection(error: reqwest::Error) -> Self {
        let mut cause = error.source();
        while let Some(inner) = cause {
            if let Some(refusal) = inner.downcast_ref::<NotPublic>() {
                return Self::NotAllowed(refusal.to_string());
            }
            cause = inner.source();
        }
        Self::Connection(error.without_url())
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("hosts", &self.0.hosts)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_type", &self.content_type)
            .field("extension", &self.extension)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Media {
    /// Fetches from these hosts and nowhere else.
    pub fn new(hosts: MediaHosts) -> Self {
        Self::with_lookup(hosts, Arc::new(System))
    }

    fn with_lookup(hosts: MediaHosts, lookup: Arc<dyn Resolve>) -> Self {
        let (literal, public_only) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Inner {
            hosts,
            lookup,
            literal,
            public_only,
        }))
    }

    /// Opens a photo: the bytes must be an image.
    pub async fn open(&self, url: &str) -> Result<Download, MediaError> {
        let (response, head, length) = self.begin(url).await?;
        let Some(kind) = sniff::image(&head) else {
            let claim = content_type(&response);
            return Err(if head.is_empty() {
                MediaError::Empty
            } else if sniff::is_message(&head, claim) {
                MediaError::Page
            } else {
                MediaError::NotAnImage
            });
        };
        Ok(download(response, head, length, kind))
    }

    /// Opens a document. Where `claimed`, the document's own content type, is one that can be told
    /// from the bytes, they must fit; without a claim the host's `Content-Type` takes its place. A
    /// web page is only taken where it is claimed.
    pub async fn open_document(
        &self,
        url: &str,
        claimed: Option<&str>,
    ) -> Result<Download, MediaError> {
        let (response, head, length) = self.begin(url).await?;
        let said = content_type(&response);
        let claim = claimed.filter(|claim| !claim.trim().is_empty());
        let claim = claim.or(said.filter(|said| !said.contains("html")));
        let kind = sniff::document(&head, claim).ok_or(MediaError::NotAsClaimed)?;
        Ok(download(response, head, length, kind))
    }

    /// The answer, with its first bytes taken from it, and its length.
    async fn begin(&self, url: &str) -> Result<(Response, Bytes, Option<u64>), MediaError> {
        let url = Url::parse(url).map_err(|_| MediaError::NotAllowed("it is no URL".to_owned()))?;
        let mut response = self.follow(url).await?;
        // Asked later, it would be what is left.
        let length = response.content_length();
        if length.is_some_and(|length| length > MAX_BYTES) {
            return Err(MediaError::TooLarge);
        }
        let mut head = Bytes::new();
        while head.len() < HEAD {
            match response.chunk().await.map_err(MediaError::connection)? {
                Some(chunk) if head.is_empty() => head = chunk,
                Some(chunk) => head = [head, chunk].concat().into(),
                None => break,
            }
        }
        Ok((response, head, length))
    }

    async fn follow(&self, mut url: Url) -> Result<Response, MediaError> {
        for hop in 0..=MAX_REDIRECTS {
            let trust = self.0.hosts.check(&url).map_err(|reason| match hop {
                0 => MediaError::NotAllowed(reason),
                _ => MediaError::Redirected(reason),
            })?;
            let request = self.client(trust)?.get(url.clone()).send();
            let response = tokio::time::timeout(ANSWER_TIMEOUT, request)
                .await
                .map_err(|_| MediaError::Silent)?
                .map_err(MediaError::connection)?;
            match response.status().as_u16() {
                200 => return Ok(response),
                404 | 410 => return Err(MediaError::Gone),
                status @ (401 | 403) => return Err(MediaError::Refused(status)),
                status @ (301 | 302 | 303 | 307 | 308) => {
                    let target = response
                        .headers()
                        .get(LOCATION)
                        .and_then(|target| target.to_str().ok());
                    let target = target.ok_or(MediaError::Unavailable(status))?;
                    url = url
                        .join(target)
                        .map_err(|_| MediaError::Redirected("it is no URL".to_owned()))?;
                }
                status => return Err(MediaError::Unavailable(status)),
            }
        }
        Err(MediaError::Redirected(format!(
            "more than {MAX_REDIRECTS} times"
        )))
    }

    /// The client for such addresses, made once.
    fn client(&self, trust: Trust) -> Result<&reqwest::Client, MediaError> {
        let (kept, builder) = match trust {
            Trust::Literal => (&self.0.literal, reqwest::Client::builder()),
            Trust::Name => {
                let resolver = PublicOnly::over(self.0.lookup.clone());
                let builder = reqwest::Client::builder().https_only(true);
                let builder = builder.dns_resolver(Arc::new(resolver));
                (&self.0.public_only, builder)
            }
        };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        let client = build(builder).map_err(MediaError::NoClient)?;
        Ok(kept.get_or_init(|| client))
    }
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    builder
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        // A proxy would do the lookup in our place.
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(IDLE_TIMEOUT)
        .build()
}

/// What the host says that it is.
fn content_type(response: &Response) -> Option<&str> {
    response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
}

fn download(response: Response, head: Bytes, length: Option<u64>, kind: Kind) -> Download {
    let seen = head.len() as u64;
    let rest = stream::unfold(Some((response, seen)), |state| async move {
        let (mut response, seen) = state?;
        let chunk = match response.chunk().await.map_err(MediaError::connection) {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return None,
            Err(error) => return Some((Err(io::Error::other(error)), None)),
        };
        let seen = seen + chunk.len() as u64;
        if seen > MAX_BYTES {
            return Some((Err(io::Error::other(MediaError::TooLarge)), None));
        }
        Some((Ok(chunk), Some((response, seen))))
    });
    let stream = stream::iter((!head.is_empty()).then_some(Ok(head)))
        .chain(rest)
        .boxed();
    Download {
        content_type: kind.content_type,
        extension: kind.extension,
        length,
        stream,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use reqwest::dns::{Addrs, Name, Resolving};

    use super::*;

    /// A resolver that answers with this address, whatever is asked.
    struct Always(SocketAddr);

    impl Resolve for Always {
        fn resolve(&self, _: Name) -> Resolving {
            let address = self.0;
            Box::pin(async move { Ok(Box::new(std::iter::once(address)) as Addrs) })
        }
    }

    #[tokio::test]
    async fn a_private_address_behind_an_allowed_name_is_never_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let lookup = Arc::new(Always(listener.local_addr().unwrap()));
        let hosts = MediaHosts::parse("https://*.companycam.com").unwrap();
        let media = Media::with_lookup(hosts, lookup);
        let error = media
            .open("https://static.companycam.com/a.jpg")
            .await
            .unwrap_err();
        assert!(matches!(error, MediaError::NotAllowed(_)), "{error:?}");
        assert_eq!(error.verdict(), Verdict::NotAllowed);
    }

    #[test]
    fn an_error_is_found_inside_what_wraps_it() {
        let streamed = io::Error::other(MediaError::TooLarge);
        assert!(matches!(
            MediaError::within(&streamed),
            Some(MediaError::TooLarge)
        ));
        let wrapped = io::Error::other(io::Error::other(MediaError::Gone));
        assert!(matches!(
            MediaError::within(&wrapped),
            Some(MediaError::Gone)
        ));
        assert!(MediaError::within(&io::Error::other("else")).is_none());
    }
}
