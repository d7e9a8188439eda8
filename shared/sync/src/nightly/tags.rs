//! The tags of photos (B15, B17): no event tells that one was taken off, renamed or deleted.
//!
//! CompanyCam lists the photos of a tag, and no photo says its tags. So all tags are listed, with their
//! photos, and written down by project; the comparison reads them there. A list that left something out
//! takes nothing off: a photo that has fewer tags than we know of is asked for its own.

use std::collections::BTreeMap;

use companycam::ids::{PhotoId, ProjectId};
use model::file::{FileId, FileRow};
use model::nightly::{Pass, PassStep, Tagged};
use model::tags::TagPlace;
use runtime::WorkError;

use super::Taken;
use crate::context::OrgContext;
use crate::{photos, tags};

/// So many photos are asked for their own tags at once.
const ASKED_AT_ONCE: usize = 25;
/// So many that all have the tags that we know of, though the lists say otherwise: the lists are wrong.
const WRONG: usize = 5;
/// What was read is of no use to the next night.
const KEPT_S: i64 = 2 * 24 * 60 * 60;

/// The tags of each photo, by the lists; of one that is not there, none.
pub(super) type TagsOf = BTreeMap<PhotoId, Vec<String>>;

/// Reads a page of the company's tags.
pub(super) async fn take_page(
    context: &OrgContext<'_>,
    pass: &Pass,
    page: u32,
) -> Result<Taken, WorkError> {
    let (tags, next_page) = tags::page(context, page).await?;
    Ok(then(pass, TagPlace::before(tags), next_page))
}

/// Reads some pages of the tags' photos.
pub(super) async fn take_photos(
    context: &OrgContext<'_>,
    pass: &Pass,
    mut place: TagPlace,
    next_page: Option<u32>,
) -> Result<Taken, WorkError> {
    for _ in 0..tags::PAGES_AT_ONCE {
        read(context, pass, &mut place).await?;
    }
    Ok(then(pass, place, next_page))
}

/// What comes with a page's tags, or with those that are left of it.
fn then(pass: &Pass, place: TagPlace, next_page: Option<u32>) -> Taken {
    if !place.tags.is_empty() {
        return Taken::then(PassStep::TagPhotos { place, next_page }, pass);
    }
    match next_page {
        Some(page) => Taken::then(PassStep::Tags { page }, pass),
        None => Taken {
            knows_tags: true,
            ..Taken::then(PassStep::links(), pass)
        },
    }
}

/// Reads a page of the first tag's photos, and writes those of linked projects down.
async fn read(
    context: &OrgContext<'_>,
    pass: &Pass,
    place: &mut TagPlace,
) -> Result<(), WorkError> {
    let Some(tag) = place.tags.first() else {
        return Ok(());
    };
    let answer = tags::photos(context, tag, place.cursor.as_ref()).await?;
    let mut by_project: BTreeMap<ProjectId, Vec<PhotoId>> = BTreeMap::new();
    for photo in answer.items.into_iter().filter(|photo| !photo.is_deleted()) {
        if let Some(project) = photo.project_id {
            by_project.entry(project).or_default().push(photo.id);
        }
    }
    let projects: Vec<_> = by_project.keys().cloned().collect();
    for project in photos::with_jobs(context, &projects).await? {
        let row = Tagged {
            org_id: context.org().clone(),
            pass: pass.id.clone(),
            tag_id: tag.id.clone(),
            name: tag.name.clone(),
            page: place.pages,
            photos: by_project.remove(&project).unwrap_or_default(),
            of_project: project,
            expires_at: context.now + KEPT_S,
        };
        context.app.store.record_tagged(&row).await?;
    }
    place.go_on(answer.next);
    Ok(())
}

/// The tags of the photos of these projects, as the pass read them.
pub(super) async fn of_projects(
    context: &OrgContext<'_>,
    pass: &Pass,
    projects: impl IntoIterator<Item = &ProjectId>,
) -> Result<TagsOf, WorkError> {
    let mut all = TagsOf::new();
    for project in projects {
        let store = &context.app.store;
        for row in store.tagged(context.org(), &pass.id, project).await? {
            for photo in row.photos {
                all.entry(photo).or_default().push(row.name.clone());
            }
        }
    }
    for names in all.values_mut() {
        names.sort_unstable();
        names.dedup();
    }
    Ok(all)
}

/// Brings the tags of those photos up that have others than we know of, after that one; the last that was
/// asked for its own, if there may be more to ask for.
pub(super) async fn compare<'a>(
    context: &OrgContext<'_>,
    files: impl IntoIterator<Item = &'a FileRow>,
    listed: &TagsOf,
    after: Option<&PhotoId>,
    taken: &mut Taken,
) -> Result<Option<PhotoId>, WorkError> {
    let mut others: Vec<(&PhotoId, &FileRow)> = Vec::new();
    for row in files {
        if let FileId::Photo(id) = &row.id
            && row.wanted.job_id.is_some()
            && listed.get(id).map_or(&[][..], Vec::as_slice) != row.wanted.details.tags
            && after.is_none_or(|after| id > after)
        {
            others.push((id, row));
        }
    }
    others.sort_unstable_by_key(|(id, _)| *id);
    let (mut news, mut asked, mut wrong) = (Vec::new(), 0, 0);
    let mut next = None;
    for (id, row) in others {
        if asked == ASKED_AT_ONCE {
            break;
        }
        next = Some(id.clone());
        let known = &row.wanted.details.tags;
        let names = listed.get(id).cloned().unwrap_or_default();
        if names.len() >= known.len() {
            news.push((row.clone(), names));
            continue;
        }
        asked += 1;
        match tags::of(context, id).await? {
            Some(names) if names == *known => wrong += 1,
            Some(names) => news.push((row.clone(), names)),
            // It is gone itself.
            None => {}
        }
    }
    taken.tally.retagged += i64::try_from(news.len()).unwrap_or(i64::MAX);
    tags::set(context, news).await?;
    if asked >= WRONG && wrong == asked {
        tracing::info!(org.id = %context.org(), asked, "the lists of tagged photos are wrong tonight");
        taken.knows_tags = false;
        return Ok(None);
    }
    Ok(next.filter(|_| asked == ASKED_AT_ONCE))
}
