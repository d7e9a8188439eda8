//! What an office has to decide and mend, on the tab, in the browser (B38–B44).

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use browser_tests::chromium::{Chromium, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::page_checks::Findings;
use browser_tests::tab::{CREATE_PROJECT, IMPORT, Tab};
use end_to_end::eventually;
use reqwest::Method;
use serde_json::{Value, json};

use crate::no_complaints;

const PATIENCE: Duration = Duration::from_mins(2);

/// An office with its browser.
struct Office {
    cast: Cast,
    chromium: Chromium,
}

impl Office {
    async fn open(org: &str, scripts: Scripts) -> Result<Self> {
        Ok(Self {
            cast: Cast::new(org).await?,
            chromium: Chromium::start(scripts).await?,
        })
    }

    fn tab(&self) -> Tab<'_> {
        Tab {
            cast: &self.cast,
            chromium: &self.chromium,
        }
    }

    fn reload(&self) -> bool {
        self.chromium.scripts == Scripts::Off
    }

    /// A project that was last active long ago, with an address.
    async fn old_project(&self, name: &str, street: &str) -> Result<String> {
        let project = json!({
            "company_id": self.cast.person.company, "name": name,
            "address": {"street_address_1": street, "city": "Lincoln", "state": "NE", "postal_code": "68508"},
        });
        let made = self
            .cast
            .stack
            .companycam(Method::POST, "projects", project);
        let id = made.await?["id"].as_str().context("an id")?.to_owned();
        self.cast.photo(&id, "Front").await?;
        let shelved = json!({"updated_at": 1_600_000_000});
        let path = format!("projects/{id}");
        self.cast
            .stack
            .companycam(Method::PATCH, &path, shelved)
            .await?;
        Ok(id)
    }

    /// A job of that customer; its id.
    async fn job(&self, customer: &str, street: &str) -> Result<String> {
        let job = json!({
            "name": customer, "customer_name": customer,
            "address": {"line_1": street, "city": "Lincoln", "state": "NE", "postal_code": "68508"},
        });
        let path = format!("organizations/{}/jobs", self.cast.person.org);
        let made = self
            .cast
            .stack
            .one_click(Method::POST, &path, json!({"job": job}));
        let made = made.await?;
        let id = made["job"]["id"].as_str().or(made["id"].as_str());
        Ok(id.context("an id")?.to_owned())
    }

    /// Of the project's photos that are on its job.
    async fn images(&self, project: &str) -> Result<Vec<Value>> {
        let job = self.cast.job_of(project).await?;
        let images = job["images"].as_array().context("images")?.iter();
        Ok(images
            .filter(|image| image["deleted"] != true)
            .cloned()
            .collect())
    }

    async fn until_images(&self, project: &str, count: usize) -> Result<()> {
        eventually("the photos are on the job", PATIENCE, async || {
            let there = self.images(project).await?.len();
            Ok((there == count).then_some(()).ok_or(format!("{there}")))
        })
        .await
    }

    /// Looks at the page, where it can be: what looks is a script.
    async fn look(&self, findings: &mut Findings, page: &str) -> Result<()> {
        match self.chromium.scripts {
            Scripts::On => findings.look(&self.chromium, page).await,
            Scripts::Off => Ok(()),
        }
    }
}

/// B40: the import of older projects is seen before it is done, asks about one, and is undone.
async fn imports_older_projects_and_undoes_it(scripts: Scripts, org: &str) -> Result<()> {
    let office = Office::open(org, scripts).await?;
    let (tab, chromium) = (office.tab(), &office.chromium);
    let mut findings = Findings::default();
    let barn = office.old_project("Castell barn", "1 Oak Street").await?;
    let twin = office.old_project("Grant roof", "12 Elm Street").await?;
    let there = office.job("Dana Grant", "12 Elm St").await?;
    tab.connect().await?;
    tab.until_synced(office.reload()).await?;

    chromium.choose("Projects updated in", "everything").await?;
    chromium.send("Sync").await?;
    tab.until_previewed().await?;
    chromium
        .until_says("Jobs that would be created (1)")
        .await?;
    chromium.until_says("Possible duplicates (1)").await?;
    office.look(&mut findings, "a preview").await?;
    ensure!(office.cast.jobs().await?.len() == 1, "something was made");

    chromium.send(IMPORT).await?;
    tab.is_here().await?;
    tab.until_synced(office.reload()).await?;
    office.cast.job_of(&barn).await?;
    chromium.until_says("may be the same as").await?;
    office
        .look(&mut findings, "the tab with a question")
        .await?;
    chromium.send(&format!("Same as job {there}")).await?;
    tab.is_here().await?;
    ensure!(office.cast.job_of(&twin).await?["id"] == there.as_str());
    office.until_images(&twin, 1).await?;

    tab.open().await?;
    chromium.press("See the result, or undo it").await?;
    chromium.until_says("Jobs created (1)").await?;
    office.look(&mut findings, "a result").await?;
    chromium.press("Undo this sync").await?;
    chromium.send("Undo it").await?;
    eventually("the job is removed", PATIENCE, async || {
        let jobs = office.cast.jobs().await?;
        let left = jobs.iter().filter(|job| job["deleted"] != true).count();
        Ok((left == 1).then_some(()).ok_or(format!("{left} jobs")))
    })
    .await?;
    office.until_images(&twin, 1).await?;
    chromium.reload().await?;
    chromium.until_says("1 job removed").await?;
    findings.none()?;
    no_complaints(chromium).await
}

