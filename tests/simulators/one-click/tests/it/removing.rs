//! Deleting a job by the API: only what no person has worked on; and who else is on a job.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, HARBOR, RIDGELINE, body, complaints, ids, named};
use crate::receiver::Receiver;
use crate::web::Browser;

async fn delete(client: &Client, job: &Value, status: u16) -> Value {
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    body(client.api(Method::DELETE, RIDGELINE, &path), status).await
}

fn control_path(job: &Value) -> String {
    format!(
        "/organizations/{RIDGELINE}/jobs/{}",
        job["id"].as_str().unwrap()
    )
}

#[tokio::test]
async fn b40_a_job_that_only_the_api_wrote_is_deleted() {
    let client = Client::spawn().await;
    let receiver = Receiver::spawn().await;
    receiver.subscribe(&client, RIDGELINE).await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let id = job["id"].as_str().unwrap();
    client
        .patch_job(RIDGELINE, id, json!({ "status": "sold" }))
        .await;
    delete(&client, &job, 204).await;
    delete(&client, &job, 404).await;
    let listed = client.get(RIDGELINE, "/jobs").await;
    assert!(!ids(&listed["jobs"]).contains(&id));
    let events = receiver.wait(&client, 3).await;
    assert!(
        events
            .iter()
            .any(|delivery| delivery.event["event"] == "job.deleted")
    );
    let theirs = format!("/jobs/{id}");
    body(client.api(Method::DELETE, HARBOR, &theirs), 404).await;
}

#[tokio::test]
async fn b40_a_job_that_somebody_worked_on_stays() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let edited = client.make_job(RIDGELINE, named("Edited")).await;
    let request = client.control(Method::PATCH, &control_path(&edited));
    body(request.json(&json!({ "job": { "status": "sold" } })), 200).await;
    let assigned = client.make_job(RIDGELINE, named("Assigned")).await;
    let form = format!("/jobs/{}/assign", assigned["id"].as_str().unwrap());
    browser
        .post(&form, &[("assigned_user_id", "usr_devon")])
        .await;
    let noted = client.make_job(RIDGELINE, named("Noted")).await;
    let work = client.control(Method::POST, &format!("{}/work", control_path(&noted)));
    body(work.json(&json!({ "kind": "note" })), 204).await;
    let request = client.control(Method::POST, &format!("/organizations/{RIDGELINE}/jobs"));
    let entered = body(request.json(&json!({ "job": named("Entered") })), 201).await["job"].take();
    for job in [edited, assigned, noted, entered] {
        let refused = delete(&client, &job, 409).await;
        assert!(refused["errors"][0].is_string(), "{job}");
        let path = format!("/jobs/{}", job["id"].as_str().unwrap());
        client.get(RIDGELINE, &path).await;
    }
}

#[tokio::test]
async fn b40_what_makes_no_difference_or_comes_from_a_program_is_no_work() {
    let client = Client::spawn().await;
    let same = client.make_job(RIDGELINE, named("Same")).await;
    let request = client.control(Method::PATCH, &control_path(&same));
    let dated = json!({ "job": named("Same"), "updated_at": "2026-01-01T00:00:00Z" });
    body(request.json(&dated), 200).await;
    delete(&client, &same, 204).await;
    let request = client.control(Method::POST, &format!("/organizations/{RIDGELINE}/jobs"));
    let imported = json!({ "job": named("Imported"), "by_program": true });
    let imported = body(request.json(&imported), 201).await["job"].take();
    delete(&client, &imported, 204).await;
}

#[tokio::test]
async fn b40_a_deleted_job_is_restored_with_its_photos() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let about = json!({ "name": "a.jpg", "version": 1 });
    let image = client.put_file(&format!("{path}/images/7"), "image", &about, b"x");
    body(image, 201).await;
    delete(&client, &job, 204).await;
    let restore = format!("{}/restore", control_path(&job));
    body(client.control(Method::POST, &restore), 200).await;
    body(client.control(Method::POST, &restore), 404).await;
    let images = client.get(RIDGELINE, &format!("{path}/images")).await;
    assert_eq!(images["images"][0]["external_id"], "7");
}

#[tokio::test]
async fn b23_further_users_of_a_job_are_told_where_there_are_any() {
    let client = Client::spawn().await;
    let mut job = named("Roof");
    job["additional_user_ids"] = json!(["usr_casey", "usr_devon"]);
    let job = client.make_job(RIDGELINE, job).await;
    let id = job["id"].as_str().unwrap();
    assert_eq!(
        job["additional_user_ids"],
        json!(["usr_casey", "usr_devon"])
    );
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let page = browser.text(&format!("/jobs/{id}")).await;
    assert!(page.contains("Also on it") && page.contains("Casey Lund"));
    let stranger = client.api(Method::PATCH, RIDGELINE, &format!("/jobs/{id}"));
    let change = json!({ "job": { "additional_user_ids": ["usr_harper"] } });
    assert_eq!(
        complaints(stranger.json(&change)).await,
        ["additional_user_ids: usr_harper is not a user of this organization"]
    );
    let alone = client
        .patch_job(RIDGELINE, id, json!({ "additional_user_ids": [] }))
        .await;
    assert_eq!(alone.get("additional_user_ids"), None);
}

#[tokio::test]
async fn b38_the_card_shows_how_many_things_wait_for_a_person() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_avery").await;
    let report = |attention: Value| {
        let card = json!({ "state": "connected", "message": null, "attention": attention });
        let request = client.api(Method::PUT, RIDGELINE, "/integrations/companycam");
        request.json(&json!({ "integration": card }))
    };
    for (attention, shown) in [
        (json!(3), "3 things need your attention."),
        (json!(1), "1 thing needs your attention."),
    ] {
        let card = body(report(attention.clone()), 200).await;
        assert_eq!(card["integration"]["attention"], attention);
        let page = browser.text("/administration/integrations").await;
        assert!(page.contains(shown), "{page}");
    }
    for attention in [json!(0), json!(null)] {
        body(report(attention), 200).await;
        let page = browser.text("/administration/integrations").await;
        assert!(!page.contains("your attention"));
    }
    assert_eq!(
        complaints(report(json!(-1))).await,
        ["attention can't be negative"]
    );
}
