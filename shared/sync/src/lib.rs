#![doc = include_str!("../README.md")]

mod absence;
mod adoption;
mod assess;
mod assignees;
pub mod attention;
pub mod by_hand;
mod claim;
pub mod connection;
pub mod context;
pub mod copy;
mod document;
mod documents;
mod duplicates;
pub mod failure;
pub mod halt;
mod import;
pub mod jobs;
mod listing;
pub mod matched;
mod matching;
mod merge;
pub mod nightly;
mod pause;
pub mod photo;
pub mod photos;
pub mod poll;
pub mod project;
mod reassign;
mod resume;
pub mod retry;
mod skip;
mod subject;
pub mod sync_run;
mod tags;
pub mod undo;
mod unfinished;
pub mod users;
pub mod watch;
pub mod webhooks;
mod wish;

use model::messages::{Look, Origin, SyncMessage};
use model::organization::ConnectionState;
use model::project::{Came, RunMark};
use runtime::pacing::Lane;
use runtime::panics::guarded;
use runtime::{App, WorkError};
use store::activity::{NewEntry, Outcome};

use absence::Told;
use context::OrgContext;

/// Writes down why a look can never succeed; it goes to the dead-letter queue (B27).
pub async fn set_aside(app: &App, message: &SyncMessage, reason: &str) -> Result<(), WorkError> {
    let org = &message.org_id;
    if let Look::Sync { run, .. } = &message.look {
        sync_run::abandon(app, org, run, reason).await?;
    }
    let (kind, _) = subject::of(&message.look);
    let text = format!("{}: {reason}.", subject::failed(&message.look));
    let entry = subject::about(&message.look, NewEntry::new(kind, Outcome::Failed, text));
    if let Look::Project { project_id, .. } = &message.look {
        // It is set aside, not pending: a sync run must not wait for it for ever. Before it is said: whoever is
        // shown what is said looks whether it is so.
        let mark = message.run.clone().map(|id| RunMark {
            id,
            came: Came::Failed,
        });
        let aside = app.store.set_project_aside(org, project_id, mark.as_ref());
        let aside = guarded(Box::pin(aside)).await;
        // A row that makes us panic, too, is spoken of.
        app.store.log(org, entry).await?;
        return match aside {
            Ok(aside) => Ok(aside?),
            Err(panicked) => Err(WorkError::Permanent(panicked.to_string())),
        };
    }
    Ok(app.store.log(org, entry).await?)
}