/// B39, B42: a photo that somebody deleted is found and had again; and who switched a preference is told.
async fn brings_a_photo_back_and_asks_who_did_what(scripts: Scripts, org: &str) -> Result<()> {
    let office = Office::open(org, scripts).await?;
    let (tab, chromium) = (office.tab(), &office.chromium);
    let mut findings = Findings::default();
    let project = office.cast.project("Larkin residence").await?;
    let photo = office.cast.photo(&project, "Chimney").await?;
    tab.connect().await?;
    tab.until_synced(office.reload()).await?;
    office.until_images(&project, 1).await?;
    let job = office.cast.job_of(&project).await?;
    let path = format!(
        "organizations/{}/jobs/{}/images/{photo}",
        office.cast.person.org,
        job["id"].as_str().context("an id")?
    );
    office
        .cast
        .stack
        .one_click(Method::DELETE, &path, Value::Null)
        .await?;

    tab.open().await?;
    let found = tab.find("Larkin").await?;
    ensure!(found.contains("0 of 1 photos are on the job"), "{found}");
    chromium.press("Details: Project …").await?;
    chromium
        .until_says("it was copied, and has since been deleted in One Click")
        .await?;
    office.look(&mut findings, "a project's page").await?;
    chromium.send("Copy missing photos again").await?;
    office.until_images(&project, 1).await?;
    chromium.reload().await?;
    chromium.until_says("1 of 1 photos are on the job").await?;

    tab.open().await?;
    tab.prefer(&[(CREATE_PROJECT, true)]).await?;
    chromium.fill("Contains", "turned on").await?;
    chromium.send("Show").await?;
    chromium
        .until_says(&format!("{} turned on", office.cast.person.email))
        .await?;
    ensure!(
        tab.activity().await?.len() == 1,
        "{:?}",
        tab.activity().await?
    );
    chromium.press("How fields map").await?;
    chromium.until_says("Customer name").await?;
    office.look(&mut findings, "how fields map").await?;
    findings.none()?;
    no_complaints(chromium).await
}

/// B43: connected beside another integration, and switched over.
async fn watches_first_and_goes_live(scripts: Scripts, org: &str) -> Result<()> {
    let office = Office::open(org, scripts).await?;
    let (tab, chromium) = (office.tab(), &office.chromium);
    let project = office.cast.project("Maple Street 7").await?;
    office.cast.photo(&project, "Front").await?;
    tab.enter().await?;
    chromium.press("Connect to watch only").await?;
    tab.consent().await?;
    tab.says_state("Watch only").await?;
    tab.until_watched(office.reload()).await?;
    chromium.press("See the preview").await?;
    chromium
        .until_says("Jobs that would be created (1)")
        .await?;
    ensure!(office.cast.jobs().await?.is_empty(), "something was made");

    tab.open().await?;
    chromium.send("Switch to live").await?;
    tab.says_state("Connected").await?;
    office.until_images(&project, 1).await?;
    no_complaints(chromium).await
}

