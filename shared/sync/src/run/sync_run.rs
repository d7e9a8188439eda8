//! A sync run: a chain of small steps, each queueing the next, so that live changes slip in between
//! (B19). The run's row says which step comes next, so a message says only "take it".

use std::time::Duration;

use companycam::ids::ProjectId;
use companycam::{Cursor, PhotosQuery, ProjectsQuery};
use one_click::{IntegrationState, OrgId};
use runtime::messages::{Look, Origin, SyncMessage};
use runtime::queues::backoff;
use runtime::{App, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::organizations::Organization;
use store::outages::Side;
use store::sync_runs::{SyncRun, SyncStep, TagName, Window};

use super::poll::{PER_PAGE, next_cursor};
use super::{Context, connection, listing, outage, photos, users, webhooks};

/// The window that connecting starts with.
pub const FIRST_WINDOW: Window = Window::Days(29);
/// How long a step waits at most before it looks again whether what it waits for is done.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often it looks again for the projects of a page, about four minutes in all: one of them that
/// takes longer reads its photos by itself, and does not hold up the rest.
const PATIENT_TRIES: u32 = 12;
/// How long a run may wait for what it listed.
const LONGEST_RUN_S: i64 = 24 * 60 * 60;

/// How often a run that keeps taking steps is tried to be ended.
const CANCEL_TRIES: usize = 5;

/// A run that has not taken a step yet.
pub fn new_run(window: Window, now: i64) -> SyncRun {
    let modified_since = match window {
        Window::Days(days) => Some(now - i64::from(days) * 24 * 60 * 60),
        Window::All => None,
    };
    SyncRun {
        id: uuid::Uuid::now_v7().to_string(),
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
    }
}

/// The run that connecting starts. Connecting the same company again also lists what changed since
/// its last listing, however long ago that was (B4).
pub fn after_connecting(before: Option<&Organization>, now: i64) -> SyncRun {
    let mut run = new_run(FIRST_WINDOW, now);
    let missed_since = before.and_then(|before| before.project_cursor);
    run.modified_since = run
        .modified_since
        .map(|since| since.min(missed_since.unwrap_or(since)));
    run
}

/// Queues the run's first step.
pub async fn begin(app: &App, org: &OrgId, run: &SyncRun) -> Result<(), Trouble> {
    let message = SyncMessage::new(
        org,
        Look::Sync {
            run: run.id.clone(),
        },
    );
    Ok(app.queues.sync(&[message]).await?)
}

/// Takes the next step of the run. A message of an older or finished run is let go.
pub async fn step(context: &Context<'_>, run_id: &str, tries: u32) -> Result<(), Trouble> {
    let Some(run) = context
        .organization
        .sync
        .as_ref()
        .filter(|run| run.id == run_id && run.is_running())
    else {
        return Ok(());
    };
    let mut next = run.clone();
    next.seq += 1;
    next.stepped_at = context.now;
    let mut cursor = None;
    match &run.step {
        SyncStep::Users => {
            // Connecting has just refreshed them, unless that took too long.
            if context
                .organization
                .users_refreshed_at
                .is_none_or(|at| at < run.started_at)
            {
                users::refresh(context).await?;
            }
            webhooks::set_up(context).await?;
            connection::tell_one_click(context.app, context.org(), IntegrationState::Connected, "")
                .await?;
            outage::over(context, Side::OneClick).await?;
            if run.started_at == context.organization.connected_at {
                photos::queue_pending(context).await?;
            }
            next.step = SyncStep::Projects { page: 1 };
        }
        SyncStep::Projects { page } => {
            let query = ProjectsQuery {
                modified_since: run.modified_since,
                query: None,
                page: *page,
                per_page: PER_PAGE,
            };
            let answer = context.projects(&query).await?;
            if *page == 1 {
                let answered_at = answer.date.unwrap_or(context.now);
                // A company without projects is asked for everything new from now on.
                let newest = next_cursor(
                    answer.items.iter().map(|project| project.updated_at),
                    answered_at,
                );
                next.next_cursor = Some(newest.unwrap_or(answered_at - 60));
            }
            let projects = listing::note_projects(context, &answer, Origin::Sync).await?;
            next.projects_total += i64::try_from(projects.len()).unwrap_or(0);
            next.step = after_projects(projects, answer.next);
        }
        SyncStep::Photos {
            projects,
            cursor: at,
            next_page,
        } => {
            // Photos go to jobs, so the looks at the page's projects come first; but not for ever.
            if at.is_none()
                && tries < PATIENT_TRIES
                && context.app.store.pending_projects(context.org()).await? > 0
            {
                return again(context, run, tries).await;
            }
            let query = PhotosQuery {
                after: at.clone(),
                project_ids: projects.clone(),
                ..PhotosQuery::default()
            };
            let answer = context
                .companycam()
                .read(|api| {
                    let query = query.clone();
                    async move { api.photos(&query).await }
                })
                .await?;
            next.photos_total += photos::look_at_photos(context, &answer).await?;
            next.step = match answer.next {
                Some(more) => SyncStep::Photos {
                    projects: projects.clone(),
                    cursor: Some(more),
                    next_page: *next_page,
                },
                None => after_photos(*next_page),
            };
        }
        SyncStep::Tags => next.step = tag_photos_step(all_tags(context).await?),
        SyncStep::TagPhotos { tags, cursor: at } => {
            next.step = tag_step(context, tags, at.as_ref()).await?;
        }
        SyncStep::Finish => {
            let waiting = anything_pending(context).await?;
            if waiting && context.now - run.started_at < LONGEST_RUN_S {
                return again(context, run, tries).await;
            }
            // What was set aside by a crash stays pending until it is redriven; a run must not.
            next.failed =
                waiting.then(|| "some of what it listed is still waiting after a day".to_owned());
            next.finished_at = Some(context.now);
        }
    }
    if run.step != SyncStep::Finish {
        outage::over(context, Side::CompanyCam).await?;
    }
    let listed = matches!(
        run.step,
        SyncStep::Projects { .. } | SyncStep::Photos { .. }
    ) && next.step == SyncStep::Tags;
    if listed {
        // A poll may have moved the cursor on by itself; the later one has seen the earlier's changes.
        cursor = next.next_cursor.filter(|next| {
            context
                .organization
                .project_cursor
                .is_none_or(|now| *next > now)
        });
    }
    if !context
        .app
        .store
        .step_sync(context.org(), &next, run.seq, cursor)
        .await?
    {
        // Another worker took this step; it goes on.
        return Ok(());
    }
    if next.finished_at.is_some() {
        return finished(context, &next).await;
    }
    Ok(context
        .app
        .queues
        .sync(&[context.look(Look::Sync {
            run: run_id.to_owned(),
        })])
        .await?)
}

/// Ends a run that can't go on; what it listed so far is handled all the same.
pub(super) async fn abandon(
    app: &App,
    org: &OrgId,
    run_id: &str,
    reason: &str,
) -> Result<(), Trouble> {
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
pub async fn cancel(app: &App, org: &OrgId, by: &str) -> Result<bool, Trouble> {
    // A step that is being taken meanwhile writes the run too.
    for _ in 0..CANCEL_TRIES {
        let Some(organization) = app.store.organization(org).await? else {
            return Ok(false);
        };
        let Some(run) = organization.sync.as_ref().filter(|run| run.is_running()) else {
            return Ok(false);
        };
        if !end(app, &organization, run, &format!("cancelled by {by}")).await? {
            continue;
        }
        let text =
            format!("The sync was cancelled by {by}. What it had listed already still comes over.");
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
) -> Result<bool, Trouble> {
    let ended = SyncRun {
        seq: run.seq + 1,
        finished_at: Some(app.clock.now_s()),
        failed: Some(reason.to_owned()),
        ..run.clone()
    };
    // Without a cursor polls wait for the first sync to set it, which now never will: what changes
    // from when it began must come over all the same.
    let cursor = run.next_cursor.unwrap_or(run.started_at - 60);
    let cursor = organization.project_cursor.is_none().then_some(cursor);
    Ok(app
        .store
        .step_sync(&organization.org_id, &ended, run.seq, cursor)
        .await?)
}

fn after_projects(projects: Vec<ProjectId>, next_page: Option<u32>) -> SyncStep {
    if projects.is_empty() {
        return after_photos(next_page);
    }
    SyncStep::Photos {
        projects,
        cursor: None,
        next_page,
    }
}

fn after_photos(next_page: Option<u32>) -> SyncStep {
    next_page.map_or(SyncStep::Tags, |page| SyncStep::Projects { page })
}

fn tag_photos_step(tags: Vec<TagName>) -> SyncStep {
    if tags.is_empty() {
        SyncStep::Finish
    } else {
        SyncStep::TagPhotos { tags, cursor: None }
    }
}

async fn all_tags(context: &Context<'_>) -> Result<Vec<TagName>, Trouble> {
    let mut tags = Vec::new();
    let mut next = Some(1);
    while let Some(page) = next {
        let answer = context
            .companycam()
            .read(|api| async move { api.tags(page).await })
            .await?;
        tags.extend(answer.items.into_iter().map(|tag| TagName {
            id: tag.id,
            name: tag.display_value,
        }));
        next = answer.next;
    }
    Ok(tags)
}

async fn tag_step(
    context: &Context<'_>,
    tags: &[TagName],
    cursor: Option<&Cursor>,
) -> Result<SyncStep, Trouble> {
    let Some((tag, rest)) = tags.split_first() else {
        return Ok(SyncStep::Finish);
    };
    let query = PhotosQuery {
        after: cursor.cloned(),
        tag_id: Some(tag.id.clone()),
        ..PhotosQuery::default()
    };
    let answer = context
        .companycam()
        .read(|api| {
            let query = query.clone();
            async move { api.photos(&query).await }
        })
        .await;
    let answer = match answer {
        // Deleted since the tags were listed.
        Err(failure) if failure.is_not_found() => return Ok(tag_photos_step(rest.to_vec())),
        answer => answer?,
    };
    photos::tag_photos(context, &answer.items, &tag.name).await?;
    Ok(match answer.next {
        Some(more) => SyncStep::TagPhotos {
            tags: tags.to_vec(),
            cursor: Some(more),
        },
        None => tag_photos_step(rest.to_vec()),
    })
}

/// Whether something listed is not done yet.
async fn anything_pending(context: &Context<'_>) -> Result<bool, Trouble> {
    let (store, org) = (&context.app.store, context.org());
    let (projects, photos) =
        futures::try_join!(store.pending_projects(org), store.pending_photos(org))?;
    Ok(projects + photos > 0)
}

/// Takes the same step again, a little later each time. The run is seen to be alive meanwhile, so that
/// a poll does not take it for one that stands still.
async fn again(context: &Context<'_>, run: &SyncRun, tries: u32) -> Result<(), Trouble> {
    let alive = SyncRun {
        stepped_at: context.now,
        ..run.clone()
    };
    context
        .app
        .store
        .step_sync(context.org(), &alive, run.seq, None)
        .await?;
    let look = context.look(Look::Sync {
        run: run.id.clone(),
    });
    let later = SyncMessage {
        tries: tries + 1,
        ..look
    };
    Ok(context
        .app
        .queues
        .retry(&later, backoff(tries).min(LONGEST_WAIT))
        .await?)
}

/// Whether the run has yet to read the photos of this project, with those of the rest of its page.
pub(super) fn will_read_photos(run: &SyncRun, project: &ProjectId) -> bool {
    match &run.step {
        SyncStep::Photos {
            projects,
            cursor: None,
            ..
        } => run.is_running() && projects.contains(project),
        _ => false,
    }
}

async fn finished(context: &Context<'_>, run: &SyncRun) -> Result<(), Trouble> {
    let org = context.org();
    let text = format!(
        "Sync finished: {} projects and {} photos were looked at.",
        run.projects_total, run.photos_total
    );
    context
        .app
        .store
        .log(org, NewEntry::new(Kind::Sync, Outcome::Updated, text))
        .await?;
    tracing::info!(org.id = %org, run.id = %run.id, projects = run.projects_total, photos = run.photos_total, "a sync run finished");
    Ok(())
}
