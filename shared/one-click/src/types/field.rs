//! The three things a change can do to a nullable member.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a request does to one nullable member: leave it out, give it a value, or set it to null.
///
/// In a struct it needs `#[serde(default, skip_serializing_if = "Field::is_keep")]`, so that
/// [`Field::Keep`] is an absent member both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Field<T> {
    /// Not mentioned: One Click keeps what it has.
    #[default]
    Keep,
    /// Set to this value.
    Set(T),
    /// Set to null.
    Clear,
}

impl<T> Field<T> {
    /// This, but left out where that is so.
    #[must_use]
    pub fn unless(self, kept: bool) -> Self {
        if kept { Self::Keep } else { self }
    }

    /// Whether the member is left out.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value to set, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T> From<Option<T>> for Field<T> {
    /// `None` is the wish for null, not for leaving the member as it is.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}
