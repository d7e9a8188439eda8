#![doc = include_str!("../README.md")]

use std::time::Duration;

use futures::{Stream, StreamExt, TryStreamExt, stream};
use model::messages::{Look, NightlyTake, SyncMessage};
use one_click::OrgId;
use runtime::{App, WorkError};
use store::keys::CONNECTED_SHARDS;
use store::schedule::{Due, Turn};

/// Organizations in a page of an index of all that are connected.
const PAGE: i32 = 500;
/// Organizations in a page of those that are due: a shard of half a million has no more in a minute.
const DUE_PAGE: i32 = 2_000;
/// Shards read at a time.
const READERS: usize = CONNECTED_SHARDS as usize;
/// Organizations in a batch: as many messages as SQS takes at once.
const BATCH: usize = 10;
/// Batches sent at a time for a shard of all that are connected.
const SENDERS: usize = 4;
/// Batches of what is due sent at a time.
const DUE_SENDERS: usize = 64;
/// What is due is queued within so much of the minute until the schedule runs again.
const SPREAD: Duration = Duration::from_secs(50);
/// How often everybody is looked through for organizations without a turn, and for how long: both schedules run
/// each minute, some time within it.
const TURNS_EVERY_S: i64 = 6 * 60 * 60;
const TURNS_FOR_S: i64 = 2 * 60;

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

/// How long to wait from one of so many batches to the next: all at once they would wait for each other, and live
/// changes for them. Few are queued closer, since a function that waits costs too.
pub fn gap(turn: Turn, batches: usize) -> Duration {
    let longest = match turn {
        Turn::Poll => Duration::from_millis(200),
        // Each is the beginning of a chain of steps.
        Turn::Nightly => Duration::from_secs(1),
    };
    let batches = u32::try_from(batches).unwrap_or(u32::MAX).max(1);
    (SPREAD / batches).clamp(Duration::from_micros(100), longest)
}

/// Queues a look at every organization whose turn it is; how many those are. A few times a day it also
/// gives a turn to those that have none.
///
/// They are queued evenly over the minute ([`gap`]), unless there are more than a minute should have.
///
/// Cut off and run again it only asks again for a look, which is harmless.
pub async fn queue_due(app: &App, turn: Turn) -> Result<usize, WorkError> {
    let now = app.clock.now_s();
    if now.rem_euclid(TURNS_EVERY_S) < TURNS_FOR_S {
        give_turns(app, turn, now).await?;
    }
    let mut organizations = 0;
    loop {
        let (due, is_all) = all_due(app, turn, now).await?;
        let batches: Vec<_> = due.chunks(BATCH).collect();
        let gap = if is_all {
            gap(turn, batches.len())
        } else {
            // More than a minute's: the next round is not to wait.
            gap(turn, usize::MAX)
        };
        stream::iter(batches)
            .zip(ticks(gap))
            .map(|(batch, ())| queue(app, turn, batch, now))
            .buffer_unordered(DUE_SENDERS)
            .try_for_each(|()| async { Ok(()) })
            .await?;
        organizations += due.len();
        // The index may still show those that were just queued: what is left is due in a minute too.
        if is_all {
            break;
        }
    }
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

/// The first at once, the others so far apart. After a delay it catches up.
fn ticks(gap: Duration) -> impl Stream<Item = ()> {
    stream::unfold(tokio::time::interval(gap), |mut interval| async {
        interval.tick().await;
        Some(((), interval))
    })
}

/// A page of each shard of those whose turn it is, and whether these are all.
async fn all_due(app: &App, turn: Turn, now: i64) -> Result<(Vec<Due>, bool), WorkError> {
    let of_shards: Vec<_> = stream::iter(0..CONNECTED_SHARDS)
        .map(|shard| app.store.due(turn, shard, now, DUE_PAGE))
        .buffer_unordered(READERS)
        .try_collect()
        .await?;
    let page = usize::try_from(DUE_PAGE).unwrap_or(usize::MAX);
    let is_all = of_shards.iter().all(|due| due.len() < page);
    Ok((of_shards.concat(), is_all))
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
        stream::iter(organizations.chunks(BATCH))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b17_what_is_due_is_queued_evenly_within_the_minute() {
        for (turn, longest) in [(Turn::Poll, 200), (Turn::Nightly, 1_000)] {
            assert_eq!(gap(turn, 1), Duration::from_millis(longest));
            for batches in [3, 60, 700, 5_000, 100_000] {
                let all = gap(turn, batches) * u32::try_from(batches).unwrap();
                assert!(all <= SPREAD, "{batches}: {all:?}");
            }
        }
        // 100,000 organizations fill the minute.
        let minute = 100_000_usize.div_ceil(15).div_ceil(BATCH);
        let all = gap(Turn::Poll, minute) * u32::try_from(minute).unwrap();
        assert!(all > SPREAD * 9 / 10, "{all:?}");
    }
}
