//! Looking at photos: which are wanted on which job (B15).

use std::collections::{BTreeMap, BTreeSet};

use companycam::ids::{PhotoId, ProjectId};
use companycam::{Cursor, Page, Photo};
use decide::file::Known;
use decide::photo::wanted_photo;
use futures::{StreamExt, TryStreamExt, stream};
use model::file::{FileId, FileRow};
use model::messages::{Look, PhotosSoFar};
use model::preferences::Preference;
use model::project::{LinkState, ProjectRow};
use runtime::WorkError;
use store::activity::Kind;

use crate::context::OrgContext;
use crate::tags;
use crate::unfinished::{is_due, look_again, note_never_finished};
use crate::wish::{
    CONCURRENT_WRITES, Wanted, by_id, linked_jobs, note_what_was_read, resting, want_all,
};

/// More pages than any project has: a list that never ends is none.
const MOST_PAGES: u32 = 2_000;

/// More photos than this are not told apart page by page; the nightly pass does.
const MOST_TRACKED: usize = 5_000;
/// So many photos that a list did not show are asked for by themselves.
const MOST_ASKED: usize = 20;
/// Of so many new photos of a page the tags are read with it; the others have looks of their own.
const MOST_TAGGED: usize = 25;

/// Where a list of a project's photos goes on.
#[derive(Debug, Default)]
pub struct Place<'a> {
    pub cursor: Option<&'a Cursor>,
    pub so_far: PhotosSoFar,
    /// Photos that were last seen on the project, and that no page has shown.
    pub unseen: Vec<PhotoId>,
}

/// Looks at one page of the project's photos, and queues the next. With the last they are known. Nothing is
/// asked for a project without a job.
pub async fn look_at_project_photos(
    context: &OrgContext<'_>,
    project: &ProjectId,
    place: Place<'_>,
) -> Result<(), WorkError> {
    let Place {
        cursor,
        so_far,
        mut unseen,
    } = place;
    let row = context.app.store.project(context.org(), project).await?;
    let company = &context.organization.company_id;
    let is_linked = |row: &ProjectRow| {
        row.state == LinkState::Linked && row.job_id.is_some() && row.company_id == *company
    };
    let Some(row) = row.filter(is_linked) else {
        return Ok(());
    };
    if cursor.is_none() {
        if !is_due(context, &row, so_far).await? {
            return Ok(());
        }
        unseen = known_photos(context, project).await?;
    }
    let page = context.companycam().project_photos(project, cursor).await;
    let page = match page {
        Err(failure) if failure.is_not_found() => return Ok(()),
        page => page?,
    };
    look_at_new_tags(context, &page).await?;
    if page.unreadable.is_empty() {
        let shown: BTreeSet<_> = page.items.iter().map(|photo| &photo.id).collect();
        unseen.retain(|photo| !shown.contains(photo));
    } else {
        // Which it is that can't be read is not always said.
        unseen.clear();
    }
    let so_far = PhotosSoFar {
        unfinished: so_far.unfinished || unfinished(&page.items).next().is_some(),
        pages: so_far.pages + 1,
        ..so_far
    };
    match page.next {
        // The same place again, or ever another, would be for ever.
        Some(more) if Some(&more) != cursor && so_far.pages < MOST_PAGES => {
            let look = Look::ProjectPhotos {
                project_id: project.clone(),
                cursor: Some(more),
                so_far,
                unseen,
            };
            Ok(context.app.queues.send_looks(&[context.look(look)]).await?)
        }
        Some(_) | None => {
            ask_for_unseen(context, project, unseen).await?;
            all_read(context, project, so_far).await
        }
    }
}

/// The last page of a project's photos was read.
async fn all_read(
    context: &OrgContext<'_>,
    project: &ProjectId,
    so_far: PhotosSoFar,
) -> Result<(), WorkError> {
    if so_far.unfinished {
        return look_again(context, project, so_far).await;
    }
    let (store, org) = (&context.app.store, context.org());
    if so_far.again_at.is_some() {
        store.record_photos_again(org, project, None).await?;
    }
    match so_far.up_to {
        Some(up_to) => Ok(store.record_photos_read(org, project, up_to).await?),
        None => Ok(()),
    }
}

