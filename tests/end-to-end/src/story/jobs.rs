//! From One Click to CompanyCam: jobs that make projects, and reassignments (B21–B23).

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::{PATIENCE, Story};
use crate::compare::matches;
use crate::eventually;

const JOBS: usize = 20;
const REASSIGNMENTS: usize = 10;
/// A project whose answer was lost is looked for no sooner than after ten seconds.
const LOST_PATIENCE: Duration = Duration::from_mins(3);

impl Story {
    /// Switches the other direction on, and makes jobs all at once.
    pub(super) async fn jobs_make_projects(&mut self) -> Result<()> {
        self.prefer().await?;
        let users = self.matched_users().await?;
        for number in 0..JOBS {
            let (theirs, _) = &users[number % users.len()];
            self.new_job(&format!("Job {number}"), theirs).await?;
        }
        self.have_projects(JOBS, PATIENCE).await?;
        self.check().await?;
        self.each_job_has_one_project().await?;
        self.ended(&format!(
            "{JOBS} jobs made in One Click at once: each has one project, assigned as the job is"
        ))
        .await?;
        Ok(())
    }

    /// CompanyCam makes the project, and its answer never arrives.
    pub(super) async fn lost_answer(&mut self) -> Result<()> {
        let fault = json!({"method": "POST", "path": "/v2/projects", "action": "reset_after"});
        self.stack.companycam(Method::POST, "faults", fault).await?;
        let users = self.matched_users().await?;
        self.new_job("Answered to nobody", &users[0].0).await?;
        self.have_projects(JOBS + 1, LOST_PATIENCE).await?;
        self.check().await?;
        self.each_job_has_one_project().await?;
        self.ended("a project whose answer was lost: found again, and not made twice")
            .await?;
        Ok(())
    }

    /// Assigns some of those jobs to somebody else: their user is added to the project, the one before
    /// removed.
    pub(super) async fn reassignments(&mut self) -> Result<()> {
        let users = self.matched_users().await?;
        let jobs = self.own_jobs().await?;
        let mut wanted = Vec::new();
        for job in jobs.iter().take(REASSIGNMENTS) {
            let next = users
                .iter()
                .find(|(theirs, _)| job["assigned_user_id"] != theirs.as_str());
            let (theirs, companycam) = next.context("another user")?;
            let path = format!(
                "organizations/{}/jobs/{}",
                self.person.org,
                job["id"].as_str().context("an id")?
            );
            let body = json!({"job": {"assigned_user_id": theirs}});
            self.stack.one_click(Method::PATCH, &path, body).await?;
            wanted.push((
                job["metadata"]["cc_project_id"].clone(),
                json!([companycam]),
            ));
        }
        eventually("the projects are reassigned", PATIENCE, async || {
            let state = self.stack.companycam_state().await?;
            let projects = state["projects"].as_array().context("projects")?;
            let assigned = |(id, assignees): &(Value, Value)| {
                let project = projects.iter().find(|project| project["id"] == *id);
                project.is_some_and(|project| project["assignees"] == *assignees)
            };
            let waiting = wanted.iter().filter(|wanted| !assigned(wanted)).count();
            Ok(if waiting == 0 {
                Ok(())
            } else {
                Err(format!("{waiting} are not"))
            })
        })
        .await?;
        self.check().await?;
        self.ended(&format!(
            "{REASSIGNMENTS} reassignments in One Click: the new user is on the project, the one before is not"
        ))
        .await?;
        Ok(())
    }

    /// No project has two jobs, and no job of ours none: nothing came back as an echo.
    pub(super) async fn each_job_has_one_project(&self) -> Result<()> {
        let state = self.stack.companycam_state().await?;
        let projects = state["projects"].as_array().context("projects")?;
        for job in self.own_jobs().await? {
            let name = &job["customer_name"];
            let found = projects.iter().filter(|project| project["name"] == *name);
            let found: Vec<_> = found.map(|project| &project["id"]).collect();
            ensure!(
                found == [&job["metadata"]["cc_project_id"]],
                "job {name} has the projects {found:?}"
            );
        }
        Ok(())
    }

    /// Saves the preferences on the tab, with the way from One Click to CompanyCam on.
    async fn prefer(&self) -> Result<()> {
        let tab = self
            .browser
            .open(&format!("{}/companycam/settings", self.stack.api_url))
            .await?
            .ok()?;
        let mut form = tab.form("/companycam/settings/preferences")?;
        for name in [
            "create_project_from_job",
            "reassign_project",
            "remove_previous_assignee",
        ] {
            form = form.with(name, "on");
        }
        self.browser.submit(&form).await?.ok()?;
        Ok(())
    }

    async fn new_job(&self, customer: &str, assignee: &str) -> Result<()> {
        let job = json!({
            "name": format!("Contact of {customer}"), "customer_name": customer,
            "email": "contact@story.example", "phones": [{"name": "Mobile", "number": "402-555-0177"}],
            "address": {"line_1": format!("{customer} Street"), "city": "Lincoln", "state": "NE", "postal_code": "68508"},
            "assigned_user_id": assignee, "created_by_user_id": assignee,
        });
        let path = format!("organizations/{}/jobs", self.person.org);
        self.stack
            .one_click(Method::POST, &path, json!({ "job": job }))
            .await?;
        Ok(())
    }

    async fn have_projects(&self, count: usize, patience: Duration) -> Result<()> {
        eventually("the jobs have projects", patience, async || {
            let jobs = self.own_jobs().await?;
            let told = |job: &&Value| job["metadata"]["cc_project_id"].is_string();
            let ready = jobs.iter().filter(told).count();
            Ok(if ready == count {
                Ok(())
            } else {
                Err(format!("{ready} of {count} have"))
            })
        })
        .await
    }

    /// The jobs that the story made in One Click.
    async fn own_jobs(&self) -> Result<Vec<Value>> {
        let state = self.stack.one_click_state(&self.person.org).await?;
        let mut jobs = state["jobs"].as_array().context("jobs")?.clone();
        jobs.retain(|job| {
            let name = job["name"].as_str().unwrap_or_default();
            name.starts_with("Contact of ")
        });
        Ok(jobs)
    }

    /// One Click's users who are matched, with their users in CompanyCam.
    async fn matched_users(&self) -> Result<Vec<(String, String)>> {
        let companycam = self.stack.companycam_state().await?;
        let one_click = self.stack.one_click_state(&self.person.org).await?;
        let matched = matches(&companycam, &one_click, &self.person.company);
        let users: Vec<_> = matched
            .into_iter()
            .map(|(companycam, theirs)| (theirs, companycam))
            .collect();
        ensure!(users.len() > 1, "too few users are matched");
        Ok(users)
    }
}
