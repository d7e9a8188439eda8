//! A simulator and a client of it.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "helpers of several test files, each using some"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Json, State};
use companycam_simulator::{Options, Simulator};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use simulator_kit::{Bound, Server};

pub struct TestSimulator {
    pub simulator: Simulator,
    pub http: Client,
}

pub async fn spawn(options: Options) -> TestSimulator {
    let simulator = Simulator::spawn(options).await.unwrap();
    let http = Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    TestSimulator { simulator, http }
}

impl TestSimulator {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.origin)
    }

    pub fn with_token(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.http
            .request(method, self.url(&format!("/v2{path}")))
            .bearer_auth(token)
    }

    /// An API request with the personal access token.
    pub fn api(&self, method: Method, path: &str) -> RequestBuilder {
        self.with_token(method, path, self.simulator.token())
    }

    pub async fn get(&self, path: &str) -> Response {
        self.api(Method::GET, path).send().await.unwrap()
    }

    pub async fn list(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// A control request; the answer's JSON, or null if it has none.
    pub async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self
            .http
            .request(method, self.url(&format!("/_sim{path}")))
            .json(&body)
            .send();
        let answer = answer.await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        answer.json().await.unwrap_or_default()
    }

    pub async fn add_project(&self, body: Value) -> String {
        let added = self.control(Method::POST, "/projects", body).await;
        added["id"].as_str().unwrap().to_owned()
    }

    pub async fn add_photo(&self, body: Value) -> String {
        let added = self.control(Method::POST, "/photos", body).await;
        added["id"].as_str().unwrap().to_owned()
    }

    /// A code for the redirect address, as the administrator would allow it.
    pub async fn code(&self, extra: &str) -> String {
        let url = self.url(&format!(
            "/oauth/authorize?client_id=companycam-client&response_type=code&state=s1\
             &redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&{extra}"
        ));
        let body = json!({"url": url, "email": "avery.stone@ridgeline.example", "allow": true});
        let answer = self.control(Method::POST, "/authorize", body).await;
        let location = reqwest::Url::parse(answer["location"].as_str().unwrap()).unwrap();
        location
            .query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned()
    }

    pub async fn token(&self, form: &[(&str, &str)]) -> Response {
        let mut all = vec![
            ("client_id", "companycam-client"),
            ("client_secret", "companycam-secret"),
            ("redirect_uri", "http://127.0.0.1/back"),
        ];
        all.extend(form);
        self.http
            .post(self.url("/oauth/token"))
            .form(&all)
            .send()
            .await
            .unwrap()
    }
}

/// Signs the administrator in to the web application; the cookie.
pub async fn sign_in(test: &TestSimulator) -> String {
    sign_in_as(test, "avery.stone@ridgeline.example").await
}

pub async fn sign_in_as(test: &TestSimulator, email: &str) -> String {
    let form = [("email", email), ("password", "x")];
    let request = test.http.post(test.url("/sign_in")).form(&form);
    let answer = request.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// Posts a form; where it leads.
pub async fn submit(
    test: &TestSimulator,
    cookie: &str,
    path: &str,
    form: &[(&str, &str)],
) -> String {
    let request = test.http.post(test.url(path)).header("Cookie", cookie);
    let answer = request.form(form).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{path}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// A page's source.
pub async fn read(test: &TestSimulator, cookie: &str, path: &str) -> String {
    let request = test.http.get(test.url(path)).header("Cookie", cookie);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// Takes every delivery, and keeps it.
pub struct Receiver {
    received: Arc<Mutex<Vec<Value>>>,
    _server: Server,
}

impl Receiver {
    pub async fn subscribe(test: &TestSimulator, scopes: &[&str]) -> Self {
        let received: Arc<Mutex<Vec<Value>>> = Arc::default();
        let keep = async |State(kept): State<Arc<Mutex<Vec<Value>>>>, Json(body): Json<Value>| {
            kept.lock().unwrap().push(body);
        };
        let router = Router::new().fallback(keep).with_state(received.clone());
        let server = Bound::bind(0).await.unwrap().serve(router);
        let body = json!({"url": server.origin, "token": "chosen", "enabled": true,
                          "scopes": scopes});
        let created = test.api(Method::POST, "/webhooks").json(&body).send().await;
        assert_eq!(created.unwrap().status(), 201);
        Self {
            received,
            _server: server,
        }
    }

    /// The deliveries' bodies, in the order they came.
    pub fn received(&self) -> Vec<Value> {
        self.received.lock().unwrap().clone()
    }
}

/// Asks again until the condition holds; a test that hangs here fails by its runner's limit.
pub async fn until<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    while !condition().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
