//! Watching only, and going live from there (B43).
//!
//! While an administrator watches, what is listed is compared and said, and nothing is written on either side.
//! Whatever else comes waits in rows, as during a pause. Going live looks at all of it again.

use model::messages::{Look, SyncMessage};
use model::organization::{Organization, Watching};
use model::sync_run::{SyncRun, Window};
use one_click::{IntegrationState, OrgId};
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

use crate::{connection, sync_run};

/// A little earlier than watching began: clocks differ.
const OVERLAP_S: i64 = 60;

/// Writes nothing any more. `false`: it is so already, or not connected.
pub async fn begin(app: &App, org: &OrgId, by: &str) -> Result<bool, WorkError> {
    let watching = Watching {
        since: app.clock.now_s(),
        by: by.to_owned(),
    };
    let text = format!(
        "{by} switched to watch only: everything is compared, and nothing is written on either side."
    );
    let entry = NewEntry::new(Kind::Connection, Outcome::Updated, text).by(by);
    let begun = app.store.set_watching(org, Some(&watching), entry).await?;
    tracing::info!(org.id = %org, begun = begun.applied(), "an administrator watches only");
    Ok(begun.applied())
}

/// Does everything again, with what would have been done meanwhile. `false`: nobody was watching.
pub async fn end(app: &App, organization: &Organization, by: &str) -> Result<bool, WorkError> {
    let Some(watching) = &organization.watching else {
        return Ok(false);
    };
    let org = &organization.org_id;
    // A run that only reads makes room for one that does what it found.
    if organization.sync.as_ref().is_some_and(SyncRun::is_running) {
        sync_run::cancel(app, org, by).await?;
    }
    let text = format!("{by} switched to live: what was found while watching is done now.");
    let entry = NewEntry::new(Kind::Connection, Outcome::Updated, text).by(by);
    if !app.store.set_watching(org, None, entry).await?.applied() {
        return Ok(false);
    }
    tracing::info!(org.id = %org, "an administrator went live");
    let mut run = sync_run::new_run(Window::Days(29), app.clock.now_s());
    let since = watching.since - OVERLAP_S;
    run.modified_since = run.modified_since.map(|first| first.min(since));
    run.by = Some(by.to_owned());
    let started = app.store.start_sync(org, &run).await?.is_some();
    // If one of these is lost, the next poll makes up for it: `goes_on` is set until then.
    let looks = [Look::Matched { after: None }, Look::Resume { after: None }];
    let looks: Vec<_> = looks.map(|look| SyncMessage::new(org, look)).into();
    app.queues.send_looks(&looks).await?;
    if started {
        sync_run::begin(app, org, &run).await?;
    }
    app.store.record_going_on(org).await?;
    let told = connection::publish_state(app, org, IntegrationState::Connected, "").await;
    if let Err(error) = told {
        tracing::warn!(org.id = %org, cause = %error, "One Click’s card does not say whether syncing is paused");
    }
    Ok(true)
}
