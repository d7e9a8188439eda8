//! How long the messages of a batch stay hidden from other workers (B34).
//!
//! The queue hides them for as long as the function may run, as AWS asks. That is far too long where
//! the function is killed. So they are hidden for a short time from the start, again and again while
//! the work goes on: those that are done too, since Lambda deletes a batch's messages when all is done.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use futures::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use runtime::App;
use runtime::deadline::wait_until;
use runtime::queues::FileQueue;

use crate::queue_of;

/// How long after a worker was killed a message comes back: longer than the photo's lease.
const HIDDEN: Duration = Duration::from_secs(90);
/// How often that is said again: three times may fail.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(20);

/// Does the work while the messages are hidden.
pub(crate) async fn during<T>(
    app: &App,
    records: &[SqsMessage],
    work: impl Future<Output = T>,
) -> T {
    // A batch is of one queue.
    let Some(first) = records.first() else {
        return work.await;
    };
    let (queue, receipts) = (queue_of(app, first), receipts(records));
    match select(pin!(work), pin!(keep_hidden(app, queue, &receipts))).await {
        Either::Left((done, _)) => done,
        Either::Right((never, _)) => match never {},
    }
}

/// Lets the message be received again at once.
pub(crate) async fn give_back(app: &App, record: &SqsMessage) {
    let receipts = receipts(std::slice::from_ref(record));
    hide(app, queue_of(app, record), &receipts, Duration::ZERO).await;
}

fn receipts(records: &[SqsMessage]) -> Vec<&str> {
    let receipts = records.iter();
    receipts
        .filter_map(|record| record.receipt_handle.as_deref())
        .collect()
}

async fn keep_hidden(app: &App, queue: FileQueue, receipts: &[&str]) -> Infallible {
    loop {
        hide(app, queue, receipts, HIDDEN).await;
        let now = app.now();
        let next = now.saturating_add(AGAIN_AFTER).unwrap_or(Timestamp::MAX);
        wait_until(&app.clock, next).await;
    }
}

/// Without it they come back later or sooner than is good, and nothing is lost.
async fn hide(app: &App, queue: FileQueue, receipts: &[&str], time: Duration) {
    if let Err(error) = app.queues.hide_files(queue, receipts, time).await {
        tracing::warn!(cause = %error, "could not say how long messages are to be hidden");
    }
}
