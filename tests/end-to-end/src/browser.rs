//! A browser without a screen: keeps cookies, follows redirects, fills in forms.

use anyhow::{Context, Result, bail};
use reqwest::header::REFERER;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// A person's browser.
#[derive(Debug, Clone)]
pub struct Browser {
    http: Client,
}

/// The page it shows.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it ended up.
    pub url: Url,
    /// The last answer's status.
    pub status: StatusCode,
    /// The page's source.
    pub html: String,
}

/// A compressed answer.
#[derive(Debug, Clone)]
pub struct Compressed {
    /// As they came.
    pub bytes: Vec<u8>,
    /// How long the function says it took, in milliseconds.
    pub duration_ms: f64,
    /// How much of the processor's time that was, in milliseconds.
    pub processor_ms: f64,
}

/// A form as the page has it.
#[derive(Debug, Clone)]
pub struct Form {
    action: Url,
    fields: Vec<(String, String)>,
}

impl Browser {
    /// A fresh one: no cookies.
    pub fn new() -> Result<Self> {
        let http = Client::builder()
            .cookie_store(true)
            .redirect(Policy::limited(10))
            // It would name what redirects. Browsers go on naming the page that the link was on.
            .referer(false)
            .build()?;
        Ok(Self { http })
    }

    /// Opens an address, as one that was typed.
    pub async fn open(&self, url: &str) -> Result<Page> {
        Page::from(self.http.get(url).send().await?).await
    }

    /// Clicks a link: to another site the browser tells the page's origin, whichever redirects follow.
    pub async fn follow(&self, page: &Page, url: &str) -> Result<Page> {
        let origin = format!("{}/", page.url.origin().ascii_serialization());
        Page::from(self.http.get(url).header(REFERER, origin).send().await?).await
    }

    /// Sends a form.
    pub async fn submit(&self, form: &Form) -> Result<Page> {
        Page::from(
            self.http
                .post(form.action.clone())
                .form(&form.fields)
                .send()
                .await?,
        )
        .await
    }

    /// The answer to a GET as JSON.
    pub async fn json(&self, url: &str) -> Result<serde_json::Value> {
        Ok(self
            .http
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    /// What is behind an address as a browser that takes compressed answers gets it.
    pub async fn compressed(&self, url: &str) -> Result<Compressed> {
        let request = self.http.get(url).header("accept-encoding", "gzip");
        let answer = request.send().await?.error_for_status()?;
        let header = |name: &str| answer.headers().get(name)?.to_str().ok();
        if header("content-encoding") != Some("gzip") {
            bail!("{url} came without compression");
        }
        let told = header("server-timing").unwrap_or_default().to_owned();
        let milliseconds = |name: &str| {
            let mut parts = told.split(", ");
            let part = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix(";dur="));
            part.with_context(|| format!("{url} does not tell how long it took"))
        };
        let duration_ms = milliseconds("app")?.parse()?;
        let processor_ms = milliseconds("cpu")?.parse()?;
        let bytes = answer.bytes().await?.to_vec();
        Ok(Compressed {
            bytes,
            duration_ms,
            processor_ms,
        })
    }

    /// The bytes behind an address.
    pub async fn bytes(&self, url: &str) -> Result<Vec<u8>> {
        Ok(self
            .http
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .bytes()
            .await?
            .to_vec())
    }
}

impl Page {
    async fn from(answer: reqwest::Response) -> Result<Self> {
        Ok(Self {
            url: answer.url().clone(),
            status: answer.status(),
            html: answer.text().await?,
        })
    }

    /// The page, if its status is a success.
    pub fn ok(self) -> Result<Self> {
        if self.status.is_success() {
            return Ok(self);
        }
        bail!("{} answered {}: {}", self.url, self.status, self.text());
    }

    /// What a reader sees, with runs of white space as one space.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.html);
        let words = html.root_element().text().flat_map(str::split_whitespace);
        words.collect::<Vec<_>>().join(" ")
    }

    /// The texts of all elements that a CSS selector finds.
    pub fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let selector = parse(selector)?;
        let html = Html::parse_document(&self.html);
        let text = |element: ElementRef<'_>| {
            element
                .text()
                .flat_map(str::split_whitespace)
                .collect::<Vec<_>>()
                .join(" ")
        };
        Ok(html.select(&selector).map(text).collect())
    }

    /// The address of the first link that a CSS selector finds.
    pub fn link(&self, selector: &str) -> Result<String> {
        let wanted = parse(selector)?;
        let html = Html::parse_document(&self.html);
        let link = html
            .select(&wanted)
            .next()
            .with_context(|| format!("no {selector} on {}", self.url))?;
        let address = link
            .value()
            .attr("href")
            .context("a link without an address")?;
        Ok(self.url.join(address)?.into())
    }

    /// The form whose address ends so, with the values it has now: hidden ones, texts, ticked boxes,
    /// selected options.
    pub fn form(&self, action_ends: &str) -> Result<Form> {
        let (forms, inputs) = (parse("form")?, parse("input, select, textarea")?);
        let html = Html::parse_document(&self.html);
        let form = html
            .select(&forms)
            .find(|form| {
                form.value()
                    .attr("action")
                    .is_some_and(|action| action.ends_with(action_ends))
            })
            .with_context(|| {
                format!("no form for {action_ends} on {}: {}", self.url, self.text())
            })?;
        let action = self
            .url
            .join(form.value().attr("action").unwrap_or_default())?;
        let fields = form
            .select(&inputs)
            .filter_map(|input| field(&input))
            .collect();
        Ok(Form { action, fields })
    }
}

impl Form {
    /// Fills in a field, or sends a button's name and value.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Unticks a box, or leaves a field out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }
}

fn parse(selector: &str) -> Result<Selector> {
    Selector::parse(selector).map_err(|error| anyhow::anyhow!("{selector}: {error}"))
}

fn field(input: &ElementRef<'_>) -> Option<(String, String)> {
    let element = input.value();
    let name = element.attr("name")?.to_owned();
    if element.attr("disabled").is_some() {
        return None;
    }
    let value = match (element.name(), element.attr("type")) {
        ("select", _) => {
            let options = Selector::parse("option").ok()?;
            let all: Vec<_> = input.select(&options).collect();
            let chosen = all
                .iter()
                .find(|option| option.value().attr("selected").is_some())
                .or(all.first())?;
            chosen.value().attr("value").unwrap_or_default().to_owned()
        }
        ("textarea", _) => input.text().collect(),
        (_, Some("checkbox" | "radio")) if element.attr("checked").is_none() => return None,
        (_, Some("checkbox")) => element.attr("value").unwrap_or("on").to_owned(),
        _ => element.attr("value").unwrap_or_default().to_owned(),
    };
    Some((name, value))
}
