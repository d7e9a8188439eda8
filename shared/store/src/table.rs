//! One `DynamoDB` table, spoken to in typed items.

use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, KeysAndAttributes, Put, ReturnValue, Select, TransactWriteItem, Update,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::change::{Change, Expressions};

/// A count that has come so far is large enough: each page of one costs up to 128 reads.
const COUNTED: i64 = 20_000;
/// How long to wait before asking again for what was left over; it doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
/// About a second and a half in all.
const LAST_PAUSE: Duration = Duration::from_millis(800);

pub(crate) type Item = HashMap<String, AttributeValue>;

/// What became of a write that has a condition.
#[must_use = "a write whose condition fails changes nothing"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It is written.
    Applied,
    /// Its condition did not hold: nothing is written.
    ConditionFailed,
}

impl Write {
    /// Whether it is written.
    pub fn applied(self) -> bool {
        self == Self::Applied
    }

    /// It is all the same: what stands there instead is newer, or says the same.
    pub fn either_way(self) {}
}

#[derive(Debug, Clone)]
pub(crate) struct Table {
    db: Client,
    name: String,
}

/// A key of one or two string attributes.
pub(crate) fn key(parts: &[(&str, &str)]) -> Item {
    parts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), AttributeValue::S((*value).to_owned())))
        .collect()
}

impl Table {
    pub fn new(db: Client, name: String) -> Self {
        Self { db, name }
    }

    fn action(&self, verb: &str) -> String {
        format!("{verb} {}", self.name)
    }

