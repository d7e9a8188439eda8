//! The web application, as a browser uses it.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use common::{TestSimulator, spawn};
use companycam_simulator::Options;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use simulator_kit::Picture;

async fn sign_in(test: &TestSimulator) -> String {
    let form = [
        ("email", "avery.stone@ridgeline.example"),
        ("password", "x"),
    ];
    let answer = test
        .http
        .post(test.url("/sign_in"))
        .form(&form)
        .send()
        .await
        .unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn submit(test: &TestSimulator, cookie: &str, path: &str, form: &[(&str, &str)]) -> String {
    let request = test
        .http
        .post(test.url(path))
        .header("Cookie", cookie)
        .form(form);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 303, "{path}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn read(test: &TestSimulator, cookie: &str, path: &str) -> String {
    let answer = test
        .http
        .get(test.url(path))
        .header("Cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn pages_need_somebody_signed_in() {
    let test = spawn(Options::empty()).await;
    let answer = test.http.get(test.url("/projects")).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/sign_in");
}

#[tokio::test]
async fn a_project_and_its_photo_can_be_worked_on_by_forms() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let fields = [
        ("name", "Roof <1>"),
        ("street_address_1", "5 Oak"),
        ("contact_name", "Pat"),
    ];
    let created = submit(&test, &cookie, "/projects", &fields).await;
    let project = created.split('?').next().unwrap().to_owned();
    assert!(
        read(&test, &cookie, "/projects")
            .await
            .contains("Roof &lt;1&gt;")
    );

    let picture = Picture {
        seed: 1,
        number: 1,
        taken_at: 0,
        bytes: 200_000,
        marks: 0,
    };
    let file = Part::bytes(picture.encode().to_bytes().to_vec()).file_name("a.jpg");
    let upload = test
        .http
        .post(test.url(&format!("{project}/photos")))
        .header("Cookie", &cookie)
        .multipart(Form::new().part("file", file));
    assert_eq!(upload.send().await.unwrap().status(), 303);
    let photos = test.list("/photos").await;
    let photo = format!("/photos/{}", photos[0]["id"].as_str().unwrap());
    submit(&test, &cookie, &format!("{photo}/annotate"), &[]).await;
    submit(
        &test,
        &cookie,
        &format!("{photo}/caption"),
        &[("description", "Ridge")],
    )
    .await;
    submit(&test, &cookie, &format!("{photo}/tag"), &[("tag", "After")]).await;
    let after = test.control(Method::GET, "/state", json!({})).await;
    let after = &after["photos"][0];
    assert_ne!(after["md5"], photos[0]["hash"]);
    assert_eq!(
        (&after["description"], &after["tags"]),
        (&json!("Ridge"), &json!(["After"]))
    );
    let page = read(&test, &cookie, &project).await;
    assert!(page.contains("Ridge") && page.contains("Simulator of CompanyCam"));

    let other = test.add_project(json!({"name": "Other"})).await;
    submit(
        &test,
        &cookie,
        &format!("{photo}/move"),
        &[("project_id", &other)],
    )
    .await;
    let moved: Value = test.get(&photo).await.json().await.unwrap();
    assert_eq!(moved["project_id"], json!(other));
    submit(&test, &cookie, &format!("{photo}/delete"), &[]).await;
    assert_eq!(test.get(&photo).await.status(), 404);
    submit(&test, &cookie, &format!("{project}/archive"), &[]).await;
    let archived: Value = test.get(&project).await.json().await.unwrap();
    assert_eq!(archived["archived"], json!(true));
    assert_eq!(archived["primary_contact"]["name"], "Pat");
}
