//! What an administrator does, from One Click's sign-in to our tab.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::browser::{Browser, Page};
use crate::eventually;
use crate::stack::{Person, Stack};

/// How long a sync may take: generous, since a busy machine is no failure.
const SYNC_PATIENCE: Duration = Duration::from_mins(5);

/// Signs in to One Click, goes to Administration → Integrations and clicks CompanyCam.
pub async fn click_companycam(stack: &Stack, browser: &Browser, person: &Person) -> Result<Page> {
    let sign_in = browser
        .open(&format!("{}/sign_in", stack.one_click))
        .await?
        .ok()?;
    let form = sign_in
        .form("/sign_in")?
        .with("org", &person.org)
        .with("user", &person.user);
    browser.submit(&form).await?.ok()?;
    let integrations = browser
        .open(&format!("{}/administration/integrations", stack.one_click))
        .await?
        .ok()?;
    let card = integrations.link("#companycam a")?;
    browser.follow(&integrations, &card).await
}

/// Logs in at CompanyCam and allows access, from wherever its login was asked for.
pub async fn log_in_and_allow(browser: &Browser, login: Page, person: &Person) -> Result<Page> {
    let login = login.ok()?;
    // Who logged in there before is asked for consent at once.
    let consent = match login.form("/sign_in") {
        Ok(form) => {
            let form = form.with("email", &person.email).with("password", "any");
            browser.submit(&form).await?
        }
        Err(_) => login,
    };
    browser
        .submit(
            &consent
                .ok()?
                .form("/oauth/authorize")?
                .with("decision", "allow"),
        )
        .await
}

/// The whole way from One Click to the connected tab.
pub async fn connect(stack: &Stack, browser: &Browser, person: &Person) -> Result<Page> {
    let login = click_companycam(stack, browser, person).await?;
    ensure!(
        login.url.as_str().starts_with(&stack.companycam),
        "not at CompanyCam but at {}",
        login.url
    );
    let tab = log_in_and_allow(browser, login, person).await?.ok()?;
    ensure!(
        tab.url.path().ends_with("/companycam/settings"),
        "not on the tab but at {}",
        tab.url
    );
    Ok(tab)
}

/// The status that the tab's script asks for.
pub async fn status(stack: &Stack, browser: &Browser) -> Result<Value> {
    browser
        .json(&format!("{}/companycam/settings/status", stack.api_url))
        .await
}

/// The tab, as it is now.
pub async fn tab(stack: &Stack, browser: &Browser) -> Result<Page> {
    let address = format!("{}/companycam/settings", stack.api_url);
    browser.open(&address).await?.ok()
}

/// Waits until no sync runs any more; the status then.
pub async fn wait_for_sync(stack: &Stack, browser: &Browser) -> Result<Value> {
    eventually("the sync ends", SYNC_PATIENCE, async || {
        let status = status(stack, browser).await?;
        let ended = status["state"] == "connected" && !status["last_synced_at"].is_null();
        Ok(if ended {
            Ok(status)
        } else {
            Err(status.to_string())
        })
    })
    .await
}
