//! The simulator keeps what `docs/one-click.openapi.yaml` promises: each operation with each of
//! its answers is provoked and validated.

use std::collections::BTreeSet;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::client::{Client, RIDGELINE, named};
use crate::document::Document;
use crate::receiver::Receiver;

/// Sends requests and holds each answer against the document.
struct Examiner {
    client: Client,
    document: Document,
    seen: BTreeSet<String>,
}

impl Examiner {
    async fn new() -> Self {
        Self {
            client: Client::spawn().await,
            document: Document::read(),
            seen: BTreeSet::new(),
        }
    }

    /// Sends a request that conforms, if its body is to be checked, and expects a status.
    async fn send(&mut self, request: RequestBuilder, status: u16) -> Value {
        let request = request.build().unwrap();
        let method = request.method().to_string();
        let path = request.url().path().strip_prefix("/v1").unwrap().to_owned();
        if let Some(body) = request.body().and_then(reqwest::Body::as_bytes)
            && (200..300).contains(&status)
        {
            let body = serde_json::from_slice(body).unwrap();
            self.document.check_request(&method, &path, None, &body);
        }
        let response = self.client.http.execute(request).await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        let headers = response.headers().clone();
        let headers: Vec<&str> = headers.keys().map(axum::http::HeaderName::as_str).collect();
        let body = response.text().await.unwrap();
        let outcome = self
            .document
            .check_answer((&method, &path), (status, &body), &headers);
        self.seen.insert(outcome);
        serde_json::from_str(&body).unwrap_or(Value::Null)
    }

    fn api(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.api(method, RIDGELINE, path)
    }

    async fn get(&mut self, path: &str) -> Value {
        self.send(self.api(Method::GET, path), 200).await
    }

    async fn json(&mut self, method: Method, path: &str, body: Value, status: u16) -> Value {
        self.send(self.api(method, path).json(&body), status).await
    }

    async fn post_job(&mut self, key: &str, job: Value, status: u16) -> Value {
        let request = self
            .api(Method::POST, "/jobs")
            .header("Idempotency-Key", key);
        self.send(request.json(&json!({ "job": job })), status)
            .await
    }

    async fn put_file(&mut self, path: &str, part: &'static str, about: Value, status: u16) {
        if status < 300 {
            let full = format!("/organizations/{RIDGELINE}{path}");
            self.document
                .check_request("PUT", &full, Some(part), &about);
        }
        self.send(self.client.put_file(path, part, &about, b"bytes"), status)
            .await;
    }
}

#[tokio::test]
async fn every_answer_is_as_the_document_says() {
    let mut examiner = Examiner::new().await;
    let full_job = json!({
        "name": "Roof", "customer_name": "Customer", "email": "c@customers.example",
        "phones": [{ "name": "Mobile", "number": "1" }],
        "address": { "line_1": "1 Elm Court", "line_2": null, "city": "Omaha", "state": "NE", "postal_code": "68102" },
        "assigned_user_id": "usr_casey", "additional_user_ids": ["usr_devon"],
        "created_by_user_id": null, "status": "sold",
        "metadata": { "cc_project_id": "1" },
    });

    examiner.get("").await;
    examiner.get("/users").await;
    examiner
        .get("/jobs?per_page=2&updated_since=2020-01-01T00:00:00Z")
        .await;
    let job = examiner.post_job("full", full_job.clone(), 201).await;
    examiner.post_job("full", full_job, 200).await;
    examiner.post_job("bare", named("Bare"), 201).await;
    let id = job["job"]["id"].as_str().unwrap().to_owned();
    let job = format!("/jobs/{id}");
    examiner.get(&job).await;
    let change = json!({ "job": { "email": null, "metadata": { "cc_project_id": null } } });
    examiner.json(Method::PATCH, &job, change, 200).await;
    examiner.get("/jobs").await;

    for (one, many) in [("image", "images"), ("document", "documents")] {
        let path = format!("{job}/{many}/900");
        let about = json!({
            "name": "a.jpg", "content_type": "image/jpeg", "caption": "c", "tags": ["t"],
            "captured_at": "2026-02-03T04:05:06Z", "captured_by": "Casey Lund", "version": 2,
            "metadata": { "cc_image_id": "900" },
        });
        examiner.put_file(&path, one, about.clone(), 201).await;
        examiner.put_file(&path, one, about, 200).await;
        let bare = json!({ "name": "b.jpg", "version": 1 });
        examiner
            .put_file(&format!("{job}/{many}/901"), one, bare, 201)
            .await;
        let change = json!({ one: { "caption": null, "version": 3 } });
        examiner.json(Method::PATCH, &path, change, 200).await;
        adopt(&mut examiner, &id, (one, many)).await;
        examiner.get(&format!("{job}/{many}?per_page=1")).await;
        examiner
            .send(examiner.api(Method::DELETE, &path), 204)
            .await;
        examiner.get(&format!("{job}/{many}")).await;
    }

    let webhook = json!({ "webhook": {
        "url": "http://127.0.0.1:9/", "username": "u", "password": "p", "events": ["job.created"],
    } });
    examiner
        .json(Method::PUT, "/webhooks/companycam", webhook, 200)
        .await;
    examiner
        .send(examiner.api(Method::DELETE, "/webhooks/companycam"), 204)
        .await;
    for card in [
        json!({ "state": "connected" }),
        json!({ "state": "disconnected", "message": "m", "attention": 2 }),
    ] {
        let body = json!({ "integration": card });
        examiner
            .json(Method::PUT, "/integrations/companycam", body, 200)
            .await;
    }

    refuse_invalid_requests(&mut examiner, &job).await;
    refuse_everything_else(&mut examiner, &job).await;

    delete_jobs(&mut examiner, &id).await;

    let promised = examiner.document.outcomes();
    let missing: Vec<&String> = promised.difference(&examiner.seen).collect();
    assert!(missing.is_empty(), "promised but never seen: {missing:#?}");
}

