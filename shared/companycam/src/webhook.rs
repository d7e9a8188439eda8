//! Deliveries of webhooks: whether they are genuine, and what they are about.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha1::Sha1;

use crate::ids::{DocumentId, PhotoId, ProjectId, WebhookId};
use crate::tolerant;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-companycam-signature";

/// What a webhook of ours is told about. There is no event for deleted or moved photos, users and
/// assignments.
pub const SCOPES: &[&str] = &["project.*", "photo.*", "document.*"];

/// Whether the body was signed with the token: `base64(HMAC-SHA1(raw body, token))`, compared in constant
/// time.
///
/// `raw_body` is the body as it came. An empty token signs nothing.
pub fn verify(token: &SecretString, raw_body: &[u8], signature_header: &str) -> bool {
    let key = token.expose_secret().as_bytes();
    if key.is_empty() {
        return false;
    }
    let Ok(signature) = STANDARD.decode(signature_header.trim()) else {
        return false;
    };
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(key) else {
        return false;
    };
    mac.chain_update(raw_body).verify_slice(&signature).is_ok()
}

/// What a delivery says. It has no id of its own, so repeated ones can't be told apart: look at the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Such as `photo.created`.
    pub event_type: String,
    /// When it happened, in Unix seconds.
    pub created_at: Option<i64>,
    /// The subscription it came by.
    pub webhook_id: Option<WebhookId>,
    /// What to look at.
    pub subject: Subject,
    /// The subject as the delivery says it is, in JSON, where that is what it holds.
    pub object: Option<String>,
}

/// What a delivery is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A project, its labels or its contact.
    Project(ProjectId),
    /// A photo, its tags or its caption.
    Photo {
        /// The photo.
        photo: PhotoId,
        /// The project it is on, where the delivery says so.
        project: Option<ProjectId>,
    },
    /// A document.
    Document {
        /// The document.
        document: DocumentId,
        /// The project it is on, where the delivery says so.
        project: Option<ProjectId>,
    },
    /// An event of another kind, or without a readable id.
    Unknown,
}

/// The body is no delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDelivery {
    /// Not a JSON object.
    #[error("a delivery is a JSON object")]
    NotAnObject,
    /// There is no `event_type`.
    #[error("a delivery names its event_type")]
    NoEventType,
}

impl Delivery {
    /// Reads a delivery; check its signature first.
    ///
    /// Its `payload` is the object itself or holds the object under its name: both have been seen.
    pub fn parse(raw: &[u8]) -> Result<Self, InvalidDelivery> {
        let Ok(Value::Object(delivery)) = serde_json::from_slice(raw) else {
            return Err(InvalidDelivery::NotAnObject);
        };
        let event_type = delivery
            .get("event_type")
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty());
        let event_type = event_type
            .ok_or(InvalidDelivery::NoEventType)?
            .trim()
            .to_owned();
        let empty = Map::new();
        let payload = delivery
            .get("payload")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        Ok(Self {
            subject: subject(&event_type, payload),
            object: object(&event_type, payload),
            created_at: delivery.get("created_at").and_then(tolerant::as_seconds),
            webhook_id: id(&delivery, "webhook_id"),
            event_type,
        })
    }
}

/// The kind of thing, and the object under its name, else the payload itself.
fn named<'a>(
    event_type: &'a str,
    payload: &'a Map<String, Value>,
) -> (&'a str, &'a Map<String, Value>) {
    let kind = event_type.split('.').next().unwrap_or_default();
    let object = payload.get(kind).and_then(Value::as_object);
    (kind, object.unwrap_or(payload))
}

/// A photo or project itself; not a tag, label or contact of one, which names what it is of.
fn object(event_type: &str, payload: &Map<String, Value>) -> Option<String> {
    let (kind, object) = named(event_type, payload);
    let is_itself = match kind {
        "photo" => !object.contains_key("photo_id"),
        "project" => !object.contains_key("project_id"),
        _ => false,
    };
    is_itself.then(|| Value::Object(object.clone()).to_string())
}

fn subject(event_type: &str, payload: &Map<String, Value>) -> Subject {
    let (kind, object) = named(event_type, payload);
    let project = || {
        id(object, "project_id")
            .or_else(|| id(payload, "project_id"))
            .or_else(|| id(payload.get("project")?.as_object()?, "id"))
    };
    match kind {
        // A project has no project_id; its contact and labels do, and then their own id is another thing's.
        "project" => id(object, "project_id")
            .or_else(|| id(object, "id"))
            .map_or(Subject::Unknown, Subject::Project),
        // Likewise a tag of a photo.
        "photo" => {
            id(object, "photo_id")
                .or_else(|| id(object, "id"))
                .map_or(Subject::Unknown, |photo| Subject::Photo {
                    photo,
                    project: project(),
                })
        }
        "document" => id(object, "id").map_or(Subject::Unknown, |document| Subject::Document {
            document,
            project: project(),
        }),
        _ => Subject::Unknown,
    }
}

