//! Retry, and bringing a deleted job back (B18, B25).

use std::sync::Arc;

use ::sync::retry::{self, RetryOutcome};
use axum::extract::{Request, State};
use axum::response::Response;
use companycam::ids::{DocumentId, PhotoId, ProjectId};
use http::StatusCode;
use model::file::{FileId, FileRow};
use model::retry::RetryTarget;
use one_click::{JobId, OrgId};
use runtime::App;
use serde::Deserialize;
use store::activity::{Entry, Kind, Offer};
use web::ErrorPage;

use crate::notice::Notice;
use crate::posted::{answer_at, live, sent};
use crate::view::{View, is_key};

/// Names what is meant: an entry of the log, or the thing itself.
#[derive(Debug, Deserialize)]
pub struct EntryForm {
    at_id: Option<String>,
    photo_id: Option<String>,
    document_id: Option<String>,
    project_id: Option<String>,
    job_id: Option<String>,
    /// Copy the file once more, whatever is known of its copy.
    again: Option<String>,
    #[serde(flatten)]
    view: View,
}

/// `POST /companycam/settings/retry`
pub async fn retry(State(app): State<Arc<App>>, request: Request) -> Response {
    answer_at(&app, try_again(&app, request).await)
}

/// `POST /companycam/settings/bring-back`
pub async fn bring_back(State(app): State<Arc<App>>, request: Request) -> Response {
    answer_at(&app, make_again(&app, request).await)
}

async fn try_again(app: &App, request: Request) -> Result<(Notice, View), ErrorPage> {
    let (signed_in, form) = sent::<EntryForm>(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let org = &organization.org_id;
    let subject = match &form.at_id {
        Some(at_id) => {
            let entry = entry(app, org, at_id).await?;
            entry.retry_target().ok_or_else(|| not_by_itself(&entry))?
        }
        None => subject(app, org, &form).await?.ok_or_else(unknown)?,
    };
    match retry::retry(app, &organization, &subject).await? {
        RetryOutcome::Queued | RetryOutcome::Nothing => Ok((Notice::Retried, form.view)),
        RetryOutcome::Rests => Err(rests()),
    }
}

async fn make_again(app: &App, request: Request) -> Result<(Notice, View), ErrorPage> {
    let (signed_in, form) = sent::<EntryForm>(app, request).await?;
    let organization = live(app, &signed_in).await?;
    let org = &organization.org_id;
    let project = match &form.at_id {
        Some(at_id) => {
            let entry = entry(app, org, at_id).await?;
            let offers = entry.offer == Some(Offer::BringBack);
            entry.project_id.filter(|_| offers)
        }
        None => form
            .project_id
            .as_deref()
            .and_then(|id| ProjectId::parse(id).ok()),
    };
    let project = project.ok_or_else(unknown)?;
    match retry::bring_back(app, &organization, &project).await? {
        RetryOutcome::Queued => Ok((Notice::BroughtBack, form.view)),
        RetryOutcome::Nothing => Ok((Notice::HasJob, form.view)),
        RetryOutcome::Rests => Err(rests()),
    }
}

/// The entry, of this organization only (B28).
async fn entry(app: &App, org: &OrgId, at_id: &str) -> Result<Entry, ErrorPage> {
    let found = if is_key(at_id) {
        app.store.entry(org, at_id).await?
    } else {
        None
    };
    found.ok_or_else(|| {
        let text =
            "Activity is kept for 30 days, and this entry is no longer there. Nothing was changed.";
        ErrorPage::new(StatusCode::NOT_FOUND, "This entry is gone", text)
    })
}

/// What the form names, if this organization knows it.
async fn subject(
    app: &App,
    org: &OrgId,
    form: &EntryForm,
) -> Result<Option<RetryTarget>, ErrorPage> {
    let store = &app.store;
    if let Some(id) = form
        .photo_id
        .as_deref()
        .and_then(|id| PhotoId::parse(id).ok())
    {
        let row = store.photo(org, &id).await?;
        return Ok(row.map(|row| match form.again {
            Some(_) => again(row),
            None => RetryTarget::Photo { photo_id: id },
        }));
    }
    if let Some(id) = form
        .document_id
        .as_deref()
        .and_then(|id| DocumentId::parse(id).ok())
    {
        let row = store.file(org, &FileId::from(&id)).await?;
        return Ok(row.map(|row| match form.again {
            Some(_) => again(row),
            None => RetryTarget::Document {
                document_id: id,
                project_id: row.project_id,
            },
        }));
    }
    if let Some(id) = form
        .project_id
        .as_deref()
        .and_then(|id| ProjectId::parse(id).ok())
    {
        let row = store.project(org, &id).await?;
        return Ok(row.map(|row| RetryTarget::Project {
            project_id: row.project_id,
        }));
    }
    if let Some(id) = form.job_id.as_deref().and_then(|id| JobId::parse(id).ok()) {
        let claim = store.claim(org, &id).await?;
        return Ok(claim.map(|claim| RetryTarget::Job {
            job_id: claim.job_id,
        }));
    }
    Ok(None)
}

fn again(row: FileRow) -> RetryTarget {
    RetryTarget::Again {
        file: row.id,
        project_id: row.project_id,
    }
}

fn not_by_itself(entry: &Entry) -> ErrorPage {
    let text = if entry.kind == Kind::Sync {
        "A sync is not tried again from here: press Sync, which begins anew with the window that you choose. Nothing was changed."
    } else {
        "There is nothing here that could be tried again by itself. Nothing was changed."
    };
    ErrorPage::new(StatusCode::CONFLICT, "This can’t be tried again", text)
}

fn unknown() -> ErrorPage {
    let text = "Nothing like this is known here. Nothing was changed. Go back to the settings and reload them.";
    ErrorPage::new(StatusCode::NOT_FOUND, "Not known", text)
}

fn rests() -> ErrorPage {
    let text = "It belongs to a CompanyCam company that was connected before. It stays as it is until that company is connected again. Nothing was changed.";
    ErrorPage::new(StatusCode::CONFLICT, "Of another company", text)
}
