//! What the earlier integration left behind.

use companycam_simulator::Simulator as CompanyCam;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, RIDGELINE, body};
use crate::receiver::Receiver;

const PROJECTS: usize = 10;

/// Three years of projects, some of whose photos were annotated since.
async fn companycam(client: &Client) -> CompanyCam {
    let companycam = CompanyCam::spawn(companycam_simulator::Options {
        projects: PROJECTS,
        photos: 60,
        photo_bytes: Some(30_000),
        days: 3 * 365,
        ..companycam_simulator::Options::default()
    })
    .await
    .unwrap();
    let state = state_of(client, &companycam).await;
    for photo in state["photos"].as_array().unwrap().iter().take(5) {
        let id = photo["id"].as_str().unwrap();
        let url = format!("{}/_sim/photos/{id}/annotate", companycam.origin);
        body(client.http.post(url), 204).await;
    }
    companycam
}

async fn state_of(client: &Client, companycam: &CompanyCam) -> Value {
    let url = format!("{}/_sim/state", companycam.origin);
    body(client.http.get(url), 200).await
}

fn all<'a>(jobs: &'a [&Value], files: &str) -> Vec<&'a Value> {
    jobs.iter()
        .flat_map(|job| job[files].as_array().unwrap())
        .collect()
}

#[tokio::test]
async fn b31_each_project_has_a_job_with_copies_under_companycams_ids() {
    let client = Client::spawn().await;
    let receiver = Receiver::spawn().await;
    receiver.subscribe(&client, RIDGELINE).await;
    let companycam = companycam(&client).await;
    let made = client
        .simulator
        .seed_earlier_integration(RIDGELINE, &companycam.origin)
        .await
        .unwrap();
    let state = client.simulator.state(RIDGELINE).unwrap();
    let jobs = state["jobs"].as_array().unwrap();
    let jobs: Vec<&Value> = jobs
        .iter()
        .filter(|job| made.iter().any(|id| job["id"] == json!(id)))
        .collect();
    // An archived one and two old ones are there besides.
    assert_eq!(jobs.len(), PROJECTS + 3);
    assert!(
        jobs.iter()
            .all(|job| job["metadata"]["cc_project_id"].is_string())
    );
    let counted = |wanted: &dyn Fn(&Value) -> bool| jobs.iter().filter(|job| wanted(job)).count();
    assert_eq!(counted(&|job| job["worked_on"] == true), jobs.len() / 2);
    let with_company = counted(&|job| job["metadata"]["cc_company_id"].is_string());
    assert_eq!(with_company, jobs.len().div_ceil(2));
    let times: Vec<&str> = jobs
        .iter()
        .map(|job| job["created_at"].as_str().unwrap())
        .collect();
    let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(first[..4] < last[..4], "{first}, {last}");

    let originals = state_of(&client, &companycam).await;
    let original = |image: &Value| {
        let photos = originals["photos"].as_array().unwrap();
        let id = &image["metadata"]["cc_image_id"];
        photos
            .iter()
            .find(|photo| photo["id"] == *id)
            .unwrap()
            .clone()
    };
    let images = all(&jobs, "images");
    assert_eq!(images.len(), 60);
    let stale = |image: &&&Value| original(image)["md5"] != image["md5"];
    assert_eq!(images.iter().filter(stale).count(), 5);
    for image in &images {
        let id = image["metadata"]["cc_image_id"].as_str().unwrap();
        assert_eq!(image["external_id"], json!(null));
        assert_eq!(image["name"], format!("CompanyCam Image-{id}.jpg"));
    }
    assert!(images.iter().any(|image| image["deleted"] == true));
    for document in all(&jobs, "documents") {
        let id = document["metadata"]["cc_document_id"].as_str().unwrap();
        assert_eq!(document["md5"], originals_md5(&originals, id));
    }
    let stats = body(client.control(Method::GET, "/stats"), 200).await;
    assert_eq!(stats["webhooks"]["pending"], 0);
    assert!(receiver.received().is_empty());
}

fn originals_md5(originals: &Value, id: &str) -> Value {
    let documents = originals["documents"].as_array().unwrap();
    let found = documents.iter().find(|document| document["id"] == id);
    found.unwrap()["md5"].clone()
}

#[tokio::test]
async fn b31_the_control_route_does_the_same_or_says_what_is_wrong() {
    let client = Client::spawn().await;
    let companycam = companycam(&client).await;
    let path = format!("/organizations/{RIDGELINE}/earlier_integration");
    let seed = |origin: &str| {
        let request = client.control(Method::POST, &path);
        request.json(&json!({ "companycam": origin }))
    };
    let made = body(seed(&companycam.origin), 201).await;
    assert_eq!(made["jobs"].as_array().unwrap().len(), PROJECTS + 3);
    let nowhere = body(seed("http://127.0.0.1:9"), 422).await;
    let problem = nowhere["errors"][0].as_str().unwrap();
    assert!(problem.contains("Failed to read http://127.0.0.1:9"));
}
