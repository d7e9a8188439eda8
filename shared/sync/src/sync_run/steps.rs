//! The steps of a run.

use companycam::ids::ProjectId;
use companycam::{Cursor, PhotosQuery, ProjectsQuery};
use decide::listing::next_cursor;
use decide::sync_run::{after_looks, after_photos, tag_photos_step};
use model::messages::{Look, Origin};
use model::sync_run::{SyncRun, SyncStep};
use model::tags::TagPlace;
use one_click::IntegrationState;
use runtime::WorkError;

use super::preview;
use super::taken::{Taken, looks};
use crate::context::OrgContext;
use crate::listing::{LOOKS_AT_ONCE, Noted, PER_PAGE};
use crate::{connection, listing, pause, photos, tags, users, webhooks};

/// Takes the run's present step; what it came to.
pub async fn take(context: &OrgContext<'_>, run: &SyncRun) -> Result<Taken, WorkError> {
    match &run.step {
        SyncStep::Users => take_users(context, run).await,
        SyncStep::Projects { page } => take_projects(context, run, *page).await,
        SyncStep::Looks {
            left,
            projects,
            next_page,
        } if run.preview => preview::look(context, run, left, (projects, *next_page)).await,
        SyncStep::Looks {
            left,
            projects,
            next_page,
        } => take_looks(context, run, left, (projects, *next_page)).await,
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
            if run.preview {
                return preview::count_photos(context, &page).await;
            }
            take_photos(context, page).await
        }
        // Nothing is told of tags.
        SyncStep::Tags { .. } | SyncStep::TagPhotos { .. } if run.preview => {
            Ok(Taken::then(SyncStep::Finish))
        }
        SyncStep::Tags { page } => {
            let (tags, next_page) = tags::page(context, *page).await?;
            let place = TagPlace::before(tags);
            Ok(Taken::then(tag_photos_step(place, next_page)))
        }
        SyncStep::TagPhotos { place, next_page } => {
            take_tag_photos(context, place.clone(), *next_page).await
        }
        SyncStep::Finish => Ok(Taken::then(SyncStep::Finish)),
    }
}

async fn take_users(context: &OrgContext<'_>, run: &SyncRun) -> Result<Taken, WorkError> {
    // Connecting has just refreshed them, unless that took too long.
    let refreshed = context.organization.users_refreshed_at;
    if refreshed.is_none_or(|at| at < run.started_at) {
        users::refresh_if_allowed(context).await?;
    }
    if !run.preview && !context.watches() {
        webhooks::set_up(context).await?;
    }
    connection::publish_state(context.app, context.org(), IntegrationState::Connected, "").await?;
    let mut taken = Taken::then(SyncStep::Projects { page: 1 });
    if pause::something_waits(context).await? {
        taken.looks.push(context.look(Look::Resume { after: None }));
    }
    Ok(taken)
}

async fn take_projects(
    context: &OrgContext<'_>,
    run: &SyncRun,
    page: u32,
) -> Result<Taken, WorkError> {
    let query = ProjectsQuery {
        modified_since: run.modified_since,
        query: None,
        page,
        per_page: PER_PAGE,
    };
    let answer = context.projects(&query).await?;
    let mut taken = if run.preview {
        preview::list(context, run, &answer).await?
    } else {
        let noted = listing::note_projects(context, &answer, Origin::Sync, None).await?;
        let projects = i64::try_from(noted.may_have_jobs.len()).unwrap_or(0);
        Taken {
            projects,
            ..Taken::then(after_projects(noted, answer.next))
        }
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

/// A new project needs so many GETs: who is assigned, and its documents.
const GETS_A_PROJECT: usize = 2;

/// Queues some of the looks at a page's projects, once there is room for what they ask.
async fn take_looks(
    context: &OrgContext<'_>,
    run: &SyncRun,
    left: &[ProjectId],
    (projects, next_page): (&[ProjectId], Option<u32>),
) -> Result<Taken, WorkError> {
    let (now, rest) = left.split_at(left.len().min(LOOKS_AT_ONCE));
    let gets = now.len() * GETS_A_PROJECT;
    context.companycam().require_room(gets).await?;
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
    taken.looks = looks(context.org(), run, now);
    Ok(taken)
}

/// Where a page's photos are.
pub struct PhotosPage<'a> {
    pub projects: &'a [ProjectId],
    pub cursor: Option<&'a Cursor>,
    pub next_page: Option<u32>,
    unfinished: &'a [ProjectId],
}

async fn take_photos(
    context: &OrgContext<'_>,
    mut page: PhotosPage<'_>,
) -> Result<Taken, WorkError> {
    let linked;
    if page.cursor.is_none() {
        // By now those of the page have their jobs. Of one that takes longer its own look reads the photos.
        linked = photos::with_jobs(context, page.projects).await?;
        page.projects = &linked;
    }
    // None at all would be those of every project.
    if page.projects.is_empty() {
        return Ok(Taken::then(after_photos(page.next_page)));
    }
    let query = PhotosQuery {
        after: page.cursor.cloned(),
        project_ids: page.projects.to_vec(),
        ..PhotosQuery::default()
    };
    let answer = context.companycam().photos(&query).await?;
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

async fn take_tag_photos(
    context: &OrgContext<'_>,
    mut place: TagPlace,
    next_page: Option<u32>,
) -> Result<Taken, WorkError> {
    for _ in 0..tags::PAGES_AT_ONCE {
        let Some(tag) = place.tags.first() else { break };
        let answer = tags::photos(context, tag, place.cursor.as_ref()).await?;
        tags::add(context, &answer.items, &tag.name).await?;
        place.go_on(answer.next);
    }
    Ok(Taken::then(tag_photos_step(place, next_page)))
}
