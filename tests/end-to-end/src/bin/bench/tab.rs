//! How long the `settings` function takes for the tab of an organization with many users, once warm,
//! and what that page weighs.
//!
//! On a deployed local stack, over HTTP as a browser asks. Two times are told apart: the duration that
//! the local Lambda reports, from handing the event over to having the answer, which is mostly waiting
//! for a DynamoDB written in Python; and the processor time of the function itself.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use end_to_end::browser::Browser;
use end_to_end::stack::{Person, Stack};
use end_to_end::{eventually, journey};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

/// On each side.
const USERS: usize = 500;
/// The first ones, which do not count: connections are opened, secrets read.
const WARMING: usize = 5;
const REQUESTS: usize = 50;
/// What `/proc/<pid>/stat` counts in: a hundredth of a second on every Linux there is.
const TICK_MS: f64 = 10.0;
const PATIENCE: Duration = Duration::from_mins(1);

/// Prints the table; its figures.
pub async fn measure(root: &Path) -> Result<Value> {
    let stack = Stack::from_env()?;
    let person = populate(&stack).await?;
    let browser = Browser::new()?;
    let tab = journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;
    let url = tab.url.as_str();
    for _ in 0..WARMING {
        browser.compressed(url).await?;
    }
    let before = (reports(root).await?.len(), processor_ms()?);
    let mut bytes = 0;
    for _ in 0..REQUESTS {
        bytes = browser.compressed(url).await?.len();
    }
    let processor = (processor_ms()? - before.1) / as_f64(REQUESTS);
    let mut durations = eventually("every request is reported", PATIENCE, async || {
        let new = reports(root).await?.split_off(before.0);
        Ok(if new.len() >= REQUESTS {
            Ok(new)
        } else {
            Err(format!("{} of {REQUESTS}", new.len()))
        })
    })
    .await?;
    durations.sort_by(f64::total_cmp);
    let (median, slow) = (
        durations[durations.len() / 2],
        durations[durations.len() * 9 / 10],
    );
    let plain = browser.open(url).await?.ok()?.html.len();
    println!("the tab with {USERS} users on each side, {REQUESTS} warm requests");
    for (figure, value, unit) in [
        ("processor time of the function", processor, "ms"),
        ("duration by the local Lambda, median", median, "ms"),
        ("duration by the local Lambda, 90 %", slow, "ms"),
        ("page, compressed", as_f64(bytes) / 1000.0, "kB"),
        ("page, as it is", as_f64(plain) / 1000.0, "kB"),
    ] {
        println!("{figure:<38} {value:>8.1} {unit}");
    }
    Ok(json!({
        "users": USERS,
        "requests": REQUESTS,
        "processor_ms": processor,
        "duration_median_ms": median,
        "duration_p90_ms": slow,
        "compressed_bytes": bytes,
        "plain_bytes": plain,
    }))
}

/// An organization and a company whose users have the same addresses.
async fn populate(stack: &Stack) -> Result<Person> {
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
    Ok(person)
}

/// The durations that the local Lambda reported for `settings`, in milliseconds, oldest first.
async fn reports(root: &Path) -> Result<Vec<f64>> {
    let logs = Command::new(root.join(".venv/bin/python"))
        .args(["-m", "local", "logs"])
        .current_dir(root)
        .env("PYTHONPATH", root.join("scripts"))
        .stderr(Stdio::inherit())
        .output()
        .await?;
    let text = String::from_utf8(logs.stdout)?;
    text.lines()
        .filter(|line| line.starts_with("settings: REPORT"))
        .map(|line| {
            let (_, rest) = line.split_once("\tDuration: ").context("no duration")?;
            let (number, _) = rest.split_once(" ms").context("no unit")?;
            Ok(number.parse()?)
        })
        .collect()
}

/// The processor time that the running `settings` functions have used so far. Another stack's on
/// this machine would count too, but only what it does meanwhile.
fn processor_ms() -> Result<f64> {
    let mut ticks = 0_u32;
    let mut found = false;
    for process in std::fs::read_dir("/proc")? {
        let folder = process?.path();
        // Processes end, and other people's are closed to us.
        let (Ok(environment), Ok(stat)) = (
            std::fs::read(folder.join("environ")),
            std::fs::read_to_string(folder.join("stat")),
        ) else {
            continue;
        };
        let mut variables = environment.split(|byte| *byte == 0);
        let is_settings = |variable: &[u8]| {
            variable.starts_with(b"AWS_LAMBDA_FUNCTION_NAME=") && variable.ends_with(b"-settings")
        };
        if !variables.any(is_settings) {
            continue;
        }
        // After the name in parentheses: state, then 10 numbers, then user and system time.
        let (_, fields) = stat.rsplit_once(')').context("no name in stat")?;
        for field in fields.split_whitespace().skip(11).take(2) {
            ticks += field.parse::<u32>()?;
        }
        found = true;
    }
    found
        .then_some(f64::from(ticks) * TICK_MS)
        .context("no `settings` function is running")
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn as_f64(number: usize) -> f64 {
    number as f64
}
