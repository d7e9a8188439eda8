//! The page of demo controls: what is switched on there happens, is told, and ends.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use common::{Receiver, TestSimulator, read, sign_in, sign_in_as, spawn, submit, until};
use companycam_simulator::Options;
use reqwest::Method;
use serde_json::{Value, json};
use simulator_kit::hard_cases::{CASES, PEOPLE};

const NOBODY: &str = "";

async fn switch(test: &TestSimulator, path: &str, key: &str, on: &str) {
    let to = submit(test, NOBODY, path, &[("key", key), ("on", on)]).await;
    assert!(to.starts_with("/demo?notice=Switched"), "{to}");
}

async fn state(test: &TestSimulator) -> Value {
    test.control(Method::GET, "/state", json!({})).await
}

fn list<'a>(state: &'a Value, name: &str) -> &'a Vec<Value> {
    state[name].as_array().unwrap()
}

/// The only project of that name.
fn named<'a>(state: &'a Value, name: &str) -> &'a Value {
    let mut found = list(state, "projects").iter();
    found.find(|project| project["name"] == name).unwrap()
}

#[tokio::test]
async fn b27_a_side_that_is_down_answers_no_program_and_still_shows_its_pages() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let page = read(&test, NOBODY, "/demo").await;
    assert!(page.contains("Nothing. Everything works as it should."));
    assert!(page.contains("aria-label=\"Switch on: CompanyCam is down\""));

    switch(&test, "/demo/trouble", "down", "true").await;
    assert_eq!(test.get("/company").await.status(), 503);
    let token = test.token(&[("grant_type", "refresh_token")]).await;
    assert_eq!(token.status(), 503);
    read(&test, &cookie, "/projects").await;
    let page = read(&test, NOBODY, "/demo").await;
    assert!(page.contains("<li>CompanyCam is down</li>"));
    assert!(page.contains("aria-label=\"Switch off: CompanyCam is down\""));

    switch(&test, "/demo/trouble", "down", "false").await;
    assert_eq!(test.get("/company").await.status(), 200);
}

#[tokio::test]
async fn b22_a_lost_answer_has_taken_effect_and_reads_go_on() {
    let test = spawn(Options::empty()).await;
    switch(&test, "/demo/trouble", "down", "true").await;
    switch(&test, "/demo/trouble", "loses_answers", "true").await;
    let body = json!({"name": "Twice?"});
    let lost = test.api(Method::POST, "/projects").json(&body).send().await;
    assert!(lost.is_err(), "an answer came: {lost:?}");
    assert_eq!(test.list("/projects").await.len(), 1);
}

#[tokio::test]
async fn b27_the_next_downloads_fail_and_looking_at_a_photo_uses_none_up() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let project = test.add_project(json!({})).await;
    let photo = test.add_photo(json!({"project_id": project})).await;
    let form = [("key", "original"), ("times", "1")];
    submit(&test, NOBODY, "/demo/refuse", &form).await;
    let page = read(&test, NOBODY, "/demo").await;
    let told = "Downloading a photo&#39;s original: fails at the next request";
    assert!(page.replace('\'', "&#39;").contains(told), "{page}");

    let page = read(&test, &cookie, &format!("/photos/{photo}")).await;
    let shown = format!("/cdn/{photo}/0/web.jpg");
    assert!(page.contains(&format!("<img src=\"{shown}\"")));
    let get = async |path: &str| test.http.get(test.url(path)).send().await.unwrap().status();
    assert_eq!(get(&shown).await, 200);
    let original = format!("/cdn/{photo}/0/original.jpg");
    assert_eq!(get(&original).await, 404);
    assert_eq!(get(&original).await, 200);

    let form = [("key", "original"), ("times", "4000000000")];
    let refused = submit(&test, NOBODY, "/demo/refuse", &form).await;
    assert!(refused.starts_with("/demo?problem="), "{refused}");
}

#[tokio::test]
async fn b17_webhooks_are_lost_doubled_and_all_is_as_at_the_start_again() {
    let test = spawn(Options::empty()).await;
    let receiver = Receiver::subscribe(&test, &["project.*"]).await;
    let before = test.control(Method::GET, "/settings", json!({})).await;
    switch(&test, "/demo/webhooks", "lost", "true").await;
    test.add_project(json!({"name": "Unheard of"})).await;
    until(async || {
        let log = test.control(Method::GET, "/deliveries", json!({})).await;
        log[0]["attempt"] == json!(0)
    })
    .await;
    switch(&test, "/demo/webhooks", "lost", "false").await;
    switch(&test, "/demo/webhooks", "twice", "true").await;
    switch(&test, "/demo/trouble", "slow", "true").await;
    test.add_project(json!({"name": "Heard of twice"})).await;
    until(async || receiver.received().len() == 2).await;
    let page = read(&test, NOBODY, "/demo").await;
    for on in ["CompanyCam answers slowly", "Webhooks come twice"] {
        assert!(page.contains(&format!("<li>{on}</li>")), "{on}");
    }

    submit(&test, NOBODY, "/demo/normal", &[]).await;
    let after = test.control(Method::GET, "/settings", json!({})).await;
    assert_eq!(before, after);
    let page = read(&test, NOBODY, "/demo").await;
    assert!(page.contains("Nothing. Everything works as it should."));
}

