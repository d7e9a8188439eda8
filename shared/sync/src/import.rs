//! From a new project to its job: found, or made, and linked (B10, B14, B20).

use std::time::Duration;

use companycam::ids::ProjectId;
use decide::fields::{customer_name, job_changes, new_job};
use decide::job::importer_wait_s;
use decide::link::linking;
use decide::relations::named_project;
use model::messages::{Look, Origin};
use model::preferences::Preference;
use model::project::{BegunLink, Came, LinkedBy, ProjectFields, ProjectRow, SkipReason};
use one_click::{Error as OneClickError, Field, Job, JobId, UserId};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::links::NewLink;
use uuid::Uuid;

use crate::absence::{Told, claimed_job_is_missing};
use crate::adoption::{self, adopt};
use crate::assignees::{assigned_users, creator, first_matched, write_job};
use crate::claim::claim_for;
use crate::context::OrgContext;
use crate::matching::{Candidate, job_for, job_label, jobs_naming};
use crate::skip::skip;
use crate::{duplicates, users};

/// How far before the begin of a request its job may date: clocks differ.
const SKEW_S: i64 = 60;
/// How many jobs the log names.
const NAMED: usize = 5;

/// How the project came to its job.
enum JobSource {
    /// It was made.
    Created,
    /// It was there: linked instead of creating another (B20). What the log adds to that.
    Linked(String),
    /// The job came first and asked for the project; nobody heard the answer (B22).
    First,
}

/// What was begun, and the job that it is about, if that is known.
struct Begun {
    link: BegunLink,
    job: Option<Job>,
}

