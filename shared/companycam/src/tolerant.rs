//! Readers of fields that may be absent, null, blank or of another JSON type than documented.
//!
//! None of them fails: a field that makes no sense counts as absent, so that it does not cost the
//! whole object.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

type Read<T, E> = Result<T, E>;

/// A text, or a number as text; blank is absent.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Read<Option<String>, D::Error> {
    Ok(as_text(&Value::deserialize(deserializer)?))
}

/// A text, or a number as text; absent is empty.
pub(crate) fn string<'de, D: Deserializer<'de>>(deserializer: D) -> Read<String, D::Error> {
    Ok(text(deserializer)?.unwrap_or_default())
}

/// An id, an object's part, anything with a reader of its own.
pub(crate) fn optional<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Read<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// The same, with a default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Read<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(optional(deserializer)?.unwrap_or_default())
}

/// A list without the elements that can't be read.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Read<Vec<T>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(values) => values
            .into_iter()
            .filter_map(|value| serde_json::from_value(value).ok())
            .collect(),
        _ => Vec::new(),
    })
}

/// A boolean, also as `1` or `"true"`; absent is false.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Read<bool, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => matches!(
            text.trim().to_ascii_lowercase().as_str(),
            "true" | "t" | "1" | "yes"
        ),
        _ => false,
    })
}

/// Unix seconds, also as text, as a fraction or in ISO 8601.
pub(crate) fn seconds_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Read<Option<i64>, D::Error> {
    Ok(as_seconds(&Value::deserialize(deserializer)?))
}

/// The same; absent is 0.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Read<i64, D::Error> {
    Ok(seconds_or_none(deserializer)?.unwrap_or_default())
}

/// A whole number that is not negative.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Read<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A photo's description: a string, or an object with `text`, `html_content` or `html`.
pub(crate) fn description<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Read<Option<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let Value::Object(parts) = &value else {
        return Ok(as_text(&value));
    };
    let part = |name: &str| parts.get(name).and_then(as_text);
    let html = || part("html_content").or_else(|| part("html"));
    Ok(part("text").or_else(|| {
        html()
            .map(|html| strip_html(&html))
            .filter(|text| !text.is_empty())
    }))
}

pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(crate) fn as_seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().and_then(whole_seconds)),
        Value::String(text) => {
            let text = text.trim();
            text.parse()
                .ok()
                .or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_second))
        }
        _ => None,
    }
}

fn whole_seconds(seconds: f64) -> Option<i64> {
    Timestamp::from_duration(jiff::SignedDuration::try_from_secs_f64(seconds).ok()?)
        .ok()
        .map(Timestamp::as_second)
}

/// The text of a fragment of HTML: tags gone, the usual entities decoded, a line per block.
fn strip_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('>') else {
            // A lone "<" is text.
            text.push_str(&rest[start..]);
            rest = "";
            break;
        };
        let tag = rest[start + 1..start + length]
            .trim_start_matches('/')
            .to_ascii_lowercase();
        let name = tag
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if matches!(
            name,
            "br" | "p" | "div" | "li" | "ul" | "ol" | "h1" | "h2" | "h3" | "tr"
        ) {
            text.push('\n');
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    let lines = decode_entities(&text);
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest
            .find(';')
            .and_then(|end| Some((entity(&rest[1..end])?, end + 1)));
        let (letter, length) = entity.unwrap_or(('&', 1));
        decoded.push(letter);
        rest = &rest[length..];
    }
    decoded.push_str(rest);
    decoded
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_its_text() {
        assert_eq!(
            strip_html("<p>North &amp; <b>south</b></p><p>eaves</p>"),
            "North & south\neaves"
        );
        assert_eq!(
            strip_html("a<br/>b&#39;s &#x41; &unknown; &"),
            "a\nb's A &unknown; &"
        );
        assert_eq!(strip_html("5 < 6"), "5 < 6");
        // What was escaped is text, and is not taken for a tag.
        assert_eq!(strip_html("&lt;b&gt;"), "<b>");
        assert_eq!(strip_html("<p></p>"), "");
    }

    #[test]
    fn seconds_are_read_from_every_form_seen() {
        assert_eq!(
            as_seconds(&serde_json::json!(1_152_230_400)),
            Some(1_152_230_400)
        );
        assert_eq!(
            as_seconds(&serde_json::json!(1_152_230_400.75)),
            Some(1_152_230_400)
        );
        assert_eq!(
            as_seconds(&serde_json::json!("1152230400")),
            Some(1_152_230_400)
        );
        assert_eq!(
            as_seconds(&serde_json::json!("2006-07-07T00:00:00Z")),
            Some(1_152_230_400)
        );
        assert_eq!(as_seconds(&serde_json::json!("soon")), None);
        assert_eq!(as_seconds(&Value::Null), None);
    }
}
