//! A look at one job (B9, B18, B21, B22), and the poll of jobs (B24).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use decide::fields::{customer_name, shown_to};
use decide::job::{JobStep, job_step, wanted_step};
use decide::link::{linking, quoted};
use decide::new_project::left_out;
use jiff::Timestamp;
use model::job::{JobRow, Said};
use model::messages::Look;
use model::preferences::Preference;
use model::project::LinkedBy;
use one_click::{Error as OneClickError, Job, JobId};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::links::NewLink;

use crate::absence::{Told, claimed_job_is_missing, job_is_missing};
use crate::claim::{Its, claimed, make};
use crate::context::OrgContext;
use crate::matching::{Candidate, project_for};
use crate::reassign;

/// The newest seconds of jobs are asked for again.
const SETTLED: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);
/// Without a cursor, jobs are asked for from so long ago.
const FIRST_WINDOW_S: i64 = 29 * 24 * 60 * 60;

/// Brings the job's project up to the job: makes it, assigns it, or gives the link up. `told`: whether
/// an event says that the job was deleted. `assigned`: whether one says that it is or was assigned, which
/// it may no longer be.
pub async fn look_at_job(
    context: &OrgContext<'_>,
    id: &JobId,
    told: Told,
    assigned: bool,
) -> Result<(), WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let link = store.job(org, id).await?;
    let mut is_set = false;
    let job = match context.one_click().await?.job(org, id).await {
        Err(OneClickError::NotFound) => return gone(context, id, link.as_ref(), told).await,
        job => job?,
    };
    if let Some(link) = &link {
        let row = store.project(org, &link.project_id).await?;
        if row
            .as_ref()
            .is_some_and(|row| row.job_missing_since.is_some())
        {
            store.clear_job_missing(org, &link.project_id).await?;
        }
        is_set = row.as_ref().is_some_and(|row| row.assignee_set);
        // Links belong to a company; those of another one rest (B5).
        if row.is_none_or(|row| row.company_id != context.organization.company_id) {
            return Ok(());
        }
    }
    let taken = take_step(context, &job, link.as_ref()).await;
    // After it: the step may have linked the job.
    // It was assigned when we last looked, is now, or was in between.
    let was_assigned = link.as_ref().is_some_and(|link| link.assignee.is_some());
    if !is_set
        && (assigned || was_assigned || job.assigned_user_id.is_some())
        && let Some(link) = store.job(org, id).await?
    {
        store.record_assignee_set(org, &link.project_id).await?;
    }
    if let Err(WorkError::Permanent(_)) = taken {
        // As it was read: what changed since is a new try.
        store.set_job_aside(org, id, job.updated_at).await?;
    }
    taken
}

async fn take_step(
    context: &OrgContext<'_>,
    job: &Job,
    link: Option<&JobRow>,
) -> Result<(), WorkError> {
    let preferences = &context.organization.preferences;
    let step = job_step(link, job, preferences, context.now);
    let step = match link {
        Some(_) => step,
        None => as_said(context, job, step).await?,
    };
    match step {
        JobStep::Nothing => Ok(()),
        JobStep::Wait(until) => wait(context, &job.id, until).await,
        JobStep::CreateProject => create(context, job).await,
        JobStep::Finish => match link {
            Some(link) => finish(context, job, link).await,
            None => Ok(()),
        },
        JobStep::Reassign => match link {
            Some(link) => {
                reassign::reassign(context, job, link).await?;
                reassign::add_further(context, job, link).await
            }
            None => Ok(()),
        },
        JobStep::AddUsers => match link {
            Some(link) => reassign::add_further(context, job, link).await,
            None => Ok(()),
        },
    }
}

/// What an administrator said of a job without a project comes first (B39).
async fn as_said(context: &OrgContext<'_>, job: &Job, step: JobStep) -> Result<JobStep, WorkError> {
    let claim = context.app.store.claim(context.org(), &job.id).await?;
    Ok(match claim.and_then(|claim| claim.said) {
        // Another system's importer has its time all the same.
        Some(Said::CreateProject) => match wanted_step(job, context.now) {
            JobStep::Wait(until) => JobStep::Wait(until),
            _ => JobStep::CreateProject,
        },
        Some(Said::LeaveAlone | Said::Undone) => JobStep::Nothing,
        None => step,
    })
}

/// Says what would come of the job if an administrator did not watch only (B43).
pub async fn say_what_would_be(context: &OrgContext<'_>, id: &JobId) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    if store.job(org, id).await?.is_some() {
        return Ok(());
    }
    let job = match context.one_click().await?.job(org, id).await {
        Err(OneClickError::NotFound) => return Ok(()),
        job => job?,
    };
    let step = job_step(None, &job, &context.organization.preferences, context.now);
    let step = as_said(context, &job, step).await?;
    if !matches!(step, JobStep::CreateProject | JobStep::Wait(_)) {
        return Ok(());
    }
    let would = match project_for(context, &job).await? {
        Candidate::Unique(_) => "would be linked to a project that is there",
        Candidate::Alike(_) => "would get a new project",
    };
    let name = quoted(&job.customer_name);
    let text = format!("Watch only: job {name} ({id}) {would}.");
    let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text).job(Some(id));
    store.log_once(org, entry).await?.either_way();
    Ok(())
}

