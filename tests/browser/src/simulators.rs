//! The pages of One Click and CompanyCam, as far as the story leads through them.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::cast::Cast;
use crate::chromium::Chromium;
use crate::hands::one_line;

/// One Click's web application.
#[derive(Debug, Clone, Copy)]
pub struct OneClick<'a> {
    /// Whose.
    pub cast: &'a Cast,
    /// In this browser.
    pub chromium: &'a Chromium,
}

impl OneClick<'_> {
    /// Opens one of its pages.
    pub async fn open(&self, path: &str) -> Result<()> {
        let address = format!("{}/{path}", self.cast.stack.one_click);
        self.chromium.open(&address).await
    }

    /// Opens the page where one signs in.
    pub async fn open_sign_in(&self) -> Result<()> {
        self.open("sign_in").await
    }

    /// Signs in as the administrator.
    pub async fn sign_in(&self) -> Result<()> {
        self.open_sign_in().await?;
        let name = format!("Sign in as {}", self.cast.administrator);
        self.chromium.send(&name).await?;
        self.chromium.until_says("Welcome").await
    }

    /// Goes to Administration → Integrations by the navigation.
    pub async fn go_to_integrations(&self) -> Result<()> {
        self.chromium.send("Administration").await?;
        self.chromium.until_says("Integrations").await
    }

    /// What the card of CompanyCam says of the connection.
    pub async fn integration_state(&self) -> Result<String> {
        self.open("administration/integrations").await?;
        let cards = self.chromium.texts("#companycam").await?;
        Ok(cards.join(" "))
    }

    /// Goes on from the card to CompanyCam's login, or to our tab: the text of its button says which.
    pub async fn press_card(&self, button: &str) -> Result<()> {
        self.chromium.send(button).await
    }

    /// Goes to the job of that customer by the list.
    pub async fn open_job(&self, customer: &str) -> Result<()> {
        self.open("jobs").await?;
        self.chromium.send(customer).await?;
        self.chromium.until_says("Details").await
    }

    /// The customers in the list of jobs.
    pub async fn customers(&self) -> Result<Vec<String>> {
        self.open("jobs").await?;
        self.chromium.texts("main tbody a").await
    }

    /// Goes from a job to its Photos tab as soon as there are so many; the descriptions of the photos
    /// that are really drawn.
    pub async fn look_at_photos(&self, count: usize) -> Result<Vec<String>> {
        let link = format!("Photos ({count})");
        self.chromium
            .until(&format!("the job has {count} photos"), async || {
                self.chromium.reload().await?;
                Ok(self.chromium.offers(&link).await?.then_some(()))
            })
            .await?;
        self.chromium.send(&link).await?;
        let script = r#"
            const photos = [...document.querySelectorAll("main img")];
            const waiting = photos.find((photo) => !photo.complete || photo.naturalWidth === 0);
            waiting?.scrollIntoView();
            return waiting ? null : photos.map((photo) => photo.alt);
        "#;
        let drawn = self
            .chromium
            .until("all photos are drawn", async || {
                let drawn = self.chromium.script(script, Vec::new()).await?;
                Ok(drawn.as_array().cloned())
            })
            .await?;
        ensure!(drawn.len() == count, "{drawn:?} instead of {count} photos");
        let alt = |photo: &serde_json::Value| photo.as_str().map(one_line);
        Ok(drawn.iter().filter_map(alt).collect())
    }

    /// Creates a job.
    pub async fn create_job(&self, customer: &str, name: &str) -> Result<()> {
        self.open("jobs").await?;
        self.chromium.send("New job").await?;
        self.chromium.fill("Customer's name", customer).await?;
        self.chromium.fill("Job's name", name).await?;
        self.chromium
            .fill("Street and number", "1 Story Lane")
            .await?;
        self.chromium.fill("City", "Lincoln").await?;
        self.chromium.send("Save job").await?;
        self.chromium.until_says("Details").await
    }

    /// Gives the job that is open to somebody else.
    pub async fn reassign(&self, to: &str) -> Result<()> {
        self.chromium.choose("Assigned to", to).await?;
        self.chromium.send("Reassign").await
    }
}

/// CompanyCam's web application.
#[derive(Debug, Clone, Copy)]
pub struct CompanyCam<'a> {
    /// Whose.
    pub cast: &'a Cast,
    /// In this browser.
    pub chromium: &'a Chromium,
}

impl CompanyCam<'_> {
    /// Signs in, from wherever its login was asked for.
    pub async fn sign_in(&self) -> Result<()> {
        let origin = &self.cast.stack.companycam;
        let here = self.chromium.address().await?;
        ensure!(here.starts_with(origin), "not at CompanyCam but at {here}");
        self.chromium
            .fill("E-mail", &self.cast.person.email)
            .await?;
        self.chromium.fill("Password", "any").await?;
        self.chromium.send("Sign in").await
    }

    /// Allows the access that is asked for.
    pub async fn allow(&self) -> Result<()> {
        self.chromium.until_says("Allow access to").await?;
        self.chromium.send("Allow").await
    }

    /// Opens one of its pages.
    pub async fn open(&self, path: &str) -> Result<()> {
        let address = format!("{}/{path}", self.cast.stack.companycam);
        self.chromium.open(&address).await
    }

    /// Looks for a project in its list.
    pub async fn has_project(&self, text: &str) -> Result<()> {
        self.open("projects").await?;
        self.chromium.until_says(text).await
    }
}

/// Spoils a hidden field of every form on the page.
pub async fn spoil(chromium: &Chromium, name: &str, value: &str) -> Result<()> {
    let script = "
        const fields = document.getElementsByName(arguments[0]);
        for (const field of fields) field.value = arguments[1];
        return fields.length;
    ";
    let spoilt = chromium
        .script(script, vec![json!(name), json!(value)])
        .await?;
    ensure!(spoilt.as_u64() > Some(0), "no field {name}");
    Ok(())
}
