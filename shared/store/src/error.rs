use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `DynamoDB` did not do it (throttled, unreachable, refused): worth trying again.
    #[error("DynamoDB could not {action}: {reason}")]
    Unavailable {
        /// What was asked, such as `read an item of photos`.
        action: String,
        /// The SDK's account of it.
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
        E: std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        Self::Unavailable {
            action: action.into(),
            reason: DisplayErrorContext(error).to_string(),
        }
    }
}
