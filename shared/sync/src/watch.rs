//! Watching only, and going live from there (B43).
//!
//! While an administrator watches, what is listed is compared and said, and nothing is written on either side.
//! Whatever else comes waits in rows, as during a pause. Going live begins with a sync run over all that was
//! only watched, which is written down with it: cut off behind that, the next poll goes on.

use decide::sync_run::{FIRST_WINDOW, earlier, wider};
use model::messages::{Look, SyncMessage};
use model::organization::{Organization, Unfinished, Watching};
use model::sync_run::SyncRun;
use one_click::{IntegrationState, OrgId};
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

use crate::{connection, sync_run};

/// A little earlier than watching began: clocks differ.
const OVERLAP_S: i64 = 60;
/// How often a run that keeps taking steps is tried to be ended.
const TRIES: usize = 5;

/// Writes nothing any more. `false`: it is so already, or not connected.
pub async fn begin(app: &App, org: &OrgId, by: &str) -> Result<bool, WorkError> {
    for _ in 0..TRIES {
        let Some(organization) = app.store.organization(org).await? else {
            return Ok(false);
        };
        let run = organization.sync.as_ref().filter(|run| run.is_running());
        let watching = Watching {
            since: app.clock.now_s(),
            by: by.to_owned(),
            unfinished: run.filter(|run| !run.preview).map(unfinished),
        };
        // What it was at comes when everything is done again.
        let ended = run.map(|run| SyncRun {
            seq: run.seq + 1,
            finished_at: Some(watching.since),
            failed: Some(format!("{by} switched to watch only")),
            ..run.clone()
        });
        let text = format!(
            "{by} switched to watch only: everything is compared, and nothing is written on either side."
        );
        let entry = NewEntry::new(Kind::Connection, Outcome::Updated, text).by(by);
        let begun = app.store.watch(org, (&watching, ended.as_ref()), entry);
        if begun.await?.applied() {
            if let Some(ended) = &ended {
                app.store.record_run(org, ended).await?;
            }
            tracing::info!(org.id = %org, "an administrator watches only");
            return Ok(true);
        }
        let now = app.store.organization(org).await?;
        let same = |now: &Organization| now.sync == organization.sync;
        if now.as_ref().is_none_or(same) {
            return Ok(false);
        }
    }
    Err(store::Error::Contended("the sync run").into())
}

/// How far back the run looks.
pub fn unfinished(run: &SyncRun) -> Unfinished {
    Unfinished {
        window: run.window,
        modified_since: run.modified_since,
    }
}

/// The run that going live begins with: over everything that changed since, and what was unfinished then.
fn catching_up(watching: &Watching, now: i64, by: &str) -> SyncRun {
    let mut run = sync_run::new_run(FIRST_WINDOW, now);
    run.modified_since = earlier(run.modified_since, Some(watching.since - OVERLAP_S));
    if let Some(unfinished) = &watching.unfinished {
        run.window = wider(run.window, unfinished.window);
        run.modified_since = earlier(run.modified_since, unfinished.modified_since);
    }
    run.by = Some(by.to_owned());
    run
}

/// Does everything again, with what would have been done meanwhile. `false`: nobody was watching.
pub async fn end(app: &App, organization: &Organization, by: &str) -> Result<bool, WorkError> {
    let Some(watching) = &organization.watching else {
        return Ok(false);
    };
    let org = &organization.org_id;
    let now = app.clock.now_s();
    let run = catching_up(watching, now, by);
    if let Some(last) = &organization.sync {
        // One that only reads makes room for one that does what it found.
        let ended = SyncRun {
            finished_at: last.finished_at.or(Some(now)),
            ..last.clone()
        };
        app.store.record_run(org, &ended).await?;
    }
    let text = format!("{by} switched to live: what was found while watching is done now.");
    let entry = NewEntry::new(Kind::Connection, Outcome::Updated, text).by(by);
    if !app.store.go_live(org, &run, entry).await?.applied() {
        return Ok(false);
    }
    tracing::info!(org.id = %org, run.id = %run.id, "an administrator went live");
    sync_run::begin(app, org, &run).await?;
    let resume = SyncMessage::new(org, Look::Resume { after: None });
    app.queues.send_looks(&[resume]).await?;
    app.store.record_going_on(org).await?;
    let told = connection::publish_state(app, org, IntegrationState::Connected, "").await;
    if let Err(error) = told {
        tracing::warn!(org.id = %org, cause = %error, "One Click’s card does not say whether syncing is paused");
    }
    Ok(true)
}
