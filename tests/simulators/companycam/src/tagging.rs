//! What can be done to tags. Only adding one to a photo fires an event.

use crate::state::{Id, State, Tag, now};

/// Why a tag cannot be called so.
pub(crate) const TAKEN: &str = "Display value can't be blank and has to be unique";

impl State {
    fn tag_called(&self, company: Id, name: &str) -> Option<&Tag> {
        let name = name.trim();
        self.tags
            .values()
            .find(|tag| tag.company == company && tag.display_value.eq_ignore_ascii_case(name))
    }

    /// The company's tag of this name, made if there is none.
    pub fn tag_named(&mut self, company: Id, name: &str) -> Id {
        if let Some(tag) = self.tag_called(company, name) {
            return tag.id;
        }
        let id = self.take_id();
        let display_value = name.trim().to_owned();
        self.tags.insert(
            id,
            Tag {
                id,
                company,
                display_value,
                created_at: now(),
                updated_at: now(),
            },
        );
        id
    }

    pub fn tag_photo(&mut self, id: Id, names: &[String]) -> Vec<Id> {
        let Some(company) = self.photos.get(&id).map(|photo| photo.company) else {
            return Vec::new();
        };
        let tags: Vec<Id> = names
            .iter()
            .map(|name| self.tag_named(company, name))
            .collect();
        let touches = self.settings.tag_touches_photo;
        if let Some(photo) = self.photos.get_mut(&id) {
            for tag in &tags {
                if !photo.tags.contains(tag) {
                    photo.tags.push(*tag);
                }
            }
            if touches {
                photo.bump();
            }
            let project = photo.project;
            self.touch_project(project);
        }
        self.fire_photo(id, "photo.tag_added");
        tags
    }

    /// Takes a tag off a photo; its project shows no activity.
    pub fn untag_photo(&mut self, id: Id, tag: Id) {
        let touches = self.settings.tag_touches_photo;
        if let Some(photo) = self.photos.get_mut(&id) {
            let before = photo.tags.len();
            photo.tags.retain(|known| *known != tag);
            if touches && photo.tags.len() < before {
                photo.bump();
            }
        }
    }

    pub fn untag_photo_by_name(&mut self, id: Id, name: &str) {
        let company = self.photos.get(&id).map(|photo| photo.company);
        let tag = company.and_then(|company| self.tag_called(company, name));
        if let Some(tag) = tag.map(|tag| tag.id) {
            self.untag_photo(id, tag);
        }
    }

    /// Renames a tag wherever it is; no photo changes by it. Refused if the name is blank or another's.
    pub fn rename_tag(&mut self, id: Id, name: &str) -> Result<(), &'static str> {
        let name = name.trim();
        let company = self.tags.get(&id).map(|tag| tag.company);
        let holder = company.and_then(|company| self.tag_called(company, name));
        if name.is_empty() || holder.is_some_and(|holder| holder.id != id) {
            return Err(TAKEN);
        }
        if let Some(tag) = self.tags.get_mut(&id) {
            name.clone_into(&mut tag.display_value);
            tag.updated_at = now();
        }
        Ok(())
    }

    /// Deletes a tag wherever it is; no photo changes otherwise.
    pub fn delete_tag(&mut self, id: Id) {
        self.tags.remove(&id);
        for photo in self.photos.values_mut() {
            photo.tags.retain(|tag| *tag != id);
        }
    }
}
