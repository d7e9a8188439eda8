//! A sync run: a chain of small steps, each queueing the next, so that live changes slip in between
//! (B19). The run's row says which step comes next, so a message says only "take it".

use std::time::Duration;

use companycam::ids::ProjectId;
use companycam::{Cursor, PhotosQuery, ProjectsQuery};
use model::messages::{Look, Origin, SyncMessage};
use model::organization::Organization;
use model::project::ProjectRow;
use model::sync_run::{SyncRun, SyncStep, TagName, Window};
use one_click::{IntegrationState, OrgId};
use runtime::queues::backoff;
use runtime::{App, Trouble};
use store::activity::{Kind, NewEntry, Outcome};

use super::listing::Noted;
use super::poll::{LOOKS_AT_ONCE, PER_PAGE, next_cursor};
use super::{Context, connection, listing, pause, photos, users, webhooks};

/// The window that connecting starts with.
pub const FIRST_WINDOW: Window = Window::Days(29);
/// How long a step waits at most before it looks again whether what it waits for is done.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often it looks again for the projects of a page, about four minutes in all: one of them that
/// takes longer reads its photos by itself, and does not hold up the rest.
const PATIENT_TRIES: u32 = 12;
/// So many photos may be queued before the run lists more: what is copied in a few seconds.
const PHOTOS_AHEAD: i32 = 400;
/// How long it waits for that, and how often: some minutes, after which it lists one page more.
const HELD: Duration = Duration::from_secs(1);
const HELD_TRIES: u32 = 200;
/// How long a run may wait for what it listed.
const LONGEST_RUN_S: i64 = 24 * 60 * 60;

/// More steps than any run takes: half a million photos are some ten thousand.
const MOST_STEPS: i64 = 200_000;

/// How often a run that keeps taking steps is tried to be ended.
const CANCEL_TRIES: usize = 5;

/// A run that has not taken a step yet.
pub fn new_run(window: Window, now: i64) -> SyncRun {
    let modified_since = match window {
        Window::Days(days) => Some(now - i64::from(days) * 24 * 60 * 60),
        Window::All => None,
    };
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
    if let Some(unfinished) = unfinished.filter(|run| lists_projects(run)) {
        run.window = wider(run.window, unfinished.window);
        run.modified_since = earlier(run.modified_since, unfinished.modified_since);
    }
    run.modified_since = earlier(run.modified_since, missed_since.or(run.modified_since));
    run
}

fn wider(one: Window, other: Window) -> Window {
    match (one, other) {
        (Window::Days(one), Window::Days(other)) => Window::Days(one.max(other)),
        (Window::All, _) | (_, Window::All) => Window::All,
    }
}

/// The earlier of two beginnings; `None` is the very first.
fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.zip(other).map(|(one, other)| one.min(other))
}

/// Queues the run's first step.
pub async fn begin(app: &App, org: &OrgId, run: &SyncRun) -> Result<(), Trouble> {
    Ok(app.queues.sync(&[message(org, run)]).await?)
}

/// The message that takes the run's next step.
fn message(org: &OrgId, run: &SyncRun) -> SyncMessage {
    let (run, seq) = (run.id.clone(), Some(run.seq));
    SyncMessage::new(org, Look::Sync { run, seq })
}

/// What a step came to.
struct Taken {
    next: SyncStep,
    projects: i64,
    photos: i64,
    /// What `project_cursor` becomes when the projects are listed, if this step has told it.
    cursor: Option<i64>,
    /// Looks to be queued before the next step.
    looks: Vec<SyncMessage>,
}

impl Taken {
    fn then(next: SyncStep) -> Self {
        Self {
            next,
            projects: 0,
            photos: 0,
            cursor: None,
            looks: Vec::new(),
        }
    }
}

