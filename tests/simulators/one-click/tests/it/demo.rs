//! The page of demo controls, and the pages of the list of jobs.

use one_click_simulator::{ExtraOrganization, Options};
use reqwest::Method;
use serde_json::{Value, json};
use simulator_kit::hard_cases::{CASES, PEOPLE};

use crate::client::{Client, HARBOR, RIDGELINE, body, header, named};
use crate::web::Browser;

async fn post(client: &Client, path: &str, form: &[(&str, &str)]) -> String {
    let url = format!("{}{path}", client.simulator.origin);
    let answer = client.http.post(url).form(form).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{path}");
    header(&answer, "location").to_owned()
}

async fn page(client: &Client, path: &str) -> String {
    let url = format!("{}{path}", client.simulator.origin);
    let answer = client.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

async fn switches(client: &Client) -> Value {
    body(client.control(Method::GET, "/webhooks"), 200).await
}

#[tokio::test]
async fn b27_a_side_is_down_until_it_is_switched_on_again() {
    let client = Client::spawn().await;
    let said = page(&client, "/demo").await;
    assert!(said.contains("Nothing. Everything works as it should."));
    post(&client, "/demo/trouble", &[("key", "down"), ("on", "true")]).await;
    body(client.api(Method::GET, RIDGELINE, "/jobs"), 503).await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_avery").await;
    browser.text("/jobs").await;
    let said = browser.text("/demo").await;
    assert!(said.contains("<li>One Click Contractor is down</li>"));

    // One trouble takes the other's place.
    let form = [("key", "loses_answers"), ("on", "true")];
    post(&client, "/demo/trouble", &form).await;
    let before = client.get(RIDGELINE, "/jobs").await;
    let request = client
        .api(Method::POST, RIDGELINE, "/jobs")
        .header("Idempotency-Key", "once")
        .json(&json!({ "job": named("Lost") }));
    assert!(request.send().await.is_err(), "an answer came");
    let count = |jobs: &Value| jobs["jobs"].as_array().unwrap().len();
    let after = client.get(RIDGELINE, "/jobs").await;
    assert_eq!(count(&after), count(&before) + 1);
    let form = [("key", "loses_answers"), ("on", "false")];
    post(&client, "/demo/trouble", &form).await;
    assert!(page(&client, "/demo").await.contains("Nothing. Everything"));
}

#[tokio::test]
async fn b27_so_many_photos_are_refused_and_no_more() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let path = format!("/jobs/{}/images/1", job["id"].as_str().unwrap());
    let about = json!({ "name": "1.jpg", "version": 1 });
    // Also where everything else is answered alike.
    post(&client, "/demo/trouble", &[("key", "down"), ("on", "true")]).await;
    post(&client, "/demo/refuse", &[("key", "image"), ("times", "3")]).await;
    for left in [
        "the next 3 requests",
        "the next 2 requests",
        "the next request",
    ] {
        let told = format!("<li>Storing a photo: fails at {left}</li>");
        assert!(page(&client, "/demo").await.contains(&told), "{told}");
        let refused = body(client.put_file(&path, "image", &about, b"picture"), 422).await;
        assert_eq!(refused["errors"], json!(["Refused by the demo controls"]));
    }
    let form = [("key", "down"), ("on", "false")];
    body(client.put_file(&path, "image", &about, b"picture"), 503).await;
    post(&client, "/demo/trouble", &form).await;
    body(client.put_file(&path, "image", &about, b"picture"), 201).await;
    for form in [
        [("key", "image"), ("times", "2")],
        [("key", "?"), ("times", "1")],
    ] {
        let refused = post(&client, "/demo/refuse", &form).await;
        assert!(refused.starts_with("/demo?problem="), "{refused}");
    }
}

