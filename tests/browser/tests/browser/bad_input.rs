//! What goes wrong between people and forms: twice, too late, from elsewhere, from two tabs.

use anyhow::{Result, ensure};
use browser_tests::chromium::{Chromium, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::simulators::{OneClick, spoil};
use browser_tests::tab::{CREATE_PROJECT, REASSIGN, SAVE, SYNC, Tab};

use crate::no_complaints;

/// A company with a project and a photo, connected and synced.
async fn connected(tab: Tab<'_>) -> Result<()> {
    let project = tab.cast.project("Maple Street 7").await?;
    tab.cast.photo(&project, "Front").await?;
    tab.connect().await?;
    tab.until_synced(false).await
}

#[tokio::test]
async fn b25_b26_double_clicks_do_everything_once() -> Result<()> {
    for (org, scripts) in [
        ("org_twice", Scripts::On),
        ("org_twice_plain", Scripts::Off),
    ] {
        let cast = &Cast::new(org).await?;
        let chromium = &Chromium::start(scripts).await?;
        let tab = Tab { cast, chromium };
        let reload = scripts == Scripts::Off;
        let project = cast.project("Maple Street 7").await?;
        let photo = cast.photo(&project, "Front").await?;
        tab.connect().await?;
        tab.until_synced(reload).await?;

        tab.open().await?;
        chromium.tick(CREATE_PROJECT, true).await?;
        chromium
            .turns(async || chromium.double_press(SAVE).await)
            .await?;
        chromium.until_says("Your preferences are saved.").await?;
        tab.open().await?;
        ensure!(chromium.ticked(CREATE_PROJECT).await?.0, "{org}: not saved");

        // The one of connecting.
        tab.until_logged(&["Sync finished"]).await?;
        chromium
            .turns(async || chromium.double_press(SYNC).await)
            .await?;
        tab.until_synced(reload).await?;
        // Without scripts a second one may begin once the first is over, which does no harm either.
        let most = if reload { 3 } else { 2 };
        chromium
            .until("the sync is logged", async || {
                tab.open().await?;
                let syncs = tab.syncs().await?;
                ensure!(syncs <= most, "{org}: {syncs} syncs");
                Ok((syncs >= 2).then_some(()))
            })
            .await?;
        let jobs = cast.jobs().await?;
        let images = jobs[0]["images"].as_array().map(Vec::len);
        ensure!(
            jobs.len() == 1 && images == Some(1),
            "{org}, {photo}: {jobs:#?}"
        );
        no_complaints(chromium).await?;
    }
    Ok(())
}

#[tokio::test]
async fn b25_two_tabs_and_two_browsers_agree() -> Result<()> {
    let cast = &Cast::new("org_two").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let tab = Tab { cast, chromium };
    connected(tab).await?;

    // Two tabs of one browser: both forms still work, and an old one takes back nothing of the other's.
    let first = chromium.web.window().await?;
    let second = chromium.web.new_tab().await?;
    chromium.web.switch_to_window(second.clone()).await?;
    tab.open().await?;
    chromium.web.switch_to_window(first.clone()).await?;
    tab.prefer(&[(CREATE_PROJECT, true)]).await?;
    chromium.web.switch_to_window(second.clone()).await?;
    tab.prefer(&[(REASSIGN, true)]).await?;
    tab.open().await?;
    let (on, _) = chromium.ticked(REASSIGN).await?;
    ensure!(on, "the second tab's form was not saved");
    let (on, _) = chromium.ticked(CREATE_PROJECT).await?;
    ensure!(on, "the second tab took back what the first one said");

    // A second launch in the same browser leaves the first tab's session alone.
    tab.enter().await?;
    chromium.web.switch_to_window(first.clone()).await?;
    tab.prefer(&[(CREATE_PROJECT, true)]).await?;

    // A second browser sees the same sync.
    let project = cast.project("With a slow photo").await?;
    cast.job_of(&project).await?;
    let slow = cast.held_photo(&project, "Slow").await?;
    tab.open().await?;
    tab.sync("everything").await?;
    let other = &Chromium::start(Scripts::On).await?;
    let elsewhere = Tab {
        cast,
        chromium: other,
    };
    elsewhere.enter().await?;
    ensure!(
        elsewhere.is_syncing().await?,
        "only the first browser syncs"
    );
    other
        .until("the second browser tells how far it is", async || {
            Ok(elsewhere.progress().await?.contains("of 2").then_some(()))
        })
        .await?;
    cast.release_photo(&slow).await?;
    tab.until_synced(false).await?;
    elsewhere.until_synced(false).await?;

    // Disconnected in one browser, the other's buttons say so and do nothing.
    elsewhere.open().await?;
    tab.open().await?;
    tab.disconnect().await?;
    other.press(SYNC).await?;
    other.until_says("is not connected").await?;
    elsewhere.open().await?;
    elsewhere.says_state("Disconnected").await?;
    no_complaints(chromium).await
}

#[tokio::test]
async fn b25_a_session_that_ends_in_the_middle_loses_nothing_but_the_click() -> Result<()> {
    for (org, scripts) in [("org_late", Scripts::On), ("org_late_plain", Scripts::Off)] {
        let cast = &Cast::new(org).await?;
        let chromium = &Chromium::start(scripts).await?;
        let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
        tab.connect().await?;
        tab.until_synced(scripts == Scripts::Off).await?;
        tab.open().await?;
        chromium.tick(CREATE_PROJECT, true).await?;
        chromium.forget_cookie("companycam_session").await?;
        chromium.send(SAVE).await?;
        chromium.until_says("Please sign in again").await?;
        chromium.send("Back to One Click").await?;
        one_click.press_card("Manage").await?;
        tab.is_here().await?;
        tab.says_state("Connected").await?;
        let (on, _) = chromium.ticked(CREATE_PROJECT).await?;
        ensure!(!on, "{org}: saved without a session");
        tab.prefer(&[(CREATE_PROJECT, true)]).await?;
        no_complaints(chromium).await?;
    }
    Ok(())
}

#[tokio::test]
async fn b25_b28_a_form_with_a_wrong_token_changes_nothing() -> Result<()> {
    for (org, scripts) in [("org_csrf", Scripts::On), ("org_csrf_plain", Scripts::Off)] {
        let cast = &Cast::new(org).await?;
        let chromium = &Chromium::start(scripts).await?;
        let tab = Tab { cast, chromium };
        tab.connect().await?;
        tab.until_synced(scripts == Scripts::Off).await?;
        for token in ["", "forged"] {
            for button in [SAVE, SYNC] {
                tab.open().await?;
                chromium.tick(CREATE_PROJECT, true).await?;
                spoil(chromium, "csrf_token", token).await?;
                chromium.press(button).await?;
                chromium.until_says("This form is out of date").await?;
                tab.open().await?;
                ensure!(
                    !chromium.ticked(CREATE_PROJECT).await?.0,
                    "{org}: saved with “{token}”"
                );
                ensure!(!tab.is_syncing().await?, "{org}: synced with “{token}”");
            }
        }
        no_complaints(chromium).await?;
    }
    Ok(())
}

#[tokio::test]
async fn b7_somebody_who_is_matched_already_cannot_be_picked_and_says_by_whom() -> Result<()> {
    for (org, scripts) in [
        ("org_taken", Scripts::On),
        ("org_taken_plain", Scripts::Off),
    ] {
        let cast = &Cast::new(org).await?;
        let chromium = &Chromium::start(scripts).await?;
        let tab = Tab { cast, chromium };
        cast.user_of_both("Robin", "Roof").await?;
        cast.user_of_both("Sam", "Siding").await?;
        tab.connect().await?;
        tab.until_synced(scripts == Scripts::Off).await?;
        tab.open().await?;
        tab.open_chooser("Robin Roof").await?;
        let (picked, enabled) = chromium.ticked("Sam Siding…").await?;
        ensure!(!picked && !enabled, "Sam can be picked twice");
        chromium.until_says("already matched to Sam Siding").await?;

        // Not by the page: as somebody who picked at the same moment would.
        let script = "for (const one of document.getElementsByName('one_click_user_id')) one.disabled = false;";
        chromium.script(script, Vec::new()).await?;
        chromium.tick("Sam Siding…", true).await?;
        chromium.press("Save").await?;
        chromium.until_says("Already matched").await?;
        let alerts = chromium.texts("[role=alert]").await?.join(" ");
        ensure!(alerts.contains("already matched to Sam Siding"), "{alerts}");
        tab.open().await?;
        let robin = tab.user("Robin Roof").await?;
        ensure!(robin.contains("same email"), "{robin}");
        no_complaints(chromium).await?;
    }
    Ok(())
}
