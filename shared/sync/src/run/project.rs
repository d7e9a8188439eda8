//! A look at one project (B10, B14, B18, B20).

use std::time::Duration;

use companycam::User;
use companycam::ids::ProjectId;
use one_click::{Error as OneClickError, Field, Job, JobFields, JobId, OrgId, UserId};
use runtime::messages::{Look, Origin};
use runtime::{App, Failure, Trouble};
use store::activity::{Kind, NewEntry, Offer, Outcome};
use store::outages::Side;
use store::projects::{LinkState, NewLink, ProjectFields, ProjectRow, Skip, SkipReason};

use super::existing::{Found, claim_for, job_for};
use super::{Context, merge, outage, photos, sync_run, users};
use crate::decide::fields::{
    catch_up, customer_name, job_changes, link_metadata, needs_job, new_job, project_fields,
    relations,
};
use crate::decide::job::{IMPORTER_S, is_importer};
use crate::decide::project::{ProjectStep, project_step};
use crate::decide::users::Matches;

/// Brings the project's job up to what was listed of the project, and looks at its photos.
///
/// A sync run reads photos by itself, for many projects at once; but a look that was put off may come
/// after that, and then looks at them here. Photos have events of their own, so after an event about
/// the project only those of a new job are looked at.
pub async fn look_at_project(
    context: &Context<'_>,
    id: &ProjectId,
    origin: Origin,
) -> Result<(), Trouble> {
    let org = context.org();
    let store = &context.app.store;
    if origin.is_event() {
        read(context, id, origin).await?;
    }
    let Some(row) = store.project(org, id).await? else {
        return Ok(());
    };
    // Handled by another message for the same listing.
    let Some(now) = row.wanted.clone() else {
        return Ok(());
    };
    if row.company_id != context.organization.company_id {
        // Links belong to a company; those of another one rest (B5).
        return Ok(store
            .project_handled(org, id, now.updated_at, false)
            .await?);
    }
    let was_linked = row.state == LinkState::Linked;
    if merged(context, &row, &now, origin).await? {
        return Ok(());
    }
    let job = match project_step(
        Some(&row),
        &now,
        &context.organization.preferences,
        origin == Origin::Sync,
    ) {
        ProjectStep::Nothing => row.job_id.clone().filter(|_| was_linked),
        ProjectStep::Skip(reason) => {
            skip(context, &row, &now, reason).await?;
            None
        }
        ProjectStep::Import => import(context, &row, &now).await?,
        ProjectStep::Update => update(context, &row, &now).await?,
    };
    let run = context.organization.sync.as_ref();
    let read_elsewhere = match origin {
        Origin::Poll | Origin::Merge => false,
        Origin::Sync => run.is_some_and(|run| sync_run::will_read_photos(run, id)),
        Origin::Event | Origin::Deletion => was_linked,
    };
    if job.is_some() && !read_elsewhere {
        photos::look_at_project_photos(context, id, None).await?;
    }
    let photos_read = job.is_some() && (!read_elsewhere || origin == Origin::Sync);
    store
        .project_handled(org, id, now.updated_at, photos_read)
        .await?;
    Ok(())
}

