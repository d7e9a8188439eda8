//! What people do in CompanyCam's web application, and what colleagues then see in One Click's.

use anyhow::{Context, Result, ensure};
use browser_tests::PATIENCE;
use browser_tests::chromium::{Chromium, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::simulators::{CompanyCam, OneClick};
use browser_tests::tab::Tab;
use end_to_end::eventually;

use crate::no_complaints;

const CUSTOMER: &str = "Larkin residence";

#[tokio::test]
async fn b14_b15_what_is_done_in_companycam_is_seen_in_one_click() -> Result<()> {
    let cast = &Cast::new("org_photos").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let companycam = CompanyCam { cast, chromium };
    cast.user_of_both("Robin", "Roof").await?;
    tab.connect().await?;
    tab.until_synced(false).await?;

    companycam.create_project(CUSTOMER, "5 Elm Street").await?;
    let project = chromium.address().await?;
    chromium.choose("Person", "Robin Roof").await?;
    chromium.send("Assign").await?;
    one_click.until_job(CUSTOMER).await?;
    chromium.until_says("5 Elm Street").await?;

    chromium.open(&project).await?;
    companycam.upload(&cast.picture().await?).await?;
    let photo = companycam.open_photo().await?;
    chromium.fill("Caption", "Front of the house").await?;
    chromium.send("Save caption").await?;
    chromium.fill("Tag", "Before").await?;
    chromium.send("Add tag").await?;
    one_click.open_job(CUSTOMER).await?;
    one_click
        .until_photos_say(&["Front of the house", "Before"])
        .await?;

    chromium.open(&photo).await?;
    chromium.send("Annotate").await?;
    eventually("the annotated photo is there", PATIENCE, async || {
        let (there, here) = checksums(cast).await?;
        Ok(if there == here {
            Ok(())
        } else {
            Err(format!("{there:?} instead of {here:?}"))
        })
    })
    .await?;

    for (button, count) in [("Make internal", 0), ("Show to customers", 1)] {
        chromium.open(&photo).await?;
        chromium.send(button).await?;
        // No event tells of it.
        cast.stack.poll().await?;
        one_click.open_job(CUSTOMER).await?;
        one_click.look_at_photos(count).await?;
    }

    for (opener, button, status) in [
        (None, "Archive", "archived"),
        (Some("Merge or delete"), "Delete project", "deleted"),
    ] {
        chromium.open(&project).await?;
        if let Some(opener) = opener {
            chromium.press(opener).await?;
        }
        chromium.send(button).await?;
        one_click.open_job(CUSTOMER).await?;
        chromium
            .until(&format!("the job says “{status}”"), async || {
                chromium.reload().await?;
                Ok(chromium.text().await?.contains(status).then_some(()))
            })
            .await?;
    }
    one_click.look_at_photos(1).await?;
    no_complaints(chromium).await
}

/// Of the photo in One Click, and of its newest version in CompanyCam.
async fn checksums(cast: &Cast) -> Result<(serde_json::Value, serde_json::Value)> {
    let jobs = cast.jobs().await?;
    let mut jobs = jobs.iter();
    let job = jobs.find(|job| job["customer_name"] == CUSTOMER);
    let image = job.and_then(|job| job["images"].get(0));
    let image = image.context("no image")?;
    let state = cast.stack.companycam_state().await?;
    let photos = state["photos"].as_array().context("no photos")?;
    let id = &image["external_id"];
    let photo = photos.iter().find(|photo| photo["id"] == *id);
    let photo = photo.with_context(|| format!("no photo {id}"))?;
    ensure!(photo["md5"].is_string(), "no checksum");
    Ok((image["md5"].clone(), photo["md5"].clone()))
}
