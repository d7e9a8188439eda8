//! A look at one project (B10, B14, B18, B20).

use companycam::Project;
use companycam::ids::ProjectId;
use decide::fields::{customer_name, job_changes, needs_job, says_again, shown_to};
use decide::project::{ProjectStep, project_step};
use decide::sync_run::will_read_photos;
use model::messages::{Look, Origin, PhotosSoFar, SyncMessage};
use model::project::{Came, LinkState, ProjectFields, ProjectRow, RunMark};
use one_click::{Error as OneClickError, Field, JobId, UserId};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::{Assignee, ListedProject};

use crate::absence::{Told, job_is_missing};
use crate::assess::watch;
use crate::assignees::{assigned_users, creator, first_matched, write_job};
use crate::context::OrgContext;
use crate::import::import;
use crate::skip::skip;
use crate::{documents, merge, photos, users};

/// The project of which a delivery has just told, if that is a whole one, and there.
pub fn told(message: &SyncMessage, now: i64) -> Option<Project> {
    let Look::Project { project_id, origin } = &message.look else {
        return None;
    };
    let project = Project::told(message.news(now)?)?;
    let is_it = *origin == Origin::Event && project.id == *project_id && !project.is_deleted();
    is_it.then_some(project)
}

/// Brings the project's job up to what was listed of the project, or told of it, and looks at its photos.
///
/// A sync run reads photos by itself, for many projects at once; but a look that was put off may come
/// after that, and then looks at them here. Photos have events of their own, so after an event about
/// the project only those of a new job are looked at.
pub async fn look_at_project(
    context: &OrgContext<'_>,
    id: &ProjectId,
    origin: Origin,
    told: Option<Project>,
) -> Result<(), WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let Some(row) = row_of(context, id, origin, told).await? else {
        return Ok(());
    };
    // Handled by another message for the same listing.
    let Some(now) = row.wanted.clone() else {
        return Ok(());
    };
    if row.company_id != context.organization.company_id {
        // Links belong to a company; those of another one rest (B5).
        return Ok(store
            .mark_project_handled(org, id, now.updated_at, None)
            .await?);
    }
    let was_linked = row.state == LinkState::Linked;
    if context.watches() {
        watch(context, &row, &now, origin).await?;
        let handled = store.mark_project_handled(org, id, now.updated_at, None);
        return Ok(handled.await?);
    }
    if merged(context, &row, &now, origin).await? {
        return Ok(());
    }
    let (job, came) =
        match project_step(Some(&row), &now, &context.organization.preferences, origin) {
            ProjectStep::Nothing => {
                let job = row.job_id.clone().filter(|_| was_linked);
                (job, Came::Unchanged)
            }
            ProjectStep::Skip(reason) => {
                skip(context, &row, &now, reason).await?;
                (None, Came::Skipped)
            }
            ProjectStep::Import => match import(context, &row, &now, origin).await? {
                Some((job, came)) => (Some(job), came),
                None => (None, Came::Skipped),
            },
            ProjectStep::Update => update(context, &row, &now).await?,
        };
    let run = context.organization.sync.as_ref();
    let read_elsewhere = match origin {
        Origin::Poll | Origin::Merge => false,
        Origin::Sync => run.is_some_and(|run| will_read_photos(run, id)),
        Origin::Event | Origin::Deletion => was_linked,
    };
    if job.is_some() && !read_elsewhere {
        let so_far = PhotosSoFar {
            up_to: Some(now.updated_at),
            ..PhotosSoFar::default()
        };
        let place = photos::Place {
            so_far,
            ..photos::Place::default()
        };
        // Large, and part of every look that may find a new project.
        Box::pin(photos::look_at_project_photos(context, id, place)).await?;
    }
    // Documents have events of their own too, and no run reads those of many projects at once.
    if job.is_some() && !(matches!(origin, Origin::Event | Origin::Deletion) && was_linked) {
        documents::look_at_project_documents(context, id, 1).await?;
    }
    let mark = context.run.clone().map(|id| RunMark { id, came });
    let handled = store.mark_project_handled(org, id, now.updated_at, mark.as_ref());
    Ok(handled.await?)
}

