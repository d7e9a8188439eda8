//! Pages of lists.
//!
//! Lists are bare JSON arrays. The plain ones are asked by page number until a page is short;
//! photo lists have cursors, which come in headers.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// As many as CompanyCam gives at once.
pub(crate) const PER_PAGE: u32 = 100;

/// One page of a list. `N` is how the list goes on: `u32` page numbers (the first is 1) or a [`Cursor`].
#[derive(Debug, Clone)]
pub struct Page<T, N = u32> {
    /// The elements that could be read, in CompanyCam's order.
    pub items: Vec<T>,
    /// What could not be read: for each element its id, where there is one, and the reason. No personal data.
    pub unreadable: Vec<String>,
    /// What to ask for next; `None` after the last page.
    pub next: Option<N>,
    /// The answer's `Date`, by CompanyCam's clock, in Unix seconds.
    pub date: Option<i64>,
}

/// Reads the elements one by one: the good ones, and a line for each bad one.
pub(crate) fn elements<T: DeserializeOwned>(values: Vec<Value>) -> (Vec<T>, Vec<String>) {
    let mut items = Vec::with_capacity(values.len());
    let mut unreadable = Vec::new();
    for (position, value) in values.into_iter().enumerate() {
        if !value.is_object() {
            unreadable.push(format!("element {position}: not an object"));
            continue;
        }
        let id = readable_id(&value);
        // Whatever may be missing is optional in the types, so the error is about an id and quotes nothing.
        match serde_json::from_value(value) {
            Ok(item) => items.push(item),
            Err(error) => unreadable.push(match id {
                Some(id) => format!("{id}: {error}"),
                None => format!("element {position}: {error}"),
            }),
        }
    }
    (items, unreadable)
}

fn readable_id(value: &Value) -> Option<String> {
    serde_json::from_value::<crate::ids::ProjectId>(value.get("id")?.clone())
        .ok()
        .map(|id| id.to_string())
}
