//! What would be made of a project, without making it (B40, B43): the same questions as for the real thing, and
//! nothing is written on either side.

use decide::fields::{customer_name, job_changes};
use decide::job::importer_wait_s;
use decide::project::{ProjectStep, project_step};
use model::companycam::ProjectId;
use model::messages::Origin;
use model::preferences::Preference;
use model::project::{Came, ProjectFields, ProjectRow, SkipReason};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::Skip;

use crate::assignees::{assigned_users, first_matched};
use crate::context::OrgContext;
use crate::matching::{Candidate, job_for, jobs_naming};
use crate::skip::skip;
use crate::users;

/// What would come of a project, and if it would be skipped, why.
pub type Assessed = (Came, Option<SkipReason>);

/// What would come of the project as it is now, if a look of that origin were taken.
pub async fn assess(
    context: &OrgContext<'_>,
    (id, row): (&ProjectId, Option<&ProjectRow>),
    now: &ProjectFields,
    origin: Origin,
) -> Result<Assessed, WorkError> {
    let preferences = &context.organization.preferences;
    match project_step(row, now, preferences, origin) {
        ProjectStep::Nothing => Ok((Came::Unchanged, None)),
        ProjectStep::Skip(reason) => Ok((Came::Skipped, Some(reason))),
        ProjectStep::Update => {
            let before = row.and_then(|row| row.seen.clone()).unwrap_or_default();
            let changes = job_changes(id, &before, now, None);
            let is_same = changes.is_empty() && before == *now;
            let came = if is_same {
                Came::Unchanged
            } else {
                Came::Updated
            };
            Ok((came, None))
        }
        ProjectStep::Import => import(context, (id, row), now).await,
    }
}

async fn import(
    context: &OrgContext<'_>,
    (id, row): (&ProjectId, Option<&ProjectRow>),
    now: &ProjectFields,
) -> Result<Assessed, WorkError> {
    let preferences = &context.organization.preferences;
    let by_hand = row.is_some_and(|row| row.revision > 0);
    if preferences.has(Preference::OnlyMatchedUsers) && !by_hand {
        let assigned = assigned_users(context, id).await?;
        let matches = users::matches(context).await?;
        if first_matched(&assigned, &matches).is_none() {
            return Ok((Came::Skipped, Some(SkipReason::NoMatchedUser)));
        }
    }
    if !jobs_naming(context, id, now).await?.is_empty() {
        return Ok((Came::Linked, None));
    }
    let is_settled = row.is_some_and(|row| row.duplicate.as_ref().is_some_and(|one| one.settled));
    Ok(match job_for(context, id, now).await? {
        (Candidate::Unique(_), _) => (Came::Linked, None),
        (Candidate::Alike(_), _) if importer_wait_s(now, context.now).is_some() => {
            (Came::Skipped, Some(SkipReason::WaitsForImporter))
        }
        (Candidate::Alike(_), near) if !near.is_empty() && !by_hand && !is_settled => {
            (Came::Duplicate, None)
        }
        (Candidate::Alike(_), _) => (Came::Made, None),
    })
}

/// A look at a project while an administrator watches only: says what would come of it, and remembers it for
/// when everything is done again (B43).
pub async fn watch(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    origin: Origin,
) -> Result<(), WorkError> {
    let (org, id) = (context.org(), &row.project_id);
    let (came, reason) = assess(context, (id, Some(row)), now, origin).await?;
    if let Some(reason) = reason {
        return skip(context, row, now, reason).await;
    }
    let would = match came {
        Came::Made => "would get a new job",
        Came::Linked => "would be linked to a job that is there",
        Came::Duplicate => "may be the same as a job with another name at its address",
        // It has a job. Its row says what that was brought up to, until it is.
        _ => return Ok(()),
    };
    // A question that was asked stays one.
    if row.reason != Some(SkipReason::PossibleDuplicate) {
        let skip = Skip {
            project_id: id,
            company_id: &row.company_id,
            seen: now,
            reason: SkipReason::Watching,
        };
        context.app.store.skip_project(org, &skip).await?;
    }
    let name = OrgContext::project_label(&customer_name(id, now), id);
    let text = format!("Watch only: project {name} {would}.");
    let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text).project(id);
    context.app.store.log_once(org, entry).await?.either_way();
    Ok(())
}
