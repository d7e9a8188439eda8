//! What a person does with a page and sees on it. Everything is waited for, nothing for a time.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use end_to_end::eventually;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::{By, RequestData, SessionId, WebElement};

use crate::PATIENCE;
use crate::chromium::Chromium;

const CLICKABLE: &str = "a[href], button, summary, input[type=submit], [role=button]";
const FILLABLE: &str = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea";
const CHECKABLE: &str = "input[type=checkbox], input[type=radio]";

/// Those of the elements that are on the screen and may have the name, which only the browser can tell
/// for sure. While a modal dialog is open, nothing else can be reached.
const CANDIDATES: &str = r#"
const [selector, name, within] = arguments;
const plain = (text) => (text ?? "").replace(/\s+/g, " ");
const words = (element) => [
  element.textContent, element.value, element.title, element.ariaLabel,
  ...[...(element.labels ?? [])].map((label) => label.textContent),
  ...(element.ariaLabelledByElements ?? []).map((label) => label.textContent),
  ...[...element.querySelectorAll("[aria-label]")].map((part) => part.ariaLabel),
].map(plain).join(" ");
const root = within ?? document.querySelector("dialog:modal") ?? document;
return [...root.querySelectorAll(selector)]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => name.split(" ").every((word) => words(element).includes(word)));
"#;

/// Marks what is on the page, so that it is known when something else is.
const MARK: &str = "for (const part of document.querySelectorAll('main > *')) part.wasHere = true;";
const MARKED: &str = "return document.readyState !== 'complete' \
    || [...document.querySelectorAll('main > *')].some((part) => part.wasHere);";

#[derive(Debug)]
struct ComputedLabel(String);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("session/{session}/element/{}/computedlabel", self.0);
        RequestData::new(reqwest::Method::GET, path)
    }
}

/// An element that is gone, covered or not ready yet is looked for again: pages change while one looks.
fn changes(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::StaleElementReference(_)
            | WebDriverErrorInner::NoSuchElement(_)
            | WebDriverErrorInner::ElementClickIntercepted(_)
            | WebDriverErrorInner::ElementNotInteractable(_)
    )
}

/// Of a button and links of one name the button: what does something is meant, not what leads to it. Of
/// links to one place the first.
async fn what_acts(mut found: Vec<WebElement>) -> Result<Vec<WebElement>> {
    let (mut buttons, mut places) = (Vec::new(), BTreeSet::new());
    for one in &found {
        if one.tag_name().await? == "a" {
            places.insert(one.prop("href").await?);
        } else {
            buttons.push(one.clone());
        }
    }
    if buttons.is_empty() && places.len() == 1 {
        found.truncate(1);
    }
    Ok(if buttons.is_empty() { found } else { buttons })
}

impl Chromium {
    /// The accessible name that the browser gives an element.
    pub async fn name_of(&self, element: &WebElement) -> Result<String> {
        let id = element.element_id().to_string();
        let answer = self.web.cmd(ComputedLabel(id)).await?;
        let name: String = answer.value()?;
        Ok(one_line(&name))
    }

    /// The elements on the screen of a selector and a name; one that ends in `…` is a name's beginning.
    async fn named(
        &self,
        selector: &str,
        name: &str,
        within: Option<&WebElement>,
    ) -> Result<Vec<WebElement>> {
        let within = within.map(WebElement::to_json).transpose()?;
        let beginning = name.strip_suffix('…');
        let words = beginning.unwrap_or(name);
        let arguments = vec![json!(selector), json!(words), within.unwrap_or(Value::Null)];
        let candidates = self.web.execute(CANDIDATES, arguments).await?.elements()?;
        let mut found = Vec::new();
        for candidate in candidates {
            let known = self.name_of(&candidate).await?;
            if known == name || beginning.is_some_and(|beginning| known.starts_with(beginning)) {
                found.push(candidate);
            }
        }
        Ok(found)
    }

    /// Does something with the one element of a selector and a name, as soon as it can be done.
    async fn with_named(
        &self,
        selector: &str,
        name: &str,
        within: Option<&WebElement>,
        act: impl AsyncFn(&WebElement) -> Result<()>,
    ) -> Result<()> {
        let what = format!("“{name}” can be used");
        let outcome = eventually(&what, PATIENCE, async || {
            let attempt = async {
                let found = self.named(selector, name, within).await?;
                let found = what_acts(found).await?;
                match found.as_slice() {
                    [one] => Ok(Ok(act(one).await?)),
                    [] => Ok(Err("there is none".to_owned())),
                    _ => bail!("there are {} of “{name}”", found.len()),
                }
            };
            match attempt.await {
                Ok(outcome) => Ok(outcome),
                Err(error) => match error.downcast_ref::<WebDriverError>() {
                    Some(known) if changes(known) => Ok(Err(error.to_string())),
                    _ => Err(error),
                },
            }
        });
        self.explained(outcome.await).await
    }

