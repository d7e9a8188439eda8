//! Looking at photos: which are wanted on which job (B15).

use std::collections::{BTreeMap, BTreeSet};

use companycam::ids::ProjectId;
use companycam::{Cursor, Page, Photo};
use decide::file::Known;
use decide::photo::wanted_photo;
use futures::{StreamExt, TryStreamExt, stream};
use model::file::{FileId, FileRow};
use model::messages::{Look, PhotosSoFar};
use model::project::LinkState;
use runtime::WorkError;
use store::activity::Kind;
use store::files::{NewWish, Wish};

use crate::context::OrgContext;
use crate::wish::{
    CONCURRENT_WRITES, Wanted, by_id, linked_jobs, note_what_was_read, queue, resting, want_all,
};

/// More pages than any project has: a list that never ends is none.
const MOST_PAGES: u32 = 2_000;

/// Looks at one page of the project's photos, and queues the next. With the last they are known.
pub async fn look_at_project_photos(
    context: &OrgContext<'_>,
    project: &ProjectId,
    cursor: Option<&Cursor>,
    so_far: PhotosSoFar,
) -> Result<(), WorkError> {
    let page = context.companycam().project_photos(project, cursor).await;
    let page = match page {
        Err(failure) if failure.is_not_found() => return Ok(()),
        page => page?,
    };
    look_at_photos(context, &page).await?;
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
            };
            Ok(context.app.queues.send_looks(&[context.look(look)]).await?)
        }
        Some(_) | None => {
            let Some(up_to) = so_far.up_to.filter(|_| !so_far.unfinished) else {
                return Ok(());
            };
            let (store, org) = (&context.app.store, context.org());
            Ok(store.record_photos_read(org, project, up_to).await?)
        }
    }
}

/// The projects of photos that are still being processed: they are not all known yet.
pub(super) fn unfinished(photos: &[Photo]) -> impl Iterator<Item = ProjectId> {
    photos
        .iter()
        .filter(|photo| photo.is_being_processed())
        .filter_map(|photo| photo.project_id.clone())
}

/// The photos of these projects were read, up to what their jobs were brought up to, but for those of
/// `unfinished`.
pub(super) async fn known(
    context: &OrgContext<'_>,
    projects: &[ProjectId],
    unfinished: &[ProjectId],
) -> Result<(), WorkError> {
    let (store, org) = (&context.app.store, context.org());
    let rows = store.projects(org, projects).await?;
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
    look_at_tagged_photos(context, page, None).await
}

/// As [`look_at_photos`]; `tags`: what is known of their tags, which a list does not say.
pub async fn look_at_tagged_photos(
    context: &OrgContext<'_>,
    page: &Page<Photo, Cursor>,
    tags: Option<&[String]>,
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
                tags: tags.map(<[String]>::to_vec),
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

/// Adds the tag to those of the photos that are or will be in One Click.
pub async fn tag_photos(
    context: &OrgContext<'_>,
    photos: &[Photo],
    tag: &str,
) -> Result<(), WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let mut tagged = Vec::new();
    for row in store
        .photos(org, photos.iter().map(|photo| &photo.id))
        .await?
    {
        let mut wanted = row.wanted.clone();
        if wanted.job_id.is_none() {
            continue;
        }
        if wanted.details.tags.iter().any(|known| known == tag) {
            // Whoever wrote the tag down may have been cut off before queueing the photo.
            if !row.is_current() && row.failed.is_none() {
                tagged.push(row.id);
            }
            continue;
        }
        wanted.details.tags.push(tag.to_owned());
        wanted.details.tags.sort_unstable();
        let wish = NewWish {
            file: &row.id,
            project: &row.project_id,
            company: &context.organization.company_id,
            wanted: &wanted,
            refused: row.is_refused(),
        };
        if store.want_file(org, wish).await? == Wish::Raised {
            tagged.push(row.id);
        }
    }
    queue(context, tagged).await
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
