//! What a scenario comes to.

use serde_json::{Value, json};
use test_support::TestApp;
use test_support::steps::text;

use crate::play::Subject;

/// The projects that a scenario is about, in CompanyCam.
pub async fn projects_of(test: &TestApp, subject: &Subject) -> Vec<String> {
    match subject {
        Subject::Connection => Vec::new(),
        Subject::Project(project) => vec![project.clone()],
        Subject::Job(job) => {
            let name = text(&test.job(job)["customer_name"]);
            let projects = test.projects_named(&name).await;
            projects
                .iter()
                .map(|project| text(&project["id"]))
                .collect()
        }
    }
}

/// What must not depend on what went wrong meanwhile, without what differs between projects.
pub async fn end_state(test: &TestApp, subject: &Subject) -> Value {
    let organization = test.organization().await.unwrap();
    let run = organization.sync.unwrap();
    let state = test.one_click_state();
    let webhooks = test.companycam_state().await["webhooks"].clone();
    let webhooks = webhooks.as_array().unwrap().iter();
    let webhooks: Vec<_> = webhooks
        .map(|webhook| {
            // Connecting again makes another key, which the address names.
            let url = webhook["url"]
                .as_str()
                .and_then(|url| url.split('?').next());
            json!([url, webhook["scopes"], webhook["enabled"]])
        })
        .collect();
    // Connecting again makes other keys.
    let key = format!("v1.g{}", organization.generation);
    let current = |known: String| known == key;
    let mut end = json!({
        "tokens": [organization.sealed_tokens.is_some(), organization.take_backs.len()],
        "keys": [organization.webhook_key.map(&current), organization.one_click_key.map(&current)],
        "old_secrets": [
            test.secret(&test.own_secret("tokens")).await.is_some(),
            test.secret(&test.own_secret("webhooks")).await.is_some(),
        ],
        "connection": organization.state, "card": state["integration"]["state"],
        "sync": [run.is_running(), run.failed, run.projects_total, run.photos_total],
        "webhooks": [webhooks, organization.webhook_id.is_some(), state["webhook"]["url"]],
        "dead_letters": test.dead_letters(),
    });
    if let Subject::Job(job) = subject {
        let job = test.job(job);
        end["linked"] = json!(job["metadata"]["cc_project_id"].is_string());
        end["assigned"] = job["assigned_user_id"].clone();
    }
    let mut projects = Vec::new();
    for project in projects_of(test, subject).await {
        projects.push(end_of_project(test, &project).await);
    }
    end["projects"] = projects.into();
    end
}

async fn links_of(test: &TestApp, project: &str) -> Vec<Value> {
    let rows = test.aws.items("ProjectLinksTable").await.into_iter();
    let mut links: Vec<_> = rows
        .filter(|row| row["project_id"] == project)
        .map(|row| {
            json!([
                row["state"],
                row["job_id"].is_string(),
                row["pending_org"],
                row["wanted"],
                row["seen"].is_object(),
                row["assignee"],
                row["applied"],
                row["unfinished"] == true
            ])
        })
        .collect();
    links.sort_by_key(ToString::to_string);
    links
}

async fn end_of_project(test: &TestApp, project: &str) -> Value {
    let mut end = json!({});
    let mut original = test.companycam_has("projects", project).await;
    for changing in ["id", "name", "created_at", "updated_at"] {
        original[changing] = Value::Null;
    }
    if let Some(contact) = original["primary_contact"].as_object_mut() {
        contact.remove("id");
    }
    end["project"] = original;
    let originals = test.companycam_state().await["photos"].clone();
    let originals = originals.as_array().unwrap().iter();
    let originals: Vec<&Value> = originals
        .filter(|photo| photo["project_id"] == project)
        .collect();
    let number = |id: &Value| originals.iter().position(|photo| photo["id"] == *id);
    let jobs = test.jobs_of(project).into_iter().map(|job| {
        let images = job["images"].as_array().unwrap().iter().map(|image| {
            let original = number(&image["external_id"]).map(|at| originals[at]);
            json!({
                "photo": number(&image["external_id"]), "caption": image["caption"], "tags": image["tags"],
                "deleted": image["deleted"],
                "same_bytes": original.is_some_and(|original| original["md5"] == image["md5"]),
            })
        });
        let images: Vec<_> = images.collect();
        let mut metadata = job["metadata"].clone();
        metadata["cc_project_id"] = json!("this");
        json!({
            "address": job["address"], "metadata": metadata, "email": job["email"], "phones": job["phones"],
            "assigned_user_id": job["assigned_user_id"], "deleted": job["deleted"], "images": images,
        })
    });
    end["jobs"] = jobs.collect::<Vec<_>>().into();
    end["links"] = links_of(test, project).await.into();
    let rows = test.aws.items("PhotosTable").await.into_iter();
    let mut photos: Vec<_> = rows
        .filter(|row| row["project_id"] == project)
        .map(|row| {
            json!([
                number(&row["photo_id"]),
                row["pending_org"],
                row["failed"],
                row["lease_holder"],
                row["copied"].is_object(),
                row["copied"]["hash"] == row["wanted"]["hash"],
                row["copied"]["details"] == row["wanted"]["details"]
            ])
        })
        .collect();
    photos.sort_by_key(ToString::to_string);
    end["photos"] = photos.into();
    end
}

/// The end is the one that is wanted.
#[track_caller]
pub fn assert_same(end: &Value, wanted: &Value, disturbance: &str) {
    let mut differences = Vec::new();
    differ(end, wanted, "", &mut differences);
    assert!(differences.is_empty(), "{disturbance}: {differences:#?}");
}

fn differ(end: &Value, wanted: &Value, path: &str, differences: &mut Vec<String>) {
    match (end, wanted) {
        (Value::Object(end), Value::Object(wanted)) if end.keys().eq(wanted.keys()) => {
            for (name, end) in end {
                differ(end, &wanted[name], &format!("{path}.{name}"), differences);
            }
        }
        (Value::Array(end), Value::Array(wanted)) if end.len() == wanted.len() => {
            for (at, (end, wanted)) in end.iter().zip(wanted).enumerate() {
                differ(end, wanted, &format!("{path}[{at}]"), differences);
            }
        }
        _ if end == wanted => {}
        _ => differences.push(format!("{path} is {end} and not {wanted}")),
    }
}
