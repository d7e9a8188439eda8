//! A look at one project (B10, B14, B18).

use companycam::User;
use companycam::ids::ProjectId;
use one_click::{Error as OneClickError, Field, Job, JobFields, JobId, OrgId, UserId};
use runtime::messages::Origin;
use runtime::{App, Failure, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::{NewLink, ProjectFields, ProjectRow, Skip, SkipReason};

use super::{Context, photos, sync_run, users};
use crate::decide::fields::{customer_name, job_changes, needs_job, new_job};
use crate::decide::project::{ProjectStep, project_step};
use crate::decide::users::Matches;

/// Brings the project's job up to what was listed of the project, and looks at its photos.
///
/// A sync run reads photos by itself, for many projects at once; but a look that was put off may come
/// after that, and then looks at them here.
pub async fn look_at_project(
    context: &Context<'_>,
    id: &ProjectId,
    origin: Origin,
) -> Result<(), Trouble> {
    let org = context.org();
    let store = &context.app.store;
    let Some(row) = store.project(org, id).await? else {
        return Ok(());
    };
    // Handled by another message for the same listing.
    let Some(now) = row.wanted.clone() else {
        return Ok(());
    };
    if row.company_id != context.organization.company_id {
        // Links belong to a company; those of another one rest (B5).
        return Ok(store.project_handled(org, id, now.updated_at).await?);
    }
    let job = match project_step(
        Some(&row),
        &now,
        &context.organization.preferences,
        origin == Origin::Sync,
    ) {
        ProjectStep::Nothing => row
            .job_id
            .clone()
            .filter(|_| row.state == store::projects::LinkState::Linked),
        ProjectStep::Skip(reason) => {
            skip(context, &row, &now, reason).await?;
            None
        }
        ProjectStep::Import => import(context, &row, &now).await?,
        ProjectStep::Update => update(context, &row, &now).await?,
    };
    let run = context.organization.sync.as_ref();
    let run_reads_them =
        origin == Origin::Sync && run.is_some_and(|run| sync_run::will_read_photos(run, id));
    if job.is_some() && !run_reads_them {
        photos::look_at_project_photos(context, id, None).await?;
    }
    store.project_handled(org, id, now.updated_at).await?;
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

/// Finds or makes the project's job, and links the two. `None`: it waits (B13).
async fn import(
    context: &Context<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<Option<JobId>, Trouble> {
    let org = context.org();
    let id = &row.project_id;
    let assigned = assigned_users(context, id).await?;
    let matches = users::matches(context).await?;
    let matched = first_matched(&assigned, &matches);
    if context.organization.preferences.only_matched_users && matched.is_none() {
        skip(context, row, now, SkipReason::NoMatchedUser).await?;
        return Ok(None);
    }
    let assignee = matched.or_else(|| creator(now, &matches));
    let (job, created) = match already_there(context, id).await? {
        Some(job) => (job, false),
        None => (create(context, row, now, assignee.as_ref()).await?, true),
    };
    let link = NewLink {
        project_id: id,
        company_id: &row.company_id,
        job_id: &job.id,
        seen: now,
        assignee_set: job.assigned_user_id.is_some(),
    };
    if !context.app.store.link(org, &link).await? {
        return Err(Trouble::Permanent(format!(
            "project {id} could not be linked to job {}, because that job is linked to another project",
            job.id
        )));
    }
    let (outcome, did) = if created {
        (Outcome::Created, "was created from")
    } else {
        (Outcome::Updated, "was linked to")
    };
    let text = format!(
        "A job {did} project {}.",
        Context::call_project(&customer_name(id, now), id)
    );
    let entry = NewEntry::new(Kind::Project, outcome, text)
        .project(id)
        .job(Some(&job.id));
    context.app.store.log(org, entry).await?;
    tracing::info!(org.id = %org, project.id = %id, job.id = %job.id, created, "linked a project");
    Ok(Some(job.id))
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
    let key = format!("companycam-{}-project-{}", row.company_id, row.project_id);
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
        assignee_from_companycam(context, id, now).await?
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
    let assigns = assignee.is_some() && !taken;
    if assigns {
        changes.assigned_user_id = assignee.map_or(Field::Keep, Field::Set);
    }
    if !changes.is_empty() {
        match write_job(context, &one_click, &job_id, changes).await {
            Err(OneClickError::NotFound) => return close(context, row, &job_id).await,
            written => written?,
        }
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
            .job(Some(job));
        app.store.log(org, entry).await?;
        tracing::info!(org.id = %org, project.id = %id, job.id = %job, "closed a link: the job was deleted");
    }
    Ok(())
}

/// Whom the job should have while it has nobody: the first assigned user that is matched, else the
/// creator if matched.
async fn assignee_from_companycam(
    context: &Context<'_>,
    id: &ProjectId,
    fields: &ProjectFields,
) -> Result<Option<UserId>, Trouble> {
    let assigned = assigned_users(context, id).await?;
    let matches = users::matches(context).await?;
    Ok(first_matched(&assigned, &matches).or_else(|| creator(fields, &matches)))
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