#[tokio::test]
async fn b26_webhooks_are_switched_one_by_one_and_all_at_once() {
    let client = Client::spawn().await;
    let before = switches(&client).await;
    for key in ["lost", "late", "twice", "swapped"] {
        post(&client, "/demo/webhooks", &[("key", key), ("on", "true")]).await;
    }
    let all =
        json!({ "duplicate": true, "delay_ms": 20_000, "swap": true, "drop": true, "times": null });
    assert_eq!(switches(&client).await, all);
    post(
        &client,
        "/demo/webhooks",
        &[("key", "lost"), ("on", "false")],
    )
    .await;
    assert_eq!(switches(&client).await["drop"], json!(false));
    let said = page(&client, "/demo").await;
    assert!(
        said.contains("<li>Webhooks come twice</li>") && !said.contains("<li>Webhooks are lost")
    );
    let unknown = [("key", "never"), ("on", "true")];
    let refused = post(&client, "/demo/webhooks", &unknown).await;
    assert!(refused.starts_with("/demo?problem="), "{refused}");

    post(&client, "/demo/normal", &[]).await;
    assert_eq!(switches(&client).await, before);
}

#[tokio::test]
async fn b20_a_job_is_made_older_brought_back_and_gone_for_good_for_its_own_people_only() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("<b>Roof")).await;
    let id = job["id"].as_str().unwrap();
    let path = format!("/jobs/{id}");
    let form = [("job", id), ("days", "365")];
    assert_eq!(post(&client, "/demo/age", &form).await, "/sign_in");
    let stranger = Browser::sign_in(&client, HARBOR, "usr_harper").await;
    let request = stranger.request(Method::POST, "/demo/age").form(&form);
    assert_eq!(request.send().await.unwrap().status(), 404);
    let forgotten = stranger.post("/demo/forget", &[("job", id)]).await;
    assert!(forgotten.starts_with("/demo?problem="), "{forgotten}");

    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    assert!(browser.text("/demo").await.contains("&lt;b&gt;Roof"));
    browser.post("/demo/age", &form).await;
    let after = client.get(RIDGELINE, &path).await["job"].take();
    let year = |text: &Value| text.as_str().unwrap()[..4].parse::<i32>().unwrap();
    assert!(year(&after["created_at"]) < year(&job["created_at"]));
    browser.post(&format!("{path}/delete"), &[]).await;
    browser.post("/demo/restore", &[("job", id)]).await;
    client.get(RIDGELINE, &path).await;
    browser.post("/demo/forget", &[("job", id)]).await;
    body(client.api(Method::GET, RIDGELINE, &path), 404).await;
    let state = client.simulator.state(RIDGELINE).unwrap();
    let jobs = state["jobs"].as_array().unwrap();
    assert!(jobs.iter().all(|job| job["id"] != id));
}

#[tokio::test]
async fn b40_the_hard_cases_come_once() {
    let client = Client::spawn().await;
    let count = || {
        let state = client.simulator.state(RIDGELINE).unwrap();
        ["jobs", "users"].map(|name| state[name].as_array().unwrap().len())
    };
    let [jobs, users] = count();
    assert_eq!(
        post(&client, "/demo/hard_cases", &[]).await,
        "/demo?notice=Hard+cases+added"
    );
    let more: usize = CASES.iter().map(|case| case.jobs.len()).sum();
    let people = PEOPLE.iter().filter(|person| person.one_click.is_some());
    assert_eq!(count(), [jobs + more, users + people.count()]);
    let again = body(client.control(Method::POST, "/hard_cases"), 201).await;
    assert_eq!(again, json!({ "added": false }));
    let said = page(&client, "/demo").await;
    assert!(
        said.contains("The hard cases are here.") && !said.contains("action=\"/demo/hard_cases")
    );
    let from_the_start = Client::with(Options {
        hard_cases: true,
        ..Options::default()
    })
    .await;
    assert!(
        page(&from_the_start, "/demo")
            .await
            .contains("The hard cases are here.")
    );
}

