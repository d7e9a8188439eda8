//! Going on when a side answers again: with what waits, a few at a time, and then with what stood still
//! (B36).

use std::time::Duration;

use companycam::ids::ProjectId;
use model::file::FileId;
use model::messages::{FileMessage, Look, Origin, SyncMessage};
use model::organization::PollProgress;
use model::pause::Side;
use runtime::WorkError;
use runtime::queues::FileQueue;

use crate::context::OrgContext;
use crate::listing::LOOKS_AT_ONCE;
use crate::pause::readable;
use crate::{nightly, sync_run};

/// So many looks that waited are queued at once; live changes slip in before the next.
const AT_ONCE: i32 = 20;

/// Photos are looked for in an index, which may be some seconds behind.
const INDEX_BEHIND: Duration = Duration::from_secs(10);

/// Queues some of the looks that waited, and comes back for more; then whatever stood still with them:
/// the sync run, photos, and what a poll would have found meanwhile.
pub async fn resume(context: &OrgContext<'_>, after: Option<&str>) -> Result<(), WorkError> {
    let (app, org) = (context.app, context.org());
    let looks = app.store.waiting_looks(org, after, AT_ONCE).await?;
    let mut messages: Vec<SyncMessage> = Vec::new();
    for look in &looks {
        messages.extend(readable(app, look).await?);
    }
    let more = looks.len() >= usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    if more {
        // Behind these: those that need a side which is still down come to wait again.
        let after = looks.last().map(|look| look.name.clone());
        messages.push(context.look(Look::Resume { after }));
    } else {
        // A poll that was under way may have lost its message: the next goes on with it at once.
        if let Some(poll) = context.organization.poll.clone() {
            let stalled = PollProgress {
                stepped_at: 0,
                ..poll
            };
            app.store.step_poll(org, &stalled, None).await?;
        }
        messages.push(context.look(Look::Poll));
    }
    app.queues.send_looks(&messages).await?;
    for look in &looks {
        app.store.stop_waiting(look).await?;
    }
    if more {
        return Ok(());
    }
    sync_run::take_up(context).await?;
    nightly::take_up(context).await?;
    for look in [
        Look::ResumePhotos { after: None },
        Look::ResumeProjects { after: None },
    ] {
        let look = context.look(look);
        app.queues.send_look_later(&look, INDEX_BEHIND).await?;
    }
    Ok(())
}

/// Queues looks at some of the projects that are still to be handled, and the rest behind them.
pub async fn resume_projects(
    context: &OrgContext<'_>,
    after: Option<&ProjectId>,
) -> Result<(), WorkError> {
    let (app, org) = (context.app, context.org());
    if context.organization.is_paused() {
        // They come with the end of that pause.
        return Ok(());
    }
    let most = i32::try_from(LOOKS_AT_ONCE).unwrap_or(i32::MAX);
    let (projects, more) = app.store.pending_projects_after(org, after, most).await?;
    let looks = projects.iter().map(|project_id| Look::Project {
        project_id: project_id.clone(),
        origin: Origin::Poll,
    });
    let mut messages: Vec<_> = looks.map(|look| context.look(look)).collect();
    if more {
        let after = projects.last().cloned();
        messages.push(context.look(Look::ResumeProjects { after }));
    }
    Ok(app.queues.send_looks(&messages).await?)
}

/// Queues a page of the photos and documents that wait to be copied.
pub async fn resume_photos(
    context: &OrgContext<'_>,
    after: Option<&FileId>,
) -> Result<(), WorkError> {
    let (app, org) = (context.app, context.org());
    if context.organization.pause(Side::OneClick).is_some() {
        // They come with the end of that pause.
        return Ok(());
    }
    let (files, more) = app.store.pending_files_after(org, after).await?;
    let messages: Vec<_> = files
        .iter()
        .map(|file| FileMessage::new(org, file))
        .collect();
    app.queues.send_files(FileQueue::Backlog, &messages).await?;
    if more {
        let after = files.last().cloned();
        let next = context.look(Look::ResumePhotos { after });
        app.queues.send_looks(&[next]).await?;
    }
    Ok(())
}
