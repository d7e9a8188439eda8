use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// What `DynamoDB` calls a request that can't be carried out as it is.
const REFUSED: &str = "ValidationException";

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `DynamoDB` did not do it (throttled, unreachable, not allowed): worth trying again.
    #[error("DynamoDB could not {action}: {reason}")]
    Unavailable {
        /// What was asked, such as `read an item of photos`.
        action: String,
        /// The SDK's account of it.
        reason: String,
    },
    /// `DynamoDB` will not have this item, however often it is sent: as a rule it is over 400 kB.
    #[error("DynamoDB refused to {action}: {reason}")]
    Refused {
        /// What was asked, such as `update an item of photos`.
        action: String,
        /// What `DynamoDB` says about it.
        reason: String,
    },
    /// An item does not have the shape that this version writes.
    #[error("an item could not be read or written: {0}")]
    Shape(#[from] serde_dynamo::Error),
    /// The text in an item does not have the shape that this version writes.
    #[error("the text in an item could not be read or written, at column {}", .0.column())]
    Text(#[from] serde_json::Error),
    /// Other writers kept changing the item.
    #[error("{0} kept changing while it was being written")]
    Contended(&'static str),
}

impl Error {
    pub(crate) fn unavailable<E, R>(action: impl Into<String>, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        let action = action.into();
        let service = error.as_service_error();
        if let Some(refusal) = service.filter(|error| error.code() == Some(REFUSED)) {
            let reason = refusal.message().unwrap_or_default().to_owned();
            return Self::Refused { action, reason };
        }
        Self::Unavailable {
            action,
            reason: DisplayErrorContext(error).to_string(),
        }
    }
}
