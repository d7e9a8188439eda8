//! The API's quirks, over real HTTP.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use std::collections::HashSet;

use common::spawn;
use companycam_simulator::{Options, Settings};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_seed_holds_what_was_asked_for_and_is_repeatable() {
    let options = Options {
        projects: 20,
        photos: 30,
        ..Options::default()
    };
    let one = spawn(options.clone()).await;
    let other = spawn(options).await;
    let (state, again) = (
        one.control(Method::GET, "/state", json!({})).await,
        other.control(Method::GET, "/state", json!({})).await,
    );
    let md5s = |state: &Value| -> Vec<String> {
        let photos = state["photos"].as_array().unwrap();
        photos
            .iter()
            .map(|photo| photo["md5"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(state["users"].as_array().unwrap().len(), 12);
    assert_eq!(state["projects"].as_array().unwrap().len(), 24);
    let names = |state: &Value| -> Vec<Value> {
        state["projects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|project| project["name"].clone())
            .collect()
    };
    assert_eq!(names(&state), names(&again));
    let md5s = md5s(&state);
    assert_eq!(md5s.len(), 33);
    assert_eq!(md5s.iter().collect::<HashSet<_>>().len(), 33);
    assert_eq!(state["users"], again["users"]);
}

#[tokio::test]
async fn an_unknown_path_leads_to_a_login_page_that_answers_200() {
    let test = spawn(Options::empty()).await;
    for (method, path) in [(Method::GET, "/nowhere"), (Method::PATCH, "/projects")] {
        let answer = test.api(method, path).send().await.unwrap();
        assert_eq!(answer.status(), 302);
        let login = answer.headers()["location"].to_str().unwrap().to_owned();
        let page = test.http.get(test.url(&login)).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.text().await.unwrap().contains("<!DOCTYPE html>"));
    }
}

#[tokio::test]
async fn bad_tokens_and_ids_are_answered_in_json() {
    let test = spawn(Options::empty()).await;
    let missing = test.http.get(test.url("/v2/company")).send().await.unwrap();
    assert_eq!(missing.status(), 401);
    let wrong = test
        .with_token(Method::GET, "/company", "wrong")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 401);
    assert!(wrong.json::<Value>().await.unwrap()["errors"][0].is_string());
    assert_eq!(test.get("/projects/12").await.status(), 404);
    assert_eq!(test.get("/projects/x").await.status(), 404);
}

#[tokio::test]
async fn the_rate_limit_counts_gets_and_writes_apart_and_not_the_cdn() {
    let settings = Settings {
        get_limit: 3,
        write_limit: 1,
        ..Settings::default()
    };
    let test = spawn(Options {
        settings,
        ..Options::empty()
    })
    .await;
    for _ in 0..3 {
        assert_eq!(test.get("/company").await.status(), 200);
    }
    let limited = test.get("/company").await;
    assert_eq!(limited.status(), 429);
    assert!(!limited.headers().contains_key("retry-after"));
    let body = json!({"name": "One"});
    let write = || test.api(Method::POST, "/projects").json(&body).send();
    assert_eq!(write().await.unwrap().status(), 201);
    assert_eq!(write().await.unwrap().status(), 429);

    test.control(Method::PATCH, "/settings", json!({"retry_after": true}))
        .await;
    let seconds: u64 = test.get("/company").await.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&seconds));

    let stats = test.control(Method::GET, "/stats", json!({})).await;
    let counted = json!({"gets": 3, "writes": 1, "rate_limited": 3, "pending_deliveries": 0});
    assert_eq!(stats, counted);
    let project = test.add_project(json!({})).await;
    let photo = test.add_photo(json!({"project_id": project})).await;
    let file = test
        .http
        .get(test.url(&format!("/cdn/{photo}/0/original.jpg")))
        .send()
        .await
        .unwrap();
    assert_eq!(file.status(), 200);
}

