//! How much one item of DynamoDB may hold, which winterbaume does not care about.
//!
//! Requests under 50 kB are taken to fit: looking at the item before each of them would double the
//! work, and no test makes an item large by small steps.

use serde_json::{Map, Value, json};
use winterbaume_core::{MockRequest, MockResponse, MockService};

use crate::aws::action;

/// 400 kB, names included.
const MOST_BYTES: usize = 400 * 1024;
const SMALL_BYTES: usize = 50_000;
const MESSAGE: &str = "Item size has exceeded the maximum allowed size";

/// DynamoDB's answer to a write whose item would be too large.
pub(crate) async fn refusal(
    service: &impl MockService,
    request: &MockRequest,
) -> Option<MockResponse> {
    if request.body.len() < SMALL_BYTES {
        return None;
    }
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let action = action(request);
    match action.as_str() {
        "PutItem" | "UpdateItem" => {
            let answer = json!({
                "__type": "com.amazon.coral.validate#ValidationException", "message": MESSAGE,
            });
            let too_large = is_too_large(service, request, &body).await;
            too_large.then(|| MockResponse::json(400, answer.to_string()))
        }
        "TransactWriteItems" => {
            let mut reasons = Vec::new();
            for item in body["TransactItems"].as_array()? {
                let write = item.as_object()?.values().next()?;
                reasons.push(if is_too_large(service, request, write).await {
                    json!({"Code": "ValidationError", "Message": MESSAGE})
                } else {
                    json!({"Code": "None"})
                });
            }
            let answer = json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "Transaction cancelled", "CancellationReasons": reasons,
            });
            let refused = reasons.iter().any(|reason| reason["Code"] != "None");
            refused.then(|| MockResponse::json(400, answer.to_string()))
        }
        _ => None,
    }
}

async fn is_too_large(service: &impl MockService, request: &MockRequest, write: &Value) -> bool {
    if let Some(item) = write["Item"].as_object() {
        return size_of(item) > MOST_BYTES;
    }
    let Some(update) = write["UpdateExpression"].as_str() else {
        return false;
    };
    let mut item = item(service, request, write).await;
    let mut more = 0;
    for (path, value) in assignments(update) {
        let name = write["ExpressionAttributeNames"][&path].as_str();
        if let Some(name) = name {
            item.remove(name);
        }
        more += path.len() + size(&write["ExpressionAttributeValues"][value]);
    }
    size_of(&item) + more > MOST_BYTES
}

/// The item as it is.
pub(crate) async fn item(
    service: &impl MockService,
    request: &MockRequest,
    write: &Value,
) -> Map<String, Value> {
    let mut get = request.clone();
    let target = "DynamoDB_20120810.GetItem".parse().expect("a header");
    get.headers.insert("x-amz-target", target);
    get.body = json!({"TableName": write["TableName"], "Key": write["Key"]})
        .to_string()
        .into();
    let answer = service.handle(get).await;
    let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    answer["Item"].as_object().cloned().unwrap_or_default()
}

/// The paths that an update sets, each with its value's placeholder.
pub(crate) fn assignments(update: &str) -> impl Iterator<Item = (String, &str)> {
    let set = update.strip_prefix("SET ").unwrap_or_default();
    let end = [" ADD ", " REMOVE "]
        .iter()
        .filter_map(|verb| set.find(verb))
        .min();
    set[..end.unwrap_or(set.len())]
        .split(", ")
        .filter_map(|assignment| assignment.split_once(" = "))
        .map(|(path, value)| (path.to_owned(), value))
}

/// How many bytes an item has.
pub(crate) fn size_of(item: &Map<String, Value>) -> usize {
    let attributes = item.iter();
    attributes
        .map(|(name, value)| name.len() + size(value))
        .sum()
}

/// Of an attribute's value, as DynamoDB counts: text in UTF-8, and some bytes for what holds others.
fn size(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else {
        return 0;
    };
    match (kind.as_str(), value) {
        ("M", Value::Object(map)) => 3 + map.len() + size_of(map),
        ("L", Value::Array(list)) => 3 + list.len() + list.iter().map(size).sum::<usize>(),
        (_, Value::String(text)) => text.len(),
        _ => 1,
    }
}
