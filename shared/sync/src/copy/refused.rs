//! What follows when a file can't be copied now: waiting, asking, telling, giving up (B27, B33, B35).

use std::time::Duration;

use decide::refusal::{
    delay, is_final, is_to_be_asked_for, is_worth_telling, lasts_for_all, may_be_an_outage,
    refused_again,
};
use model::file::{FileId, FileRow, Refusal, Refuser, WantedFile};
use model::messages::{Look, SyncMessage};
use model::organization::Organization;
use model::pause::Side;
use one_click::OrgId;
use runtime::{App, WorkError};
use store::files::NewWish;

use super::hold::Hold;
use super::{CopyError, CopyOutcome, notes, probed};
use crate::absence::{Told, job_is_missing};
use crate::pause;

/// So many photos that are refused at once are named one by one.
const FEW: i32 = 10;

/// Gives the photo back, with what is to be remembered of it.
pub(super) async fn handle(
    hold: &Hold<'_>,
    organization: &Organization,
    row: &FileRow,
    failure: CopyError,
) -> Result<CopyOutcome, WorkError> {
    match failure {
        CopyError::Passing(
            error @ WorkError::Transient {
                down: Some(Side::OneClick),
                ..
            },
        ) => one_click_failed(hold, organization, row, error).await,
        CopyError::Passing(error) => {
            hold.release().await?;
            Err(error)
        }
        CopyError::Refused(by, reason) => {
            let refusal = refused_again(row, by, &reason, hold.app.clock.now_ms());
            refused(hold, row, refusal).await
        }
        CopyError::Unfinished(error) => {
            let refusal = refused_again(
                row,
                Refuser::Host,
                &error.to_string(),
                hold.app.clock.now_ms(),
            );
            refused(hold, row, refusal).await
        }
        CopyError::JobGone => leave_to_its_job(hold, organization, row).await,
        CopyError::Lasting(reason) => give_up(hold, row, &reason, None).await,
        CopyError::NoTime => {
            hold.release().await?;
            Ok(CopyOutcome::NotBegun)
        }
        // Whoever has the photo sees to all that is wanted.
        CopyError::Lost => Ok(CopyOutcome::Done),
    }
}

/// One Click did not answer, or not as it should: an outage, or this photo alone?
///
/// Both look the same, so One Click is asked for something else. If it does not answer that either, its
/// work pauses, nothing is held against the photo, and the end of the pause brings it again (B36).
async fn one_click_failed(
    hold: &Hold<'_>,
    organization: &Organization,
    row: &FileRow,
    error: WorkError,
) -> Result<CopyOutcome, WorkError> {
    let app = hold.app;
    match pause::answers(app, organization, Side::OneClick).await {
        Ok(true) => {
            let now_ms = app.clock.now_ms();
            let refusal = refused_again(row, Refuser::OneClick, &error.to_string(), now_ms);
            refused(hold, row, refusal).await
        }
        Ok(false) if !probed(organization) => {
            hold.release().await?;
            Err(error)
        }
        Ok(false) => {
            hold.release().await?;
            pause::begin(app, organization, Side::OneClick).await?;
            Ok(CopyOutcome::Waits)
        }
        Err(error) => {
            hold.release().await?;
            Err(error)
        }
    }
}

