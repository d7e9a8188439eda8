//! What has to hold of every page in every state: nothing for axe to find, light and dark, and nothing
//! to scroll sideways, on a desk and on a phone.

use anyhow::{Result, ensure};

use crate::chromium::{Chromium, Colours, DESK, PHONE};

/// What was found on the pages looked at, to be told together at the end.
#[derive(Debug, Default)]
pub struct Findings(Vec<String>);

impl Findings {
    /// Fails if there are any.
    pub fn none(self) -> Result<()> {
        ensure!(
            self.0.is_empty(),
            "{} findings:\n{}",
            self.0.len(),
            self.0.join("\n")
        );
        Ok(())
    }

    /// Keeps one.
    pub fn add(&mut self, finding: String) {
        self.0.push(finding);
    }

    /// Looks at the page that the browser shows, which the caller calls `state`.
    pub async fn look(&mut self, chromium: &Chromium, state: &str) -> Result<()> {
        for (screen, called) in [(PHONE, "phone"), (DESK, "desk")] {
            chromium.screen(screen).await?;
            let width =
                "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);";
            let width = chromium.script(width, Vec::new()).await?.as_u64();
            if width > Some(screen.0.into()) {
                let wide = chromium.too_wide().await?;
                self.add(format!(
                    "{state}, {called}: {width:?} wide where {} fit: {wide}",
                    screen.0
                ));
            }
            for colours in [Colours::Light, Colours::Dark] {
                chromium.colours(colours).await?;
                for violation in chromium.axe().await? {
                    self.add(format!("{state}, {called}, {colours:?}: {violation}"));
                }
            }
            chromium.colours(Colours::Light).await?;
        }
        for complaint in chromium.complaints().await? {
            self.add(format!("{state}: the console says {complaint}"));
        }
        Ok(())
    }
}

impl Chromium {
    /// The elements that reach beyond the screen without being inside something that scrolls.
    async fn too_wide(&self) -> Result<String> {
        let script = r#"
            const scrolls = (part) => part && part !== document.body
              && (getComputedStyle(part).overflowX !== "visible" || scrolls(part.parentElement));
            return [...document.body.querySelectorAll("*")]
              .filter((part) => part.getBoundingClientRect().right > innerWidth && !scrolls(part.parentElement))
              .slice(0, 5).map((part) => part.outerHTML.slice(0, 120)).join(" | ");
        "#;
        let found = self.script(script, Vec::new()).await?;
        Ok(found.as_str().unwrap_or_default().to_owned())
    }
}
