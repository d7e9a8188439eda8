//! Who is assigned to a job's project (B11, B12, B23).

use std::collections::BTreeSet;

use companycam::ids::{ProjectId, UserId as CompanyCamUserId};
use decide::job::further_users;
use model::job::JobRow;
use model::preferences::Preference;
use model::retry::RetryTarget;
use model::users::CompanyCamUser;
use one_click::{Job, UserId};
use runtime::{CallError, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

use crate::absence::assignment_is_refused;
use crate::context::OrgContext;
use crate::users;

/// What came of assigning a user.
enum Assigned {
    Yes,
    /// Why not, in words for the log.
    No(&'static str),
}

/// Assigns a new project as its job is; who was assigned.
pub async fn assign_first(
    context: &OrgContext<'_>,
    job: &Job,
    link: &JobRow,
) -> Result<Option<UserId>, WorkError> {
    let project = &link.project_id;
    let Some(assignee) = &job.assigned_user_id else {
        return Ok(None);
    };
    let matches = users::matches(context).await?;
    let Some(user) = matches.companycam(assignee) else {
        let text = "The job’s assignee is not matched to a CompanyCam user, so nobody was assigned to its project.";
        note(context, job, project, Outcome::Skipped, text).await?;
        return Ok(None);
    };
    if !link.applied.contains(assignee) {
        begin(context, job, link, assignee).await?;
    }
    match assign(context, project, &user.id).await? {
        Assigned::Yes => Ok(Some(assignee.clone())),
        Assigned::No(why) => {
            assignment_is_refused(context, &job.id).await?;
            let text = format!("Nobody was assigned to the job’s project: {why}.");
            note(context, job, project, Outcome::Failed, text).await?;
            Ok(None)
        }
    }
}

/// Adds the further users of a job that made its project, each once (B44). Nobody is removed: who is taken off
/// the job, or off the project, is somebody else's business.
pub async fn add_further(
    context: &OrgContext<'_>,
    job: &Job,
    link: &JobRow,
) -> Result<(), WorkError> {
    if !link.from_job {
        return Ok(());
    }
    let matches = users::matches(context).await?;
    let mut joined = BTreeSet::new();
    let mut notes = Vec::new();
    for further in further_users(link, job) {
        // One who is matched later is added by the next look at the job.
        let Some(user) = matches.companycam(further) else {
            continue;
        };
        match assign(context, &link.project_id, &user.id).await? {
            Assigned::Yes => notes.push((
                Outcome::Updated,
                format!("{} was added to its project.", user.name),
            )),
            Assigned::No(why) => {
                assignment_is_refused(context, &job.id).await?;
                notes.push((
                    Outcome::Skipped,
                    format!("{} could not be added to its project: {why}.", user.name),
                ));
            }
        }
        joined.insert(further.clone());
    }
    for (outcome, text) in notes {
        note(context, job, &link.project_id, outcome, text).await?;
    }
    let store = &context.app.store;
    Ok(store.record_joined(context.org(), &job.id, &joined).await?)
}

/// The job has another assignee than when we last looked: adds their user to the project, and only
/// then removes the previous one's (B12).
///
/// Between the two stands whoever was matched and assigned last, not whoever was named last: so
/// several reassignments end alike, whether they are looked at one by one or all at once. Whoever is
/// about to be added is written down first: cut off there, and reassigned again, they are removed too.
pub async fn reassign(context: &OrgContext<'_>, job: &Job, link: &JobRow) -> Result<(), WorkError> {
    let org = context.org();
    let store = &context.app.store;
    let assignee = job.assigned_user_id.as_ref();
    if !context
        .organization
        .preferences
        .has(Preference::ReassignProject)
    {
        // Followed, so that switching it on later does not make up for what came before.
        return Ok(store
            .record_assignment(org, &job.id, assignee, assignee)
            .await?);
    }
    let applied = apply(context, job, link).await?;
    Ok(store
        .record_assignment(org, &job.id, assignee, &applied)
        .await?)
}

/// Whose users the project may have now on the job's behalf: the assignee's alone, where it has them.
pub async fn apply(
    context: &OrgContext<'_>,
    job: &Job,
    link: &JobRow,
) -> Result<BTreeSet<UserId>, WorkError> {
    let project = &link.project_id;
    let matches = users::matches(context).await?;
    let Some(assignee) = &job.assigned_user_id else {
        let text = "The job is unassigned; its project’s users stay as they are.";
        note(context, job, project, Outcome::Skipped, text).await?;
        return Ok(link.applied.clone());
    };
    let Some(user) = matches.companycam(assignee) else {
        let text = "The job’s new assignee is not matched to a CompanyCam user, so its project’s users stay as they are.";
        note(context, job, project, Outcome::Skipped, text).await?;
        return Ok(link.applied.clone());
    };
    begin(context, job, link, assignee).await?;
    if let Assigned::No(why) = assign(context, project, &user.id).await? {
        assignment_is_refused(context, &job.id).await?;
        let text = format!(
            "Its project could not be reassigned to {}: {why}.",
            user.name
        );
        note(context, job, project, Outcome::Failed, text).await?;
        // Written down by the look that was refused first.
        let mut applied = link.applied.clone();
        applied.remove(assignee);
        return Ok(applied);
    }
    let mut notes = vec![(
        Outcome::Updated,
        format!("Its project was assigned to {}.", user.name),
    )];
    if context
        .organization
        .preferences
        .has(Preference::RemovePreviousAssignee)
    {
        let previous = link
            .applied
            .iter()
            .filter_map(|previous| matches.companycam(previous))
            .filter(|previous| previous.id != user.id);
        // Who works on the job besides stays on its project.
        let stays = |previous: &&CompanyCamUser| {
            let further = job.additional_user_ids.iter();
            let mut further = further.filter_map(|user| matches.companycam(user));
            !link.from_job || further.all(|user| user.id != previous.id)
        };
        let previous = previous.filter(stays);
        for previous in previous {
            notes.push(remove(context, job, project, previous).await?);
        }
    }
    // Said when all is done, so that it is said once however often it took.
    for (outcome, text) in notes {
        note(context, job, project, outcome, text).await?;
    }
    Ok(BTreeSet::from([assignee.clone()]))
}

/// Writes down that this user may be on the project from here on.
async fn begin(
    context: &OrgContext<'_>,
    job: &Job,
    link: &JobRow,
    assignee: &UserId,
) -> Result<(), WorkError> {
    let mut applied = link.applied.clone();
    let is_new = applied.insert(assignee.clone());
    if is_new || !link.reassigning {
        let store = &context.app.store;
        store
            .begin_reassigning(context.org(), &job.id, &applied)
            .await?;
    }
    Ok(())
}

/// Assigns a user. Doing so again changes nothing.
async fn assign(
    context: &OrgContext<'_>,
    project: &ProjectId,
    user: &CompanyCamUserId,
) -> Result<Assigned, WorkError> {
    let assigned = context.companycam().assign_user(project, user).await;
    match assigned {
        Ok(()) => return Ok(Assigned::Yes),
        Err(failure) if failure.is_not_found() => {}
        Err(failure) => {
            return match WorkError::from(failure) {
                WorkError::Permanent(reason) => {
                    tracing::warn!(org.id = %context.org(), project.id = %project, cause = reason, "CompanyCam did not assign a user");
                    Ok(Assigned::No("CompanyCam does not accept it"))
                }
                passing => Err(passing),
            };
        }
    }
    let read = context.companycam().project(project).await;
    match read {
        Ok(project) if !project.is_deleted() => {
            Ok(Assigned::No("the user is not there in CompanyCam any more"))
        }
        Ok(_) => Ok(Assigned::No("the project was deleted in CompanyCam")),
        Err(failure) if failure.is_not_found() => Ok(Assigned::No(
            "the project is not there in CompanyCam any more",
        )),
        Err(failure) => Err(failure.into()),
    }
}

/// Removes the previous assignee's user, however they came to be assigned; one who is not is fine.
/// What came of it, in words for the log.
async fn remove(
    context: &OrgContext<'_>,
    job: &Job,
    project: &ProjectId,
    previous: &CompanyCamUser,
) -> Result<(Outcome, String), WorkError> {
    let user = &previous.id;
    let removed = context.companycam().unassign_user(project, user).await;
    match removed.map_err(|failure: CallError| WorkError::from(failure)) {
        Ok(()) => Ok((
            Outcome::Removed,
            format!("{} was removed from its project.", previous.name),
        )),
        Err(WorkError::Permanent(reason)) => {
            assignment_is_refused(context, &job.id).await?;
            tracing::warn!(org.id = %context.org(), project.id = %project, cause = reason, "CompanyCam did not remove a user");
            Ok((
                Outcome::Failed,
                format!(
                    "{} could not be removed from its project: CompanyCam does not accept it.",
                    previous.name
                ),
            ))
        }
        Err(passing) => Err(passing),
    }
}

async fn note(
    context: &OrgContext<'_>,
    job: &Job,
    project: &ProjectId,
    outcome: Outcome,
    text: impl Into<String>,
) -> Result<(), WorkError> {
    let text = format!("Job “{}”: {}", job.customer_name, text.into());
    let mut entry = NewEntry::new(Kind::Project, outcome, text)
        .project(project)
        .job(Some(&job.id));
    if outcome == Outcome::Failed {
        entry = entry.retrying(RetryTarget::Reassigning {
            job_id: job.id.clone(),
            project_id: project.clone(),
        });
    }
    tracing::info!(org.id = %context.org(), project.id = %project, job.id = %job.id, ?outcome, "assigned a project");
    Ok(context.app.store.log(context.org(), entry).await?)
}
