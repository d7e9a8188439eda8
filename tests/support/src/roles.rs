//! The functions' roles, as the template has them: what a function may not ask DynamoDB and SQS for is
//! refused here as it is there.

use serde_json::Value;

use crate::aws::template;
use crate::sqs::Queue;

tokio::task_local! {
    /// The role of the function that runs; none where a test itself asks.
    static ROLE: &'static str;
}

/// Runs a function in its role, a resource of the template.
pub(crate) async fn acting_as<T>(role: &'static str, function: impl Future<Output = T>) -> T {
    ROLE.scope(role, function).await
}

/// The role of the function that runs; none where a test itself asks.
pub(crate) fn role() -> Option<&'static str> {
    ROLE.try_with(|role| *role).ok()
}

/// What the function that asks is not allowed to do of this, if anything.
pub(crate) fn forbidden(action: &str, body: &Value) -> Option<String> {
    let role = role()?;
    let needed = needed(action, body);
    let (action, resource) = needed
        .into_iter()
        .find(|(action, resource)| !allows(role, action, resource))?;
    Some(format!("{role} does not allow {action} on {resource}"))
}

/// The permissions that a call needs: action and resource, as [`resource`] names it.
fn needed(action: &str, body: &Value) -> Vec<(String, String)> {
    if let Some(queue) = queue(body) {
        // The batch form needs the permission of the plain one.
        let action = action.trim_end_matches("Batch");
        return vec![(format!("sqs:{action}"), queue)];
    }
    let of = |action: &str, on: &Value| {
        let table = on["TableName"].as_str()?;
        let resource = match on["IndexName"].as_str() {
            Some(index) => format!("{table}/index/{index}"),
            None => table.to_owned(),
        };
        Some((format!("dynamodb:{action}"), resource))
    };
    match action {
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            let tables = tables.map(|(table, _)| table.clone());
            tables
                .map(|table| ("dynamodb:BatchGetItem".to_owned(), table))
                .collect()
        }
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten();
            let parts = items.flat_map(|item| item.as_object().into_iter().flatten());
            parts
                .filter_map(|(kind, part)| match kind.as_str() {
                    "ConditionCheck" => of("ConditionCheckItem", part),
                    kind => of(&format!("{kind}Item"), part),
                })
                .collect()
        }
        _ => of(action, body).into_iter().collect(),
    }
}

/// The resource of the queue that a call names.
fn queue(body: &Value) -> Option<String> {
    let url = body["QueueUrl"].as_str()?;
    let queue = Queue::ALL.into_iter().find(|queue| queue.url() == url)?;
    let resource = match queue {
        Queue::Sync => "SyncQueue",
        Queue::Retry => "RetryQueue",
        Queue::Photos => "PhotoQueue",
        Queue::Backlog => "PhotoBacklogQueue",
        Queue::SyncDeadLetters => "SyncDeadLetterQueue",
        Queue::RetryDeadLetters => "RetryDeadLetterQueue",
        Queue::PhotoDeadLetters => "PhotoDeadLetterQueue",
    };
    Some(resource.to_owned())
}

fn allows(role: &str, action: &str, on: &str) -> bool {
    let policies = &template()["Resources"][role]["Properties"]["Policies"];
    texts_or(policies)
        .flat_map(|policy| texts_or(&policy["PolicyDocument"]["Statement"]))
        .any(|statement| {
            let actions = texts_or(&statement["Action"]).filter_map(Value::as_str);
            let resources = texts_or(&statement["Resource"]).filter_map(Value::as_str);
            actions.into_iter().any(|known| is_like(known, action))
                && resources.map(resource).any(|known| known == on)
        })
}

/// The elements of a list, or the one thing that stands in its place.
fn texts_or(value: &Value) -> impl Iterator<Item = &Value> {
    let list = value.as_array();
    let alone = list.is_none().then_some(value);
    list.into_iter().flatten().chain(alone)
}

fn is_like(known: &str, action: &str) -> bool {
    match known.strip_suffix('*') {
        Some(beginning) => action.starts_with(beginning),
        None => known == action,
    }
}

/// `SyncQueue` of `!GetAtt SyncQueue.Arn`, `PhotosTable/index/pending` of
/// `!Sub ${PhotosTable.Arn}/index/pending`.
fn resource(arn: &str) -> String {
    arn.replace("${", "").replace('}', "").replace(".Arn", "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_role_allows_what_the_template_says_and_nothing_else() {
        let photo = json!({"TableName": "PhotosTable"});
        let pending = json!({"TableName": "PhotosTable", "IndexName": "pending"});
        let send = json!({"QueueUrl": Queue::Photos.url()});
        let many =
            json!({"TransactItems": [{"Put": {"TableName": "ActivityTable"}}, {"Delete": photo}]});
        let asked = async |role| {
            acting_as(role, async {
                [
                    forbidden("GetItem", &photo),
                    forbidden("Query", &pending),
                    forbidden("SendMessageBatch", &send),
                    forbidden("TransactWriteItems", &many),
                ]
                .map(|forbidden| forbidden.is_some())
            })
            .await
        };
        assert_eq!(asked("PhotoCopyRole").await, [false, false, false, true]);
        assert_eq!(asked("SettingsRole").await, [false, false, true, true]);
        assert_eq!(asked("ProjectPollRole").await, [true, true, true, true]);
        assert_eq!(forbidden("GetItem", &photo), None, "a test may do anything");
    }
}
