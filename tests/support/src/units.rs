//! What calls to DynamoDB would be charged for: a read of 4 kB, or two eventually consistent ones, are a
//! unit, a written kB is one, and in a transaction two. A write is as large as the item before or after it,
//! whichever is larger, also where its condition does not hold. An item that enters or leaves an index costs
//! another unit, and one that moves in it two: indexes hold keys only, which never come to a kB.

use serde_json::{Map, Value, json};
use winterbaume_core::{MockRequest, MockResponse, MockService};

use crate::aws::{action, template};
use crate::sizes::{item, size_of};

/// What DynamoDB adds to each item, and to each entry of an index, in what it keeps.
const KEPT_BESIDE_BYTES: usize = 100;

/// What was charged.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Read request units.
    pub reads: f64,
    /// Write request units, those of indexes included.
    pub writes: f64,
    /// So much more is kept than before, in bytes.
    pub kept_bytes: f64,
}

/// An item that a request writes: its table, its key, and what it was before.
pub(crate) struct Written {
    place: Value,
    before: Map<String, Value>,
}

/// The items that a request is about to write.
pub(crate) async fn written(service: &impl MockService, request: &MockRequest) -> Vec<Written> {
    let asked = body(&request.body);
    let places: Vec<_> = match action(request).as_str() {
        "PutItem" | "UpdateItem" | "DeleteItem" => vec![place(&asked)],
        "TransactWriteItems" => {
            let writes = asked["TransactItems"].as_array().into_iter().flatten();
            let writes = writes.filter_map(|write| write.as_object()?.values().next());
            writes.map(place).collect()
        }
        _ => Vec::new(),
    };
    let mut written = Vec::new();
    for place in places {
        let before = item(service, request, &place).await;
        written.push(Written { place, before });
    }
    written
}

/// Table and key of a write; of one that puts a whole item, as the table's keys are.
fn place(write: &Value) -> Value {
    let table = &write["TableName"];
    if write["Key"].is_object() {
        return json!({"TableName": table, "Key": write["Key"]});
    }
    let keys = key_names(&properties(table)["KeySchema"]);
    let key = keys.map(|name| (name.to_owned(), write["Item"][name].clone()));
    json!({"TableName": table, "Key": key.collect::<Map<_, _>>()})
}

impl Units {
    /// Adds what this call was charged for.
    pub(crate) async fn add(
        &mut self,
        service: &impl MockService,
        (request, answer): (&MockRequest, &MockResponse),
        written: Vec<Written>,
    ) {
        let (asked, answered) = (body(&request.body), body(&answer.body));
        let consistent = |request: &Value| request["ConsistentRead"] == true;
        match action(request).as_str() {
            "GetItem" => self.reads += reads(bytes(&answered["Item"]), consistent(&asked)),
            "BatchGetItem" => {
                for (table, items) in answered["Responses"].as_object().into_iter().flatten() {
                    let consistent = consistent(&asked["RequestItems"][table]);
                    let asked = asked["RequestItems"][table]["Keys"]
                        .as_array()
                        .map_or(0, Vec::len);
                    let items: Vec<_> = items.as_array().into_iter().flatten().collect();
                    // What is not there is charged for as the smallest that is.
                    let none = vec![0; asked.saturating_sub(items.len())];
                    let sizes = items.into_iter().map(bytes).chain(none);
                    self.reads += sizes.map(|size| reads(size, consistent)).sum::<f64>();
                }
            }
            "Query" => self.reads += reads(queried(&answered), consistent(&asked)),
            _ => {}
        }
        let times = f64::from(1 + u8::from(action(request) == "TransactWriteItems"));
        for write in written {
            let after = item(service, request, &write.place).await;
            let larger = size_of(&write.before).max(size_of(&after));
            let table = &write.place["TableName"];
            self.writes += times * writes(larger) + moved(table, &write.before, &after);
            self.kept_bytes += kept(table, &after) - kept(table, &write.before);
        }
    }
}

/// What an index is charged for when the item changes.
fn moved(table: &Value, before: &Map<String, Value>, after: &Map<String, Value>) -> f64 {
    let of_each = indexes(table).map(|index| {
        match (entry(table, index, before), entry(table, index, after)) {
            (None, None) => 0.0,
            (Some(before), Some(after)) if before == after => 0.0,
            (Some(_), Some(_)) => 2.0,
            (None, Some(_)) | (Some(_), None) => 1.0,
        }
    });
    of_each.sum()
}

