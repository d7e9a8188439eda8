//! A page of projects: leaving what it says for the looks that follow.

use std::collections::BTreeMap;

use companycam::ids::ProjectId;
use companycam::{Page, Project};
use decide::fields::shown_to;
use futures::{StreamExt, TryStreamExt, stream};
use model::messages::Origin;
use model::preferences::Preference;
use model::project::{LinkState, ProjectFields, ProjectRow, SkipReason};
use model::retry::RetryTarget;
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::ListedProject;

use crate::context::OrgContext;

/// Two changes in one second look alike to the cursor: the newest seconds are asked for again.
pub(super) const SETTLED_S: i64 = 5;
/// What a page holds.
pub(super) const PER_PAGE: u32 = 100;
/// How many looks are queued at once: live changes slip in before the next.
pub(super) const LOOKS_AT_ONCE: usize = 4;
/// How long after its last look a project that waits for a matched user is news wherever it is listed.
const LOOKED_AT_AGAIN_S: i64 = 12 * 60 * 60;
/// How many rows are written at a time.
const CONCURRENT_WRITES: usize = 16;

/// What a page of projects comes to.
#[derive(Debug)]
pub struct Noted {
    /// Those with something new: to be looked at.
    pub news: Vec<ProjectId>,
    /// How many of these are new, or say something else than before.
    pub changed: usize,
    /// Those that are, or may become, linked.
    pub may_have_jobs: Vec<ProjectId>,
}

/// Writes down which of the listed projects have something new.
pub async fn note_projects(
    context: &OrgContext<'_>,
    page: &Page<Project>,
    origin: Origin,
) -> Result<Noted, WorkError> {
    context
        .note_unreadable(Kind::Project, "project", &page.unreadable)
        .await?;
    let projects = &page.items;
    let listed_at = page.date.unwrap_or(context.now);
    let org = context.org();
    let company = &context.organization.company_id;
    let store = &context.app.store;
    let rows: BTreeMap<_, _> = store
        .projects(org, projects.iter().map(|project| &project.id))
        .await?
        .into_iter()
        .map(|row| (row.project_id.clone(), row))
        .collect();
    let fields: Vec<_> = projects
        .iter()
        .map(|project| (&project.id, shown_to(company, project)))
        .collect();
    let news: Vec<_> = fields
        .iter()
        .filter(|(id, fields)| {
            is_news(rows.get(*id), fields, origin) || waited_long(context, rows.get(*id))
        })
        .collect();
    let noted: Vec<_> = stream::iter(&news)
        .map(|(id, fields)| async move {
            let written = store.want_project(
                org,
                ListedProject {
                    project: id,
                    company,
                    fields,
                    listed_at,
                },
            );
            match written.await {
                // That one's failure, not its page's (B27).
                Err(store::Error::Refused { reason, .. }) => {
                    refused(context, id, fields, &reason).await?;
                    Ok(None)
                }
                written => Ok::<_, WorkError>(written.map(|_| Some(*id))?),
            }
        })
        .buffer_unordered(CONCURRENT_WRITES)
        .try_collect()
        .await?;
    let says_else = |id: &ProjectId, fields: &ProjectFields| {
        let seen = rows.get(id).and_then(|row| row.seen.as_ref());
        seen != Some(fields)
    };
    let changed = news.iter().filter(|(id, fields)| says_else(id, fields));
    Ok(Noted {
        changed: changed.count(),
        news: noted.into_iter().flatten().cloned().collect(),
        may_have_jobs: fields
            .iter()
            .filter(|(id, fields)| may_have_a_job(context, rows.get(*id), fields))
            .map(|(id, _)| (*id).clone())
            .collect(),
    })
}

