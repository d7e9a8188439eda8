//! Where everything is, and what the simulators say of themselves.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

/// An administrator, with their user at CompanyCam.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their organization in One Click.
    pub org: String,
    /// Their user there.
    pub user: String,
    /// Their address at CompanyCam.
    pub email: String,
    /// Their company at CompanyCam.
    pub company: String,
}

/// A deployed stack with both simulators.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Our own address.
    pub api_url: String,
    /// CompanyCam's simulator.
    pub companycam: String,
    /// A personal access token of its company.
    pub companycam_token: String,
    /// One Click's simulator.
    pub one_click: String,
    /// The service token of its API.
    pub one_click_token: String,
    /// The stack's outputs.
    pub outputs: Value,
    /// Knows nobody: for the simulators' control routes.
    pub http: reqwest::Client,
}

impl Stack {
    /// The stack whose state is in `LOCAL_DIR`.
    pub fn from_env() -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = PathBuf::from(
            std::env::var("LOCAL_DIR").context("LOCAL_DIR names no running stack; use make")?,
        );
        let read = |name: &str| -> Result<Value> {
            let text =
                std::fs::read(folder.join(name)).with_context(|| format!("{name} in LOCAL_DIR"))?;
            Ok(serde_json::from_slice(&text)?)
        };
        let (outputs, simulators) = (read("outputs.json")?, read("simulators.json")?);
        let text = |value: &Value, key: &str| -> Result<String> {
            Ok(value[key]
                .as_str()
                .with_context(|| format!("{key} is not known"))?
                .to_owned())
        };
        Ok(Self {
            api_url: text(&outputs, "ApiUrl")?,
            companycam: text(&simulators, "companycam")?,
            companycam_token: text(&simulators, "companycam_token")?,
            one_click: text(&simulators, "one_click")?,
            one_click_token: text(&simulators, "one_click_token")?,
            outputs,
            http: reqwest::Client::new(),
        })
    }

    /// A control request to CompanyCam's simulator.
    pub async fn companycam(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        self.control(&self.companycam, method, path, body).await
    }

    /// A control request to One Click's simulator.
    pub async fn one_click(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        self.control(&self.one_click, method, path, body).await
    }

    async fn control(
        &self,
        origin: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Result<Value> {
        let mut request = self
            .http
            .request(method.clone(), format!("{origin}/_sim/{path}"));
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(
            status.is_success(),
            "{method} /_sim/{path}: {status} {text}"
        );
        Ok(if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text)?
        })
    }

    /// Everything in CompanyCam.
    pub async fn companycam_state(&self) -> Result<Value> {
        self.companycam(Method::GET, "state", Value::Null).await
    }

    /// Everything of an organization in One Click.
    pub async fn one_click_state(&self, org: &str) -> Result<Value> {
        self.one_click(Method::GET, &format!("state?org={org}"), Value::Null)
            .await
    }

    /// The images of a job, by One Click's API.
    pub async fn images(&self, org: &str, job: &str) -> Result<Vec<Value>> {
        let address = format!(
            "{}/v1/organizations/{org}/jobs/{job}/images",
            self.one_click
        );
        let (mut images, mut page) = (Vec::new(), Some(1));
        while let Some(number) = page {
            let asked = self.http.get(&address).query(&[("page", number)]);
            let answer = asked.bearer_auth(&self.one_click_token).send().await?;
            let answer: Value = answer.error_for_status()?.json().await?;
            images.extend_from_slice(answer["images"].as_array().context("no images")?);
            page = answer["next_page"].as_u64();
        }
        Ok(images)
    }

    /// `gets`, `writes` and `rate_limited` since they were last cleared.
    pub async fn companycam_calls(&self) -> Result<Value> {
        self.companycam(Method::GET, "stats", Value::Null).await
    }

    /// A launch token as One Click makes it, or one with some claims changed or spoilt.
    pub async fn launch_token(&self, org: &str, user: &str, more: Value) -> Result<String> {
        let mut body = json!({"org": org, "user": user});
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        let answer = self.one_click(Method::POST, "launch-token", body).await?;
        Ok(answer["token"].as_str().context("no token")?.to_owned())
    }

    /// The administrator of the organization and the company that the simulators are seeded with.
    pub async fn seeded_person(&self) -> Result<Person> {
        let state = self.companycam_state().await?;
        let company = state["companies"][0]["id"].as_str().context("no company")?;
        Ok(Person {
            org: "org_ridgeline".to_owned(),
            user: "usr_avery".to_owned(),
            email: "avery.stone@ridgeline.example".to_owned(),
            company: company.to_owned(),
        })
    }

    /// The administrator of an organization and a company of their own, both new.
    pub async fn new_person(&self, org: &str) -> Result<Person> {
        let company = self
            .companycam(
                Method::POST,
                "companies",
                json!({"name": format!("Company of {org}")}),
            )
            .await?;
        self.one_click(
            Method::POST,
            "organizations",
            json!({"id": org, "name": format!("Organization {org}")}),
        )
        .await?;
        let email = company["admin_email"].as_str().context("no address")?;
        let user = json!({"name": "Administrator", "email": email, "role": "ORG_ADMIN"});
        let user = self
            .one_click(Method::POST, &format!("organizations/{org}/users"), user)
            .await?;
        let id = user["id"]
            .as_str()
            .or(user["user"]["id"].as_str())
            .context("no user")?;
        Ok(Person {
            org: org.to_owned(),
            user: id.to_owned(),
            email: email.to_owned(),
            company: company["id"].as_str().context("no company")?.to_owned(),
        })
    }

    /// Invokes the scheduled poll, as `make poll` does.
    pub async fn poll(&self) -> Result<()> {
        python(&["poll"]).await
    }

    /// Begins the nightly pass, as `make nightly` does.
    pub async fn nightly(&self) -> Result<()> {
        python(&["nightly"]).await
    }

    /// Gives an organization so many more linked projects and entries of its log.
    pub async fn grow(&self, org: &str, projects: usize, entries: usize) -> Result<()> {
        let (projects, entries) = (projects.to_string(), entries.to_string());
        python(&["grow", org, "--projects", &projects, "--entries", &entries]).await
    }
}

/// A command of the local stack.
async fn python(words: &[&str]) -> Result<()> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let output = Command::new(format!("{root}/.venv/bin/python"))
        .args(["-m", "local"])
        .args(words)
        .current_dir(root)
        .env("PYTHONPATH", format!("{root}/scripts"))
        .stdin(Stdio::null())
        .output()
        .await?;
    if !output.status.success() {
        bail!(
            "{}: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
