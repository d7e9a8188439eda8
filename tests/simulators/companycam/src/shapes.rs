//! The JSON of CompanyCam's objects. What differs from CompanyCam's own description varies here
//! by the object's id, so that a client meets every variant and each object keeps its own.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

use crate::state::{
    Company, Document, Id, Photo, Project, State, Tag, UriKind, User, Webhook, now, scramble,
};

/// What shaping needs besides the object; taken out of the state so that shaping (which may have
/// to encode a photo to know its hash) runs without holding the lock.
pub(crate) struct Shaper {
    pub origin: String,
    pub numeric_ids: bool,
    pub address_seconds: Option<i64>,
}

impl Shaper {
    pub fn new(state: &State) -> Self {
        Self {
            origin: state.origin.clone(),
            numeric_ids: state.settings.numeric_ids,
            address_seconds: state.settings.address_seconds,
        }
    }

    pub fn id(&self, id: Id) -> Value {
        if self.numeric_ids {
            json!(id)
        } else {
            json!(id.to_string())
        }
    }

    pub fn company(&self, company: &Company) -> Value {
        json!({
            "id": self.id(company.id),
            "name": company.name,
            "status": "active",
            "address": {"street_address_1": "1 Ridge Road", "street_address_2": null,
                        "city": "Lincoln", "state": "NE", "postal_code": "68508", "country": "US"},
            "logo": [],
        })
    }

    pub fn user(&self, user: &User) -> Value {
        json!({
            "id": self.id(user.id),
            "company_id": self.id(user.company),
            "email_address": user.email,
            "status": if user.active { "active" } else { "deleted" },
            "first_name": user.first_name,
            "last_name": user.last_name,
            "profile_image": [],
            "phone_number": null,
            "created_at": user.created_at,
            "updated_at": user.updated_at,
            "user_url": format!("{}/users/{}", self.origin, user.id),
        })
    }

    /// `creator` and `cover` (the newest processed photo) are looked up by the caller.
    pub fn project(&self, project: &Project, creator: &str, cover: Option<&Photo>) -> Value {
        let traits = scramble(project.id);
        let mut shape = json!({
            "id": self.id(project.id),
            "company_id": self.id(project.company),
            "creator_id": self.id(project.creator),
            "creator_type": "User",
            "creator_name": creator,
            "status": if project.deleted { "deleted" } else { "active" },
            "archived": project.archived,
            "name": project.name,
            "address": project.address,
            "coordinates": project.coordinates.clone().unwrap_or_else(|| json!({"lat": 40.81, "lon": -96.7})),
            "project_url": format!("{}/projects/{}", self.origin, project.id),
            "embedded_project_url": format!("{}/embed/projects/{:x}", self.origin, traits),
            "slug": format!("{traits:x}"),
            "public": false,
            "geofence": project.geofence,
            "created_at": project.created_at,
            "updated_at": project.updated_at,
        });
        let Some(fields) = shape.as_object_mut() else {
            return shape;
        };
        let images = cover.map_or_else(Vec::new, |photo| self.uris(photo));
        let image_key = if traits & 1 == 0 {
            "featured_image"
        } else {
            "feature_image"
        };
        fields.insert(image_key.into(), json!(images));
        // Absent rather than empty, for some projects.
        if !project.integrations.is_empty() || traits & 2 == 0 {
            fields.insert("integrations".into(), json!(project.integrations));
        }
        match &project.contact {
            Some(contact) => {
                fields.insert(
                    "primary_contact".into(),
                    json!({"id": self.id(contact.id), "project_id": self.id(project.id),
                           "name": contact.name, "email": contact.email,
                           "phone_number": contact.phone_number,
                           "created_at": project.created_at, "updated_at": project.updated_at}),
                );
            }
            None if traits & 4 == 0 => {
                fields.insert("primary_contact".into(), Value::Null);
            }
            None => {}
        }
        if project.notepad.is_some() || traits & 8 == 0 {
            fields.insert("notepad".into(), json!(project.notepad));
        }
        shape
    }

