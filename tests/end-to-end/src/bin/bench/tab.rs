//! What the pages of a large organization take of the `settings` function's processor, once warm, and what
//! they weigh.
//!
//! On a deployed local stack, over HTTP as a browser asks. Both durations are the function's own, as it says
//! in `Server-Timing`. By the clock its requests to DynamoDB count, which the local one answers much more
//! slowly than AWS where it reads through many rows.

use anyhow::{Context, Result};
use end_to_end::browser::Browser;
use end_to_end::stack::{Person, Stack};
use end_to_end::{eventually, journey};
use reqwest::Method;
use serde_json::{Value, json};

/// On each side.
const USERS: usize = 2_000;
const PROJECTS: usize = 20_000;
const ENTRIES: usize = 100_000;
/// The first ones of each page, which do not count: connections are opened, secrets read.
const WARMING: usize = 3;
const REQUESTS: usize = 15;
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(2);

/// Prints the table; its figures.
pub async fn measure() -> Result<Value> {
    let stack = Stack::from_env()?;
    let browser = Browser::new()?;
    let (project, job) = populate(&stack, &browser).await?;
    let tab = journey::tab(&stack, &browser).await?;
    let (_, run) = tab
        .html
        .split_once("/settings/runs/")
        .context("a run's address")?;
    let (run, _) = run.split_once('"').context("a run's id")?;
    let pages = [
        ("the tab", String::new()),
        ("the tab, next page of activity", "?kind=photo".to_owned()),
        (
            "the tab, words in the activity",
            "?words=nowhere".to_owned(),
        ),
        ("the tab, Find by a customer", "?find=House+1234".to_owned()),
        ("a project", format!("/projects/{project}")),
        ("a job", format!("/jobs/{job}")),
        ("the result of a sync", format!("/runs/{run}")),
        ("how fields map", "/fields".to_owned()),
    ];
    println!(
        "pages with {USERS} users on each side, {PROJECTS} projects, {ENTRIES} entries; {REQUESTS} warm requests"
    );
    println!(
        "{:<34} {:>14} {:>10} {:>12}",
        "", "processor, ms", "clock, ms", "kB, gzipped"
    );
    let mut measured = Vec::new();
    for (name, path) in pages {
        let url = format!("{}/companycam/settings{path}", stack.api_url);
        measured.push(page(&browser, name, &url).await?);
    }
    Ok(json!({"users": USERS, "projects": PROJECTS, "entries": ENTRIES, "pages": measured}))
}

/// A line of the table: medians.
async fn page(browser: &Browser, name: &str, url: &str) -> Result<Value> {
    for _ in 0..WARMING {
        browser.compressed(url).await?;
    }
    let (mut processor, mut clock, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..REQUESTS {
        let answer = browser.compressed(url).await?;
        processor.push(answer.processor_ms);
        clock.push(answer.duration_ms);
        bytes = answer.bytes.len();
    }
    let (processor, clock) = (median(processor), median(clock));
    let weight = as_f64(bytes) / 1000.0;
    println!("{name:<34} {processor:>14.1} {clock:>10.1} {weight:>12.1}");
    Ok(
        json!({"page": name, "processor_ms": processor, "clock_ms": clock, "compressed_bytes": bytes}),
    )
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// An organization and a company whose users have the same addresses, with a project, many of its like, and
/// many entries of the log; the project's id and its job's.
async fn populate(stack: &Stack, browser: &Browser) -> Result<(String, String)> {
    let person = stack.new_person("org_bench").await?;
    let companycam = format!("companies/{}/users", person.company);
    let one_click = format!("organizations/{}/users", person.org);
    for number in 1..USERS {
        let email = format!("user-{number}@bench.example");
        let user =
            json!({"first_name": "User", "last_name": number.to_string(), "email_address": email});
        stack.companycam(Method::POST, &companycam, user).await?;
        let user = json!({"name": format!("User {number}"), "email": email});
        stack.one_click(Method::POST, &one_click, user).await?;
    }
    let house = json!({"company_id": person.company, "name": "House"});
    let house = stack.companycam(Method::POST, "projects", house).await?;
    let project = house["id"].as_str().context("a project's id")?.to_owned();
    journey::connect(stack, browser, &person).await?;
    journey::wait_for_sync(stack, browser).await?;
    let photo = json!({"project_id": project, "description": "Front"});
    stack.companycam(Method::POST, "photos", photo).await?;
    let job = job_with_photo(stack, &person).await?;
    stack.grow(&person.org, PROJECTS, ENTRIES).await?;
    Ok((project, job))
}

async fn job_with_photo(stack: &Stack, person: &Person) -> Result<String> {
    eventually("the photo is on the job", PATIENCE, async || {
        let state = stack.one_click_state(&person.org).await?;
        let job = &state["jobs"][0];
        let there = job["images"].as_array().is_some_and(|all| !all.is_empty());
        let id = job["id"].as_str().filter(|_| there).map(str::to_owned);
        Ok(id.ok_or("none yet".to_owned()))
    })
    .await
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn as_f64(number: usize) -> f64 {
    number as f64
}
