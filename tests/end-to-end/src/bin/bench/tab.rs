//! How long the `settings` function takes for the tab of an organization with many users, once warm,
//! and what that page weighs.
//!
//! On a deployed local stack, over HTTP as a browser asks. The duration is the function's own, as it
//! says in `Server-Timing`, with its requests to DynamoDB. What the local Lambda reports is up to
//! 100 ms more: it hands over the event in two packets, the second of which waits for the first to be
//! acknowledged, and then waits for something to be logged.

use anyhow::Result;
use end_to_end::browser::Browser;
use end_to_end::journey;
use end_to_end::stack::{Person, Stack};
use reqwest::Method;
use serde_json::{Value, json};

/// On each side.
const USERS: usize = 500;
/// The first ones, which do not count: connections are opened, secrets read.
const WARMING: usize = 5;
const REQUESTS: usize = 50;

/// Prints the table; its figures.
pub async fn measure() -> Result<Value> {
    let stack = Stack::from_env()?;
    let person = populate(&stack).await?;
    let browser = Browser::new()?;
    let tab = journey::connect(&stack, &browser, &person).await?;
    journey::wait_for_sync(&stack, &browser).await?;
    let url = tab.url.as_str();
    for _ in 0..WARMING {
        browser.compressed(url).await?;
    }
    let mut durations = Vec::new();
    let mut bytes = 0;
    for _ in 0..REQUESTS {
        let answer = browser.compressed(url).await?;
        durations.push(answer.duration_ms);
        bytes = answer.bytes.len();
    }
    durations.sort_by(f64::total_cmp);
    let (median, slow) = (
        durations[durations.len() / 2],
        durations[durations.len() * 9 / 10],
    );
    let plain = browser.open(url).await?.ok()?.html.len();
    println!("the tab with {USERS} users on each side, {REQUESTS} warm requests");
    for (figure, value, unit) in [
        ("duration of the function, median", median, "ms"),
        ("duration of the function, 90 %", slow, "ms"),
        ("page, compressed", as_f64(bytes) / 1000.0, "kB"),
        ("page, as it is", as_f64(plain) / 1000.0, "kB"),
    ] {
        println!("{figure:<38} {value:>8.1} {unit}");
    }
    Ok(json!({
        "users": USERS,
        "requests": REQUESTS,
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

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn as_f64(number: usize) -> f64 {
    number as f64
}