    pub fn photo(&self, photo: &Photo, creator: &str) -> Value {
        json!({
            "id": self.id(photo.id),
            "company_id": self.id(photo.company),
            "creator_id": self.id(photo.creator),
            "creator_type": "User",
            "creator_name": creator,
            "project_id": self.id(photo.project),
            "processing_status": photo.processing_status,
            "status": if photo.deleted { "deleted" } else { "active" },
            "coordinates": {"lat": 40.81, "lon": -96.7},
            "uris": self.uris(photo),
            "hash": photo.files.last().map(|file| file.md5()),
            "description": description(photo),
            "internal": photo.internal,
            "photo_url": format!("{}/photos/{}", self.origin, photo.id),
            "captured_at": photo.captured_at,
            "created_at": photo.created_at,
            "updated_at": photo.updated_at,
        })
    }

    /// What makes an address work for a while, and different at each reading.
    fn signature(&self) -> String {
        static READINGS: AtomicU64 = AtomicU64::new(0);
        let Some(seconds) = self.address_seconds else {
            return String::new();
        };
        let reading = READINGS.fetch_add(1, Ordering::Relaxed);
        format!("?expires={}&reading={reading}", now() + seconds)
    }

    fn uris(&self, photo: &Photo) -> Vec<Value> {
        let origin = match &photo.uri {
            UriKind::Missing => return Vec::new(),
            UriKind::Foreign { origin } => origin,
            _ => &self.origin,
        };
        let with_url = scramble(photo.id) & 1 == 0;
        let version = photo.files.len() - 1;
        ["original", "web", "thumbnail"]
            .into_iter()
            .map(|kind| {
                let signature = self.signature();
                let address = format!("{origin}/cdn/{}/{version}/{kind}.jpg{signature}", photo.id);
                let mut uri = Map::new();
                uri.insert("type".into(), json!(kind));
                uri.insert("uri".into(), json!(address));
                if with_url {
                    uri.insert("url".into(), json!(address));
                }
                Value::Object(uri)
            })
            .collect()
    }

    pub fn tag(&self, tag: &Tag) -> Value {
        json!({
            "id": self.id(tag.id),
            "company_id": self.id(tag.company),
            "display_value": tag.display_value,
            "value": tag.display_value.to_lowercase(),
            "created_at": tag.created_at,
            "updated_at": tag.updated_at,
        })
    }

    pub fn document(&self, document: &Document, creator: &str) -> Value {
        json!({
            "id": self.id(document.id),
            "creator_id": self.id(document.creator),
            "creator_type": "User",
            "creator_name": creator,
            "project_id": self.id(document.project),
            "name": document.name,
            "url": self.document_url(document),
            "content_type": document.content_type,
            "byte_size": document.file.content.size(),
            "created_at": document.created_at,
            "updated_at": document.updated_at,
        })
    }

    /// The same for every version: what is there now.
    fn document_url(&self, document: &Document) -> Option<String> {
        let origin = match &document.uri {
            UriKind::Missing => return None,
            UriKind::Foreign { origin } => origin,
            _ => &self.origin,
        };
        let signature = self.signature();
        Some(format!("{origin}/cdn/documents/{}{signature}", document.id))
    }

    /// Every read of a webhook returns its token, as CompanyCam's does.
    pub fn webhook(&self, webhook: &Webhook) -> Value {
        json!({
            "id": self.id(webhook.id),
            "company_id": self.id(webhook.company),
            "url": webhook.url,
            "scopes": webhook.scopes,
            "token": webhook.token,
            "enabled": webhook.enabled,
            "created_at": webhook.created_at,
            "updated_at": webhook.updated_at,
        })
    }
}

/// A string, null, or an object with `text` and one or the other spelling of its HTML.
fn description(photo: &Photo) -> Value {
    let Some(text) = &photo.description else {
        return Value::Null;
    };
    let escaped = maud::html! { p { (text) } }.into_string();
    match scramble(photo.id) % 4 {
        0 | 1 => json!(text),
        2 => json!({"text": text, "html": escaped}),
        _ => json!({"text": text, "html_content": escaped}),
    }
}

impl State {
    pub fn creator_name(&self, user: Id) -> String {
        self.users
            .get(&user)
            .map(crate::state::User::name)
            .unwrap_or_default()
    }

    pub fn cover(&self, project: Id) -> Option<&Photo> {
        self.photos.values().rev().find(|photo| {
            photo.project == project && !photo.deleted && photo.processing_status == "processed"
        })
    }

    pub fn shape_project(&self, shaper: &Shaper, project: &Project) -> Value {
        shaper.project(
            project,
            &self.creator_name(project.creator),
            self.cover(project.id),
        )
    }
}
