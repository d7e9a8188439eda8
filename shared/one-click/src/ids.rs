//! One Click's identifiers. Each kind has its own type, so a job's id can't be passed for a user's.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest identifier accepted, in characters.
const MAX_LENGTH: usize = 64;

/// The text is not an identifier: empty, too long, or with characters beyond `[A-Za-z0-9_-]`.
///
/// The text itself is left out: it may be anything, from anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} must be 1 to 64 letters, digits, hyphens or underscores")]
pub struct InvalidId {
    kind: &'static str,
}

fn is_valid(text: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// An identifier as JSON has it: a string by the contract, a number in older Rails serializers.
pub(crate) struct RawId(pub(crate) String);

impl<'de> Deserialize<'de> for RawId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = RawId;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an identifier (a string or a whole number)")
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

macro_rules! id {
    ($(#[$docs:meta])* $name:ident, $kind:literal) => {
        $(#[$docs])*
        ///
        /// 1 to 64 characters of `[A-Za-z0-9_-]`: safe in a path, a key or a secret's name. In
        /// JSON a string; a whole number is read too.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks the text. Fails with [`InvalidId`], which does not repeat it.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if is_valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { kind: $kind })
                }
            }

            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let RawId(text) = RawId::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// An organization: a customer of One Click, and the tenant everything here belongs to.
    OrgId,
    "an organization's id"
);
id!(
    /// A job, One Click's unit of work.
    JobId,
    "a job's id"
);
id!(
    /// A user of an organization.
    UserId,
    "a user's id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_accept_letters_digits_hyphens_and_underscores_up_to_64() {
        for text in ["a", "Org_12-x", &"9".repeat(64)] {
            assert_eq!(OrgId::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn ids_refuse_what_could_leave_a_path_or_a_key() {
        for text in [
            "",
            ".",
            "..",
            "a/b",
            "a#b",
            "a b",
            "é",
            "a\n",
            &"9".repeat(65),
        ] {
            assert!(OrgId::parse(text).is_err(), "{text:?}");
            assert!(serde_json::from_value::<JobId>(serde_json::json!(text)).is_err());
        }
    }

    #[test]
    fn ids_are_read_from_strings_and_numbers_and_written_as_strings() {
        let ids: Vec<UserId> = serde_json::from_str(r#"["u1", 42]"#).unwrap();
        assert_eq!(serde_json::to_string(&ids).unwrap(), r#"["u1","42"]"#);
        assert!(serde_json::from_str::<UserId>("1.5").is_err());
        assert!(serde_json::from_str::<UserId>("-1").is_err());
    }

    #[test]
    fn an_invalid_id_is_not_repeated_in_the_message() {
        let error = OrgId::parse("someone@example.com").unwrap_err();
        assert!(!error.to_string().contains("example"));
    }
}
