//! Undoing a sync run (B40): what it made goes as long as nobody has worked on it.
//!
//! One Click keeps removed jobs for 30 days, and refuses to remove one that a person has worked on. What a run
//! linked to jobs that were there is taken off those again; blanks that it filled stay.

use companycam::ids::ProjectId;
use decide::counted;
use model::file::{FileId, FileRow};
use model::job::Said;
use model::messages::{Look, SyncMessage};
use model::organization::Organization;
use model::project::{LinkState, ProjectRow, SkipReason};
use model::sync_run::{SyncRun, Undo};
use one_click::{AttachmentAt, Error as OneClickError, JobId, OrgId};
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

use crate::by_hand::unname;
use crate::context::OrgContext;

/// For so long a run can be undone.
pub const UNDONE_WITHIN_S: i64 = 7 * 24 * 60 * 60;
/// So many rows are read at once.
const ROWS_AT_ONCE: i32 = 500;
/// So many projects are undone in a look: a live change waits for those at most.
const AT_ONCE: usize = 5;
/// One that is refused so often, some two minutes, is passed over.
const MOST_TRIES: u32 = 6;
/// What took no step for so long lost its message somewhere.
const STALLED_S: i64 = 20 * 60;

/// Whether the run can still be undone.
pub fn can_be_undone(run: &SyncRun, now: i64) -> bool {
    let ended = run.finished_at.is_some_and(|at| now - at < UNDONE_WITHIN_S);
    ended && run.undo.is_none() && !run.preview
}

/// What came of asking for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is being undone, since now or since another click.
    Yes,
    /// Another run is being undone.
    Another,
    /// It was undone, it is too late, or it was a preview.
    No,
}

/// Begins, or goes on where another click was cut off.
pub async fn begin(
    app: &App,
    organization: &Organization,
    run: &SyncRun,
    by: &str,
) -> Result<Begun, WorkError> {
    let (org, store, now) = (&organization.org_id, &app.store, app.clock.now_s());
    let is_begun = run
        .undo
        .as_ref()
        .is_some_and(|undo| undo.finished_at.is_none());
    if !is_begun && !can_be_undone(run, now) {
        return Ok(Begun::No);
    }
    let another = organization.undoing.as_ref().filter(|id| **id != run.id);
    if let Some(another) = another
        && is_undone_now(app, org, another).await?
    {
        return Ok(Begun::Another);
    }
    if !is_begun {
        let undo = Undo {
            by: by.to_owned(),
            at: now,
            finished_at: None,
            removed: 0,
            unlinked: 0,
            kept: 0,
            failed: 0,
            stepped_at: now,
        };
        store.record_run(org, run).await?;
        // Before it begins: from here on a poll goes on with it, whatever is lost.
        store.set_undoing(org, Some(&run.id)).await?;
        if store.begin_undo(org, &run.id, &undo).await?.applied() {
            let text = format!("{by} is undoing a sync.");
            let entry = NewEntry::new(Kind::Sync, Outcome::Updated, text).by(by);
            store.log(org, entry.of_run(&run.id)).await?;
            tracing::info!(org.id = %org, run.id = %run.id, "an administrator undoes a sync");
        }
    }
    queue(app, org, &run.id, None).await?;
    Ok(Begun::Yes)
}

async fn is_undone_now(app: &App, org: &OrgId, run: &str) -> Result<bool, WorkError> {
    let undo = app
        .store
        .recorded_run(org, run)
        .await?
        .and_then(|run| run.undo);
    Ok(undo.is_some_and(|undo| undo.finished_at.is_none()))
}

async fn queue(
    app: &App,
    org: &OrgId,
    run: &str,
    after: Option<ProjectId>,
) -> Result<(), WorkError> {
    let run = run.to_owned();
    let look = SyncMessage::new(org, Look::Undo { run, after });
    Ok(app.queues.send_looks(&[look]).await?)
}

/// Goes on with what stands still: its message was lost, or was let go while there was no connection.
pub async fn make_up_for(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let Some(run) = &context.organization.undoing else {
        return Ok(());
    };
    let (org, store) = (context.org(), &context.app.store);
    let undo = store.recorded_run(org, run).await?.and_then(|run| run.undo);
    match undo.filter(|undo| undo.finished_at.is_none()) {
        Some(undo) if context.now - undo.stepped_at > STALLED_S => {
            tracing::warn!(org.id = %org, run.id = %run, "undoing a sync stands still; it is taken up again");
            queue(context.app, org, run, None).await
        }
        Some(_) => Ok(()),
        None => Ok(store.set_undoing(org, None).await?),
    }
}

