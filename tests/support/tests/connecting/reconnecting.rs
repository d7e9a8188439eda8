//! B4: the customer removed the integration at CompanyCam.

use http::Method;
use model::organization::ConnectionState;
use runtime::pacing::Lane;
use serde_json::json;
use sync::connection;
use sync::context::OrgContext;
use test_support::{CONSENTING, ORG, TestApp};

use crate::{assert_brought_over, card, company, project_with_photo};

async fn revoke(test: &TestApp) {
    let path = format!("/companies/{}/revoke_grants", company(test).await);
    test.companycam_control(Method::POST, &path, json!({}))
        .await;
}

async fn state(test: &TestApp) -> ConnectionState {
    test.organization().await.unwrap().state
}

#[tokio::test]
async fn b4_a_revoked_grant_pauses_and_reconnecting_catches_up() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    let (before, before_photo) = project_with_photo(&test, "Before").await;
    test.drain().await;
    revoke(&test).await;
    assert_eq!(test.poll().await, 1);
    test.drain().await;

    assert_eq!(state(&test).await, ConnectionState::NeedsReconnecting);
    assert_eq!(test.poll().await, 0, "polling stops");
    assert_eq!(card(&test)["state"], "needs_reconnecting");
    let tab = browser.tab().await;
    assert!(
        tab.says("role=\"alert\"") && tab.says(">Reconnect</a>"),
        "{}",
        tab.body
    );
    assert!(tab.says("Needs reconnecting"));
    let status = browser.get("/companycam/settings/status").await.json();
    assert_eq!(status["state"], "needs_reconnecting");
    let activity = test.activity().await;
    assert!(
        activity[0]
            .text
            .starts_with("The connection to CompanyCam stopped working.")
    );
    assert!(test.dead_letters().is_empty());

    let (missed, missed_photo) = project_with_photo(&test, "Missed").await;
    let reconnect = browser.get("/companycam/connect").await;
    let back = browser.consent(&reconnect, CONSENTING, true).await;
    let tab = browser.open(back.as_str()).await;
    assert!(!tab.says(">Reconnect</a>"));
    test.drain().await;
    assert_eq!(state(&test).await, ConnectionState::Connected);
    assert_eq!(card(&test)["state"], "connected");
    assert_brought_over(&test, &missed, &missed_photo);
    assert_brought_over(&test, &before, &before_photo);
    assert_eq!(test.poll().await, 1, "polling goes on");
}

#[tokio::test]
async fn b4_one_click_is_told_even_if_it_is_down_at_that_moment() {
    let test = TestApp::spawn().await;
    test.connect().await;
    test.drain().await;
    revoke(&test).await;
    test.one_click_fault(json!({
        "method": "PUT",
        "path": "/v1/organizations/*/integrations/companycam",
        "times": 2,
        "action": {"status": 503},
    }));
    test.poll().await;
    test.drain().await;
    assert_eq!(state(&test).await, ConnectionState::NeedsReconnecting);
    assert_eq!(card(&test)["state"], "needs_reconnecting");
    let said = test.activity().await;
    let said = said
        .iter()
        .filter(|entry| entry.text.contains("stopped working"));
    assert_eq!(said.count(), 1);
}

#[tokio::test]
async fn b4_a_late_look_changes_neither_a_newer_connection_nor_an_ended_one() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.drain().await;
    let late = || async {
        OrgContext {
            app: &test.app,
            organization: test.organization().await.unwrap(),
            now: test.app.clock.now_s(),
            lane: Lane::Live,
            run: None,
        }
    };
    let before_reconnecting = late().await;
    test.connect().await;
    test.drain().await;
    connection::needs_reconnecting(&before_reconnecting)
        .await
        .unwrap();
    assert_eq!(state(&test).await, ConnectionState::Connected);

    let before_disconnecting = late().await;
    browser.submit("disconnect", &[]).await;
    test.drain().await;
    connection::needs_reconnecting(&before_disconnecting)
        .await
        .unwrap();
    assert_eq!(state(&test).await, ConnectionState::Disconnected);
    assert_eq!(card(&test)["state"], "disconnected");
}

#[tokio::test]
async fn b4_another_organization_is_not_paused_with_it() {
    let test = TestApp::with_two_companies().await;
    test.connect().await;
    let elsewhere = "avery.stone@company-1.example";
    test.connect_as("org_harbor", "usr_harper", elsewhere).await;
    test.drain().await;
    revoke(&test).await;
    assert_eq!(test.poll().await, 2);
    test.drain().await;
    assert_eq!(state(&test).await, ConnectionState::NeedsReconnecting);
    let harbor = test.organization_of("org_harbor").await.unwrap();
    assert_eq!(harbor.state, ConnectionState::Connected);
    assert_eq!(test.poll().await, 1, "{ORG} alone is left out");
}
