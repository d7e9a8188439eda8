//! A sync run: a chain of small steps, each queueing the next, so that live changes slip in between
//! (B19). The run's row says which step comes next, so a message says only "take it".

mod ending;
mod preview;
mod steps;
mod taken;

use std::time::Duration;

use companycam::ids::ProjectId;
use decide::sync_run::{
    FIRST_WINDOW, after_looks, begins_at, earlier, lists_projects, wider, without,
};
use model::messages::SyncMessage;
use model::organization::Organization;
use model::project::ProjectRow;
use model::sync_run::{SyncRun, SyncStep, Window};
use one_click::OrgId;
use runtime::queues::backoff;
use runtime::{App, WorkError};

use crate::context::OrgContext;
use ending::{anything_pending, finish, has_waited, left_behind};
use steps::take;
use taken::{Taken, message};

pub use ending::{abandon, cancel};

/// How long a step waits at most before it looks again whether what it waits for is done.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often it looks again before it lists photos, about four minutes in all. A project that takes longer
/// reads its photos by itself, and photos that take longer must not hold up the rest.
const PATIENT_TRIES: u32 = 12;
/// So many photos may be queued before the run lists more: what is copied in a few seconds.
const PHOTOS_AHEAD: i32 = 400;

/// More steps than any run takes: half a million photos are some ten thousand, and before each it may come
/// back [`PATIENT_TRIES`] times.
const MOST_STEPS: i64 = 400_000;

/// A run that has not taken a step yet.
pub fn new_run(window: Window, now: i64) -> SyncRun {
    let modified_since = begins_at(window, now);
    SyncRun {
        id: uuid::Uuid::new_v4().to_string(),
        window,
        step: SyncStep::Users,
        seq: 0,
        started_at: now,
        stepped_at: now,
        finished_at: None,
        failed: None,
        modified_since,
        next_cursor: None,
        projects_total: 0,
        photos_total: 0,
        listed_at: None,
        preview: false,
        by: None,
        result: None,
        undo: None,
    }
}

/// The run that connecting starts. Connecting the same company again also lists what changed since
/// its last listing, however long ago that was (B4).
pub fn after_connecting(before: Option<&Organization>, now: i64) -> SyncRun {
    let mut run = new_run(FIRST_WINDOW, now);
    let missed_since = before.and_then(|before| before.project_cursor);
    // A run that connecting replaces, or that the end of the connection broke off, may have looked
    // further back: what it had not listed yet must come all the same.
    let unfinished = before.and_then(|before| before.sync.as_ref());
    if let Some(unfinished) = unfinished.filter(|run| lists_projects(run) && !run.preview) {
        run.window = wider(run.window, unfinished.window);
        run.modified_since = earlier(run.modified_since, unfinished.modified_since);
    }
    run.modified_since = earlier(run.modified_since, missed_since.or(run.modified_since));
    run
}

/// Queues the run's first step.
pub async fn begin(app: &App, org: &OrgId, run: &SyncRun) -> Result<(), WorkError> {
    Ok(app.queues.send_looks(&[message(org, run)]).await?)
}

/// Takes the next step of the run. A message of an older or finished run, or of another step, is let
/// go: so one run is one chain of messages, whatever was sent twice.
pub async fn step(
    context: &OrgContext<'_>,
    run_id: &str,
    seq: Option<i64>,
    tries: u32,
) -> Result<(), WorkError> {
    let Some(run) = current(context, run_id).filter(|run| seq.is_none_or(|seq| seq == run.seq))
    else {
        return Ok(());
    };
    if run.seq > MOST_STEPS {
        let reason = "it took more steps than any sync should";
        return abandon(context.app, context.org(), run_id, reason).await;
    }
    if let Some(wait) = must_wait(context, run, tries).await? {
        return go_on(context, run, Some((tries, wait))).await;
    }
    if run.step == SyncStep::Finish {
        return finish(context, run).await;
    }
    let taken = take(context, run).await?;
    advance(context.app, &context.organization, run, taken).await
}

/// Queues what the step came to and the next one, and writes that down.
async fn advance(
    app: &App,
    organization: &Organization,
    run: &SyncRun,
    taken: Taken,
) -> Result<(), WorkError> {
    let listed = moves_cursor(organization, run) && matches!(taken.next, SyncStep::Tags { .. });
    let now = app.clock.now_s();
    let all_is_listed = taken.next == SyncStep::Finish;
    let next = SyncRun {
        listed_at: run.listed_at.or(all_is_listed.then_some(now)),
        step: taken.next,
        seq: run.seq + 1,
        stepped_at: now,
        next_cursor: taken.cursor.or(run.next_cursor),
        projects_total: run.projects_total + taken.projects,
        photos_total: run.photos_total + taken.photos,
        ..run.clone()
    };
    // A poll may have moved the cursor on by itself; the later one has seen the earlier's changes.
    let before = organization.project_cursor;
    let cursor = next
        .next_cursor
        .filter(|next| listed && before.is_none_or(|now| *next > now));
    let org = &organization.org_id;
    // Queued before it is written down: a crash in between only repeats what was done, and the queue
    // gives nothing from behind this message until it is through.
    let mut messages = taken.looks;
    messages.push(message(org, &next));
    app.queues.send_looks(&messages).await?;
    app.store
        .step_sync(org, &next, run.seq, cursor)
        .await?
        .either_way();
    Ok(())
}

