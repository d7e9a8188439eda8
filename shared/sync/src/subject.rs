//! What a look is about, in words for the activity log.

use model::messages::Look;
use model::retry::RetryTarget;
use store::activity::{Kind, NewEntry};

/// The kind of entry, and the look's subject as a sentence begins with it.
pub fn of(look: &Look) -> (Kind, String) {
    match look {
        Look::Poll | Look::PollOn { .. } => (Kind::Sync, "The regular check".to_owned()),
        Look::Probe { .. }
        | Look::Resume { .. }
        | Look::ResumePhotos { .. }
        | Look::ResumeProjects { .. } => (Kind::Sync, "Going on after an outage".to_owned()),
        Look::Nightly { .. } => (Kind::Sync, "The nightly check".to_owned()),
        Look::Disconnect { .. } => (Kind::Connection, "Disconnecting".to_owned()),
        Look::Sync { .. } => (Kind::Sync, "The sync".to_owned()),
        Look::Project { project_id, .. } => (Kind::Project, format!("Project {project_id}")),
        Look::ProjectPhotos { project_id, .. } => (
            Kind::Photo,
            format!("The list of photos of project {project_id}"),
        ),
        Look::ProjectDocuments { project_id, .. } => (
            Kind::Document,
            format!("The list of documents of project {project_id}"),
        ),
        Look::Photo { photo_id, .. } => (Kind::Photo, format!("Photo {photo_id}")),
        Look::Document { document_id, .. } => (Kind::Document, format!("Document {document_id}")),
        Look::Job { job_id, .. } => (Kind::Project, format!("Job {job_id}")),
        Look::Matched { .. } => (
            Kind::User,
            "Looking for projects that waited for a match".to_owned(),
        ),
        Look::Undo { .. } => (Kind::Sync, "Undoing a sync".to_owned()),
    }
}

/// That the look can never succeed; why follows.
pub fn failed(look: &Look) -> String {
    let (_, what) = of(look);
    match look {
        Look::Poll | Look::PollOn { .. } => "The organization could not be polled".to_owned(),
        Look::Nightly { .. } => "The nightly check could not go on".to_owned(),
        Look::Disconnect { .. } => "Disconnecting could not be finished".to_owned(),
        Look::Sync { .. } => "The sync could not go on".to_owned(),
        Look::Project { .. } => format!("{what} could not be brought over"),
        Look::ProjectPhotos { project_id, .. } => {
            format!("The photos of project {project_id} could not be read")
        }
        Look::ProjectDocuments { project_id, .. } => {
            format!("The documents of project {project_id} could not be read")
        }
        Look::Job { .. } => format!("{what} could not be brought to CompanyCam"),
        Look::Matched { .. } => {
            "The projects that waited for a match could not be looked at".to_owned()
        }
        Look::Undo { .. } => "A sync could not be undone as a whole".to_owned(),
        Look::Probe { .. }
        | Look::Resume { .. }
        | Look::ResumePhotos { .. }
        | Look::ResumeProjects { .. }
        | Look::Photo { .. }
        | Look::Document { .. } => format!("{what} could not be looked at"),
    }
}

/// The entry that the look failed, with the ids of what it is about and what Retry does.
pub fn about(look: &Look, entry: NewEntry) -> NewEntry {
    match look {
        Look::Project { project_id, .. } => {
            let project_id = project_id.clone();
            entry
                .project(&project_id)
                .retrying(RetryTarget::Project { project_id })
        }
        Look::ProjectPhotos { project_id, .. } => {
            let project_id = project_id.clone();
            entry
                .project(&project_id)
                .retrying(RetryTarget::ProjectPhotos { project_id })
        }
        Look::ProjectDocuments { project_id, .. } => {
            let project_id = project_id.clone();
            entry
                .project(&project_id)
                .retrying(RetryTarget::ProjectDocuments { project_id })
        }
        Look::Photo { photo_id, .. } => {
            let photo_id = photo_id.clone();
            entry
                .photo(&photo_id)
                .retrying(RetryTarget::Photo { photo_id })
        }
        Look::Document {
            document_id,
            project_id,
        } => match project_id {
            Some(project) => entry.failed_file(&document_id.into(), project),
            None => entry.file(&document_id.into()),
        },
        Look::Job { job_id, .. } => {
            let job_id = job_id.clone();
            entry
                .job(Some(&job_id))
                .retrying(RetryTarget::Job { job_id })
        }
        Look::Poll
        | Look::PollOn { .. }
        | Look::Probe { .. }
        | Look::Resume { .. }
        | Look::ResumePhotos { .. }
        | Look::ResumeProjects { .. }
        | Look::Nightly { .. }
        | Look::Disconnect { .. }
        | Look::Sync { .. }
        | Look::Matched { .. }
        | Look::Undo { .. } => entry,
    }
}
