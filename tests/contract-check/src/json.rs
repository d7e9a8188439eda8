//! Looking at JSON of unknown shape.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

/// Keys that are named when an object's shape is told. More would be a list, and keys can be data.
const KEYS_SHOWN: usize = 12;

/// What kind of value it is, in words, and nothing of what it holds.
pub fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(number) if number.is_f64() => "a number with a fraction".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(text) if text.is_empty() => "an empty string".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(values) => match values.first() {
            Some(first) => format!("an array of {}, the first {}", values.len(), kind(first)),
            None => "an empty array".to_owned(),
        },
        Value::Object(fields) if fields.is_empty() => "an empty object".to_owned(),
        Value::Object(fields) => {
            let keys = fields.keys().filter(|key| is_word(key)).take(KEYS_SHOWN);
            let keys: Vec<&str> = keys.map(String::as_str).collect();
            format!("an object of {}", keys.join(", "))
        }
    }
}

/// The kind alone.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Names of fields look like this; what looks otherwise may be a customer's.
fn is_word(key: &str) -> bool {
    key.len() <= 30
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// A text or whole number, as ids come.
pub fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

/// The id in a field.
pub fn id_in(object: &Value, field: &str) -> Option<String> {
    id(&object[field])
}

/// The ids of a list's objects, in order.
pub fn ids(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(|item| id_in(item, "id")).collect()
}

/// A time in Unix seconds, whether it comes as that or in ISO 8601.
pub fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => time(text).map(Timestamp::as_second),
        other => other.as_i64(),
    }
}

/// A time in ISO 8601.
pub fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// A text that is not blank.
pub fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object[field]
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// What a field has to be.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A string, perhaps empty.
    Text,
    /// A string or null.
    OptionalText,
    /// true or false.
    Flag,
    /// A whole number.
    Integer,
    /// ISO 8601 in UTC.
    Time,
    /// The same or null.
    OptionalTime,
    /// An array of strings.
    Texts,
    /// An array of objects.
    Objects,
    /// An object whose values are strings.
    TextByKey,
    /// An object.
    Object,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::OptionalText => value.is_string() || value.is_null(),
            Self::Flag => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Time => value.as_str().is_some_and(is_utc),
            Self::OptionalTime => value.is_null() || value.as_str().is_some_and(is_utc),
            Self::Texts => all(value, Value::is_string),
            Self::Objects => all(value, Value::is_object),
            Self::TextByKey => {
                let fields = value.as_object();
                fields.is_some_and(|fields| fields.values().all(Value::is_string))
            }
            Self::Object => value.is_object(),
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::OptionalText => "a string or null",
            Self::Flag => "a boolean",
            Self::Integer => "a whole number",
            Self::Time => "a time in ISO 8601, UTC",
            Self::OptionalTime => "a time in ISO 8601, UTC, or null",
            Self::Texts => "an array of strings",
            Self::Objects => "an array of objects",
            Self::TextByKey => "an object of strings",
            Self::Object => "an object",
        }
    }
}

fn all(value: &Value, fits: fn(&Value) -> bool) -> bool {
    value
        .as_array()
        .is_some_and(|values| values.iter().all(fits))
}

fn is_utc(text: &str) -> bool {
    time(text).is_some() && (text.ends_with(['Z', 'z']) || text.ends_with("+00:00"))
}

/// The fields that one of the objects lacks or has otherwise; each once, in words.
pub fn misfits<'a>(
    objects: impl IntoIterator<Item = &'a Value>,
    fields: &[(&str, Kind)],
) -> Option<String> {
    let mut found = BTreeSet::new();
    for object in objects {
        for (name, kind) in fields {
            match object.get(name) {
                None => {
                    found.insert(format!("no {name}"));
                }
                Some(value) if !kind.fits(value) => {
                    let is = match value {
                        Value::Object(_) => "an object".to_owned(),
                        other => shape(other),
                    };
                    found.insert(format!("{name} is {is}, not {}", kind.in_words()));
                }
                Some(_) => {}
            }
        }
    }
    (!found.is_empty()).then(|| found.into_iter().collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_shape_tells_names_of_fields_and_no_values() {
        assert_eq!(
            shape(&json!({"data": [1], "pat@customer.example": 1})),
            "an object of data"
        );
        assert_eq!(
            shape(&json!([{"name": "Pat"}])),
            "an array of 1, the first an object"
        );
        assert_eq!(shape(&json!("Pat")), "a string");
    }

    #[test]
    fn a_misfit_is_named_once() {
        let users = [
            json!({"id": 1, "name": "Pat"}),
            json!({"id": 2, "name": "Sam"}),
            json!({"id": "3"}),
        ];
        let fields = [("id", Kind::Text), ("name", Kind::Text)];
        assert_eq!(
            misfits(&users, &fields).unwrap(),
            "id is a number, not a string; no name"
        );
        assert_eq!(misfits(&users[..0], &fields), None);
    }

    #[test]
    fn times_are_seconds_or_iso_8601() {
        assert_eq!(seconds(&json!(1_700_000_000)), Some(1_700_000_000));
        assert_eq!(seconds(&json!("2023-11-14T22:13:20Z")), Some(1_700_000_000));
        assert_eq!(seconds(&json!("yesterday")), None);
        assert!(Kind::Time.fits(&json!("2023-11-14T22:13:20.000Z")));
        assert!(!Kind::Time.fits(&json!("2023-11-14T22:13:20+02:00")));
    }
}
