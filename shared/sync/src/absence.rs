//! What ends only when it was said twice (B33): a link or a claim, because One Click has not got the job
//! any more; an assignment, because `CompanyCam` refuses it.
//!
//! The first time is written down, and the look comes back a minute later. An event that says so is a
//! yes of its own.

use std::time::Duration;

use companycam::ids::ProjectId;
use model::pause::Side;
use one_click::{JobId, OrgId};
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Offer, Outcome};

use crate::context::OrgContext;

/// Two answers have to be at least so far apart.
const APART_S: i64 = 60;
/// A look comes back a little later than that: clocks differ.
const LATER_S: i64 = APART_S + 5;

/// Whether an event says that the job was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// One Click's own answer is all there is.
    No,
    /// An event says so too.
    Yes,
}

/// One Click says that it has not got the project's job: closes the link, and says so, if that was said
/// before, or an event told (B18). Done, too, where the project has another job by now.
///
/// Transient where it was said for the first time, or where One Click does not answer for the
/// organization: look again.
pub async fn job_is_missing(
    app: &App,
    org: &OrgId,
    project: &ProjectId,
    job: &JobId,
    told: Told,
) -> Result<(), WorkError> {
    if told == Told::No {
        let now = app.clock.now_s();
        let Some(since) = app.store.record_job_missing(org, project, job, now).await? else {
            return Ok(());
        };
        said_long_ago(since, now, "its job was not found in One Click")?;
    }
    knows_organization(app, org).await?;
    let text = format!(
        "The job of project {project} was deleted in One Click. The project no longer syncs."
    );
    let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text)
        .project(project)
        .job(Some(job))
        .offering(Offer::BringBack);
    if app
        .store
        .close_link(org, project, job, entry)
        .await?
        .applied()
    {
        tracing::info!(org.id = %org, project.id = %project, job.id = %job, "closed a link: the job was deleted");
    }
    Ok(())
}

/// The same for a job without a link: a project that was asked for on its behalf, and may be on its
/// way, is nobody's then, like any other in `CompanyCam`.
pub async fn claimed_job_is_missing(
    context: &OrgContext<'_>,
    job: &JobId,
    told: Told,
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    if told == Told::No
        && let Some(since) = store
            .record_claimed_job_missing(org, job, context.now)
            .await?
    {
        said_long_ago(since, context.now, "a job was not found in One Click")?;
        knows_organization(context.app, org).await?;
    }
    Ok(store.forget_claim(org, job).await?)
}

/// `CompanyCam` refuses to have the job's project assigned as the job is: transient if that was said
/// for the first time.
pub async fn assignment_is_refused(context: &OrgContext<'_>, job: &JobId) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    match store
        .record_assignment_refused(org, job, context.now)
        .await?
    {
        Some(since) => said_long_ago(since, context.now, "CompanyCam refused an assignment"),
        None => Ok(()),
    }
}

fn said_long_ago(since: i64, now: i64, cause: &str) -> Result<(), WorkError> {
    if now - since >= APART_S {
        return Ok(());
    }
    let left = u64::try_from(since + LATER_S - now).unwrap_or_default();
    let cause = format!("{cause}; it is looked for once more");
    Err(WorkError::later(Duration::from_secs(left), cause))
}

/// A One Click that has lost the whole organization says nothing about one of its jobs.
async fn knows_organization(app: &App, org: &OrgId) -> Result<(), WorkError> {
    let answer = app.one_click().await?.organization(org).await;
    match answer.map_err(WorkError::from) {
        Ok(found) if found.id == *org => Ok(()),
        Ok(_) | Err(WorkError::Permanent(_)) => Err(WorkError::down(
            Side::OneClick,
            "One Click does not know the organization",
        )),
        Err(passing) => Err(passing),
    }
}
