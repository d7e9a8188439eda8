//! Makes the pictures in `docs/screenshots` anew, from the demo as anybody gets it: `make screenshots`.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use browser_tests::chromium::{Chromium, Colours, DESK, PHONE, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::simulators::OneClick;
use browser_tests::tab::{CREATE_PROJECT, REASSIGN, Tab};

/// Enough for two rows of photos, and still a small file.
const ALBUM: (u32, u32) = (960, 720);
/// Larger ones make the README slow.
const LARGEST: u64 = 200_000;

#[tokio::main]
async fn main() -> Result<()> {
    let cast = &Cast::of_the_demo().await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/screenshots"
    ));
    std::fs::create_dir_all(&folder)?;
    let picture = async |name: &str| {
        let path = folder.join(name);
        chromium.screenshot(&path).await?;
        let size = std::fs::metadata(&path)?.len();
        ensure!(size < LARGEST, "{name} has {size} bytes");
        Ok::<_, anyhow::Error>(())
    };

    tab.connect().await?;
    tab.until_synced(false).await?;
    tab.prefer(&[(CREATE_PROJECT, true), (REASSIGN, true)])
        .await?;
    tab.open().await?;
    chromium.screen(DESK).await?;
    picture("tab.png").await?;
    chromium.colours(Colours::Dark).await?;
    chromium.press("Users").await?;
    picture("users-dark.png").await?;
    chromium.colours(Colours::Light).await?;
    tab.open().await?;
    chromium.screen(PHONE).await?;
    picture("tab-phone.png").await?;

    let jobs = cast.jobs().await?;
    let photos = |job: &serde_json::Value| job["images"].as_array().map_or(0, Vec::len);
    let job = jobs
        .iter()
        .max_by_key(|job| photos(job))
        .context("no job")?;
    let customer = job["customer_name"].as_str().context("no customer")?;
    chromium.screen(ALBUM).await?;
    one_click.open_job(customer).await?;
    one_click.look_at_photos(photos(job)).await?;
    chromium.script("scrollTo(0, 0);", Vec::new()).await?;
    picture("photos.png").await
}
