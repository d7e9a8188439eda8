//! The whole story: connect, first sync, live changes, jobs that create projects, reassignments, a
//! webhook that was disabled, an answer that was lost, outages of either side, a document, a night. Prints each
//! step with its time and its calls to CompanyCam, and fails unless the end state is right.

mod jobs;
mod live;
mod nightly;
mod outages;

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::compare::{differences, images};
use crate::stack::{Person, Stack};
use crate::{eventually, journey};

/// How long a change may take to arrive; generous, since a busy machine is no failure.
const PATIENCE: Duration = Duration::from_mins(2);

struct Story {
    stack: Stack,
    browser: Browser,
    begun: Instant,
    person: Person,
    connected_at: i64,
}

/// Walks it, on a stack to which nobody is connected yet.
pub async fn walk(stack: Stack) -> Result<()> {
    let person = stack.seeded_person().await?;
    let connected_at = Timestamp::now().as_second();
    let browser = Browser::new()?;
    let mut story = Story {
        stack,
        person,
        browser,
        begun: Instant::now(),
        connected_at,
    };
    story.begin().await?;
    story.connect().await?;
    story.first_sync().await?;
    story.quiet_poll().await?;
    story.live_changes().await?;
    story.disabled_webhook().await?;
    story.changes_and_poll().await?;
    story.jobs_make_projects().await?;
    story.lost_answer().await?;
    story.reassignments().await?;
    story.outages().await?;
    story.polled().await?;
    story.each_job_has_one_project().await?;
    story
        .ended("a last poll; both sides compared: each job has one project, each project one job")
        .await?;
    story.nightly().await?;
    Ok(())
}

#[allow(clippy::print_stdout, reason = "what it prints is what it is for")]
impl Story {
    /// Runs the clock and the counters anew.
    async fn begin(&mut self) -> Result<()> {
        self.stack
            .companycam(Method::DELETE, "stats", Value::Null)
            .await?;
        self.begun = Instant::now();
        Ok(())
    }

    /// Prints a step that ended well.
    async fn ended(&mut self, what: &str) -> Result<Value> {
        let calls = self.stack.companycam_calls().await?;
        println!(
            "{:>7.2} s  {what} [CompanyCam: {} GETs, {} writes, {} × 429]",
            self.begun.elapsed().as_secs_f64(),
            calls["gets"],
            calls["writes"],
            calls["rate_limited"],
        );
        ensure!(
            calls["rate_limited"] == 0,
            "CompanyCam's rate limit was hit"
        );
        self.begin().await?;
        Ok(calls)
    }

    async fn connect(&mut self) -> Result<()> {
        let tab = journey::connect(&self.stack, &self.browser, &self.person).await?;
        let matched = tab.text();
        ensure!(
            matched.contains("Connected"),
            "the tab does not say that it is connected: {matched}"
        );
        let users = tab.texts("tbody tr")?;
        ensure!(!users.is_empty(), "the tab shows no users");
        ensure!(
            users.iter().any(|row| row.contains("same email")),
            "no user is matched: {users:?}"
        );
        self.ended(&format!(
            "connected through both logins; the tab lists {} users, matched",
            users.len()
        ))
        .await?;
        Ok(())
    }

    async fn first_sync(&mut self) -> Result<()> {
        let status = journey::wait_for_sync(&self.stack, &self.browser).await?;
        self.check().await?;
        let (projects, photos) = (&status["projects"], &status["photos"]);
        ensure!(
            projects["done"] == projects["total"] && photos["done"] == photos["total"],
            "unfinished: {status}"
        );
        self.ended(&format!(
            "first sync: {} projects and {} photos are in One Click, each field and byte as in CompanyCam",
            projects["total"], photos["total"]
        ))
        .await?;
        Ok(())
    }

    async fn quiet_poll(&mut self) -> Result<()> {
        self.polled().await?;
        let calls = self.ended("a poll with nothing new").await?;
        ensure!(
            calls["gets"].as_i64().unwrap_or(0) <= 2,
            "a poll with nothing new cost {calls}"
        );
        Ok(())
    }

    async fn changes_and_poll(&mut self) -> Result<()> {
        let state = self.stack.companycam_state().await?;
        let now = Timestamp::now().as_second();
        let live: Vec<String> = state["projects"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|project| project["status"] == "active" && project["archived"] == false)
            .filter(|project| project["updated_at"].as_i64().unwrap_or(0) > now - 28 * 86_400)
            .filter_map(|project| project["id"].as_str().map(str::to_owned))
            .collect();
        let [renamed, moved, called, photographed, ..] = live.as_slice() else {
            bail!("too few projects")
        };
        let change = async |path: String, body: Value| {
            self.stack.companycam(Method::PATCH, &path, body).await
        };
        change(
            format!("projects/{renamed}"),
            json!({"name": "Renamed by the story"}),
        )
        .await?;
        let address = json!({"street_address_1": "1 Story Lane", "city": "Lincoln", "state": "NE", "postal_code": "68508"});
        change(format!("projects/{moved}"), json!({"address": address})).await?;
        let contact = json!({"name": "New Contact", "email": "contact@story.example", "phone_number": "402-555-0142"});
        change(
            format!("projects/{called}"),
            json!({"primary_contact": contact}),
        )
        .await?;
        let project = json!({"company_id": self.person.company, "name": "Begun after connecting"});
        let fresh = self
            .stack
            .companycam(Method::POST, "projects", project)
            .await?;
        for (project, captured_at) in [
            (json!(photographed), now - 6 * 86_400),
            (fresh["id"].clone(), now),
        ] {
            let photo = json!({"project_id": project, "bytes": 400_000, "captured_at": captured_at, "description": "Added by the story"});
            self.stack.companycam(Method::POST, "photos", photo).await?;
        }
        let before = images(&self.stack.one_click_state(&self.person.org).await?);
        self.polled().await?;
        let after = images(&self.stack.one_click_state(&self.person.org).await?);
        ensure!(after == before + 2, "{before} photos became {after}");
        self.ended("changed in CompanyCam, told and polled at once: a name, an address, a contact, a new project, a new photo, and one captured six days ago").await?;
        Ok(())
    }

    /// Polls, and waits until both sides agree.
    async fn polled(&self) -> Result<()> {
        let before = journey::status(&self.stack, &self.browser).await?["last_synced_at"].clone();
        // The time of the last look has one second's resolution.
        eventually("the clock moves on", PATIENCE, async || {
            let moved = before
                .as_str()
                .and_then(|text| text.parse::<Timestamp>().ok())
                .is_none_or(|at| Timestamp::now().as_second() > at.as_second());
            Ok(if moved {
                Ok(())
            } else {
                Err("the same second".to_owned())
            })
        })
        .await?;
        self.stack.poll().await?;
        eventually("the poll is done", PATIENCE, async || {
            let status = journey::status(&self.stack, &self.browser).await?;
            Ok(if status["last_synced_at"] == before {
                Err(status.to_string())
            } else {
                Ok(())
            })
        })
        .await?;
        self.check().await
    }

    async fn check(&self) -> Result<()> {
        eventually("both sides agree", PATIENCE, async || {
            let (companycam, one_click) = (
                self.stack.companycam_state().await?,
                self.stack.one_click_state(&self.person.org).await?,
            );
            let differences = differences(
                &companycam,
                &one_click,
                &self.person.company,
                self.connected_at,
            );
            Ok(if differences.is_empty() {
                Ok(())
            } else {
                Err(format!(
                    "{} differences: {:#?}",
                    differences.len(),
                    &differences[..differences.len().min(12)]
                ))
            })
        })
        .await
    }
}
