//! Why a look could not be finished, classified once.

use std::time::Duration;

use model::pause::Side;

use crate::queues::QueueError;

/// What the handler does about it.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// Something is unavailable for now: look again later.
    #[error("{cause}")]
    Transient {
        /// When to look again, if something said so.
        after: Option<Duration>,
        /// What was unavailable.
        cause: String,
        /// Which side does not answer at all; none where it is something else, such as a limit.
        down: Option<Side>,
    },
    /// `CompanyCam` no longer accepts the grant: pause the connection (B4).
    #[error("CompanyCam no longer accepts the connection")]
    NeedsReconnecting,
    /// A row is of another version, which is deployed already, or still, elsewhere: wait for the one
    /// that can read it.
    #[error("{0}")]
    OtherVersion(String),
    /// This item can never work: set it aside (B27).
    #[error("{0}")]
    Permanent(String),
}

impl WorkError {
    /// Unavailable, with no word on when it will be back.
    pub fn transient(cause: impl Into<String>) -> Self {
        Self::Transient {
            after: None,
            cause: cause.into(),
            down: None,
        }
    }

    /// Unavailable until then.
    pub fn later(after: Duration, cause: impl Into<String>) -> Self {
        Self::Transient {
            after: Some(after),
            cause: cause.into(),
            down: None,
        }
    }

    /// A side does not answer, or not as it should.
    pub fn down(side: Side, cause: impl Into<String>) -> Self {
        Self::Transient {
            after: None,
            cause: cause.into(),
            down: Some(side),
        }
    }
}

impl From<store::Error> for WorkError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Shape(_) | store::Error::Text(_) => Self::OtherVersion(error.to_string()),
            store::Error::Refused { .. } => Self::Permanent(error.to_string()),
            store::Error::Unavailable { .. } | store::Error::Contended(_) => {
                Self::transient(error.to_string())
            }
        }
    }
}

impl From<QueueError> for WorkError {
    fn from(error: QueueError) -> Self {
        Self::transient(error.to_string())
    }
}

impl From<companycam::Error> for WorkError {
    fn from(error: companycam::Error) -> Self {
        match &error {
            companycam::Error::Unauthorized => Self::NeedsReconnecting,
            companycam::Error::RateLimited { retry_after } => Self::Transient {
                after: *retry_after,
                cause: error.to_string(),
                down: None,
            },
            _ if error.is_transient() => Self::down(Side::CompanyCam, error.to_string()),
            _ => Self::Permanent(error.to_string()),
        }
    }
}

impl From<one_click::Error> for WorkError {
    fn from(error: one_click::Error) -> Self {
        match &error {
            one_click::Error::RateLimited { retry_after } => Self::Transient {
                after: *retry_after,
                cause: error.to_string(),
                down: None,
            },
            // What was to be uploaded could not be read: One Click has no part in that.
            one_click::Error::Source(_) => Self::transient(error.to_string()),
            // Also where our own service token is refused: an operator's matter, for which everybody's
            // work waits.
            _ if error.is_transient() => Self::down(Side::OneClick, error.to_string()),
            _ => Self::Permanent(error.to_string()),
        }
    }
}
