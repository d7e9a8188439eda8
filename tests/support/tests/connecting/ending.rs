//! B5: disconnecting, and connecting the same company again.

use std::time::Duration;

use http::StatusCode;
use model::organization::ConnectionState;
use secrecy::ExposeSecret;
use serde_json::json;
use test_support::{CONSENTING, TestApp};

use crate::{assert_brought_over, card, holder, jobs_of, project_with_photo, stored_tokens};

async fn state(test: &TestApp) -> ConnectionState {
    test.organization().await.unwrap().state
}

#[tokio::test]
async fn b5_disconnecting_revokes_deletes_and_frees() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.drain().await;
    let tokens = stored_tokens(&test).await.unwrap();
    let page = browser.submit("disconnect", &[]).await;
    let tab = browser.follow(page).await;
    assert_eq!(tab.status, StatusCode::OK);
    assert!(tab.says("CompanyCam is disconnected.") && tab.says(">Connect CompanyCam</a>"));
    test.drain().await;
    assert!(stored_tokens(&test).await.is_none());
    assert_eq!(holder(&test).await, None);
    assert_eq!(state(&test).await, ConnectionState::Disconnected);
    assert_eq!(card(&test)["state"], "disconnected");
    assert_eq!(test.poll().await, 0);
    let refused = test
        .app
        .companycam_api()
        .unwrap()
        .authorized(companycam::AccessToken::new(tokens.access_token.clone()))
        .company()
        .await;
    assert!(
        matches!(refused, Err(companycam::Error::Unauthorized)),
        "{refused:?}"
    );
    let oauth = test.app.oauth().await.unwrap();
    assert!(oauth.refresh(&tokens.refresh_token).await.is_err());
    let text = format!("Disconnected from Ridgeline Exteriors by {CONSENTING}.");
    assert_eq!(test.activity().await[0].text, text);
    test.connect_as("org_harbor", "usr_harper", CONSENTING)
        .await;
}

#[tokio::test]
async fn b5_disconnecting_while_companycam_is_down_is_finished_later() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.drain().await;
    let tokens = stored_tokens(&test).await.unwrap();
    test.companycam_fault(json!({"path": "*", "times": 3, "action": {"status": 503}}));
    let page = browser.submit("disconnect", &[]).await;
    assert!(page.status.is_redirection(), "{}", page.body);
    assert_eq!(state(&test).await, ConnectionState::Disconnected);
    test.drain().await;
    assert!(stored_tokens(&test).await.is_none());
    assert_eq!(holder(&test).await, None);
    let oauth = test.app.oauth().await.unwrap();
    assert!(
        oauth.refresh(&tokens.refresh_token).await.is_err(),
        "it was revoked after all"
    );
}

#[tokio::test]
async fn b5_disconnecting_is_finished_however_it_is_interrupted() {
    for refused in [
        "GetSecretValue",
        "TransactWriteItems",
        "UpdateItem",
        "GetItem",
    ] {
        let test = TestApp::spawn().await;
        let browser = test.connect().await;
        test.drain().await;
        browser.submit("disconnect", &[]).await;
        test.aws.refuse(refused, 1);
        test.drain().await;
        assert!(stored_tokens(&test).await.is_none(), "{refused}");
        assert_eq!(holder(&test).await, None, "{refused}");
        assert_eq!(card(&test)["state"], "disconnected", "{refused}");
        assert!(test.dead_letters().is_empty(), "{refused}");
    }
}

#[tokio::test]
async fn b5_connecting_again_before_disconnecting_is_finished_stands() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.drain().await;
    browser.submit("disconnect", &[]).await;
    test.connect().await;
    test.drain().await;
    assert_eq!(state(&test).await, ConnectionState::Connected);
    assert!(stored_tokens(&test).await.is_some());
    assert_eq!(card(&test)["state"], "connected");
    test.poll().await;
    test.drain().await;
    assert_eq!(state(&test).await, ConnectionState::Connected);
}

#[tokio::test]
async fn b5_work_that_is_queued_is_let_go_after_disconnecting() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    let (project, _) = project_with_photo(&test, "Never brought over").await;
    browser.submit("disconnect", &[]).await;
    test.companycam.controls.clear_requests();
    test.drain().await;
    assert_eq!(test.companycam_requests("GET", "/v2/projects"), 0);
    assert!(jobs_of(&test, &project).is_empty());
    assert_eq!(card(&test)["state"], "disconnected");
    assert!(test.dead_letters().is_empty());
}

