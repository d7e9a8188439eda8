//! What calls to DynamoDB would be charged for: a read of 4 kB, or two eventually consistent ones, are a
//! unit, a written kB is one, and in a transaction two. Indexes are left out: an item that enters or leaves
//! one costs another unit.

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse, MockService};

use crate::aws::action;
use crate::sizes::{item, size_of};

/// What was charged.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Read request units.
    pub reads: f64,
    /// Write request units.
    pub writes: f64,
}

impl Units {
    /// Adds what this call is charged for.
    pub(crate) async fn add(
        &mut self,
        service: &impl MockService,
        request: &MockRequest,
        answer: &MockResponse,
    ) {
        let body = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
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
            "Query" => {
                let items = answered["Items"].as_array().into_iter().flatten();
                self.reads += reads(items.map(bytes).sum(), consistent(&asked));
            }
            "PutItem" => self.writes += writes(bytes(&asked["Item"])),
            "UpdateItem" => {
                let item = item(service, request, &asked).await;
                self.writes += writes(size_of(&item));
            }
            "DeleteItem" => self.writes += 1.0,
            "TransactWriteItems" => {
                for write in asked["TransactItems"].as_array().into_iter().flatten() {
                    let write = write.as_object().and_then(|write| write.values().next());
                    let size = match write {
                        Some(put) if put["Item"].is_object() => bytes(&put["Item"]),
                        Some(update) => size_of(&item(service, request, update).await),
                        None => 0,
                    };
                    self.writes += 2.0 * writes(size);
                }
            }
            _ => {}
        }
    }
}

fn bytes(item: &Value) -> usize {
    item.as_object().map_or(0, size_of)
}

fn reads(bytes: usize, consistent: bool) -> f64 {
    let units = f64::from(u32::try_from(bytes.div_ceil(4096).max(1)).unwrap_or(u32::MAX));
    if consistent { units } else { units / 2.0 }
}

fn writes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes.div_ceil(1024).max(1)).unwrap_or(u32::MAX))
}