/// Takes the look that the message asks for. An organization that is not connected is left alone:
/// reconnecting reconciles everything.
pub async fn look(app: &App, message: &SyncMessage) -> Result<(), WorkError> {
    let Some(organization) = app.store.organization(&message.org_id).await? else {
        tracing::warn!(org.id = %message.org_id, "no such organization; the message is let go");
        return Ok(());
    };
    if message
        .generation
        .is_some_and(|generation| generation != organization.generation)
    {
        tracing::info!(org.id = %message.org_id, look.kind = message.look.kind(), "of an earlier connection; the message is let go");
        return Ok(());
    }
    if let Look::Disconnect { generation } = message.look {
        let finished = connection::finish_disconnecting(app, &organization, generation);
        return Box::pin(finished).await;
    }
    if organization.state != ConnectionState::Connected {
        tracing::info!(org.id = %message.org_id, state = ?organization.state, "not connected; the message is let go");
        return Ok(());
    }
    if organization.halt.is_some() {
        tracing::info!(org.id = %message.org_id, look.kind = message.look.kind(), "an administrator paused the organization");
        return pause::park(app, message).await;
    }
    let parks = organization.watching.is_some() && !only_reads(&message.look);
    let context = OrgContext {
        app,
        organization,
        now: app.clock.now_s(),
        lane: lane_of(&message.look),
        run: message.run.clone(),
    };
    if parks {
        // What would come of a job is said now, and done when its look comes back.
        if let Look::Job { job_id, .. } = &message.look {
            jobs::say_what_would_be(&context, job_id).await?;
        }
        return pause::park(app, message).await;
    }
    let outcome = match connection::is_ready(&context, &message.look).await {
        Ok(true) => take(&context, message).await,
        Ok(false) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(WorkError::NeedsReconnecting) = outcome {
        connection::needs_reconnecting(&context).await?;
        return Ok(());
    }
    outcome
}

/// Takes those of an organization's looks that deliveries have told enough for, all at once; which of them, by
/// their places. The others are to be taken one by one, as if nothing were told.
pub async fn look_at_told(app: &App, messages: &[SyncMessage]) -> Result<Vec<usize>, WorkError> {
    let now = app.clock.now_s();
    let told: Vec<_> = messages
        .iter()
        .map(|message| photo::ToldPhoto::of(message, now))
        .collect();
    let (Some(first), true) = (messages.first(), told.iter().any(Option::is_some)) else {
        return Ok(Vec::new());
    };
    let Some(organization) = app.store.organization(&first.org_id).await? else {
        return Ok(Vec::new());
    };
    let rests = organization.halt.is_some()
        || organization.watching.is_some()
        || organization.is_paused()
        || organization.state != ConnectionState::Connected;
    if rests {
        return Ok(Vec::new());
    }
    let generation = organization.generation;
    let context = OrgContext {
        app,
        organization,
        now,
        lane: Lane::Live,
        run: None,
    };
    if !connection::is_ready(&context, &first.look).await? {
        return Ok(Vec::new());
    }
    let is_ours = |message: &SyncMessage| message.generation.is_none_or(|one| one == generation);
    let ours = messages.iter().zip(told);
    let ours = ours.filter_map(|(message, told)| told.filter(|_| is_ours(message)));
    let ours: Vec<_> = ours.collect();
    let taken = Box::pin(photo::look_at_told(&context, &ours)).await?;
    tracing::info!(org.id = %context.org(), photos = taken.len(), "took what deliveries say of photos");
    let is_taken = |message: &SyncMessage| match &message.look {
        Look::Photo { photo_id, .. } => is_ours(message) && taken.contains(photo_id),
        _ => false,
    };
    Ok((0..messages.len())
        .filter(|place| is_taken(&messages[*place]))
        .collect())
}

/// Whether the look is taken while an administrator only watches (B43): it says what it would do. The others
/// wait in rows.
fn only_reads(look: &Look) -> bool {
    matches!(
        look,
        Look::Poll
            | Look::PollOn { .. }
            | Look::Probe { .. }
            // What they bring back and does more than read comes to wait again.
            | Look::Resume { .. }
            | Look::ResumeProjects { .. }
            | Look::Sync { .. }
            | Look::Project { .. }
            | Look::Matched { .. }
    )
}

/// Whether its calls leave room for live changes.
fn lane_of(look: &Look) -> Lane {
    match look {
        Look::Sync { .. }
        | Look::Project {
            origin: Origin::Sync,
            ..
        } => Lane::Backfill,
        Look::Nightly { .. } => Lane::Nightly,
        Look::Poll
        | Look::PollOn { .. }
        | Look::Probe { .. }
        | Look::Resume { .. }
        | Look::ResumePhotos { .. }
        | Look::ResumeProjects { .. }
        | Look::Disconnect { .. }
        | Look::Project { .. }
        | Look::ProjectPhotos { .. }
        | Look::ProjectDocuments { .. }
        | Look::Photo { .. }
        | Look::Document { .. }
        | Look::Job { .. }
        | Look::Matched { .. }
        | Look::Undo { .. } => Lane::Live,
    }
}

async fn take(context: &OrgContext<'_>, message: &SyncMessage) -> Result<(), WorkError> {
    match &message.look {
        Look::Poll => poll::poll(context).await,
        Look::PollOn { seq } => poll::go_on(context, *seq).await,
        Look::Probe { side, seq } => {
            pause::probe(context.app, &context.organization, *side, *seq).await
        }
        Look::Resume { after } => resume::resume(context, after.as_deref()).await,
        Look::ResumePhotos { after } => resume::resume_photos(context, after.as_ref()).await,
        Look::ResumeProjects { after } => resume::resume_projects(context, after.as_ref()).await,
        Look::Nightly { take } => nightly::step(context, take).await,
        // Done above, since the organization need not be connected for it.
        Look::Disconnect { .. } => Ok(()),
        Look::Sync { run, seq } => sync_run::step(context, run, *seq, message.tries).await,
        Look::Project { project_id, origin } => {
            let told = project::told(message, context.now);
            Box::pin(project::look_at_project(context, project_id, *origin, told)).await
        }
        Look::ProjectPhotos {
            project_id,
            cursor,
            so_far,
            unseen,
        } => {
            let place = photos::Place {
                cursor: cursor.as_ref(),
                so_far: *so_far,
                unseen: unseen.clone(),
            };
            photos::look_at_project_photos(context, project_id, place).await
        }
        Look::Photo { photo_id, tags } => photo::look_at_photo(context, photo_id, *tags).await,
        Look::ProjectDocuments { project_id, page } => {
            documents::look_at_project_documents(context, project_id, *page).await
        }
        Look::Document {
            document_id,
            project_id,
        } => document::look_at_document(context, document_id, project_id.as_ref()).await,
        Look::Job {
            job_id,
            deleted,
            assigned,
        } => {
            let told = if *deleted { Told::Yes } else { Told::No };
            jobs::look_at_job(context, job_id, told, *assigned).await
        }
        Look::Matched { after } => matched::look(context, after.as_ref()).await,
        Look::Undo { run, after } => {
            let place = (after.as_ref(), message.tries);
            Box::pin(undo::step(context, run, place)).await
        }
    }
}
