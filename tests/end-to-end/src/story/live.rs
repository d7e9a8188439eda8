//! What webhooks bring, and how fast (B15, B17).

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::{PATIENCE, Story};
use crate::eventually;

/// How many changes are timed.
const CHANGES: usize = 50;
/// What the median may be.
const MEDIAN: Duration = Duration::from_secs(2);

/// A change in CompanyCam, and how it shows in One Click: the project, and what its job must hold.
struct Change {
    what: &'static str,
    project: String,
    shows: Shows,
}

/// Whether a job shows it.
type Shows = Box<dyn Fn(&Value) -> bool + Send + Sync>;

impl Story {
    /// Changes one thing after the other, each as soon as the one before shows.
    pub(super) async fn live_changes(&mut self) -> Result<()> {
        let mut took = Vec::new();
        let mut latest = (self.new_project("Live 0").await?, String::new());
        self.shown(&Change {
            what: "a new project",
            project: latest.0.clone(),
            shows: Box::new(|_| true),
        })
        .await?;
        for number in 0..CHANGES {
            let begun = Instant::now();
            let change = self.change(number, &mut latest).await?;
            self.shown(&change).await?;
            took.push((begun.elapsed(), change.what));
        }
        self.check().await?;
        took.sort_unstable();
        let (median, (slowest, what)) = (took[took.len() / 2].0, took[took.len() - 1]);
        self.ended(&format!(
            "{CHANGES} live changes, from the change in CompanyCam to One Click: median {:.2} s, slowest {:.2} s ({what})",
            median.as_secs_f64(),
            slowest.as_secs_f64(),
        ))
        .await?;
        ensure!(median <= MEDIAN, "the median was {median:?}");
        Ok(())
    }

    /// The next change, by turns a new photo, its caption, a tag, a drawing on it, and the name of its
    /// project or a new project.
    async fn change(&self, number: usize, latest: &mut (String, String)) -> Result<Change> {
        let (project, photo) = latest;
        let photo_path = format!("photos/{photo}");
        let id = photo.clone();
        let (what, shows): (_, Shows) = match number % 5 {
            0 => {
                *photo = self.new_photo(project, 400_000).await?;
                let id = photo.clone();
                let shows = move |job: &Value| image(job, &id).is_some();
                ("a new photo", Box::new(shows))
            }
            1 => {
                let caption = format!("Caption {number}");
                let body = json!({ "description": caption });
                self.stack
                    .companycam(Method::PATCH, &photo_path, body)
                    .await?;
                let shows = move |job: &Value| {
                    image(job, &id).is_some_and(|image| image["caption"] == caption.as_str())
                };
                ("a caption", Box::new(shows))
            }
            2 => {
                let tag = format!("Tag {number}");
                let body = json!({ "add_tag": tag });
                self.stack
                    .companycam(Method::PATCH, &photo_path, body)
                    .await?;
                let shows = move |job: &Value| {
                    let tags = image(job, &id).map(|image| image["tags"].clone());
                    tags.is_some_and(|tags| tags.to_string().contains(&format!("\"{tag}\"")))
                };
                ("a tag", Box::new(shows))
            }
            3 => {
                let job = self.job_of(project).await?.context("the project's job")?;
                let before = image(&job, &id).context("the photo's image")?["md5"].clone();
                let path = format!("{photo_path}/annotate");
                self.stack
                    .companycam(Method::POST, &path, Value::Null)
                    .await?;
                let shows =
                    move |job: &Value| image(job, &id).is_some_and(|image| image["md5"] != before);
                ("a drawing on a photo", Box::new(shows))
            }
            _ if number.is_multiple_of(2) => {
                *project = self.new_project(&format!("Live {number}")).await?;
                ("a new project", Box::new(|_: &Value| true))
            }
            _ => {
                let name = format!("Renamed {number}");
                let path = format!("projects/{project}");
                let body = json!({ "name": name });
                self.stack.companycam(Method::PATCH, &path, body).await?;
                let shows = move |job: &Value| job["customer_name"] == name.as_str();
                ("a name", Box::new(shows))
            }
        };
        Ok(Change {
            what,
            project: project.clone(),
            shows,
        })
    }

    async fn shown(&self, change: &Change) -> Result<()> {
        eventually(change.what, PATIENCE, async || {
            let job = self.job_of(&change.project).await?;
            Ok(if job.as_ref().is_some_and(&change.shows) {
                Ok(())
            } else {
                Err(format!("{job:?}"))
            })
        })
        .await
    }

    /// A webhook that CompanyCam gave up: the next poll switches it on and makes up for it.
    pub(super) async fn disabled_webhook(&mut self) -> Result<()> {
        let webhook = self.webhook().await?;
        let path = format!(
            "webhooks/{}/disable",
            webhook["id"].as_str().context("an id")?
        );
        self.stack
            .companycam(Method::POST, &path, Value::Null)
            .await?;
        let project = self.new_project("Made while nobody was told").await?;
        self.new_photo(&project, 60_000).await?;
        self.polled().await?;
        let now = self.webhook().await?;
        ensure!(now["enabled"] == true, "still disabled: {now}");
        self.ended("a disabled webhook: a poll switched it on and brought what was missed")
            .await?;
        Ok(())
    }

    /// The one webhook of the company.
    async fn webhook(&self) -> Result<Value> {
        let state = self.stack.companycam_state().await?;
        let company = self.person.company.as_str();
        let mut ours = state["webhooks"].as_array().cloned().unwrap_or_default();
        ours.retain(|webhook| webhook["company_id"] == company);
        ensure!(ours.len() == 1, "webhooks: {ours:?}");
        Ok(ours.remove(0))
    }

    pub(super) async fn new_project(&self, name: &str) -> Result<String> {
        let project = json!({"company_id": self.person.company, "name": name});
        let made = self
            .stack
            .companycam(Method::POST, "projects", project)
            .await?;
        Ok(made["id"].as_str().context("an id")?.to_owned())
    }

    pub(super) async fn new_photo(&self, project: &str, bytes: usize) -> Result<String> {
        let photo = json!({"project_id": project, "bytes": bytes});
        let made = self.stack.companycam(Method::POST, "photos", photo).await?;
        Ok(made["id"].as_str().context("an id")?.to_owned())
    }

    pub(super) async fn job_of(&self, project: &str) -> Result<Option<Value>> {
        let state = self.stack.one_click_state(&self.person.org).await?;
        let jobs = state["jobs"].as_array().context("jobs")?;
        let is_it = |job: &&Value| job["metadata"]["cc_project_id"] == project;
        Ok(jobs.iter().find(is_it).cloned())
    }
}

fn image<'a>(job: &'a Value, photo: &str) -> Option<&'a Value> {
    let images = job["images"].as_array()?;
    let is_it = |image: &&Value| image["external_id"] == photo && image["deleted"] == false;
    images.iter().find(is_it)
}
