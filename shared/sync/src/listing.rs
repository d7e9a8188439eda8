//! A page of projects: leaving what it says for the looks that follow.

use std::collections::BTreeMap;

use companycam::ids::ProjectId;
use companycam::{Page, Project};
use decide::fields::shown_to;
use decide::listing::{is_news, may_have_a_job, waited_long};
use futures::{StreamExt, TryStreamExt, stream};
use model::messages::Origin;
use model::preferences::Preference;
use model::project::ProjectFields;
use model::retry::RetryTarget;
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use store::projects::ListedProject;

use crate::context::OrgContext;

/// What a page holds.
pub(super) const PER_PAGE: u32 = 100;
/// How many looks are queued at once: live changes slip in before the next.
pub(super) const LOOKS_AT_ONCE: usize = 4;
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

/// Writes down which of the listed projects have something new. One that was never listed and has not changed
/// since `imports_since` is left alone.
pub async fn note_projects(
    context: &OrgContext<'_>,
    page: &Page<Project>,
    origin: Origin,
    imports_since: Option<i64>,
) -> Result<Noted, WorkError> {
    context
        .note_unreadable(Kind::Project, "project", &page.unreadable)
        .await?;
    let projects = &page.items;
    let listed_at = page.date.unwrap_or(context.now);
    let org = context.org();
    let company = &context.organization.company_id;
    let store = &context.app.store;
    let preferences = &context.organization.preferences;
    let imports = preferences.has(Preference::CreateJobFromProject);
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
            let row = rows.get(*id);
            let is_left = row.is_none() && imports_since.is_some_and(|at| fields.updated_at < at);
            !is_left && is_news(row, fields, origin)
                || row.is_some_and(|row| waited_long(row, context.now))
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
            .filter(|(id, fields)| may_have_a_job(rows.get(*id), fields, imports))
            .map(|(id, _)| (*id).clone())
            .collect(),
    })
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