/// Follows a merge that this project had a part in (B18). Whether its link moved, and nothing is left
/// to be done: what it went into has a look of its own, and so has what went into it.
async fn merged(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    origin: Origin,
) -> Result<bool, WorkError> {
    let was_there = row.seen.as_ref().is_some_and(|seen| !seen.deleted);
    if row.state == LinkState::Linked && now.deleted {
        return Ok(was_there && merge::follow(context, row, now).await?);
    }
    if now.deleted && origin.is_event() {
        merge::look_at_survivor(context, &row.project_id).await?;
        return Ok(false);
    }
    if origin != Origin::Merge {
        return Ok(false);
    }
    if row.state == LinkState::Linked {
        // Both keep their jobs; that of the one that is gone is to say so.
        let gone = merge::merged_into(context, &row.project_id).await?;
        let looks = gone.iter().map(|other| {
            context.look(Look::Project {
                project_id: other.project_id.clone(),
                origin: Origin::Deletion,
            })
        });
        let looks: Vec<_> = looks.collect();
        context.app.queues.send_looks(&looks).await?;
        return Ok(false);
    }
    // Before it gets a job of its own: the one of a project that went into it is there.
    let mut moved = false;
    for other in merge::merged_into(context, &row.project_id).await? {
        let id = &other.project_id;
        read(context, id, Origin::Deletion).await?;
        let wanted = context.app.store.project(context.org(), id).await?;
        let gone = wanted.and_then(|row| row.wanted).filter(|now| now.deleted);
        if let Some(gone) = gone {
            moved |= merge::follow(context, &other, &gone).await?;
        }
    }
    Ok(moved)
}

/// The project's row, with what is so now: as it was told, listed, or is read here.
async fn row_of(
    context: &OrgContext<'_>,
    id: &ProjectId,
    origin: Origin,
    told: Option<Project>,
) -> Result<Option<ProjectRow>, WorkError> {
    if let Some(project) = told
        && let Some(row) = take_told(context, &project).await?
    {
        return Ok(Some(row));
    }
    if origin.is_event() {
        read(context, id, origin).await?;
    }
    Ok(context.app.store.project(context.org(), id).await?)
}

/// Leaves what was told of a project as a listing would; its row then. None: CompanyCam is to be asked, since of
/// the same second either may be true, and of a project without a job nobody knows whether whoever connected may
/// see it.
async fn take_told(
    context: &OrgContext<'_>,
    project: &Project,
) -> Result<Option<ProjectRow>, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let company = &context.organization.company_id;
    let fields = shown_to(company, project);
    let is_news =
        |known: &ProjectFields| fields.updated_at > known.updated_at && says_again(known, &fields);
    let row = store.project(org, &project.id).await?.filter(|row| {
        let is_ours = row.company_id == *company && row.state == LinkState::Linked;
        is_ours && row.seen.iter().chain(&row.wanted).all(is_news)
    });
    let Some(row) = row else {
        return Ok(None);
    };
    let listed = ListedProject {
        project: &project.id,
        company,
        fields: &fields,
        listed_at: fields.updated_at,
    };
    let wanted = store.want_project(org, listed).await?.applied();
    Ok(wanted.then_some(ProjectRow {
        wanted: Some(fields),
        ..row
    }))
}

/// Reads a project that an event is about, and leaves what it says as a listing would.
async fn read(context: &OrgContext<'_>, id: &ProjectId, origin: Origin) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let company = &context.organization.company_id;
    let answer = context.companycam().project(id).await;
    let fields = match answer {
        Ok(project) => shown_to(company, &project),
        Err(failure) if failure.is_not_found() => {
            // Only an event that says so makes it deleted: whoever connected may see less than before
            // (B30).
            let seen = store.project(org, id).await?.and_then(|row| row.seen);
            let Some(seen) = seen.filter(|_| origin != Origin::Event) else {
                return Ok(());
            };
            ProjectFields {
                deleted: true,
                ..seen
            }
        }
        Err(failure) => return Err(failure.into()),
    };
    // Never settled: the next poll lists it once more.
    store
        .want_project(
            org,
            ListedProject {
                project: id,
                company,
                fields: &fields,
                listed_at: fields.updated_at,
            },
        )
        .await?
        .either_way();
    Ok(())
}

