//! The tags of photos (B15): a photo carries none, so they are asked for, of one photo or of one tag.

use std::collections::BTreeMap;

use companycam::ids::PhotoId;
use companycam::{Cursor, Page, Photo, PhotosQuery};
use model::file::{FileId, FileRow, WantedFile};
use model::tags::TagName;
use runtime::WorkError;

use crate::context::OrgContext;
use crate::wish::{Wanted, by_id, queue, want_all};

/// So many pages of tagged photos are read at once: a live change waits for them at most.
pub const PAGES_AT_ONCE: u32 = 5;

/// The photo's tags, sorted; `None`: there is no such photo.
pub async fn of(
    context: &OrgContext<'_>,
    photo: &PhotoId,
) -> Result<Option<Vec<String>>, WorkError> {
    let read = match context.companycam().photo_tags(photo).await {
        Err(failure) if failure.is_not_found() => return Ok(None),
        read => read?,
    };
    let mut names: Vec<_> = read.into_iter().map(|tag| tag.display_value).collect();
    names.sort_unstable();
    Ok(Some(names))
}

/// A page of the company's tags, and the page that follows, if any.
pub async fn page(
    context: &OrgContext<'_>,
    page: u32,
) -> Result<(Vec<TagName>, Option<u32>), WorkError> {
    let answer = context.companycam().tags(page).await?;
    let tags = answer.items.into_iter().map(|tag| TagName {
        id: tag.id,
        name: tag.display_value,
    });
    // The same place again would be for ever.
    Ok((tags.collect(), answer.next.filter(|next| *next > page)))
}

/// A page of the photos that carry the tag; of one that was deleted since it was listed there are none.
pub async fn photos(
    context: &OrgContext<'_>,
    tag: &TagName,
    cursor: Option<&Cursor>,
) -> Result<Page<Photo, Cursor>, WorkError> {
    let query = PhotosQuery {
        after: cursor.cloned(),
        tag_id: Some(tag.id.clone()),
        ..PhotosQuery::default()
    };
    match context.companycam().photos(&query).await {
        Err(failure) if failure.is_not_found() => Ok(Page {
            items: Vec::new(),
            unreadable: Vec::new(),
            next: None,
            date: None,
        }),
        answer => Ok(answer?),
    }
}

/// Adds the tag to those of the photos that are or will be in One Click.
pub async fn add(context: &OrgContext<'_>, photos: &[Photo], tag: &str) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let ids = photos.iter().map(|photo| &photo.id);
    let (mut tagged, mut cut_off) = (Vec::new(), Vec::new());
    for row in store.photos(org, ids).await? {
        let mut tags = row.wanted.details.tags.clone();
        if row.wanted.job_id.is_none() {
            continue;
        }
        if tags.iter().any(|known| known == tag) {
            // Whoever wrote the tag down may have been cut off before queueing the photo.
            if !row.is_current() && row.failed.is_none() {
                cut_off.push(row.id);
            }
            continue;
        }
        tags.push(tag.to_owned());
        tags.sort_unstable();
        tagged.push((row, tags));
    }
    set(context, tagged).await?;
    queue(context, cut_off).await
}

/// Writes down the tags that these photos have, all of them and sorted.
pub async fn set(
    context: &OrgContext<'_>,
    tagged: Vec<(FileRow, Vec<String>)>,
) -> Result<(), WorkError> {
    let wanted = tagged.iter().map(|(row, tags)| {
        let mut version: WantedFile = row.wanted.clone();
        version.details.tags.clone_from(tags);
        Wanted {
            file: row.id.clone(),
            project: &row.project_id,
            version,
        }
    });
    let wanted: Vec<_> = wanted.collect();
    let rows = tagged.iter().map(|(row, _)| row.clone()).collect();
    let rows: BTreeMap<FileId, FileRow> = by_id(rows);
    want_all(context, &wanted, &rows).await
}
