//! A look at one photo.

use companycam::Page;
use companycam::ids::PhotoId;
use model::messages::{Origin, PhotosSoFar};
use model::project::{LinkState, SkipReason};
use runtime::WorkError;

use crate::context::OrgContext;
use crate::photos;
use crate::project;
use crate::tags;
use crate::unfinished::look_again;

/// Looks at one photo, and with `tags` at its tags too, which is another call.
pub async fn look_at_photo(
    context: &OrgContext<'_>,
    id: &PhotoId,
    tags: bool,
) -> Result<(), WorkError> {
    let photo = context.companycam().photo(id).await;
    let photo = match photo {
        // No event says that a photo was deleted; whoever connected may just see less than before.
        Err(failure) if failure.is_not_found() => {
            context
                .app
                .store
                .record_file_asked(context.org(), &id.into())
                .await?;
            return Ok(());
        }
        photo => photo?,
    };
    let Some(project) = photo.project_id.clone() else {
        return Ok(());
    };
    let row = context.app.store.project(context.org(), &project).await?;
    let waits = row.as_ref().is_none_or(|row| {
        row.state == LinkState::Unseen || row.reason == Some(SkipReason::NoMatchedUser)
    });
    if waits {
        // The photo's event came before its project's, or that was lost. A job that is made now gets
        // all of the project's photos.
        Box::pin(project::look_at_project(context, &project, Origin::Event)).await?;
    }
    let row = context.app.store.project(context.org(), &project).await?;
    let is_linked = row.is_some_and(|row| row.state == LinkState::Linked);
    // Of one that is seen for the first time no other event may tell any more.
    let is_new = context
        .app
        .store
        .photos(context.org(), [id])
        .await?
        .is_empty();
    // Without a job the photo goes nowhere, and its tags with it.
    let names = if is_linked && (tags || is_new) {
        tags::of(context, id).await?
    } else {
        None
    };
    let tags = names.into_iter().map(|names| (id.clone(), names)).collect();
    if is_linked && photo.is_being_processed() {
        look_again(context, &project, PhotosSoFar::default()).await?;
    }
    let page = Page {
        items: vec![photo],
        unreadable: Vec::new(),
        next: None,
        date: None,
    };
    photos::look_at_tagged_photos(context, &page, &tags).await?;
    Ok(())
}