/// Whether the run lists projects on behalf of the polls too. A preview does not, unless an administrator watches
/// only, and there is nothing but previews.
pub fn moves_cursor(organization: &Organization, run: &SyncRun) -> bool {
    let counts = !run.preview || organization.watching.is_some();
    counts && lists_projects(run)
}

fn current<'a>(context: &'a OrgContext<'_>, run_id: &str) -> Option<&'a SyncRun> {
    let run = context.organization.sync.as_ref();
    run.filter(|run| run.id == run_id && run.is_running())
}

/// How long the step waits for what was queued before it, if it does; but never for ever.
async fn must_wait(
    context: &OrgContext<'_>,
    run: &SyncRun,
    tries: u32,
) -> Result<Option<Duration>, WorkError> {
    if run.preview {
        // Nothing is queued for it.
        return Ok(None);
    }
    let waits = match &run.step {
        SyncStep::Photos {
            projects,
            cursor: None,
            ..
        } if tries < PATIENT_TRIES => {
            projects_wait(context, projects).await? || photos_ahead(context).await?
        }
        SyncStep::Photos { .. } | SyncStep::TagPhotos { .. } if tries < PATIENT_TRIES => {
            photos_ahead(context).await?
        }
        SyncStep::Finish => !has_waited(context, run) && anything_pending(context).await?,
        SyncStep::Users
        | SyncStep::Projects { .. }
        | SyncStep::Looks { .. }
        | SyncStep::Photos { .. }
        | SyncStep::Tags { .. }
        | SyncStep::TagPhotos { .. } => false,
    };
    Ok(waits.then(|| backoff(tries).min(LONGEST_WAIT)))
}

/// Photos go to jobs, so the looks at the page's projects come first.
async fn projects_wait(
    context: &OrgContext<'_>,
    projects: &[ProjectId],
) -> Result<bool, WorkError> {
    let rows = context.app.store.projects(context.org(), projects).await?;
    let waits = |row: &ProjectRow| row.wanted.is_some() && !row.is_refused();
    Ok(rows.iter().any(waits))
}

/// While many are queued the run lists no more (B29): whoever cancels it, or changes their mind about what is
/// copied, is not to watch thousands more arrive.
async fn photos_ahead(context: &OrgContext<'_>) -> Result<bool, WorkError> {
    let (store, org) = (&context.app.store, context.org());
    Ok(store.more_files_pending_than(org, PHOTOS_AHEAD).await?)
}

/// Takes up a run that stands still: its message was lost, or it waited for a side to answer. Whatever
/// message it still has is let go from now on.
pub(super) async fn take_up(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let run = context.organization.sync.as_ref();
    match run.filter(|run| run.is_running()) {
        Some(run) => go_on(context, run, None).await,
        None => Ok(()),
    }
}

/// Queues the same step once more, at once or after so many tries and so long, and lets any other message
/// of it go.
async fn go_on(
    context: &OrgContext<'_>,
    run: &SyncRun,
    later: Option<(u32, Duration)>,
) -> Result<(), WorkError> {
    let alive = SyncRun {
        seq: run.seq + 1,
        stepped_at: context.now,
        ..run.clone()
    };
    let again = message(context.org(), &alive);
    let queues = &context.app.queues;
    match later {
        Some((tries, wait)) => {
            let later = SyncMessage {
                tries: tries + 1,
                ..again
            };
            queues.send_look_later(&later, wait).await?;
        }
        None => queues.send_looks(&[again]).await?,
    }
    let (store, org) = (&context.app.store, context.org());
    store
        .step_sync(org, &alive, run.seq, None)
        .await?
        .either_way();
    Ok(())
}

/// A step of the run was put off: the run is seen to be alive, so that a poll does not take it up too.
pub(super) async fn is_alive(app: &App, org: &OrgId, run_id: &str) -> Result<(), WorkError> {
    let Some(organization) = app.store.organization(org).await? else {
        return Ok(());
    };
    let run = organization.sync.as_ref();
    if let Some(run) = run.filter(|run| run.id == run_id && run.is_running()) {
        let alive = SyncRun {
            stepped_at: app.clock.now_s(),
            ..run.clone()
        };
        app.store
            .step_sync(org, &alive, run.seq, None)
            .await?
            .either_way();
    }
    Ok(())
}

/// A side refuses a step of the run while it answers others: the run goes on without what that step was
/// for, and what it had listed is looked at one by one. `false`: there is no going on without it.
pub(super) async fn pass_over(
    app: &App,
    org: &OrgId,
    run_id: &str,
    seq: Option<i64>,
) -> Result<bool, WorkError> {
    let Some(organization) = app.store.organization(org).await? else {
        return Ok(true);
    };
    let run = organization.sync.as_ref();
    let this_step = |run: &&SyncRun| {
        run.id == run_id && run.is_running() && seq.is_none_or(|seq| seq == run.seq)
    };
    let Some(run) = run.filter(this_step) else {
        return Ok(true);
    };
    let step = match &run.step {
        // It looks itself, at a few that it does without then.
        SyncStep::Looks {
            projects,
            next_page,
            ..
        } if run.preview => Some(after_looks(projects.clone(), *next_page)),
        step => without(step),
    };
    let Some(step) = step else {
        return Ok(false);
    };
    let taken = Taken {
        looks: left_behind(org, run),
        ..Taken::then(step)
    };
    advance(app, &organization, run, taken).await?;
    tracing::warn!(org.id = %org, run.id = %run.id, "a sync run goes on without a step that is refused");
    Ok(true)
}
