//! What the pages show: who they belong to, searches, photos, empty lists, mistakes in forms.

use one_click_simulator::{ExtraOrganization, Options};
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, HARBOR, RIDGELINE, body, named};
use crate::web::Browser;

#[tokio::test]
async fn every_page_says_that_it_is_a_simulator_and_needs_nothing_from_elsewhere() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_avery").await;
    for path in [
        "/sign_in",
        "/",
        "/jobs",
        "/jobs/new",
        "/jobs/job_1001",
        "/jobs/job_1001/edit",
        "/jobs/job_1001/photos",
        "/jobs/job_1001/documents",
        "/administration/integrations",
        "/administration/users",
        "/demo",
    ] {
        let page = browser.text(path).await;
        assert!(
            page.contains("One Click Contractor Simulator</title>"),
            "{path}"
        );
        assert!(page.contains(">Simulator</span>"), "{path}");
        assert!(!page.contains("<script") && !page.contains("://"), "{path}");
    }
}

#[tokio::test]
async fn the_jobs_are_searched_and_lead_to_their_projects() {
    let client = Client::with(Options {
        companycam_url: Some("http://127.0.0.1:9".to_owned()),
        ..Options::default()
    })
    .await;
    let mut job = named("Pat Larkin");
    job["metadata"] = json!({ "cc_project_id": "4711" });
    client.make_job(RIDGELINE, job).await;
    let mut strange = named("Sam Odd");
    strange["metadata"] = json!({ "cc_project_id": "47<11" });
    client.make_job(RIDGELINE, strange).await;

    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let found = browser.text("/jobs?q=4711").await;
    assert!(found.contains("Pat Larkin") && !found.contains("Sam Odd"));
    assert!(found.contains("href=\"http://127.0.0.1:9/projects/4711\""));
    let strange = browser.text("/jobs?q=odd").await;
    assert!(strange.contains("47&lt;11") && !strange.contains("/projects/47"));
    let none = browser.text("/jobs?q=%3Cnobody%3E").await;
    assert!(none.contains("No job found") && none.contains("&lt;nobody&gt;"));
}

#[tokio::test]
async fn an_organization_without_jobs_is_told_how_to_get_some() {
    let client = Client::with(Options {
        organizations: vec![ExtraOrganization {
            id: "org_new".to_owned(),
            name: "New".to_owned(),
            users: 1,
            jobs: 0,
        }],
        ..Options::default()
    })
    .await;
    let browser = Browser::sign_in(&client, "org_new", "usr_org_new_1").await;
    assert!(browser.text("/jobs").await.contains("No jobs yet"));
    assert!(browser.text("/").await.contains("No jobs yet."));
}

#[tokio::test]
async fn a_photo_has_a_page_with_its_full_size_and_its_neighbours() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    for (id, day) in [("a%2F1", 1), ("b", 2), ("c", 3)] {
        let about = json!({
            "name": format!("{id}.jpg"), "caption": format!("Day <{day}>"), "tags": ["before"],
            "captured_at": format!("2026-02-0{day}T04:05:06Z"), "captured_by": "Casey Lund",
            "version": 1,
        });
        let address = format!("{path}/images/{id}");
        body(client.put_file(&address, "image", &about, b"picture"), 201).await;
    }
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let grid = browser.text(&format!("{path}/photos")).await;
    assert!(grid.contains(&format!("href=\"{path}/photos/a%2F1\"")));

    let page = browser.text(&format!("{path}/photos/b")).await;
    for shown in [
        &format!("href=\"{path}/images/b?version=1\""),
        &format!("href=\"{path}/photos/c\" rel=\"prev\""),
        &format!("href=\"{path}/photos/a%2F1\" rel=\"next\""),
        "Day &lt;2&gt;",
        "Feb 2, 2026, 04:05 UTC",
        "Casey Lund",
        "before",
        "7 bytes",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(
        !browser
            .text(&format!("{path}/photos/c"))
            .await
            .contains("rel=\"prev\"")
    );
    assert_eq!(browser.get(&format!("{path}/photos/d")).await.status(), 404);
    let stranger = Browser::sign_in(&client, HARBOR, "usr_harper").await;
    assert_eq!(
        stranger.get(&format!("{path}/photos/b")).await.status(),
        404
    );
}

#[tokio::test]
async fn a_mistake_is_shown_at_its_field_and_what_was_typed_is_kept() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let form = [
        ("customer_name", ""),
        ("name", "Roof & deck"),
        ("status", "open"),
    ];
    let request = browser.request(Method::POST, "/jobs").form(&form);
    let refused = request.send().await.unwrap();
    assert_eq!(refused.status(), 422);
    let page = refused.text().await.unwrap();
    assert!(
        page.contains("<p>Customer's name can't be blank</p>"),
        "{page}"
    );
    assert_eq!(page.matches("aria-invalid=\"true\"").count(), 1);
    assert!(page.contains("value=\"Roof &amp; deck\""));

    let request = browser
        .request(Method::POST, "/jobs/job_1001/assign")
        .form(&[("assigned_user_id", "usr_harper")]);
    let refused = request.send().await.unwrap();
    assert_eq!(refused.status(), 422);
    let page = refused.text().await.unwrap();
    assert!(page.contains("The assignee is not a user of this organization"));
}

#[tokio::test]
async fn what_was_done_is_said_once_to_whoever_did_it() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let other = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    let form = [("assigned_user_id", "usr_devon")];
    let path = browser.post("/jobs/job_1001/assign", &form).await;
    assert!(!other.text(&path).await.contains("Job reassigned"));
    assert!(
        browser
            .text(&path)
            .await
            .contains("role=\"status\">Job reassigned</p>")
    );
    assert!(!browser.text(&path).await.contains("Job reassigned"));
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_explained() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_avery").await;
    for path in ["/nope", "/administration/nope", "/jobs/job_1001/nope"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert!(answer.text().await.unwrap().contains("Page not found"));
    }
}