    pub async fn get<T: DeserializeOwned>(&self, key: Item) -> Result<Option<T>, Error> {
        let answer = self
            .db
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| Error::unavailable(self.action("read an item of"), error))?;
        answer
            .item
            .map(serde_dynamo::from_item)
            .transpose()
            .map_err(Into::into)
    }

    pub async fn put(&self, item: &impl Serialize, condition: Change) -> Result<Write, Error> {
        let parts = condition.into_expressions()?;
        let result = self
            .db
            .put_item()
            .table_name(&self.name)
            .set_item(Some(serde_dynamo::to_item(item)?))
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .send()
            .await;
        match result {
            Ok(_) => Ok(Write::Applied),
            Err(error) if is_condition(&error, aws_sdk_dynamodb::operation::put_item::PutItemError::is_conditional_check_failed_exception) => {
                Ok(Write::ConditionFailed)
            }
            Err(error) => Err(Error::unavailable(self.action("put an item into"), error)),
        }
    }

    /// The item after the change, or `None` if the condition did not hold.
    pub async fn update<T: DeserializeOwned>(
        &self,
        key: Item,
        change: Change,
    ) -> Result<Option<T>, Error> {
        let changed = self.change(key, change, ReturnValue::AllNew).await?;
        let item = changed.and_then(|answer| answer.attributes);
        Ok(item.map(serde_dynamo::from_item).transpose()?)
    }

    /// The change, where nobody asks for the item afterwards.
    pub async fn apply(&self, key: Item, change: Change) -> Result<Write, Error> {
        let changed = self.change(key, change, ReturnValue::None).await?;
        Ok(changed.map_or(Write::ConditionFailed, |_| Write::Applied))
    }

    /// `None`: the condition did not hold.
    async fn change(
        &self,
        key: Item,
        change: Change,
        returned: ReturnValue,
    ) -> Result<Option<UpdateItemOutput>, Error> {
        let parts = change.into_expressions()?;
        let result = self
            .db
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key))
            .set_update_expression(parts.update)
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .return_values(returned)
            .send()
            .await;
        match result {
            Ok(answer) => Ok(Some(answer)),
            Err(error)
                if is_condition(
                    &error,
                    UpdateItemError::is_conditional_check_failed_exception,
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(Error::unavailable(self.action("update an item of"), error)),
        }
    }

    /// The item that was deleted, if there was one and the condition held.
    pub async fn delete<T: DeserializeOwned>(
        &self,
        key: Item,
        condition: Change,
    ) -> Result<Option<T>, Error> {
        let parts = condition.into_expressions()?;
        let result = self
            .db
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key))
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match result {
            Ok(answer) => answer
                .attributes
                .filter(|item| !item.is_empty())
                .map(serde_dynamo::from_item)
                .transpose()
                .map_err(Into::into),
            Err(error) if is_condition(&error, aws_sdk_dynamodb::operation::delete_item::DeleteItemError::is_conditional_check_failed_exception) => {
                Ok(None)
            }
            Err(error) => Err(Error::unavailable(self.action("delete an item of"), error)),
        }
    }

    /// Up to 100 items in one call; keys without an item are simply absent from the answer.
    pub async fn get_many<T: DeserializeOwned>(&self, keys: Vec<Item>) -> Result<Vec<T>, Error> {
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(100) {
            let mut wanted = Some(keys.to_vec());
            let mut pause = FIRST_PAUSE;
            while let Some(keys) = wanted.take() {
                let asked = keys.len();
                let request = KeysAndAttributes::builder()
                    .set_keys(Some(keys))
                    .consistent_read(true)
                    .build()
                    .map_err(|error| incomplete(&error))?;
                let answer = self
                    .db
                    .batch_get_item()
                    .request_items(&self.name, request)
                    .send()
                    .await
                    .map_err(|error| Error::unavailable(self.action("read items of"), error))?;
                for item in answer
                    .responses
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, items)| items)
                {
                    items.push(serde_dynamo::from_item(item)?);
                }
                // What DynamoDB left over for size or throughput is asked again: at once where it gave
                // a part, after a growing pause where it gave nothing.
                wanted = answer
                    .unprocessed_keys
                    .and_then(|mut left| left.remove(&self.name))
                    .map(|left| left.keys)
                    .filter(|keys| !keys.is_empty());
                if wanted.as_ref().is_none_or(|left| left.len() < asked) {
                    pause = FIRST_PAUSE;
                    continue;
                }
                if pause > LAST_PAUSE {
                    return Err(Error::Unavailable {
                        action: self.action("read items of"),
                        reason: "it left all of them over, again and again".to_owned(),
                    });
                }
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        Ok(items)
    }

    pub fn query(&self) -> Query<'_> {
        Query {
            table: self,
            index: None,
            condition: Change::new(),
            filter: None,
            newest_first: false,
            limit: None,
            after: None,
        }
    }

    pub fn transact_put(
        &self,
        item: &impl Serialize,
        condition: Change,
    ) -> Result<TransactWriteItem, Error> {
        let parts = condition.into_expressions()?;
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(serde_dynamo::to_item(item)?))
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    pub fn transact_update(&self, key: Item, change: Change) -> Result<TransactWriteItem, Error> {
        let parts = change.into_expressions()?;
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key))
            .set_update_expression(parts.update)
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    pub fn transact_delete(
        &self,
        key: Item,
        condition: Change,
    ) -> Result<TransactWriteItem, Error> {
        let parts = condition.into_expressions()?;
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key))
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// All of the writes or none; `ConditionFailed` if any condition did not hold.
    pub async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<Write, Error> {
        let result = self
            .db
            .transact_write_items()
            .set_transact_items(Some(writes))
            .send()
            .await;
        let Err(error) = result else {
            return Ok(Write::Applied);
        };
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                cancelled.cancellation_reasons()
            }
            _ => &[],
        };
        let because = |code: &str| reasons.iter().find(|reason| reason.code() == Some(code));
        if because("ConditionalCheckFailed").is_some() {
            return Ok(Write::ConditionFailed);
        }
        let action = self.action("write together into");
        if let Some(refused) = because("ValidationError") {
            let reason = refused.message().unwrap_or_default().to_owned();
            return Err(Error::Refused { action, reason });
        }
        Err(Error::unavailable(action, error))
    }
}

fn is_condition<E, R>(error: &SdkError<E, R>, check: impl Fn(&E) -> bool) -> bool {
    error.as_service_error().is_some_and(check)
}

