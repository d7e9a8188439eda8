//! Jobs: made once, changed field by field, listed by change, found by metadata and address.

use reqwest::Method;
use serde_json::json;

use crate::client::{Client, RIDGELINE, body, complaints, ids, named};

#[tokio::test]
async fn b26_the_same_idempotency_key_makes_one_job() {
    let client = Client::spawn().await;
    let first = client.post_job(RIDGELINE, "k1", named("Roof"), 201).await;
    let again = client.post_job(RIDGELINE, "k1", named("Roof"), 200).await;
    assert_eq!(again, first);
    let other = client.post_job(RIDGELINE, "k2", named("Roof"), 201).await;
    assert_ne!(other["id"], first["id"]);
}

#[tokio::test]
async fn the_same_key_answers_with_the_job_as_it_is_now() {
    let client = Client::spawn().await;
    let job = client.post_job(RIDGELINE, "k1", named("Roof"), 201).await;
    let id = job["id"].as_str().unwrap();
    let changed = client
        .patch_job(RIDGELINE, id, json!({ "status": "sold" }))
        .await;
    assert_eq!(
        client.post_job(RIDGELINE, "k1", named("Roof"), 200).await,
        changed
    );
}

#[tokio::test]
async fn the_same_key_in_another_organization_is_another_job() {
    let client = Client::spawn().await;
    let ours = client.post_job(RIDGELINE, "k1", named("Roof"), 201).await;
    let theirs = client
        .post_job("org_harbor", "k1", named("Roof"), 201)
        .await;
    assert_ne!(ours["id"], theirs["id"]);
}

#[tokio::test]
async fn b26_a_key_belongs_to_one_body() {
    let client = Client::spawn().await;
    client.post_job(RIDGELINE, "k1", named("Roof"), 201).await;
    client.post_job(RIDGELINE, "k1", named("Other"), 422).await;
    client.post_job(RIDGELINE, "k1", named("Roof"), 200).await;
    client.post_job(RIDGELINE, "k2", named("Other"), 201).await;
}

#[tokio::test]
async fn b26_a_refusal_belongs_to_its_key_too() {
    let client = Client::spawn().await;
    let mut job = named("Roof");
    job["assigned_user_id"] = json!("usr_new");
    client.post_job(RIDGELINE, "k1", job.clone(), 422).await;
    client.post_job(RIDGELINE, "k1", named("Roof"), 422).await;
    let user = json!({ "id": "usr_new", "name": "New", "email": "new@ridgeline.example" });
    let path = "/organizations/org_ridgeline/users";
    let made = client.control(Method::POST, path).json(&user).send().await;
    assert!(made.unwrap().status().is_success());
    client.post_job(RIDGELINE, "k1", job.clone(), 422).await;
    client.post_job(RIDGELINE, "k2", job, 201).await;
}

#[tokio::test]
async fn a_post_without_key_is_refused() {
    let client = Client::spawn().await;
    let request = client.api(Method::POST, RIDGELINE, "/jobs");
    let complaints = complaints(request.json(&json!({ "job": named("Roof") }))).await;
    assert!(complaints[0].contains("Idempotency-Key"));
}

#[tokio::test]
async fn everything_wrong_with_a_job_is_told_at_once() {
    let client = Client::spawn().await;
    let job = json!({
        "name": " ",
        "assigned_user_id": "usr_harper",
        "phones": [{ "name": "Mobile" }],
        "address": { "city": 5 },
        "metadata": { "cc_project_id": 5 },
    });
    let request = client
        .api(Method::POST, RIDGELINE, "/jobs")
        .header("Idempotency-Key", "k1")
        .json(&json!({ "job": job }));
    assert_eq!(
        complaints(request).await,
        [
            "customer_name can't be blank",
            "name can't be blank",
            "phones.number can't be blank",
            "address.city must be a string",
            "metadata[cc_project_id] must be a string",
            "assigned_user_id is not a user of this organization",
        ]
    );
}