/// Waits for another try, asks `CompanyCam` for another address, names the photo, or gives it up.
async fn refused(
    hold: &Hold<'_>,
    row: &FileRow,
    mut refusal: Refusal,
) -> Result<CopyOutcome, WorkError> {
    let (app, org) = (hold.app, hold.org);
    let ends = is_final(&refusal, row.asked_ms);
    let tells = !refusal.told && is_worth_telling(&refusal, row.asked_ms);
    if ends || tells {
        let alone = is_alone(app, org, &refusal).await?;
        if ends && alone {
            return give_up(hold, row, &refusal.reason.clone(), Some(refusal)).await;
        }
        if tells && alone {
            // First, since it is not told again. Cut off in between, it is told twice.
            notes::waits(app, org, row, &refusal.reason).await?;
            refusal.told = true;
        } else if lasts_for_all(&refusal) {
            notes::all_wait(app, org, &refusal.reason).await?;
        }
    }
    if is_to_be_asked_for(&refusal) {
        let look = match &row.id {
            FileId::Photo(id) => Look::Photo {
                photo_id: id.clone(),
                tags: false,
            },
            FileId::Document(_) => Look::documents_of(&row.project_id),
        };
        app.queues
            .send_looks(&[SyncMessage::new(org, look)])
            .await?;
        refusal.ask_ms = Some(refusal.last_ms);
    }
    let written = app
        .store
        .mark_file_refused(hold.held(), row, &refusal)
        .await?
        .applied();
    tracing::info!(org.id = %org, file.id = %hold.file, times = refusal.times, cause = refusal.reason, "a file is refused so far");
    if !written {
        // Something else is wanted by now.
        hold.release().await?;
        return Ok(CopyOutcome::Later(Duration::ZERO));
    }
    Ok(CopyOutcome::Refused(delay(&refusal)))
}

/// Whether it is this photo that is refused, and not all of them, which nobody could name one by one: few
/// wait, or others were copied meanwhile, in whichever organization.
async fn is_alone(app: &App, org: &OrgId, refusal: &Refusal) -> Result<bool, WorkError> {
    if !may_be_an_outage(refusal.by) {
        return Ok(true);
    }
    let copied = app.store.last_copied().await?;
    if copied.is_some_and(|at| at * 1000 > refusal.since_ms) {
        return Ok(true);
    }
    Ok(!app.store.more_files_pending_than(org, FEW).await?)
}

/// The job is gone: there is nowhere to copy it to. Transient until that was said twice.
async fn leave_to_its_job(
    hold: &Hold<'_>,
    organization: &Organization,
    row: &FileRow,
) -> Result<CopyOutcome, WorkError> {
    let (app, org) = (hold.app, hold.org);
    // First, since the photo is not looked at again once it has failed.
    if let Some(job) = &row.wanted.job_id
        && let Err(error) = job_is_missing(app, org, &row.project_id, job, Told::No).await
    {
        hold.release().await?;
        return Err(error);
    }
    if !row.strays().is_empty() {
        // It was moved here, and leaves the job that it was on all the same (B15).
        let nowhere = NewWish {
            file: &row.id,
            project: &row.project_id,
            company: &organization.company_id,
            wanted: &WantedFile {
                job_id: None,
                ..row.wanted.clone()
            },
            refused: false,
        };
        // Where something newer is wanted, that is looked at.
        let _ = app.store.want_file(org, nowhere).await?;
        hold.release().await?;
        return Ok(CopyOutcome::Later(Duration::ZERO));
    }
    let reason = "its job was deleted in One Click";
    app.store
        .mark_file_failed(hold.held(), row, reason, None)
        .await?
        .either_way();
    tracing::info!(org.id = %org, file.id = %hold.file, "a file's job is gone; the file is left");
    Ok(CopyOutcome::Done)
}

/// This version is set aside, with its reason.
pub(super) async fn give_up(
    hold: &Hold<'_>,
    row: &FileRow,
    reason: &str,
    refusal: Option<Refusal>,
) -> Result<CopyOutcome, WorkError> {
    let (app, org) = (hold.app, hold.org);
    // It was wanted anew since then, with another address. A row that has failed may have been cut off
    // before it was said.
    let known = row.failed.is_none() && refusal.as_ref().is_some_and(|refusal| refusal.given_up);
    let refusal = refusal.map(|refusal| Refusal {
        given_up: true,
        ..refusal
    });
    if !app
        .store
        .mark_file_failed(hold.held(), row, reason, refusal.as_ref())
        .await?
        .applied()
    {
        // Something newer became wanted; it may well be copied.
        hold.release().await?;
        return Ok(CopyOutcome::Later(Duration::ZERO));
    }
    if known {
        // It was said before.
        return Ok(CopyOutcome::Done);
    }
    notes::failed(app, org, row, reason).await?;
    Err(WorkError::Permanent(reason.to_owned()))
}