    /// Clicks the button or the link of that name.
    pub async fn press(&self, name: &str) -> Result<()> {
        self.with_named(CLICKABLE, name, None, async |it| Ok(it.click().await?))
            .await
    }

    /// Clicks the button or the link of that name inside another element.
    pub async fn press_within(&self, within: &WebElement, name: &str) -> Result<()> {
        let within = Some(within);
        self.with_named(CLICKABLE, name, within, async |it| Ok(it.click().await?))
            .await
    }

    /// Clicks it twice, as fast as the mouse can.
    pub async fn double_press(&self, name: &str) -> Result<()> {
        self.with_named(CLICKABLE, name, None, async |it| {
            it.scroll_into_view().await?;
            let hand = self
                .web
                .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
            Ok(hand.double_click_element(it).perform().await?)
        })
        .await
    }

    /// Puts the focus where a keyboard is to be used.
    pub async fn focus(&self, name: &str) -> Result<()> {
        let any = format!("{CLICKABLE}, {FILLABLE}, {CHECKABLE}");
        self.with_named(&any, name, None, async |it| Ok(it.focus().await?))
            .await
    }

    /// The name of what has the focus.
    pub async fn focused(&self) -> Result<String> {
        self.name_of(&self.web.active_element().await?).await
    }

    /// Whether a button or a link of that name is there.
    pub async fn offers(&self, name: &str) -> Result<bool> {
        Ok(!self.named(CLICKABLE, name, None).await?.is_empty())
    }

    /// Fills in the field of that label.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        self.with_named(FILLABLE, label, None, async |field| {
            field.clear().await?;
            Ok(field.send_keys(text).await?)
        })
        .await
    }

    /// Chooses a file for the field of that label.
    pub async fn attach(&self, label: &str, file: &Path) -> Result<()> {
        self.with_named(FILLABLE, label, None, async |field| {
            Ok(field.send_keys(file.to_string_lossy()).await?)
        })
        .await
    }

    /// Chooses the option of a list whose text begins so.
    pub async fn choose(&self, label: &str, option: &str) -> Result<()> {
        self.with_named("select", label, None, async |list| {
            for candidate in list.find_all(By::Css("option")).await? {
                if one_line(&candidate.text().await?).starts_with(option) {
                    return Ok(candidate.click().await?);
                }
            }
            bail!("{label} does not offer “{option}”")
        })
        .await
    }

    /// Ticks the box of that label, or unticks it.
    pub async fn tick(&self, label: &str, on: bool) -> Result<()> {
        self.with_named(CHECKABLE, label, None, async |tick| {
            if tick.is_selected().await? != on {
                tick.click().await?;
            }
            ensure!(
                tick.is_selected().await? == on,
                "“{label}” can't be changed"
            );
            Ok(())
        })
        .await
    }

    /// Whether the box of that label is ticked, and whether it can be.
    pub async fn ticked(&self, label: &str) -> Result<(bool, bool)> {
        let boxes = self.named(CHECKABLE, label, None).await?;
        let [tick] = boxes.as_slice() else {
            bail!("there are {} of “{label}”", boxes.len())
        };
        Ok((tick.is_selected().await?, tick.is_enabled().await?))
    }

    /// Does something that brings another page or other content, and waits until that is there.
    pub async fn turns(&self, act: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
        self.script(MARK, Vec::new()).await?;
        act().await?;
        self.until("the page changes", async || {
            let marked = self.script(MARKED, Vec::new()).await?;
            Ok((marked == false).then_some(()))
        })
        .await
    }

    /// Clicks what sends a form, and waits for the answer.
    pub async fn send(&self, name: &str) -> Result<()> {
        self.turns(async || self.press(name).await).await
    }

    /// What is written in the elements of a selector, each on one line.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((part) => part.innerText);";
        let texts = self.script(script, vec![json!(selector)]).await?;
        let texts = texts.as_array().into_iter().flatten();
        Ok(texts
            .filter_map(|text| text.as_str().map(one_line))
            .collect())
    }

    /// Everything that is written on the page.
    pub async fn text(&self) -> Result<String> {
        Ok(self.texts("body").await?.join(" "))
    }

    /// Waits until something is so.
    pub async fn until<T>(
        &self,
        what: &str,
        mut is_so: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let outcome = eventually(what, PATIENCE, async || {
            Ok(is_so().await?.ok_or_else(String::new))
        });
        self.explained(outcome.await).await
    }

    /// Waits until something is written on the page.
    pub async fn until_says(&self, text: &str) -> Result<()> {
        self.until(&format!("the page says “{text}”"), async || {
            Ok(self.text().await?.contains(text).then_some(()))
        })
        .await
    }

    /// An error that says what was on the screen.
    async fn explained<T>(&self, outcome: Result<T>) -> Result<T> {
        match outcome {
            Ok(value) => Ok(value),
            Err(error) => {
                let address = self.address().await.unwrap_or_default();
                let text = self.text().await.unwrap_or_default();
                Err(error.context(format!("at {address}, which says: {text}")))
            }
        }
    }
}

/// Runs of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
