//! What can go wrong with a call, by what a caller decides.

use std::time::Duration;

/// A call that did not succeed.
///
/// The texts can be shown: they hold no token, no address of any kind and no query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 401, said by the API itself like all refusals here: the token is missing, outdated or revoked;
    /// the answers are the same.
    #[error("CompanyCam did not accept the access token")]
    Unauthorized,
    /// 403: the connected user may not do this.
    #[error("CompanyCam does not allow the connected user to do this")]
    Forbidden,
    /// 404.
    #[error("CompanyCam has no such item")]
    NotFound,
    /// 429. How long to wait is often not said.
    #[error("CompanyCam's limit of calls per minute was reached")]
    RateLimited {
        /// What `Retry-After` says, where it is there.
        retry_after: Option<Duration>,
    },
    /// Another 4xx: the request is wrong and will stay so.
    #[error("CompanyCam refused the request ({status}){}", listed(messages))]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// What CompanyCam said, without what looks like a person's data.
        messages: Vec<String>,
    },
    /// Not CompanyCam's own word: a redirect, a page, another content type, or JSON without the form
    /// that is due. Something in front of it answered in its place, and nothing follows from what that
    /// said (B33). A path that does not exist redirects to a login page.
    #[error("something else than CompanyCam's API answered ({status})")]
    Foreign {
        /// The HTTP status.
        status: u16,
    },
    /// 5xx, or a 408 or 425.
    #[error("CompanyCam is not available ({status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// No answer, or not all of it.
    #[error("the connection to CompanyCam failed")]
    Connection {
        /// What failed; it holds no URL.
        #[source]
        source: reqwest::Error,
        /// Whether the request may have been carried out: it was sent, and only the answer is missing.
        maybe_took_effect: bool,
    },
    /// CompanyCam's own answer, in which something can't be read; the text says what, and quotes
    /// nothing.
    #[error("CompanyCam's answer could not be read: {0}")]
    Unreadable(String),
}

impl Error {
    /// Whether the same call may succeed later.
    ///
    /// A foreign answer counts: the request is well-formed, so their side is being changed or down.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Foreign { .. } | Self::Unavailable { .. } => true,
            Self::Connection { source, .. } => !source.is_builder(),
            Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::Rejected { .. }
            | Self::Unreadable(_) => false,
        }
    }

    /// Whether a write may have been carried out all the same, so that repeating it may do it twice.
    pub fn maybe_took_effect(&self) -> bool {
        match self {
            Self::Connection {
                maybe_took_effect, ..
            } => *maybe_took_effect,
            // Whoever answers in its place says nothing about what went on behind.
            Self::Foreign { .. } | Self::Unavailable { .. } | Self::Unreadable(_) => true,
            Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::RateLimited { .. }
            | Self::Rejected { .. } => false,
        }
    }

    /// An error of the HTTP client, without its URL: a query may hold a customer's name or address.
    pub(crate) fn connection(error: reqwest::Error) -> Self {
        let maybe_took_effect = !error.is_connect() && !error.is_builder();
        Self::Connection {
            source: error.without_url(),
            maybe_took_effect,
        }
    }
}

fn listed(messages: &[String]) -> String {
    if messages.is_empty() {
        String::new()
    } else {
        format!(": {}", messages.join("; "))
    }
}

/// A message of theirs, short, and without words that look like e-mail addresses or quoted values.
pub(crate) fn scrubbed(message: &str) -> String {
    let mut quote = None;
    let unquoted: String = message
        .chars()
        .filter(|letter| match (quote, letter) {
            (None, '"' | '`') => {
                quote = Some(*letter);
                false
            }
            (Some(open), close) if open == *close => {
                quote = None;
                false
            }
            (Some(_), _) => false,
            (None, letter) => !letter.is_control() || letter.is_whitespace(),
        })
        .collect();
    let words = unquoted
        .split_whitespace()
        .filter(|word| !word.contains('@') && !word.contains("://"));
    words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lose_addresses_and_quoted_values() {
        assert_eq!(scrubbed("Name can't be blank"), "Name can't be blank");
        assert_eq!(scrubbed("Email pat@example.com is taken"), "Email is taken");
        assert_eq!(scrubbed("\"1 Main St\" is no address"), "is no address");
        assert_eq!(scrubbed(&"x".repeat(999)).len(), 200);
    }

    #[test]
    fn a_rejection_says_why() {
        let error = Error::Rejected {
            status: 422,
            messages: vec!["Name is too long".to_owned()],
        };
        assert_eq!(
            error.to_string(),
            "CompanyCam refused the request (422): Name is too long"
        );
        assert!(!error.is_transient() && !error.maybe_took_effect());
    }
}
