//! Reading a JSON object field by field, collecting everything that is wrong with it.
//!
//! Only the given fields change, so "absent" and "null" differ: each reader answers `None` for a
//! field that is absent (or wrong, with an error noted) and `Some` for a given one. Fields that
//! nobody reads are ignored, as strong parameters in Rails do.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::error::ApiError;

/// The fields of one object, and the complaints about them so far.
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    errors: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The object under `name` in a request's body, such as `{"job": {…}}`.
    pub(crate) fn of(body: &'a Value, name: &str) -> Result<Self, ApiError> {
        let object = body
            .get(name)
            .and_then(Value::as_object)
            .ok_or_else(|| ApiError::invalid(format!("{name} must be an object")))?;
        Ok(Self::new(object))
    }

    pub(crate) fn new(object: &'a Map<String, Value>) -> Self {
        Self {
            object,
            errors: Vec::new(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    pub(crate) fn complain(&mut self, error: impl Into<String>) {
        self.errors.push(error.into());
    }

    /// A string that cannot be null.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.object.get(name)?.as_str();
        if text.is_none() {
            self.complain(format!("{name} must be a string"));
        }
        text.map(str::to_owned)
    }

    /// A string that can be neither null nor blank.
    pub(crate) fn name(&mut self, name: &str) -> Option<String> {
        let blank = match self.object.get(name)? {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            _ => false,
        };
        if blank {
            self.complain(format!("{name} can't be blank"));
            return None;
        }
        self.text(name)
    }

    /// A string or null.
    pub(crate) fn optional_text(&mut self, name: &str) -> Option<Option<String>> {
        if self.object.get(name)?.is_null() {
            return Some(None);
        }
        self.text(name).map(Some)
    }

    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        let value = self.object.get(name)?;
        if value.as_i64().is_none() {
            self.complain(format!("{name} must be an integer"));
        }
        value.as_i64()
    }

    /// An integer or null.
    pub(crate) fn optional_integer(&mut self, name: &str) -> Option<Option<i64>> {
        if self.object.get(name)?.is_null() {
            return Some(None);
        }
        self.integer(name).map(Some)
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.object.get(name)?;
        if value.as_bool().is_none() {
            self.complain(format!("{name} must be true or false"));
        }
        value.as_bool()
    }

    /// An ISO 8601 time with its offset, or null.
    pub(crate) fn optional_time(&mut self, name: &str) -> Option<Option<Timestamp>> {
        let text = self.optional_text(name)?;
        let Some(text) = text else {
            return Some(None);
        };
        let time = text.parse().ok();
        if time.is_none() {
            self.complain(format!("{name} must be a time in ISO 8601"));
        }
        time.map(Some)
    }

    /// A list of strings; null counts as an empty one.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let texts = match self.object.get(name)? {
            Value::Null => Some(Vec::new()),
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        if texts.is_none() {
            self.complain(format!("{name} must be a list of strings"));
        }
        texts
    }

    /// Keys to set (a string) and to remove (null).
    pub(crate) fn metadata(&mut self) -> BTreeMap<String, Option<String>> {
        let mut changes = BTreeMap::new();
        match self.object.get("metadata") {
            None | Some(Value::Null) => {}
            Some(Value::Object(entries)) => {
                for (key, value) in entries {
                    match value {
                        Value::Null => {
                            changes.insert(key.clone(), None);
                        }
                        Value::String(text) => {
                            changes.insert(key.clone(), Some(text.clone()));
                        }
                        _ => self.complain(format!("metadata[{key}] must be a string")),
                    }
                }
            }
            Some(_) => self.complain("metadata must be an object of strings"),
        }
        changes
    }

    /// The object under `name`; `None` if absent or null.
    pub(crate) fn object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        match self.object.get(name)? {
            Value::Null => None,
            Value::Object(object) => Some(object),
            _ => {
                self.complain(format!("{name} must be an object"));
                None
            }
        }
    }

    /// The objects in the list under `name`; null counts as an empty list.
    pub(crate) fn objects(&mut self, name: &str) -> Option<Vec<&'a Map<String, Value>>> {
        let objects = match self.object.get(name)? {
            Value::Null => Some(Vec::new()),
            Value::Array(items) => items.iter().map(Value::as_object).collect(),
            _ => None,
        };
        if objects.is_none() {
            self.complain(format!("{name} must be a list of objects"));
        }
        objects
    }

    /// Takes over the complaints about an object inside this one, each prefixed with its name.
    pub(crate) fn adopt(&mut self, name: &str, inner: Fields<'_>) {
        let errors = inner.errors.into_iter();
        self.errors
            .extend(errors.map(|error| format!("{name}.{error}")));
    }

    /// The complaints as an error, if there are any.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(ApiError::Invalid(self.errors))
    }
}

/// Sets and removes `changes` in `metadata`.
pub(crate) fn merge_metadata(
    metadata: &mut BTreeMap<String, String>,
    changes: BTreeMap<String, Option<String>>,
) {
    for (key, value) in changes {
        match value {
            Some(value) => {
                metadata.insert(key, value);
            }
            None => {
                metadata.remove(&key);
            }
        }
    }
}