/// Whether it has a job, or its look may bring it one.
fn may_have_a_job(
    context: &OrgContext<'_>,
    row: Option<&ProjectRow>,
    fields: &ProjectFields,
) -> bool {
    let preferences = &context.organization.preferences;
    let imports = preferences.has(Preference::CreateJobFromProject);
    match row.map(|row| row.state) {
        Some(LinkState::Linked) => true,
        Some(LinkState::JobDeleted) => false,
        Some(LinkState::Unseen | LinkState::Skipped) | None => {
            imports && !fields.deleted && !fields.archived
        }
    }
}

/// What the project says can't be kept: it is set aside until it changes, with the reason, once.
async fn refused(
    context: &OrgContext<'_>,
    id: &ProjectId,
    fields: &ProjectFields,
    reason: &str,
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let company = &context.organization.company_id;
    let is_new = store
        .set_unkeepable_project_aside(org, id, company, fields.updated_at)
        .await?
        .applied();
    if is_new {
        tracing::error!(org.id = %org, project.id = %id, cause = reason, "a project can't be kept");
        let text = format!(
            "Project {id} could not be brought over, since it says more than can be kept: {reason}."
        );
        let project_id = id.clone();
        let entry = NewEntry::new(Kind::Project, Outcome::Failed, text)
            .project(id)
            .retrying(RetryTarget::Project { project_id });
        store.log(org, entry).await?;
    }
    Ok(())
}

/// `modified_since` is inclusive, so every poll lists again what the last one handled.
fn is_news(row: Option<&ProjectRow>, fields: &ProjectFields, origin: Origin) -> bool {
    let Some(row) = row else { return true };
    match (row.state, origin) {
        // A sync also brings what was skipped for a preference that has changed since.
        (LinkState::Skipped, Origin::Sync) => true,
        (LinkState::JobDeleted, _) => false,
        (_, Origin::Poll) if row.set_aside == Some(fields.updated_at) => false,
        // Its message is alive, and tries it again and again.
        (_, Origin::Poll) if row.is_refused() && row.wanted.as_ref() == Some(fields) => false,
        _ => {
            // Reopened by hand, and the look that was to follow was lost?
            row.state == LinkState::Unseen
                || row.wanted.is_some()
                || row.seen.as_ref() != Some(fields)
                || !is_settled(row, fields)
                || !photos_are_known(row, fields)
        }
    }
}

/// Whether it has waited for a matched user since it was last looked at long ago: nothing of a project tells
/// that somebody was matched.
fn waited_long(context: &OrgContext<'_>, row: Option<&ProjectRow>) -> bool {
    row.is_some_and(|row| {
        row.state == LinkState::Skipped
            && row.reason == Some(SkipReason::NoMatchedUser)
            && row
                .listed_at
                .is_some_and(|at| at + LOOKED_AT_AGAIN_S < context.now)
    })
}

/// Whether its photos were read since its last activity. An event about the project brings its fields
/// up to date, but the event of a photo may have been lost.
fn photos_are_known(row: &ProjectRow, fields: &ProjectFields) -> bool {
    row.state != LinkState::Linked || row.photos_read_at == Some(fields.updated_at)
}

/// Whether the last look came long enough after the project's last activity. A photo that is uploaded
/// within the same second as the activity before changes nothing of the project that could be seen.
fn is_settled(row: &ProjectRow, fields: &ProjectFields) -> bool {
    row.listed_at
        .is_some_and(|listed_at| fields.updated_at < listed_at - SETTLED_S)
}

/// Where the next listing begins: at the newest change of this one's first page, but never within
/// the last seconds by `CompanyCam`'s own clock.
pub(super) fn next_cursor(updated_at: impl Iterator<Item = i64>, answered_at: i64) -> Option<i64> {
    updated_at
        .max()
        .map(|newest| newest.min(answered_at - SETTLED_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b17_the_cursor_stays_behind_the_newest_seconds() {
        assert_eq!(next_cursor([10, 90, 50].into_iter(), 1000), Some(90));
        assert_eq!(next_cursor([998].into_iter(), 1000), Some(995));
        assert_eq!(next_cursor(std::iter::empty(), 1000), None);
    }
}