/// One of another origin gets an external id, and another is refused it.
async fn adopt(examiner: &mut Examiner, job: &str, (one, many): (&str, &str)) {
    let mut added = Vec::new();
    for _ in 0..2 {
        let body = json!({ one: { "name": "CompanyCam Image-7.jpg" }, "content": "" });
        let path = format!("/organizations/{RIDGELINE}/jobs/{job}/{many}");
        let request = examiner.client.control(Method::POST, &path).json(&body);
        added.push(crate::client::body(request, 201).await[one].take());
    }
    examiner.get(&format!("/jobs/{job}/{many}")).await;
    let body = json!({ one: { "external_id": "7" } });
    for (added, status) in added.iter().zip([200, 409]) {
        let id = added["id"].as_str().unwrap();
        let path = format!("/jobs/{job}/{many}/id:{id}");
        let answer = examiner.json(Method::PATCH, &path, body.clone(), status);
        answer.await;
        examiner
            .json(Method::PATCH, &path, json!({ one: {} }), 422)
            .await;
    }
}

/// One that a person worked on is refused.
async fn delete_jobs(examiner: &mut Examiner, id: &str) {
    let work = format!("/organizations/{RIDGELINE}/jobs/{id}/work");
    let untouched = examiner
        .post_job("untouched", named("Untouched"), 201)
        .await;
    let untouched = untouched["job"]["id"].as_str().unwrap();
    let request = examiner.api(Method::DELETE, &format!("/jobs/{untouched}"));
    examiner.send(request, 204).await;
    let note = examiner.client.control(Method::POST, &work);
    crate::client::body(note.json(&json!({ "kind": "note" })), 204).await;
    let request = examiner.api(Method::DELETE, &format!("/jobs/{id}"));
    examiner.send(request, 409).await;
}

async fn refuse_invalid_requests(examiner: &mut Examiner, job: &str) {
    for list in [
        "/users",
        "/jobs",
        &format!("{job}/images"),
        &format!("{job}/documents"),
    ] {
        let request = examiner.api(Method::GET, &format!("{list}?page=0"));
        examiner.send(request, 422).await;
    }
    for query in ["updated_since=yesterday", "color=blue", "metadata[]=1"] {
        let request = examiner.api(Method::GET, &format!("/jobs?{query}"));
        examiner.send(request, 422).await;
    }
    examiner.post_job("invalid", json!({}), 422).await;
    let stranger = json!({ "job": { "assigned_user_id": "usr_harper" } });
    examiner.json(Method::PATCH, job, stranger, 422).await;
    for (one, many) in [("image", "images"), ("document", "documents")] {
        let path = format!("{job}/{many}/901");
        examiner.put_file(&path, one, json!({}), 422).await;
        examiner
            .json(
                Method::PATCH,
                &path,
                json!({ one: { "version": "new" } }),
                422,
            )
            .await;
    }
    let webhook = json!({ "webhook": { "url": "ftp://x", "events": ["job.sold"] } });
    examiner
        .json(Method::PUT, "/webhooks/companycam", webhook, 422)
        .await;
    let card = json!({ "integration": { "state": "thinking" } });
    examiner
        .json(Method::PUT, "/integrations/companycam", card, 422)
        .await;
}

