//! Leaving a project alone, and saying why.

use decide::fields::customer_name;
use model::project::{ProjectFields, ProjectRow, SkipReason};
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::Skip;

use crate::context::OrgContext;

/// Leaves the project alone, and says why, once.
pub async fn skip(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    reason: SkipReason,
) -> Result<(), WorkError> {
    let org = context.org();
    let skip = Skip {
        project_id: &row.project_id,
        company_id: &row.company_id,
        seen: now,
        reason,
    };
    context.app.store.skip_project(org, &skip).await?;
    if row.reason != Some(reason) {
        let name = OrgContext::project_label(&customer_name(&row.project_id, now), &row.project_id);
        let text = format!("Project {name} was skipped: {}.", describe(reason));
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

/// In words for the activity log.
fn describe(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Deleted => "it was deleted in CompanyCam before it had a job",
        SkipReason::Archived => "it was archived in CompanyCam before it had a job",
        SkipReason::ImportOff => {
            "creating jobs from projects is switched off; a sync brings it once that is on"
        }
        SkipReason::NoMatchedUser => {
            "nobody assigned to it is matched to a One Click user; it waits until somebody is"
        }
        SkipReason::PossibleDuplicate => {
            "it may be the same as a job with another name at its address; without an answer it gets a job of its own after a day"
        }
        SkipReason::Watching => "nothing is written while you only watch",
        SkipReason::Undone => "the sync that gave it its job was undone",
        SkipReason::Unlinked => "it was unlinked from its job by hand",
        SkipReason::WaitsForImporter => {
            "it comes from another system, whose own import may make the job; after 20 minutes we do"
        }
    }
}
