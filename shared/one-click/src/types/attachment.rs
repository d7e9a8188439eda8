//! Images and documents of a job.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Field;
use super::tolerant::{metadata, null_as_default};

/// An image of a job's Photos tab, as One Click has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// One Click's own id of it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// The id that the sender gave it: `CompanyCam`'s photo id, any text. `None` for what is not ours, such
    /// as the earlier integration's.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The file's name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The file's media type.
    #[serde(default, deserialize_with = "null_as_default")]
    pub content_type: String,
    /// The file's length in bytes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub bytes: u64,
    /// The file's MD5 digest in hexadecimal.
    #[serde(default, deserialize_with = "null_as_default")]
    pub md5: String,
    /// The caption.
    #[serde(default)]
    pub caption: Option<String>,
    /// When the photo was taken.
    #[serde(default)]
    pub captured_at: Option<Timestamp>,
    /// Who took it, as text for people.
    #[serde(default)]
    pub captured_by: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// The sender's version: a request with a lower one changes nothing.
    #[serde(default, deserialize_with = "null_as_default")]
    pub version: i64,
    /// Text by key.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: BTreeMap<String, String>,
    /// When One Click got it; the epoch if it does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub created_at: Timestamp,
    /// When it last changed in One Click; the epoch if it does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub updated_at: Timestamp,
    /// Whether it was deleted: One Click keeps deleted ones.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deleted: bool,
}

/// What a request sets on an image. Only what is set is sent; `version` always is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageFields {
    /// The version this request brings; below the stored one the request changes nothing, an
    /// equal one replaces.
    pub version: i64,
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The file's media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The caption.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub caption: Field<String>,
    /// When the photo was taken.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub captured_at: Field<Timestamp>,
    /// Who took it, as text for people.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub captured_by: Field<String>,
    /// All tags: the list replaces the one in One Click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Metadata to merge, key by key; `None` removes a key's value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Option<String>>,
}

/// A document of a job, as One Click has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// One Click's own id of it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// The id that the sender gave it: `CompanyCam`'s document id, any text. `None` for what is not ours.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The file's name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The file's media type.
    #[serde(default, deserialize_with = "null_as_default")]
    pub content_type: String,
    /// The file's length in bytes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub bytes: u64,
    /// The file's MD5 digest in hexadecimal.
    #[serde(default, deserialize_with = "null_as_default")]
    pub md5: String,
    /// The sender's version: a request with a lower one changes nothing.
    #[serde(default, deserialize_with = "null_as_default")]
    pub version: i64,
    /// Text by key.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: BTreeMap<String, String>,
    /// When One Click got it; the epoch if it does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub created_at: Timestamp,
    /// When it last changed in One Click; the epoch if it does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub updated_at: Timestamp,
    /// Whether it was deleted: One Click keeps deleted ones.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deleted: bool,
}

/// What a request sets on a document. Only what is set is sent; `version` always is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DocumentFields {
    /// The version this request brings; below the stored one the request changes nothing, an
    /// equal one replaces.
    pub version: i64,
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The file's media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Metadata to merge, key by key; `None` removes a key's value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Option<String>>,
}
