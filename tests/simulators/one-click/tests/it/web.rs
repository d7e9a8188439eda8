//! The web application, as a browser without JavaScript uses it.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::client::{Client, HARBOR, RIDGELINE, body, header, named};

pub struct Browser<'a> {
    client: &'a Client,
    cookie: String,
}

impl<'a> Browser<'a> {
    pub async fn sign_in(client: &'a Client, org: &str, user: &str) -> Self {
        let url = format!("{}/sign_in", client.simulator.origin);
        let request = client.http.post(url).form(&[("org", org), ("user", user)]);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 303);
        let cookie = header(&response, "set-cookie").split(';').next().unwrap();
        Self {
            client,
            cookie: cookie.to_owned(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.client.simulator.origin);
        self.client
            .http
            .request(method, url)
            .header("Cookie", &self.cookie)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn text(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    /// Submits a form; the address the browser is sent to.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> String {
        let response = self
            .request(Method::POST, path)
            .form(form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 303, "{path}");
        header(&response, "location").to_owned()
    }
}

async fn report(client: &Client, state: &str, message: Value) {
    let body_json = json!({ "integration": { "state": state, "message": message } });
    let request = client.api(Method::PUT, RIDGELINE, "/integrations/companycam");
    body(request.json(&body_json), 200).await;
}

#[tokio::test]
async fn without_session_everything_leads_to_sign_in() {
    let client = Client::spawn().await;
    for path in [
        "/",
        "/jobs",
        "/jobs/job_1001/photos",
        "/jobs/job_1001/images/1",
        "/administration",
    ] {
        let url = format!("{}{path}", client.simulator.origin);
        let response = client.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 303, "{path}");
        assert_eq!(header(&response, "location"), "/sign_in");
    }
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    browser.text("/").await;
    browser.post("/sign_out", &[]).await;
    assert_eq!(browser.get("/").await.status(), 303);
}

#[tokio::test]
async fn b1_only_an_administrator_sees_administration() {
    let client = Client::spawn().await;
    client
        .simulator
        .set_integration_url("https://integration.example");
    let seller = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    assert!(!seller.text("/").await.contains("Administration"));
    for path in [
        "/administration",
        "/administration/integrations",
        "/administration/integrations/companycam",
    ] {
        assert_eq!(seller.get(path).await.status(), 403, "{path}");
    }
    let administrator = Browser::sign_in(&client, RIDGELINE, "usr_avery").await;
    assert!(administrator.text("/").await.contains("Administration"));
    let users = administrator.text("/administration/users").await;
    assert!(users.contains("gray.novak@ridgeline.example"));
}

#[tokio::test]
async fn b1_the_companycam_tile_leads_to_the_integration_with_a_fresh_token() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_avery").await;
    let tile = "/administration/integrations/companycam";
    let page = browser.text("/administration/integrations").await;
    assert!(!page.contains(tile), "no link before the address is known");

    let url = json!({ "url": "http://127.0.0.1:9/stage/" });
    body(
        client.control(Method::POST, "/integration-url").json(&url),
        204,
    )
    .await;
    let connect = "http://127.0.0.1:9/stage/companycam/connect?launch=";
    let settings = "http://127.0.0.1:9/stage/companycam/settings?launch=";
    for (state, words, target) in [
        (None, "Not connected", connect),
        (Some("connected"), "Connected", settings),
        (Some("needs_reconnecting"), "Needs reconnecting", settings),
        (Some("disconnected"), "Disconnected", connect),
    ] {
        if let Some(state) = state {
            report(&client, state, json!("Signed <out>")).await;
        }
        let page = browser.text("/administration/integrations").await;
        assert!(page.contains(&format!(">{words}</span>")), "{page}");
        assert_eq!(page.contains("Signed &lt;out&gt;"), state.is_some());
        let opened = browser.get(tile).await;
        let policy = header(&opened, "referrer-policy");
        assert_eq!(policy, "strict-origin-when-cross-origin");
        let location = header(&opened, "location").to_owned();
        assert!(location.starts_with(target), "{location}");
        assert_ne!(header(&browser.get(tile).await, "location"), location);
    }
}

/// A job made in the web application; its address there.
async fn made_job(browser: &Browser<'_>) -> String {
    let form = [
        ("customer_name", "Smith & Sons"),
        ("name", "New <roof>"),
        ("status", "open"),
        ("email", ""),
        ("phone_name", "Mobile"),
        ("phone_number", "1"),
        ("phone_name", ""),
        ("phone_number", ""),
        ("line_1", "1 Elm Court"),
        ("assigned_user_id", ""),
    ];
    browser.post("/jobs", &form).await
}

