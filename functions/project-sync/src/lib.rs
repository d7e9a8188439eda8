#![doc = include_str!("../README.md")]

mod record;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use model::messages::SyncMessage;
use runtime::panics::guarded;
use runtime::queues::QueueError;
use runtime::{App, Deadline};

/// What a look may take, with its handing on: a few calls to a side that answers late.
const ENOUGH: Duration = Duration::from_secs(25);
/// What a burst may take of that; the rest is for the looks that it was not enough for.
const BURST: Duration = Duration::from_secs(10);

/// Handles a batch of either queue in the time that there is.
pub async fn handle(app: &App, event: SqsEvent, deadline: Deadline) -> SqsBatchResponse {
    app.begin(deadline);
    let groups = by_group(event.records);
    let working = AtomicUsize::new(groups.len());
    let failed = join_all(groups.iter().map(async |records| {
        let failed = handle_group(app, records).await;
        let others_work = working.fetch_sub(1, Ordering::Relaxed) > 1;
        if others_work && failed.is_empty() {
            forget(app, records).await;
        }
        failed
    }))
    .await;
    let mut response = SqsBatchResponse::default();
    for id in failed.into_iter().flatten() {
        response.add_failure(id);
    }
    response
}

/// Deletes what is done while others of the batch still work: an organization's next look is not given out
/// before, and Lambda deletes a batch's messages only when all is done. Doing so again changes nothing.
async fn forget(app: &App, records: &[SqsMessage]) {
    for record in records {
        let queue = record.event_source_arn.as_deref().unwrap_or_default();
        let receipt = record.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = app.queues.done(queue, receipt).await {
            tracing::warn!(cause = %error, "a look that is done holds its organization up until its batch is");
        }
    }
}

/// The records of each message group, in their order.
fn by_group(records: Vec<SqsMessage>) -> Vec<Vec<SqsMessage>> {
    let mut groups: Vec<Vec<SqsMessage>> = Vec::new();
    for record in records {
        let known = groups.iter_mut().find(|group| {
            group
                .first()
                .is_some_and(|first| group_of(first) == group_of(&record))
        });
        match known {
            Some(group) => group.push(record),
            None => groups.push(vec![record]),
        }
    }
    groups
}

fn group_of(record: &SqsMessage) -> Option<&String> {
    record.attributes.get("MessageGroupId")
}

/// Takes the looks of one group in order; the ids of those that were not, or could not be handed on.
async fn handle_group(app: &App, records: &[SqsMessage]) -> Vec<String> {
    // How far the records were gone through for what deliveries told, and which of them that was enough for.
    let (mut told_up_to, mut taken) = (0, BTreeSet::new());
    let mut at = 0;
    while let Some(record) = records.get(at) {
        if at >= told_up_to {
            let burst = record::burst(&records[at..]);
            told_up_to = at + burst.len().max(1);
            let places = take_burst(app, &burst).await;
            taken.extend(places.into_iter().map(|place| at + place));
        }
        if taken.contains(&at) || record::is_repeated(record, &records[..at]) {
            at += 1;
            continue;
        }
        if !app.has_time(ENOUGH) {
            tracing::warn!(
                looks = records.len() - at,
                "no time is left for the rest of a batch"
            );
            return give_back(app, &records[at..]).await;
        }
        let together = &records[at..at + record::together(&records[at..])];
        // Boxed: a look's future is large.
        let handled = together
            .iter()
            .zip(at + 1..)
            .map(|(record, next)| Box::pin(handle_record(app, record, &records[next..])));
        let handled = join_all(handled).await;
        for (record, handled) in together.iter().zip(handled) {
            if let Err(error) = handled {
                let id = record.message_id.as_deref().unwrap_or_default();
                tracing::error!(cause = %error, message.id = id, "a look could not be handed on");
                // Those behind it must not overtake it.
                return records[at..].iter().map(id_of).collect();
            }
            at += 1;
        }
    }
    Vec::new()
}

/// What was not begun can be received again at once, in the same order.
async fn give_back(app: &App, records: &[SqsMessage]) -> Vec<String> {
    for record in records {
        let queue = record.event_source_arn.as_deref().unwrap_or_default();
        let receipt = record.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = app.queues.give_back(queue, receipt).await {
            // It comes back by itself, when the queue has hidden it long enough.
            tracing::warn!(cause = %error, "a look that was not begun comes back late");
        }
    }
    records.iter().map(id_of).collect()
}

fn id_of(record: &SqsMessage) -> String {
    record.message_id.clone().unwrap_or_default()
}

/// Takes the looks that deliveries told enough for, at once; their places. What goes wrong is met again by the
/// looks themselves, one by one.
async fn take_burst(app: &App, burst: &[SyncMessage]) -> Vec<usize> {
    if burst.is_empty() || !app.has_time(ENOUGH) {
        return Vec::new();
    }
    let looked = guarded(Box::pin(sync::look_at_told(app, burst)));
    let looked = tokio::time::timeout(BURST, looked).await;
    match looked {
        Ok(Ok(Ok(places))) => places,
        Ok(Ok(Err(error))) => {
            tracing::info!(cause = %error, "what deliveries say is asked for");
            Vec::new()
        }
        Ok(Err(panicked)) => {
            tracing::error!(cause = %panicked, "a look panicked");
            Vec::new()
        }
        Err(_) => Vec::new(),
    }
}

async fn handle_record(
    app: &App,
    record: &SqsMessage,
    behind: &[SqsMessage],
) -> Result<(), QueueError> {
    match guarded(Box::pin(record::handle(app, record, behind))).await {
        Ok(handled) => handled,
        Err(panicked) => {
            tracing::error!(cause = %panicked, "a look panicked");
            record::panicked(app, record, &panicked).await
        }
    }
}
