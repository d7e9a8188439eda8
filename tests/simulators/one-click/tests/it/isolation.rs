//! B28: nothing of one organization is reached through another, and nothing without the token.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, HARBOR, RIDGELINE, body, ids, named};

#[tokio::test]
async fn b28_another_organizations_job_is_unknown_everywhere() {
    let client = Client::spawn().await;
    let job = client.make_job(RIDGELINE, named("Ours")).await;
    let id = job["id"].as_str().unwrap();
    let about = json!({ "name": "a.jpg", "version": 1 });
    body(
        client.put_file(&format!("/jobs/{id}/images/1"), "image", &about, b"x"),
        201,
    )
    .await;
    let before = client.simulator.state(RIDGELINE);

    let image = json!({ "image": { "caption": "theirs" } });
    let requests: [(Method, String, Value); 8] = [
        (Method::GET, format!("/jobs/{id}"), json!(null)),
        (
            Method::PATCH,
            format!("/jobs/{id}"),
            json!({ "job": { "name": "theirs" } }),
        ),
        (Method::GET, format!("/jobs/{id}/images"), json!(null)),
        (Method::PUT, format!("/jobs/{id}/images/1"), json!({})),
        (Method::PATCH, format!("/jobs/{id}/images/1"), image),
        (Method::DELETE, format!("/jobs/{id}/images/1"), json!(null)),
        (Method::GET, format!("/jobs/{id}/documents"), json!(null)),
        (
            Method::DELETE,
            format!("/jobs/{id}/documents/1"),
            json!(null),
        ),
    ];
    for (method, path, content) in requests {
        let request = client.api(method, HARBOR, &path).json(&content);
        assert_eq!(
            body(request, 404).await,
            json!({ "errors": ["Job not found"] })
        );
    }
    assert_eq!(client.simulator.state(RIDGELINE), before);
    assert!(!ids(&client.get(HARBOR, "/jobs").await["jobs"]).contains(&id));
}

#[tokio::test]
async fn an_unknown_organization_is_not_found() {
    let client = Client::spawn().await;
    for path in ["", "/users", "/jobs"] {
        body(client.api(Method::GET, "org_unknown", path), 404).await;
    }
}

#[tokio::test]
async fn nothing_is_answered_without_the_service_token() {
    let client = Client::spawn().await;
    let url = format!(
        "{}/v1/organizations/{RIDGELINE}/jobs",
        client.simulator.origin
    );
    let refused = json!({ "errors": ["The service token is missing or wrong"] });
    for authorization in [
        None,
        Some("Bearer wrong"),
        Some("Basic dG9rZW46"),
        Some("Bearer "),
    ] {
        let mut request = client.http.get(&url);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        assert_eq!(body(request, 401).await, refused, "{authorization:?}");
    }
}

#[tokio::test]
async fn organizations_of_any_size_can_be_made() {
    let client = Client::spawn().await;
    let wish = json!({ "id": "org_big", "name": "Big", "users": 205, "jobs": 3 });
    body(
        client.control(Method::POST, "/organizations").json(&wish),
        201,
    )
    .await;
    let mut users = 0;
    let mut page = json!(1);
    while !page.is_null() {
        let list = client.get("org_big", &format!("/users?page={page}")).await;
        users += list["users"].as_array().unwrap().len();
        page = list["next_page"].clone();
    }
    assert_eq!(users, 205);
    body(
        client.control(Method::POST, "/organizations").json(&wish),
        422,
    )
    .await;
}

#[tokio::test]
async fn b8_users_come_change_and_go() {
    let client = Client::spawn().await;
    let users = "/organizations/org_ridgeline/users";
    let wish = json!({ "id": "usr_new", "name": "New Hire", "email": "new@ridgeline.example" });
    body(client.control(Method::POST, users).json(&wish), 201).await;
    let one = format!("{users}/usr_new");
    let change = json!({ "email": "newer@ridgeline.example", "active": false });
    body(client.control(Method::PATCH, &one).json(&change), 200).await;
    let list = client.get(RIDGELINE, "/users").await;
    let new = list["users"].as_array().unwrap().last().unwrap();
    assert_eq!(
        new,
        &json!({
            "id": "usr_new", "name": "New Hire", "email": "newer@ridgeline.example",
            "active": false, "role": "SALES",
        })
    );
    body(client.control(Method::DELETE, &one), 204).await;
    let list = client.get(RIDGELINE, "/users").await;
    assert!(!ids(&list["users"]).contains(&"usr_new"));
}