/// Brings the linked job up to the project. No job: it is gone, and the link closed (B18, B33).
async fn update(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<(Option<JobId>, Came), WorkError> {
    let org = context.org();
    let id = &row.project_id;
    let Some(job_id) = row.job_id.clone() else {
        return Ok((None, Came::Unchanged));
    };
    let one_click = context.one_click().await?;
    let before = row.seen.clone().unwrap_or_default();
    let was_set = row.assignee_set || was_assigned(context, &job_id).await?;
    let assignee = if was_set {
        None
    } else {
        assignee_from_companycam(context, row, now).await?
    };
    let job = if needs_job(&before, now) || assignee.is_some() {
        match one_click.job(org, &job_id).await {
            Err(OneClickError::NotFound) => return close(context, row, &job_id).await,
            found => Some(found?),
        }
    } else {
        None
    };
    let mut is_there = job.is_some();
    let mut changes = job_changes(id, &before, now, job.as_ref());
    let mut taken = job
        .as_ref()
        .is_some_and(|job| job.assigned_user_id.is_some());
    let mut given = assignee.filter(|_| !taken);
    if let Some(assignee) = &given {
        changes.assigned_user_id = Field::Set(assignee.clone());
    }
    let came = if changes.is_empty() {
        Came::Unchanged
    } else {
        match write_job(context, &one_click, &job_id, changes).await {
            Err(OneClickError::NotFound) => return close(context, row, &job_id).await,
            // Not, where One Click will not have the assignee.
            written => {
                let written = written?;
                taken |= written.assigned_user_id.is_some();
                given = given.filter(|given| written.assigned_user_id.as_ref() == Some(given));
            }
        }
        is_there = true;
        note_updated(context, id, now, &job_id).await?;
        Came::Updated
    };
    if is_there && row.job_missing_since.is_some() {
        context.app.store.clear_job_missing(org, id).await?;
    }
    let assigns = given.is_some();
    if let Some(assignee) = given {
        // Ours: no reassignment that the project would have to follow.
        let assignee = Some(&assignee);
        context
            .app
            .store
            .record_assignment(org, &job_id, assignee, assignee)
            .await?;
    }
    let assignee = if was_set || assigns || taken {
        Assignee::Set
    } else {
        Assignee::NotSeen
    };
    context
        .app
        .store
        .mark_project_updated(org, id, now, assignee)
        .await?;
    Ok((Some(job_id), came))
}

async fn note_updated(
    context: &OrgContext<'_>,
    id: &ProjectId,
    now: &ProjectFields,
    job: &JobId,
) -> Result<(), WorkError> {
    let org = context.org();
    let text = format!(
        "Job updated from project {}.",
        OrgContext::project_label(&customer_name(id, now), id)
    );
    let entry = NewEntry::new(Kind::Project, Outcome::Updated, text)
        .project(id)
        .job(Some(job));
    context.app.store.log(org, entry).await?;
    tracing::info!(org.id = %org, project.id = %id, job.id = %job, "updated a job");
    Ok(())
}

async fn close(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    job: &JobId,
) -> Result<(Option<JobId>, Came), WorkError> {
    job_is_missing(context.app, context.org(), &row.project_id, job, Told::No).await?;
    Ok((None, Came::Skipped))
}

/// Whether the job was assigned to somebody when we last looked, if only by a look that was cut off before
/// the project's row said so.
async fn was_assigned(context: &OrgContext<'_>, job: &JobId) -> Result<bool, WorkError> {
    let link = context.app.store.job(context.org(), job).await?;
    Ok(link.is_some_and(|link| link.assignee.is_some()))
}

/// Whom the job should have while it has nobody: the first assigned user that is matched, else the
/// creator if matched. The creator of a project that we made says nothing new.
async fn assignee_from_companycam(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    fields: &ProjectFields,
) -> Result<Option<UserId>, WorkError> {
    let assigned = assigned_users(context, &row.project_id).await?;
    let matches = users::matches(context).await?;
    let creator = || creator(fields, &matches).filter(|_| !row.from_job);
    Ok(first_matched(&assigned, &matches).or_else(creator))
}
