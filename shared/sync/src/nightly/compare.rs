//! Some linked projects, as both sides and their rows have them.

use std::collections::{BTreeMap, BTreeSet};

use companycam::PhotosQuery;
use companycam::ids::ProjectId;
use model::file::{FileId, FileRow};
use model::nightly::{Missing, Pass, PassStep};
use model::preferences::Preference;
use model::project::ProjectRow;
use runtime::WorkError;

use super::tags::TagsOf;
use super::{Taken, copies, tags};
use crate::context::OrgContext;
use crate::{documents, photos};

/// So many projects are read at once: a live change waits for their lists at most.
const AT_ONCE: i32 = 10;
/// With more files than that no further project is read at once.
const FILES_AT_ONCE: usize = 400;
/// More pages than any ten projects have: a list that never ends is none.
const MOST_PAGES: usize = 2_000;

/// A linked project, and what of it was copied.
struct Linked {
    row: ProjectRow,
    files: Vec<FileRow>,
}

/// Compares some projects; what comes then, if there may be more.
pub(super) async fn links(
    context: &OrgContext<'_>,
    pass: &Pass,
    taken: &mut Taken,
) -> Result<Option<PassStep>, WorkError> {
    let PassStep::Links { after, tags_after } = &pass.step else {
        return Ok(None);
    };
    let (projects, next) = some(context, after.as_ref()).await?;
    let mut tags = None;
    if pass.knows_tags {
        let ids = projects.iter().map(|project| &project.row.project_id);
        let listed = tags::of_projects(context, pass, ids).await?;
        let files = projects.iter().flat_map(|project| &project.files);
        let asked = tags::compare(context, files, &listed, tags_after.as_ref(), taken).await?;
        if asked.is_some() {
            return Ok(Some(PassStep::Links {
                after: after.clone(),
                tags_after: asked,
            }));
        }
        tags = Some(listed).filter(|_| taken.knows_tags);
    }
    let shown = shown_photos(context, &projects, tags).await?;
    for project in &projects {
        compare(context, project, &shown, taken).await?;
    }
    Ok(next.map(|after| PassStep::Links {
        after: Some(after),
        tags_after: None,
    }))
}

/// Some linked projects after that one; and the last of them, if there may be more.
async fn some(
    context: &OrgContext<'_>,
    after: Option<&ProjectId>,
) -> Result<(Vec<Linked>, Option<ProjectId>), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let (rows, mut next) = store.projects_after(org, after, AT_ONCE).await?;
    let company = &context.organization.company_id;
    let (mut projects, mut files_read): (Vec<Linked>, usize) = (Vec::new(), 0);
    let is_shown = |row: &ProjectRow| row.is_to_be_shown(company);
    for row in rows.into_iter().filter(is_shown) {
        if files_read > FILES_AT_ONCE {
            // Large ones are read alone: a look has two minutes.
            next = projects.last().map(|last| last.row.project_id.clone());
            break;
        }
        let ids = store.files_of(org, &row.project_id).await?;
        files_read += ids.len();
        let mut files = store.files(org, ids).await?;
        // The index may be behind.
        files.retain(|file| file.project_id == row.project_id);
        projects.push(Linked { row, files });
    }
    Ok((projects, next))
}

/// The photos that CompanyCam shows of these projects; what of them is news is wanted from here on, with its
/// tags, if they are known.
async fn shown_photos(
    context: &OrgContext<'_>,
    projects: &[Linked],
    tags: Option<TagsOf>,
) -> Result<BTreeSet<FileId>, WorkError> {
    let mut shown = BTreeSet::new();
    if projects.is_empty() {
        return Ok(shown);
    }
    let files = projects.iter().flat_map(|project| &project.files);
    let known: BTreeSet<_> = files.map(|file| &file.id).collect();
    let mut query = PhotosQuery {
        project_ids: projects
            .iter()
            .map(|project| project.row.project_id.clone())
            .collect(),
        ..PhotosQuery::default()
    };
    for _ in 0..MOST_PAGES {
        let page = context.companycam().photos(&query).await?;
        let new = page.items.iter().map(|photo| &photo.id);
        let new = new.filter(|photo| !known.contains(&FileId::from(*photo)));
        let new = tags.as_ref().map(|tags| {
            new.map(|photo| (photo.clone(), tags.get(photo).cloned().unwrap_or_default()))
                .collect()
        });
        photos::look_at_tagged_photos(context, &page, &new.unwrap_or_default()).await?;
        let there = page.items.iter().filter(|photo| !photo.is_deleted());
        shown.extend(there.map(|photo| FileId::from(&photo.id)));
        match page.next {
            Some(more) if Some(&more) != query.after.as_ref() => query.after = Some(more),
            Some(_) | None => break,
        }
    }
    Ok(shown)
}

async fn compare(
    context: &OrgContext<'_>,
    project: &Linked,
    shown: &BTreeSet<FileId>,
    taken: &mut Taken,
) -> Result<(), WorkError> {
    let id = &project.row.project_id;
    let documents = documents::shown(context, &project.row).await?;
    let copied = project.files.iter().filter(|file| file.copied.is_some());
    let copied: Vec<_> = copied.collect();
    let is_shown = |file: &FileId| match file {
        FileId::Photo(_) => shown.contains(file),
        // Where none are asked for, nothing is known of them.
        FileId::Document(_) => documents.as_ref().is_none_or(|all| all.contains(file)),
    };
    let missing: Vec<_> = copied.iter().filter(|file| !is_shown(&file.id)).collect();
    let nothing_shown = !project.files.iter().any(|file| shown.contains(&file.id))
        && documents.as_ref().is_none_or(BTreeSet::is_empty);
    taken.tally.projects += 1;
    if nothing_shown && !is_there(context, id).await? {
        if !record(context, id, None).await? {
            taken.tally.projects_missing += 1;
        }
        return Ok(());
    }
    let removes = context
        .organization
        .preferences
        .has(Preference::RemoveDeletedPhotos);
    taken.tally.files += i64::try_from(copied.len()).unwrap_or(i64::MAX);
    // It may be on a project without a job, of which nothing is listed. Where it is nowhere its copy stays
    // without the preference, and asking once is enough.
    let may_have_moved = |file: &&&FileRow| matches!(file.id, FileId::Photo(_)) && !file.not_found;
    for file in missing
        .into_iter()
        .filter(|file| removes || may_have_moved(file))
    {
        let is_unseen = record(context, id, Some(&file.id)).await?;
        if removes && !is_unseen {
            taken.tally.files_missing += 1;
        }
    }
    let files: BTreeMap<_, _> = copied.into_iter().map(|file| (&file.id, file)).collect();
    copies::verify(context, &project.row, &files, taken).await
}

/// Whether CompanyCam has the project, though it shows nothing on it.
async fn is_there(context: &OrgContext<'_>, id: &ProjectId) -> Result<bool, WorkError> {
    match context.companycam().project(id).await {
        Ok(project) => Ok(!project.is_deleted()),
        Err(failure) if failure.is_not_found() => Ok(false),
        Err(failure) => Err(failure.into()),
    }
}

/// Writes down that it is missing. Whether an administrator said that it is only not seen any more.
async fn record(
    context: &OrgContext<'_>,
    project: &ProjectId,
    file: Option<&FileId>,
) -> Result<bool, WorkError> {
    let now = context.app.clock.now_s();
    let missing = Missing {
        org_id: context.org().clone(),
        file: file.cloned(),
        project_id: project.clone(),
        since: now,
        last: now,
        unseen: false,
    };
    Ok(context.app.store.record_missing(&missing).await?.unseen)
}
