//! What an administrator asks for again: something that was given up, or a job that was deleted
//! (B18, B25).
//!
//! Each takes away what keeps a look from doing it, and queues that look. Asked for twice it is
//! looked at twice, which does no harm.

use companycam::ids::{PhotoId, ProjectId};
use model::messages::{Look, Origin, SyncMessage};
use model::organization::Organization;
use model::project::LinkState;
use one_click::JobId;
use runtime::{App, WorkError};
use store::activity::{Entry, Kind, Outcome};

/// What can be tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryTarget {
    /// A photo that could not be copied.
    Photo(PhotoId),
    /// The photos of a project, which could not be read.
    ProjectPhotos(ProjectId),
    /// A project that could not be brought over.
    Project(ProjectId),
    /// A job that could not be brought over.
    Job(JobId),
    /// A job's project that could not be reassigned.
    Reassigning(JobId, ProjectId),
}

impl RetryTarget {
    /// What an entry of the activity log is about, if it failed and can be tried again by itself.
    pub fn of(entry: &Entry) -> Option<Self> {
        if entry.outcome != Outcome::Failed {
            return None;
        }
        match (
            entry.kind,
            &entry.project_id,
            &entry.job_id,
            &entry.photo_id,
        ) {
            (_, _, _, Some(photo)) => Some(Self::Photo(photo.clone())),
            (Kind::Photo, Some(project), _, None) => Some(Self::ProjectPhotos(project.clone())),
            (Kind::Project, Some(project), Some(job), None) => {
                Some(Self::Reassigning(job.clone(), project.clone()))
            }
            (Kind::Project, Some(project), None, None) => Some(Self::Project(project.clone())),
            (Kind::Project, None, Some(job), None) => Some(Self::Job(job.clone())),
            _ => None,
        }
    }
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOutcome {
    /// The look is queued.
    Queued,
    /// It is a company's that was connected before: those links rest (B5).
    Rests,
    /// There is nothing to be done: it is there already.
    Nothing,
}

/// Tries it again, as it is now.
pub async fn retry(
    app: &App,
    organization: &Organization,
    subject: &RetryTarget,
) -> Result<RetryOutcome, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let project = match subject {
        RetryTarget::Photo(id) => store.photo(org, id).await?.map(|row| row.project_id),
        RetryTarget::ProjectPhotos(id)
        | RetryTarget::Project(id)
        | RetryTarget::Reassigning(_, id) => Some(id.clone()),
        RetryTarget::Job(_) => None,
    };
    if let Some(project) = &project
        && rests(app, organization, project).await?
    {
        return Ok(RetryOutcome::Rests);
    }
    let look = match subject {
        RetryTarget::Photo(id) => {
            store.retry_photo(org, id).await?;
            Look::Photo {
                photo_id: id.clone(),
                tags: true,
            }
        }
        RetryTarget::ProjectPhotos(id) => Look::photos_of(id, None),
        RetryTarget::Project(id) => {
            store.retry_project(org, id).await?;
            project_look(id, Origin::Event)
        }
        RetryTarget::Job(id) => {
            store.retry_job(org, id).await?;
            Look::job(id)
        }
        RetryTarget::Reassigning(id, _) => {
            store.retry_reassigning(org, id).await?;
            Look::job(id)
        }
    };
    tracing::info!(org.id = %org, look.kind = look.kind(), ?subject, "an administrator asked for it again");
    app.queues
        .send_looks(&[SyncMessage::new(org, look)])
        .await?;
    Ok(RetryOutcome::Queued)
}

/// Lets a project whose job was deleted make another one (B18).
pub async fn bring_back(
    app: &App,
    organization: &Organization,
    id: &ProjectId,
) -> Result<RetryOutcome, WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let Some(row) = store.project(org, id).await? else {
        return Ok(RetryOutcome::Nothing);
    };
    if row.company_id != organization.company_id {
        return Ok(RetryOutcome::Rests);
    }
    let reopened = match (row.state, &row.job_id) {
        (LinkState::JobDeleted, Some(job)) => store.reopen_link(org, id, job).await?,
        // Pressed before, and perhaps cut off ahead of queueing the look.
        (LinkState::Unseen, _) => row.revision > 0,
        _ => false,
    };
    if !reopened {
        return Ok(RetryOutcome::Nothing);
    }
    // If the project is gone from CompanyCam as well, this says so.
    let look = project_look(id, Origin::Deletion);
    tracing::info!(org.id = %org, project.id = %id, "an administrator asked for a deleted job to be brought back");
    app.queues
        .send_looks(&[SyncMessage::new(org, look)])
        .await?;
    Ok(RetryOutcome::Queued)
}

fn project_look(id: &ProjectId, origin: Origin) -> Look {
    Look::Project {
        project_id: id.clone(),
        origin,
    }
}

async fn rests(app: &App, organization: &Organization, id: &ProjectId) -> Result<bool, WorkError> {
    let row = app.store.project(&organization.org_id, id).await?;
    Ok(row.is_some_and(|row| row.company_id != organization.company_id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(outcome: &str, kind: &str, ids: [Option<&str>; 3]) -> Entry {
        let [project, job, photo] = ids;
        serde_json::from_value(json!({
            "org_id": "o", "at_id": "1", "at": 1, "kind": kind, "outcome": outcome, "text": "",
            "project_id": project, "job_id": job, "photo_id": photo, "expires_at": 2
        }))
        .unwrap()
    }

    #[test]
    fn b25_what_failed_can_be_tried_again() {
        let of = |kind, ids| RetryTarget::of(&entry("failed", kind, ids));
        let project = || ProjectId::parse("p").unwrap();
        let job = || JobId::parse("j").unwrap();
        let photo = Some(RetryTarget::Photo(PhotoId::parse("f").unwrap()));
        assert_eq!(of("photo", [Some("p"), Some("j"), Some("f")]), photo);
        assert_eq!(of("photo", [None, None, Some("f")]), photo);
        let photos = Some(RetryTarget::ProjectPhotos(project()));
        assert_eq!(of("photo", [Some("p"), None, None]), photos);
        let reassigning = Some(RetryTarget::Reassigning(job(), project()));
        assert_eq!(of("project", [Some("p"), Some("j"), None]), reassigning);
        assert_eq!(
            of("project", [Some("p"), None, None]),
            Some(RetryTarget::Project(project()))
        );
        assert_eq!(
            of("project", [None, Some("j"), None]),
            Some(RetryTarget::Job(job()))
        );
    }

    #[test]
    fn b25_what_names_nothing_or_did_not_fail_is_not_tried_again() {
        for kind in ["sync", "connection", "user", "project", "photo"] {
            assert_eq!(
                RetryTarget::of(&entry("failed", kind, [None; 3])),
                None,
                "{kind}"
            );
        }
        let done = entry("copied", "photo", [Some("p"), Some("j"), Some("f")]);
        assert_eq!(RetryTarget::of(&done), None);
    }
}
