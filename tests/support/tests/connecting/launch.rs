//! B1: whom a launch token lets in.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::{ADMIN, Arrival, ORG, Page, TestApp};

use crate::assert_nothing_made;

async fn token(test: &TestApp, changes: Value) -> String {
    let mut request = json!({"org": ORG, "user": ADMIN});
    for (name, value) in changes.as_object().unwrap() {
        request[name] = value.clone();
    }
    let made = test
        .one_click_control(Method::POST, "/launch-token", request)
        .await;
    made["token"].as_str().unwrap().to_owned()
}

/// The token gets a page with this reason and status at both doors, wherever it comes from, no
/// session, and nothing is kept.
async fn assert_refused(test: &TestApp, token: &str, status: StatusCode, reason: &str) {
    for (door, arrival) in [
        ("connect", Arrival::OneClick),
        ("settings", Arrival::OneClick),
        ("connect", Arrival::Elsewhere),
        ("settings", Arrival::Elsewhere),
    ] {
        let browser = test.browser();
        let path = format!("/companycam/{door}?launch={token}");
        let page = browser.get_from(arrival, &path).await;
        assert_eq!(page.status, status, "{door}: {}", page.body);
        assert!(page.says(reason), "{door}: {}", page.body);
        assert!(page.says("Back to One Click"));
        assert!(browser.cookies().is_empty());
        let after = browser.get("/companycam/settings").await;
        assert_eq!(after.status, StatusCode::UNAUTHORIZED);
    }
    assert!(test.aws.items("EphemeralTable").await.is_empty());
    assert_nothing_made(test).await;
}

async fn refused_variant(variant: &str, reason: &str) {
    let test = TestApp::spawn().await;
    let token = token(&test, json!({"variant": variant})).await;
    assert_refused(&test, &token, StatusCode::BAD_REQUEST, reason).await;
}

#[tokio::test]
async fn b1_an_expired_token_is_refused() {
    refused_variant("expired", "This link has expired.").await;
}

#[tokio::test]
async fn b1_a_token_that_lives_too_long_is_refused() {
    refused_variant("too_long", "valid for longer than is accepted").await;
}

#[tokio::test]
async fn b1_a_token_signed_with_another_key_is_refused() {
    refused_variant("wrong_key", "This link was not made by One Click.").await;
}

#[tokio::test]
async fn b1_a_token_for_another_audience_is_refused() {
    refused_variant("wrong_audience", "This link is for another integration.").await;
}

#[tokio::test]
async fn b1_a_token_of_another_issuer_is_refused() {
    refused_variant("wrong_issuer", "This link does not come from One Click.").await;
}

#[tokio::test]
async fn b1_an_unsigned_token_is_refused() {
    // Unlike the other algorithms, none at all is not even one that the library can name.
    refused_variant(
        "alg_none",
        "Go back to One Click and click CompanyCam again.",
    )
    .await;
}

#[tokio::test]
async fn b1_garbage_is_refused() {
    let test = TestApp::spawn().await;
    for garbage in ["", "x", "a.b.c", "%00%ff", &"x".repeat(4000)] {
        assert_refused(&test, garbage, StatusCode::BAD_REQUEST, "This link").await;
    }
}

#[tokio::test]
async fn b1_every_role_but_the_administrators_is_refused() {
    let test = TestApp::spawn().await;
    for role in [json!("SALES"), json!("org_admin"), json!(""), Value::Null] {
        let token = token(&test, json!({"overrides": {"role": role}})).await;
        let reason = "Only an administrator can connect CompanyCam";
        assert_refused(&test, &token, StatusCode::FORBIDDEN, reason).await;
    }
}

#[tokio::test]
async fn b1_a_token_works_once() {
    let test = TestApp::spawn().await;
    let launch = test.launch_url(ORG, ADMIN);
    let first = test.browser().get(&launch).await;
    assert!(first.location().is_some(), "{}", first.status);
    let thief = test.browser();
    let replayed = thief.get(&launch).await;
    assert_eq!(replayed.status, StatusCode::BAD_REQUEST);
    assert!(replayed.says("This link was used before."));
    assert!(thief.cookies().is_empty());
    let other_door = launch.replace("/connect?", "/settings?");
    assert_eq!(
        thief.get(&other_door).await.status,
        StatusCode::BAD_REQUEST,
        "both doors know the same used tokens"
    );
}

#[tokio::test]
async fn b1_one_token_at_two_doors_at_once_opens_one() {
    let test = TestApp::spawn().await;
    let launch = test.launch_url(ORG, ADMIN);
    let (one, other) = (test.browser(), test.browser());
    let (one, other) = futures::join!(one.get(&launch), other.get(&launch));
    let let_in = |page: &Page| page.location().is_some();
    assert_ne!(
        let_in(&one),
        let_in(&other),
        "{} {}",
        one.status,
        other.status
    );
}

#[tokio::test]
async fn b1_an_administrator_is_sent_to_companycams_consent() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let page = browser.get(&test.launch_url(ORG, ADMIN)).await;
    let consent = page.location().unwrap();
    assert!(consent.as_str().starts_with(&test.companycam.origin));
    let query: std::collections::BTreeMap<_, _> = consent.query_pairs().collect();
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(
        query["redirect_uri"],
        format!("{}/companycam/callback", test.public_url)
    );
    assert!(query["state"].len() >= 16 && query["code_challenge"].len() >= 43);
    let again = test.browser().get(&test.launch_url(ORG, ADMIN)).await;
    let state = |page: &Page| {
        let url = page.location().unwrap();
        url.query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned()
    };
    assert_ne!(state(&page), state(&again));
}

#[tokio::test]
async fn b1_a_second_launch_goes_on_with_the_session_of_the_first() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    browser.get(&test.launch_url(ORG, ADMIN)).await;
    let first = browser.cookies();
    browser.get(&test.launch_url(ORG, ADMIN)).await;
    assert_eq!(
        browser.cookies(),
        first,
        "two tabs must not end each other's session"
    );
    browser
        .get(&test.launch_url("org_harbor", "usr_harper"))
        .await;
    assert_ne!(
        browser.cookies(),
        first,
        "somebody else never takes a session over"
    );
}

#[tokio::test]
async fn b1_without_a_token_or_a_session_nobody_gets_in() {
    let test = TestApp::spawn().await;
    for path in [
        "connect",
        "callback?code=x&state=y",
        "settings",
        "settings/status",
    ] {
        let page = test.browser().get(&format!("/companycam/{path}")).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(page.says("Please sign in again"), "{path}");
    }
}
