//! Winterbaume's DynamoDB with three things set right.
//!
//! - In a condition it finds no two maps (or lists) equal. `#a = :map` is spelled out as the
//!   equality of each leaf, which means the same.
//! - It reads, checks the condition and writes in separate steps. One request at a time makes a
//!   conditional write as indivisible as DynamoDB's.
//! - It keeps items of any size. DynamoDB refuses those over 400 kB, and so does this: see
//!   [`sizes`](crate::sizes).

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use crate::units::Units;
use crate::{paths, sizes, units};
use winterbaume_core::{MockRequest, MockResponse, MockService};
use winterbaume_dynamodb::DynamoDbService;

/// See the module.
pub(crate) struct DynamoDb {
    inner: DynamoDbService,
    turn: Mutex<()>,
    units: SharedUnits,
}

/// Where what calls are charged for is counted, once somebody wants to know.
pub(crate) type SharedUnits = Arc<Mutex<Option<Units>>>;

impl DynamoDb {
    pub fn new(units: &SharedUnits) -> Self {
        Self {
            inner: DynamoDbService::new(),
            turn: Mutex::new(()),
            units: Arc::clone(units),
        }
    }
}

impl MockService for DynamoDb {
    fn service_name(&self) -> &str {
        self.inner.service_name()
    }

    fn url_patterns(&self) -> Vec<&str> {
        self.inner.url_patterns()
    }

    fn handle(
        &self,
        mut request: MockRequest,
    ) -> Pin<Box<dyn Future<Output = MockResponse> + Send + '_>> {
        if let Ok(mut body) = serde_json::from_slice::<Value>(&request.body) {
            spell_out_conditions(&mut body);
            request.body = body.to_string().into();
        }
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            if let Some(refusal) = sizes::refusal(&self.inner, &request).await {
                return refusal;
            }
            if let Some(refusal) = paths::refusal(&self.inner, &request).await {
                return refusal;
            }
            let mut units = self.units.lock().await;
            let Some(units) = units.as_mut() else {
                return self.inner.handle(request).await;
            };
            let written = units::written(&self.inner, &request).await;
            let answer = self.inner.handle(request.clone()).await;
            let call = (&request, &answer);
            units.add(&self.inner, call, written).await;
            answer
        })
    }
}

fn spell_out_conditions(body: &mut Value) {
    match body {
        Value::Object(object) => {
            if object.contains_key("ConditionExpression") {
                spell_out(object);
            }
            for name in ["TransactItems", "Put", "Update", "Delete", "ConditionCheck"] {
                if let Some(inner) = object.get_mut(name) {
                    spell_out_conditions(inner);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(spell_out_conditions),
        _ => {}
    }
}

fn spell_out(request: &mut Map<String, Value>) {
    let Some(mut condition) = request["ConditionExpression"].as_str().map(str::to_owned) else {
        return;
    };
    let object = |name: &str| request.get(name).and_then(Value::as_object).cloned();
    let mut names = object("ExpressionAttributeNames").unwrap_or_default();
    let mut values = object("ExpressionAttributeValues").unwrap_or_default();
    for (placeholder, value) in values.clone() {
        if value.get("M").is_none() && value.get("L").is_none() {
            continue;
        }
        while let Some((start, path)) = equality(&condition, &placeholder) {
            let mut leaves = Vec::new();
            equal(&path, &value, &mut leaves, &mut names, &mut values);
            let end = start + path.len() + " = ".len() + placeholder.len();
            condition.replace_range(start..end, &format!("({})", leaves.join(" AND ")));
        }
    }
    request.insert("ConditionExpression".to_owned(), json!(condition));
    request.insert("ExpressionAttributeNames".to_owned(), json!(names));
    request.insert("ExpressionAttributeValues".to_owned(), json!(values));
}

/// Where `path = placeholder` is in the condition, and the path.
fn equality(condition: &str, placeholder: &str) -> Option<(usize, String)> {
    let needle = format!(" = {placeholder}");
    let at = condition
        .match_indices(&needle)
        .map(|(at, _)| at)
        .find(|at| {
            let rest = condition[at + needle.len()..].chars().next();
            !rest.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })?;
    let start = condition[..at]
        .rfind(|c: char| c.is_whitespace() || c == '(')
        .map_or(0, |before| before + 1);
    Some((start, condition[start..at].to_owned()))
}

fn equal(
    path: &str,
    value: &Value,
    leaves: &mut Vec<String>,
    names: &mut Map<String, Value>,
    values: &mut Map<String, Value>,
) {
    let mut placeholder = |value: Value| {
        let name = format!(":leaf{}", values.len());
        values.insert(name.clone(), value);
        name
    };
    let children: Vec<(String, &Value)> = match value {
        Value::Object(typed) if typed.contains_key("M") => {
            let map = typed["M"].as_object().expect("a map of values");
            map.iter()
                .map(|(key, child)| {
                    let name = format!("#leaf{}", names.len());
                    names.insert(name.clone(), json!(key));
                    (format!("{path}.{name}"), child)
                })
                .collect()
        }
        Value::Object(typed) if typed.contains_key("L") => {
            let list = typed["L"].as_array().expect("a list of values");
            list.iter()
                .enumerate()
                .map(|(at, child)| (format!("{path}[{at}]"), child))
                .collect()
        }
        leaf => {
            leaves.push(format!("{path} = {}", placeholder(leaf.clone())));
            return;
        }
    };
    let kind = if value.get("M").is_some() { "M" } else { "L" };
    leaves.push(format!(
        "attribute_type({path}, {})",
        placeholder(json!({"S": kind}))
    ));
    let count = placeholder(json!({"N": children.len().to_string()}));
    leaves.push(format!("size({path}) = {count}"));
    for (path, child) in children {
        equal(&path, child, leaves, names, values);
    }
}
