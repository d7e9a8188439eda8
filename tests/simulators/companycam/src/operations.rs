//! What can be done to projects and photos, by the API, the web application and the control
//! routes alike: each changes the state and fires the event that CompanyCam would fire.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use simulator_kit::{Picture, jpeg};

use crate::Shared;
use crate::settings::MergedPayload;
use crate::shapes::Shaper;
use crate::state::{
    Address, Contact, Id, Photo, PhotoFile, Project, Source, State, Tag, UriKind, now,
};

/// A project to be made.
#[derive(Default)]
pub(crate) struct NewProject {
    pub company: Id,
    pub creator: Id,
    pub name: Option<String>,
    pub address: Address,
    pub coordinates: Option<Value>,
    pub contact: Option<Contact>,
}

/// A photo to be made.
pub(crate) struct NewPhoto {
    pub project: Id,
    pub creator: Id,
    pub file: Arc<PhotoFile>,
    pub captured_at: i64,
    pub description: Option<String>,
    pub tags: Vec<String>,
    pub internal: bool,
    pub uri: UriKind,
}

impl State {
    /// Whether anybody listens: shaping an object for nobody costs, a photo's most of all.
    pub fn has_webhooks(&self, company: Id) -> bool {
        self.webhooks
            .values()
            .any(|webhook| webhook.company == company)
    }

    fn fire_project(&mut self, id: Id, event_type: &str) {
        let project = self.projects.get(&id);
        if let Some(project) = project.filter(|project| self.has_webhooks(project.company)) {
            let object = self.shape_project(&Shaper::new(self), project);
            self.fire(project.company, event_type, object);
        }
    }

    pub fn fire_photo(&mut self, id: Id, event_type: &str) {
        let photo = self.photos.get(&id);
        if let Some(photo) = photo.filter(|photo| self.has_webhooks(photo.company)) {
            let object = Shaper::new(self).photo(photo, &self.creator_name(photo.creator));
            self.fire(photo.company, event_type, object);
        }
    }

    pub fn create_project(&mut self, new: NewProject) -> Id {
        let id = self.take_id();
        let contact = new.contact.map(|contact| Contact {
            id: self.take_id(),
            ..contact
        });
        let project = Project {
            id,
            company: new.company,
            creator: new.creator,
            name: new.name,
            address: new.address,
            coordinates: new.coordinates,
            geofence: Value::Array(Vec::new()),
            contact,
            integrations: Vec::new(),
            shared_with: Vec::new(),
            notepad: None,
            labels: Vec::new(),
            assignees: Vec::new(),
            deleted: false,
            archived: false,
            merged_into: None,
            created_at: now(),
            updated_at: now(),
        };
        self.projects.insert(id, project);
        self.fire_project(id, "project.created");
        id
    }

    /// Changes a project in place and fires `event_type`.
    pub fn change_project(&mut self, id: Id, event_type: &str, change: impl FnOnce(&mut Project)) {
        if let Some(project) = self.projects.get_mut(&id) {
            change(project);
            self.touch_project(id);
            self.fire_project(id, event_type);
        }
    }

    pub fn set_contact(&mut self, id: Id, contact: Contact) {
        let known = self
            .projects
            .get(&id)
            .and_then(|project| project.contact.as_ref());
        let (contact_id, event_type) = match known {
            Some(known) => (known.id, "project.contact_updated"),
            None => (self.take_id(), "project.contact_created"),
        };
        self.change_project(id, event_type, |project| {
            project.contact = Some(Contact {
                id: contact_id,
                ..contact
            });
        });
    }

    pub fn add_labels(&mut self, project: Id, names: &[String]) -> Vec<Id> {
        let Some(company) = self.projects.get(&project).map(|project| project.company) else {
            return Vec::new();
        };
        let mut ids = Vec::new();
        for name in names {
            let known = self.labels.values().find(|label| {
                label.company == company && label.display_value.eq_ignore_ascii_case(name)
            });
            let id = if let Some(label) = known {
                label.id
            } else {
                let id = self.take_id();
                let label = Tag {
                    id,
                    company,
                    display_value: name.clone(),
                    created_at: now(),
                    updated_at: now(),
                };
                self.labels.insert(id, label);
                id
            };
            ids.push(id);
            self.change_project(project, "project.label_added", |project| {
                if !project.labels.contains(&id) {
                    project.labels.push(id);
                }
            });
        }
        ids
    }

    /// Assignments raise the project's activity; no event exists for them.
    pub fn assign(&mut self, project: Id, user: Id, assigned: bool) {
        if let Some(project) = self.projects.get_mut(&project) {
            project.assignees.retain(|known| *known != user);
            if assigned {
                project.assignees.push(user);
            }
        }
        self.touch_project(project);
    }

    /// Moves everything of one project to another and deletes the emptied one.
    pub fn merge_projects(&mut self, merged: Id, survivor: Id) {
        for photo in self
            .photos
            .values_mut()
            .filter(|photo| photo.project == merged)
        {
            photo.project = survivor;
            photo.bump();
        }
        for document in self
            .documents
            .values_mut()
            .filter(|document| document.project == merged)
        {
            document.project = survivor;
        }
        if let Some(project) = self.projects.get_mut(&merged) {
            project.deleted = true;
            project.merged_into = Some(survivor);
        }
        self.touch_project(merged);
        self.touch_project(survivor);
        let about = match self.settings.merged_payload {
            MergedPayload::Survivor => survivor,
            MergedPayload::Merged => merged,
        };
        self.fire_project(about, "project.merged");
    }

