//! A first sync of many projects at CompanyCam's true limits, with every call of both sides late, and what becomes
//! meanwhile of the photos that people take.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use end_to_end::browser::Browser;
use end_to_end::stack::{Person, Stack};
use end_to_end::{eventually, journey};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

const PROJECTS: usize = 1_000;
const PHOTOS_EACH: usize = 5;
/// Every answer of both sides comes so much later.
const LATE_MS: u64 = 150;
/// So often somebody takes a photo.
const EVERY: Duration = Duration::from_secs(4);
const AT_ONCE: usize = 16;
const PATIENCE: Duration = Duration::from_mins(20);

/// Prints the table; its figures.
pub async fn measure() -> Result<Value> {
    let stack = Stack::from_env()?;
    let person = stack.new_person("org_backfill").await?;
    stream::iter(0..PROJECTS)
        .map(|number| project_with_photos(&stack, &person, number))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    // The newest comes over first: in this photos are taken.
    let house = json!({"company_id": person.company, "name": "House"});
    let house = stack.companycam(Method::POST, "projects", house).await?;
    let house = house["id"].as_str().context("a project's id")?.to_owned();
    late(&stack, true).await?;
    let (browser, begun) = (Browser::new()?, Instant::now());
    journey::connect(&stack, &browser, &person).await?;
    stack
        .companycam(Method::DELETE, "stats", Value::Null)
        .await?;
    let job = job_of(&stack, &person.org, &house).await?;
    let mut waits = Vec::new();
    while journey::status(&stack, &browser).await?["last_synced_at"].is_null() {
        waits.push(take_photo(&stack, &person.org, &house, &job).await?);
        tokio::time::sleep(EVERY).await;
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the sync never ends");
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    let calls = stack.companycam_calls().await?;
    late(&stack, false).await?;
    Ok(report(waits, minutes, &calls))
}

fn report(mut waits: Vec<f64>, minutes: f64, calls: &Value) -> Value {
    waits.sort_by(f64::total_cmp);
    let share = |share: usize| waits[(waits.len() - 1) * share / 100];
    let gets = calls["gets"].as_f64().unwrap_or_default();
    let photos = PROJECTS * PHOTOS_EACH;
    let needed = PROJECTS / 100 + PROJECTS + photos / 100;
    println!(
        "first sync of {PROJECTS} projects and {photos} photos, every answer {LATE_MS} ms late, {} photos taken meanwhile",
        waits.len()
    );
    for (figure, value, unit) in [
        ("it takes", minutes, "min"),
        ("GETs of CompanyCam", gets, ""),
        ("GETs a minute", gets / minutes, ""),
        (
            "answered 429",
            calls["rate_limited"].as_f64().unwrap_or_default(),
            "",
        ),
        ("a photo until it is on the job: median", share(50), "s"),
        ("95 %", share(95), "s"),
        ("99 %", share(99), "s"),
        ("worst", share(100), "s"),
    ] {
        println!("{figure:<38} {value:>8.1} {unit}");
    }
    println!("without the photos taken meanwhile it needs {needed} GETs");
    json!({
        "projects": PROJECTS, "photos": photos, "late_ms": LATE_MS, "minutes": minutes,
        "gets": gets, "gets_a_minute": gets / minutes, "rate_limited": calls["rate_limited"],
        "live_median_s": share(50), "live_p95_s": share(95), "live_p99_s": share(99), "live_worst_s": share(100),
    })
}

async fn project_with_photos(stack: &Stack, person: &Person, number: usize) -> Result<()> {
    let project = json!({"company_id": person.company, "name": format!("Project {number}")});
    let made = stack.companycam(Method::POST, "projects", project).await?;
    for photo in 0..PHOTOS_EACH {
        let photo = json!({"project_id": made["id"], "description": format!("Photo {photo}")});
        stack.companycam(Method::POST, "photos", photo).await?;
    }
    Ok(())
}

/// Has both sides answer late, or not any more.
async fn late(stack: &Stack, on: bool) -> Result<()> {
    for path in ["/v2/*", "/v1/*", "/cdn/*"] {
        let rule = json!({"path": path, "times": null, "action": {"delay_ms": LATE_MS}});
        let off = format!("faults?path={path}");
        if on {
            stack
                .companycam(Method::POST, "faults", rule.clone())
                .await?;
            stack.one_click(Method::POST, "faults", rule).await?;
        } else {
            stack.companycam(Method::DELETE, &off, Value::Null).await?;
            stack.one_click(Method::DELETE, &off, Value::Null).await?;
        }
    }
    Ok(())
}

/// How long a photo takes from CompanyCam to its job, in seconds: with One Click's late answer that shows it.
async fn take_photo(stack: &Stack, org: &str, project: &str, job: &str) -> Result<f64> {
    let photo = json!({"project_id": project, "description": "Taken meanwhile"});
    let begun = Instant::now();
    let photo = stack.companycam(Method::POST, "photos", photo).await?;
    eventually("the photo is on the job", PATIENCE, async || {
        let images = stack.images(org, job).await?;
        let there = images
            .iter()
            .any(|image| image["external_id"] == photo["id"]);
        Ok(there.then_some(()).ok_or_else(String::new))
    })
    .await?;
    Ok(begun.elapsed().as_secs_f64())
}

async fn job_of(stack: &Stack, org: &str, project: &str) -> Result<String> {
    eventually("the project has a job", PATIENCE, async || {
        let state = stack.one_click_state(org).await?;
        let mut jobs = state["jobs"].as_array().context("jobs")?.iter();
        let job = jobs.find(|job| job["metadata"]["cc_project_id"] == project);
        let id = job.and_then(|job| job["id"].as_str());
        Ok(id.map(str::to_owned).ok_or_else(String::new))
    })
    .await
}
