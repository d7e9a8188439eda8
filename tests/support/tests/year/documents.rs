//! Documents in CompanyCam.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use test_support::steps::text;

use crate::calendar::Year;
use crate::model::{Document, File};
use crate::photos::md5_of;

impl Year {
    fn some_document(&mut self) -> Option<String> {
        let projects = &self.model.projects;
        let documents = self.model.documents.values().filter(|document| {
            document.file.deleted.is_none() && !projects[&document.file.project].deleted
        });
        let ids: Vec<_> = documents.map(|document| document.file.id.clone()).collect();
        self.choose(&ids)
    }

    fn stir_document(&mut self, id: &str, change: impl FnOnce(&mut Document)) {
        let Some(document) = self.model.documents.get_mut(id) else {
            return;
        };
        change(document);
        document.file.is_stirred = true;
        if let Some(project) = self.model.projects.get_mut(&document.file.project) {
            project.is_stirred = true;
        }
    }

    pub async fn new_document(&mut self) -> bool {
        let Some(project) = self.some_project() else {
            return false;
        };
        let name = format!("{}.txt", self.unique("Plan"));
        let content = self.unique("Content");
        let body = json!({"name": name, "content": STANDARD.encode(&content)});
        let made = self
            .companycam(
                Method::POST,
                &format!("/projects/{project}/documents"),
                body,
            )
            .await;
        let id = text(&made["id"]);
        self.note(
            format!("Document {id} is added to project {project}"),
            &[&id, &project],
        );
        let file = File::new(&id, &project, md5_of(content.as_bytes()));
        self.model
            .documents
            .insert(id.clone(), Document { file, name });
        self.stir_document(&id, |_| {});
        true
    }

    /// Another name, another file, or both.
    pub async fn change_document(&mut self) -> bool {
        let Some(id) = self.some_document() else {
            return false;
        };
        let (renames, replaces) = (self.one_in(2), self.one_in(2));
        if !renames && !replaces {
            return false;
        }
        let mut body = json!({});
        if renames {
            let name = format!("{}.txt", self.unique("Renamed"));
            body["name"] = json!(name);
            self.stir_document(&id, |document| document.name = name);
        }
        if replaces {
            let content = self.unique("Content");
            body["content"] = json!(STANDARD.encode(&content));
            self.stir_document(&id, |document| {
                document.file.md5 = md5_of(content.as_bytes());
            });
        }
        self.note(
            format!("Document {id} is renamed: {renames}, replaced: {replaces}"),
            &[&id],
        );
        self.companycam(Method::PATCH, &format!("/documents/{id}"), body)
            .await;
        true
    }

    pub async fn move_document(&mut self) -> bool {
        let (document, into) = (self.some_document(), self.some_project());
        let (Some(id), Some(into)) = (document, into) else {
            return false;
        };
        let from = self.model.documents[&id].file.project.clone();
        if from == into {
            return false;
        }
        self.companycam(
            Method::PATCH,
            &format!("/documents/{id}"),
            json!({"project_id": into}),
        )
        .await;
        self.note(
            format!("Document {id} moves from project {from} to project {into}"),
            &[&id, &from, &into],
        );
        self.stir_document(&id, |document| document.file.project = into);
        true
    }

    pub async fn delete_document(&mut self) -> bool {
        let Some(id) = self.some_document() else {
            return false;
        };
        self.companycam(Method::DELETE, &format!("/documents/{id}"), Value::Null)
            .await;
        let Some(document) = self.model.documents.get_mut(&id) else {
            return false;
        };
        let left = document.file.is_deleted().clone();
        let text = format!("Document {id} is deleted, which leaves it {left:?}");
        self.note(text, &[&id]);
        true
    }
}
