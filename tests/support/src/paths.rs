//! Paths into maps that are not there, which winterbaume makes on the way and DynamoDB refuses.

use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse, MockService};

use crate::aws::action;
use crate::sizes::{assignments, item};

const MESSAGE: &str = "The document path provided in the update expression is invalid for update";

/// DynamoDB's answer to an update that sets something within a map that its item has not.
pub(crate) async fn refusal(
    service: &impl MockService,
    request: &MockRequest,
) -> Option<MockResponse> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    match action(request).as_str() {
        "UpdateItem" => {
            let answer = json!({
                "__type": "com.amazon.coral.validate#ValidationException", "message": MESSAGE,
            });
            let leads_nowhere = leads_nowhere(service, request, &body).await;
            leads_nowhere.then(|| MockResponse::json(400, answer.to_string()))
        }
        "TransactWriteItems" => {
            let mut reasons = Vec::new();
            for write in body["TransactItems"].as_array()? {
                let write = write.as_object()?.values().next()?;
                reasons.push(if leads_nowhere(service, request, write).await {
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

/// An update whose condition fails anyway is none of this: DynamoDB looks at that first.
async fn leads_nowhere(service: &impl MockService, request: &MockRequest, write: &Value) -> bool {
    let update = write["UpdateExpression"].as_str().unwrap_or_default();
    let maps = assignments(update).filter_map(|(path, _)| Some(path.split_once('.')?.0.to_owned()));
    let maps: Vec<_> = maps.collect();
    if maps.is_empty() {
        return false;
    }
    let there = item(service, request, write).await;
    let names = &write["ExpressionAttributeNames"];
    let condition = write["ConditionExpression"].as_str().unwrap_or_default();
    maps.iter().any(|map| {
        let is_asked_for = condition.contains(&format!("attribute_exists({map})"));
        let name = names[map].as_str().unwrap_or(map);
        !there.contains_key(name) && !is_asked_for
    })
}