fn id<T: DeserializeOwned>(object: &Map<String, Value>, name: &str) -> Option<T> {
    serde_json::from_value(object.get(name)?.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(id: &str) -> ProjectId {
        ProjectId::parse(id).unwrap()
    }

    fn subject_of(event_type: &str, payload: &Value) -> Subject {
        let raw = serde_json::json!({"event_type": event_type, "created_at": 1, "webhook_id": 42, "payload": payload});
        Delivery::parse(raw.to_string().as_bytes()).unwrap().subject
    }

    /// RFC 2202, test cases 2 and 6 of HMAC-SHA-1.
    #[test]
    fn signatures_of_the_rfc_are_accepted() {
        let key = SecretString::from("Jefe");
        let signature = "7/zfauXrL6LSdBbV8YTfnCWafHk=";
        assert!(verify(&key, b"what do ya want for nothing?", signature));
        assert!(verify(
            &key,
            b"what do ya want for nothing?",
            &format!(" {signature}\r\n")
        ));
    }

    #[test]
    fn a_changed_body_token_or_signature_is_refused() {
        let key = SecretString::from("Jefe");
        let body = b"what do ya want for nothing?";
        assert!(!verify(
            &key,
            b"what do ya want for nothing!",
            "7/zfauXrL6LSdBbV8YTfnCWafHk="
        ));
        assert!(!verify(
            &SecretString::from("jefe"),
            body,
            "7/zfauXrL6LSdBbV8YTfnCWafHk="
        ));
        for signature in [
            "",
            "7/zfauXrL6LSdBbV8YTfnCWafHk",
            "7/zfauXrL6LSdBbV",
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            "é",
        ] {
            assert!(!verify(&key, body, signature), "{signature:?}");
        }
    }

    #[test]
    fn an_empty_token_signs_nothing() {
        let mac = Hmac::<Sha1>::new_from_slice(b"")
            .unwrap()
            .chain_update(b"x")
            .finalize()
            .into_bytes();
        assert!(!verify(
            &SecretString::from(""),
            b"x",
            &STANDARD.encode(mac)
        ));
    }

    #[test]
    fn a_payload_is_the_object_or_holds_it_under_its_name() {
        for payload in [
            serde_json::json!({"id": "7"}),
            serde_json::json!({"project": {"id": 7}}),
        ] {
            assert_eq!(
                subject_of("project.updated", &payload),
                Subject::Project(project("7"))
            );
        }
        let photo = Subject::Photo {
            photo: PhotoId::parse("9").unwrap(),
            project: Some(project("7")),
        };
        for payload in [
            serde_json::json!({"id": "9", "project_id": "7"}),
            serde_json::json!({"photo": {"id": 9, "project_id": 7}}),
            serde_json::json!({"photo": {"id": 9}, "project": {"id": "7"}}),
            serde_json::json!({"id": "55", "photo_id": "9", "project_id": "7"}),
        ] {
            assert_eq!(subject_of("photo.tag_added", &payload), photo, "{payload}");
        }
        let document = Subject::Document {
            document: DocumentId::parse("3").unwrap(),
            project: None,
        };
        assert_eq!(
            subject_of(
                "document.created",
                &serde_json::json!({"id": 3, "project_id": null})
            ),
            document
        );
    }

    #[test]
    fn a_projects_contact_and_label_point_to_the_project() {
        let contact = serde_json::json!({"id": "115", "project_id": "7", "name": "x"});
        assert_eq!(
            subject_of("project.contact_created", &contact),
            Subject::Project(project("7"))
        );
        let label = serde_json::json!({"project": {"id": "7"}, "label": {"id": "1"}});
        assert_eq!(
            subject_of("project.label_added", &label),
            Subject::Project(project("7"))
        );
    }

    #[test]
    fn what_is_not_known_is_no_error() {
        assert_eq!(
            subject_of("checklist.created", &serde_json::json!({"id": 1})),
            Subject::Unknown
        );
        assert_eq!(
            subject_of("project.created", &Value::Null),
            Subject::Unknown
        );
        assert_eq!(
            subject_of("photo.created", &serde_json::json!({"id": "../1"})),
            Subject::Unknown
        );
    }

    #[test]
    fn what_is_no_delivery_is_refused() {
        assert_eq!(Delivery::parse(b"[]"), Err(InvalidDelivery::NotAnObject));
        assert_eq!(Delivery::parse(b"{"), Err(InvalidDelivery::NotAnObject));
        assert_eq!(
            Delivery::parse(b"{\"event_type\": \" \"}"),
            Err(InvalidDelivery::NoEventType)
        );
        let least = Delivery::parse(b"{\"event_type\": \"photo.created\"}").unwrap();
        assert_eq!(
            (least.created_at, least.webhook_id, least.subject),
            (None, None, Subject::Unknown)
        );
    }
}
