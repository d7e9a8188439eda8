//! Projects that may be a job's that is there, under another name (B40).
//!
//! In a run the project's job waits a day for somebody to say; a single new project gets its job at once, with
//! the question beside it. Without an answer there is a job of its own either way.

use decide::duplicate::WAITS_S;
use decide::fields::customer_name;
use model::attention::{Matter, Subject};
use model::messages::{Look, Origin};
use model::project::{Duplicate, LinkState, ProjectFields, ProjectRow, SkipReason};
use one_click::Job;
use runtime::WorkError;

use crate::context::OrgContext;
use crate::matching::job_label;
use crate::skip::skip;

/// So many projects are looked at again at a poll.
const AT_ONCE: usize = 20;

/// Asks about the jobs, if that is new. Whether the project's own job waits for the answer.
pub async fn waits(
    context: &OrgContext<'_>,
    row: &ProjectRow,
    now: &ProjectFields,
    near: &[Job],
    origin: Origin,
) -> Result<bool, WorkError> {
    let by_hand = row.revision > 0;
    let is_settled = row.duplicate.as_ref().is_some_and(|one| one.settled);
    if near.is_empty() || by_hand || is_settled {
        return Ok(false);
    }
    let (org, store, id) = (context.org(), &context.app.store, &row.project_id);
    let since = row.duplicate.as_ref().map_or(context.now, |one| one.since);
    if row.duplicate.is_none() {
        let duplicate = Duplicate {
            jobs: near.iter().map(|job| job.id.clone()).collect(),
            since,
            settled: false,
        };
        store
            .question_project(org, id, Some(&duplicate))
            .await?
            .either_way();
    }
    // Also where it was asked before: that may have ended here.
    let labels: Vec<_> = near.iter().map(job_label).collect();
    let text = format!(
        "Project {} may be the same as {}: the address is the same, the name isn’t.",
        OrgContext::project_label(&customer_name(id, now), id),
        labels.join(" or ")
    );
    let subject = Subject::Duplicate {
        project_id: id.clone(),
    };
    store.raise(org, &subject, &text).await?;
    let is_waiting = row.reason == Some(SkipReason::PossibleDuplicate);
    let waits = (origin == Origin::Sync || is_waiting) && context.now - since < WAITS_S;
    if waits {
        skip(context, row, now, SkipReason::PossibleDuplicate).await?;
    }
    Ok(waits)
}

/// Looks again at the projects about which nobody has said anything for a day.
pub async fn release(context: &OrgContext<'_>, matters: &[Matter]) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let late = |matter: &&Matter| context.now - matter.since >= WAITS_S;
    let project = |matter: &Matter| match &matter.subject {
        Subject::Duplicate { project_id } => Some(project_id.clone()),
        _ => None,
    };
    let ids: Vec<_> = matters.iter().filter(late).filter_map(project).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = store.projects(org, &ids).await?;
    let waits = |row: &&ProjectRow| {
        row.state == LinkState::Skipped && row.reason == Some(SkipReason::PossibleDuplicate)
    };
    let looks = rows.iter().filter(waits).take(AT_ONCE).map(|row| {
        context.look(Look::Project {
            project_id: row.project_id.clone(),
            origin: Origin::Event,
        })
    });
    let looks: Vec<_> = looks.collect();
    Ok(context.app.queues.send_looks(&looks).await?)
}