#[tokio::test]
async fn patch_changes_only_the_given_fields() {
    let client = Client::spawn().await;
    let mut job = named("Roof");
    job["email"] = json!("someone@customers.example");
    job["assigned_user_id"] = json!("usr_casey");
    job["phones"] = json!([{ "name": "Mobile", "number": "1" }, { "name": "Home", "number": "2" }]);
    job["address"] = json!({ "line_1": "1 Elm Court", "city": "Omaha" });
    let before = client.make_job(RIDGELINE, job).await;

    let change = json!({
        "email": null,
        "phones": [{ "name": null, "number": "3" }],
        "address": { "line_2": "Unit 4", "city": null },
    });
    let id = before["id"].as_str().unwrap();
    let after = client.patch_job(RIDGELINE, id, change).await;

    let mut expected = before.clone();
    expected["email"] = json!(null);
    expected["phones"] = json!([{ "name": null, "number": "3" }]);
    expected["address"]["line_2"] = json!("Unit 4");
    expected["address"]["city"] = json!(null);
    expected["updated_at"] = after["updated_at"].clone();
    assert_eq!(after, expected);
    assert_eq!(
        client.get(RIDGELINE, &format!("/jobs/{id}")).await["job"],
        after
    );
}

#[tokio::test]
async fn metadata_is_merged_key_by_key_and_null_removes() {
    let client = Client::spawn().await;
    let mut job = named("Roof");
    job["metadata"] = json!({ "a": "1", "b": "2", "c": "3" });
    let job = client.make_job(RIDGELINE, job).await;
    let id = job["id"].as_str().unwrap();
    let change = json!({ "metadata": { "b": "two", "c": null, "d": "4", "e": null } });
    let after = client.patch_job(RIDGELINE, id, change).await;
    assert_eq!(after["metadata"], json!({ "a": "1", "b": "two", "d": "4" }));
}

#[tokio::test]
async fn a_patch_without_a_difference_leaves_updated_at() {
    let client = Client::spawn().await;
    let made = body(
        client
            .control(Method::POST, "/organizations/org_ridgeline/jobs")
            .json(&json!({ "job": named("Roof"), "updated_at": "2026-01-01T00:00:00Z" })),
        201,
    )
    .await;
    let id = made["job"]["id"].as_str().unwrap();
    let same = client.patch_job(RIDGELINE, id, named("Roof")).await;
    assert_eq!(same["updated_at"], "2026-01-01T00:00:00Z");
    let changed = client
        .patch_job(RIDGELINE, id, json!({ "status": "sold" }))
        .await;
    assert_ne!(changed["updated_at"], "2026-01-01T00:00:00Z");
}

/// An organization with five jobs, two of which changed at the same time.
async fn with_dated_jobs() -> (Client, Vec<String>) {
    let client = Client::spawn().await;
    let empty = json!({ "id": "org_dated", "name": "Dated" });
    body(
        client.control(Method::POST, "/organizations").json(&empty),
        201,
    )
    .await;
    let mut made = Vec::new();
    for second in [4, 1, 3, 2, 3] {
        let job = json!({
            "job": named("Roof"),
            "updated_at": format!("2026-01-01T00:00:0{second}.500Z"),
        });
        let request = client.control(Method::POST, "/organizations/org_dated/jobs");
        let job = body(request.json(&job), 201).await;
        made.push(job["job"]["id"].as_str().unwrap().to_owned());
    }
    (client, made)
}

#[tokio::test]
async fn b24_jobs_are_listed_oldest_change_first() {
    let (client, made) = with_dated_jobs().await;
    let all = client.get("org_dated", "/jobs").await;
    assert_eq!(
        ids(&all["jobs"]),
        [&made[1], &made[3], &made[2], &made[4], &made[0]]
    );
}

#[tokio::test]
async fn b24_updated_since_is_inclusive() {
    let (client, made) = with_dated_jobs().await;
    let since = client
        .get("org_dated", "/jobs?updated_since=2026-01-01T00:00:03.500Z")
        .await;
    assert_eq!(ids(&since["jobs"]), [&made[2], &made[4], &made[0]]);
    let later = client
        .get("org_dated", "/jobs?updated_since=2026-01-01T00:00:03.501Z")
        .await;
    assert_eq!(ids(&later["jobs"]), [&made[0]]);
}

#[tokio::test]
async fn pages_cut_the_list_without_gap_or_overlap() {
    let (client, made) = with_dated_jobs().await;
    let mut seen = Vec::new();
    let mut page = json!(1);
    while !page.is_null() {
        let list = client
            .get("org_dated", &format!("/jobs?per_page=2&page={page}"))
            .await;
        seen.extend(ids(&list["jobs"]).into_iter().map(str::to_owned));
        page = list["next_page"].clone();
    }
    let order = [1, 3, 2, 4, 0];
    assert_eq!(seen, order.map(|index: usize| made[index].clone()));
}

