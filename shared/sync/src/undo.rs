//! Undoing a sync run (B40): what it made goes as long as nobody has worked on it.
//!
//! One Click keeps removed jobs for 30 days, and refuses to remove one that a person has worked on. What a run
//! linked to jobs that were there is taken off those again; blanks that it filled stay.

use companycam::ids::ProjectId;
use decide::counted;
use model::file::{FileId, FileRow};
use model::messages::{Look, SyncMessage};
use model::project::{Came, LinkState, ProjectRow, RunMark, SkipReason};
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

/// Whether the run can still be undone.
pub fn can_be_undone(run: &SyncRun, now: i64) -> bool {
    let ended = run.finished_at.is_some_and(|at| now - at < UNDONE_WITHIN_S);
    ended && run.undo.is_none() && !run.preview
}

/// Begins. `false`: it is being undone, or was, or it is too late.
pub async fn begin(app: &App, org: &OrgId, run: &SyncRun, by: &str) -> Result<bool, WorkError> {
    let now = app.clock.now_s();
    if !can_be_undone(run, now) {
        return Ok(false);
    }
    let undo = Undo {
        by: by.to_owned(),
        at: now,
        finished_at: None,
        removed: 0,
        unlinked: 0,
        kept: 0,
    };
    app.store.record_run(org, run).await?;
    // Queued first: a step of a run that is not being undone is let go, and the next click queues another.
    let look = Look::Undo {
        run: run.id.clone(),
        after: None,
    };
    let begun = app.store.begin_undo(org, &run.id, &undo).await?.applied();
    app.queues
        .send_looks(&[SyncMessage::new(org, look)])
        .await?;
    if begun {
        let text = format!("{by} is undoing a sync.");
        let entry = NewEntry::new(Kind::Sync, Outcome::Updated, text).by(by);
        app.store.log(org, entry).await?;
        tracing::info!(org.id = %org, run.id = %run.id, "an administrator undoes a sync");
    }
    Ok(begun)
}

/// Undoes some of the run's projects, and queues the rest.
pub async fn step(
    context: &OrgContext<'_>,
    run: &str,
    after: Option<&ProjectId>,
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let recorded = store.recorded_run(org, run).await?;
    let undo = recorded.and_then(|run| run.undo);
    let Some(mut undo) = undo.filter(|undo| undo.finished_at.is_none()) else {
        return Ok(());
    };
    let (rows, next) = store.projects_after(org, after, ROWS_AT_ONCE).await?;
    let is_its = |row: &&ProjectRow| {
        let mark = row.run.as_ref().filter(|mark| mark.id == run);
        mark.is_some_and(|mark| matches!(mark.came, Came::Made | Came::Linked))
            && row.company_id == context.organization.company_id
    };
    let its: Vec<_> = rows.iter().filter(is_its).collect();
    let mut done = 0;
    for row in its.iter().take(AT_ONCE) {
        undo_one(context, row, &mut undo).await?;
        done += 1;
    }
    let after = if done < its.len() {
        its.get(done - 1).map(|row| row.project_id.clone())
    } else {
        next
    };
    if let Some(after) = after {
        let look = Look::Undo {
            run: run.to_owned(),
            after: Some(after),
        };
        context.app.queues.send_looks(&[context.look(look)]).await?;
        return Ok(store.step_undo(org, run, &undo).await?);
    }
    undo.finished_at = Some(context.now);
    store.step_undo(org, run, &undo).await?;
    let text = format!(
        "A sync was undone: {} removed, {} taken off jobs that were there before, {} kept because someone has worked on them. Blank fields that were filled stay filled.",
        counted(undo.removed, "job"),
        counted(undo.unlinked, "project"),
        counted(undo.kept, "job"),
    );
    let entry = NewEntry::new(Kind::Sync, Outcome::Removed, text).by(&undo.by);
    Ok(store.log(org, entry).await?)
}

async fn undo_one(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    undo: &mut Undo,
) -> Result<(), WorkError> {
    let (LinkState::Linked | LinkState::JobDeleted, Some(job), Some(mark)) =
        (row.state, &row.job_id, &row.run)
    else {
        // Taken from its job since.
        return Ok(());
    };
    let (org, store) = (context.org(), &context.app.store);
    let one_click = context.one_click().await?;
    if mark.came == Came::Made {
        match one_click.delete_job(org, job).await {
            Err(OneClickError::Conflict(_)) => {
                let kept = RunMark {
                    came: Came::Kept,
                    ..mark.clone()
                };
                store.mark_project_kept(org, &row.project_id, &kept).await?;
                undo.kept += 1;
                return Ok(());
            }
            removed => removed?,
        }
        undo.removed += 1;
    } else {
        take_files_off(context, row, job).await?;
        unname(context.app, org, job).await?;
        undo.unlinked += 1;
    }
    store
        .unlink(org, &row.project_id, job, SkipReason::Undone)
        .await?
        .either_way();
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
        store.forget_copy(org, &file.id).await?;
    }
    Ok(())
}
