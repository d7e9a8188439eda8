//! Ids of both sides: one type for each kind of thing, so that mixing them up does not compile.
//!
//! Each holds 1 to 64 characters of `[A-Za-z0-9_-]`: it is put into paths, keys and names of secrets as
//! it is. Both sides document strings and have answered numbers; both are read, and strings written.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// The longest id that is accepted, in characters.
const MAX_LENGTH: usize = 64;

/// The text is not an id: empty, too long, or with other characters than letters, digits, `_` and `-`.
///
/// The text itself is left out: it may be anything, from anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} must be 1 to 64 letters, digits, hyphens or underscores")]
pub struct InvalidId {
    kind: &'static str,
}

/// The text, if it can be an id of this kind.
pub(crate) fn checked(text: &str, kind: &'static str) -> Result<String, InvalidId> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(InvalidId { kind })
    }
}

/// An id as JSON has it: a string, or a whole number.
pub struct RawId(pub String);

impl<'de> Deserialize<'de> for RawId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = RawId;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an id (a string or a whole number)")
            }

            fn visit_str<E>(self, text: &str) -> Result<RawId, E> {
                Ok(RawId(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<RawId, E> {
                Ok(RawId(number.to_string()))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// Defines id types; the text says what one is, as an error's sentence begins with it.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $kind:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// 1 to 64 characters of `[A-Za-z0-9_-]`.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks the text. Fails with [`InvalidId`](crate::ids::InvalidId), which does not repeat it.
            pub fn parse(text: &str) -> Result<Self, $crate::ids::InvalidId> {
                $crate::ids::checked(text, $kind).map(Self)
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::InvalidId;

            fn from_str(text: &str) -> Result<Self, $crate::ids::InvalidId> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $crate::ids::RawId(text) = $crate::ids::RawId::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

pub(crate) use ids;

#[cfg(test)]
mod tests {
    use crate::companycam::{PhotoId, ProjectId};
    use crate::one_click::{JobId, OrgId, UserId};

    #[test]
    fn ids_accept_letters_digits_hyphens_and_underscores_up_to_64() {
        for text in ["a", "Org_12-x", "94772883", &"9".repeat(64)] {
            assert_eq!(OrgId::parse(text).unwrap().as_str(), text);
            assert_eq!(ProjectId::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn ids_refuse_what_could_leave_a_path_or_a_key() {
        let others = [
            "", ".", "..", "a/b", "../users", "1/2", "a#b", "a b", " 1", "é", "a\n",
        ];
        let long = "9".repeat(65);
        for text in others.into_iter().chain([long.as_str()]) {
            assert!(OrgId::parse(text).is_err(), "{text:?}");
            assert!(ProjectId::parse(text).is_err(), "{text:?}");
            assert!(serde_json::from_value::<JobId>(serde_json::json!(text)).is_err());
        }
    }

    #[test]
    fn ids_are_read_from_strings_and_numbers_and_written_as_strings() {
        let ids: Vec<UserId> = serde_json::from_str(r#"["u1", 42]"#).unwrap();
        assert_eq!(serde_json::to_string(&ids).unwrap(), r#"["u1","42"]"#);
        let ids: Vec<PhotoId> = serde_json::from_str(r#"["17", 17]"#).unwrap();
        assert_eq!(ids[0], ids[1]);
        for text in ["1.5", "-1", "null", "\"a/b\""] {
            assert!(serde_json::from_str::<UserId>(text).is_err());
            assert!(serde_json::from_str::<PhotoId>(text).is_err());
        }
    }

    #[test]
    fn an_invalid_id_is_not_repeated_in_the_message() {
        let error = OrgId::parse("someone@example.com").unwrap_err();
        assert!(!error.to_string().contains("example"));
    }
}
