//! What three years of the earlier integration left behind: a job for each of CompanyCam's projects, its
//! photos and documents on it, half of the jobs changed by people since.
//!
//! It wrote `cc_project_id` from the first day, `cc_company_id` and `cc_creator_id` in its later half only,
//! and no external ids. It copied each file once: where CompanyCam has a newer version, the first is here.
//! Every tenth of its images has been deleted since.

use anyhow::{Context, ensure};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::app::Shared;
use crate::error::ApiError;
use crate::model::{AttachmentKind, User, now};
use crate::world::World;
use crate::world::jobs::Backdate;

/// How long after something was made its copy came.
const EVERY: SignedDuration = SignedDuration::from_mins(15);
/// How long after a job somebody changed it.
const LATER: SignedDuration = SignedDuration::from_hours(24 * 20);

/// A copy to be stored.
struct Copy {
    kind: AttachmentKind,
    description: Value,
    data: Bytes,
}

/// Makes them of all projects of the CompanyCam simulator at this origin, oldest first; the jobs' ids.
/// Fires no events: it happened long ago.
pub(crate) async fn seed(
    app: &Shared,
    organization_id: &str,
    companycam: &str,
) -> anyhow::Result<Vec<String>> {
    let from = CompanyCam {
        client: crate::http_client()?,
        origin: companycam.trim_end_matches('/').to_owned(),
    };
    let state: Value = serde_json::from_slice(&from.get("state").await?)?;
    let mut projects = list(&state, "projects");
    projects.retain(|project| project["status"] == "active");
    projects.sort_by_key(|project| project["created_at"].as_i64());
    let mut made = Vec::new();
    for (number, project) in projects.iter().enumerate() {
        let copies = from.copies(&state, project).await?;
        let is_late = number >= projects.len() / 2;
        let job = app.change(|world| {
            let users = &world.organization(organization_id)?.users;
            let body = job_of(&state, project, users, is_late);
            let made = store(world, organization_id, (number, project), (&body, copies));
            world.outbox.clear();
            made
        });
        made.push(job.map_err(|error| anyhow::anyhow!("Failed to make a job: {error:?}"))?);
    }
    Ok(made)
}

fn store(
    world: &mut World,
    organization_id: &str,
    (number, project): (usize, &Value),
    (body, copies): (&Value, Vec<Copy>),
) -> Result<String, ApiError> {
    let created_at = copied_at(project);
    let times = Backdate {
        created_at: Some(created_at),
        updated_at: Some(created_at),
    };
    let job = world.create_job(organization_id, body, times)?;
    if number % 2 == 1 {
        let change = json!({ "job": {
            "customer_name": format!("{} (signed)", job.customer_name),
            "status": "sold",
            "phones": [{ "name": "Office", "number": "(402) 555-0100" }],
        } });
        let times = Backdate {
            created_at: None,
            updated_at: Some((created_at + LATER).min(now())),
        };
        world.edit_job(organization_id, &job.id, &change, times)?;
    }
    for copy in copies {
        let job = (job.id.as_str(), copy.kind);
        world.add_attachment(organization_id, job, &copy.description, copy.data)?;
    }
    Ok(job.id)
}

/// The job as the earlier integration filled it.
fn job_of(state: &Value, project: &Value, users: &[User], is_late: bool) -> Value {
    let text = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let (contact, address) = (&project["primary_contact"], &project["address"]);
    let customer = text(&project["name"])
        .or_else(|| text(&address["street_address_1"]))
        .unwrap_or_else(|| {
            format!(
                "CompanyCam project {}",
                project["id"].as_str().unwrap_or_default()
            )
        });
    let phones: Vec<Value> = text(&contact["phone_number"])
        .map(|number| json!({ "name": null, "number": number }))
        .into_iter()
        .collect();
    let mut metadata = json!({ "cc_project_id": project["id"] });
    if is_late {
        metadata["cc_company_id"] = project["company_id"].clone();
        metadata["cc_creator_id"] = project["creator_id"].clone();
    }
    json!({ "job": {
        "name": text(&contact["name"]).unwrap_or_else(|| customer.clone()),
        "customer_name": customer,
        "email": text(&contact["email"]),
        "phones": phones,
        "address": {
            "line_1": address["street_address_1"], "line_2": address["street_address_2"],
            "city": address["city"], "state": address["state"],
            "postal_code": address["postal_code"],
        },
        "assigned_user_id": user_like(state, &project["creator_id"], users),
        "metadata": metadata,
    } })
}