/// Takes the next step of the run. A message of an older or finished run, or of another step, is let
/// go: so one run is one chain of messages, whatever was sent twice.
pub async fn step(
    context: &Context<'_>,
    run_id: &str,
    seq: Option<i64>,
    tries: u32,
) -> Result<(), Trouble> {
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
) -> Result<(), Trouble> {
    let listed = lists_projects(run) && taken.next == SyncStep::Tags;
    let next = SyncRun {
        step: taken.next,
        seq: run.seq + 1,
        stepped_at: app.clock.now_s(),
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
    app.queues.sync(&messages).await?;
    app.store.step_sync(org, &next, run.seq, cursor).await?;
    Ok(())
}

fn current<'a>(context: &'a Context<'_>, run_id: &str) -> Option<&'a SyncRun> {
    let run = context.organization.sync.as_ref();
    run.filter(|run| run.id == run_id && run.is_running())
}

/// How long the step waits for what was queued before it, if it does; but never for ever.
async fn must_wait(
    context: &Context<'_>,
    run: &SyncRun,
    tries: u32,
) -> Result<Option<Duration>, Trouble> {
    let patient = backoff(tries).min(LONGEST_WAIT);
    match &run.step {
        // Photos go to jobs, so the looks at the page's projects come first. One that takes longer
        // reads its photos by itself.
        SyncStep::Photos {
            projects,
            cursor: None,
            ..
        } if tries < PATIENT_TRIES => {
            let rows = context.app.store.projects(context.org(), projects).await?;
            let waits = |row: &ProjectRow| row.wanted.is_some() && !row.is_refused();
            if rows.iter().any(waits) {
                return Ok(Some(patient));
            }
            photos_ahead(context).await
        }
        SyncStep::Photos { .. } | SyncStep::TagPhotos { .. } if tries < HELD_TRIES => {
            photos_ahead(context).await
        }
        SyncStep::Finish if context.now - run.started_at < LONGEST_RUN_S => {
            Ok(anything_pending(context).await?.then_some(patient))
        }
        SyncStep::Users
        | SyncStep::Projects { .. }
        | SyncStep::Looks { .. }
        | SyncStep::Photos { .. }
        | SyncStep::Tags
        | SyncStep::TagPhotos { .. }
        | SyncStep::Finish => Ok(None),
    }
}

/// A photo that somebody has just taken waits behind those that are queued, so the run lists no more
/// while there are many (B29).
async fn photos_ahead(context: &Context<'_>) -> Result<Option<Duration>, Trouble> {
    let (store, org) = (&context.app.store, context.org());
    let many = store.more_photos_pending_than(org, PHOTOS_AHEAD).await?;
    Ok(many.then_some(HELD))
}

async fn take(context: &Context<'_>, run: &SyncRun) -> Result<Taken, Trouble> {
    match &run.step {
        SyncStep::Users => take_users(context, run).await,
        SyncStep::Projects { page } => take_projects(context, run, *page).await,
        SyncStep::Looks {
            left,
            projects,
            next_page,
        } => Ok(take_looks(context, left, projects, *next_page)),
        SyncStep::Photos {
            projects,
            cursor,
            next_page,
            unfinished,
        } => {
            let page = PhotosPage {
                projects,
                cursor: cursor.as_ref(),
                next_page: *next_page,
                unfinished,
            };
            take_photos(context, page).await
        }
        SyncStep::Tags => Ok(Taken::then(tag_photos_step(all_tags(context).await?))),
        SyncStep::TagPhotos { tags, cursor } => {
            Ok(Taken::then(tag_step(context, tags, cursor.as_ref()).await?))
        }
        SyncStep::Finish => Ok(Taken::then(SyncStep::Finish)),
    }
}

async fn take_users(context: &Context<'_>, run: &SyncRun) -> Result<Taken, Trouble> {
    // Connecting has just refreshed them, unless that took too long.
    let refreshed = context.organization.users_refreshed_at;
    if refreshed.is_none_or(|at| at < run.started_at) {
        users::refresh_if_allowed(context).await?;
    }
    webhooks::set_up(context).await?;
    connection::tell_one_click(context.app, context.org(), IntegrationState::Connected, "").await?;
    let mut taken = Taken::then(SyncStep::Projects { page: 1 });
    if pause::something_waits(context).await? {
        taken.looks.push(context.look(Look::Resume));
    }
    Ok(taken)
}

async fn take_projects(context: &Context<'_>, run: &SyncRun, page: u32) -> Result<Taken, Trouble> {
    let query = ProjectsQuery {
        modified_since: run.modified_since,
        query: None,
        page,
        per_page: PER_PAGE,
    };
    let answer = context.projects(&query).await?;
    let noted = listing::note_projects(context, &answer, Origin::Sync).await?;
    let projects = i64::try_from(noted.may_have_jobs.len()).unwrap_or(0);
    let mut taken = Taken {
        projects,
        ..Taken::then(after_projects(noted, answer.next))
    };
    if page == 1 {
        let answered_at = answer.date.unwrap_or(context.now);
        let newest = next_cursor(
            answer.items.iter().map(|project| project.updated_at),
            answered_at,
        );
        // An empty list may be a mistake: the polls ask for the same again, until something is there.
        taken.cursor = newest.or(Some(run.modified_since.unwrap_or(0)));
    }
    Ok(taken)
}

/// Queues some of the looks at a page's projects.
fn take_looks(
    context: &Context<'_>,
    left: &[ProjectId],
    projects: &[ProjectId],
    next_page: Option<u32>,
) -> Taken {
    let (now, rest) = left.split_at(left.len().min(LOOKS_AT_ONCE));
    let next = if rest.is_empty() {
        after_looks(projects.to_vec(), next_page)
    } else {
        SyncStep::Looks {
            left: rest.to_vec(),
            projects: projects.to_vec(),
            next_page,
        }
    };
    let mut taken = Taken::then(next);
    taken.looks = looks(context.org(), now);
    taken
}

/// Where a page's photos are.
struct PhotosPage<'a> {
    projects: &'a [ProjectId],
    cursor: Option<&'a Cursor>,
    next_page: Option<u32>,
    unfinished: &'a [ProjectId],
}

