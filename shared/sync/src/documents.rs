//! Looking at documents: which are wanted on which job (B16).
//!
//! CompanyCam has no request for one document, and no event of one that was deleted: what there is is the
//! list of a project's.

use std::collections::BTreeSet;

use companycam::ids::{DocumentId, ProjectId};
use companycam::{Document, Page};
use decide::document::wanted_document;
use decide::file::Known;
use model::file::FileId;
use model::messages::Look;
use model::preferences::Preference;
use model::project::{LinkState, ProjectRow};
use runtime::WorkError;
use store::activity::Kind;

use crate::context::OrgContext;
use crate::wish::{Wanted, by_id, linked_jobs, note_what_was_read, resting, want_all};

/// More pages than any project has: a list that never ends is none.
const MOST_PAGES: u32 = 200;

/// The project of a document that an event is about, where that can be told.
pub async fn project_of(
    context: &OrgContext<'_>,
    id: &DocumentId,
    told: Option<&ProjectId>,
) -> Result<Option<ProjectId>, WorkError> {
    if let Some(project) = told {
        return Ok(Some(project.clone()));
    }
    let row = context.app.store.file(context.org(), &id.into()).await?;
    Ok(row.map(|row| row.project_id))
}

/// Looks at one page of the project's documents, and queues the next. Nothing is asked for a project
/// without a job, or while documents are not to be copied.
pub async fn look_at_project_documents(
    context: &OrgContext<'_>,
    project: &ProjectId,
    page: u32,
) -> Result<(), WorkError> {
    let preferences = &context.organization.preferences;
    let (org, store) = (context.org(), &context.app.store);
    if !preferences.has(Preference::CopyDocuments) {
        return Ok(());
    }
    let row = store.project(org, project).await?;
    let Some(row) = row.filter(|row| row.state == LinkState::Linked) else {
        return Ok(());
    };
    let answer = context.companycam().project_documents(project, page).await;
    let answer = match answer {
        Err(failure) if failure.is_not_found() => return Ok(()),
        answer => answer?,
    };
    look_at_documents(context, &row, &answer).await?;
    match answer.next {
        Some(next) if next > page && next <= MOST_PAGES => {
            let look = Look::ProjectDocuments {
                project_id: project.clone(),
                page: next,
            };
            Ok(context.app.queues.send_looks(&[context.look(look)]).await?)
        }
        Some(_) | None => Ok(()),
    }
}

/// The documents that CompanyCam shows of a linked project; what of them is news is wanted from here on.
/// `None`: they are not to be copied, and not asked for. Of a project that is not there there are none.
pub async fn shown(
    context: &OrgContext<'_>,
    project: &ProjectRow,
) -> Result<Option<BTreeSet<FileId>>, WorkError> {
    let preferences = &context.organization.preferences;
    if !preferences.has(Preference::CopyDocuments) {
        return Ok(None);
    }
    let mut shown = BTreeSet::new();
    let mut next = Some(1);
    while let Some(page) = next.filter(|page| *page <= MOST_PAGES) {
        let companycam = context.companycam();
        let answer = companycam.project_documents(&project.project_id, page);
        let answer = match answer.await {
            Err(failure) if failure.is_not_found() => return Ok(Some(BTreeSet::new())),
            answer => answer?,
        };
        look_at_documents(context, project, &answer).await?;
        shown.extend(
            answer
                .items
                .iter()
                .map(|document| FileId::from(&document.id)),
        );
        next = answer.next.filter(|next| *next > page);
    }
    Ok(Some(shown))
}

/// Writes down what One Click should have of each document, and queues those where that differs from
/// what it has.
async fn look_at_documents(
    context: &OrgContext<'_>,
    project: &ProjectRow,
    page: &Page<Document>,
) -> Result<(), WorkError> {
    context
        .note_unreadable(Kind::Document, "document", &page.unreadable)
        .await?;
    let projects = std::slice::from_ref(project);
    if !resting(context, projects).is_empty() {
        return Ok(());
    }
    let (org, store) = (context.org(), &context.app.store);
    let listed = || page.items.iter().map(|document| FileId::from(&document.id));
    let rows = by_id(store.files(org, listed()).await?);
    let jobs = linked_jobs(context, projects);
    let now_ms = context.app.clock.now_ms();
    let wanted: Vec<_> = page
        .items
        .iter()
        .filter_map(|document| {
            let file = FileId::from(&document.id);
            let known = Known {
                row: rows.get(&file),
                job: jobs.get(&project.project_id),
                tags: None,
            };
            let preferences = &context.organization.preferences;
            let version = wanted_document(document, &known, preferences, now_ms)?;
            Some(Wanted {
                file,
                project: &project.project_id,
                version,
            })
        })
        .collect();
    want_all(context, &wanted, &rows).await?;
    let listed = listed().map(|file| (file, &project.project_id));
    note_what_was_read(context, listed, &rows, &wanted).await
}
