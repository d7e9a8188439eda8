//! Every state of the tab, and every page on the way to it: light and dark, on a desk and on a phone.

use anyhow::{Result, ensure};
use browser_tests::chromium::{Chromium, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::page_checks::Findings;
use browser_tests::simulators::{CompanyCam, OneClick};
use browser_tests::tab::Tab;

#[tokio::test]
async fn b25_every_state_of_the_tab_suits_everybody() -> Result<()> {
    let cast = &Cast::new("org_states").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let companycam = CompanyCam { cast, chromium };
    let mut findings = Findings::default();
    cast.user_of_both("Robin", "Roof").await?;
    let email = "uma@elsewhere.example";
    cast.companycam_user("Uma", "Umbra", email).await?;
    let project = cast.project("Maple Street 7").await?;
    cast.photo(&project, "Front").await?;
    let broken = cast.broken_photo(&project).await?;
    cast.held_photo(&project, "Roof").await?;

    tab.enter().await?;
    chromium
        .until_says("is not connected to CompanyCam yet")
        .await?;
    findings.look(chromium, "never connected").await?;

    one_click.sign_in().await?;
    one_click.go_to_integrations().await?;
    one_click.press_card("Connect CompanyCam").await?;
    companycam.sign_in().await?;
    companycam.allow().await?;
    tab.until_logged(&["Failed", &broken]).await?;
    ensure!(tab.is_syncing().await?, "the first sync is over already");
    findings.look(chromium, "first sync").await?;
    ensure!(tab.is_syncing().await?, "the first sync ended meanwhile");

    tab.cancel().await?;
    let entries = tab.activity().await?;
    let newest = entries.first().map(String::as_str).unwrap_or_default();
    ensure!(
        newest.contains("just now") || newest.contains(" ago"),
        "{newest}"
    );
    findings.look(chromium, "idle").await?;
    let found = tab.find("Maple Street 7").await?;
    ensure!(found.contains("Linked"), "{found}");
    findings.look(chromium, "idle, with an answer").await?;

    tab.open().await?;
    tab.open_chooser("Uma Umbra").await?;
    findings.look(chromium, "the chooser as a dialog").await?;
    tab.open_chooser_page("Uma Umbra").await?;
    findings.look(chromium, "the chooser as a page").await?;

    cast.revoke().await?;
    // Whatever is asked for next meets it.
    cast.photo(&project, "After that").await?;
    chromium
        .until("the tab asks to reconnect", async || {
            tab.open().await?;
            Ok(chromium.offers("Reconnect").await?.then_some(()))
        })
        .await?;
    findings.look(chromium, "needs reconnecting").await?;

    tab.disconnect().await?;
    findings.look(chromium, "disconnected").await?;

    chromium.forget_cookie("companycam_session").await?;
    chromium.open(&cast.tab()).await?;
    chromium.until_says("Please sign in again").await?;
    findings.look(chromium, "signed out").await?;
    findings.none()
}

#[tokio::test]
async fn b25_an_outage_is_told_in_a_way_that_suits_everybody() -> Result<()> {
    let cast = &Cast::new("org_outage").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let tab = Tab { cast, chromium };
    let project = cast.project("Before the outage").await?;
    tab.connect().await?;
    tab.until_synced(false).await?;
    cast.interrupt_one_click(&project).await?;
    chromium
        .until("the tab tells of the outage", async || {
            tab.open().await?;
            let text = chromium.text().await?;
            Ok(text.contains("hasn’t responded since").then_some(()))
        })
        .await?;
    let mut findings = Findings::default();
    findings.look(chromium, "One Click down").await?;
    findings.none()
}

#[tokio::test]
async fn b25_the_simulators_pages_suit_everybody() -> Result<()> {
    let cast = &Cast::new("org_pages").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let companycam = CompanyCam { cast, chromium };
    let mut findings = Findings::default();
    let project = cast.project("Maple Street 7").await?;
    cast.photo(&project, "Front").await?;

    one_click.open_sign_in().await?;
    findings.look(chromium, "One Click's login").await?;
    one_click.sign_in().await?;
    findings.look(chromium, "One Click's dashboard").await?;
    one_click.go_to_integrations().await?;
    findings.look(chromium, "One Click's integrations").await?;
    one_click.press_card("Connect CompanyCam").await?;
    findings.look(chromium, "CompanyCam's login").await?;
    companycam.sign_in().await?;
    findings.look(chromium, "CompanyCam's consent").await?;
    companycam.allow().await?;
    tab.until_synced(false).await?;

    for page in ["jobs", "jobs/new"] {
        one_click.open(page).await?;
        findings
            .look(chromium, &format!("One Click's {page}"))
            .await?;
    }
    one_click.open_job("Maple Street 7").await?;
    findings.look(chromium, "a job").await?;
    one_click.look_at_photos(1).await?;
    findings.look(chromium, "a job's photos").await?;
    one_click.open("demo").await?;
    findings.look(chromium, "One Click's demo controls").await?;
    for page in ["projects", &format!("projects/{project}"), "demo"] {
        companycam.open(page).await?;
        let name = format!("CompanyCam's {page}");
        findings.look(chromium, &name).await?;
    }
    findings.none()
}