#[tokio::test]
async fn a_job_is_created_and_found() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let path = made_job(&browser).await;
    let made = client.get(RIDGELINE, &path).await["job"].take();
    assert_eq!(made["created_by_user_id"], "usr_blake");
    assert_eq!(made["email"], json!(null));
    assert_eq!(made["phones"], json!([{ "name": "Mobile", "number": "1" }]));
    assert!(browser.text(&path).await.contains("New &lt;roof&gt;"));
    assert!(
        browser
            .text("/jobs?q=sons+ELM")
            .await
            .contains("Smith &amp; Sons")
    );
    assert!(
        !browser
            .text("/jobs?q=sons+oak")
            .await
            .contains("Smith &amp; Sons")
    );
}

#[tokio::test]
async fn a_job_is_edited_reassigned_and_deleted() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let path = made_job(&browser).await;
    let id = path.strip_prefix("/jobs/").unwrap();
    let blank = [("customer_name", "Smith"), ("name", ""), ("status", "open")];
    let refused = browser
        .request(Method::POST, &path)
        .form(&blank)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 422);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("name can't be blank")
    );

    browser.text(&format!("{path}/edit")).await;
    let edit = [
        ("customer_name", "Smith"),
        ("name", "Roof"),
        ("status", "sold"),
        ("phone_name", "Home"),
        ("phone_number", "2"),
    ];
    browser.post(&path, &edit).await;
    browser
        .post(
            &format!("{path}/assign"),
            &[("assigned_user_id", "usr_devon")],
        )
        .await;
    let after = client.get(RIDGELINE, &path).await["job"].take();
    assert_eq!(after["status"], "sold");
    assert_eq!(after["phones"], json!([{ "name": "Home", "number": "2" }]));
    assert_eq!(after["assigned_user_id"], "usr_devon");

    browser.post(&format!("{path}/delete"), &[]).await;
    body(
        client.api(Method::GET, RIDGELINE, &format!("/jobs/{id}")),
        404,
    )
    .await;
}

#[tokio::test]
async fn b15_the_photos_tab_shows_pictures_and_what_is_known_of_them() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    assert!(
        browser
            .text(&format!("{path}/photos"))
            .await
            .contains("No photos yet.")
    );

    let about = json!({
        "name": "CompanyCam Image-a/1.jpg", "caption": "North side", "tags": ["before"],
        "captured_at": "2026-02-03T04:05:06Z", "captured_by": "Casey Lund", "version": 7,
    });
    body(
        client.put_file(&format!("{path}/images/a%2F1"), "image", &about, b"picture"),
        201,
    )
    .await;
    let page = browser.text(&format!("{path}/photos")).await;
    for shown in [
        "North side",
        "before",
        "Feb 3, 2026, 04:05 UTC",
        "Casey Lund",
        "loading=\"lazy\"",
        "Photos (1)",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let image = format!("{path}/images/a%2F1");
    assert!(
        page.contains(&format!("<img src=\"{image}?version=7\"")),
        "{page}"
    );
    let bytes = browser.get(&image).await;
    assert_eq!(header(&bytes, "content-type"), "image/jpeg");
    assert_eq!(bytes.bytes().await.unwrap(), "picture");

    let stranger = Browser::sign_in(&client, HARBOR, "usr_harper").await;
    assert_eq!(stranger.get(&image).await.status(), 404);
    assert_eq!(stranger.get(&format!("{path}/photos")).await.status(), 404);

    browser.post(&format!("{image}/delete"), &[]).await;
    assert_eq!(browser.get(&image).await.status(), 404);
    assert!(
        browser
            .text(&format!("{path}/photos"))
            .await
            .contains("No photos yet.")
    );
}

#[tokio::test]
async fn b16_documents_are_downloads() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let about = json!({ "name": "Plan.html", "content_type": "text/html", "version": 1 });
    let document = format!("{path}/documents/5");
    body(
        client.put_file(&document, "document", &about, b"<script>"),
        201,
    )
    .await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    assert!(
        browser
            .text(&format!("{path}/documents"))
            .await
            .contains("Plan.html")
    );
    let response = browser.get(&document).await;
    assert_eq!(header(&response, "content-disposition"), "attachment");
    assert_eq!(
        header(&response, "content-type"),
        "application/octet-stream"
    );
}