/// What is kept of an item, in the table and its indexes.
fn kept(table: &Value, item: &Map<String, Value>) -> f64 {
    if item.is_empty() {
        return 0.0;
    }
    let entries = indexes(table).filter_map(|index| entry(table, index, item));
    let sizes = entries.map(|entry| size_of(&entry) + KEPT_BESIDE_BYTES);
    float(size_of(item) + KEPT_BESIDE_BYTES + sizes.sum::<usize>())
}

/// The item's entry in the index, if it is there: both keys.
fn entry(table: &Value, index: &Value, item: &Map<String, Value>) -> Option<Map<String, Value>> {
    let all = key_names(&index["KeySchema"]).chain(key_names(&properties(table)["KeySchema"]));
    all.map(|name| Some((name.to_owned(), item.get(name)?.clone())))
        .collect()
}

fn indexes(table: &Value) -> impl Iterator<Item = &'static Value> {
    let indexes = properties(table)["GlobalSecondaryIndexes"].as_array();
    indexes.into_iter().flatten()
}

/// What the template says of a table; they have the names of its resources here.
fn properties(table: &Value) -> &'static Value {
    let name = table.as_str().unwrap_or_default();
    &template()["Resources"][name]["Properties"]
}

fn key_names(schema: &Value) -> impl Iterator<Item = &str> {
    let keys = schema.as_array().into_iter().flatten();
    keys.filter_map(|key| key["AttributeName"].as_str())
}

/// What a query reads: what it leaves out is charged for too, and so is what it only counts, which is here
/// taken to be keys.
fn queried(answered: &Value) -> usize {
    const KEYS_BYTES: usize = 100;
    let number = |name: &str| {
        let number = answered[name].as_u64().unwrap_or_default();
        usize::try_from(number).unwrap_or_default()
    };
    let (scanned, given) = (number("ScannedCount"), number("Count"));
    let Some(items) = answered["Items"].as_array() else {
        return scanned * KEYS_BYTES;
    };
    let read = items.iter().map(bytes).sum::<usize>();
    if given == 0 {
        return scanned * KEYS_BYTES;
    }
    read * scanned.max(given) / given
}

fn body(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

fn bytes(item: &Value) -> usize {
    item.as_object().map_or(0, size_of)
}

fn reads(bytes: usize, consistent: bool) -> f64 {
    let units = float(bytes.div_ceil(4096).max(1));
    if consistent { units } else { units / 2.0 }
}

fn writes(bytes: usize) -> f64 {
    float(bytes.div_ceil(1024).max(1))
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::types::AttributeValue;

    use crate::Aws;

    #[tokio::test]
    async fn an_item_that_enters_an_index_moves_in_it_or_leaves_it_is_charged_for_that() {
        let aws = Aws::new().await;
        let db = Client::new(&aws.config);
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = async |pending: Option<&str>| {
            aws.count_units().await;
            let item = db.put_item().table_name("PhotosTable");
            let item = item.item("org_id", text("o")).item("photo_id", text("1"));
            let item = match pending {
                Some(org) => item.item("pending_org", text(org)),
                None => item,
            };
            item.send().await.expect("an item is kept");
            aws.count_units().await.writes.to_string()
        };
        assert_eq!(put(None).await, "1");
        assert_eq!(put(Some("o")).await, "2", "it enters");
        assert_eq!(put(Some("o")).await, "1", "it stays as it is");
        assert_eq!(put(Some("p")).await, "3", "it moves");
        assert_eq!(put(None).await, "2", "it leaves");
    }

    #[tokio::test]
    async fn a_write_is_as_large_as_the_larger_item_and_what_is_kept_grows_and_shrinks() {
        let aws = Aws::new().await;
        let db = Client::new(&aws.config);
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = async |letters: usize| {
            aws.count_units().await;
            let item = db.put_item().table_name("EphemeralTable");
            let item = item.item("key", text("k"));
            let item = item.item("text", text(&"a".repeat(letters)));
            item.send().await.expect("an item is kept");
            let units = aws.count_units().await;
            format!("{} written, {} kept", units.writes, units.kept_bytes)
        };
        assert_eq!(put(10).await, "1 written, 118 kept");
        assert_eq!(put(3000).await, "3 written, 2990 kept");
        assert_eq!(put(10).await, "3 written, -2990 kept");
    }
}