async fn take_photos(context: &Context<'_>, page: PhotosPage<'_>) -> Result<Taken, Trouble> {
    let query = PhotosQuery {
        after: page.cursor.cloned(),
        project_ids: page.projects.to_vec(),
        ..PhotosQuery::default()
    };
    let answer = context
        .companycam()
        .read(|api| {
            let query = query.clone();
            async move { api.photos(&query).await }
        })
        .await?;
    let photos = photos::look_at_photos(context, &answer).await?;
    let mut unfinished = page.unfinished.to_vec();
    unfinished.extend(photos::unfinished(&answer.items));
    unfinished.sort_unstable();
    unfinished.dedup();
    let next = match answer.next {
        // The same place again would be for ever.
        Some(more) if Some(&more) != page.cursor => SyncStep::Photos {
            projects: page.projects.to_vec(),
            cursor: Some(more),
            next_page: page.next_page,
            unfinished,
        },
        Some(_) | None => {
            photos::known(context, page.projects, &unfinished).await?;
            after_photos(page.next_page)
        }
    };
    Ok(Taken {
        photos,
        ..Taken::then(next)
    })
}

/// Everything it listed is done, or has waited for a day.
async fn finish(context: &Context<'_>, run: &SyncRun) -> Result<(), Trouble> {
    // What was set aside by a crash stays pending until it is redriven; a run must not. Sooner than that it
    // is here since nothing was pending; an index that is behind may say otherwise by now.
    let waited = context.now - run.started_at >= LONGEST_RUN_S;
    let failed = (waited && anything_pending(context).await?)
        .then(|| "some of what it listed is still waiting after a day".to_owned());
    let next = SyncRun {
        seq: run.seq + 1,
        stepped_at: context.now,
        finished_at: Some(context.now),
        failed,
        ..run.clone()
    };
    let (store, org) = (&context.app.store, context.org());
    if store.step_sync(org, &next, run.seq, None).await? {
        finished(context, &next).await?;
    }
    Ok(())
}

/// Takes up a run that stands still: its message was lost, or it waited for a side to answer. Whatever
/// message it still has is let go from now on.
pub(super) async fn take_up(context: &Context<'_>) -> Result<(), Trouble> {
    let run = context.organization.sync.as_ref();
    match run.filter(|run| run.is_running()) {
        Some(run) => go_on(context, run, None).await,
        None => Ok(()),
    }
}

/// Queues the same step once more, at once or after so many tries and so long, and lets any other message
/// of it go.
async fn go_on(
    context: &Context<'_>,
    run: &SyncRun,
    later: Option<(u32, Duration)>,
) -> Result<(), Trouble> {
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
            queues.retry(&later, wait).await?;
        }
        None => queues.sync(&[again]).await?,
    }
    let (store, org) = (&context.app.store, context.org());
    store.step_sync(org, &alive, run.seq, None).await?;
    Ok(())
}

