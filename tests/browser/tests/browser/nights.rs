//! Documents, and what only a night finds: what a colleague then sees, and what the tab asks.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use browser_tests::chromium::{Chromium, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::page_checks::Findings;
use browser_tests::simulators::{CompanyCam, OneClick};
use browser_tests::tab::{COPY_DOCUMENTS, REMOVE_DELETED, Tab};
use end_to_end::eventually;

use crate::no_complaints;

const CUSTOMER: &str = "Larkin residence";
/// A night asks once more after a minute, and several organizations have theirs at once.
const NIGHT: Duration = Duration::from_mins(5);

#[tokio::test]
async fn b16_documents_come_over_while_the_preference_is_on() -> Result<()> {
    let cast = &Cast::new("org_documents").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let companycam = CompanyCam { cast, chromium };
    tab.connect().await?;
    tab.until_synced(false).await?;
    tab.prefer(&[(COPY_DOCUMENTS, true)]).await?;
    companycam.create_project(CUSTOMER, "5 Elm Street").await?;
    let project = chromium.address().await?;
    one_click.until_job(CUSTOMER).await?;

    chromium.open(&project).await?;
    companycam.add_document("Roof plan.pdf").await?;
    one_click.open_job(CUSTOMER).await?;
    let documents = one_click.look_at_documents(1).await?;
    ensure!(documents[0].contains("Roof plan.pdf"), "{documents:?}");

    tab.open().await?;
    tab.prefer(&[(COPY_DOCUMENTS, false)]).await?;
    chromium.open(&project).await?;
    companycam.add_document("Only for us.pdf").await?;
    // Something else that comes shows that the document would have.
    companycam.upload(&cast.picture().await?).await?;
    one_click.open_job(CUSTOMER).await?;
    one_click.look_at_photos(1).await?;
    one_click.open_job(CUSTOMER).await?;
    let documents = one_click.look_at_documents(1).await?;
    ensure!(documents[0].contains("Roof plan.pdf"), "{documents:?}");

    tab.open().await?;
    tab.prefer(&[(COPY_DOCUMENTS, true)]).await?;
    tab.sync("the last 29 days").await?;
    one_click.open_job(CUSTOMER).await?;
    one_click.look_at_documents(2).await?;
    no_complaints(chromium).await
}

#[tokio::test]
async fn b17_b30_deleted_photos_leave_their_job_at_night_and_many_once_somebody_says_so()
-> Result<()> {
    let cast = &Cast::new("org_gone").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let photos = with_photos(&tab).await?;
    delete(&tab, &photos[..1]).await?;
    cast.stack.nightly().await?;
    until_photos(&one_click, 4).await?;

    delete(&tab, &photos[1..4]).await?;
    is_asked(&tab).await?;
    answer(&tab, "They are gone").await?;
    until_photos(&one_click, 1).await?;
    no_complaints(chromium).await
}

#[tokio::test]
async fn b30_photos_that_are_only_not_seen_any_more_stay_on_their_job() -> Result<()> {
    let cast = &Cast::new("org_unseen").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let photos = with_photos(&tab).await?;
    delete(&tab, &photos[..4]).await?;
    is_asked(&tab).await?;
    let mut findings = Findings::default();
    findings.look(chromium, "lost sight").await?;
    answer(&tab, "We no longer see them").await?;
    let checks = tab.until_logged(&["Nightly check"]).await?;
    cast.stack.nightly().await?;
    // Another change comes through behind the night's looks.
    cast.photo(&project_of(&tab).await?, "Attic").await?;
    until_photos(&one_click, 6).await?;
    tab.open().await?;
    ensure!(
        !chromium.offers("They are gone").await?,
        "asked again: {checks}"
    );
    findings.none()
}

/// Connected, with a job of five photos, and photos that are deleted in CompanyCam are to be removed.
async fn with_photos(tab: &Tab<'_>) -> Result<Vec<String>> {
    let Tab { cast, chromium } = *tab;
    let project = cast.project(CUSTOMER).await?;
    let mut photos = Vec::new();
    for caption in ["Front", "Back", "Roof", "Porch", "Garage"] {
        photos.push(cast.photo(&project, caption).await?);
    }
    tab.connect().await?;
    tab.until_synced(false).await?;
    tab.prefer(&[(REMOVE_DELETED, true)]).await?;
    until_photos(&OneClick { cast, chromium }, 5).await?;
    Ok(photos)
}

async fn project_of(tab: &Tab<'_>) -> Result<String> {
    let project = tab.cast.project_where("name", CUSTOMER).await?;
    let project = project.context("no project")?;
    Ok(project["id"].as_str().context("no id")?.to_owned())
}

/// As people do it in CompanyCam's web application.
async fn delete(tab: &Tab<'_>, photos: &[String]) -> Result<()> {
    let Tab { cast, chromium } = *tab;
    let companycam = CompanyCam { cast, chromium };
    for photo in photos {
        companycam.open(&format!("photos/{photo}")).await?;
        chromium.press("Move or delete").await?;
        chromium.send("Delete photo").await?;
    }
    Ok(())
}

/// A night goes by, and the tab asks what became of the photos.
async fn is_asked(tab: &Tab<'_>) -> Result<()> {
    tab.cast.stack.nightly().await?;
    tab.open().await?;
    eventually("the tab asks", NIGHT, async || {
        tab.chromium.reload().await?;
        let text = tab.chromium.text().await?;
        let asks = text.contains("Are these gone from CompanyCam?");
        Ok(if asks { Ok(()) } else { Err(text) })
    })
    .await
}

async fn answer(tab: &Tab<'_>, answer: &str) -> Result<()> {
    tab.chromium.send(answer).await?;
    tab.chromium
        .until("the question is gone", async || {
            Ok((!tab.chromium.offers(answer).await?).then_some(()))
        })
        .await
}

/// Waits until the customer's job has so many photos.
async fn until_photos(one_click: &OneClick<'_>, count: usize) -> Result<()> {
    one_click.until_job(CUSTOMER).await?;
    let link = format!("Photos ({count})");
    eventually(&link, NIGHT, async || {
        one_click.chromium.reload().await?;
        let there = one_click.chromium.offers(&link).await?;
        Ok(if there {
            Ok(())
        } else {
            Err(one_click.chromium.text().await?)
        })
    })
    .await
}