    /// The photo is `pending`; [`finish_later`] or [`State::finish_photo`] ends that.
    pub fn create_photo(&mut self, new: NewPhoto) -> Id {
        let id = self.take_id();
        let company = self
            .projects
            .get(&new.project)
            .map_or(0, |project| project.company);
        let tags = new
            .tags
            .iter()
            .map(|name| self.tag_named(company, name))
            .collect();
        let photo = Photo {
            id,
            company,
            creator: new.creator,
            project: new.project,
            processing_status: "pending".into(),
            deleted: false,
            internal: new.internal,
            description: new.description,
            tags,
            uri: new.uri,
            files: vec![new.file],
            captured_at: new.captured_at,
            created_at: now(),
            updated_at: now(),
        };
        self.photos.insert(id, photo);
        self.touch_project(new.project);
        id
    }

    /// Ends a photo's processing; `photo.created` fires only now, and only for a finished photo.
    pub fn finish_photo(&mut self, id: Id, processing_status: &str) {
        let Some(photo) = self.photos.get_mut(&id) else {
            return;
        };
        processing_status.clone_into(&mut photo.processing_status);
        photo.updated_at = photo.updated_at.max(now());
        let project = photo.project;
        self.touch_project(project);
        if processing_status == "processed" {
            self.fire_photo(id, "photo.created");
        }
    }

    /// Draws a mark on a photo: new bytes, a new hash, a new version.
    pub fn annotate_photo(&mut self, id: Id) {
        self.redraw_photo(id, Photo::bump);
    }

    /// As for an edit in the second of the one before: only the hash tells.
    pub fn annotate_photo_within_its_second(&mut self, id: Id) {
        self.redraw_photo(id, |_| {});
    }

    fn redraw_photo(&mut self, id: Id, bump: impl FnOnce(&mut Photo)) {
        let Some(photo) = self.photos.get_mut(&id) else {
            return;
        };
        let mark = u32::try_from(photo.files.len() - 1).unwrap_or_default();
        let annotated = photo.files.last().and_then(|file| match &file.source {
            Source::Drawn(picture) | Source::Heic(picture) => {
                let picture = Picture {
                    marks: picture.marks + 1,
                    ..picture.clone()
                };
                Some(PhotoFile::drawn(picture))
            }
            Source::Uploaded(bytes) => jpeg::annotate(bytes, mark, photo.captured_at)
                .ok()
                .map(|jpeg| PhotoFile::uploaded(jpeg.to_bytes())),
        });
        photo.files.extend(annotated);
        bump(photo);
        let project = photo.project;
        self.touch_project(project);
        self.fire_photo(id, "photo.updated");
    }

    pub fn describe_photo(&mut self, id: Id, description: Option<String>) {
        let Some(photo) = self.photos.get_mut(&id) else {
            return;
        };
        photo.description = description.filter(|text| !text.is_empty());
        photo.bump();
        let project = photo.project;
        self.touch_project(project);
        self.fire_photo(id, "photo.description_updated");
    }

    /// No event exists for a change of `internal`.
    pub fn set_internal(&mut self, id: Id, internal: bool) {
        if let Some(photo) = self.photos.get_mut(&id) {
            photo.internal = internal;
            photo.bump();
            let project = photo.project;
            self.touch_project(project);
        }
    }

    /// No event exists for a moved photo.
    pub fn move_photo(&mut self, id: Id, project: Id) {
        if let Some(photo) = self.photos.get_mut(&id) {
            photo.project = project;
            photo.bump();
            self.touch_project(project);
        }
    }

    /// Dates a project with everything in it back. No event: it only looks as if it had been so long ago.
    pub fn age_project(&mut self, id: Id, seconds: i64) {
        if let Some(project) = self.projects.get_mut(&id) {
            project.created_at -= seconds;
            project.updated_at -= seconds;
        }
        let photos = self.photos.values_mut();
        for photo in photos.filter(|photo| photo.project == id) {
            photo.captured_at -= seconds;
            photo.created_at -= seconds;
            photo.updated_at -= seconds;
        }
        let documents = self.documents.values_mut();
        for document in documents.filter(|document| document.project == id) {
            document.created_at -= seconds;
            document.updated_at -= seconds;
        }
    }

    /// Removes a project with everything in it as if it had never been; whether it was there.
    pub fn forget_project(&mut self, id: Id) -> bool {
        self.photos.retain(|_, photo| photo.project != id);
        self.documents.retain(|_, document| document.project != id);
        self.projects.remove(&id).is_some()
    }

    /// No event exists for a deleted photo, and its project shows no activity.
    pub fn delete_photo(&mut self, id: Id) {
        if let Some(photo) = self.photos.get_mut(&id) {
            photo.deleted = true;
            photo.bump();
        }
    }

    /// Nor for one that comes back.
    pub fn restore_photo(&mut self, id: Id) {
        if let Some(photo) = self.photos.get_mut(&id) {
            photo.deleted = false;
            photo.bump();
        }
    }
}

/// Finishes a photo after the configured processing time; at once if that is zero.
pub(crate) fn finish_later(sim: &Shared, state: &mut State, photo: Id) {
    let wait = state.settings.processing_ms;
    if wait == 0 {
        state.finish_photo(photo, "processed");
        return;
    }
    let sim = Arc::downgrade(sim);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        if let Some(sim) = sim.upgrade() {
            sim.lock().finish_photo(photo, "processed");
        }
    });
}
