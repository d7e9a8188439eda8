//! The tab with a keyboard alone.

use anyhow::{Result, ensure};
use browser_tests::chromium::{Chromium, PHONE, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::tab::{CREATE_PROJECT, ONLY_MATCHED, SAVE, Tab};
use thirtyfour::Key;

use crate::no_complaints;

#[tokio::test]
async fn b25_a_keyboard_reaches_every_control_and_uses_it() -> Result<()> {
    let cast = &Cast::new("org_keys").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let tab = Tab { cast, chromium };
    let email = "uma@elsewhere.example";
    cast.companycam_user("Uma", "Umbra", email).await?;
    cast.one_click_user("Uma at home", "uma@home.example")
        .await?;
    let project = cast.project("Maple Street 7").await?;
    cast.broken_photo(&project).await?;
    tab.connect().await?;
    tab.until_synced(false).await?;
    tab.until_logged(&["Failed"]).await?;

    let mut wrong = chromium.walk_with_tab().await?;
    chromium.screen(PHONE).await?;
    tab.open().await?;
    let on_the_phone = chromium.walk_with_tab().await?;
    wrong.extend(on_the_phone.iter().map(|what| format!("phone: {what}")));
    ensure!(wrong.is_empty(), "{wrong:#?}");

    // A preference with the space bar, saved with Enter from inside the form.
    tab.open().await?;
    chromium.focus(CREATE_PROJECT).await?;
    chromium.keys(' ').await?;
    chromium.focus(SAVE).await?;
    chromium
        .turns(async || chromium.keys(Key::Enter + "").await)
        .await?;
    chromium.until_says("Your preferences are saved.").await?;
    let (on, _) = chromium.ticked(CREATE_PROJECT).await?;
    ensure!(on, "the space bar did not tick the box");
    ensure!(
        chromium.focused().await? == SAVE,
        "after saving, the focus is at “{}”",
        chromium.focused().await?
    );

    // The pencil: Enter opens, Escape closes and leads back.
    let pencil = "Change the match of Uma Umbra";
    chromium.focus(pencil).await?;
    chromium.keys(Key::Enter + "").await?;
    chromium
        .until_says("Match Uma Umbra to a One Click user")
        .await?;
    chromium
        .until("the dialog has the focus", async || {
            Ok(tab.has_focus_in_dialog().await?.then_some(()))
        })
        .await?;
    let wrong = chromium.walk_with_tab().await?;
    ensure!(wrong.is_empty(), "in the dialog: {wrong:#?}");
    chromium.keys(Key::Escape + "").await?;
    chromium
        .until("the focus is back at the pencil", async || {
            Ok((chromium.focused().await? == pencil).then_some(()))
        })
        .await?;

    // The arrows choose, Enter saves.
    chromium.keys(Key::Enter + "").await?;
    chromium.focus("Match automatically…").await?;
    chromium.keys(Key::Down + "").await?;
    chromium.keys(Key::Down + "").await?;
    chromium
        .until("the arrows come to the only colleague", async || {
            Ok(chromium.ticked("Uma at home…").await?.0.then_some(()))
        })
        .await?;
    chromium
        .turns(async || chromium.keys(Key::Enter + "").await)
        .await?;
    chromium.until_says("match is saved").await?;
    let uma = tab.user("Uma Umbra").await?;
    ensure!(uma.contains("Uma at home"), "{uma}");
    chromium
        .until("the focus is at the pencil again", async || {
            Ok((chromium.focused().await? == pencil).then_some(()))
        })
        .await?;
    no_complaints(chromium).await
}

#[tokio::test]
async fn b25_going_about_on_the_tab_loses_nothing_that_was_entered() -> Result<()> {
    let cast = &Cast::new("org_about").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let tab = Tab { cast, chromium };
    tab.connect().await?;
    tab.until_synced(false).await?;
    tab.until_logged(&["Sync finished"]).await?;
    chromium
        .script("window.wasHere = true;", Vec::new())
        .await?;
    chromium.tick(CREATE_PROJECT, true).await?;

    chromium.press("Activity").await?;
    chromium.choose("Result", "Failed").await?;
    chromium.send("Show").await?;
    chromium
        .until_says("Nothing like this in the last 30 days.")
        .await?;
    tab.find("Nobody at all").await?;
    chromium.until_says("No project has").await?;
    chromium.press("Users").await?;
    chromium.press("Preferences").await?;

    let same = chromium
        .script("return !!window.wasHere;", Vec::new())
        .await?;
    ensure!(same == true, "the page was loaded anew");
    let (on, _) = chromium.ticked(CREATE_PROJECT).await?;
    ensure!(on, "the tick is gone");

    // The browser's buttons go by what was shown.
    chromium.web.back().await?;
    chromium.web.back().await?;
    chromium.web.back().await?;
    chromium
        .until_says("Nothing like this in the last 30 days.")
        .await?;
    no_complaints(chromium).await
}

#[tokio::test]
async fn b25_what_is_done_while_an_answer_is_on_its_way_is_kept() -> Result<()> {
    let cast = &Cast::new("org_slow").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let tab = Tab { cast, chromium };
    tab.connect().await?;
    tab.until_synced(false).await?;
    tab.open().await?;
    chromium.latency(2000).await?;

    // Ticked after Save was pressed: neither saved nor lost.
    chromium.tick(CREATE_PROJECT, true).await?;
    chromium.press(SAVE).await?;
    chromium.tick(ONLY_MATCHED, true).await?;
    chromium.until_says("Your preferences are saved.").await?;
    for label in [CREATE_PROJECT, ONLY_MATCHED] {
        ensure!(chromium.ticked(label).await?.0, "{label} is not ticked");
    }

    // Of two questions the later one is answered, whichever answer comes first.
    chromium.fill("Search for", "Nobody at all").await?;
    chromium.press("Find").await?;
    chromium.latency(0).await?;
    chromium.choose("Result", "Failed").await?;
    chromium.send("Show").await?;
    chromium
        .until_says("Nothing like this in the last 30 days.")
        .await?;
    chromium
        .until("Find is through", async || {
            let busy = "return !!document.querySelector('[aria-busy=true]');";
            Ok((chromium.script(busy, Vec::new()).await? == false).then_some(()))
        })
        .await?;
    ensure!(chromium.address().await?.contains("outcome=failed"));
    let page = chromium.text().await?;
    ensure!(page.contains("Nothing like this"), "{page}");

    tab.open().await?;
    let (on, _) = chromium.ticked(ONLY_MATCHED).await?;
    ensure!(!on, "saved what was ticked too late");
    no_complaints(chromium).await
}