#[tokio::test]
async fn b5_connecting_the_same_company_again_resumes_without_duplicates() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    let (project, photo) = project_with_photo(&test, "Resumed").await;
    test.drain().await;
    browser
        .submit("preferences", &[("only_matched_users", "on")])
        .await;
    let state = test.companycam_state().await;
    let kit = state["users"].as_array().unwrap().iter();
    let kit = kit
        .clone()
        .find(|user| user["name"] == "Kit Monroe")
        .unwrap();
    let form = format!("users/{}", kit["id"].as_str().unwrap());
    let picked = [("one_click_user_id", "usr_front_desk")];
    assert!(browser.submit(&form, &picked).await.status.is_redirection());
    let directory = test.directory().await;
    let preferences = test.organization().await.unwrap().preferences;
    browser.submit("disconnect", &[]).await;
    test.drain().await;
    let disconnected = browser.tab().await;
    assert!(disconnected.says("Front Desk") && disconnected.says("atched manually"));

    let connect = browser.get("/companycam/connect").await;
    let back = browser.consent(&connect, CONSENTING, true).await;
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("CompanyCam is connected."), "{}", tab.body);
    test.drain().await;
    assert_brought_over(&test, &project, &photo);
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.preferences, preferences);
    assert_eq!(organization.generation, 2);
    assert_eq!(test.directory().await, directory);
    let tokens = stored_tokens(&test).await.unwrap();
    assert!(!tokens.access_token.expose_secret().is_empty());
    assert_eq!(card(&test)["state"], "connected");
}

#[tokio::test]
async fn b5_disconnecting_twice_is_harmless() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    let tab = browser.tab().await;
    let token = tab.csrf_token().unwrap();
    for _ in 0..2 {
        let fields = [("csrf_token", token)];
        let page = browser
            .post("/companycam/settings/disconnect", &fields)
            .await;
        assert!(page.status.is_redirection(), "{}", page.body);
    }
    let entries = test.activity().await;
    let said = entries
        .iter()
        .filter(|entry| entry.text.starts_with("Disconnected"));
    assert_eq!(said.count(), 1);
}

#[tokio::test]
async fn b5_disconnecting_in_the_middle_of_an_outage_is_finished_after_it() {
    for side in ["CompanyCam", "One Click"] {
        let test = TestApp::spawn().await;
        let browser = test.connect().await;
        test.drain().await;
        let down = json!({"path": "*", "times": null, "action": {"status": 503}});
        match side {
            "CompanyCam" => test.companycam_fault(down),
            _ => test.one_click_fault(down),
        }
        test.poll().await;
        test.pass(Duration::from_mins(5)).await;
        assert!(test.organization().await.unwrap().is_paused(), "{side}");
        let page = browser.submit("disconnect", &[]).await;
        assert!(page.status.is_redirection(), "{side}: {}", page.body);
        test.pass(Duration::from_mins(10)).await;
        assert!(holder(&test).await.is_some(), "{side}: not yet");

        test.companycam.controls.clear_faults();
        test.one_click.controls().clear_faults();
        test.pass(Duration::from_mins(16)).await;
        assert!(stored_tokens(&test).await.is_none(), "{side}");
        assert_eq!(holder(&test).await, None, "{side}");
        assert_eq!(card(&test)["state"], "disconnected", "{side}");
        // Nothing of the outage is left to whoever connects again.
        test.connect().await;
        assert!(!test.organization().await.unwrap().is_paused(), "{side}");
    }
}

#[tokio::test]
async fn b5_disconnecting_is_finished_though_one_click_will_not_give_its_webhook_back() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.drain().await;
    let no = json!({"status": 403, "headers": {"content-type": "application/json"}, "body": r#"{"errors": ["no"]}"#});
    for path in [
        "/v1/organizations/*/webhook",
        "/v1/organizations/*/integration*",
    ] {
        test.one_click_fault(json!({"path": path, "times": null, "action": no}));
    }
    browser.submit("disconnect", &[]).await;
    test.drain().await;
    assert!(stored_tokens(&test).await.is_none());
    assert_eq!(holder(&test).await, None);
    assert!(test.dead_letters().is_empty());
}
