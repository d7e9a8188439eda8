//! A look at one document.

use companycam::ids::{DocumentId, ProjectId};
use model::messages::Origin;
use model::project::{LinkState, SkipReason};
use runtime::WorkError;

use crate::context::OrgContext;
use crate::{documents, project};

/// Looks at a document that an event is about: at all of its project's, since one can't be asked for.
/// `told`: the project that the event named.
pub async fn look_at_document(
    context: &OrgContext<'_>,
    id: &DocumentId,
    told: Option<&ProjectId>,
) -> Result<(), WorkError> {
    let Some(project) = documents::project_of(context, id, told).await? else {
        // The next poll lists its project, or the next sync.
        tracing::info!(org.id = %context.org(), document.id = %id, "an event names a document and no project");
        return Ok(());
    };
    let row = context.app.store.project(context.org(), &project).await?;
    let waits = row.as_ref().is_none_or(|row| {
        row.state == LinkState::Unseen || row.reason == Some(SkipReason::NoMatchedUser)
    });
    if waits {
        // The document's event came before its project's, or that was lost. A job that is made now gets
        // all of the project's documents.
        let looked = project::look_at_project(context, &project, Origin::Event, None);
        return Box::pin(looked).await;
    }
    documents::look_at_project_documents(context, &project, 1).await
}
