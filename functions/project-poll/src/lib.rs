//! On its schedule: one look message for each connected organization (B17).

use futures::{StreamExt, TryStreamExt, stream};
use one_click::OrgId;
use runtime::messages::{Look, SyncMessage};
use runtime::{App, Trouble};
use store::organizations::CONNECTED_SHARDS;

/// Organizations in a page of the index.
const PAGE: i32 = 500;
/// Shards read at a time: each is one reader and up to `SENDERS` batches of ten messages. 16 × 4
/// calls of about 10 ms each pass 100,000 organizations in well under a minute.
const READERS: usize = CONNECTED_SHARDS as usize;
/// Batches of ten sent at a time for a shard.
const SENDERS: usize = 4;

/// Queues a poll of every connected organization; how many there are.
///
/// Cut off and run again it only asks again for a look, which is harmless.
pub async fn poll_all(app: &App) -> Result<usize, Trouble> {
    let counts: Vec<usize> = stream::iter(0..CONNECTED_SHARDS)
        .map(|shard| poll_shard(app, shard))
        .buffer_unordered(READERS)
        .try_collect()
        .await?;
    let organizations = counts.iter().sum();
    tracing::info!(
        organizations,
        "queued a poll of every connected organization"
    );
    Ok(organizations)
}

async fn poll_shard(app: &App, shard: u32) -> Result<usize, Trouble> {
    let mut count = 0;
    let mut after: Option<OrgId> = None;
    loop {
        let (organizations, next) = app.store.connected(shard, after, PAGE).await?;
        let messages: Vec<_> = organizations
            .iter()
            .map(|org| SyncMessage::new(org, Look::Poll))
            .collect();
        stream::iter(messages.chunks(10))
            .map(|batch| app.queues.sync(batch))
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
