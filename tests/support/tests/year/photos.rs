//! Photos in CompanyCam.

use std::collections::BTreeSet;

use http::Method;
use md5::{Digest, Md5};
use rand::RngExt;
use serde_json::{Value, json};
use test_support::steps::now;

use crate::calendar::{Year, nothing};
use crate::model::{File, Photo};

/// Small, since there are many.
const BYTES: usize = 3_000;
const TAGS: [&str; 6] = ["Roof", "Siding", "Before", "After", "Damage", "Crew"];

pub fn md5_of(bytes: &[u8]) -> String {
    let hash: [u8; 16] = Md5::digest(bytes).into();
    format!("{:032x}", u128::from_be_bytes(hash))
}

impl Year {
    /// One that is there, on a project that is there.
    fn some_photo(&mut self, holds: impl Fn(&Photo) -> bool) -> Option<String> {
        let projects = &self.model.projects;
        let photos = self.model.photos.values().filter(|photo| {
            let is_there = !projects[&photo.file.project].deleted && photo.file.deleted.is_none();
            is_there && holds(photo)
        });
        let ids: Vec<_> = photos.map(|photo| photo.file.id.clone()).collect();
        self.choose(&ids)
    }

    /// Something happens to the photo, and its project shows activity.
    fn stir(&mut self, id: &str, change: impl FnOnce(&mut Photo)) {
        let Some(photo) = self.model.photos.get_mut(id) else {
            return;
        };
        change(photo);
        photo.file.is_stirred = true;
        if let Some(project) = self.model.projects.get_mut(&photo.file.project) {
            project.is_stirred = true;
        }
    }

    pub async fn new_photos(&mut self) -> bool {
        let Some(project) = self.some_project() else {
            return false;
        };
        for _ in 0..self.random.random_range(1..=5) {
            self.new_photo(&project).await;
        }
        true
    }

    async fn new_photo(&mut self, project: &str) {
        let users: Vec<_> = self.model.people.names.keys().cloned().collect();
        let creator = self.choose(&users).expect("users");
        let captured_at = now() - self.random.random_range(0..30 * 86_400);
        let caption = self.perhaps("Caption");
        let tags: BTreeSet<_> = (0..self.random.random_range(0..3))
            .filter_map(|_| self.choose(&TAGS))
            .collect();
        let internal = self.one_in(10);
        let status = if self.one_in(12) {
            self.choose(&["processing", "processing_error", "duplicate"])
                .expect("some")
        } else {
            "processed"
        };
        let photo = json!({
            "bytes": BYTES, "creator_id": creator, "captured_at": captured_at, "description": caption,
            "tags": tags, "internal": internal, "processing_status": status,
        });
        let id = self.test.new_photo(project, photo).await;
        let file = File::new(&id, project, self.md5_of_photo(&id));
        self.note(format!("Photo {id} is taken for project {project}, {status}, internal: {internal}, with {tags:?}"), &[&id, project]);
        let photo = Photo {
            file,
            caption,
            tags: tags.into_iter().map(str::to_owned).collect(),
            internal,
            status: status.to_owned(),
            captured_at,
            captured_by: self.model.people.names[&creator].clone(),
        };
        self.model.photos.insert(id.clone(), photo);
        self.stir(&id, |_| {});
    }

    /// Of its newest version.
    fn md5_of_photo(&self, id: &str) -> String {
        let versions = self.test.companycam.photo(id).expect("it is there");
        md5_of(versions.last().expect("a version"))
    }

    pub async fn edit_caption(&mut self) -> bool {
        let Some(id) = self.some_photo(|photo| photo.status == "processed") else {
            return false;
        };
        let caption = self.perhaps("Caption");
        self.test
            .change_photo(&id, json!({"description": caption}))
            .await;
        self.note(format!("Photo {id} is described: {caption:?}"), &[&id]);
        self.stir(&id, |photo| photo.caption = caption);
        true
    }

    pub async fn annotate(&mut self) -> bool {
        let Some(id) = self.some_photo(|photo| photo.status == "processed") else {
            return false;
        };
        let same_second = self.one_in(4);
        let body = json!({ "same_second": same_second });
        self.companycam(Method::POST, &format!("/photos/{id}/annotate"), body)
            .await;
        self.note(
            format!("Photo {id} is drawn on, in the same second: {same_second}"),
            &[&id],
        );
        let md5 = self.md5_of_photo(&id);
        self.stir(&id, |photo| photo.file.md5 = md5);
        true
    }