#[tokio::test]
async fn what_the_page_says_and_who_is_on_it_is_escaped() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    test.add_project(json!({"name": "<b>Roof"})).await;
    let fault = json!({"path": "/<i>", "action": "silence"});
    test.control(Method::POST, "/faults", fault).await;
    let page = read(&test, &cookie, "/demo?notice=%3Cu%3E&problem=%3Cs%3E").await;
    for (raw, escaped) in [
        ("<b>Roof", "&lt;b&gt;Roof"),
        ("<i>", "Any method /&lt;i&gt;: disturbed"),
        ("<u>", "&lt;u&gt;"),
        ("<s>", "&lt;s&gt;"),
    ] {
        assert!(!page.contains(raw) && page.contains(escaped), "{escaped}");
    }
}

#[tokio::test]
async fn b4_tokens_expire_and_access_is_revoked_by_a_button() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let code = test.code("scope=read").await;
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let tokens: Value = test.token(&form).await.json().await.unwrap();
    let text = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let access = text(&tokens, "access_token");
    let status = async |token: &str| {
        let request = test.with_token(Method::GET, "/company", token);
        request.send().await.unwrap().status()
    };
    assert_eq!(status(&access).await, 200);
    let away = submit(&test, NOBODY, "/demo/expire", &[]).await;
    assert_eq!(away, "/sign_in");
    assert_eq!(status(&access).await, 200);

    submit(&test, &cookie, "/demo/expire", &[]).await;
    assert_eq!(status(&access).await, 401);
    let refresh = text(&tokens, "refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*refresh),
    ];
    let tokens: Value = test.token(&form).await.json().await.unwrap();
    assert_eq!(status(&text(&tokens, "access_token")).await, 200);

    submit(&test, &cookie, "/demo/revoke", &[]).await;
    assert_eq!(status(&text(&tokens, "access_token")).await, 401);
    let refresh = text(&tokens, "refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*refresh),
    ];
    assert_eq!(test.token(&form).await.status(), 400);
}

#[tokio::test]
async fn b28_projects_people_and_photos_of_another_company_are_left_alone() {
    let test = spawn(Options {
        companies: 2,
        ..Options::empty()
    })
    .await;
    let cookie = sign_in(&test).await;
    let companies = state(&test).await["companies"].take();
    let other = companies[1]["id"].clone();
    let project = test.add_project(json!({"company_id": other})).await;
    let photo = test.add_photo(json!({"project_id": project})).await;
    let before = state(&test).await;
    let users = list(&before, "users");
    let stranger = users.iter().find(|user| user["company_id"] == other);
    let stranger = stranger.unwrap()["id"].as_str().unwrap();
    for (path, form) in [
        ("/demo/age", [("project_id", &*project), ("days", "30")]),
        ("/demo/forget", [("project_id", &*project), ("", "")]),
        ("/demo/forget_photo", [("photo_id", &*photo), ("", "")]),
        (
            "/demo/restrict",
            [("user_id", stranger), ("restricted", "true")],
        ),
    ] {
        let to = submit(&test, &cookie, path, &form).await;
        assert!(to.starts_with("/demo?problem="), "{path}: {to}");
    }
    assert_eq!(state(&test).await, before);
}

#[tokio::test]
async fn b19_a_project_is_made_older_with_its_photos_and_is_then_gone_for_good() {
    let test = spawn(Options::empty()).await;
    let cookie = sign_in(&test).await;
    let id = test.add_project(json!({"name": "Roof"})).await;
    let photo = test.add_photo(json!({"project_id": id})).await;
    test.add_photo(json!({"project_id": id})).await;
    let before = state(&test).await;
    let form = [("project_id", &*id), ("days", "365")];
    submit(&test, &cookie, "/demo/age", &form).await;
    let after = state(&test).await;
    for (kind, field) in [
        ("projects", "created_at"),
        ("projects", "updated_at"),
        ("photos", "captured_at"),
        ("photos", "updated_at"),
    ] {
        let age = |state: &Value| state[kind][0][field].as_i64().unwrap();
        assert_eq!(age(&before) - age(&after), 365 * 86_400, "{kind} {field}");
    }
    submit(
        &test,
        &cookie,
        "/demo/forget_photo",
        &[("photo_id", &photo)],
    )
    .await;
    assert_eq!(list(&state(&test).await, "photos").len(), 1);
    submit(&test, &cookie, "/demo/forget", &[("project_id", &id)]).await;
    let gone = state(&test).await;
    assert!(list(&gone, "projects").is_empty() && list(&gone, "photos").is_empty());
}