/// The refusals that do not depend on what a request says. 403, 409, 429 and 5xx are never the
/// simulator's own; faults produce them.
async fn refuse_everything_else(examiner: &mut Examiner, job: &str) {
    let operations = [
        (Method::GET, String::new()),
        (Method::GET, "/users".to_owned()),
        (Method::GET, "/jobs".to_owned()),
        (Method::POST, "/jobs".to_owned()),
        (Method::GET, job.to_owned()),
        (Method::PATCH, job.to_owned()),
        (Method::DELETE, job.to_owned()),
        (Method::GET, format!("{job}/images")),
        (Method::PUT, format!("{job}/images/900")),
        (Method::PATCH, format!("{job}/images/900")),
        (Method::PATCH, format!("{job}/images/id:img_1")),
        (Method::DELETE, format!("{job}/images/900")),
        (Method::GET, format!("{job}/documents")),
        (Method::PUT, format!("{job}/documents/900")),
        (Method::PATCH, format!("{job}/documents/900")),
        (Method::PATCH, format!("{job}/documents/id:doc_1")),
        (Method::DELETE, format!("{job}/documents/900")),
        (Method::PUT, "/webhooks/companycam".to_owned()),
        (Method::DELETE, "/webhooks/companycam".to_owned()),
        (Method::PUT, "/integrations/companycam".to_owned()),
    ];
    for (method, path) in operations {
        let url = format!(
            "{}/v1/organizations/{RIDGELINE}{path}",
            examiner.client.simulator.origin
        );
        let unauthorized = examiner.client.http.request(method.clone(), url);
        examiner.send(unauthorized, 401).await;

        let unknown = examiner.client.api(method.clone(), "org_unknown", &path);
        examiner.send(prepare(unknown, &method), 404).await;

        for status in [403, 409, 429, 503] {
            let writes_once = matches!(method, Method::POST | Method::PATCH)
                || (method == Method::PUT && path.starts_with("/jobs"));
            if status == 409 && !writes_once {
                continue;
            }
            let fault = json!({ "path": "/v1/*", "action": {
                "status": status, "headers": { "retry-after": "2" },
                "body": "{\"errors\": [\"Not now\"]}",
            } });
            let response = examiner
                .client
                .control(Method::POST, "/faults")
                .json(&fault)
                .send();
            assert_eq!(response.await.unwrap().status(), 204);
            examiner
                .send(examiner.api(method.clone(), &path), status)
                .await;
        }
    }
}

/// What a request needs for its organization to be looked at.
fn prepare(request: RequestBuilder, method: &Method) -> RequestBuilder {
    match *method {
        Method::POST => request
            .header("Idempotency-Key", "unknown")
            .json(&json!({})),
        Method::PUT | Method::PATCH => request.json(&json!({})),
        _ => request,
    }
}

#[tokio::test]
async fn events_are_as_the_document_says() {
    let client = Client::spawn().await;
    let receiver = Receiver::spawn().await;
    receiver.subscribe(&client, RIDGELINE).await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let id = job["id"].as_str().unwrap();
    let change = json!({ "status": "sold", "assigned_user_id": "usr_devon" });
    client.patch_job(RIDGELINE, id, change).await;
    let path = format!("/organizations/org_ridgeline/jobs/{id}");
    let deleted = client.control(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    let document = Document::read();
    for delivery in receiver.wait(&client, 4).await {
        document.check_component("JobEvent", &delivery.event);
    }
}

#[tokio::test]
async fn launch_tokens_are_as_the_document_says() {
    let client = Client::spawn().await;
    let token = client
        .simulator
        .launch_token(RIDGELINE, "usr_avery")
        .unwrap();
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&token)
        .unwrap()
        .claims;
    Document::read().check_component("LaunchToken", &claims);
}
