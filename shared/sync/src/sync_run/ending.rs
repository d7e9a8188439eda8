//! How a run ends: through, given up, or cancelled.

use decide::counted;
use decide::nightly::is_much;
use model::messages::{Look, NightlyTake, SyncMessage};
use model::organization::Organization;
use model::sync_run::{RunResult, SyncRun, SyncStep, Window};
use one_click::OrgId;
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

use super::preview;
use super::taken::looks;
use crate::context::OrgContext;

/// So many rows are read at once.
const ROWS_AT_ONCE: i32 = 500;

/// How often a run that keeps taking steps is tried to be ended.
const CANCEL_TRIES: usize = 5;

/// How long a run waits for what it listed, once that is everything.
const LONGEST_WAIT_S: i64 = 24 * 60 * 60;

/// Whether the run has waited for what it listed as long as it may. Listing a large company takes hours, which
/// do not count.
pub fn has_waited(context: &OrgContext<'_>, run: &SyncRun) -> bool {
    let since = run.listed_at.unwrap_or(run.started_at);
    context.now - since >= LONGEST_WAIT_S
}

/// Everything it listed is done, or has waited for a day.
pub async fn finish(context: &OrgContext<'_>, run: &SyncRun) -> Result<(), WorkError> {
    // What was set aside by a crash stays pending until it is redriven; a run must not. Sooner than that it
    // is here since nothing was pending; an index that is behind may say otherwise by now.
    let failed = (has_waited(context, run) && anything_pending(context).await?)
        .then(|| "some of what it listed is still waiting after a day".to_owned());
    let (result, linked) = result(context, run).await?;
    let next = SyncRun {
        seq: run.seq + 1,
        stepped_at: context.now,
        finished_at: Some(context.now),
        failed,
        result: Some(result),
        ..run.clone()
    };
    let (store, org) = (&context.app.store, context.org());
    if !store.step_sync(org, &next, run.seq, None).await?.applied() {
        return Ok(());
    }
    finished(context, &next).await?;
    let missing = linked - run.projects_total;
    if !run.preview && run.window == Window::All && is_much(missing, linked) {
        tracing::warn!(org.id = %org, linked, listed = run.projects_total, "a run of all projects listed far fewer than are linked");
        // Which those are, and whether somebody is to be asked, the nightly pass finds out.
        let take = NightlyTake::First;
        let look = context.look(Look::Nightly { take });
        context.app.queues.send_looks(&[look]).await?;
    }
    Ok(())
}

/// What the run made of its projects: each says so itself, so that nothing is counted twice. And how many linked
/// ones there are that a list of all has to show.
async fn result(context: &OrgContext<'_>, run: &SyncRun) -> Result<(RunResult, i64), WorkError> {
    if run.preview {
        return Ok((preview::result(context, &run.id).await?, 0));
    }
    let (org, store) = (context.org(), &context.app.store);
    let company = &context.organization.company_id;
    let (mut result, mut linked) = (RunResult::default(), 0);
    let mut after = None;
    loop {
        let (rows, next) = store
            .projects_after(org, after.as_ref(), ROWS_AT_ONCE)
            .await?;
        for row in &rows {
            result.add(row.came_by(&run.id), row.reason);
            linked += i64::from(row.is_to_be_shown(company));
        }
        after = next;
        if after.is_none() {
            return Ok((result, linked));
        }
    }
}

async fn finished(context: &OrgContext<'_>, run: &SyncRun) -> Result<(), WorkError> {
    let org = context.org();
    let result = run.result.clone().unwrap_or_default();
    let text = if run.preview {
        format!(
            "Preview finished: {} would be created, {} linked, {} updated; {} may be duplicates; {} would be skipped. Nothing was changed.",
            counted(result.made, "job"),
            result.linked,
            result.updated,
            result.duplicates,
            counted(result.skipped.values().sum(), "project"),
        )
    } else {
        format!(
            "Sync finished: {} created, {} linked, {} updated; {} skipped, {} failed. {} and {} were checked.",
            counted(result.made, "job"),
            result.linked,
            result.updated,
            counted(result.skipped.values().sum(), "project"),
            result.failed,
            counted(run.projects_total, "project"),
            counted(run.photos_total, "photo"),
        )
    };
    let store = &context.app.store;
    store.record_run(org, run).await?;
    let entry = NewEntry::new(Kind::Sync, Outcome::Updated, text).of_run(&run.id);
    store.log(org, entry).await?;
    tracing::info!(org.id = %org, run.id = %run.id, projects = run.projects_total, photos = run.photos_total, "a sync run finished");
    Ok(())
}

