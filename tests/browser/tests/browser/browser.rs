//! The browser itself: what it is told to do, and that nothing of it stays.

use std::path::Path;

use anyhow::{Result, ensure};
use browser_tests::PATIENCE;
use browser_tests::chromium::{Chromium, Scripts};
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