/// One Click has not got the job (B18).
async fn gone(
    context: &OrgContext<'_>,
    id: &JobId,
    link: Option<&JobRow>,
    told: Told,
) -> Result<(), WorkError> {
    match link {
        Some(link) => job_is_missing(context.app, context.org(), &link.project_id, id, told).await,
        None => claimed_job_is_missing(context, id, told).await,
    }
}

/// Looks again when the other importer has had its time, or as late as the queue can.
async fn wait(context: &OrgContext<'_>, id: &JobId, until: i64) -> Result<(), WorkError> {
    let look = context.look(Look::job(id));
    let wait = Duration::from_secs(u64::try_from(until - context.now).unwrap_or(1));
    Ok(context.app.queues.send_look_later(&look, wait).await?)
}

/// Finds or makes the job's project, and links the two.
async fn create(context: &OrgContext<'_>, job: &Job) -> Result<(), WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let Its { project, asked } = find_or_make(context, job).await?;
    if asked.is_none() {
        // Queued first: once linked, nothing would bring this step back. It is taken after this look.
        let look = Look::photos_of(&project.id, Some(project.updated_at));
        context.app.queues.send_looks(&[context.look(look)]).await?;
    }
    let company = &context.organization.company_id;
    let fields = shown_to(company, &project);
    let link = NewLink {
        project_id: &project.id,
        company_id: company,
        job_id: &job.id,
        seen: &fields,
        assignee: job.assigned_user_id.as_ref(),
        from_job: true,
        made_project: asked.is_some(),
        by: LinkedBy {
            job_id: job.id.clone(),
            made: false,
            run: None,
            kept: false,
        },
    };
    if !store.link(org, &link).await?.applied() {
        return Err(WorkError::Permanent(format!(
            "job {} could not be linked to project {}, because that project is linked to another job",
            job.id, project.id
        )));
    }
    let name = OrgContext::project_label(&customer_name(&project.id, &fields), &project.id);
    let (outcome, text) = if let Some(asked) = &asked {
        let left_out = left_out(job, asked, &fields);
        let text = format!("Project {name} was created from a job.{left_out}");
        (Outcome::Created, text)
    } else {
        let differs = linking(&project.id, company, &fields, job).describe();
        let text = format!("Project {name} was linked to a job.{differs}");
        (Outcome::Updated, text)
    };
    let entry = NewEntry::new(Kind::Project, outcome, text)
        .project(&project.id)
        .job(Some(&job.id));
    store.log(org, entry).await?;
    let made = asked.is_some();
    tracing::info!(org.id = %org, project.id = %project.id, job.id = %job.id, made, "a job has a project");
    if let Some(link) = store.job(org, &job.id).await? {
        finish(context, job, &link).await?;
    }
    Ok(())
}

async fn find_or_make(context: &OrgContext<'_>, job: &Job) -> Result<Its, WorkError> {
    let (store, org) = (&context.app.store, context.org());
    let claim = store.claim(org, &job.id).await?;
    if claim
        .as_ref()
        .is_some_and(|claim| claim.missing_since.is_some())
    {
        store.clear_claimed_job_missing(org, &job.id).await?;
    }
    let before = claim.as_ref().and_then(|claim| claim.claimed_at);
    if let Some(project) = claimed(context, claim.as_ref()).await? {
        let asked = claim.map(|claim| claim.asked).unwrap_or_default();
        return Ok(Its {
            project,
            asked: Some(asked),
        });
    }
    match project_for(context, job).await? {
        Candidate::Unique(project) => Ok(Its {
            project,
            asked: None,
        }),
        Candidate::Alike(alike) => {
            suggest(context, job, &alike).await?;
            make(context, job, before).await
        }
    }
}

async fn suggest(context: &OrgContext<'_>, job: &Job, alike: &[String]) -> Result<(), WorkError> {
    if alike.is_empty() {
        return Ok(());
    }
    let text = format!(
        "Job {} ({}) looks like {}. We can’t tell whether they’re the same, so it gets its own project.",
        quoted(&job.customer_name),
        job.id,
        alike.join(", ")
    );
    let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text).job(Some(&job.id));
    Ok(context.app.store.log(context.org(), entry).await?)
}