/// Ends a run that can't go on; what it listed so far is handled all the same.
pub async fn abandon(app: &App, org: &OrgId, run_id: &str, reason: &str) -> Result<(), WorkError> {
    let Some(organization) = app.store.organization(org).await? else {
        return Ok(());
    };
    let run = organization.sync.as_ref();
    if let Some(run) = run.filter(|run| run.id == run_id && run.is_running()) {
        end(app, &organization, run, reason).await?;
    }
    Ok(())
}

/// Ends the run that is there because an administrator wants so. What it has queued still comes over.
/// `false`: none runs.
pub async fn cancel(app: &App, org: &OrgId, by: &str) -> Result<bool, WorkError> {
    // A step that is being taken meanwhile writes the run too.
    for _ in 0..CANCEL_TRIES {
        let Some(organization) = app.store.organization(org).await? else {
            return Ok(false);
        };
        let Some(run) = organization.sync.as_ref().filter(|run| run.is_running()) else {
            return Ok(false);
        };
        if !end(app, &organization, run, &format!("canceled by {by}")).await? {
            continue;
        }
        let text = if run.preview {
            format!("{by} canceled the preview.")
        } else {
            format!("{by} canceled the sync. Anything already found will still be imported.")
        };
        let entry = NewEntry::new(Kind::Sync, Outcome::Skipped, text);
        app.store.log(org, entry).await?;
        tracing::info!(org.id = %org, run.id = %run.id, "a sync was cancelled");
        return Ok(true);
    }
    Err(store::Error::Contended("the sync run").into())
}

/// Ends the run before its time. `false`: it took a step meanwhile.
async fn end(
    app: &App,
    organization: &Organization,
    run: &SyncRun,
    reason: &str,
) -> Result<bool, WorkError> {
    let ended = SyncRun {
        seq: run.seq + 1,
        finished_at: Some(app.clock.now_s()),
        failed: Some(reason.to_owned()),
        ..run.clone()
    };
    // Queued first: once the run is ended, nothing brings them back.
    let left = left_behind(&organization.org_id, run);
    app.queues.send_looks(&left).await?;
    // Without a cursor polls wait for the first sync to set it, which now never will: what changes
    // from when it began must come over all the same.
    let cursor = run.next_cursor.unwrap_or(run.started_at - 60);
    let cursor = organization.project_cursor.is_none().then_some(cursor);
    let (store, org) = (&app.store, &organization.org_id);
    let stepped = store.step_sync(org, &ended, run.seq, cursor).await?;
    if stepped.applied() {
        store.record_run(org, &ended).await?;
    }
    Ok(stepped.applied())
}

/// Looks at what the run has listed and would have gone on with: a run that ends early leaves nothing
/// half done.
pub fn left_behind(org: &OrgId, run: &SyncRun) -> Vec<SyncMessage> {
    if run.preview {
        return Vec::new();
    }
    let (listed, projects) = match &run.step {
        SyncStep::Looks { left, projects, .. } => (looks(org, run, left), projects.as_slice()),
        SyncStep::Photos { projects, .. } => (Vec::new(), projects.as_slice()),
        SyncStep::Users
        | SyncStep::Projects { .. }
        | SyncStep::Tags { .. }
        | SyncStep::TagPhotos { .. }
        | SyncStep::Finish => (Vec::new(), &[][..]),
    };
    let photos = projects
        .iter()
        .map(|project_id| SyncMessage::new(org, Look::photos_of(project_id, None)));
    listed.into_iter().chain(photos).collect()
}

/// Whether something listed is not done yet.
pub async fn anything_pending(context: &OrgContext<'_>) -> Result<bool, WorkError> {
    let (store, org) = (&context.app.store, context.org());
    Ok(store.any_project_pending(org).await? || store.any_file_pending(org).await?)
}