/// The user with the e-mail address of one of CompanyCam's.
fn user_like(state: &Value, companycam_user: &Value, users: &[User]) -> Option<String> {
    let theirs = list(state, "users");
    let theirs = theirs.iter().find(|user| user["id"] == *companycam_user)?;
    let email = theirs["email_address"].as_str()?.trim();
    let same = |user: &&User| user.active && user.email.trim().eq_ignore_ascii_case(email);
    users.iter().find(same).map(|user| user.id.clone())
}

/// The control routes of a CompanyCam simulator.
struct CompanyCam {
    client: reqwest::Client,
    origin: String,
}

impl CompanyCam {
    async fn get(&self, path: &str) -> anyhow::Result<Bytes> {
        let url = format!("{}/_sim/{path}", self.origin);
        let answer = self.client.get(&url).send().await;
        let answer = answer.with_context(|| format!("Failed to read {url}"))?;
        let status = answer.status();
        ensure!(status.is_success(), "{url} answered {status}");
        Ok(answer.bytes().await?)
    }

    /// What the earlier integration copied of a project: it knew no internal photos.
    async fn copies(&self, state: &Value, project: &Value) -> anyhow::Result<Vec<Copy>> {
        let mut copies = Vec::new();
        let mut photos = list(state, "photos");
        photos.retain(|photo| {
            photo["project_id"] == project["id"]
                && photo["processing_status"] == "processed"
                && photo["internal"] == false
                && photo["deleted"] == false
        });
        for photo in photos {
            let id = photo["id"].as_str().unwrap_or_default();
            let number: u64 = id.parse().unwrap_or_default();
            copies.push(Copy {
                kind: AttachmentKind::Image,
                data: self.get(&format!("photos/{id}/files/0")).await?,
                description: json!({
                    "name": format!("CompanyCam Image-{id}.jpg"), "content_type": "image/jpeg",
                    "caption": photo["description"], "captured_at": time(&photo["captured_at"]),
                    "captured_by": photo["creator_name"], "tags": photo["tags"],
                    "metadata": { "cc_image_id": id }, "created_at": copied_at(photo),
                    "deleted": number.is_multiple_of(10),
                }),
            });
        }
        let mut documents = list(state, "documents");
        documents.retain(|document| document["project_id"] == project["id"]);
        for document in documents {
            let id = document["id"].as_str().unwrap_or_default();
            let name = document["name"].as_str().unwrap_or_default();
            copies.push(Copy {
                kind: AttachmentKind::Document,
                data: self.get(&format!("documents/{id}/file")).await?,
                description: json!({
                    "name": format!("CompanyCam Document-{id}-{name}"),
                    "content_type": document["content_type"],
                    "metadata": { "cc_document_id": id },
                    "created_at": copied_at(document),
                }),
            });
        }
        Ok(copies)
    }
}

fn list<'a>(state: &'a Value, name: &str) -> Vec<&'a Value> {
    state[name].as_array().into_iter().flatten().collect()
}

/// When the next run came after something was made.
fn copied_at(original: &Value) -> Timestamp {
    (time(&original["created_at"]) + EVERY).min(now())
}

/// Of Unix seconds.
fn time(value: &Value) -> Timestamp {
    let seconds = value.as_i64().unwrap_or_default();
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN)
}
