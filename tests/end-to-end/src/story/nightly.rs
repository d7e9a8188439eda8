//! Documents, and what only the nightly pass finds (B16, B17).

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::Story;
use crate::eventually;

/// What is missing is asked for once more after a minute.
const PATIENCE: Duration = Duration::from_mins(4);

impl Story {
    /// A document comes; a photo that is deleted in CompanyCam goes with the night.
    pub(super) async fn nightly(&mut self) -> Result<()> {
        let project = self.new_project("Looked through at night").await?;
        let mut photos = Vec::new();
        for _ in 0..3 {
            photos.push(self.new_photo(&project, 60_000).await?);
        }
        let path = format!("projects/{project}/documents");
        let plan = json!({"name": "Plan.pdf", "bytes": 200_000});
        let plan = self.stack.companycam(Method::POST, &path, plan).await?;
        let plan = plan["id"].as_str().context("an id")?;
        self.holds(&project, &photos, plan).await?;
        self.ended("a document came to its job, named as in CompanyCam")
            .await?;
        self.remove_deleted().await?;
        let gone = photos.pop().context("a photo")?;
        let path = format!("photos/{gone}");
        self.stack
            .companycam(Method::DELETE, &path, Value::Null)
            .await?;
        self.stack.nightly().await?;
        self.holds(&project, &photos, plan).await?;
        self.ended("a nightly pass: a photo that was deleted in CompanyCam left its job, each other copy was verified")
            .await?;
        Ok(())
    }

    /// Waits until the project's job has these photos and this document, and nothing else.
    async fn holds(&self, project: &str, photos: &[String], document: &str) -> Result<()> {
        eventually(
            "the job has its photos and its document",
            PATIENCE,
            async || {
                let Some(job) = self.job_of(project).await? else {
                    return Ok(Err("no job".to_owned()));
                };
                let live = |kind: &str| -> Vec<String> {
                    let files = job[kind].as_array().into_iter().flatten();
                    let files = files.filter(|file| file["deleted"] == false);
                    let ids = files.filter_map(|file| file["external_id"].as_str());
                    let mut ids: Vec<_> = ids.map(str::to_owned).collect();
                    ids.sort_unstable();
                    ids
                };
                let (images, documents) = (live("images"), live("documents"));
                let mut wanted = photos.to_vec();
                wanted.sort_unstable();
                Ok(if images == wanted && documents == [document] {
                    Ok(())
                } else {
                    Err(format!("{images:?} {documents:?}"))
                })
            },
        )
        .await
    }

    /// Switches *Remove photos in One Click when they are deleted in CompanyCam* on.
    async fn remove_deleted(&self) -> Result<()> {
        let tab = self
            .browser
            .open(&format!("{}/companycam/settings", self.stack.api_url))
            .await?
            .ok()?;
        let form = tab.form("/companycam/settings/preferences")?;
        let form = form.with("remove_deleted_photos", "on");
        let saved = self.browser.submit(&form).await?.ok()?;
        ensure!(saved.text().contains("saved"), "{}", saved.text());
        Ok(())
    }
}
