//! The scheduled poll: what did the webhooks miss? (B17)
//!
//! A poll that has much to list is a chain of looks, a few pages each, so that live changes slip in
//! between and nothing is lost where it is cut off: the cursor of jobs is saved with each page, and how
//! far the projects are in the organization's row.

use companycam::ProjectsQuery;
use companycam::ids::ProjectId;
use decide::listing::next_cursor;
use jiff::Timestamp;
use model::messages::{Look, Origin, SyncMessage};
use model::organization::PollProgress;
use one_click::JobId;
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};

use crate::context::OrgContext;
use crate::listing::{LOOKS_AT_ONCE, PER_PAGE};
use crate::{connection, duplicates, halt, jobs, listing, pause, sync_run, undo, users, webhooks};

/// Users are refreshed at least this often (B8).
const USERS_KEPT_S: i64 = 23 * 60 * 60;
/// What took no step for so long lost its message somewhere: longer than the longest delay.
const STALLED_S: i64 = 20 * 60;
/// How many pages of each side one look reads.
const PAGES_A_LOOK: u32 = 3;
/// More pages than any list has: a million items.
const MOST_PAGES: u32 = 10_000;

/// Looks for projects and jobs changed since the last poll, after mending what should have told us of
/// them. With nothing new it costs two GETs of `CompanyCam` and one of One Click.
pub async fn poll(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let organization = &context.organization;
    halt::make_up_for(context).await?;
    undo::make_up_for(context).await?;
    pause::keep_probing(context).await?;
    if organization.is_paused() {
        tracing::info!(org.id = %context.org(), "a side does not answer; the poll is let go, and another follows when it does");
        return Ok(());
    }
    let before = organization.poll.as_ref();
    if before.is_some_and(|poll| context.now - poll.stepped_at <= STALLED_S) {
        // Goes on by itself.
        return Ok(());
    }
    if let Some(run) = organization.sync.as_ref().filter(|run| run.is_running())
        && context.now - run.stepped_at > STALLED_S
    {
        tracing::warn!(org.id = %context.org(), run.id = %run.id, "the sync run stands still; it is taken up again");
        sync_run::take_up(context).await?;
    }
    let mut failed = Failed::default();
    if organization
        .users_refreshed_at
        .is_none_or(|at| context.now - at > USERS_KEPT_S)
    {
        failed.note(users::refresh_if_allowed(context).await)?;
    }
    context.app.reseal(organization).await?;
    // First, so that what happens during this poll is told. Where it can't be looked at now, what was
    // missed is brought all the more, and the poll comes back for it.
    let mut along = Along::default();
    if organization.watching.is_none() {
        // The webhook, and a page of projects.
        context.companycam().reserve(2).await?;
        let checked = failed.note(webhooks::check(context).await)?;
        along.webhook_checked_at = checked.flatten();
        let matters = context.app.store.matters(context.org()).await?;
        failed.note(duplicates::release(context, &matters).await)?;
        let told = connection::tell_attention_of(context.app, organization, matters).await;
        failed.note(told)?;
    }
    let progress = before.cloned().unwrap_or_else(|| PollProgress {
        started_at: context.now,
        stepped_at: context.now,
        seq: context.app.clock.now_ms(),
        jobs_page: Some(1),
        page: Some(1),
        left: Vec::new(),
        left_jobs: Vec::new(),
        next_cursor: None,
    });
    let listed = list(context, progress, failed, along).await;
    if listed.is_err() {
        // It was looked after all the same.
        along.record(context).await?;
    }
    listed
}

/// What is written down with the next step of a poll, or with its end.
#[derive(Debug, Clone, Copy, Default)]
struct Along {
    /// Where the list of jobs goes on.
    job_cursor: Option<Timestamp>,
    /// When CompanyCam's webhook was found as the row says.
    webhook_checked_at: Option<i64>,
}

impl Along {
    /// Writes down by itself when the webhook was looked after.
    async fn record(self, context: &OrgContext<'_>) -> Result<(), WorkError> {
        if let Some(at) = self.webhook_checked_at {
            let (store, generation) = (&context.app.store, context.organization.generation);
            let org = context.org();
            store.record_webhook_check(org, generation, at).await?;
        }
        Ok(())
    }
}