#[tokio::test]
async fn b40_the_hard_cases_come_once_and_are_what_they_say() {
    let test = spawn(Options::empty()).await;
    let before = list(&state(&test).await, "users").len();
    let receiver = Receiver::subscribe(&test, &["project.created"]).await;
    let to = submit(&test, NOBODY, "/demo/hard_cases", &[]).await;
    assert_eq!(to, "/demo?notice=Hard+cases+added");
    let again = test.control(Method::POST, "/hard_cases", json!({})).await;
    assert_eq!(again, json!({"added": false}));
    let page = read(&test, NOBODY, "/demo").await;
    assert!(
        page.contains("The hard cases are here.") && !page.contains("action=\"/demo/hard_cases")
    );

    let state = state(&test).await;
    let cases: usize = CASES.iter().map(|case| case.projects.len()).sum();
    let projects = list(&state, "projects");
    assert_eq!(projects.len(), cases + 3);
    assert_eq!(list(&state, "users").len(), before + PEOPLE.len());
    assert_eq!(named(&state, "Stored away")["archived"], json!(true));
    // Nobody hears of the one that is years old.
    until(async || receiver.received().len() == projects.len() - 1).await;

    let photos = |project: &str| -> Vec<&Value> {
        let id = &named(&state, project)["id"];
        let photos = list(&state, "photos").iter();
        photos.filter(|photo| photo["project_id"] == *id).collect()
    };
    let mut broken = Vec::new();
    for photo in photos("Broken photos") {
        let path = format!("/cdn/{}/0/original.jpg", photo["id"].as_str().unwrap());
        let answer = test.http.get(test.url(&path)).send().await.unwrap();
        broken.push((
            answer.status().as_u16(),
            photo["uri"]["kind"].as_str().unwrap(),
        ));
    }
    let kinds = [
        (200, "normal"),
        (404, "gone"),
        (403, "forbidden"),
        (200, "not_image"),
        (200, "foreign"),
        (200, "missing"),
    ];
    assert_eq!(broken, kinds);
    let all = photos("Everything at once");
    assert_eq!(
        all.iter().filter(|photo| photo["internal"] == true).count(),
        1
    );
    let heic = format!("/cdn/{}/0/original.jpg", all[3]["id"].as_str().unwrap());
    let answer = test.http.get(test.url(&heic)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/heic");
    assert!(answer.bytes().await.unwrap()[4..].starts_with(b"ftypheic"));
}

const ASK: &str = "/oauth/authorize?client_id=companycam-client&response_type=code&scope=read\
     &redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&state=%3Cx%3E";

#[tokio::test]
async fn b2_the_consent_page_says_who_asks_as_whom_and_what_that_account_sees() {
    let test = spawn(Options {
        hard_cases: true,
        ..Options::empty()
    })
    .await;
    let avery = sign_in(&test).await;
    let page = read(&test, &avery, ASK).await;
    for said in [
        "<strong>One Click Contractor</strong> (127.0.0.1) asks to:",
        "You are signed in as Avery Stone",
        "avery.stone@ridgeline.example",
        "This account can see all projects of the company: 17 projects.",
        "Sign in as someone else",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let drew = sign_in_as(&test, "drew.kimball@ridgeline.example").await;
    let page = read(&test, &drew, ASK).await;
    assert!(
        page.contains("only the projects it is assigned to: 3 projects"),
        "{page}"
    );

    // The other account is asked the same.
    let (_, rest) = page.split_once("name=\"return_to\" value=\"").unwrap();
    let back = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    let login = submit(&test, &drew, "/sign_out", &[("return_to", &back)]).await;
    let page = read(&test, NOBODY, &login).await;
    assert!(page.contains("Avery Stone (administrator)"));
    assert!(page.contains("Drew Kimball (assigned projects only)"));
    let form = [
        ("email", "avery.stone@ridgeline.example"),
        ("return_to", &*back),
    ];
    let asked = submit(&test, NOBODY, "/sign_in", &form).await;
    assert!(
        read(&test, &avery, &asked)
            .await
            .contains("value=\"&lt;x&gt;\"")
    );
}