/// A step of the run was put off: the run is seen to be alive, so that a poll does not take it up too.
pub(super) async fn is_alive(app: &App, org: &OrgId, run_id: &str) -> Result<(), Trouble> {
    let Some(organization) = app.store.organization(org).await? else {
        return Ok(());
    };
    let run = organization.sync.as_ref();
    if let Some(run) = run.filter(|run| run.id == run_id && run.is_running()) {
        let alive = SyncRun {
            stepped_at: app.clock.now_s(),
            ..run.clone()
        };
        app.store.step_sync(org, &alive, run.seq, None).await?;
    }
    Ok(())
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

/// A side refuses a step of the run while it answers others: the run goes on without what that step was
/// for, and what it had listed is looked at one by one. `false`: there is no going on without it.
pub(super) async fn pass_over(
    app: &App,
    org: &OrgId,
    run_id: &str,
    seq: Option<i64>,
) -> Result<bool, Trouble> {
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
    let Some(step) = without(&run.step) else {
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

/// What follows a step that can't be taken. `None`: without a page of the list of projects nothing does.
fn without(step: &SyncStep) -> Option<SyncStep> {
    match step {
        SyncStep::Users => Some(SyncStep::Projects { page: 1 }),
        SyncStep::Photos { next_page, .. } => Some(after_photos(*next_page)),
        SyncStep::Tags => Some(SyncStep::Finish),
        SyncStep::TagPhotos { tags, .. } => {
            Some(tag_photos_step(tags.iter().skip(1).cloned().collect()))
        }
        SyncStep::Projects { .. } | SyncStep::Looks { .. } | SyncStep::Finish => None,
    }
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
    // Queued first: once the run is ended, nothing brings them back.
    let left = left_behind(&organization.org_id, run);
    app.queues.sync(&left).await?;
    // Without a cursor polls wait for the first sync to set it, which now never will: what changes
    // from when it began must come over all the same.
    let cursor = run.next_cursor.unwrap_or(run.started_at - 60);
    let cursor = organization.project_cursor.is_none().then_some(cursor);
    Ok(app
        .store
        .step_sync(&organization.org_id, &ended, run.seq, cursor)
        .await?)
}

fn after_projects(noted: Noted, next_page: Option<u32>) -> SyncStep {
    if noted.news.is_empty() {
        return after_looks(noted.may_have_jobs, next_page);
    }
    SyncStep::Looks {
        left: noted.news,
        projects: noted.may_have_jobs,
        next_page,
    }
}

fn after_looks(projects: Vec<ProjectId>, next_page: Option<u32>) -> SyncStep {
    if projects.is_empty() {
        return after_photos(next_page);
    }
    SyncStep::Photos {
        projects,
        cursor: None,
        next_page,
        unfinished: Vec::new(),
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
    Ok(store.any_project_pending(org).await? || store.any_photo_pending(org).await?)
}

/// Whether the run has yet to read the photos of this project, with those of the rest of its page.
pub(super) fn will_read_photos(run: &SyncRun, project: &ProjectId) -> bool {
    run.is_running() && photos_to_come(run).contains(project)
}

/// The projects of the page that the run has not read photos of.
fn photos_to_come(run: &SyncRun) -> &[ProjectId] {
    match &run.step {
        SyncStep::Looks { projects, .. }
        | SyncStep::Photos {
            projects,
            cursor: None,
            ..
        } => projects,
        SyncStep::Users
        | SyncStep::Projects { .. }
        | SyncStep::Photos { .. }
        | SyncStep::Tags
        | SyncStep::TagPhotos { .. }
        | SyncStep::Finish => &[],
    }
}

/// Whether the run still lists projects, and so moves the cursor that a poll would.
pub(super) fn lists_projects(run: &SyncRun) -> bool {
    run.is_running()
        && match &run.step {
            SyncStep::Users
            | SyncStep::Projects { .. }
            | SyncStep::Looks { .. }
            | SyncStep::Photos { .. } => true,
            SyncStep::Tags | SyncStep::TagPhotos { .. } | SyncStep::Finish => false,
        }
}

/// Looks at what the run has listed and would have gone on with: a run that ends early leaves nothing
/// half done.
fn left_behind(org: &OrgId, run: &SyncRun) -> Vec<SyncMessage> {
    let (listed, projects) = match &run.step {
        SyncStep::Looks { left, projects, .. } => (looks(org, left), projects.as_slice()),
        SyncStep::Photos { projects, .. } => (Vec::new(), projects.as_slice()),
        SyncStep::Users
        | SyncStep::Projects { .. }
        | SyncStep::Tags
        | SyncStep::TagPhotos { .. }
        | SyncStep::Finish => (Vec::new(), &[][..]),
    };
    let photos = projects
        .iter()
        .map(|project_id| SyncMessage::new(org, Look::photos_of(project_id, None)));
    listed.into_iter().chain(photos).collect()
}

fn looks(org: &OrgId, projects: &[ProjectId]) -> Vec<SyncMessage> {
    let look = |project_id: &ProjectId| Look::Project {
        project_id: project_id.clone(),
        origin: Origin::Sync,
    };
    let looks = projects.iter().map(look);
    looks.map(|look| SyncMessage::new(org, look)).collect()
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
