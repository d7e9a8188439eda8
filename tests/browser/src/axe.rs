//! axe-core: what assistive technology would stumble over.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::chromium::Chromium;

/// Runs every rule that is on by default, the best practices included.
const RUN: &str = r#"
const done = arguments[0];
axe.run(document, { resultTypes: ["violations"] })
  .then((results) => done({ violations: results.violations, rules: results.passes.length }))
  .catch((error) => done({ error: String(error) }));
"#;

/// Whether an animation that ends is not over yet.
const MOVES: &str = r#"
return document.getAnimations().some((one) => one.playState === "running"
  && Number.isFinite(one.effect.getComputedTiming().endTime));
"#;

/// Where `make browser` puts it.
fn source() -> Result<String> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/browser"))
        .join("node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path)
        .with_context(|| format!("{}; `make browser` installs it", path.display()))
}

impl Chromium {
    /// Everything that axe finds on the page, one text each.
    pub async fn axe(&self) -> Result<Vec<String>> {
        // What fades in has too little contrast for a moment.
        self.until("nothing moves any more", async || {
            Ok((self.script(MOVES, Vec::new()).await? == false).then_some(()))
        })
        .await?;
        // The page's policy holds for its own scripts, not for a console's.
        if self.script("return typeof axe;", Vec::new()).await? != "object" {
            self.script(&source()?, Vec::new()).await?;
        }
        let answer = self.web.execute_async(RUN, Vec::new()).await?;
        let results = answer.json();
        ensure!(
            results["rules"].as_u64() > Some(0),
            "axe looked at nothing: {results}"
        );
        let violations = results["violations"].as_array().into_iter().flatten();
        Ok(violations.map(describe).collect())
    }
}

fn describe(violation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!(
        "{} ({}): {}",
        text(&violation["id"]),
        text(&violation["impact"]),
        text(&violation["help"])
    )];
    for node in violation["nodes"].as_array().into_iter().flatten() {
        lines.push(format!("  {}", text(&node["html"])));
        let why = text(&node["failureSummary"]);
        lines.extend(
            why.lines()
                .skip(1)
                .map(|line| format!("    {}", line.trim())),
        );
    }
    lines.join("\n")
}
