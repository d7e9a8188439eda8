//! An update expression, put together field by field.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::Error;

/// The fields to set, add to and remove from one item, and the condition for doing so.
///
/// Paths such as `sync.step` reach into maps. In a condition every attribute is written `#name`
/// (so that none collides with a reserved word) and every value `:name`.
#[derive(Debug, Default)]
pub(crate) struct Change {
    sets: Vec<String>,
    adds: Vec<String>,
    removes: Vec<String>,
    deletes: Vec<String>,
    condition: Option<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    shape_error: Option<serde_dynamo::Error>,
}

/// The parts as the SDK's builders take them.
pub(crate) struct Expressions {
    pub update: Option<String>,
    pub condition: Option<String>,
    pub names: Option<HashMap<String, String>>,
    pub values: Option<HashMap<String, AttributeValue>>,
}

impl Change {
    pub fn new() -> Self {
        Self::default()
    }

    /// Only a condition, for a put or a delete.
    pub fn only_if(condition: &str) -> Self {
        Self::new().when(condition)
    }

    pub fn set(mut self, path: &str, value: impl Serialize) -> Self {
        let name = self.path(path);
        let value = self.fresh(value);
        self.sets.push(format!("{name} = {value}"));
        self
    }

    /// Sets the field unless it is there already.
    pub fn set_once(mut self, path: &str, value: impl Serialize) -> Self {
        let name = self.path(path);
        let value = self.fresh(value);
        self.sets
            .push(format!("{name} = if_not_exists({name}, {value})"));
        self
    }

    /// Sets the field, or removes it for `None`.
    pub fn set_or_remove(self, path: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.set(path, value),
            None => self.remove(path),
        }
    }

    /// Adds to a number that is 0 while it is absent. Top-level fields only.
    pub fn add(mut self, name: &str, amount: i64) -> Self {
        let name = self.path(name);
        let amount = self.fresh(amount);
        self.adds.push(format!("{name} {amount}"));
        self
    }

    /// Adds a text to a set of them, which is absent while it is empty. Top-level fields only.
    pub fn add_text(self, name: &str, text: &str) -> Self {
        self.add_texts(name, &[text.to_owned()])
    }

    /// The same of several at once.
    pub fn add_texts(mut self, name: &str, texts: &[String]) -> Self {
        let name = self.path(name);
        let placeholder = format!(":v{}", self.values.len());
        self.adds.push(format!("{name} {placeholder}"));
        self.texts(&placeholder, texts)
    }

    /// Takes texts out of a set of them. Top-level fields only.
    pub fn take_texts(mut self, name: &str, texts: &[String]) -> Self {
        let name = self.path(name);
        let placeholder = format!(":v{}", self.values.len());
        self.deletes.push(format!("{name} {placeholder}"));
        self.texts(&placeholder, texts)
    }

    /// A set of texts that the condition mentions; not an empty one, which there is not.
    pub fn texts(mut self, placeholder: &str, texts: &[String]) -> Self {
        let set = AttributeValue::Ss(texts.to_vec());
        self.values.insert(placeholder.to_owned(), set);
        self
    }

    pub fn remove(mut self, path: &str) -> Self {
        let name = self.path(path);
        self.removes.push(name);
        self
    }

    /// Only if this holds, and what was asked for before.
    pub fn when(mut self, condition: &str) -> Self {
        self.mention(condition);
        self.condition = Some(match self.condition.take() {
            Some(before) => format!("({before}) AND ({condition})"),
            None => condition.to_owned(),
        });
        self
    }

    /// Names the attributes of another expression that goes with this condition, such as a filter.
    pub fn mention(&mut self, expression: &str) {
        let mut rest = expression;
        while let Some(at) = rest.find('#') {
            let name: String = rest[at + 1..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            rest = &rest[at + 1 + name.len()..];
            self.names.insert(format!("#{name}"), name);
        }
    }

    /// A value that the condition mentions.
    pub fn value(mut self, placeholder: &str, value: impl Serialize) -> Self {
        if let Some(value) = self.serialise(value) {
            self.values.insert(placeholder.to_owned(), value);
        }
        self
    }

    pub fn into_expressions(self) -> Result<Expressions, Error> {
        if let Some(error) = self.shape_error {
            return Err(error.into());
        }
        let mut update = String::new();
        for (verb, parts) in [
            ("SET ", &self.sets),
            (" ADD ", &self.adds),
            (" REMOVE ", &self.removes),
            (" DELETE ", &self.deletes),
        ] {
            if !parts.is_empty() {
                update.push_str(verb);
                update.push_str(&parts.join(", "));
            }
        }
        Ok(Expressions {
            update: Some(update.trim().to_owned()).filter(|text| !text.is_empty()),
            condition: self.condition,
            names: Some(self.names).filter(|map| !map.is_empty()),
            values: Some(self.values).filter(|map| !map.is_empty()),
        })
    }

    fn path(&mut self, path: &str) -> String {
        let parts: Vec<String> = path
            .split('.')
            .map(|part| {
                self.names.insert(format!("#{part}"), part.to_owned());
                format!("#{part}")
            })
            .collect();
        parts.join(".")
    }

    fn fresh(&mut self, value: impl Serialize) -> String {
        let placeholder = format!(":v{}", self.values.len());
        if let Some(value) = self.serialise(value) {
            self.values.insert(placeholder.clone(), value);
        }
        placeholder
    }

    fn serialise(&mut self, value: impl Serialize) -> Option<AttributeValue> {
        match serde_dynamo::to_attribute_value(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.shape_error = Some(error);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_every_attribute_and_value() {
        let change = Change::new()
            .set("sync.step", "photos")
            .add("photos_total", 3)
            .remove("lease_ms")
            .when("#rev = :rev AND attribute_exists(#org_id)")
            .value(":rev", 7)
            .into_expressions()
            .unwrap();
        assert_eq!(
            change.update.as_deref(),
            Some("SET #sync.#step = :v0 ADD #photos_total :v1 REMOVE #lease_ms")
        );
        let names = change.names.unwrap();
        assert_eq!(names["#rev"], "rev");
        assert_eq!(names["#org_id"], "org_id");
        assert_eq!(change.values.unwrap().len(), 3);
    }
}
