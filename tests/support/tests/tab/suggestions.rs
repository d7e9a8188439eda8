//! B41: who may be whom.

use http::{Method, StatusCode};
use serde_json::json;
use test_support::{Browser, ORG, Page, TestApp};

use crate::notice;

/// People of the same names with other addresses on the two sides; the ids of those in CompanyCam.
async fn with(names: &[&str]) -> (TestApp, Browser, Vec<String>) {
    let test = TestApp::spawn().await;
    let state = test.companycam_state().await;
    let company = state["companies"][0]["id"].as_str().unwrap().to_owned();
    let mut ids = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let (first, last) = name.split_once(' ').unwrap();
        let path = format!("/companies/{company}/users");
        let body = json!({"first_name": first, "last_name": last, "email_address": format!("{number}@private.example")});
        let made = test.companycam_control(Method::POST, &path, body).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
        let path = format!("/organizations/{ORG}/users");
        let body = json!({"id": format!("usr_{number}"), "name": name, "email": format!("{number}@office.example"), "active": true, "role": "SALES"});
        test.one_click_control(Method::POST, &path, body).await;
    }
    let browser = test.connect().await;
    test.drain().await;
    (test, browser, ids)
}

async fn accept(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    browser.submit("users/accept_suggestions", fields).await
}

async fn matched(test: &TestApp, id: &str) -> Option<String> {
    let directory = test.directory().await;
    let matches = decide::users::Matches::of(&directory);
    let id = companycam::ids::UserId::parse(id).unwrap();
    matches.one_click(&id).map(ToString::to_string)
}

#[tokio::test]
async fn b41_one_suggestion_is_accepted_and_said() {
    let (test, browser, ids) = with(&["Bailey Calder", "Gray Ellison"]).await;
    let tab = browser.tab().await;
    assert!(tab.says("2 matches are suggested by name."), "{}", tab.body);
    assert_eq!(matched(&test, &ids[0]).await, None, "nothing by itself");
    let answer = accept(&browser, &[("companycam_user_id", &ids[0])]).await;
    assert_eq!(notice(&answer), "suggestions-saved");
    assert_eq!(matched(&test, &ids[0]).await.as_deref(), Some("usr_0"));
    assert_eq!(matched(&test, &ids[1]).await, None);
    let said = test.activity_texts().await;
    let text = "avery.stone@ridgeline.example matched Bailey Calder to Bailey Calder.";
    assert!(said.iter().any(|said| said == text), "{said:?}");
    let tab = browser.tab().await;
    assert!(tab.says("1 match is suggested by name."));
}

#[tokio::test]
async fn b41_all_suggestions_are_accepted_at_once() {
    let names = ["Bailey Calder", "Gray Ellison", "Robin Voss"];
    let (test, browser, ids) = with(&names).await;
    let fields: Vec<_> = ids.iter().map(|id| ("companycam_user_id", &**id)).collect();
    assert_eq!(
        notice(&accept(&browser, &fields).await),
        "suggestions-saved"
    );
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(matched(&test, id).await, Some(format!("usr_{number}")));
    }
    assert!(!browser.tab().await.says("suggested by name"));
    // The second click of two, or another tab.
    assert_eq!(notice(&accept(&browser, &fields).await), "no-suggestion");
}

#[tokio::test]
async fn b41_a_suggestion_that_changed_since_it_was_shown_is_not_accepted() {
    let (test, browser, ids) = with(&["Bailey Calder", "Gray Ellison"]).await;
    let shown = format!("{}:usr_other", ids[0]);
    let fields = [("companycam_user_id", &*ids[0]), ("suggested", &*shown)];
    assert_eq!(notice(&accept(&browser, &fields).await), "no-suggestion");
    assert_eq!(matched(&test, &ids[0]).await, None);
    let shown = format!("{}:usr_1", ids[1]);
    let fields = [
        ("companycam_user_id", &*ids[0]),
        ("companycam_user_id", &*ids[1]),
        ("suggested", &*shown),
    ];
    let answer = accept(&browser, &fields).await;
    assert_eq!(notice(&answer), "some-suggestions-saved");
    assert_eq!(matched(&test, &ids[1]).await.as_deref(), Some("usr_1"));
}

#[tokio::test]
async fn b41_nothing_named_or_nobody_known_changes_nothing() {
    let (test, browser, ids) = with(&["Bailey Calder"]).await;
    for fields in [
        &[][..],
        &[("companycam_user_id", "1")],
        &[("companycam_user_id", "../x")],
    ] {
        assert_eq!(notice(&accept(&browser, fields).await), "no-suggestion");
    }
    let path = "/companycam/settings/users/accept_suggestions";
    let fields = [("companycam_user_id", &*ids[0]), ("csrf_token", "wrong")];
    let refused = browser.post(path, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(matched(&test, &ids[0]).await, None);
}
