//! A person's browser: Chromium, with a fresh profile.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::cdp::Cdp;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::session::handle::SessionHandle;
use thirtyfour::{BrowserLogEntry, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use crate::process::Driver;

const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A desk's screen.
pub const DESK: (u32, u32) = (1280, 900);
/// A phone's.
pub const PHONE: (u32, u32) = (390, 844);

/// What the person's system prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// As usual.
    On,
    /// Switched off in the browser's settings.
    Off,
}

/// The browser. It ends with its processes and its profile when it is dropped.
#[derive(Debug)]
pub struct Chromium {
    /// The session. Nobody ends it as such: it ends with its processes.
    pub web: Arc<SessionHandle>,
    /// Whether pages may run scripts in it.
    pub scripts: Scripts,
    driver: Driver,
}

impl Chromium {
    /// Starts one with a desk's screen.
    pub async fn start(scripts: Scripts) -> Result<Self> {
        // All of this is plain HTTP; the HTTP client wants a provider nevertheless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let driver = Driver::start()?;
        let mut wanted = DesiredCapabilities::chrome();
        if let Ok(binary) = std::env::var("CHROMIUM") {
            wanted.set_binary(&binary)?;
        }
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        let profile = driver.folder().join("profile");
        wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        if scripts == Scripts::Off {
            // What "don't allow sites to use JavaScript" in the settings sets.
            let off = json!({"profile.managed_default_content_settings.javascript": 2});
            wanted.add_experimental_option("prefs", off)?;
        }
        let web = WebDriver::new(driver.address(), wanted)
            .await
            .context("Chromium did not start; `make browser` installs it")?;
        let chromium = Self {
            web: Arc::clone(web.handle()),
            scripts,
            driver,
        };
        web.leak()?;
        chromium.screen(DESK).await?;
        Ok(chromium)
    }

    /// Where it keeps everything that it writes.
    pub fn folder(&self) -> &Path {
        self.driver.folder()
    }

    /// Opens an address.
    pub async fn open(&self, address: &str) -> Result<()> {
        Ok(self.web.goto(address).await?)
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.web.refresh().await?)
    }

    /// The address it shows.
    pub async fn address(&self) -> Result<String> {
        Ok(self.web.current_url().await?.into())
    }

    /// Gives the page so much space. A window has a least width, wider than a phone; a page's screen
    /// has none.
    pub async fn screen(&self, (width, height): (u32, u32)) -> Result<()> {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        // As on a phone they take no space: what fits is exactly as wide as the screen.
        let hidden = json!({"hidden": true});
        self.devtools("Emulation.setScrollbarsHidden", hidden).await
    }

    /// Sets what the person's system prefers.
    pub async fn colours(&self, colours: Colours) -> Result<()> {
        let value = match colours {
            Colours::Light => "light",
            Colours::Dark => "dark",
        };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.devtools("Emulation.setEmulatedMedia", media).await
    }

    /// Has every answer take so many milliseconds longer.
    pub async fn latency(&self, ms: u32) -> Result<()> {
        self.devtools("Network.enable", json!({})).await?;
        let slow = json!({"offline": false, "latency": ms, "downloadThroughput": -1, "uploadThroughput": -1});
        self.devtools("Network.emulateNetworkConditions", slow)
            .await
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Result<()> {
        Cdp::new(Arc::clone(&self.web))
            .send_raw(command, parameters)
            .await?;
        Ok(())
    }

    /// Runs a script as a developer would in the console: neither the page's policy nor switched-off
    /// scripts keep it from running.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let answer = self.web.execute(script, arguments).await?;
        Ok(answer.json().clone())
    }

    /// Forgets a cookie, as the browser does when its time is over.
    pub async fn forget_cookie(&self, name: &str) -> Result<()> {
        Ok(self.web.delete_cookie(name).await?)
    }

    /// Writes what is on the screen to a PNG file.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        Ok(self.web.screenshot(path).await?)
    }

    /// What the console complained of since it was last asked: scripts that failed, and what the
    /// page's policy blocked. An answer's status is no complaint.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let log = self.web.browser_log().await?;
        let complaint = |entry: &BrowserLogEntry| {
            entry.level == "SEVERE" && !entry.message.contains("Failed to load resource")
        };
        Ok(log
            .into_iter()
            .filter(complaint)
            .map(|entry| entry.message)
            .collect())
    }
}
