//! Makes the pictures in `docs/screenshots` anew, from the demo as anybody gets it: `make screenshots`.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use browser_tests::chromium::{Chromium, Colours, PHONE, Scripts};
use browser_tests::fixtures::Cast;
use browser_tests::simulators::OneClick;
use browser_tests::tab::{CREATE_PROJECT, REASSIGN, Tab};
use reqwest::Method;
use serde_json::{Value, json};

/// As wide as a README shows it, and still readable.
const WINDOW: (u32, u32) = (1040, 660);
/// Enough for two rows of photos, and still a small file.
const ALBUM: (u32, u32) = (960, 720);
/// So many photos are copied when the progress is shown.
const MANY: u32 = 100;
/// Larger ones make the README slow.
const LARGEST: u64 = 200_000;

/// The browser, and where its pictures go.
struct Camera<'a> {
    chromium: &'a Chromium,
    folder: PathBuf,
}

impl Camera<'_> {
    async fn picture(&self, name: &str) -> Result<()> {
        let path = self.folder.join(name);
        self.chromium.screenshot(&path).await?;
        let size = std::fs::metadata(&path)?.len();
        ensure!(size < LARGEST, "{name} has {size} bytes");
        Ok(())
    }

    /// A picture that begins with the card of that heading.
    async fn picture_of(&self, name: &str, heading: &str) -> Result<()> {
        let script = "const card = document.querySelector(`section[aria-labelledby=${arguments[0]}]`); \
                      scrollTo(0, card.getBoundingClientRect().top + scrollY - 16);";
        self.chromium.script(script, vec![json!(heading)]).await?;
        self.picture(name).await
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let cast = &Cast::of_the_demo().await?;
    let chromium = &Chromium::start(Scripts::On).await?;
    let (tab, one_click) = (Tab { cast, chromium }, OneClick { cast, chromium });
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/screenshots");
    let camera = Camera {
        chromium,
        folder: PathBuf::from(folder),
    };
    std::fs::create_dir_all(&camera.folder)?;
    chromium.screen(WINDOW).await?;
    let stack = &cast.stack;
    stack
        .companycam(Method::POST, "hard_cases", Value::Null)
        .await?;
    stack
        .one_click(Method::POST, "hard_cases", Value::Null)
        .await?;

    // A project with everything that a photo may meet: the first sync waits for one of them.
    let project = cast.project("Harbor Street 12").await?;
    for caption in ["Front", "North side", "Gutters"] {
        cast.photo(&project, caption).await?;
    }
    let broken = cast.broken_photo(&project).await?;
    let held = cast.held_photo(&project, "Chimney").await?;
    tab.connect().await?;
    tab.until_logged(&["Failed", &broken]).await?;
    chromium
        .until("many photos are copied", async || {
            let counts = tab.progress().await?;
            let photos = counts.split("Photos: ").nth(1);
            let copied = photos.and_then(|counts| counts.split(' ').next());
            let copied = copied.and_then(|count| count.parse::<u32>().ok());
            Ok(copied.filter(|copied| *copied >= MANY))
        })
        .await?;
    ensure!(tab.is_syncing().await?, "the first sync is over already");
    camera.picture_of("progress.png", "sync").await?;
    tab.cancel().await?;
    cast.release_photo(&held).await?;

    tab.prefer(&[(CREATE_PROJECT, true), (REASSIGN, true)])
        .await?;
    tab.open().await?;
    camera.picture_of("attention.png", "attention").await?;
    let page = format!("{}/projects/{project}", cast.tab());
    chromium.open(&page).await?;
    camera.picture_of("project.png", "project").await?;

    tab.open().await?;
    chromium.choose("Projects updated in", "everything").await?;
    chromium.send("Sync").await?;
    tab.until_previewed().await?;
    camera.picture_of("preview.png", "run").await?;

    chromium.colours(Colours::Dark).await?;
    tab.open().await?;
    camera.picture_of("users-dark.png", "users").await?;
    chromium.colours(Colours::Light).await?;
    chromium.screen(PHONE).await?;
    tab.open().await?;
    camera.picture_of("tab-phone.png", "preferences").await?;

    let jobs = cast.jobs().await?;
    let photos = |job: &Value| job["images"].as_array().map_or(0, Vec::len);
    let job = jobs
        .iter()
        .max_by_key(|job| photos(job))
        .context("no job")?;
    let customer = job["customer_name"].as_str().context("no customer")?;
    chromium.screen(ALBUM).await?;
    one_click.open_job(customer).await?;
    one_click.look_at_photos(photos(job)).await?;
    chromium.script("scrollTo(0, 0);", Vec::new()).await?;
    camera.picture("photos.png").await
}
