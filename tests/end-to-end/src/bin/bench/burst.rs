//! How long a burst of photos takes: two hundred of a megabyte each, added to one project at once, from the
//! first that is added until the last is on the job. CompanyCam tells of each by its webhook.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use end_to_end::browser::Browser;
use end_to_end::stack::Stack;
use end_to_end::{eventually, journey};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

const PHOTOS: usize = 200;
const BYTES: usize = 1_000_000;
/// So many are added at once, as from several phones.
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_mins(5);

/// Prints the table; its figures.
pub async fn measure() -> Result<Value> {
    let stack = Stack::from_env()?;
    let person = stack.new_person("org_burst").await?;
    let browser = Browser::new()?;
    journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;
    let house = json!({"company_id": person.company, "name": "House"});
    let house = stack.companycam(Method::POST, "projects", house).await?;
    let project = house["id"].as_str().context("a project's id")?.to_owned();
    until(&stack, &person.org, &project, 0).await?;
    stack
        .companycam(Method::DELETE, "stats", Value::Null)
        .await?;

    let begun = Instant::now();
    stream::iter(0..PHOTOS)
        .map(|number| {
            let photo = json!({"project_id": project, "bytes": BYTES, "description": format!("Photo {number}")});
            stack.companycam(Method::POST, "photos", photo)
        })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    let added = begun.elapsed();
    until(&stack, &person.org, &project, PHOTOS).await?;
    let took = begun.elapsed();
    let calls = stack.companycam_calls().await?;
    println!(
        "{PHOTOS} photos of {} MB, added at once to one project",
        BYTES / 1_000_000
    );
    println!("{:<38} {:>8.1} s", "all are added", added.as_secs_f64());
    println!("{:<38} {:>8.1} s", "all are on the job", took.as_secs_f64());
    println!("{:<38} {:>8}", "GETs of CompanyCam", calls["gets"]);
    println!("{:<38} {:>8}", "answered 429", calls["rate_limited"]);
    Ok(json!({
        "photos": PHOTOS,
        "bytes": BYTES,
        "added_s": added.as_secs_f64(),
        "on_the_job_s": took.as_secs_f64(),
        "gets": calls["gets"],
        "rate_limited": calls["rate_limited"],
    }))
}

/// Waits until the project has a job with so many photos.
async fn until(stack: &Stack, org: &str, project: &str, photos: usize) -> Result<()> {
    eventually("the photos are on the job", PATIENCE, async || {
        let state = stack.one_click_state(org).await?;
        let mut jobs = state["jobs"].as_array().context("jobs")?.iter();
        let job = jobs.find(|job| job["metadata"]["cc_project_id"] == project);
        let images = job.and_then(|job| job["images"].as_array());
        let there = images.map_or(0, Vec::len);
        Ok((job.is_some() && there >= photos)
            .then_some(())
            .ok_or(format!("{there} photos")))
    })
    .await
}
