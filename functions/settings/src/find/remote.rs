//! What both sides themselves say of what has no row here: why it has none.

use std::time::Duration;

use companycam::ids::{PhotoId, ProjectId};
use companycam::{Photo, Project};
use decide::fields::{customer_name, project_fields};
use model::organization::{ConnectionState, Organization};
use model::preferences::Preference;
use model::project::SkipReason;
use one_click::{Error as OneClickError, JobId, OrgId};
use runtime::pacing::Lane;
use runtime::{App, CallError};

use super::states::{NOT_LISTED, answer, skipped};
use super::{Act, Answer, Tone};

/// The page does not wait any longer for an answer, and does without.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whoever would know does not answer, or is not connected.
#[derive(Debug, Clone, Copy)]
pub struct Unreachable;

/// What CompanyCam says of a photo; the answer names the project it is in.
pub async fn photo(
    app: &App,
    organization: &Organization,
    id: &PhotoId,
) -> Result<Answer, Unreachable> {
    let companycam = app.companycam(organization, Lane::Live).within(PATIENCE);
    let read = companycam.photo(id);
    Ok(match said(organization, read).await? {
        Some(photo) => photo_state(&photo, organization),
        None => no_such(format!("Photo {id}"), organization),
    })
}

/// What CompanyCam says of a project.
pub async fn project(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<Answer, Unreachable> {
    let companycam = app.companycam(organization, Lane::Live).within(PATIENCE);
    let read = companycam.project(id);
    Ok(match said(organization, read).await? {
        Some(project) => project_state(&project, app.clock.now_s()),
        None => no_such(format!("Project {id}"), organization),
    })
}

/// Whether One Click has this job in the organization.
pub async fn has_job(app: &App, org: &OrgId, id: &JobId) -> Result<bool, Unreachable> {
    let silent = |cause: String| {
        tracing::warn!(org.id = %org, cause, "One Click could not be asked whether it has a job");
        Unreachable
    };
    let one_click = app.one_click().await;
    let one_click = one_click.map_err(|error| silent(error.to_string()))?;
    match tokio::time::timeout(PATIENCE, Box::pin(one_click.job(org, id))).await {
        Ok(Ok(_)) => Ok(true),
        Ok(Err(OneClickError::NotFound)) => Ok(false),
        Ok(Err(error)) => Err(silent(error.to_string())),
        Err(_) => Err(silent("no answer in time".to_owned())),
    }
}

/// `None`: there is no such thing, as far as whoever connected may see.
async fn said<T>(
    organization: &Organization,
    read: impl Future<Output = Result<T, CallError>>,
) -> Result<Option<T>, Unreachable> {
    if organization.state != ConnectionState::Connected {
        return Err(Unreachable);
    }
    match Box::pin(read).await {
        Ok(thing) => Ok(Some(thing)),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => {
            tracing::warn!(org.id = %organization.org_id, cause = %failure, "CompanyCam could not be asked where something is");
            Err(Unreachable)
        }
    }
}

fn no_such(what: String, organization: &Organization) -> Answer {
    let text = format!(
        "{} has nothing with this number in CompanyCam that the connected account ({}) can see. It may be mistyped, deleted, another company’s, or hidden from that account.",
        organization.company_name, organization.connected_by
    );
    answer(what, "Not found", Tone::Warn, text)
}

fn photo_state(photo: &Photo, organization: &Organization) -> Answer {
    let told = |state, text, act| Answer {
        photo: Some(photo.id.clone()),
        project: photo.project_id.clone(),
        act,
        ..answer(format!("Photo {}", photo.id), state, Tone::Warn, text)
    };
    if photo.is_deleted() {
        let text = "Skipped because it was deleted in CompanyCam before it was copied.";
        return told("Skipped", text, None);
    }
    if photo.internal && !organization.preferences.has(Preference::CopyInternalPhotos) {
        let text = "Skipped because it’s marked internal in CompanyCam. Remove the mark there, or turn on copying internal photos; then run a sync.";
        return told("Skipped", text, Some(Act::Preferences));
    }
    if !photo.is_processed() {
        let text = "CompanyCam has not finished processing it; it comes over as soon as that is done. If CompanyCam took it for a duplicate or could not read it, that is never.";
        return told("Waiting", text, None);
    }
    let text = "Not checked yet. If its project has a job, it’s copied within 15 minutes; its project is below.";
    told("Waiting", text, None)
}

fn project_state(project: &Project, now: i64) -> Answer {
    let id = &project.id;
    let name = customer_name(id, &project_fields(project));
    let what = format!("Project “{name}” ({id})");
    let told = if project.is_deleted() {
        skipped(Some(SkipReason::Deleted), project.created_at, now, what)
    } else if project.archived {
        skipped(Some(SkipReason::Archived), project.created_at, now, what)
    } else {
        Answer {
            act: Some(Act::Sync),
            ..answer(what, "Not imported", Tone::Warn, NOT_LISTED)
        }
    };
    Answer {
        project: Some(id.clone()),
        ..told
    }
}