#[tokio::test]
async fn what_the_page_is_told_by_its_address_is_escaped() {
    let client = Client::spawn().await;
    let said = page(&client, "/demo?notice=%3Cu%3E&problem=%3Cs%3E").await;
    assert!(said.contains("role=\"status\">&lt;u&gt;<") && said.contains("&lt;s&gt;"));
    assert!(!said.contains("<u>") && !said.contains("<s>"));
}

#[tokio::test]
async fn the_jobs_come_fifty_a_page_newest_first_and_a_search_goes_on_by_pages() {
    let client = Client::with(Options {
        organizations: vec![ExtraOrganization {
            id: "org_large".to_owned(),
            name: "Large".to_owned(),
            users: 1,
            jobs: 0,
        }],
        ..Options::default()
    })
    .await;
    for number in 1..=120 {
        let at = format!("2026-01-01T00:{:02}:{:02}Z", number / 60, number % 60);
        let name = format!("Job & {number:03}");
        let job = json!({ "job": named(&name), "created_at": at, "updated_at": at });
        let request = client.control(Method::POST, "/organizations/org_large/jobs");
        body(request.json(&job), 201).await;
    }
    let browser = Browser::sign_in(&client, "org_large", "usr_org_large_1").await;
    let shown = async |path: &str| {
        let page = browser.text(path).await;
        let numbers = page.split("Job &amp; ").skip(1);
        let mut numbers: Vec<u32> = numbers.map(|rest| rest[..3].parse().unwrap()).collect();
        // Each job's customer and name.
        numbers.dedup();
        (page, numbers)
    };
    for (path, first, last) in [
        ("/jobs", 120, 71),
        ("/jobs?page=1", 120, 71),
        ("/jobs?page=2", 70, 21),
        ("/jobs?page=3", 20, 1),
        // Beyond the end, and no number at all.
        ("/jobs?page=99", 20, 1),
        ("/jobs?page=0", 120, 71),
        ("/jobs?page=%3Cb%3E", 120, 71),
        ("/jobs?page=99999999999999999999999", 120, 71),
    ] {
        let (_, numbers) = shown(path).await;
        let wanted: Vec<u32> = (last..=first).rev().collect();
        assert_eq!(numbers, wanted, "{path}");
    }
    let (first, _) = shown("/jobs?q=%26+job").await;
    assert!(first.contains("1–50 of 120 jobs") && !first.contains("rel=\"prev\""));
    assert!(
        first.contains("href=\"/jobs?q=%26+job&amp;page=2\" rel=\"next\""),
        "{first}"
    );
    let (last, _) = shown("/jobs?q=%26+job&page=3").await;
    assert!(last.contains("101–120 of 120 jobs") && !last.contains("rel=\"next\""));
    let (few, _) = shown("/jobs?q=119&page=2").await;
    assert!(few.contains("Job &amp; 119") && !few.contains("aria-label=\"Pages\""));
}

#[tokio::test]
async fn b38_a_card_without_a_message_has_no_empty_box() {
    let client = Client::spawn().await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_avery").await;
    for (message, boxes) in [("", 0), (" ", 0), ("Signed <out>", 1)] {
        let card = json!({ "integration": { "state": "connected", "message": message } });
        let request = client.api(Method::PUT, RIDGELINE, "/integrations/companycam");
        body(request.json(&card), 200).await;
        let page = browser.text("/administration/integrations").await;
        assert_eq!(
            page.matches("<p class=\"notice").count(),
            boxes,
            "{message:?}"
        );
    }
}

#[tokio::test]
async fn b15_a_photo_that_no_browser_shows_is_named_instead() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let about = json!({ "name": "<a>.heic", "content_type": "image/heic", "version": 1 });
    let image = format!("{path}/images/1");
    body(client.put_file(&image, "image", &about, b"ftypheic"), 201).await;
    let browser = Browser::sign_in(&client, RIDGELINE, "usr_blake").await;
    for page in [format!("{path}/photos"), format!("{path}/photos/1")] {
        let page = browser.text(&page).await;
        assert!(page.contains("No preview of &lt;a&gt;.heic") && !page.contains("<img"));
    }
}