#[tokio::test]
async fn b20_jobs_are_found_by_one_metadata_key() {
    let client = Client::spawn().await;
    for (name, project) in [("A", "77"), ("B", "777"), ("C", "77")] {
        let mut job = named(name);
        job["metadata"] = json!({ "cc_project_id": project });
        client.make_job(RIDGELINE, job).await;
    }
    let found = client
        .get(RIDGELINE, "/jobs?metadata[cc_project_id]=77")
        .await;
    let jobs = found["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 2);
    assert!(
        jobs.iter()
            .all(|job| job["metadata"]["cc_project_id"] == "77")
    );
    let encoded = client
        .get(RIDGELINE, "/jobs?metadata%5Bcc_project_id%5D=777")
        .await;
    assert_eq!(encoded["jobs"].as_array().unwrap().len(), 1);

    let two = client.api(Method::GET, RIDGELINE, "/jobs?metadata[a]=1&metadata[b]=2");
    complaints(two).await;
}

#[tokio::test]
async fn b20_addresses_match_whatever_their_case() {
    let client = Client::spawn().await;
    let mut job = named("Roof");
    job["address"] = json!({ "line_1": "12 Straße Way", "postal_code": "K1A 0B1" });
    let job = client.make_job(RIDGELINE, job).await;
    let list = |query: &'static [(&str, &str)]| {
        body(
            client.api(Method::GET, RIDGELINE, "/jobs").query(query),
            200,
        )
    };
    let both = list(&[
        ("address[line_1]", "12 STRAßE way"),
        ("address[postal_code]", "k1a 0b1"),
    ]);
    assert_eq!(ids(&both.await["jobs"]), [job["id"].as_str().unwrap()]);
    let part = list(&[("address[line_1]", "12 straße")]);
    assert_eq!(ids(&part.await["jobs"]), [""; 0]);
    let elsewhere = list(&[
        ("address[line_1]", "12 Straße Way"),
        ("address[postal_code]", "K1A"),
    ]);
    assert_eq!(ids(&elsewhere.await["jobs"]), [""; 0]);
}

#[tokio::test]
async fn b39_a_search_finds_a_text_in_name_customer_email_telephone_or_address() {
    let client = Client::spawn().await;
    let mut elsewhere = named("Roof");
    elsewhere["email"] = json!("office@zephyr.example");
    elsewhere["phones"] = json!([{ "name": "Mobile", "number": "(208) 555-0142" }]);
    elsewhere["address"] = json!({ "line_1": "7 Quince Way", "city": "Zephyr Falls" });
    let elsewhere = client.make_job(RIDGELINE, elsewhere).await;
    let mut by_name = named("Deck");
    by_name["customer_name"] = json!("Ada Zephyr");
    let by_name = client.make_job(RIDGELINE, by_name).await;
    let (elsewhere, by_name) = (&elsewhere["id"], &by_name["id"]);
    for (query, expected) in [
        ("zephyr", vec![by_name, elsewhere]),
        ("OFFICE@zephyr", vec![elsewhere]),
        ("(208) 555-01", vec![elsewhere]),
        ("quince", vec![elsewhere]),
        ("nobody is called so", vec![]),
    ] {
        let request = client
            .api(Method::GET, RIDGELINE, "/jobs")
            .query(&[("query", query)]);
        assert_eq!(ids(&body(request, 200).await["jobs"]), expected, "{query}");
    }
}

#[tokio::test]
async fn b18_a_deleted_job_is_unknown_and_not_listed() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Roof")).await;
    let id = job["id"].as_str().unwrap();
    let path = format!("/organizations/org_ridgeline/jobs/{id}");
    body(client.control(Method::DELETE, &path), 204).await;

    body(
        client.api(Method::GET, RIDGELINE, &format!("/jobs/{id}")),
        404,
    )
    .await;
    let patch = client.api(Method::PATCH, RIDGELINE, &format!("/jobs/{id}"));
    body(patch.json(&json!({ "job": {} })), 404).await;
    let listed = client.get(RIDGELINE, "/jobs").await;
    assert!(!ids(&listed["jobs"]).contains(&id));
    let state = client.simulator.state(RIDGELINE).unwrap();
    let kept = state["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["id"] == id);
    assert_eq!(kept.unwrap()["deleted"], true);
}