/// Every request here sets what its builder requires.
fn incomplete(error: &BuildError) -> Error {
    Error::Unavailable {
        action: "build a request".to_owned(),
        reason: error.to_string(),
    }
}

/// A query on one partition; conditions as in [`Change::when`].
pub(crate) struct Query<'a> {
    table: &'a Table,
    index: Option<&'static str>,
    condition: Change,
    filter: Option<String>,
    newest_first: bool,
    limit: Option<i32>,
    after: Option<Item>,
}

impl Query<'_> {
    pub fn index(mut self, name: &'static str) -> Self {
        self.index = Some(name);
        self
    }

    pub fn when(mut self, condition: &str) -> Self {
        self.condition = self.condition.when(condition);
        self
    }

    pub fn value(mut self, placeholder: &str, value: impl Serialize) -> Self {
        self.condition = self.condition.value(placeholder, value);
        self
    }

    /// Leaves out what does not fit. `DynamoDB` does so after the limit: a page may be empty, and
    /// others follow.
    pub fn filter(mut self, expression: &str) -> Self {
        self.condition.mention(expression);
        self.filter = Some(expression.to_owned());
        self
    }

    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    pub fn limit(mut self, limit: i32) -> Self {
        self.limit = Some(limit);
        self
    }

    pub fn after(mut self, key: Option<Item>) -> Self {
        self.after = key;
        self
    }

    /// One page of items, and the key after which the next begins.
    pub async fn page<T: DeserializeOwned>(mut self) -> Result<(Vec<T>, Option<Item>), Error> {
        let parts = std::mem::take(&mut self.condition).into_expressions()?;
        let after = self.after.take();
        self.fetch(&parts, after).await
    }

    /// Every item of the partition.
    pub async fn all<T: DeserializeOwned>(mut self) -> Result<Vec<T>, Error> {
        let parts = std::mem::take(&mut self.condition).into_expressions()?;
        let mut items = Vec::new();
        let mut after = self.after.take();
        loop {
            let (mut some, next) = self.fetch(&parts, after).await?;
            items.append(&mut some);
            if next.is_none() {
                return Ok(items);
            }
            after = next;
        }
    }

    async fn fetch<T: DeserializeOwned>(
        &self,
        parts: &Expressions,
        after: Option<Item>,
    ) -> Result<(Vec<T>, Option<Item>), Error> {
        let answer = self
            .table
            .db
            .query()
            .table_name(&self.table.name)
            .set_index_name(self.index.map(str::to_owned))
            .set_key_condition_expression(parts.condition.clone())
            .set_filter_expression(self.filter.clone())
            .set_expression_attribute_names(parts.names.clone())
            .set_expression_attribute_values(parts.values.clone())
            .scan_index_forward(!self.newest_first)
            .set_limit(self.limit)
            // An index is never consistent; a table is where it matters what was just written.
            .consistent_read(self.index.is_none())
            .set_exclusive_start_key(after)
            .send()
            .await
            .map_err(|error| Error::unavailable(self.table.action("query"), error))?;
        let items = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(serde_dynamo::from_item)
            .collect::<Result<_, _>>()?;
        Ok((
            items,
            answer.last_evaluated_key.filter(|key| !key.is_empty()),
        ))
    }

    /// How many items the partition has, without reading them out; not more than about `COUNTED`.
    pub async fn count(self) -> Result<i64, Error> {
        let action = self.table.action("count");
        let parts = self.condition.into_expressions()?;
        let mut total = 0;
        let mut after = None;
        loop {
            let answer = self
                .table
                .db
                .query()
                .table_name(&self.table.name)
                .set_index_name(self.index.map(str::to_owned))
                .set_key_condition_expression(parts.condition.clone())
                .set_expression_attribute_names(parts.names.clone())
                .set_expression_attribute_values(parts.values.clone())
                .select(Select::Count)
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(|error| Error::unavailable(action.clone(), error))?;
            total += i64::from(answer.count);
            after = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if after.is_none() || total >= COUNTED {
                return Ok(total);
            }
        }
    }
}
