//! Ids, one type for each kind of thing, so that mixing them up does not compile.
//!
//! Each holds 1–64 characters of `[A-Za-z0-9_-]`: an id is put into paths and keys as it is.
//! CompanyCam documents strings and has answered numbers; both are read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

const MAX_LENGTH: usize = 64;

/// The text is not an id: empty, longer than 64 characters, or with a character other than letters, digits, `_` and `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to 64 letters, digits, hyphens or underscores")]
pub struct InvalidId;

fn check(text: &str) -> Result<(), InvalidId> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(allowed) {
        return Err(InvalidId);
    }
    Ok(())
}

/// A JSON string or whole number.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an id as a string or a number")]
enum Raw {
    Text(String),
    Number(u64),
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks the text and takes it as it is.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The id as CompanyCam writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = match Raw::deserialize(deserializer)? {
                    Raw::Text(text) => text,
                    Raw::Number(number) => number.to_string(),
                };
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A company: the customer's account at CompanyCam.
    CompanyId;
    /// A project: one place of work.
    ProjectId;
    /// A photo.
    PhotoId;
    /// A user of a company. What created a project or photo has one too, even where it is no user.
    UserId;
    /// A tag on photos.
    TagId;
    /// A webhook subscription.
    WebhookId;
    /// A document attached to a project.
    DocumentId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_letters_digits_hyphens_and_underscores() {
        assert_eq!(
            ProjectId::parse("94772883").map(|id| id.to_string()),
            Ok("94772883".to_owned())
        );
        assert!(ProjectId::parse("a-B_9").is_ok());
        for text in ["", " 1", "1/2", "../users", "é", &"9".repeat(65)] {
            assert_eq!(ProjectId::parse(text), Err(InvalidId), "{text:?}");
        }
    }

    #[test]
    fn an_id_is_read_from_a_string_or_a_number_and_written_as_a_string() {
        let text: PhotoId = serde_json::from_str("\"17\"").unwrap();
        let number: PhotoId = serde_json::from_str("17").unwrap();
        assert_eq!(text, number);
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"17\"");
        assert!(serde_json::from_str::<PhotoId>("null").is_err());
        assert!(serde_json::from_str::<PhotoId>("\"a/b\"").is_err());
    }
}
