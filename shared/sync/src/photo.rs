//! A look at one photo.

use std::collections::BTreeSet;

use companycam::ids::PhotoId;
use companycam::{Page, Photo};
use futures::{StreamExt, stream};
use model::file::{FileId, FileRow};
use model::messages::{Look, Origin, PhotosSoFar, SyncMessage};
use model::project::{LinkState, SkipReason};
use runtime::WorkError;

use crate::context::OrgContext;
use crate::photos;
use crate::project;
use crate::tags;
use crate::unfinished::look_again;
use crate::wish::{by_id, linked_jobs};

/// How many photos are asked for their tags at once.
const TAGS_AT_ONCE: usize = 8;
/// A photo of which a delivery has just told.
pub struct ToldPhoto {
    pub photo: Photo,
    /// Its tags may have changed: no delivery says which it has.
    pub tags: bool,
}

impl ToldPhoto {
    /// What the message tells, if that is a whole photo and new enough to be taken for CompanyCam's answer.
    pub fn of(message: &SyncMessage, now: i64) -> Option<Self> {
        let Look::Photo { photo_id, tags } = &message.look else {
            return None;
        };
        let photo = Photo::told(message.news(now)?).filter(|photo| photo.id == *photo_id)?;
        Some(Self { photo, tags: *tags })
    }
}

/// Looks at photos of which deliveries have just told, all at once: as a listing would, with their tags where
/// these may have changed. Which of them that was enough for; the others are to be asked for.
pub async fn look_at_told(
    context: &OrgContext<'_>,
    told: &[ToldPhoto],
) -> Result<BTreeSet<PhotoId>, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let ids = told.iter().map(|told| &told.photo.id);
    let projects = told
        .iter()
        .filter_map(|told| told.photo.project_id.as_ref());
    let (rows, projects) = futures::try_join!(
        Box::pin(store.photos(org, ids)),
        Box::pin(store.projects(org, projects)),
    )?;
    let rows = by_id(rows);
    let jobs = linked_jobs(context, &projects);
    let enough = told.iter().filter(|told| {
        let has_job = told
            .photo
            .project_id
            .as_ref()
            .is_some_and(|id| jobs.contains_key(id));
        let row = rows.get(&FileId::from(&told.photo.id));
        has_job && !told.photo.is_being_processed() && is_news(&told.photo, row)
    });
    let with_tags = enough.map(|told| {
        let is_new = !rows.contains_key(&FileId::from(&told.photo.id));
        (told, told.tags || is_new)
    });
    let with_tags: Vec<_> = with_tags.collect();
    let reads = with_tags.iter().filter(|(_, reads)| *reads).count();
    context.companycam().reserve(reads).await?;
    let with_tags = with_tags.into_iter().map(|(told, reads)| async move {
        if !reads {
            return Some((told, None));
        }
        // Where they can't be read now, the look at that photo says why.
        let tags = tags::of(context, &told.photo.id).await.ok()?;
        Some((told, Some(tags?)))
    });
    let read: Vec<_> = stream::iter(with_tags)
        .buffered(TAGS_AT_ONCE)
        .collect()
        .await;
    let read: Vec<_> = read.into_iter().flatten().collect();
    let tags = read
        .iter()
        .filter_map(|(told, tags)| Some((told.photo.id.clone(), tags.clone()?)));
    let tags = tags.collect();
    let page = Page {
        items: read.iter().map(|(told, _)| told.photo.clone()).collect(),
        unreadable: Vec::new(),
        next: None,
        date: None,
    };
    photos::look_at_tagged_photos(context, &page, &tags).await?;
    Ok(page.items.into_iter().map(|photo| photo.id).collect())
}

/// Whether what is told is later than what is known. Of the same second either may be: CompanyCam knows. What
/// is older is none.
fn is_news(photo: &Photo, row: Option<&FileRow>) -> bool {
    row.is_none_or(|row| photo.updated_at > row.wanted.version)
}

/// Looks at one photo, and with `tags` at its tags too, which is another call.
pub async fn look_at_photo(
    context: &OrgContext<'_>,
    id: &PhotoId,
    tags: bool,
) -> Result<(), WorkError> {
    let photo = context.companycam().photo(id).await;
    let photo = match photo {
        // No event says that a photo was deleted; whoever connected may just see less than before.
        Err(failure) if failure.is_not_found() => {
            context
                .app
                .store
                .record_file_asked(context.org(), &id.into())
                .await?;
            return Ok(());
        }
        photo => photo?,
    };
    let Some(project) = photo.project_id.clone() else {
        return Ok(());
    };
    let row = context.app.store.project(context.org(), &project).await?;
    let waits = row.as_ref().is_none_or(|row| {
        row.state == LinkState::Unseen || row.reason == Some(SkipReason::NoMatchedUser)
    });
    if waits {
        // The photo's event came before its project's, or that was lost. A job that is made now gets
        // all of the project's photos.
        let looked = project::look_at_project(context, &project, Origin::Event, None);
        Box::pin(looked).await?;
    }
    let row = context.app.store.project(context.org(), &project).await?;
    let is_linked = row.is_some_and(|row| row.state == LinkState::Linked);
    // Of one that is seen for the first time no other event may tell any more.
    let is_new = context
        .app
        .store
        .photos(context.org(), [id])
        .await?
        .is_empty();
    // Without a job the photo goes nowhere, and its tags with it.
    let names = if is_linked && (tags || is_new) {
        tags::of(context, id).await?
    } else {
        None
    };
    let tags = names.into_iter().map(|names| (id.clone(), names)).collect();
    if is_linked && photo.is_being_processed() {
        look_again(context, &project, PhotosSoFar::default()).await?;
    }
    let page = Page {
        items: vec![photo],
        unreadable: Vec::new(),
        next: None,
        date: None,
    };
    photos::look_at_tagged_photos(context, &page, &tags).await?;
    Ok(())
}