#[tokio::test]
async fn photo_lists_go_by_cursor_through_everything_once() {
    let test = spawn(Options {
        projects: 3,
        photos: 25,
        photo_bytes: Some(1),
        extras: false,
        ..Options::default()
    })
    .await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let answer = test
            .get(&format!("/photos?per_page=10&after={after}"))
            .await;
        let has_next = answer.headers()["x-has-next"] == "true";
        after = answer.headers()["x-next-cursor"]
            .to_str()
            .unwrap()
            .to_owned();
        seen.extend(answer.json::<Vec<Value>>().await.unwrap());
        assert_eq!(has_next, !after.is_empty());
        if !has_next {
            break;
        }
    }
    let times: Vec<i64> = seen
        .iter()
        .map(|photo| photo["captured_at"].as_i64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|one, other| one >= other));
    let ids: HashSet<&str> = seen
        .iter()
        .map(|photo| photo["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 25);

    let second = test.get("/photos?per_page=10&page=2").await;
    let second_ids: Vec<Value> = second.json::<Vec<Value>>().await.unwrap();
    assert_eq!(second_ids[0]["id"], seen[10]["id"]);
    let first = test.get("/photos?per_page=10").await;
    let cursor = first.headers()["x-next-cursor"]
        .to_str()
        .unwrap()
        .to_owned();
    let mixed = test.get(&format!("/photos?page=2&after={cursor}")).await;
    assert_eq!(mixed.status(), 400);
    assert_eq!(
        test.get(&format!("/photos?before={cursor}&after={cursor}"))
            .await
            .status(),
        400
    );
    let eleventh = test
        .get(&format!("/photos?per_page=10&after={cursor}"))
        .await;
    let back = eleventh.headers()["x-prev-cursor"]
        .to_str()
        .unwrap()
        .to_owned();
    let again: Vec<Value> = test
        .list(&format!("/photos?per_page=10&before={back}"))
        .await;
    assert_eq!(again[0]["id"], seen[0]["id"]);
    assert_eq!(again.len(), 10);
}

#[tokio::test]
async fn of_an_array_filter_without_brackets_only_the_last_counts() {
    let test = spawn(Options::empty()).await;
    let one = test.add_project(json!({"name": "One"})).await;
    let other = test.add_project(json!({"name": "Other"})).await;
    for project in [&one, &other] {
        test.add_photo(json!({"project_id": project, "captured_at": 1000}))
            .await;
    }
    let both = test
        .list(&format!(
            "/photos?project_ids[]={one}&project_ids[]={other}"
        ))
        .await;
    assert_eq!(both.len(), 2);
    let last = test
        .list(&format!("/photos?project_ids={one}&project_ids={other}"))
        .await;
    assert_eq!(last.len(), 1);
    assert_eq!(last[0]["project_id"], json!(other));
    assert_eq!(
        test.list("/photos?start_date=1000&end_date=1000")
            .await
            .len(),
        2
    );
    assert!(test.list("/photos?start_date=1001").await.is_empty());
}

#[tokio::test]
async fn projects_come_newest_activity_first_and_modified_since_is_inclusive() {
    let test = spawn(Options::empty()).await;
    let old = test
        .add_project(json!({"name": "Old", "updated_at": 1_700_000_000}))
        .await;
    let new = test.add_project(json!({"updated_at": 1_700_000_100})).await;
    let gone = test
        .add_project(json!({"status": "deleted", "updated_at": 1_700_000_200}))
        .await;
    let ids = |projects: Vec<Value>| -> Vec<String> {
        projects
            .iter()
            .map(|project| project["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids(test.list("/projects").await),
        [&gone, &new, &old].map(String::clone)
    );
    // 1_700_000_100 is 2023-11-14T22:15:00Z.
    let since = ids(test
        .list("/projects?modified_since=2023-11-14T22:15:00Z")
        .await);
    assert_eq!(since, [&gone, &new].map(String::clone));
    assert_eq!(
        ids(test
            .list("/projects?modified_since=2023-11-14T22:15:01Z")
            .await),
        [gone]
    );
    assert_eq!(
        test.get("/projects?modified_since=yesterday")
            .await
            .status(),
        400
    );
    assert_eq!(
        ids(test.list("/projects?query=OLD").await),
        std::slice::from_ref(&old)
    );

    test.add_photo(json!({"project_id": old, "captured_at": 5}))
        .await;
    assert_eq!(ids(test.list("/projects?per_page=1").await), [old]);
}

#[tokio::test]
async fn a_write_is_credited_by_the_dashed_header_only() {
    let test = spawn(Options::empty()).await;
    let users = test.list("/users").await;
    let create = |header: &'static str| {
        test.api(Method::POST, "/projects")
            .header(header, "BLAKE.MORENO@ridgeline.example")
            .json(&json!({"name": "Same"}))
            .send()
    };
    let dashed: Value = create("X-CompanyCam-User")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let underscored: Value = create("X_CompanyCam_User")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(dashed["creator_id"], users[1]["id"]);
    assert_eq!(underscored["creator_id"], users[0]["id"]);
    // No idempotency: the same again is a second project.
    assert_ne!(dashed["id"], underscored["id"]);
}

#[tokio::test]
async fn assigned_users_answer_201_and_204() {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({})).await;
    let user = test.list("/users").await[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/projects/{project}/assigned_users/{user}");
    let assigned = test.api(Method::PUT, &path).send().await.unwrap();
    assert_eq!(assigned.status(), 201);
    let list = format!("/projects/{project}/assigned_users");
    assert_eq!(test.list(&list).await[0]["id"], json!(user));
    assert_eq!(
        test.api(Method::DELETE, &path)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert!(test.list(&list).await.is_empty());
}

#[tokio::test]
async fn an_annotated_photo_has_new_bytes_a_new_hash_and_a_higher_version() {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({})).await;
    let photo = test
        .add_photo(json!({"project_id": project, "bytes": 300_000}))
        .await;
    let path = format!("/photos/{photo}");
    let before: Value = test.get(&path).await.json().await.unwrap();
    test.control(
        Method::POST,
        &format!("/photos/{photo}/annotate"),
        json!({}),
    )
    .await;
    test.control(
        Method::POST,
        &format!("/photos/{photo}/annotate"),
        json!({}),
    )
    .await;
    let after: Value = test.get(&path).await.json().await.unwrap();
    assert_ne!(before["hash"], after["hash"]);
    let version = |photo: &Value| photo["updated_at"].as_i64().unwrap();
    assert!(version(&after) >= version(&before) + 2);
    let original = after["uris"].as_array().unwrap();
    let original = original
        .iter()
        .find(|uri| uri["type"] == "original")
        .unwrap();
    let file = test
        .http
        .get(original["uri"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(file.headers()["content-length"], "300000");
    assert!(image::load_from_memory(&file.bytes().await.unwrap()).is_ok());
}

#[tokio::test]
async fn ids_are_strings_or_numbers_by_a_switch() {
    let test = spawn(Options::empty()).await;
    assert!(test.list("/users").await[0]["id"].is_string());
    test.control(Method::PATCH, "/settings", json!({"numeric_ids": true}))
        .await;
    assert!(test.list("/users").await[0]["id"].is_u64());
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_has_taken_effect() {
    let test = spawn(Options::empty()).await;
    let fault = json!({"method": "POST", "path": "/v2/projects", "action": "reset_after"});
    test.control(Method::POST, "/faults", fault).await;
    let lost = test
        .api(Method::POST, "/projects")
        .json(&json!({"name": "Lost"}))
        .send()
        .await;
    assert!(lost.is_err());
    assert_eq!(test.list("/projects").await[0]["name"], "Lost");
}

#[tokio::test]
async fn merging_moves_the_photos_and_deletes_the_merged_project() {
    let test = spawn(Options::empty()).await;
    let merged = test.add_project(json!({"name": "Twin"})).await;
    let survivor = test.add_project(json!({"name": "Original"})).await;
    test.add_photo(json!({"project_id": merged})).await;
    test.control(
        Method::POST,
        &format!("/projects/{merged}/merge"),
        json!({"into": survivor}),
    )
    .await;
    assert_eq!(
        test.list(&format!("/projects/{survivor}/photos"))
            .await
            .len(),
        1
    );
    let gone: Value = test
        .get(&format!("/projects/{merged}"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(gone["status"], "deleted");
}

#[tokio::test]
async fn odd_files_are_served_as_asked_for() {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({})).await;
    let huge = 150_000_000_u64;
    let add = |uri: Value| test.add_photo(json!({"project_id": project, "uri": uri}));
    let id = add(json!({"kind": "huge", "bytes": huge})).await;
    let answer = test
        .http
        .get(test.url(&format!("/cdn/{id}/0/original.jpg")))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.content_length(), Some(huge));
    let id = add(json!({"kind": "redirect", "to": "http://127.0.0.1:1/x"})).await;
    let answer = test
        .http
        .get(test.url(&format!("/cdn/{id}/0/original.jpg")))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 302);
    let id = add(json!({"kind": "missing"})).await;
    let photo: Value = test
        .get(&format!("/photos/{id}"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(photo["uris"], json!([]));
}

#[tokio::test]
async fn companies_do_not_see_each_other() {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({"name": "Ours"})).await;
    let other = test
        .control(Method::POST, "/companies", json!({"name": "Other"}))
        .await;
    let token = other["token"].as_str().unwrap();
    let path = format!("/projects/{project}");
    assert_eq!(
        test.with_token(Method::GET, &path, token)
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let list = test
        .with_token(Method::GET, "/projects", token)
        .send()
        .await
        .unwrap();
    assert_eq!(list.json::<Vec<Value>>().await.unwrap().len(), 0);
}