/// What failed of a poll: the other parts go on without it, and the poll comes back for it (B27).
#[derive(Default)]
struct Failed(Option<WorkError>);

impl Failed {
    /// Keeps what failed for now, for the end. Whatever the other parts would meet too is an error.
    fn note<T>(&mut self, part: Result<T, WorkError>) -> Result<Option<T>, WorkError> {
        match part {
            Err(error @ WorkError::Transient { down: Some(_), .. }) => {
                self.0.get_or_insert(error);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    fn into_result(self) -> Result<(), WorkError> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Goes on with a poll; an older one's message is let go.
pub async fn go_on(context: &OrgContext<'_>, seq: i64) -> Result<(), WorkError> {
    match context
        .organization
        .poll
        .clone()
        .filter(|poll| poll.seq == seq)
    {
        Some(progress) => list(context, progress, Failed::default(), Along::default()).await,
        None => Ok(()),
    }
}

/// What changed on both sides, as far as one look goes.
async fn list(
    context: &OrgContext<'_>,
    mut progress: PollProgress,
    mut failed: Failed,
    mut along: Along,
) -> Result<(), WorkError> {
    if !progress.left.is_empty() || !progress.left_jobs.is_empty() {
        queue_looks(context, progress, along).await?;
        return failed.into_result();
    }
    if let Some(page) = progress.jobs_page {
        match list_jobs(context, &mut progress, page).await {
            Ok(Jobs::More(cursor)) => {
                along.job_cursor = cursor;
                queue_looks(context, progress, along).await?;
                return failed.into_result();
            }
            Ok(Jobs::Listed) => {}
            // The next poll asks for them from where this one began.
            Err(error) => {
                progress.jobs_page = None;
                failed.note::<()>(Err(error))?;
            }
        }
    }
    list_projects(context, progress, along).await?;
    failed.into_result()
}

/// What came of listing jobs.
enum Jobs {
    /// There is more to list or to look at, and where the list goes on is to be saved with it.
    More(Option<Timestamp>),
    /// All are listed, and the looks queued.
    Listed,
}

/// The jobs, as far as one look goes. One Click's own refusal of the list is said once a day, and stops
/// nothing else.
async fn list_jobs(
    context: &OrgContext<'_>,
    progress: &mut PollProgress,
    page: u32,
) -> Result<Jobs, WorkError> {
    let (store, org) = (&context.app.store, context.org());
    let listed = match jobs::poll_jobs(context, page, PAGES_A_LOOK, LOOKS_AT_ONCE).await {
        Err(WorkError::Permanent(reason)) => {
            progress.jobs_page = None;
            tracing::error!(org.id = %org, cause = reason, "the jobs could not be listed");
            let text = format!(
                "The jobs changed in One Click could not be listed: {reason}. All else goes on."
            );
            let entry = NewEntry::new(Kind::Sync, Outcome::Failed, text);
            store.log_daily(org, entry).await?.either_way();
            return Ok(Jobs::Listed);
        }
        listed => listed?,
    };
    progress.jobs_page = listed.next_page.filter(|page| *page < MOST_PAGES);
    progress.left_jobs = listed.news;
    // The page belongs to the cursor: from the second on they are written down together.
    if page > 1 || progress.jobs_page.is_some() || progress.left_jobs.len() > LOOKS_AT_ONCE {
        return Ok(Jobs::More(listed.cursor));
    }
    let looks = looks(context, &mut progress.left_jobs, &mut Vec::new());
    context.app.queues.send_looks(&looks).await?;
    if let Some(cursor) = listed.cursor {
        store.set_job_cursor(org, cursor).await?;
    }
    Ok(Jobs::Listed)
}

async fn list_projects(
    context: &OrgContext<'_>,
    mut progress: PollProgress,
    along: Along,
) -> Result<(), WorkError> {
    for _ in 0..PAGES_A_LOOK {
        let Some(page) = page_to_list(context, &progress) else {
            return through(context, &progress, along).await;
        };
        list_page(context, &mut progress, page).await?;
        if progress.left.len() > LOOKS_AT_ONCE {
            return queue_looks(context, progress, along).await;
        }
        let looks = looks(context, &mut Vec::new(), &mut progress.left);
        context.app.queues.send_looks(&looks).await?;
    }
    if page_to_list(context, &progress).is_none() {
        return through(context, &progress, along).await;
    }
    later(context, progress, Vec::new(), along).await
}

/// The next page of projects. Without a cursor the first sync is still listing, and covers everything;
/// while any sync lists projects, it moves the cursor too.
fn page_to_list(context: &OrgContext<'_>, progress: &PollProgress) -> Option<u32> {
    let organization = &context.organization;
    let sync = organization.sync.as_ref();
    let sync_lists = sync.is_some_and(|run| sync_run::moves_cursor(organization, run));
    let lists = organization.project_cursor.is_some() && !sync_lists;
    progress.page.filter(|_| lists)
}

async fn list_page(
    context: &OrgContext<'_>,
    progress: &mut PollProgress,
    page: u32,
) -> Result<(), WorkError> {
    let query = ProjectsQuery {
        modified_since: context.organization.project_cursor,
        query: None,
        page,
        per_page: PER_PAGE,
    };
    let answer = context.projects(&query).await?;
    progress.left = listing::note_projects(context, &answer, Origin::Poll, None)
        .await?
        .news;
    if page == 1 {
        progress.next_cursor = next_cursor(
            answer.items.iter().map(|project| project.updated_at),
            answer.date.unwrap_or(context.now),
        );
    }
    progress.page = answer.next.filter(|page| *page < MOST_PAGES);
    Ok(())
}

/// Queues some of the looks at what a page had new, and the rest of the poll behind them.
async fn queue_looks(
    context: &OrgContext<'_>,
    mut progress: PollProgress,
    along: Along,
) -> Result<(), WorkError> {
    let looks = looks(context, &mut progress.left_jobs, &mut progress.left);
    later(context, progress, looks, along).await
}

/// Takes as many as are looked at at once; the rest is left.
fn looks(
    context: &OrgContext<'_>,
    jobs: &mut Vec<JobId>,
    projects: &mut Vec<ProjectId>,
) -> Vec<SyncMessage> {
    let jobs = jobs.drain(..jobs.len().min(LOOKS_AT_ONCE));
    let jobs: Vec<_> = jobs.map(|job| context.look(Look::job(&job))).collect();
    let room = LOOKS_AT_ONCE - jobs.len();
    let projects = projects.drain(..projects.len().min(room));
    let projects = projects.map(|project_id| {
        let origin = Origin::Poll;
        context.look(Look::Project { project_id, origin })
    });
    jobs.into_iter().chain(projects).collect()
}

/// Queues these looks and then the rest of the poll. Queued before it is written down: a crash in
/// between only repeats what was done.
async fn later(
    context: &OrgContext<'_>,
    progress: PollProgress,
    mut messages: Vec<SyncMessage>,
    along: Along,
) -> Result<(), WorkError> {
    let next = PollProgress {
        seq: progress.seq + 1,
        stepped_at: context.now,
        ..progress
    };
    messages.push(context.look(Look::PollOn { seq: next.seq }));
    context.app.queues.send_looks(&messages).await?;
    let (store, org) = (&context.app.store, context.org());
    store.step_poll(org, &next, along.job_cursor).await?;
    along.record(context).await
}

/// The poll ends. Where a sync began to list meanwhile, the cursor stays: what this poll has not read, the
/// sync may not come to.
async fn through(
    context: &OrgContext<'_>,
    progress: &PollProgress,
    along: Along,
) -> Result<(), WorkError> {
    let since = context.organization.project_cursor;
    let all_listed = progress.page.is_none();
    let cursor = progress
        .next_cursor
        .filter(|cursor| all_listed && Some(*cursor) > since);
    let (store, org) = (&context.app.store, context.org());
    // Nothing was brought to the other side while an administrator watches only.
    let synced_at = (!context.watches()).then_some(context.now);
    let checked_at = along.webhook_checked_at;
    Ok(store
        .record_poll(org, cursor, synced_at, checked_at)
        .await?)
}