/// Undoes some of the run's projects behind that one, and queues the rest; and how often that was put off.
pub async fn step(
    context: &OrgContext<'_>,
    run: &str,
    (after, tries): (Option<&ProjectId>, u32),
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let recorded = store.recorded_run(org, run).await?;
    let undo = recorded.and_then(|run| run.undo);
    let Some(mut undo) = undo.filter(|undo| undo.finished_at.is_none()) else {
        return Ok(());
    };
    undo.stepped_at = context.now;
    let (rows, next) = store.projects_after(org, after, ROWS_AT_ONCE).await?;
    let is_its = |row: &&ProjectRow| {
        let by = row.linked_by.as_ref();
        let by = by.filter(|by| by.run.as_deref() == Some(run) && !by.kept);
        by.is_some() && row.company_id == context.organization.company_id
    };
    let its: Vec<_> = rows.iter().filter(is_its).collect();
    let now = its.len().min(AT_ONCE);
    for (index, row) in its.iter().take(now).enumerate() {
        match undo_one(context, row, &mut undo).await {
            Ok(()) => {}
            // That one is refused, be it for good or again and again: the others are not.
            Err(error) if is_refused(&error, (index, tries)) => {
                tracing::warn!(org.id = %org, project.id = %row.project_id, cause = %error, "a project could not be undone");
                undo.failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    let after = if now < its.len() {
        its.get(now - 1).map(|row| row.project_id.clone())
    } else {
        next
    };
    if let Some(after) = after {
        queue(context.app, org, run, Some(after)).await?;
        return Ok(store.step_undo(org, run, &undo).await?);
    }
    finish(context, run, undo).await
}

/// Whether it is given up: for good, or the first of what is left, so often that others must not wait for it. A
/// side that answers nobody puts nothing off so often: the look waits for its end.
fn is_refused(error: &WorkError, (index, tries): (usize, u32)) -> bool {
    match error {
        WorkError::Permanent(_) => true,
        WorkError::Transient { .. } => index == 0 && tries >= MOST_TRIES,
        WorkError::NeedsReconnecting | WorkError::OtherVersion(_) => false,
    }
}

async fn finish(context: &OrgContext<'_>, run: &str, mut undo: Undo) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    undo.finished_at = Some(context.now);
    store.step_undo(org, run, &undo).await?;
    store.set_undoing(org, None).await?;
    let failed = match undo.failed {
        0 => String::new(),
        failed => format!(" {} could not be undone.", counted(failed, "project")),
    };
    let text = format!(
        "A sync was undone: {} removed, {} taken off jobs that were there before, {} kept because someone has worked on them.{failed} Blank fields that were filled stay filled.",
        counted(undo.removed, "job"),
        counted(undo.unlinked, "project"),
        counted(undo.kept, "job"),
    );
    let entry = NewEntry::new(Kind::Sync, Outcome::Removed, text).by(&undo.by);
    Ok(store.log(org, entry.of_run(run)).await?)
}

/// Takes the run's job from the project, unless it is another by now: whoever linked that wants it.
async fn undo_one(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    undo: &mut Undo,
) -> Result<(), WorkError> {
    let (LinkState::Linked | LinkState::JobDeleted, Some(job), Some(by)) =
        (row.state, &row.job_id, &row.linked_by)
    else {
        // Taken from its job since.
        return Ok(());
    };
    if by.job_id != *job {
        return Ok(());
    }
    let (org, store) = (context.org(), &context.app.store);
    let one_click = context.one_click().await?;
    let left = if by.made {
        match one_click.delete_job(org, job).await {
            Err(OneClickError::Conflict(_)) => {
                store.mark_job_kept(org, &row.project_id).await?;
                undo.kept += 1;
                return Ok(());
            }
            removed => removed?,
        }
        None
    } else {
        take_files_off(context, row, job).await?;
        unname(context.app, org, job).await?;
        Some(Said::Undone)
    };
    let why = (SkipReason::Undone, left);
    if store
        .unlink(org, &row.project_id, job, why)
        .await?
        .applied()
    {
        if by.made {
            undo.removed += 1;
        } else {
            undo.unlinked += 1;
        }
    }
    // What is still on its way to the job is wanted nowhere.
    forget_files(context, row, job).await
}

async fn forget_files(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    job: &JobId,
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let ids = store.files_of(org, &row.project_id).await?;
    for file in store.files(org, ids).await? {
        if file.wanted.job_id.as_ref() == Some(job) {
            store.forget_copy(org, &file.id, job).await?;
        }
    }
    Ok(())
}

/// Removes what was copied to the job; what was on it before stays.
async fn take_files_off(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    job: &JobId,
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let one_click = context.one_click().await?;
    let ids = store.files_of(org, &row.project_id).await?;
    let is_on_it = |file: &&FileRow| {
        let copied = file
            .copied
            .as_ref()
            .is_some_and(|copied| copied.job_id == *job);
        !file.adopted && (copied || file.maybe_on.contains(job))
    };
    for file in store.files(org, ids).await?.iter().filter(is_on_it) {
        let at = AttachmentAt {
            org,
            job,
            external_id: file.id.external_id(),
        };
        match &file.id {
            FileId::Photo(_) => one_click.delete_image(at).await?,
            FileId::Document(_) => one_click.delete_document(at).await?,
        }
        store.forget_copy(org, &file.id, job).await?;
    }
    Ok(())
}
