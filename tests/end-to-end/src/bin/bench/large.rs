//! One large photo, from its event until it is on the job, beside `curl | curl`: the same bytes out of the same
//! server into the same other one, by two programs that do nothing else.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::stack::{Person, Stack};
use end_to_end::{eventually, journey};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

const BYTES: usize = 80_000_000;
/// What a photo of no size takes is what events and queues take.
const FEW_BYTES: usize = 10_000;
const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_mins(2);

/// Prints the table; its figures.
pub async fn measure() -> Result<Value> {
    let stack = Stack::from_env()?;
    let person = stack.new_person("org_large").await?;
    let house = json!({"company_id": person.company, "name": "House"});
    let house = stack.companycam(Method::POST, "projects", house).await?;
    let project = house["id"].as_str().context("a project's id")?;
    let browser = Browser::new()?;
    journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;
    let state = stack.one_click_state(&person.org).await?;
    let job = state["jobs"][0]["id"].as_str().context("a job")?;
    let place = (person.org.as_str(), project, job);
    let (mut small, mut ours, mut peers) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        small.push(take(&stack, place, FEW_BYTES).await?.0);
        let (took, photo) = take(&stack, place, BYTES).await?;
        ours.push(took);
        peers.push(curl(&stack, &person, job, (&photo, round)).await?);
    }
    let (small, ours, peer) = (median(small), median(ours), median(peers));
    let megabytes = BYTES / 1_000_000;
    println!("one photo of {megabytes} MB, the median of {ROUNDS}");
    println!("{:<38} {ours:>8.2} s", "event until it is on the job");
    println!("{:<38} {peer:>8.2} s", "curl | curl");
    println!("{:<38} {small:>8.2} s", "of that, what a tiny photo takes");
    println!("{:<38} {:>8.2}", "ratio", ours / peer);
    println!("{:<38} {:>8.2}", "ratio of the rest", (ours - small) / peer);
    Ok(json!({
        "bytes": BYTES, "event_to_job_s": ours, "tiny_photo_s": small, "curl_s": peer,
        "ratio": ours / peer, "ratio_of_the_rest": (ours - small) / peer,
    }))
}

/// How long a photo of so many bytes takes from its event until it is on the job, in seconds; and its id.
async fn take(
    stack: &Stack,
    (org, project, job): (&str, &str, &str),
    bytes: usize,
) -> Result<(f64, String)> {
    let photo = json!({"project_id": project, "bytes": bytes, "description": "Panorama"});
    let begun = Instant::now();
    let photo = stack.companycam(Method::POST, "photos", photo).await?;
    let photo = photo["id"].as_str().context("a photo's id")?.to_owned();
    eventually("the photo is on the job", PATIENCE, async || {
        let images = stack.images(org, job).await?;
        let there = images
            .iter()
            .any(|image| image["external_id"] == photo.as_str());
        Ok(there.then_some(()).ok_or_else(String::new))
    })
    .await?;
    Ok((begun.elapsed().as_secs_f64(), photo))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// How long two of them take for the same photo, in seconds.
async fn curl(
    stack: &Stack,
    person: &Person,
    job: &str,
    (photo, round): (&str, usize),
) -> Result<f64> {
    let from = format!("{}/cdn/{photo}/0/original.jpg", stack.companycam);
    let images = format!(
        "{}/v1/organizations/{}/jobs/{job}/images",
        stack.one_click, person.org
    );
    let image = r#"image={"version":1,"name":"Panorama.jpg"};type=application/json"#;
    let token = format!("Authorization: Bearer {}", stack.one_click_token);
    let begun = Instant::now();
    let mut down = Command::new("curl")
        .args(["--silent", "--fail", &from])
        .stdout(Stdio::piped())
        .spawn()?;
    let bytes: Stdio = down.stdout.take().context("its output")?.try_into()?;
    let up = Command::new("curl")
        .args(["--silent", "--fail", "--request", "PUT", "--header", &token])
        .args([
            "--form",
            image,
            "--form",
            "file=@-;type=image/jpeg;filename=Panorama.jpg",
        ])
        .arg(format!("{images}/curl-{round}"))
        .stdin(bytes)
        .stdout(Stdio::null())
        .status()
        .await?;
    ensure!(down.wait().await?.success() && up.success(), "curl failed");
    Ok(begun.elapsed().as_secs_f64())
}
