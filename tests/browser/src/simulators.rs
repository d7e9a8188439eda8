//! The pages of One Click and CompanyCam, as far as the story leads through them.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use thirtyfour::By;

use crate::actions::one_line;
use crate::chromium::Chromium;
use crate::fixtures::Cast;

/// One Click's web application.
#[derive(Debug, Clone, Copy)]
pub struct OneClick<'a> {
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

    /// Waits until the card of CompanyCam says this of the connection.
    pub async fn until_card_says(&self, state: &str) -> Result<()> {
        self.chromium
            .until(&format!("the card says “{state}”"), async || {
                self.open("administration/integrations").await?;
                let cards = self.chromium.texts("#companycam").await?;
                Ok(cards.join(" ").contains(state).then_some(()))
            })
            .await
    }

    /// Goes on from the card to CompanyCam's login, or to our tab: the text of its button says which.
    pub async fn press_card(&self, button: &str) -> Result<()> {
        self.chromium.send(button).await
    }

    /// Goes to the job of that customer by the list.
    pub async fn open_job(&self, customer: &str) -> Result<()> {
        // The list may have more pages than one.
        self.open(&format!("jobs?q={}", customer.replace(' ', "+")))
            .await?;
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

    /// Goes from a job to its Documents tab as soon as there are so many; what it says of each.
    pub async fn look_at_documents(&self, count: usize) -> Result<Vec<String>> {
        let link = format!("Documents ({count})");
        self.chromium
            .until(&format!("the job has {count} documents"), async || {
                self.chromium.reload().await?;
                Ok(self.chromium.offers(&link).await?.then_some(()))
            })
            .await?;
        self.chromium.send(&link).await?;
        self.chromium.texts("main tbody tr").await
    }

    /// Opens the job of a customer as soon as it is in the list.
    pub async fn until_job(&self, customer: &str) -> Result<()> {
        self.open("jobs").await?;
        self.chromium
            .until(&format!("{customer} has a job"), async || {
                self.chromium.reload().await?;
                Ok(self.chromium.offers(customer).await?.then_some(()))
            })
            .await?;
        self.open_job(customer).await
    }

    /// Waits on a job's Photos tab until its only photo says all this.
    pub async fn until_photos_say(&self, texts: &[&str]) -> Result<()> {
        self.look_at_photos(1).await?;
        self.chromium
            .until(&format!("the photo says {texts:?}"), async || {
                self.chromium.reload().await?;
                let page = self.chromium.text().await?;
                Ok(texts.iter().all(|text| page.contains(text)).then_some(()))
            })
            .await
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

    /// Creates a project, and stays on its page.
    pub async fn create_project(&self, name: &str, street: &str) -> Result<()> {
        self.open("projects").await?;
        self.chromium.send("New project").await?;
        self.chromium.fill("Name", name).await?;
        self.chromium.fill("Street", street).await?;
        self.chromium.send("Save project").await?;
        self.chromium.until_says("No photos yet.").await
    }

    /// Uploads a photo to the project that is open.
    pub async fn upload(&self, picture: &[u8]) -> Result<()> {
        let file = self.chromium.folder().join("photo.jpg");
        std::fs::write(&file, picture)?;
        self.chromium.attach("Add photos (JPEG)", &file).await?;
        self.chromium.send("Upload").await?;
        self.chromium.until_says("1 photo uploaded").await
    }

    /// Adds a document of that name to the project that is open.
    pub async fn add_document(&self, name: &str) -> Result<()> {
        let file = self.chromium.folder().join(name);
        std::fs::write(&file, b"%PDF-1.7\n% A plan of the roof.\n")?;
        self.chromium.attach("Add documents", &file).await?;
        self.chromium.send("Add documents").await?;
        self.chromium.until_says(name).await
    }

    /// Opens the only photo of the project that is open; its address.
    pub async fn open_photo(&self) -> Result<String> {
        let photos = self.chromium.web.find_all(By::Css("ul.photos a")).await?;
        let photo = photos.first().context("no photo")?;
        self.chromium
            .turns(async || Ok(photo.click().await?))
            .await?;
        self.chromium.address().await
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
