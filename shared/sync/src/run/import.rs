//! From a new project to its job: found, or made, and linked (B10, B14, B20).

use std::time::Duration;

use companycam::User;
use companycam::ids::ProjectId;
use one_click::{Error as OneClickError, Field, Job, JobFields, JobId, UserId};
use runtime::messages::{Look, Origin};
use runtime::{Failure, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::outages::Side;
use store::projects::{NewLink, ProjectFields, ProjectRow, SkipReason};

use super::absence::{Told, claimed_job_is_missing};
use super::existing::{Found, claim_for, job_for};
use super::project::skip;
use super::{Context, outage, users};
use crate::decide::fields::{catch_up, customer_name, link_metadata, new_job, relations};
use crate::decide::job::{IMPORTER_S, is_importer};
use crate::decide::users::Matches;

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
pub async fn import(
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
        let look = Look::job(&job.id);
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
        Err(OneClickError::NotFound) => {
            claimed_job_is_missing(context, &job, Told::No).await?;
            Ok(None)
        }
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

/// The user who made the project, if matched.
pub fn creator(fields: &ProjectFields, matches: &Matches) -> Option<UserId> {
    let creator = fields.creator_id.as_ref()?;
    matches.one_click(creator).cloned()
}

/// The first of the users that is matched.
pub fn first_matched(assigned: &[User], matches: &Matches) -> Option<UserId> {
    assigned
        .iter()
        .find_map(|user| matches.one_click(&user.id))
        .cloned()
}

/// A project carries no assignees; they are asked for. A project that is gone has none.
pub async fn assigned_users(context: &Context<'_>, id: &ProjectId) -> Result<Vec<User>, Trouble> {
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
