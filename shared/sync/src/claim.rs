//! The claim of a job that is getting a project: CompanyCam's `POST /projects` knows no idempotency key,
//! so a request is written down before it is made (B21, B22).
//!
//! ```text
//! none ── claimed, then asked ──► open ── answered ──► linked, claim gone (store::projects::link)
//!                                  │ ├── refused: nothing was made ──► none, or open with less contact
//!                                  │ └── no answer ──► looked for after ten seconds: found ──► linked
//!                                  └───────────────────────────────────── not found ──► claimed anew
//! ```

use std::time::Duration;

use companycam::Project;
use companycam::ids::ProjectId;
use decide::fields::{customer_name, project_fields};
use decide::location::{Location, same_name};
use decide::new_project::{asked, new_project, with_less_contact};
use model::job::JobClaim;
use model::pause::Side;
use model::project::ProjectFields;
use one_click::{Job, JobId};
use runtime::{CallError, WorkError};
use store::jobs::Asking;

use crate::context::OrgContext;
use crate::matching::{changed_since, free_projects};
use crate::users;

/// How far before a claim its project may date: clocks differ.
const SKEW_S: i64 = 60;
/// A project whose request was lost is looked for no sooner: it may still be on its way.
const LOST_S: i64 = 10;
const UNTIL_FOUND: Duration = Duration::from_secs(LOST_S.unsigned_abs());

/// A job's project, and how it came.
pub struct Its {
    pub project: Project,
    /// What it was asked for with, if it was made for the job.
    pub asked: Option<ProjectFields>,
}

/// Asks for a new project. Claimed before, since CompanyCam knows no idempotency key (B22).
///
/// A contact that CompanyCam refuses does not cost the project: it is asked for without the e-mail
/// address, then without the contact (B27). What was refused made nothing. `before`: when an earlier
/// project was asked for that is nowhere.
pub async fn make(
    context: &OrgContext<'_>,
    job: &Job,
    mut before: Option<i64>,
) -> Result<Its, WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let matches = users::matches(context).await?;
    let creator = job
        .created_by_user_id
        .as_ref()
        .and_then(|user| matches.companycam(user))
        .and_then(|user| user.email.as_deref());
    let whole = new_project(job);
    let mut smaller = with_less_contact(&whole).into_iter();
    let mut next = Some(whole);
    loop {
        let Some(new) = &next else {
            return Err(WorkError::transient("nothing was asked for"));
        };
        let (asked, at) = (asked(new), context.app.clock.now_s());
        let asking = Asking {
            asked: &asked,
            at,
            before,
        };
        if !store.claim_job(org, &job.id, asking).await?.applied() {
            return Err(maybe_on_its_way("somebody else asks for the project"));
        }
        before = Some(at);
        if store.job(org, &job.id).await?.is_some() {
            // Somebody else asked for it, and linked it, since it was looked for.
            store.drop_claim(org, &job.id).await?;
            return Err(maybe_on_its_way("somebody else has made the project"));
        }
        let made = context.companycam().create_project(new, creator).await;
        let failure = match made {
            Ok(project) => {
                let asked = Some(asked);
                return Ok(Its { project, asked });
            }
            Err(failure) => failure,
        };
        next = smaller.next().filter(|_| is_refused(&failure));
        if next.is_none() {
            return Err(not_made(context, job, failure).await?);
        }
    }
}

/// Whether CompanyCam refuses what the request says.
fn is_refused(failure: &CallError) -> bool {
    use companycam::Error;
    matches!(
        failure,
        CallError::CompanyCam(Error::Rejected {
            status: 400 | 422,
            ..
        })
    )
}

/// What a request for a project that failed comes to.
async fn not_made(
    context: &OrgContext<'_>,
    job: &Job,
    failure: CallError,
) -> Result<WorkError, WorkError> {
    let maybe_made = match &failure {
        CallError::CompanyCam(error) => error.maybe_took_effect(),
        // There was no token or no room: it was never asked for.
        CallError::NotMade(_) => false,
    };
    if maybe_made {
        // Whatever was the matter with the answer: looking for the project tells. Where that is the
        // answer to this job alone, time after time, it is an item that is refused (B35).
        return Ok(WorkError::Transient {
            after: Some(UNTIL_FOUND),
            cause: failure.to_string(),
            down: Some(Side::CompanyCam),
        });
    }
    let store = &context.app.store;
    store.drop_claim(context.org(), &job.id).await?;
    Ok(failure.into())
}

fn maybe_on_its_way(cause: &str) -> WorkError {
    WorkError::later(UNTIL_FOUND, cause)
}

/// The project of an earlier try whose answer was lost.
pub async fn claimed(
    context: &OrgContext<'_>,
    claim: Option<&JobClaim>,
) -> Result<Option<Project>, WorkError> {
    let Some((claim, claimed_at)) = claim.and_then(|claim| Some((claim, claim.claimed_at?))) else {
        return Ok(None);
    };
    let too_soon = claimed_at + LOST_S - context.now;
    if too_soon > 0 {
        let wait = Duration::from_secs(too_soon.unsigned_abs());
        let cause = "a project was asked for, and may be on its way";
        return Err(WorkError::later(wait, cause));
    }
    lost_project(context, claim, claimed_at).await
}

/// The project that a request may have made whose answer was lost (B22).
async fn lost_project(
    context: &OrgContext<'_>,
    claim: &JobClaim,
    claimed_at: i64,
) -> Result<Option<Project>, WorkError> {
    let is_it = |project: &Project| {
        project.created_at >= claimed_at - SKEW_S
            && is_asked_for(claim, &project.id, &project_fields(project))
    };
    // To the end, however long ago it was: a project that is overlooked is made twice.
    let since = changed_since(claimed_at - SKEW_S);
    let mut found = free_projects(context, since, u32::MAX, is_it).await?;
    found.sort_by_key(|project| project.created_at);
    Ok(found.into_iter().next())
}

/// The job whose request made this project, if its answer was lost: the project's own event may come
/// before the look for it.
pub async fn claim_for(
    context: &OrgContext<'_>,
    id: &ProjectId,
    fields: &ProjectFields,
) -> Result<Option<JobId>, WorkError> {
    let claims = context.app.store.claims(context.org()).await?;
    let open = |claim: &JobClaim| claim.claimed_at.is_some() && is_asked_for(claim, id, fields);
    Ok(claims.into_iter().find(open).map(|claim| claim.job_id))
}

fn is_asked_for(claim: &JobClaim, id: &ProjectId, fields: &ProjectFields) -> bool {
    // What was asked for, as it was asked for: also where an address is too short to tell two pieces
    // of work apart.
    let (asked, made) = (
        Location::of_project(&claim.asked),
        Location::of_project(fields),
    );
    let same_place = asked == made || asked.matches(&made);
    let name = |fields: &ProjectFields| customer_name(id, fields);
    same_place && same_name(&name(&claim.asked), &name(fields))
}
