//! What would be made of a project, without making it (B40, B43): the same questions as for the real thing, and
//! nothing is written on either side.

use decide::fields::{customer_name, needs_job};
use decide::project::ProjectStep;
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

/// What the step would come to.
pub async fn assess(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    step: ProjectStep,
) -> Result<Came, WorkError> {
    match step {
        ProjectStep::Nothing => Ok(Came::Unchanged),
        ProjectStep::Skip(reason) => {
            skip(context, row, now, reason).await?;
            Ok(Came::Skipped)
        }
        ProjectStep::Update => {
            let before = row.seen.clone().unwrap_or_default();
            let changes = needs_job(&before, now);
            Ok(if changes {
                Came::Updated
            } else {
                Came::Unchanged
            })
        }
        ProjectStep::Import => import(context, row, now).await,
    }
}

async fn import(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
) -> Result<Came, WorkError> {
    let (org, id) = (context.org(), &row.project_id);
    let preferences = &context.organization.preferences;
    if preferences.has(Preference::OnlyMatchedUsers) && row.revision == 0 {
        let assigned = assigned_users(context, id).await?;
        let matches = users::matches(context).await?;
        if first_matched(&assigned, &matches).is_none() {
            skip(context, row, now, SkipReason::NoMatchedUser).await?;
            return Ok(Came::Skipped);
        }
    }
    let named = jobs_naming(context, id, now).await?;
    let came = if named.is_empty() {
        match job_for(context, id, now).await? {
            (Candidate::Unique(_), _) => Came::Linked,
            (Candidate::Alike(_), near) if !near.is_empty() => Came::Duplicate,
            (Candidate::Alike(_), _) => Came::Made,
        }
    } else {
        Came::Linked
    };
    let is_watching = context.organization.watching.is_some();
    let reason = if is_watching {
        SkipReason::Watching
    } else {
        SkipReason::Previewed
    };
    let skip = Skip {
        project_id: id,
        company_id: &row.company_id,
        seen: now,
        reason,
    };
    context.app.store.skip_project(org, &skip).await?;
    if is_watching {
        let would = match came {
            Came::Linked => "would be linked to a job that is there",
            Came::Duplicate => "may be the same as a job with another name at its address",
            _ => "would get a new job",
        };
        let name = OrgContext::project_label(&customer_name(id, now), id);
        let text = format!("Watch only: project {name} {would}.");
        let entry = NewEntry::new(Kind::Project, Outcome::Skipped, text).project(id);
        context.app.store.log_once(org, entry).await?.either_way();
    }
    Ok(came)
}
