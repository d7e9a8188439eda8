//! The deployed stack in Chromium. Each test has an organization, a company and a browser of its own.

mod arriving;
mod bad_input;
mod browser;
mod decisions;
mod keyboard;
mod nights;
mod photos;
mod states;
mod story;

use anyhow::Result;
use browser_tests::chromium::Chromium;

/// Fails if the browser's console has complained.
async fn no_complaints(chromium: &Chromium) -> Result<()> {
    let complaints = chromium.complaints().await?;
    anyhow::ensure!(complaints.is_empty(), "the console says {complaints:#?}");
    Ok(())
}
