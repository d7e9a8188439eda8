//! What can be done to documents, by the API, the web application and the control routes alike.

use std::sync::Arc;

use simulator_kit::Chunked;

use crate::files::{self, DocumentFile};
use crate::shapes::Shaper;
use crate::state::{Document, Id, State, UriKind, now};

/// A document to be made.
pub(crate) struct NewDocument {
    pub project: Id,
    pub creator: Id,
    pub name: String,
    pub content: Content,
    /// `None`: what the ending of the name stands for.
    pub content_type: Option<String>,
}

/// Where a document's bytes come from.
pub(crate) enum Content {
    Given(Chunked),
    /// As many bytes that say which document and version it is.
    MadeUp(usize),
}

/// The given parts of a document.
#[derive(Default)]
pub(crate) struct DocumentChange {
    pub name: Option<String>,
    pub content: Option<Content>,
    pub content_type: Option<String>,
}

impl State {
    fn fire_document(&mut self, id: Id, event_type: &str) {
        let Some(document) = self.documents.get(&id) else {
            return;
        };
        let project = self.projects.get(&document.project);
        let Some(company) = project.map(|project| project.company) else {
            return;
        };
        if !self.has_webhooks(company) {
            return;
        }
        let creator = self.creator_name(document.creator);
        let mut object = Shaper::new(self).document(document, &creator);
        if self.settings.document_events_without_project
            && let Some(fields) = object.as_object_mut()
        {
            fields.remove("project_id");
        }
        self.fire(company, event_type, object);
    }

    pub fn create_document(&mut self, new: NewDocument) -> Id {
        let id = self.take_id();
        let content_type = new
            .content_type
            .unwrap_or_else(|| files::content_type(&new.name).to_owned());
        let file = file(new.content, &content_type, (&new.name, id, 1));
        let document = Document {
            id,
            creator: new.creator,
            project: new.project,
            name: new.name,
            file,
            version: 1,
            content_type,
            uri: UriKind::Normal,
            created_at: now(),
            updated_at: now(),
        };
        self.documents.insert(id, document);
        self.touch_project(new.project);
        self.fire_document(id, "document.created");
        id
    }

    /// Renames a document, gives it another file, or both at once.
    pub fn change_document(&mut self, id: Id, change: DocumentChange) {
        let Some(document) = self.documents.get_mut(&id) else {
            return;
        };
        if let Some(name) = change.name {
            document.name = name;
        }
        if let Some(content_type) = change.content_type {
            document.content_type = content_type;
        }
        if let Some(content) = change.content {
            document.version += 1;
            let text = (document.name.as_str(), id, document.version);
            document.file = file(content, &document.content_type, text);
        }
        document.bump();
        let project = document.project;
        self.touch_project(project);
        self.fire_document(id, "document.updated");
    }

    /// No event exists for a moved document.
    pub fn move_document(&mut self, id: Id, project: Id) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.project = project;
            document.bump();
            self.touch_project(project);
        }
    }

    /// No event exists for a deleted document, and its project shows no activity.
    pub fn delete_document(&mut self, id: Id) {
        self.documents.remove(&id);
    }
}

fn file(
    content: Content,
    content_type: &str,
    (name, id, version): (&str, Id, u32),
) -> Arc<DocumentFile> {
    DocumentFile::new(match content {
        Content::Given(given) => given,
        Content::MadeUp(size) => {
            let text = format!("{name}, document {id}, version {version}");
            files::made_up(content_type, &text, size)
        }
    })
}
