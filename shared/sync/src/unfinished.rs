//! Photos that CompanyCam has not finished yet (B15): they are looked at again by themselves, since the event
//! that tells of their end may be lost, and their project may show nothing of it.

use std::time::Duration;

use companycam::ids::ProjectId;
use companycam::{Photo, ProcessingStatus};
use model::file::FileRow;
use model::messages::{Look, PhotosSoFar};
use model::project::{LinkState, ProjectRow};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};

use crate::context::OrgContext;

/// The first wait; each is twice the one before.
const FIRST_WAIT_S: i64 = 60;
/// After so many looks, some seventeen hours in all, they are left to the nightly pass.
const MOST_LOOKS: u32 = 10;

/// Whether the look that a message asks for is to be taken now.
pub async fn is_due(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    so_far: PhotosSoFar,
) -> Result<bool, WorkError> {
    let Some(at) = so_far.again_at else {
        return Ok(true);
    };
    if row.photos_again_at != Some(at) {
        return Ok(false);
    }
    if context.now >= at {
        return Ok(true);
    }
    // A queue keeps nothing for hours.
    send(context, &row.project_id, so_far, at).await?;
    Ok(false)
}

/// The project has unfinished photos: looks at them again later, unless such a look is on its way.
/// `before`: the look that has found them.
pub async fn look_again(
    context: &OrgContext<'_>,
    project: &ProjectId,
    before: PhotosSoFar,
) -> Result<(), WorkError> {
    let (store, org) = (&context.app.store, context.org());
    let row = store.project(org, project).await?;
    let Some(row) = row.filter(|row| row.state == LinkState::Linked) else {
        return Ok(());
    };
    let is_its_turn = before.again_at.is_some() && row.photos_again_at == before.again_at;
    // One that is overdue may be lost, or wait for a side to answer; another takes its place.
    let on_its_way = |at: i64| at >= context.now;
    if !is_its_turn && row.photos_again_at.is_some_and(on_its_way) {
        return Ok(());
    }
    let again = if is_its_turn { before.again } else { 0 };
    if again >= MOST_LOOKS {
        return Ok(store.record_photos_again(org, project, None).await?);
    }
    let at = context.now + (FIRST_WAIT_S << again);
    let so_far = PhotosSoFar {
        up_to: before.up_to,
        again_at: Some(at),
        again: again + 1,
        ..PhotosSoFar::default()
    };
    // Queued before it is written down: cut off in between, it is let go.
    send(context, project, so_far, at).await?;
    Ok(store.record_photos_again(org, project, Some(at)).await?)
}

async fn send(
    context: &OrgContext<'_>,
    project: &ProjectId,
    so_far: PhotosSoFar,
    at: i64,
) -> Result<(), WorkError> {
    let look = context.look(Look::ProjectPhotos {
        project_id: project.clone(),
        cursor: None,
        so_far,
        unseen: Vec::new(),
    });
    let wait = Duration::from_secs(u64::try_from(at - context.now).unwrap_or(1));
    Ok(context.app.queues.send_look_later(&look, wait).await?)
}

/// Says once of a photo that never became one why it is not copied. One that was copied before stays.
pub async fn note_never_finished(
    context: &OrgContext<'_>,
    photo: &Photo,
    row: Option<&FileRow>,
) -> Result<(), WorkError> {
    let why = match photo.processing_status {
        ProcessingStatus::Duplicate => "CompanyCam has it as a duplicate of another photo",
        ProcessingStatus::ProcessingError => "CompanyCam could not process its picture",
        ProcessingStatus::Processed | ProcessingStatus::Unfinished => return Ok(()),
    };
    if row.is_some_and(|row| row.wanted.job_id.is_some()) || photo.is_deleted() {
        return Ok(());
    }
    let text = format!("Photo {} was not copied: {why}.", photo.id);
    let mut entry = NewEntry::new(Kind::Photo, Outcome::Skipped, text).photo(&photo.id);
    if let Some(project) = &photo.project_id {
        entry = entry.project(project);
    }
    context
        .app
        .store
        .log_once(context.org(), entry)
        .await?
        .either_way();
    Ok(())
}