    pub async fn hide_or_show(&mut self) -> bool {
        let hidden = self.one_in(2);
        let Some(id) = self.some_photo(|photo| photo.internal == hidden) else {
            return false;
        };
        self.test
            .change_photo(&id, json!({"internal": !hidden}))
            .await;
        self.note(format!("Photo {id} becomes internal: {}", !hidden), &[&id]);
        self.stir(&id, |photo| photo.internal = !hidden);
        true
    }

    pub async fn move_photo(&mut self) -> bool {
        let (photo, into) = (self.some_photo(|_| true), self.some_project());
        let (Some(id), Some(into)) = (photo, into) else {
            return false;
        };
        let from = self.model.photos[&id].file.project.clone();
        if from == into {
            return false;
        }
        self.test
            .change_photo(&id, json!({"project_id": into}))
            .await;
        self.note(
            format!("Photo {id} moves from project {from} to project {into}"),
            &[&id, &from, &into],
        );
        self.stir(&id, |photo| photo.file.project.clone_from(&into));
        if let Some(from) = self.model.projects.get_mut(&from) {
            from.lost_files = true;
        }
        true
    }

    pub async fn delete_photo(&mut self) -> bool {
        let Some(id) = self.some_photo(|_| true) else {
            return false;
        };
        self.companycam(Method::DELETE, &format!("/photos/{id}"), Value::Null)
            .await;
        let Some(photo) = self.model.photos.get_mut(&id) else {
            return false;
        };
        let left = photo.file.is_deleted().clone();
        let text = format!("Photo {id} is deleted, which leaves it {left:?}");
        self.note(text, &[&id]);
        true
    }

    pub async fn restore_photo(&mut self) -> bool {
        let photos = self.model.photos.values();
        let deleted = photos.filter(|photo| {
            let project = &self.model.projects[&photo.file.project];
            photo.file.deleted.is_some() && !project.deleted
        });
        let deleted: Vec<_> = deleted.map(|photo| photo.file.id.clone()).collect();
        let Some(id) = self.choose(&deleted) else {
            return false;
        };
        self.companycam(Method::POST, &format!("/photos/{id}/restore"), nothing())
            .await;
        self.note(format!("Photo {id} is brought back"), &[&id]);
        if let Some(photo) = self.model.photos.get_mut(&id) {
            photo.file.deleted = None;
            photo.file.is_stirred = true;
        }
        true
    }

    pub async fn finish_photo(&mut self) -> bool {
        let Some(id) = self.some_photo(|photo| photo.status != "processed") else {
            return false;
        };
        self.test
            .change_photo(&id, json!({"processing_status": "processed"}))
            .await;
        self.note(format!("Photo {id} is processed"), &[&id]);
        self.stir(&id, |photo| "processed".clone_into(&mut photo.status));
        true
    }

    pub async fn add_tag(&mut self) -> bool {
        let Some(id) = self.some_photo(|_| true) else {
            return false;
        };
        let tag = self.choose(&TAGS).expect("some");
        self.test.change_photo(&id, json!({"add_tag": tag})).await;
        self.note(format!("Photo {id} is tagged {tag}"), &[&id]);
        self.stir(&id, |photo| photo.tags.extend([tag.to_owned()]));
        true
    }

    pub async fn take_tag_off(&mut self) -> bool {
        let Some(id) = self.some_photo(|photo| !photo.tags.is_empty()) else {
            return false;
        };
        let Some(tag) = self
            .model
            .photos
            .get_mut(&id)
            .and_then(|photo| photo.tags.pop_first())
        else {
            return false;
        };
        self.test
            .change_photo(&id, json!({"remove_tag": tag}))
            .await;
        self.note(format!("Photo {id} is no longer tagged {tag}"), &[&id]);
        true
    }

    /// On every photo that has it.
    pub async fn rename_or_delete_tag(&mut self) -> bool {
        let state = self.test.companycam_state().await;
        let tags = state["tags"].as_array().unwrap();
        let Some(tag) = self.choose(tags) else {
            return false;
        };
        let (id, name) = (
            tag["id"].as_str().unwrap(),
            tag["display_value"].as_str().unwrap(),
        );
        let renamed = if self.one_in(2) {
            Some(self.unique("Tag"))
        } else {
            None
        };
        let path = format!("/tags/{id}");
        match &renamed {
            Some(renamed) => {
                self.companycam(Method::PATCH, &path, json!({"display_value": renamed}))
                    .await
            }
            None => self.companycam(Method::DELETE, &path, Value::Null).await,
        };
        self.note(format!("Tag {name} becomes {renamed:?}"), &["tags"]);
        for photo in self.model.photos.values_mut() {
            if photo.tags.remove(name) {
                photo.tags.extend(renamed.clone());
            }
        }
        true
    }
}
