//! The keyboard alone.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use thirtyfour::Key;

use crate::actions::one_line;
use crate::chromium::Chromium;

/// Gives each control that a keyboard has to reach a number; the answer is what each is. Of a group of
/// radio buttons only one is a stop.
const NUMBER: &str = r#"
const root = document.querySelector("dialog:modal") ?? document;
const controls = "a[href], button, summary, select, textarea, input:not([type=hidden]), [tabindex='0']";
const groups = new Set();
const stops = [...root.querySelectorAll(controls)].filter((part) => {
  if (part.disabled || part.tabIndex < 0 || !part.checkVisibility({ visibilityProperty: true })) return false;
  if (part.type !== "radio") return true;
  const group = [...document.getElementsByName(part.name)];
  return group.some((one) => one.checked) ? part.checked : group[0] === part;
});
stops.forEach((part, number) => { part.stop = number; });
return stops.map((part) => part.outerHTML.slice(0, 160));
"#;

/// What has the focus: its number, whether it is seen that it has it, whether it is on the screen and
/// not below something else.
const FOCUSED: &str = r#"
const part = document.activeElement;
if (!part || part === document.body) return null;
// A date has a stop for each of its parts; to look at it once more would begin it anew.
if (part === window.focusedBefore) return { again: true };
window.focusedBefore = part;
const ring = (style) => [style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1, style.boxShadow,
  style.borderColor, style.backgroundColor, style.textDecorationLine].join();
const focused = ring(getComputedStyle(part));
part.blur();
const blurred = ring(getComputedStyle(part));
part.focus({ preventScroll: true });
const box = part.getBoundingClientRect();
const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
return {
  stop: part.stop ?? null, html: part.outerHTML.slice(0, 160),
  seen: part.matches(":focus-visible") && focused !== blurred,
  uncovered: !!top && (part.contains(top) || top.contains(part)),
};
"#;

impl Chromium {
    /// Types keys, wherever the focus is.
    pub async fn keys(&self, keys: impl Into<thirtyfour::TypingData>) -> Result<()> {
        let hand = self
            .web
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
        Ok(hand.send_keys(keys).perform().await?)
    }

    /// Walks through the whole page with the Tab key; what was wrong on the way.
    pub async fn walk_with_tab(&self) -> Result<Vec<String>> {
        let stops = self.script(NUMBER, Vec::new()).await?;
        let stops: Vec<String> = stops
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|stop| stop.as_str().map(one_line))
            .collect();
        let (mut wrong, mut reached, mut last) = (Vec::new(), BTreeSet::new(), None);
        // At the end the browser's own controls have their turn, then the page begins anew.
        for _ in 0..stops.len() + 30 {
            self.keys(Key::Tab).await?;
            let focused = self.script(FOCUSED, Vec::new()).await?;
            if focused["again"] == true {
                continue;
            }
            let Some(stop) = focused["stop"].as_u64() else {
                if !focused.is_null() {
                    wrong.push(format!("the focus stops at {}", focused["html"]));
                }
                continue;
            };
            if !reached.insert(stop) {
                break;
            }
            // Whoever began in the middle, as in a dialog, comes to the beginning after the end.
            if stop != 0 && last > Some(stop) {
                wrong.push(format!("the focus jumps back to {}", focused["html"]));
            }
            last = Some(stop);
            for (holds, what) in [("seen", "is not seen"), ("uncovered", "is covered")] {
                if focused[holds] != Value::Bool(true) {
                    wrong.push(format!("the focus {what} at {}", focused["html"]));
                }
            }
        }
        for (number, stop) in stops.iter().enumerate() {
            if !reached.contains(&u64::try_from(number)?) {
                wrong.push(format!("Tab does not reach {stop}"));
            }
        }
        Ok(wrong)
    }
}
