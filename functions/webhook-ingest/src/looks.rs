//! From a genuine delivery to what to look at.

use companycam::webhook::{Delivery, Subject};
use model::messages::{Look, Origin, Told};
use one_click::OrgId;
use one_click::webhook::{Event, EventKind};

/// Why a genuine delivery leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Ignored(pub &'static str);

/// A longer object is asked for: messages are small.
const LONGEST_TOLD: usize = 30_000;

/// What a delivery leads to, and what it says of its object.
pub type News = (Look, Option<Told>);

/// What a delivery of `CompanyCam` leads to.
pub fn companycam(body: &[u8]) -> Result<News, Ignored> {
    let delivery = Delivery::parse(body).map_err(|_| Ignored("it is no delivery"))?;
    let event = delivery.event_type.as_str();
    let look = match delivery.subject {
        Subject::Project(project_id) => Look::Project {
            project_id,
            origin: match event {
                "project.deleted" => Origin::Deletion,
                "project.merged" => Origin::Merge,
                _ => Origin::Event,
            },
        },
        Subject::Photo { photo, .. } => Look::Photo {
            photo_id: photo,
            // The other events say nothing about tags.
            tags: matches!(event, "photo.created" | "photo.tag_added"),
        },
        Subject::Document { document, project } => Look::Document {
            document_id: document,
            project_id: project,
        },
        Subject::Unknown => return Err(Ignored("it is of an unknown kind, or names nothing")),
    };
    // What became of a project that is gone, or went into another, is looked for.
    let is_told = match &look {
        Look::Project { origin, .. } => *origin == Origin::Event,
        _ => true,
    };
    let object = delivery
        .object
        .filter(|object| is_told && object.len() <= LONGEST_TOLD);
    let told = delivery.created_at.zip(object);
    Ok((look, told.map(|(at, object)| Told { at, object })))
}

