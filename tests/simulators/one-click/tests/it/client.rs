//! A running simulator, and requests to it as the integration and a test's control make them.

use std::time::{Duration, Instant};

use one_click_simulator::{Options, Simulator};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub const RIDGELINE: &str = "org_ridgeline";
pub const HARBOR: &str = "org_harbor";

/// How long a test waits for a condition before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Client {
    pub simulator: Simulator,
    pub http: reqwest::Client,
}

impl Client {
    pub async fn spawn() -> Self {
        Self::with(Options::default()).await
    }

    /// Retries webhooks at once: tests are about their number.
    pub async fn with(options: Options) -> Self {
        let options = Options {
            webhook_retries: vec![Duration::from_millis(5), Duration::from_millis(10)],
            ..options
        };
        let simulator = Simulator::spawn(options).await.unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { simulator, http }
    }

    /// A request below `/v1/organizations/{org}`, with the token.
    pub fn api(&self, method: Method, org: &str, path: &str) -> RequestBuilder {
        let url = format!("{}/v1/organizations/{org}{path}", self.simulator.origin);
        let request = self.http.request(method, url);
        request.bearer_auth(&self.simulator.api_token)
    }

    /// A request below `/_sim`.
    pub fn control(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/_sim{path}", self.simulator.origin);
        self.http.request(method, url)
    }

    pub async fn get(&self, org: &str, path: &str) -> Value {
        body(self.api(Method::GET, org, path), 200).await
    }

    /// Makes a job with a key of its own.
    pub async fn make_job(&self, org: &str, job: Value) -> Value {
        let key = job.to_string();
        self.post_job(org, &key, job, 201).await
    }

    pub async fn post_job(&self, org: &str, key: &str, job: Value, status: u16) -> Value {
        let request = self
            .api(Method::POST, org, "/jobs")
            .header("Idempotency-Key", key)
            .json(&json!({ "job": job }));
        body(request, status).await["job"].take()
    }

    pub async fn patch_job(&self, org: &str, id: &str, job: Value) -> Value {
        let request = self
            .api(Method::PATCH, org, &format!("/jobs/{id}"))
            .json(&json!({ "job": job }));
        body(request, 200).await["job"].take()
    }

    /// Uploads to `path`, such as `/jobs/1/images/2`.
    pub fn put_file(
        &self,
        path: &str,
        part: &'static str,
        about: &Value,
        file: &[u8],
    ) -> RequestBuilder {
        let about = Part::text(about.to_string())
            .mime_str("application/json")
            .unwrap();
        let file = Part::bytes(file.to_vec())
            .file_name("photo.jpg")
            .mime_str("image/jpeg")
            .unwrap();
        let form = Form::new().part(part, about).part("file", file);
        self.api(Method::PUT, RIDGELINE, path).multipart(form)
    }

    /// Waits until `look` answers with something.
    pub async fn wait_for<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The answer's JSON, after checking its status.
pub async fn body(request: RequestBuilder, status: u16) -> Value {
    let response = request.send().await.unwrap();
    let url = response.url().clone();
    let actual = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(actual, status, "{url}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// What is wrong, according to a 422.
pub async fn complaints(request: RequestBuilder) -> Vec<String> {
    let errors = body(request, 422).await["errors"].take();
    serde_json::from_value(errors).unwrap()
}

/// The ids of a list's items.
pub fn ids(list: &Value) -> Vec<&str> {
    let items = list.as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

/// A job with nothing but its names.
pub fn named(name: &str) -> Value {
    json!({ "name": name, "customer_name": name })
}

/// A response header as text.
pub fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}
