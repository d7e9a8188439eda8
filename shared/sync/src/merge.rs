//! Two projects became one in CompanyCam (B18).
//!
//! Nothing says which went into which: `project.merged` names one of the two. What tells are photos that
//! were on one of them, and are all on the other now. People move single photos by hand.

use companycam::ids::{PhotoId, ProjectId};
use decide::fields::{link_metadata, status};
use decide::metadata;
use model::messages::{Look, Origin};
use model::project::{LinkState, ProjectFields, ProjectRow};
use one_click::{Error as OneClickError, JobFields};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};

use crate::absence::{Told, job_is_missing};
use crate::context::OrgContext;

/// So many of a project's photos are asked where they are.
const ASKED: i32 = 5;

/// A linked project is gone: if it went into another, that one gets its photos, and its job too if it
/// has none of its own. Whether the job moved.
pub async fn follow(
    context: &OrgContext<'_>,
    gone: &ProjectRow,
    now: &ProjectFields,
) -> Result<bool, WorkError> {
    let Some(into) = survivor(context, &gone.project_id).await? else {
        return Ok(false);
    };
    // Before anybody looks at that one, which would get a job of its own. Cut off behind it, this look
    // comes again, and `look_at_survivor` goes on.
    let moved = move_job(context, gone, now, &into).await?;
    queue_looks(context, &into).await?;
    Ok(moved)
}

/// A project is gone that has no link: it may have moved, by a look that was cut off before what it went
/// into was looked at.
pub async fn look_at_survivor(context: &OrgContext<'_>, gone: &ProjectId) -> Result<(), WorkError> {
    match survivor(context, gone).await? {
        Some(into) => queue_looks(context, &into).await,
        None => Ok(()),
    }
}

/// The photos are on the other job, or on this job from another project: both are to be seen.
async fn queue_looks(context: &OrgContext<'_>, into: &ProjectId) -> Result<(), WorkError> {
    let looks = [
        Look::Project {
            project_id: into.clone(),
            origin: Origin::Event,
        },
        Look::photos_of(into, None),
        Look::documents_of(into),
    ];
    let looks = looks.map(|look| context.look(look));
    Ok(context.app.queues.send_looks(&looks).await?)
}

/// The linked projects that may have gone into this one, as far as the first of its photos tell: all that
/// are asked of theirs are on it now. Whether they are gone is still to be seen.
pub async fn merged_into(
    context: &OrgContext<'_>,
    survivor: &ProjectId,
) -> Result<Vec<ProjectRow>, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let page = context.companycam().project_photos(survivor, None).await;
    let page = match page {
        Err(failure) if failure.is_not_found() => return Ok(Vec::new()),
        page => page?,
    };
    let rows = store
        .photos(org, page.items.iter().map(|photo| &photo.id))
        .await?;
    let others = rows
        .iter()
        .map(|row| &row.project_id)
        .filter(|project| *project != survivor);
    let mut others = store.projects(org, others).await?;
    others.retain(|row| {
        row.state == LinkState::Linked && row.company_id == context.organization.company_id
    });
    let mut went = Vec::new();
    for other in others {
        if self::survivor(context, &other.project_id).await?.as_ref() == Some(survivor) {
            went.push(other);
        }
    }
    Ok(went)
}

/// The project that its photos are on now: all of those that are asked and still exist, and the same one.
async fn survivor(
    context: &OrgContext<'_>,
    gone: &ProjectId,
) -> Result<Option<ProjectId>, WorkError> {
    let store = &context.app.store;
    let photos = store.some_photos_of(context.org(), gone, ASKED).await?;
    let mut into = None;
    for photo in &photos {
        let Some(project) = project_of(context, photo).await? else {
            continue;
        };
        if project == *gone || into.as_ref().is_some_and(|into| *into != project) {
            return Ok(None);
        }
        into = Some(project);
    }
    Ok(into)
}

/// Which project the photo is on, if it exists.
async fn project_of(
    context: &OrgContext<'_>,
    photo: &PhotoId,
) -> Result<Option<ProjectId>, WorkError> {
    let read = context.companycam().photo(photo).await;
    match read {
        Ok(photo) if photo.is_deleted() => Ok(None),
        Ok(photo) => Ok(photo.project_id),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

async fn move_job(
    context: &OrgContext<'_>,
    gone: &ProjectRow,
    now: &ProjectFields,
    into: &ProjectId,
) -> Result<bool, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let Some(job_id) = &gone.job_id else {
        return Ok(false);
    };
    let has_none = store
        .project(org, into)
        .await?
        .is_none_or(|row| matches!(row.state, LinkState::Unseen | LinkState::Skipped));
    let Some(job) = store.job(org, job_id).await?.filter(|_| has_none) else {
        return Ok(false);
    };
    // The job is told first: cut off here, all of this is done again.
    let mut metadata = link_metadata(into, &gone.company_id, now);
    // As it was last seen: what the other one is differs from that, or does not.
    let seen = gone.seen.as_ref().map_or("active", status);
    metadata.insert(metadata::STATUS.to_owned(), Some(seen.to_owned()));
    let changes = JobFields {
        metadata,
        ..JobFields::default()
    };
    let one_click = context.one_click().await?;
    match one_click.update_job(org, job_id, &changes).await {
        Err(OneClickError::NotFound) => {
            job_is_missing(context.app, org, &gone.project_id, job_id, Told::No).await?;
            return Ok(false);
        }
        told => told?,
    };
    if !store.move_link(org, gone, &job, into).await?.applied() {
        return Ok(false);
    }
    let text = format!(
        "Project {} was merged into project {into} in CompanyCam; its job follows.",
        gone.project_id
    );
    let entry = NewEntry::new(Kind::Project, Outcome::Updated, text)
        .project(into)
        .job(Some(job_id));
    store.log(org, entry).await?;
    tracing::info!(org.id = %org, project.id = %into, merged.id = %gone.project_id, job.id = %job_id, "a link moved to the project that remains");
    Ok(true)
}