/// Finds or makes the project's job, and links the two. `None`: it waits (B13, B20).
pub async fn import(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    origin: Origin,
) -> Result<Option<(JobId, Came)>, WorkError> {
    let org = context.org();
    let id = &row.project_id;
    let Some((job, came)) = find_or_create(context, row, now, origin).await? else {
        return Ok(None);
    };
    let is_first = matches!(came, JobSource::First);
    let link = NewLink {
        project_id: id,
        company_id: &row.company_id,
        job_id: &job.id,
        seen: now,
        assignee: job.assigned_user_id.as_ref(),
        from_job: is_first,
        made_project: is_first,
        by: LinkedBy {
            job_id: job.id.clone(),
            made: matches!(came, JobSource::Created),
            run: context.run.clone(),
            kept: false,
        },
    };
    if !context.app.store.link(org, &link).await?.applied() {
        return Err(WorkError::Permanent(format!(
            "project {id} could not be linked to job {}, because that job is linked to another project",
            job.id
        )));
    }
    let name = OrgContext::project_label(&customer_name(id, now), id);
    let (came, outcome, text) = match came {
        JobSource::Created => (
            Came::Made,
            Outcome::Created,
            format!("A job was created from project {name}."),
        ),
        JobSource::Linked(more) => (
            Came::Linked,
            Outcome::Updated,
            format!("A job was linked to project {name}.{more}"),
        ),
        JobSource::First => (
            Came::Unchanged,
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
        context.app.queues.send_looks(&[context.look(look)]).await?;
    }
    Ok(Some((job.id, came)))
}

async fn find_or_create(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    origin: Origin,
) -> Result<Option<(Job, JobSource)>, WorkError> {
    let id = &row.project_id;
    if let Some(job) = asked_for_by(context, id, now).await? {
        return Ok(Some((job, JobSource::First)));
    }
    let assigned = assigned_users(context, id).await?;
    let matches = users::matches(context).await?;
    let matched = first_matched(&assigned, &matches);
    // An administrator who brings a job back wants it, whatever new projects have to be like.
    let by_hand = row.revision > 0;
    if context
        .organization
        .preferences
        .has(Preference::OnlyMatchedUsers)
        && matched.is_none()
        && !by_hand
    {
        skip(context, row, now, SkipReason::NoMatchedUser).await?;
        return Ok(None);
    }
    let there = jobs_naming(context, id, now).await?;
    let begun = if let Some(begun) = go_on(context, row, &there).await? {
        begun
    } else {
        let assignee = matched.or_else(|| creator(now, &matches));
        let job = match existing(context, row, now, &there, origin).await? {
            Existing::Job(job) => Some(*job),
            Existing::None => None,
            Existing::Waits => return Ok(None),
        };
        begin(context, row, now, job, assignee).await?
    };
    let asked = begun.link.asked.clone();
    let (job, came) = if begun.link.job_id.is_some() {
        link_existing(context, row, begun, &there).await?
    } else {
        (create(context, row, now, begun).await?, JobSource::Created)
    };
    // The project may have changed since that was begun.
    let changes = job_changes(id, &asked, now, Some(&job));
    if changes.is_empty() {
        return Ok(Some((job, came)));
    }
    let one_click = context.one_click().await?;
    let job = one_click
        .update_job(context.org(), &job.id, &changes)
        .await?;
    Ok(Some((job, came)))
}

/// What an earlier try began, if it is still to be gone on with.
async fn go_on(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    there: &[Job],
) -> Result<Option<Begun>, WorkError> {
    let Some(link) = row.begun.clone() else {
        return Ok(None);
    };
    if let Some(job) = &link.job_id {
        let taken = context.app.store.job(context.org(), job).await?;
        let is_ours = taken.is_none_or(|taken| taken.project_id == row.project_id);
        let job = there.iter().find(|there| there.id == *job).cloned();
        return Ok(is_ours.then_some(Begun { link, job }));
    }
    let since = link.at - SKEW_S;
    let ours = there
        .iter()
        .find(|job| job.created_at.as_second() >= since)
        .cloned();
    // An older job that names the project was not made by our request: somebody restored it, or wrote
    // the project's id on it. That one is linked, and nothing made.
    let is_superseded = ours.is_none() && !there.is_empty();
    Ok((!is_superseded).then_some(Begun { link, job: ours }))
}

/// What is there for a project that is to get a job.
enum Existing {
    /// This is its job.
    Job(Box<Job>),
    /// None: one is made.
    None,
    /// That is still to be seen (B20, B40).
    Waits,
}

/// Looks for the project's job among those that are there.
async fn existing(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    there: &[Job],
    origin: Origin,
) -> Result<Existing, WorkError> {
    if let Some(job) = there.first() {
        return Ok(Existing::Job(Box::new(job.clone())));
    }
    let (candidate, near) = job_for(context, &row.project_id, now).await?;
    match candidate {
        Candidate::Unique(job) => Ok(Existing::Job(Box::new(job))),
        Candidate::Alike(alike) => {
            if waits_for_importer(context, row, now).await? {
                skip(context, row, now, SkipReason::WaitsForImporter).await?;
                return Ok(Existing::Waits);
            }
            if duplicates::waits(context, row, now, &near, origin).await? {
                return Ok(Existing::Waits);
            }
            suggest(context, row, now, &alike).await?;
            Ok(Existing::None)
        }
    }
}

/// Writes down what the project's job will be, before One Click is asked for anything.
async fn begin(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    job: Option<Job>,
    assignee: Option<UserId>,
) -> Result<Begun, WorkError> {
    let id = &row.project_id;
    let link = BegunLink {
        key: format!(
            "companycam-{}-project-{id}-{}",
            row.company_id,
            Uuid::new_v4().simple()
        ),
        job_id: job.as_ref().map(|job| job.id.clone()),
        asked: now.clone(),
        assignee,
        at: context.app.clock.now_s(),
    };
    let before = row.begun.as_ref().map(|begun| begun.key.as_str());
    let store = &context.app.store;
    if !store
        .begin_link(context.org(), id, &link, before)
        .await?
        .applied()
    {
        return Err(WorkError::transient(
            "another worker began to link the project",
        ));
    }
    Ok(Begun { link, job })
}

/// Fills the job's blanks, and writes on it which project it is, as on one that we create (B31).
async fn link_existing(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    begun: Begun,
    there: &[Job],
) -> Result<(Job, JobSource), WorkError> {
    let Begun { link, job } = begun;
    let Some(job_id) = &link.job_id else {
        return Err(WorkError::transient("no job was begun to be linked"));
    };
    let one_click = context.one_click().await?;
    let linked = async {
        let job = match job {
            Some(job) => job,
            None => one_click.job(context.org(), job_id).await?,
        };
        let is_named = named_project(&job).is_some();
        let linking = linking(&row.project_id, &row.company_id, &link.asked, &job);
        let more = format!("{}{}", linking.describe(), others(there, &job));
        let mut changes = linking.changes;
        if job.assigned_user_id.is_none() {
            changes.assigned_user_id = link.assignee.clone().map_or(Field::Keep, Field::Set);
        }
        let job = if changes.is_empty() {
            job
        } else {
            write_job(context, &one_click, job_id, changes).await?
        };
        Ok((job, more, is_named))
    };
    match linked.await {
        Err(OneClickError::NotFound) => {
            let store = &context.app.store;
            store
                .forget_begun_link(context.org(), &row.project_id, &link.key)
                .await?;
            Err(WorkError::transient(
                "the job that was to be linked is not there any more",
            ))
        }
        linked => {
            let (job, mut more, is_named) = linked?;
            // Only the earlier integration writes the project on a job that it puts photos on.
            if is_named {
                let there = adopt(context, &row.project_id, &row.company_id, &job.id).await?;
                more.push_str(&adoption::described(there));
            }
            Ok((job, JobSource::Linked(more)))
        }
    }
}

/// Which other jobs name the project too, as a sentence for the log; nothing if none does.
fn others(there: &[Job], linked: &Job) -> String {
    let others: Vec<_> = there
        .iter()
        .filter(|job| job.id != linked.id)
        .map(job_label)
        .collect();
    if others.is_empty() {
        return String::new();
    }
    let more = match others.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = others.iter().take(NAMED).cloned().collect::<Vec<_>>();
    format!(
        " Left alone, though they name the project too: {}{more}.",
        named.join(", ")
    )
}

/// The job that asked for this project, if the answer to its request was lost.
async fn asked_for_by(
    context: &OrgContext<'_>,
    id: &ProjectId,
    now: &ProjectFields,
) -> Result<Option<Job>, WorkError> {
    let Some(job) = claim_for(context, id, now).await? else {
        return Ok(None);
    };
    match context.one_click().await?.job(context.org(), &job).await {
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
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<bool, WorkError> {
    let Some(wait_s) = importer_wait_s(now, context.now) else {
        return Ok(false);
    };
    let look = context.look(Look::Project {
        project_id: row.project_id.clone(),
        origin: Origin::Event,
    });
    let wait = Duration::from_secs(wait_s.unsigned_abs());
    context.app.queues.send_look_later(&look, wait).await?;
    Ok(true)
}

async fn suggest(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    alike: &[String],
) -> Result<(), WorkError> {
    if alike.is_empty() {
        return Ok(());
    }
    let id = &row.project_id;
    let text = format!(
        "Project {} looks like {}. We can’t tell whether they’re the same, so it gets its own job.",
        OrgContext::project_label(&customer_name(id, now), id),
        alike.join(", ")
    );
    let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text).project(id);
    Ok(context.app.store.log(context.org(), entry).await?)
}

/// Asks for the job, as was begun. A repeated request is the very same, with the same key, and makes no
/// second job: not even where the first is still on its way, or the project has changed since.
async fn create(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    begun: Begun,
) -> Result<Job, WorkError> {
    let Begun { link, job } = begun;
    if let Some(job) = job {
        return Ok(job);
    }
    let org = context.org();
    let one_click = context.one_click().await?;
    let mut fields = new_job(&row.project_id, &row.company_id, &link.asked);
    fields.assigned_user_id = link.assignee.clone().map_or(Field::Keep, Field::Set);
    let mut made = one_click.create_job(org, &fields, &link.key).await;
    if matches!(made, Err(OneClickError::Invalid { .. })) && link.assignee.is_some() {
        // The assignee may have left since the users were refreshed; the job matters more. A key belongs
        // to one body, and its refusal may be repeated for it: this is another request.
        fields.assigned_user_id = Field::Keep;
        let key = format!("{}-unassigned", link.key);
        made = one_click.create_job(org, &fields, &key).await;
    }
    match made {
        Err(error) if is_refusal(&error) => {
            // Nothing was made, and nothing ever will be with this key.
            let store = &context.app.store;
            store
                .forget_begun_link(org, &row.project_id, &link.key)
                .await?;
            if link.asked == *now {
                return Err(error.into());
            }
            Err(WorkError::transient(
                "the job was refused, and its project has changed since it was asked for",
            ))
        }
        made => Ok(made?),
    }
}

/// Whether One Click has said that it made nothing of the request.
fn is_refusal(error: &OneClickError) -> bool {
    matches!(
        error,
        OneClickError::Forbidden
            | OneClickError::Conflict(_)
            | OneClickError::Invalid { .. }
            | OneClickError::Rejected { .. }
    )
}
