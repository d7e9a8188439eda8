#![doc = include_str!("../README.md")]

use futures::{StreamExt, TryStreamExt, stream};
use model::messages::{Look, NightlyTake, SyncMessage};
use one_click::OrgId;
use runtime::{App, WorkError};
use store::keys::CONNECTED_SHARDS;
use store::schedule::{Due, Turn};

/// Organizations in a page of an index.
const PAGE: i32 = 500;
/// Shards read at a time: each is one reader and up to `SENDERS` batches of ten messages. 16 × 4
/// calls of about 10 ms each pass 100,000 organizations in well under a minute.
const READERS: usize = CONNECTED_SHARDS as usize;
/// Batches of ten sent at a time for a shard.
const SENDERS: usize = 4;
/// How often everybody is looked through for organizations without a turn.
const TURNS_EVERY_S: i64 = 6 * 60 * 60;

/// What an organization's turn brings: a look, in its kind.
fn look_of(turn: Turn, org: &OrgId) -> SyncMessage {
    let look = match turn {
        Turn::Poll => Look::Poll,
        Turn::Nightly => Look::Nightly {
            take: NightlyTake::First,
        },
    };
    SyncMessage::new(org, look)
}

/// How often its schedule runs, in seconds: that often in a quarter of a day turns are given.
fn schedule_s(turn: Turn) -> i64 {
    match turn {
        Turn::Poll => 60,
        Turn::Nightly => 10 * 60,
    }
}

/// Queues a look at every organization whose turn it is; how many those are. A few times a day it also
/// gives a turn to those that have none.
///
/// Cut off and run again it only asks again for a look, which is harmless.
pub async fn queue_due(app: &App, turn: Turn) -> Result<usize, WorkError> {
    let now = app.clock.now_s();
    if now.rem_euclid(TURNS_EVERY_S) < schedule_s(turn) {
        give_turns(app, turn, now).await?;
    }
    let organizations = of_all_shards(|shard| due_of(app, turn, shard, now)).await?;
    tracing::info!(organizations, ?turn, "queued the looks that are due");
    Ok(organizations)
}

/// Queues a look at every connected organization; how many there are.
pub async fn queue_all(app: &App, turn: Turn) -> Result<usize, WorkError> {
    let organizations = of_all_shards(|shard| all_of(app, turn, shard)).await?;
    tracing::info!(
        organizations,
        ?turn,
        "queued a look at every connected organization"
    );
    Ok(organizations)
}

async fn of_all_shards<F>(of_one: impl Fn(u32) -> F) -> Result<usize, WorkError>
where
    F: Future<Output = Result<usize, WorkError>>,
{
    let counts: Vec<usize> = stream::iter(0..CONNECTED_SHARDS)
        .map(of_one)
        .buffer_unordered(READERS)
        .try_collect()
        .await?;
    Ok(counts.iter().sum())
}

async fn due_of(app: &App, turn: Turn, shard: u32, now: i64) -> Result<usize, WorkError> {
    let mut count = 0;
    loop {
        let due = app.store.due(turn, shard, now, PAGE).await?;
        stream::iter(due.chunks(10))
            .map(|batch| queue(app, turn, batch, now))
            .buffer_unordered(SENDERS)
            .try_for_each(|()| async { Ok(()) })
            .await?;
        count += due.len();
        // The index may still show those that were just queued: what is left is due in a minute too.
        if due.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(count);
        }
    }
}

/// Queued first: what is queued and not written down is only queued once more.
async fn queue(app: &App, turn: Turn, due: &[Due], now: i64) -> Result<(), WorkError> {
    let messages: Vec<_> = due.iter().map(|due| look_of(turn, &due.org_id)).collect();
    app.queues.send_looks(&messages).await?;
    for due in due {
        app.store.turn_taken(turn, due, now).await?;
    }
    Ok(())
}

async fn all_of(app: &App, turn: Turn, shard: u32) -> Result<usize, WorkError> {
    each_batch(app, shard, |organizations| async move {
        let messages: Vec<_> = organizations.iter().map(|org| look_of(turn, org)).collect();
        Ok(app.queues.send_looks(&messages).await?)
    })
    .await
}

async fn give_turns(app: &App, turn: Turn, now: i64) -> Result<(), WorkError> {
    let give = |organizations: Vec<OrgId>| async move {
        for org in &organizations {
            app.store.give_a_turn(turn, org, now).await?;
        }
        Ok(())
    };
    of_all_shards(|shard| each_batch(app, shard, give)).await?;
    Ok(())
}

/// Goes through the connected organizations of a shard in batches of ten; how many there are.
async fn each_batch<F>(
    app: &App,
    shard: u32,
    handle: impl Fn(Vec<OrgId>) -> F,
) -> Result<usize, WorkError>
where
    F: Future<Output = Result<(), WorkError>>,
{
    let mut count = 0;
    let mut after: Option<OrgId> = None;
    loop {
        let (organizations, next) = app.store.connected(shard, after, PAGE).await?;
        stream::iter(organizations.chunks(10))
            .map(|batch| handle(batch.to_vec()))
            .buffer_unordered(SENDERS)
            .try_for_each(|()| async { Ok(()) })
            .await?;
        count += organizations.len();
        after = next;
        if after.is_none() {
            return Ok(count);
        }
    }
}
