//! The browser itself: what it is told to do, and that nothing of it stays.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use browser_tests::PATIENCE;
use browser_tests::chromium::{Chromium, Scripts};
use browser_tests::page_checks::Findings;
use end_to_end::eventually;

#[tokio::test]
async fn scripts_run_only_where_they_are_on() -> Result<()> {
    let page = "data:text/html,<title>off</title><script>document.title = 'on'</script>";
    for (scripts, title) in [(Scripts::On, "on"), (Scripts::Off, "off")] {
        let chromium = Chromium::start(scripts).await?;
        chromium.open(page).await?;
        ensure!(chromium.web.title().await? == title, "not {title}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_stays_of_a_browser() -> Result<()> {
    let chromium = Chromium::start(Scripts::On).await?;
    let folder = chromium.folder().to_owned();
    ensure!(!processes(&folder)?.is_empty() && folder.exists());
    drop(chromium);
    // Its handlers of crashes follow it by themselves, a moment later.
    eventually("nothing is left", PATIENCE, async || {
        let left = processes(&folder)?;
        Ok(if left.is_empty() && !folder.exists() {
            Ok(())
        } else {
            Err(format!("{left:?}"))
        })
    })
    .await
}

/// The command lines of the processes that were told of a folder.
fn processes(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc")? {
        // Processes end while one looks.
        let command = std::fs::read(process?.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).into_owned();
        if command.contains(&*folder.to_string_lossy()) {
            found.push(command);
        }
    }
    Ok(found)
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_found() -> Result<()> {
    let page = "data:text/html,<!doctype html><html lang=en><title>Wrong</title>\
        <style>:focus { outline: none } div { width: 2000px }</style>\
        <main><h1>Wrong</h1><p style='color: %23bbb'>Faint</p><div>Wide</div>\
        <button style='border: 0; background: white'>Unseen</button>\
        <p style='position: fixed; top: 0; left: 0; width: 100%25; height: 100%25'>Above all</p>\
        <details open><summary tabindex=0>First</summary></details><script>throw Error('x')</script>";
    let chromium = Chromium::start(Scripts::On).await?;
    chromium.open(page).await?;
    let mut findings = Findings::default();
    findings.look(&chromium, "wrong").await?;
    let found = findings.none().err().context("nothing found")?.to_string();
    for what in [
        "color-contrast",
        "where 390 fit",
        "where 1280 fit",
        "Uncaught Error",
    ] {
        ensure!(found.contains(what), "no {what}: {found}");
    }
    let wrong = chromium.walk_with_tab().await?.join("\n");
    for what in ["is not seen", "is covered"] {
        ensure!(wrong.contains(what), "no {what}: {wrong}");
    }
    Ok(())
}