/// Assigns the project as the job is, and tells the job of it.
async fn finish(context: &OrgContext<'_>, job: &Job, link: &JobRow) -> Result<(), WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let id = &link.project_id;
    let assignee = job.assigned_user_id.as_ref();
    if assignee.is_some() {
        store.record_assignee_set(org, id).await?;
    }
    // Reassigned before it was finished: whoever was assigned by then is a previous assignee.
    let moved = link.applied.iter().any(|user| Some(user) != assignee);
    let applied = if moved
        && context
            .organization
            .preferences
            .has(Preference::ReassignProject)
    {
        reassign::apply(context, job, link).await?
    } else {
        let assigned = reassign::assign_first(context, job, link).await?;
        let mut applied = link.applied.clone();
        match (assigned, assignee) {
            (Some(user), _) => applied = BTreeSet::from([user]),
            // Written down before it was asked for, and not so.
            (None, Some(assignee)) => drop(applied.remove(assignee)),
            (None, None) => {}
        }
        applied
    };
    let fields = store
        .project(org, id)
        .await?
        .and_then(|row| row.seen)
        .unwrap_or_default();
    // The job keeps its names, also where it has none: the project was called after what it had.
    let changes = one_click::JobFields {
        name: None,
        customer_name: None,
        ..linking(id, &context.organization.company_id, &fields, job).changes
    };
    if !changes.is_empty() {
        let one_click = context.one_click().await?;
        match one_click.update_job(org, &job.id, &changes).await {
            Err(OneClickError::NotFound) => {
                return job_is_missing(context.app, org, id, &job.id, Told::No).await;
            }
            told => drop(told?),
        }
    }
    store
        .record_assignment(org, &job.id, assignee, &applied)
        .await?;
    reassign::add_further(context, job, link).await?;
    Ok(store.mark_job_finished(org, &job.id).await?)
}

/// What a poll has read of the list of jobs.
pub struct JobsListed {
    /// The page that comes next, if any.
    pub next_page: Option<u32>,
    /// The jobs with something to do.
    pub news: Vec<JobId>,
    /// Where the list goes on: to be saved when the news are queued, or kept.
    pub cursor: Option<Timestamp>,
}

/// Asks One Click for the jobs changed since the last poll, from that page on: so many pages, or until
/// there is enough to look at.
pub async fn poll_jobs(
    context: &OrgContext<'_>,
    mut page: u32,
    pages: u32,
    enough: usize,
) -> Result<JobsListed, WorkError> {
    let org = context.org();
    let organization = &context.organization;
    let mut since = organization.job_cursor.unwrap_or_else(|| {
        let first = Timestamp::from_second(context.now - FIRST_WINDOW_S);
        let first = first.unwrap_or(Timestamp::UNIX_EPOCH);
        let switched_on = organization.preferences.create_project_from_job_since();
        switched_on.map_or(first, |at| first.min(at))
    });
    let settled = Timestamp::from_second(context.now).map_or(since, |now| now - SETTLED);
    let one_click = context.one_click().await?;
    let mut seen = BTreeSet::new();
    let mut listed = JobsListed {
        next_page: Some(page),
        news: Vec::new(),
        cursor: None,
    };
    for _ in 0..pages {
        let answer = match one_click.jobs_updated_since(org, Some(since), page).await {
            // What was read counts; the next look meets the rest.
            Err(_) if listed.cursor.is_some() => break,
            answer => answer?,
        };
        context
            .note_unreadable_in_one_click(Kind::Project, "job", &answer.unreadable)
            .await?;
        let last = answer.items.last().map(|job| job.updated_at);
        let fresh: Vec<_> = answer
            .items
            .into_iter()
            .filter(|job| seen.insert((job.id.clone(), job.updated_at)))
            .collect();
        listed
            .news
            .extend(with_something_to_do(context, &fresh).await?);
        match last {
            // The list shifts under our own writes: it is asked for anew from where it ended, and
            // paged through only within one timestamp.
            Some(last) if last > since => (since, page) = (last, 1),
            _ => page += 1,
        }
        let cursor = since.min(settled);
        if organization.job_cursor.is_none_or(|before| cursor > before) {
            listed.cursor = Some(cursor);
        }
        listed.next_page = answer.next_page.is_some().then_some(page);
        if listed.next_page.is_none() || listed.news.len() > enough {
            break;
        }
    }
    Ok(listed)
}

async fn with_something_to_do(
    context: &OrgContext<'_>,
    jobs: &[Job],
) -> Result<Vec<JobId>, WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let links: BTreeMap<_, _> = store
        .jobs(org, jobs.iter().map(|job| &job.id))
        .await?
        .into_iter()
        .map(|row| (row.job_id.clone(), row))
        .collect();
    let mut news = Vec::new();
    for job in jobs {
        let link = links.get(&job.id);
        if let (Some(link), Some(_)) = (link, &job.assigned_user_id)
            && link.assignee.is_none()
        {
            // When its look comes it may be cleared again.
            store.record_assignee_set(org, &link.project_id).await?;
        }
        let step = job_step(link, job, &context.organization.preferences, context.now);
        if step == JobStep::Nothing {
            continue;
        }
        // Given up before, and not changed since?
        let given_up = store.claim(org, &job.id).await?;
        let again = given_up
            .and_then(|claim| claim.set_aside)
            .is_none_or(|updated_at| job.updated_at > updated_at);
        if again {
            news.push(job.id.clone());
        }
    }
    Ok(news)
}