/// B38, B41: photos that failed are named, a line a project, and tried again; somebody known by name only is matched.
async fn mends_what_needs_attention(scripts: Scripts, org: &str) -> Result<()> {
    let office = Office::open(org, scripts).await?;
    let (tab, chromium, cast) = (office.tab(), &office.chromium, &office.cast);
    let mut findings = Findings::default();
    cast.companycam_user("Bailey", "Calder", "bailey@site.example")
        .await?;
    cast.one_click_user("Bailey Calder", "b.calder@office.example")
        .await?;
    let mut broken = Vec::new();
    for name in ["Dunmore deck", "Castell barn"] {
        let project = cast.project(name).await?;
        broken.push((cast.broken_photo(&project).await?, project));
    }
    tab.connect().await?;
    tab.until_synced(office.reload()).await?;
    chromium
        .until("the photos need attention", async || {
            chromium.reload().await?;
            let text = chromium.text().await?;
            Ok(text.contains("Needs attention (2)").then_some(()))
        })
        .await?;
    chromium.until_says("1 match is suggested by name.").await?;
    office.look(&mut findings, "what needs attention").await?;

    chromium.send("Accept all suggestions").await?;
    let bailey = tab.user("Bailey Calder").await?;
    ensure!(!bailey.contains("Not matched"), "{bailey}");

    for (photo, _) in &broken {
        cast.mend_photo(photo).await?;
    }
    chromium.send("Retry all").await?;
    for (_, project) in &broken {
        office.until_images(project, 1).await?;
    }
    tab.open().await?;
    let text = chromium.text().await?;
    ensure!(!text.contains("Needs attention ("), "{text}");
    findings.none()?;
    no_complaints(chromium).await
}

/// B44: jobs that are there already are pushed; and while it is paused nothing moves, and nothing is missed.
async fn pushes_jobs_and_pauses(scripts: Scripts, org: &str) -> Result<()> {
    let office = Office::open(org, scripts).await?;
    let (tab, chromium, cast) = (office.tab(), &office.chromium, &office.cast);
    let mut findings = Findings::default();
    office.job("Dana Grant", "12 Elm St").await?;
    tab.connect().await?;
    tab.until_synced(office.reload()).await?;
    chromium.press("Push recent jobs to CompanyCam").await?;
    chromium.send("Preview the push").await?;
    chromium
        .until_says("1 would get a project in CompanyCam")
        .await?;
    office.look(&mut findings, "what a push would do").await?;
    chromium.send("Push 1 job").await?;
    eventually("the job has a project", PATIENCE, async || {
        let made = cast.project_where("name", "Dana Grant").await?;
        Ok(made.ok_or("none".to_owned()))
    })
    .await?;

    tab.open().await?;
    chromium.send("Pause syncing").await?;
    tab.says_state("Paused").await?;
    office.look(&mut findings, "paused").await?;
    let quiet = cast.project("Quiet Street 4").await?;
    cast.stack.poll().await?;
    let text = chromium.text().await?;
    ensure!(cast.jobs().await?.len() == 1, "something was made: {text}");
    chromium.send("Resume syncing").await?;
    tab.says_state("Connected").await?;
    cast.job_of(&quiet).await?;
    findings.none()?;
    no_complaints(chromium).await
}

#[tokio::test]
async fn b40_an_office_imports_older_projects_and_undoes_it() -> Result<()> {
    imports_older_projects_and_undoes_it(Scripts::On, "org_undo").await
}

#[tokio::test]
async fn b40_an_office_imports_older_projects_and_undoes_it_without_scripts() -> Result<()> {
    imports_older_projects_and_undoes_it(Scripts::Off, "org_undo_plain").await
}

#[tokio::test]
async fn b39_b42_an_office_brings_a_photo_back_and_asks_who_did_what() -> Result<()> {
    brings_a_photo_back_and_asks_who_did_what(Scripts::On, "org_missing").await
}

#[tokio::test]
async fn b39_b42_an_office_brings_a_photo_back_without_scripts() -> Result<()> {
    brings_a_photo_back_and_asks_who_did_what(Scripts::Off, "org_missing_plain").await
}

#[tokio::test]
async fn b43_an_office_watches_first_and_goes_live() -> Result<()> {
    watches_first_and_goes_live(Scripts::On, "org_watching").await
}

#[tokio::test]
async fn b43_an_office_watches_first_and_goes_live_without_scripts() -> Result<()> {
    watches_first_and_goes_live(Scripts::Off, "org_watching_plain").await
}

#[tokio::test]
async fn b38_b41_an_office_mends_what_needs_attention() -> Result<()> {
    mends_what_needs_attention(Scripts::On, "org_mending").await
}

#[tokio::test]
async fn b38_b41_an_office_mends_what_needs_attention_without_scripts() -> Result<()> {
    mends_what_needs_attention(Scripts::Off, "org_mending_plain").await
}

#[tokio::test]
async fn b44_an_office_pushes_jobs_and_pauses() -> Result<()> {
    pushes_jobs_and_pauses(Scripts::On, "org_pausing").await
}

#[tokio::test]
async fn b44_an_office_pushes_jobs_and_pauses_without_scripts() -> Result<()> {
    pushes_jobs_and_pauses(Scripts::Off, "org_pausing_plain").await
}
