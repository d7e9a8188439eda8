//! The steps of a run that only reads (B40): what it finds stands in rows of its own, and nothing else is touched.

use std::collections::BTreeMap;

use companycam::ids::ProjectId;
use companycam::{Page, PhotosQuery, Project};
use decide::fields::shown_to;
use decide::listing::{is_news, may_have_a_job};
use decide::sync_run::{after_looks, after_photos};
use model::messages::Origin;
use model::preferences::Preference;
use model::preview::PreviewRow;
use model::project::{Came, ProjectFields};
use model::sync_run::{RunResult, SyncRun, SyncStep};
use runtime::WorkError;
use store::activity::Kind;

use super::steps::PhotosPage;
use super::taken::Taken;
use crate::assess::assess;
use crate::context::OrgContext;
use crate::listing::LOOKS_AT_ONCE;

/// So many rows are read at once.
const ROWS_AT_ONCE: i32 = 500;

/// Writes down which of the listed projects the run would do something about.
pub async fn list(
    context: &OrgContext<'_>,
    run: &SyncRun,
    page: &Page<Project>,
) -> Result<Taken, WorkError> {
    context
        .note_unreadable(Kind::Project, "project", &page.unreadable)
        .await?;
    let (org, store) = (context.org(), &context.app.store);
    let company = &context.organization.company_id;
    let ids = page.items.iter().map(|project| &project.id);
    let rows = store.projects(org, ids).await?;
    let rows: BTreeMap<_, _> = rows.iter().map(|row| (&row.project_id, row)).collect();
    let imports = context
        .organization
        .preferences
        .has(Preference::CreateJobFromProject);
    let listed = page.items.iter();
    let listed = listed.map(|project| (project.id.clone(), shown_to(company, project)));
    let listed: Vec<(ProjectId, ProjectFields)> = listed.collect();
    let may_have_jobs = listed
        .iter()
        .filter(|(id, fields)| may_have_a_job(rows.get(id).copied(), fields, imports))
        .map(|(id, _)| id.clone());
    let may_have_jobs: Vec<_> = may_have_jobs.collect();
    let projects = i64::try_from(may_have_jobs.len()).unwrap_or(0);
    let is_news = |(id, fields): &(ProjectId, ProjectFields)| {
        is_news(rows.get(id).copied(), fields, Origin::Sync)
    };
    let news: Vec<_> = listed.into_iter().filter(is_news).collect();
    store.list_previews(org, &run.id, &news).await?;
    let left: Vec<_> = news.into_iter().map(|(id, _)| id).collect();
    let next = if left.is_empty() {
        after_looks(may_have_jobs, page.next)
    } else {
        SyncStep::Looks {
            left,
            projects: may_have_jobs,
            next_page: page.next,
        }
    };
    Ok(Taken {
        projects,
        ..Taken::then(next)
    })
}

/// Looks at some of the page's projects, as many as a live change may wait for.
pub async fn look(
    context: &OrgContext<'_>,
    run: &SyncRun,
    left: &[ProjectId],
    (projects, next_page): (&[ProjectId], Option<u32>),
) -> Result<Taken, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let (now, rest) = left.split_at(left.len().min(LOOKS_AT_ONCE));
    let listed = store.previews(org, &run.id, now).await?;
    let rows = store.projects(org, now).await?;
    for preview in &listed {
        let id = &preview.project_id;
        let row = rows.iter().find(|row| row.project_id == *id);
        let assessed = assess(context, (id, row), &preview.fields, Origin::Sync).await;
        let assessed = match assessed {
            // That one's failure, not its page's (B27).
            Err(WorkError::Permanent(_)) => (Came::Failed, None),
            assessed => assessed?,
        };
        store.mark_preview(org, preview, assessed).await?;
    }
    let next = if rest.is_empty() {
        after_looks(projects.to_vec(), next_page)
    } else {
        SyncStep::Looks {
            left: rest.to_vec(),
            projects: projects.to_vec(),
            next_page,
        }
    };
    Ok(Taken::then(next))
}

/// Counts the photos that would be copied, of projects that have, or would have, jobs.
pub async fn count_photos(
    context: &OrgContext<'_>,
    page: &PhotosPage<'_>,
) -> Result<Taken, WorkError> {
    if page.projects.is_empty() {
        return Ok(Taken::then(after_photos(page.next_page)));
    }
    let query = PhotosQuery {
        after: page.cursor.cloned(),
        project_ids: page.projects.to_vec(),
        ..PhotosQuery::default()
    };
    let answer = context.companycam().photos(&query).await?;
    let counted = answer.items.iter().filter(|photo| photo.is_processed());
    let photos = i64::try_from(counted.count()).unwrap_or(i64::MAX);
    let next = match answer.next {
        // The same place again would be for ever.
        Some(more) if Some(&more) != page.cursor => SyncStep::Photos {
            projects: page.projects.to_vec(),
            cursor: Some(more),
            next_page: page.next_page,
            unfinished: Vec::new(),
        },
        Some(_) | None => after_photos(page.next_page),
    };
    Ok(Taken {
        photos,
        ..Taken::then(next)
    })
}

/// What the run would make of everything that it has listed.
pub async fn result(context: &OrgContext<'_>, run: &str) -> Result<RunResult, WorkError> {
    let mut result = RunResult::default();
    let mut after = None;
    loop {
        let place = (after.as_ref(), ROWS_AT_ONCE);
        let page = context.app.store.previews_after(context.org(), run, place);
        let (rows, next) = page.await?;
        for PreviewRow { came, reason, .. } in &rows {
            result.add(*came, *reason);
        }
        after = next;
        if after.is_none() {
            return Ok(result);
        }
    }
}
