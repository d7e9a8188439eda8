//! Deserializers for members that may be null, empty or of a neighbouring type.

use std::collections::BTreeMap;

use model::ids::RawId;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::ids::UserId;

/// Null reads as the type's default. (Absent members need `#[serde(default)]` as well.)
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// An empty or blank string reads as none: Rails forms leave such behind.
pub(super) fn blank_as_none<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

/// An empty string reads as no user.
pub(super) fn blank_as_no_user<'de, D>(deserializer: D) -> Result<Option<UserId>, D::Error>
where
    D: Deserializer<'de>,
{
    match Option::<RawId>::deserialize(deserializer)? {
        Some(RawId(text)) if !text.is_empty() => {
            UserId::parse(&text).map(Some).map_err(de::Error::custom)
        }
        _ => Ok(None),
    }
}

/// Metadata is text by the contract; numbers and booleans are read as their text, nulls as absent.
pub(super) fn metadata<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    let entries = Option::<BTreeMap<String, Value>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(entries
        .into_iter()
        .filter_map(|(key, value)| match value {
            Value::Null => None,
            Value::String(text) => Some((key, text)),
            other => Some((key, other.to_string())),
        })
        .collect())
}
