//! Both simulators with something of every kind in them, and the settings to ask them.

use std::time::Duration;

use companycam_simulator::{Options, Simulator as CompanyCam};
use contract_check::{CompanyCamSettings, OneClickSettings, Report, Settings, check};
use one_click_simulator::Simulator as OneClick;
use reqwest::header::HeaderValue;
use serde_json::json;
use url::Url;

use crate::stand_in::{self, Twist};

pub const ORGANIZATION: &str = "org_ridgeline";
const WEBHOOK_TOKEN: &str = "a-token-of-a-webhook";
/// Never waited for, since the simulators answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A CompanyCam as `make simulators` seeds it, with a webhook.
pub async fn companycam() -> CompanyCam {
    companycam_with(Options::default()).await
}

/// The same with photos that are quickly drawn: fewer than a page of them.
pub fn few_photos() -> Options {
    Options {
        photos: 40,
        photo_bytes: Some(20_000),
        ..Options::default()
    }
}

pub async fn companycam_with(options: Options) -> CompanyCam {
    let simulator = CompanyCam::spawn(options).await.unwrap();
    let webhook = json!({
        "url": "https://integration.example/webhooks/companycam/1",
        "scopes": ["project.created"],
        "enabled": true,
        "token": WEBHOOK_TOKEN,
    });
    let request = reqwest::Client::new()
        .post(format!("{}/v2/webhooks", simulator.origin))
        .bearer_auth(simulator.token())
        .json(&webhook);
    assert_eq!(request.send().await.unwrap().status(), 201);
    simulator.controls.clear_requests();
    simulator
}

pub fn companycam_settings(simulator: &CompanyCam, api: &str) -> CompanyCamSettings {
    CompanyCamSettings {
        api: Url::parse(&format!("{api}/v2")).unwrap(),
        app: Url::parse(&simulator.origin).unwrap(),
        photo_hosts: simulator.origin.clone(),
        authorization: bearer(simulator.token()),
    }
}

/// A seeded One Click with two jobs of other days, an image and a document.
pub async fn one_click() -> OneClick {
    let simulator = OneClick::spawn(one_click_simulator::Options::default())
        .await
        .unwrap();
    let http = reqwest::Client::new();
    let jobs = format!(
        "{}/_sim/organizations/{ORGANIZATION}/jobs",
        simulator.origin
    );
    let mut made = String::new();
    for (name, days) in [("Deck", 3), ("Roof", 2)] {
        let day = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
        let job = json!({"job": {
            "name": name, "customer_name": format!("Robin {name}"),
            "email": "robin@customer.example",
            "address": {"line_1": format!("{days} Alder Way"), "postal_code": "68508"},
            "metadata": {"cc_project_id": format!("90{days}")},
        }, "updated_at": day.to_string()});
        let answer = http.post(&jobs).json(&job).send().await.unwrap();
        let job: serde_json::Value = answer.json().await.unwrap();
        job["job"]["id"].as_str().unwrap().clone_into(&mut made);
    }
    for (one, many) in [("image", "images"), ("document", "documents")] {
        let description = json!({"name": format!("{one}.jpg"), "version": 1}).to_string();
        let form = reqwest::multipart::Form::new()
            .text(one, description)
            .text("file", "bytes");
        let path = format!("v1/organizations/{ORGANIZATION}/jobs/{made}/{many}/801");
        let request = http
            .put(format!("{}/{path}", simulator.origin))
            .bearer_auth(&simulator.api_token)
            .multipart(form);
        assert_eq!(request.send().await.unwrap().status(), 201);
    }
    simulator.controls().clear_requests();
    simulator
}

pub fn one_click_settings(simulator: &OneClick, origin: &str) -> OneClickSettings {
    OneClickSettings {
        api: Url::parse(origin).unwrap(),
        app: Url::parse(origin).unwrap(),
        organization: ORGANIZATION.to_owned(),
        authorization: bearer(&simulator.api_token),
    }
}

fn bearer(token: &str) -> HeaderValue {
    HeaderValue::try_from(format!("Bearer {token}")).unwrap()
}

pub async fn ask(
    companycam: Option<CompanyCamSettings>,
    one_click: Option<OneClickSettings>,
) -> Report {
    let settings = Settings {
        companycam,
        one_click,
        timeout: PATIENCE,
    };
    check(&settings).await
}

/// What is contradicted by a CompanyCam with that twist.
pub async fn companycam_twisted(twist: Twist) -> Vec<&'static str> {
    twisted(few_photos(), twist).await
}

/// The same with more photos than a page has.
pub async fn companycam_with_pages_twisted(twist: Twist) -> Vec<&'static str> {
    twisted(Options::default(), twist).await
}

async fn twisted(options: Options, twist: Twist) -> Vec<&'static str> {
    let simulator = companycam_with(options).await;
    let stand_in = stand_in::serve(&simulator.origin, twist).await;
    let settings = companycam_settings(&simulator, &stand_in.origin);
    contradicted(&ask(Some(settings), None).await)
}

/// What is contradicted by a One Click with that twist.
pub async fn one_click_twisted(twist: Twist) -> Vec<&'static str> {
    let simulator = one_click().await;
    let stand_in = stand_in::serve(&simulator.origin, twist).await;
    let settings = one_click_settings(&simulator, &stand_in.origin);
    let report = ask(None, Some(settings)).await;
    assert!(!report.to_string().contains(&simulator.api_token));
    contradicted(&report)
}

fn contradicted(report: &Report) -> Vec<&'static str> {
    assert_tells_nothing(report);
    let contradicted = report.contradicted();
    assert_eq!(report.exit_code(), u8::from(!contradicted.is_empty()));
    contradicted
}

/// No report holds a token or anything of a customer, whatever it is about.
pub fn assert_tells_nothing(report: &Report) {
    let text = report.to_string();
    for secret in [
        "cc-personal-",
        WEBHOOK_TOKEN,
        "integration.example",
        "@",
        "Ridgeline",
        "Pat ",
        "Roof replacement",
        "Street",
        "Front elevation",
        "Robin",
        "Alder",
        "usr_",
        "job_",
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