/// Follows a merge that this project had a part in (B18). Whether its link moved, and nothing is left
/// to be done: what it went into has a look of its own, and so has what went into it.
async fn merged(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    origin: Origin,
) -> Result<bool, Trouble> {
    let was_there = row.seen.as_ref().is_some_and(|seen| !seen.deleted);
    if row.state == LinkState::Linked {
        return Ok(now.deleted && was_there && merge::follow(context, row, now).await?);
    }
    if origin != Origin::Merge || now.deleted {
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

/// Reads a project that an event is about, and leaves what it says as a listing would.
async fn read(context: &Context<'_>, id: &ProjectId, origin: Origin) -> Result<(), Trouble> {
    let (org, store) = (context.org(), &context.app.store);
    let company = &context.organization.company_id;
    let answer = context
        .companycam()
        .read(|api| async move { api.project(id).await })
        .await;
    let fields = match answer {
        Ok(project) => project_fields(&project),
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
    outage::over(context, Side::CompanyCam).await?;
    // Never settled: the next poll lists it once more.
    store
        .want_project(org, id, company, &fields, fields.updated_at)
        .await?;
    Ok(())
}

async fn skip(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    reason: SkipReason,
) -> Result<(), Trouble> {
    let org = context.org();
    let skip = Skip {
        project_id: &row.project_id,
        company_id: &row.company_id,
        seen: now,
        reason,
    };
    context.app.store.skip_project(org, &skip).await?;
    if row.reason != Some(reason) {
        let name = Context::call_project(&customer_name(&row.project_id, now), &row.project_id);
        let text = format!("Project {name} was skipped: {}.", reason.describe());
        context
            .app
            .store
            .log(
                org,
                NewEntry::new(Kind::Project, Outcome::Skipped, text).project(&row.project_id),
            )
            .await?;
    }
    tracing::info!(org.id = %org, project.id = %row.project_id, ?reason, "skipped a project");
    Ok(())
}

/// How the project came to its job.
enum Came {
    /// It was made.
    Created,
    /// It was there, and names the project already.
    Back,
    /// It was there: linked instead of creating another (B20).
    Adopted,
    /// The job came first and asked for the project; nobody heard the answer (B22).
    First,
}

/// Finds or makes the project's job, and links the two. `None`: it waits (B13, B20).
async fn import(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<Option<JobId>, Trouble> {
    let org = context.org();
    let id = &row.project_id;
    let Some((job, came)) = find_or_create(context, row, now).await? else {
        return Ok(None);
    };
    if matches!(came, Came::Created | Came::Back) {
        // The same request asked before made it, perhaps, and the project has changed since.
        let changes = catch_up(id, now, &job);
        if !changes.is_empty() {
            let one_click = context.app.one_click().await?;
            one_click.update_job(org, &job.id, &changes).await?;
        }
    }
    outage::over(context, Side::OneClick).await?;
    let link = NewLink {
        project_id: id,
        company_id: &row.company_id,
        job_id: &job.id,
        seen: now,
        assignee: job.assigned_user_id.as_ref(),
        from_job: matches!(came, Came::First),
    };
    if !context.app.store.link(org, &link).await? {
        return Err(Trouble::Permanent(format!(
            "project {id} could not be linked to job {}, because that job is linked to another project",
            job.id
        )));
    }
    let name = Context::call_project(&customer_name(id, now), id);
    let (outcome, text) = match came {
        Came::Created => (
            Outcome::Created,
            format!("A job was created from project {name}."),
        ),
        Came::Back | Came::Adopted => (
            Outcome::Updated,
            format!("A job was linked to project {name}."),
        ),
        Came::First => (
            Outcome::Created,
            format!("Project {name} was created from a job."),
        ),
    };
    let entry = NewEntry::new(Kind::Project, outcome, text)
        .project(id)
        .job(Some(&job.id));
    context.app.store.log(org, entry).await?;
    tracing::info!(org.id = %org, project.id = %id, job.id = %job.id, ?outcome, "linked a project");
    if link.from_job {
        // It is still to be told of its project.
        let look = Look::Job {
            job_id: job.id.clone(),
        };
        context.app.queues.sync(&[context.look(look)]).await?;
    }
    Ok(Some(job.id))
}

async fn find_or_create(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<Option<(Job, Came)>, Trouble> {
    let id = &row.project_id;
    if let Some(job) = asked_for_by(context, id, now).await? {
        return Ok(Some((job, Came::First)));
    }
    let assigned = assigned_users(context, id).await?;
    let matches = users::matches(context).await?;
    let matched = first_matched(&assigned, &matches);
    // An administrator who brings a job back wants it, whatever new projects have to be like.
    let by_hand = row.revision > 0;
    if context.organization.preferences.only_matched_users && matched.is_none() && !by_hand {
        skip(context, row, now, SkipReason::NoMatchedUser).await?;
        return Ok(None);
    }
    if let Some(job) = already_there(context, id).await? {
        return Ok(Some((job, Came::Back)));
    }
    match job_for(context, id, now).await? {
        Found::One(job) => {
            tell(context, row, now, &job).await?;
            return Ok(Some((job, Came::Adopted)));
        }
        Found::None(alike) => {
            if waits_for_importer(context, row, now).await? {
                skip(context, row, now, SkipReason::WaitsForImporter).await?;
                return Ok(None);
            }
            suggest(context, row, now, &alike).await?;
        }
    }
    let assignee = matched.or_else(|| creator(now, &matches));
    let job = create(context, row, now, assignee.as_ref()).await?;
    Ok(Some((job, Came::Created)))
}

/// The job that asked for this project, if the answer to its request was lost.
async fn asked_for_by(
    context: &Context<'_>,
    id: &ProjectId,
    now: &ProjectFields,
) -> Result<Option<Job>, Trouble> {
    let Some(job) = claim_for(context, id, now).await? else {
        return Ok(None);
    };
    match context
        .app
        .one_click()
        .await?
        .job(context.org(), &job)
        .await
    {
        Ok(job) => Ok(Some(job)),
        Err(OneClickError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether another system, whose id the project carries, may still be about to import the job; then
/// the project is looked at again when it has had its time.
async fn waits_for_importer(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<bool, Trouble> {
    let has_importer = now.integrations.keys().any(|kind| is_importer(kind));
    let wait_s = now.created_at + IMPORTER_S - context.now;
    if !has_importer || wait_s <= 0 {
        return Ok(false);
    }
    let look = context.look(Look::Project {
        project_id: row.project_id.clone(),
        origin: Origin::Event,
    });
    let wait = Duration::from_secs(wait_s.unsigned_abs());
    context.app.queues.retry(&look, wait).await?;
    Ok(true)
}

/// Writes on a job that was there which project it is, as on one that we create.
async fn tell(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    job: &Job,
) -> Result<(), Trouble> {
    let mut metadata = link_metadata(&row.project_id, &row.company_id, now);
    metadata.extend(relations(now));
    let changes = JobFields {
        metadata,
        ..JobFields::default()
    };
    let one_click = context.app.one_click().await?;
    one_click
        .update_job(context.org(), &job.id, &changes)
        .await?;
    Ok(())
}

async fn suggest(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    alike: &[String],
) -> Result<(), Trouble> {
    if alike.is_empty() {
        return Ok(());
    }
    let id = &row.project_id;
    let text = format!(
        "Project {} looks like {}. None was linked to it, because it can’t be told which is meant, or they are too old; it gets a job of its own.",
        Context::call_project(&customer_name(id, now), id),
        alike.join(", ")
    );
    let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text).project(id);
    Ok(context.app.store.log(context.org(), entry).await?)
}

/// The job that already names this project: made by an earlier try whose answer was lost, or by an
/// earlier connection (B20).
async fn already_there(context: &Context<'_>, id: &ProjectId) -> Result<Option<Job>, Trouble> {
    let one_click = context.app.one_click().await?;
    let jobs = one_click
        .jobs_with_metadata(context.org(), "cc_project_id", id.as_str())
        .await?;
    // Ids are a company's own: another company's project may have the same.
    let company = context.organization.company_id.as_str();
    let ours = |job: &Job| {
        job.metadata
            .get("cc_company_id")
            .is_none_or(|known| known == company)
    };
    Ok(jobs.into_iter().find(ours))
}

async fn create(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    assignee: Option<&UserId>,
) -> Result<Job, Trouble> {
    let org = context.org();
    let one_click = context.app.one_click().await?;
    let mut fields = new_job(&row.project_id, &row.company_id, now);
    fields.assigned_user_id = assignee.cloned().map_or(Field::Keep, Field::Set);
    // The same project always asks with the same key: a repeated request makes no second job.
    let mut key = format!("companycam-{}-project-{}", row.company_id, row.project_id);
    if row.revision > 0 {
        // One Click would answer with the job that was deleted: this one was asked for after it (B18).
        key = format!("{key}-again-{}", row.revision);
    }
    match one_click.create_job(org, &fields, &key).await {
        Err(OneClickError::Invalid { .. }) if assignee.is_some() => {
            // The assignee may have left since the users were refreshed; the job matters more.
            fields.assigned_user_id = Field::Keep;
            Ok(one_click.create_job(org, &fields, &key).await?)
        }
        made => Ok(made?),
    }
}

/// Brings the linked job up to the project. `None`: the job is gone, and the link closed (B18).
async fn update(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<Option<JobId>, Trouble> {
    let org = context.org();
    let id = &row.project_id;
    let Some(job_id) = row.job_id.clone() else {
        return Ok(None);
    };
    let one_click = context.app.one_click().await?;
    let before = row.seen.clone().unwrap_or_default();
    let assignee = if row.assignee_set {
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
    let mut changes = job_changes(id, &before, now, job.as_ref());
    let taken = job
        .as_ref()
        .is_some_and(|job| job.assigned_user_id.is_some());
    let given = assignee.filter(|_| !taken);
    let assigns = given.is_some();
    if let Some(assignee) = &given {
        changes.assigned_user_id = Field::Set(assignee.clone());
    }
    if !changes.is_empty() {
        match write_job(context, &one_click, &job_id, changes).await {
            Err(OneClickError::NotFound) => return close(context, row, &job_id).await,
            written => written?,
        }
        outage::over(context, Side::OneClick).await?;
        let text = format!(
            "Its job was brought up to date with project {}.",
            Context::call_project(&customer_name(id, now), id)
        );
        let entry = NewEntry::new(Kind::Project, Outcome::Updated, text)
            .project(id)
            .job(Some(&job_id));
        context.app.store.log(org, entry).await?;
        tracing::info!(org.id = %org, project.id = %id, job.id = %job_id, "updated a job");
    }
    if let Some(assignee) = given {
        // Ours: no reassignment that the project would have to follow.
        let assignee = Some(&assignee);
        context
            .app
            .store
            .job_assigned(org, &job_id, assignee, assignee)
            .await?;
    }
    context
        .app
        .store
        .project_updated(org, id, now, row.assignee_set || assigns || taken)
        .await?;
    Ok(Some(job_id))
}

async fn write_job(
    context: &Context<'_>,
    one_click: &one_click::Client,
    job: &JobId,
    mut changes: JobFields,
) -> Result<(), OneClickError> {
    match one_click.update_job(context.org(), job, &changes).await {
        Err(OneClickError::Invalid { .. }) if changes.assigned_user_id != Field::Keep => {
            // As for a new job: an assignee who has left must not hold up the rest.
            changes.assigned_user_id = Field::Keep;
            one_click
                .update_job(context.org(), job, &changes)
                .await
                .map(drop)
        }
        written => written.map(drop),
    }
}

async fn close(
    context: &Context<'_>,
    row: &ProjectRow,
    job: &JobId,
) -> Result<Option<JobId>, Trouble> {
    close_link(context.app, context.org(), &row.project_id, job).await?;
    Ok(None)
}

/// The job is gone: closes its link, unless the project has another job by now, and says so (B18).
pub(super) async fn close_link(
    app: &App,
    org: &OrgId,
    id: &ProjectId,
    job: &JobId,
) -> Result<(), Trouble> {
    if app.store.close_link(org, id, job).await? {
        let text = format!(
            "The job of project {id} was deleted in One Click. The project makes no other job by itself."
        );
        let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text)
            .project(id)
            .job(Some(job))
            .offering(Offer::BringBack);
        app.store.log(org, entry).await?;
        tracing::info!(org.id = %org, project.id = %id, job.id = %job, "closed a link: the job was deleted");
    }
    Ok(())
}

/// Whom the job should have while it has nobody: the first assigned user that is matched, else the
/// creator if matched. The creator of a project that we made says nothing new.
async fn assignee_from_companycam(
    context: &Context<'_>,
    row: &ProjectRow,
    fields: &ProjectFields,
) -> Result<Option<UserId>, Trouble> {
    let assigned = assigned_users(context, &row.project_id).await?;
    let matches = users::matches(context).await?;
    let creator = || creator(fields, &matches).filter(|_| !row.from_job);
    Ok(first_matched(&assigned, &matches).or_else(creator))
}

fn creator(fields: &ProjectFields, matches: &Matches) -> Option<UserId> {
    let creator = fields.creator_id.as_ref()?;
    matches.one_click(creator).cloned()
}

fn first_matched(assigned: &[User], matches: &Matches) -> Option<UserId> {
    assigned
        .iter()
        .find_map(|user| matches.one_click(&user.id))
        .cloned()
}

/// A project carries no assignees; they are asked for. A project that is gone has none.
async fn assigned_users(context: &Context<'_>, id: &ProjectId) -> Result<Vec<User>, Trouble> {
    let mut users = Vec::new();
    let mut page = Some(1);
    while let Some(number) = page {
        let answer = context
            .companycam()
            .read(|api| async move { api.assigned_users(id, number).await })
            .await;
        match answer {
            Ok(answer) => {
                users.extend(answer.items);
                page = answer.next;
            }
            Err(failure @ Failure::CompanyCam(_)) if failure.is_not_found() => page = None,
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(users)
}
