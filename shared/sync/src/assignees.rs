//! Whom a job is given to.

use companycam::User;
use companycam::ids::ProjectId;
use decide::users::Matches;
use model::project::ProjectFields;
use one_click::{Error as OneClickError, Field, Job, JobFields, JobId, UserId};
use runtime::{CallError, WorkError};

use crate::context::OrgContext;

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
pub async fn assigned_users(
    context: &OrgContext<'_>,
    id: &ProjectId,
) -> Result<Vec<User>, WorkError> {
    let mut users = Vec::new();
    let mut page = Some(1);
    while let Some(number) = page {
        let answer = context.companycam().assigned_users(id, number).await;
        match answer {
            Ok(answer) => {
                users.extend(answer.items);
                page = answer.next;
            }
            Err(failure @ CallError::CompanyCam(_)) if failure.is_not_found() => page = None,
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(users)
}

/// The job after the changes.
pub async fn write_job(
    context: &OrgContext<'_>,
    one_click: &one_click::Client,
    job: &JobId,
    mut changes: JobFields,
) -> Result<Job, OneClickError> {
    match one_click.update_job(context.org(), job, &changes).await {
        Err(OneClickError::Invalid { .. }) if changes.assigned_user_id != Field::Keep => {
            // As for a new job: an assignee who has left must not hold up the rest.
            changes.assigned_user_id = Field::Keep;
            one_click.update_job(context.org(), job, &changes).await
        }
        written => written,
    }
}
