//! Every handler is cut off at each of its outgoing requests in turn, before the request takes effect
//! and after, and run again: the end state is that of an undisturbed run (B26).
//!
//! The next request is cut until a run ends without having made it, so a new one is covered by being
//! made.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod companycam;
mod connection;
mod one_click;

use serde_json::{Value, json};
use simulator_kit::Controls;
use test_support::cut::{Moment, Scissors, arm, until_cut};
use test_support::sides::text;
use test_support::{ORG, Queue, TestApp};

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
enum To {
    Aws,
    CompanyCam,
    OneClick,
}

/// What a scenario is about.
#[derive(Debug)]
enum Subject {
    /// The connection alone.
    Connection,
    /// A project, and its job.
    Project(String),
    /// A job, and its project.
    Job(String),
}

/// A request to cut off at: where it goes, its number, and the moment.
type Cut = (To, usize, Moment);

/// Works on the queues, one batch after the other; `false`: a handler was cut off.
async fn work_until_cut(test: &TestApp, scissors: &Scissors) -> bool {
    let simulators = [&test.companycam.controls, test.one_click.controls()];
    loop {
        let mut idle = true;
        for queue in [Queue::Sync, Queue::Retry, Queue::Photos] {
            let messages = test.aws.sqs.receive(queue, 5);
            if messages.is_empty() {
                continue;
            }
            idle = false;
            let handler = test.deliver(queue, &messages);
            let Some(failed) = until_cut(scissors, &simulators, handler).await else {
                return false;
            };
            assert!(failed.is_empty());
            for message in messages {
                test.aws.sqs.delete(queue, &message.id);
            }
        }
        if !idle {
            continue;
        }
        if test.aws.sqs.next_due_ms().is_none() {
            return true;
        }
        test.until_next_due();
    }
}

/// Plays the scenario with one request cut: what it came to, and which request that was (`None`: it
/// was never made).
async fn play(
    test: &mut TestApp,
    scissors: &Scissors,
    scenario: &impl AsyncFn(&TestApp) -> Subject,
    cut: Option<Cut>,
) -> (Value, Option<String>) {
    test.a_minute_later().await;
    let subject = scenario(test).await;
    scissors.watch();
    test.companycam.controls.clear_requests();
    test.one_click.controls().clear_requests();
    match cut {
        Some((To::Aws, number, moment)) => scissors.arm(number, moment),
        Some((To::CompanyCam, number, moment)) => arm(&test.companycam.controls, number, moment),
        Some((To::OneClick, number, moment)) => arm(test.one_click.controls(), number, moment),
        None => {}
    }
    let finished = work_until_cut(test, scissors).await;
    let last = |controls: &Controls| {
        let request = controls.requests().pop()?;
        Some(format!("{} {}", request.method, request.path))
    };
    let request = match cut.filter(|_| !finished) {
        Some((To::Aws, ..)) => scissors.writes().pop(),
        Some((To::CompanyCam, ..)) => last(&test.companycam.controls),
        Some((To::OneClick, ..)) => last(test.one_click.controls()),
        None => None,
    };
    scissors.watch();
    test.companycam.controls.clear_faults();
    test.one_click.controls().clear_faults();
    if !finished {
        // What was in flight comes again, to another process, and leases end.
        test.restart();
        test.aws.sqs.give_all_back();
        test.end_leases().await;
        test.age_claims().await;
        test.settle().await;
    }
    let end = end_state(test, &subject).await;
    for project in projects_of(test, &subject).await {
        test.shelve(&project).await;
        test.forget(&project).await;
    }
    (end, request)
}

/// The projects that a scenario is about, in CompanyCam.
async fn projects_of(test: &TestApp, subject: &Subject) -> Vec<String> {
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

/// What must not depend on where the handlers were cut off, without what differs between projects.
async fn end_state(test: &TestApp, subject: &Subject) -> Value {
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
    end["links"] = links.into();
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

fn one_click_org() -> ::one_click::OrgId {
    ::one_click::OrgId::parse(ORG).unwrap()
}

/// Has a look queued, as a delivery or the schedule would.
fn queue(test: &TestApp, look: &Value) {
    let message = json!({"org_id": ORG, "look": look}).to_string();
    test.aws
        .sqs
        .send(Queue::Sync, &message, Some(ORG), std::time::Duration::ZERO);
}

/// Plays the scenario again and again, cut off at each request in turn.
async fn check(mut test: TestApp, scenario: impl AsyncFn(&TestApp) -> Subject) {
    let scissors = Scissors::default();
    test.use_scissors(&scissors);
    let (wanted, _) = play(&mut test, &scissors, &scenario, None).await;
    for to in [To::Aws, To::CompanyCam, To::OneClick] {
        for number in 0.. {
            let mut made = false;
            for moment in [Moment::Before, Moment::After] {
                // Shown only if what follows fails.
                eprintln!("cut off {moment:?} request {number} to {to:?}");
                let cut = Some((to, number, moment));
                let (end, request) = play(&mut test, &scissors, &scenario, cut).await;
                assert_eq!(end, wanted, "cut off {moment:?} {to:?} did {request:?}");
                made = request.is_some();
                // Nobody can tell whether a request that only reads took effect.
                if request.is_none_or(|request| request.starts_with("GET ")) {
                    break;
                }
            }
            if !made {
                assert!(number > 0, "{to:?} was never asked for anything");
                break;
            }
        }
    }
}