/// The photos that were last seen on the project, if they are not too many to be told apart.
async fn known_photos(
    context: &OrgContext<'_>,
    project: &ProjectId,
) -> Result<Vec<PhotoId>, WorkError> {
    let files = context.app.store.files_of(context.org(), project).await?;
    let photos = files.into_iter().filter_map(|file| match file {
        FileId::Photo(id) => Some(id),
        FileId::Document(_) => None,
    });
    let photos: Vec<_> = photos.take(MOST_TRACKED + 1).collect();
    Ok(if photos.len() > MOST_TRACKED {
        Vec::new()
    } else {
        photos
    })
}

/// Looks at photos that were on the project's job, and that its list does not show any more: no event tells
/// of one that was moved, and where it is now may have no job, so that nothing of it is listed there. Not to
/// find it says nothing (B30).
async fn ask_for_unseen(
    context: &OrgContext<'_>,
    project: &ProjectId,
    unseen: Vec<PhotoId>,
) -> Result<(), WorkError> {
    if unseen.is_empty() {
        return Ok(());
    }
    let rows = context.app.store.photos(context.org(), &unseen).await?;
    let is_there = |row: &FileRow| {
        row.project_id == *project && (row.wanted.job_id.is_some() || !row.strays().is_empty())
    };
    let ids = rows.into_iter().filter(is_there).map(|row| row.id);
    let photos = ids.filter_map(|id| match id {
        FileId::Photo(photo_id) => Some(photo_id),
        FileId::Document(_) => None,
    });
    let look = |photo_id| {
        context.look(Look::Photo {
            photo_id,
            tags: false,
        })
    };
    let looks: Vec<_> = photos.take(MOST_ASKED).map(look).collect();
    Ok(context.app.queues.send_looks(&looks).await?)
}

/// As [`look_at_photos`], with the tags of those that are seen for the first time: no list says them, and
/// none of their events may come any more.
async fn look_at_new_tags(
    context: &OrgContext<'_>,
    page: &Page<Photo, Cursor>,
) -> Result<(), WorkError> {
    let ids = page.items.iter().map(|photo| &photo.id);
    let rows = by_id(context.app.store.photos(context.org(), ids).await?);
    let hides = !context
        .organization
        .preferences
        .has(Preference::CopyInternalPhotos);
    let is_new = |photo: &&Photo| {
        let is_hidden = photo.is_deleted() || (photo.internal && hides);
        photo.is_processed() && !is_hidden && !rows.contains_key(&FileId::from(&photo.id))
    };
    let new: Vec<_> = page.items.iter().filter(is_new).collect();
    let mut tags = BTreeMap::new();
    let mut read = 0;
    for photo in new.iter().take(MOST_TAGGED) {
        match tags::of(context, &photo.id).await {
            Ok(names) => tags.extend(names.map(|names| (photo.id.clone(), names))),
            Err(error @ (WorkError::NeedsReconnecting | WorkError::OtherVersion(_))) => {
                return Err(error);
            }
            // One photo's failure, or no room for its call, is not its page's (B27).
            Err(WorkError::Transient { .. } | WorkError::Permanent(_)) => break,
        }
        read += 1;
    }
    let looks = new.iter().skip(read).map(|photo| {
        context.look(Look::Photo {
            photo_id: photo.id.clone(),
            tags: true,
        })
    });
    let looks: Vec<_> = looks.collect();
    // Queued first: once their rows are there, they are not new any more.
    context.app.queues.send_looks(&looks).await?;
    look_at_tagged_photos(context, page, &tags).await?;
    Ok(())
}

/// The projects of photos that are still being processed: they are not all known yet.
pub(super) fn unfinished(photos: &[Photo]) -> impl Iterator<Item = ProjectId> {
    photos
        .iter()
        .filter(|photo| photo.is_being_processed())
        .filter_map(|photo| photo.project_id.clone())
}

/// Those of the projects that have a job: of no other anything is listed.
pub(super) async fn with_jobs(
    context: &OrgContext<'_>,
    projects: &[ProjectId],
) -> Result<Vec<ProjectId>, WorkError> {
    let rows = context.app.store.projects(context.org(), projects).await?;
    let jobs = linked_jobs(context, &rows);
    let with_jobs = projects
        .iter()
        .filter(|project| jobs.contains_key(*project));
    Ok(with_jobs.cloned().collect())
}

