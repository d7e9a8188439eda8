//! What becomes of both sides' webhooks when a connection ends or changes (B5).

use http::Method;
use model::organization::ConnectionState;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use test_support::deliveries::{Signing, deliver_signed};
use test_support::steps::{requests, text};
use test_support::{ADMIN, ORG, TestApp};

use crate::{another, api, assert_told, disconnect, our_url, the_webhook};

/// As if the customer removed the integration at CompanyCam.
async fn revoke(test: &TestApp) {
    let company = &test.organization().await.unwrap().company_id;
    let path = format!("/companies/{company}/revoke_grants");
    test.companycam_control(Method::POST, &path, Value::Null)
        .await;
}

/// What is delivered with these keys, now that nobody should, comes to nothing.
async fn assert_comes_to_nothing(test: &TestApp, signing: &Signing) {
    let project = test.named_project("Not for us").await;
    let process = test.fresh_ingest().await;
    let url = format!(
        "{}/webhooks/companycam/{ORG}{}",
        process.origin, signing.query
    );
    let body = json!({"event_type": "project.created", "payload": {"id": project}}).to_string();
    deliver_signed(&url, &signing.keys.companycam_token, body.as_bytes()).await;
    test.companycam.controls.clear_requests();
    test.settle().await;
    assert!(requests(&test.companycam.controls, "GET", "/v2/projects/").is_empty());
    assert!(test.jobs_of(&project).is_empty());
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b5_disconnecting_takes_both_webhooks_back() {
    let test = TestApp::connected_live().await;
    let signing = test.webhook_keys().await;
    disconnect(&test).await;
    assert_eq!(test.companycam_webhooks().await, Vec::<Value>::new());
    assert_eq!(test.one_click_state()["webhook"], Value::Null);
    assert_eq!(test.organization().await.unwrap().webhook_id, None);
    assert_comes_to_nothing(&test, &signing).await;
}

#[tokio::test]
async fn b5_disconnecting_leaves_webhooks_of_others() {
    let test = TestApp::connected().await;
    let others = another("http://127.0.0.1:1/elsewhere".to_owned());
    api(&test).await.create_webhook(&others).await.unwrap();
    disconnect(&test).await;
    let left = test.companycam_webhooks().await;
    assert_eq!(left.len(), 1, "{left:#?}");
    assert_eq!(left[0]["url"], others.url);
}

#[tokio::test]
async fn b5_disconnecting_is_finished_where_the_grant_was_revoked_before() {
    for noticed in [false, true] {
        let test = TestApp::connected_live().await;
        revoke(&test).await;
        if noticed {
            test.catch_up().await;
            let state = test.organization().await.unwrap().state;
            assert_eq!(state, ConnectionState::NeedsReconnecting);
        }
        disconnect(&test).await;
        let state = test.organization().await.unwrap().state;
        assert_eq!(state, ConnectionState::Disconnected, "{noticed}");
        assert_eq!(test.one_click_state()["webhook"], Value::Null);
        assert_eq!(
            test.one_click_state()["integration"]["state"],
            "disconnected"
        );
        let sealed = test.organization().await.unwrap().sealed_tokens;
        assert_eq!(sealed, None, "{noticed}");
        assert!(test.dead_letters().is_empty(), "{noticed}");
    }
}

#[tokio::test]
async fn b5_reconnecting_after_a_revoked_grant_mends_the_webhook_left_behind() {
    let test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    revoke(&test).await;
    disconnect(&test).await;
    assert_eq!(the_webhook(&test).await, id, "nobody could take it back");
    test.connect_and_settle().await;
    assert_eq!(the_webhook(&test).await, id);
    let keys = test.webhook_keys().await.keys;
    let kept = api(&test).await.webhooks(1).await.unwrap().items;
    let token = kept[0].token.expose_secret();
    assert_eq!(token, keys.companycam_token.expose_secret());
}

#[tokio::test]
async fn b5_reconnecting_resumes_with_one_webhook_and_nothing_twice() {
    let test = TestApp::connected_live().await;
    let (project, photos) = test.seed().await;
    test.live().await;
    test.assert_whole(&project, &photos);
    let images = requests(test.one_click.controls(), "PUT", "/images/").len();
    disconnect(&test).await;
    let missed = test.named_project("Missed").await;
    let late = test.new_photo(&project, json!({})).await;
    test.connect_and_settle().await;
    the_webhook(&test).await;
    assert_eq!(test.companycam_webhooks().await.len(), 1);
    assert!(test.one_click_state()["webhook"].is_object());
    test.live().await;
    let [one, two] = photos;
    test.assert_whole(&project, &[one, two, late]);
    test.job_of(&missed);
    let now = requests(test.one_click.controls(), "PUT", "/images/").len();
    assert_eq!(now, images + 1, "only the late one was copied");
}

#[tokio::test]
async fn b5_connecting_again_before_disconnecting_is_finished_leaves_one_webhook() {
    let test = TestApp::connected_live().await;
    let browser = test.administrator().await;
    browser.submit("disconnect", &[]).await;
    test.connect_and_settle().await;
    the_webhook(&test).await;
    assert!(test.one_click_state()["webhook"].is_object());
    assert_told(&test, "Told").await;
}

/// Connects another company in place of the one before; our webhook there.
async fn change_company(test: &TestApp) -> String {
    let made = json!({"name": "Lakeside Roofing"});
    let made = test
        .companycam_control(Method::POST, "/companies", made)
        .await;
    let email = text(&made["admin_email"]);
    let browser = test.browser();
    let asked = test.authorize(&browser, ORG, ADMIN, &email).await;
    // The page that asks leads on by its button.
    let (_, rest) = asked.body.split_once("class=\"button\" href=\"").unwrap();
    let button = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    let confirmed = browser.get(&button).await;
    let back = browser.consent(&confirmed, &email, true).await;
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("Lakeside Roofing"), "{}", tab.body);
    test.settle().await;
    let webhooks = test.companycam_webhooks().await;
    let mut there = webhooks
        .iter()
        .filter(|webhook| webhook["company_id"] == made["id"]);
    let id = text(&there.next().unwrap()["id"]);
    assert!(there.next().is_none(), "{webhooks:#?}");
    id
}

#[tokio::test]
async fn b5_a_different_company_gets_keys_of_its_own() {
    for disconnects in [true, false] {
        let test = TestApp::connected_live().await;
        let before = test.webhook_keys().await.keys;
        let old = the_webhook(&test).await;
        if disconnects {
            disconnect(&test).await;
        }
        let new = change_company(&test).await;
        assert_ne!(new, old);
        let signing = test.webhook_keys().await;
        let keys = &signing.keys;
        assert_ne!(
            keys.companycam_token.expose_secret(),
            before.companycam_token.expose_secret()
        );
        assert_ne!(
            keys.one_click_password.expose_secret(),
            before.one_click_password.expose_secret()
        );
        let kept = api(&test).await.webhooks(1).await.unwrap().items;
        assert_eq!(kept[0].url, format!("{}{}", our_url(&test), signing.query));
        let token = kept[0].token.expose_secret();
        assert_eq!(token, keys.companycam_token.expose_secret());
    }
}

#[tokio::test]
async fn b28_what_the_company_before_delivers_comes_to_nothing() {
    let test = TestApp::connected_live().await;
    let before = test.webhook_keys().await;
    change_company(&test).await;
    assert_comes_to_nothing(&test, &before).await;
}
