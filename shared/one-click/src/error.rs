//! What can go wrong with a request, sorted by what a caller does about it.

use std::fmt;
use std::io;
use std::time::Duration;

/// A request to One Click failed.
///
/// `Display` is a plain sentence without any data of the request or the answer, so it can be
/// logged and shown. What One Click itself said is in [`Error::messages`], and may repeat an
/// e-mail or street address that it refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 401, in One Click's own form like all refusals here: our service token is not accepted.
    #[error("One Click does not accept the integration's service token")]
    Unauthorized,
    /// 403: the token is good, but not for this organization or this action.
    #[error("One Click does not allow the integration to do this")]
    Forbidden,
    /// 404: no such organization, job, image, document or user.
    #[error("One Click does not have this any more")]
    NotFound,
    /// 409: it contradicts what One Click has.
    #[error("One Click refused: this contradicts what it already has")]
    Conflict(Messages),
    /// 422, or input that can't be sent at all.
    #[error("One Click does not accept these values")]
    Invalid {
        /// What One Click finds wrong.
        messages: Messages,
    },
    /// 429: too many requests.
    #[error("One Click asks to slow down")]
    RateLimited {
        /// How long it asks to wait, at most a day; none if it does not say.
        retry_after: Option<Duration>,
    },
    /// Another answer that is neither success nor a passing trouble.
    #[error("One Click answered with an unexpected status {status}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// What One Click says about it.
        messages: Messages,
    },
    /// Not One Click's own word: a page, a redirect, another content type, or JSON without the form
    /// that its contract gives this request. Something in front of it answered in its place, and
    /// nothing follows from what that said (B33).
    #[error("something else than One Click's API answered (status {status})")]
    Foreign {
        /// The HTTP status.
        status: u16,
    },
    /// 5xx, or 408 or 425: One Click has trouble, which should pass.
    #[error("One Click is not available at the moment (status {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// No answer, or only a part of one: refused, reset or timed out.
    #[error("{}", connection_sentence(source))]
    Connection {
        /// What happened. It carries no address.
        source: reqwest::Error,
        /// Whether the request may have been carried out nevertheless.
        maybe_took_effect: bool,
    },
    /// Nothing of an upload moved for too long: One Click takes no more of it, or does not answer.
    #[error("One Click did not take the file in time")]
    Stalled,
    /// The stream given as an upload's content failed; One Click is not to blame, and got no
    /// complete request.
    #[error("the file could not be read to its end")]
    Source(#[source] io::Error),
    /// One Click's own answer, in which something can't be read. The text says what is wrong with it.
    #[error("One Click gave an answer that can't be understood: {0}")]
    Unreadable(String),
}

fn connection_sentence(source: &reqwest::Error) -> &'static str {
    if source.is_connect() {
        "One Click could not be reached"
    } else if source.is_timeout() {
        "One Click did not answer in time"
    } else {
        "the connection to One Click broke off"
    }
}

impl Error {
    /// Whether the same request may succeed later without anyone changing the item it is about.
    ///
    /// `Unauthorized` counts: the service token is one for all organizations, and while it is
    /// being replaced work has to wait, not to be set aside. So does `Source`, as most often the
    /// other end's connection broke; a caller whose stream fails for good looks at the
    /// [`io::Error`] first.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unauthorized
            | Self::RateLimited { .. }
            | Self::Foreign { .. }
            | Self::Unavailable { .. }
            | Self::Connection { .. }
            | Self::Stalled
            | Self::Source(_) => true,
            Self::Forbidden
            | Self::NotFound
            | Self::Conflict(_)
            | Self::Invalid { .. }
            | Self::Rejected { .. }
            | Self::Unreadable(_) => false,
        }
    }

    /// Whether a write may have been carried out all the same: the answer is missing, or is not One
    /// Click's own.
    pub fn maybe_took_effect(&self) -> bool {
        match self {
            Self::Connection {
                maybe_took_effect, ..
            } => *maybe_took_effect,
            // Whoever answers in its place says nothing about what went on behind.
            Self::Foreign { .. }
            | Self::Unavailable { .. }
            | Self::Stalled
            | Self::Unreadable(_) => true,
            Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::Conflict(_)
            | Self::Invalid { .. }
            | Self::RateLimited { .. }
            | Self::Rejected { .. }
            | Self::Source(_) => false,
        }
    }

    /// What One Click said, in its words; for the administrator of the organization, not for logs.
    pub fn messages(&self) -> &[String] {
        match self {
            Self::Conflict(messages)
            | Self::Invalid { messages }
            | Self::Rejected { messages, .. } => messages.as_slice(),
            _ => &[],
        }
    }

    pub(crate) fn invalid(message: &str) -> Self {
        Self::Invalid {
            messages: Messages(vec![message.to_owned()]),
        }
    }
}

/// The `errors` of One Click's answer. `Debug` tells only how many: they may repeat the value
/// that was refused.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Messages(pub(crate) Vec<String>);

impl Messages {
    /// The messages, in One Click's order.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl From<Vec<String>> for Messages {
    fn from(messages: Vec<String>) -> Self {
        Self(messages)
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Messages({})", self.0.len())
    }
}
