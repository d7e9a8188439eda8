//! B37: links that did not come from One Click, in a real browser with its own word on where they came
//! from, and with its own reading of the page's policy.

use anyhow::{Result, ensure};
use browser_tests::chromium::{Chromium, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::page_checks::Findings;
use browser_tests::simulators::CompanyCam;
use browser_tests::tab::Tab;

use crate::no_complaints;

#[tokio::test]
async fn b37_a_link_from_elsewhere_asks_first_and_then_leads_on() -> Result<()> {
    for (org, scripts) in [
        ("org_asked", Scripts::On),
        ("org_asked_plain", Scripts::Off),
    ] {
        let cast = &Cast::new(org).await?;
        let chromium = &Chromium::start(scripts).await?;
        let (tab, companycam) = (Tab { cast, chromium }, CompanyCam { cast, chromium });
        tab.open_launch("connect").await?;
        chromium.until_says("Connect CompanyCam?").await?;
        let text = chromium.text().await?;
        ensure!(text.contains(&format!("Organization {org}")), "{text}");
        if scripts == Scripts::On {
            let mut findings = Findings::default();
            findings.look(chromium, "a link from elsewhere").await?;
            findings.none()?;
        }
        chromium.send("Go on to CompanyCam").await?;
        companycam.sign_in().await?;
        companycam.allow().await?;
        tab.is_here().await?;
        tab.says_state("Connected").await?;
        no_complaints(chromium).await?;
    }
    Ok(())
}

#[tokio::test]
async fn b37_two_clicks_on_the_button_lead_on_too() -> Result<()> {
    let cast = &Cast::new("org_pressed_twice").await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, companycam) = (Tab { cast, chromium }, CompanyCam { cast, chromium });
    tab.open_launch("connect").await?;
    chromium
        .turns(async || chromium.double_press("Go on to CompanyCam").await)
        .await?;
    companycam.sign_in().await?;
    companycam.allow().await?;
    tab.is_here().await?;
    tab.says_state("Connected").await
}