/// The photos of these projects were read, up to what their jobs were brought up to, but for those of
/// `unfinished`: these are looked at again.
pub(super) async fn known(
    context: &OrgContext<'_>,
    projects: &[ProjectId],
    unfinished: &[ProjectId],
) -> Result<(), WorkError> {
    let (store, org) = (&context.app.store, context.org());
    let rows = store.projects(org, projects).await?;
    for row in rows
        .iter()
        .filter(|row| unfinished.contains(&row.project_id))
    {
        let so_far = PhotosSoFar {
            up_to: row.seen.as_ref().map(|seen| seen.updated_at),
            ..PhotosSoFar::default()
        };
        look_again(context, &row.project_id, so_far).await?;
    }
    let known = rows.iter().filter_map(|row| {
        let up_to = row.seen.as_ref()?.updated_at;
        let news = row.state == LinkState::Linked && row.photos_read_at != Some(up_to);
        (news && !unfinished.contains(&row.project_id)).then_some((&row.project_id, up_to))
    });
    stream::iter(known)
        .map(|(project, up_to)| store.record_photos_read(org, project, up_to))
        .buffer_unordered(CONCURRENT_WRITES)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    Ok(())
}

/// Writes down what One Click should have of each photo, and queues those where that differs from
/// what it has. How many of them One Click has or should have.
pub async fn look_at_photos(
    context: &OrgContext<'_>,
    page: &Page<Photo, Cursor>,
) -> Result<i64, WorkError> {
    look_at_tagged_photos(context, page, &BTreeMap::new()).await
}

/// As [`look_at_photos`]; `tags`: what is known of their tags, which a list does not say.
pub async fn look_at_tagged_photos(
    context: &OrgContext<'_>,
    page: &Page<Photo, Cursor>,
    tags: &BTreeMap<PhotoId, Vec<String>>,
) -> Result<i64, WorkError> {
    context
        .note_unreadable(Kind::Photo, "photo", &page.unreadable)
        .await?;
    let org = context.org();
    let store = &context.app.store;
    let (rows, projects) = futures::try_join!(
        store.photos(org, page.items.iter().map(|photo| &photo.id)),
        store.projects(
            org,
            page.items
                .iter()
                .filter_map(|photo| photo.project_id.as_ref())
        ),
    )?;
    let rests = resting(context, &projects);
    let photos: Vec<_> = page
        .items
        .iter()
        .filter(|photo| {
            let project = photo.project_id.as_ref();
            !project.is_some_and(|project| rests.contains(project))
        })
        .collect();
    let rows = by_id(rows);
    let jobs = linked_jobs(context, &projects);
    let preferences = &context.organization.preferences;
    let now_ms = context.app.clock.now_ms();
    let wanted: Vec<_> = photos
        .iter()
        .filter_map(|photo| {
            let project = photo.project_id.as_ref()?;
            let file = FileId::from(&photo.id);
            let known = Known {
                row: rows.get(&file),
                job: jobs.get(project),
                tags: tags.get(&photo.id).cloned(),
            };
            let version = wanted_photo(photo, known, preferences, now_ms)?;
            Some(Wanted {
                file,
                project,
                version,
            })
        })
        .collect();
    want_all(context, &wanted, &rows).await?;
    for photo in &photos {
        let project = photo.project_id.as_ref();
        if project.is_some_and(|project| jobs.contains_key(project)) {
            note_never_finished(context, photo, rows.get(&FileId::from(&photo.id))).await?;
        }
    }
    let listed = photos
        .iter()
        .filter_map(|photo| Some((FileId::from(&photo.id), photo.project_id.as_ref()?)));
    note_what_was_read(context, listed, &rows, &wanted).await?;
    let on_a_job: BTreeSet<_> = photos
        .iter()
        .filter(|photo| {
            photo
                .project_id
                .as_ref()
                .is_some_and(|project| jobs.contains_key(project))
        })
        .filter(|photo| is_or_will_be_there(&FileId::from(&photo.id), &rows, &wanted))
        .map(|photo| &photo.id)
        .collect();
    Ok(i64::try_from(on_a_job.len()).unwrap_or(i64::MAX))
}

fn is_or_will_be_there(
    file: &FileId,
    rows: &BTreeMap<FileId, FileRow>,
    wanted: &[Wanted<'_>],
) -> bool {
    rows.get(file)
        .is_some_and(|row| row.wanted.job_id.is_some())
        || wanted.iter().any(|wanted| wanted.file == *file)
}
