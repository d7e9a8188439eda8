//! What CompanyCam did not show: asked about, or asked for once more and followed (B30, B33).

use std::time::Duration;

use companycam::Page;
use companycam::ids::PhotoId;
use model::file::{FileId, FileRow, WantedFile};
use model::messages::{Look, Origin};
use model::nightly::{Missing, Pass, PassStep, Tally};
use model::preferences::Preference;
use model::project::LinkState;
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};

use super::{Taken, lost_sight};
use crate::context::OrgContext;
use crate::wish::{Wanted, by_id, want_all};
use crate::{documents, photos};

/// Two answers have to be at least so far apart.
const APART_S: i64 = 60;
/// So many are asked for at once: each is a call.
const AT_ONCE: i32 = 10;

/// Whether so much is missing that an administrator is asked first. Where that was so before and is no
/// longer, the question is taken back.
pub(super) async fn is_to_be_asked(
    context: &OrgContext<'_>,
    tally: &Tally,
) -> Result<bool, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let before = context.organization.lost_sight.as_ref();
    let Some(lost) = lost_sight(tally, context.now) else {
        if before.is_some() {
            store.set_lost_sight(org, None).await?;
        }
        return Ok(false);
    };
    if before.is_none() {
        let text = format!(
            "CompanyCam no longer shows {} linked projects and {} copied photos and documents. Nothing was removed; please say on the tab whether they are gone.",
            lost.projects, lost.files
        );
        let entry = NewEntry::new(Kind::Sync, Outcome::Skipped, text);
        store.log(org, entry).await?;
    }
    store.set_lost_sight(org, Some(&lost)).await?;
    tracing::warn!(org.id = %org, projects = lost.projects, files = lost.files, "much of an organization is not shown any more");
    Ok(true)
}

/// Asks for some of what is missing by itself, and follows what is said.
pub(super) async fn ask_again(
    context: &OrgContext<'_>,
    pass: &Pass,
    after: Option<&str>,
) -> Result<Taken, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let (all, next) = store.missing_after(org, after, AT_ONCE).await?;
    let mut taken = Taken::then(PassStep::Finish, pass);
    let newest = all.iter().map(|missing| missing.since).max();
    let too_soon = newest.map_or(0, |since| since + APART_S - context.now);
    if too_soon > 0 {
        // However the message came so early.
        taken.next = pass.step.clone();
        taken.wait = Some(Duration::from_secs(too_soon.unsigned_abs() + 1));
        return Ok(taken);
    }
    if let Some(after) = next {
        taken.next = PassStep::Missing { after: Some(after) };
    }
    let (left_alone, to_ask): (Vec<_>, Vec<_>) = all.iter().partition(|missing| missing.unseen);
    for missing in left_alone {
        if is_seen_again(context, pass, missing).await? {
            store.forget_missing(missing).await?;
        }
    }
    for missing in to_ask {
        match &missing.file {
            Some(FileId::Photo(id)) => photo(context, id, &mut taken).await?,
            Some(FileId::Document(_)) => document(context, missing, &mut taken).await?,
            // The look asks for it by itself: not to find it confirms that it is gone.
            None => taken.looks.push(context.look(Look::Project {
                project_id: missing.project_id.clone(),
                origin: Origin::Deletion,
            })),
        }
        store.forget_missing(missing).await?;
    }
    Ok(taken)
}

/// Whether this pass found what an administrator said is not seen any more: from then on it may be missing
/// like anything else. What the pass did not compare says nothing.
async fn is_seen_again(
    context: &OrgContext<'_>,
    pass: &Pass,
    missing: &Missing,
) -> Result<bool, WorkError> {
    let has_compared = pass.tally.projects > 0;
    if !has_compared || missing.last >= pass.started_at {
        return Ok(false);
    }
    let (org, store) = (context.org(), &context.app.store);
    let id = &missing.project_id;
    let row = store.project(org, id).await?;
    if row.is_none_or(|row| row.state != LinkState::Linked) {
        return Ok(false);
    }
    let compares_files = context
        .organization
        .preferences
        .has(Preference::RemoveDeletedPhotos);
    match &missing.file {
        Some(_) => Ok(compares_files && store.missing_project(org, id).await?.is_none()),
        None => Ok(true),
    }
}

async fn photo(context: &OrgContext<'_>, id: &PhotoId, taken: &mut Taken) -> Result<(), WorkError> {
    match context.companycam().photo(id).await {
        Ok(photo) if !photo.is_deleted() => {
            // It is on another project, perhaps on one without a job.
            let page = Page {
                items: vec![photo],
                unreadable: Vec::new(),
                next: None,
                date: None,
            };
            photos::look_at_photos(context, &page).await?;
            Ok(())
        }
        Ok(_) => remove(context, &id.into(), taken).await,
        Err(failure) if failure.is_not_found() => remove(context, &id.into(), taken).await,
        Err(failure) => Err(failure.into()),
    }
}

/// A document can't be asked for by itself: its project's list is, once more.
async fn document(
    context: &OrgContext<'_>,
    missing: &Missing,
    taken: &mut Taken,
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let (Some(file), Some(project)) = (
        &missing.file,
        store.project(org, &missing.project_id).await?,
    ) else {
        return Ok(());
    };
    match documents::shown(context, &project).await? {
        Some(shown) if !shown.contains(file) => {}
        Some(_) | None => return Ok(()),
    }
    let row = store.file(org, file).await?;
    // The list of another project may have shown it meanwhile.
    if row.is_some_and(|row| row.project_id == missing.project_id) {
        remove(context, file, taken).await?;
    }
    Ok(())
}

/// The file belongs on no job any more.
async fn remove(
    context: &OrgContext<'_>,
    file: &FileId,
    taken: &mut Taken,
) -> Result<(), WorkError> {
    let preferences = &context.organization.preferences;
    let (org, store) = (context.org(), &context.app.store);
    if !preferences.has(Preference::RemoveDeletedPhotos) {
        return Ok(store.record_file_not_found(org, file).await?);
    }
    let Some(row) = store.file(org, file).await?.filter(is_to_go) else {
        return Ok(());
    };
    let project = row.project_id.clone();
    let wanted = Wanted {
        file: file.clone(),
        project: &project,
        version: WantedFile {
            job_id: None,
            ..row.wanted.clone()
        },
    };
    want_all(context, &[wanted], &by_id(vec![row])).await?;
    taken.tally.removed += 1;
    Ok(())
}

fn is_to_go(row: &FileRow) -> bool {
    row.copied.is_some() || !row.maybe_on.is_empty()
}