/// What a delivery of One Click to this organization leads to.
pub fn one_click(org: &OrgId, body: &[u8]) -> Result<News, Ignored> {
    let event = Event::parse(body).map_err(|_| Ignored("it is no event"))?;
    if event.organization_id != *org || event.job.organization_id != *org {
        return Err(Ignored("it is about another organization"));
    }
    let deleted = match event.kind {
        EventKind::JobCreated | EventKind::JobUpdated | EventKind::JobAssigned => false,
        EventKind::JobDeleted => true,
        EventKind::Other(_) => return Err(Ignored("it is of an unknown kind")),
    };
    let before = event.previous_assigned_user_id.flatten();
    let look = Look::Job {
        job_id: event.job.id,
        deleted,
        assigned: before.is_some() || event.job.assigned_user_id.is_some(),
    };
    Ok((look, None))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn look_at(event_type: &str, payload: &Value) -> Result<Look, Ignored> {
        companycam(
            json!({"event_type": event_type, "created_at": 1, "payload": payload})
                .to_string()
                .as_bytes(),
        )
        .map(|(look, _)| look)
    }

    fn about(event: &str, org: &str) -> String {
        json!({
            "id": "evt_1", "event": event, "occurred_at": "2026-01-02T03:04:05Z",
            "organization_id": org, "job": {"id": "j1", "organization_id": org},
        })
        .to_string()
    }

    #[test]
    fn b17_every_scope_leads_to_a_look_in_both_shapes() {
        for (event, object, kind) in [
            ("project.created", "project", "project"),
            ("project.updated", "project", "project"),
            ("project.contact_created", "project", "project"),
            ("project.contact_updated", "project", "project"),
            ("project.label_added", "project", "project"),
            ("project.archived", "project", "project"),
            ("project.merged", "project", "project"),
            ("project.deleted", "project", "project"),
            ("photo.created", "photo", "photo"),
            ("photo.updated", "photo", "photo"),
            ("photo.tag_added", "photo", "photo"),
            ("photo.description_updated", "photo", "photo"),
            ("document.created", "document", "document"),
        ] {
            for payload in [json!({"id": "7"}), json!({object: {"id": 7}})] {
                let look = look_at(event, &payload).unwrap();
                assert_eq!(look.kind(), kind, "{event} {payload}");
            }
        }
    }

    #[test]
    fn b17_a_delivery_hands_on_what_it_says_of_a_photo_or_project() {
        let told = |event: &str, payload: &Value| {
            let delivery = json!({"event_type": event, "created_at": 5, "payload": payload});
            companycam(delivery.to_string().as_bytes()).unwrap().1
        };
        let photo = json!({"id": "9", "project_id": "7", "internal": true});
        for payload in [photo.clone(), json!({"photo": photo})] {
            let told = told("photo.updated", &payload).unwrap();
            assert_eq!(told.at, 5);
            let object: Value = serde_json::from_str(&told.object).unwrap();
            assert_eq!(object, photo);
        }
        let tag = json!({"id": "3", "photo_id": "9"});
        assert_eq!(
            told("photo.tag_added", &tag),
            None,
            "a tag says nothing of its photo"
        );
        let long = json!({"id": "9", "description": "x".repeat(LONGEST_TOLD)});
        assert_eq!(told("photo.updated", &long), None);
        let project = told("project.updated", &json!({"id": "7"})).unwrap();
        assert_eq!(project.object, r#"{"id":"7"}"#);
        let label = json!({"id": "3", "project_id": "7"});
        assert_eq!(told("project.label_added", &label), None);
        assert_eq!(told("project.deleted", &json!({"id": "7"})), None);
        assert_eq!(told("project.merged", &json!({"id": "7"})), None);
    }

    #[test]
    fn b17_a_deleted_or_merged_project_and_a_tagged_photo_are_looked_at_as_such() {
        let origin = |event: &str| match look_at(event, &json!({"id": "7"})).unwrap() {
            Look::Project { origin, .. } => origin,
            other => panic!("{other:?}"),
        };
        assert_eq!(origin("project.deleted"), Origin::Deletion);
        assert_eq!(origin("project.merged"), Origin::Merge);
        assert_eq!(origin("project.archived"), Origin::Event);
        let tags = |event: &str| {
            let look = look_at(event, &json!({"id": "9"})).unwrap();
            matches!(look, Look::Photo { tags: true, .. })
        };
        assert!(tags("photo.created") && tags("photo.tag_added"));
        assert!(!tags("photo.updated") && !tags("photo.description_updated"));
    }

    #[test]
    fn b17_what_makes_no_sense_is_ignored() {
        assert!(companycam(b"no JSON").is_err());
        assert!(companycam(b"[1]").is_err());
        assert!(companycam(b"{}").is_err());
        assert!(look_at("invoice.paid", &json!({"id": "7"})).is_err());
        assert!(look_at("project.created", &json!({"id": {"a": 1}})).is_err());
        let org = OrgId::parse("org_1").unwrap();
        assert!(one_click(&org, b"no JSON").is_err());
        assert!(one_click(&org, b"{}").is_err());
        assert!(one_click(&org, about("job.priced", "org_1").as_bytes()).is_err());
    }

    #[test]
    fn b24_every_event_of_a_job_leads_to_a_look_at_it() {
        let org = OrgId::parse("org_1").unwrap();
        for event in EventKind::SUBSCRIBED {
            let (look, _) = one_click(&org, about(event, "org_1").as_bytes()).unwrap();
            assert_eq!(look.kind(), "job", "{event}");
        }
    }

    #[test]
    fn b33_the_event_of_a_deleted_job_says_so_and_no_other_does() {
        let org = OrgId::parse("org_1").unwrap();
        for event in EventKind::SUBSCRIBED {
            let (look, _) = one_click(&org, about(event, "org_1").as_bytes()).unwrap();
            let says_so = matches!(look, Look::Job { deleted: true, .. });
            assert_eq!(says_so, event == "job.deleted", "{event}");
        }
    }

    #[test]
    fn b14_an_event_says_whether_somebody_is_or_was_assigned() {
        let org = OrgId::parse("org_1").unwrap();
        let says_so = |assigned: Value, before: Value| {
            let event = json!({
                "id": "evt_1", "event": "job.assigned", "occurred_at": "2026-01-02T03:04:05Z",
                "organization_id": "org_1", "previous": {"assigned_user_id": before},
                "job": {"id": "j1", "organization_id": "org_1", "assigned_user_id": assigned},
            });
            let (look, _) = one_click(&org, event.to_string().as_bytes()).unwrap();
            matches!(look, Look::Job { assigned: true, .. })
        };
        assert!(says_so(json!("u1"), json!(null)));
        assert!(says_so(json!(null), json!("u1")), "cleared again");
        assert!(!says_so(json!(null), json!(null)));
    }

    #[test]
    fn b28_a_job_of_another_organization_is_ignored() {
        let org = OrgId::parse("org_1").unwrap();
        let other = one_click(&org, about("job.created", "org_2").as_bytes());
        assert_eq!(other, Err(Ignored("it is about another organization")));
    }
}
