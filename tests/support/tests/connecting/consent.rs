//! B2 and B3: from CompanyCam's consent to the tab, and everything that can go wrong between.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{ADMIN, Browser, CONSENTING, ORG, Page, TestApp};
use url::Url;

use crate::{assert_nothing_made, company, holder, org_id, stored_tokens};

/// A browser that comes back from consent, and the address it comes back to.
async fn consented(test: &TestApp) -> (Browser, Url) {
    let browser = test.browser();
    let back = test.consent(&browser, ORG, ADMIN, CONSENTING).await;
    (browser, back)
}

fn without(url: &Url, name: &str) -> Url {
    let mut changed = url.clone();
    let kept: Vec<_> = url.query_pairs().filter(|(own, _)| own != name).collect();
    changed.query_pairs_mut().clear().extend_pairs(kept);
    changed
}

#[track_caller]
fn assert_start_again(page: &Page) {
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.body);
    assert!(page.says("Nothing was changed."), "{}", page.body);
    let again = format!(
        "href=\"{}/companycam/connect\"",
        page.url.origin().ascii_serialization()
    );
    assert!(page.says(&again), "what to do next: {}", page.body);
}

#[tokio::test]
async fn b2_a_denied_consent_changes_nothing() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let launched = browser.get(&test.launch_url(ORG, ADMIN)).await;
    let back = browser.consent(&launched, CONSENTING, false).await;
    let page = browser.get(back.as_str()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.says("You declined access in CompanyCam"));
    assert!(page.says("/companycam/connect\""));
    assert_nothing_made(&test).await;
    assert_eq!(test.companycam_requests("POST", "/oauth/token"), 0);
    let retried = browser.get("/companycam/connect").await;
    let back = browser.consent(&retried, CONSENTING, true).await;
    assert!(
        browser
            .open(back.as_str())
            .await
            .says("CompanyCam is connected.")
    );
}

#[tokio::test]
async fn b2_a_missing_or_unknown_state_is_refused() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    let without_state = without(&back, "state");
    assert_start_again(&browser.get(without_state.as_str()).await);
    let mut unknown = without_state;
    unknown.query_pairs_mut().append_pair("state", "unknown");
    assert_start_again(&browser.get(unknown.as_str()).await);
    assert_nothing_made(&test).await;
    assert_eq!(test.companycam_requests("POST", "/oauth/token"), 0);
}

#[tokio::test]
async fn b2_a_state_of_another_browser_is_refused_and_stays_good_for_its_own() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    let other = test.browser();
    other.get(&test.launch_url(ORG, ADMIN)).await;
    assert_start_again(&other.get(back.as_str()).await);
    let nobody = test.browser().get(back.as_str()).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_nothing_made(&test).await;
    let page = browser.open(back.as_str()).await;
    assert!(page.says("CompanyCam is connected."), "{}", page.body);
}

#[tokio::test]
async fn b2_a_second_callback_is_refused_and_the_connection_stands() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    browser.open(back.as_str()).await;
    let before = test.organization().await;
    assert_start_again(&browser.get(back.as_str()).await);
    assert_eq!(test.organization().await, before);
    assert_eq!(test.companycam_requests("POST", "/oauth/token"), 1);
    test.drain().await;
    assert!(browser.tab().await.says("Connected"));
}

#[tokio::test]
async fn b2_two_callbacks_at_once_make_one_connection() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    let (one, other) = futures::join!(browser.get(back.as_str()), browser.get(back.as_str()));
    assert_ne!(one.status, other.status);
    assert_eq!(test.organization().await.unwrap().generation, 1);
}

#[tokio::test]
async fn b2_a_used_or_expired_code_is_refused() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    let mut wrong = without(&back, "code");
    // To CompanyCam a used, an expired and a made-up code are the same.
    wrong.query_pairs_mut().append_pair("code", "used-before");
    let page = browser.get(wrong.as_str()).await;
    assert_start_again(&page);
    assert!(
        page.says("CompanyCam's code was used before or took too long."),
        "{}",
        page.body
    );
    assert_nothing_made(&test).await;
}

#[tokio::test]
async fn b2_a_callback_without_a_code_is_refused() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    assert_start_again(&browser.get(without(&back, "code").as_str()).await);
    assert_nothing_made(&test).await;
}

async fn token_endpoint(action: Value, status: StatusCode, says: &str) {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    test.companycam_fault(json!({"path": "/oauth/token", "action": action}));
    let page = browser.get(back.as_str()).await;
    assert_eq!(page.status, status, "{}", page.body);
    assert!(page.says(says), "{}", page.body);
    assert!(page.says("Nothing was") && page.says("/companycam/connect\""));
    assert_nothing_made(&test).await;
    let retried = browser.get("/companycam/connect").await;
    let back = browser.consent(&retried, CONSENTING, true).await;
    let page = browser.open(back.as_str()).await;
    assert!(page.says("CompanyCam is connected."), "{}", page.body);
}

const UNAVAILABLE: &str = "CompanyCam isn’t available right now";

#[tokio::test]
async fn b2_the_token_endpoint_answers_with_a_login_page() {
    token_endpoint(json!("html_login"), StatusCode::BAD_GATEWAY, UNAVAILABLE).await;
}

#[tokio::test]
async fn b2_the_token_endpoint_does_not_know_us() {
    let action = json!({"status": 401, "headers": {"content-type": "application/json"}, "body": "{\"error\": \"invalid_client\"}"});
    let says = "CompanyCam did not accept this integration's request.";
    token_endpoint(action, StatusCode::BAD_REQUEST, says).await;
}

#[tokio::test]
async fn b33_the_token_endpoint_is_not_found() {
    token_endpoint(json!({"page": 404}), StatusCode::BAD_GATEWAY, UNAVAILABLE).await;
}

#[tokio::test]
async fn b2_the_token_endpoint_limits_us() {
    let action = json!({"status": 429, "headers": {"retry-after": "30"}});
    token_endpoint(action, StatusCode::BAD_GATEWAY, UNAVAILABLE).await;
}

#[tokio::test]
async fn b2_the_token_endpoint_fails() {
    token_endpoint(json!({"status": 500}), StatusCode::BAD_GATEWAY, UNAVAILABLE).await;
}

#[tokio::test]
async fn b2_the_token_endpoint_cuts_the_connection() {
    token_endpoint(json!("reset_before"), StatusCode::BAD_GATEWAY, UNAVAILABLE).await;
}

#[tokio::test]
async fn b2_the_token_endpoints_answer_is_lost() {
    token_endpoint(json!("reset_after"), StatusCode::BAD_GATEWAY, UNAVAILABLE).await;
}

#[tokio::test]
async fn b2_nothing_half_made_stays_when_the_company_cannot_be_read() {
    for action in [
        json!({"status": 500}),
        json!({"status": 403}),
        json!({"status": 200, "body": "{}", "headers": {"content-type": "application/json"}}),
        json!("reset_before"),
        json!("html_login"),
    ] {
        let test = TestApp::spawn().await;
        let (browser, back) = consented(&test).await;
        test.companycam_fault(json!({"path": "/v2/company", "action": action}));
        let page = browser.get(back.as_str()).await;
        assert_eq!(
            page.status,
            StatusCode::BAD_GATEWAY,
            "{action}: {}",
            page.body
        );
        assert!(page.says(UNAVAILABLE));
        assert_nothing_made(&test).await;
        assert_eq!(
            test.companycam_requests("POST", "/oauth/revoke"),
            1,
            "{action}"
        );
    }
}

#[tokio::test]
async fn b2_nothing_half_made_stays_when_the_tokens_cannot_be_sealed() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    // The ring that tokens are sealed with can't be read; CompanyCam's client is the read before.
    test.aws.refuse_if("GetSecretValue", 1, |call| {
        call.body["SecretId"] == "test/keys/tokens"
    });
    let page = browser.get(back.as_str()).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.says("Nothing was changed."));
    assert!(page.says(&format!("{}/companycam/connect", test.public_url)));
    assert_nothing_made(&test).await;
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 1);
    let email = CONSENTING;
    let elsewhere = test.connect_as("org_harbor", "usr_harper", email).await;
    assert!(
        elsewhere.tab().await.says("Connected"),
        "the company is free"
    );
}

#[tokio::test]
async fn b2_nothing_half_made_stays_when_the_connection_cannot_be_written() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    test.aws.refuse("TransactWriteItems", 1);
    let page = browser.get(back.as_str()).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_nothing_made(&test).await;
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 1);
}

#[tokio::test]
async fn b2_a_connection_whose_write_was_answered_with_a_failure_stands() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    // However often it is made again, the answer is lost.
    test.aws.lose_answer_if("TransactWriteItems", 10, |_| true);
    let page = browser.open(back.as_str()).await;
    assert!(page.says("CompanyCam is connected."), "{}", page.body);
    assert_eq!(test.companycam_requests("POST", "/oauth/revoke"), 0);
    test.drain().await;
    assert_eq!(holder(&test).await.as_deref(), Some(ORG));
}

#[tokio::test]
async fn b4_a_connection_that_stands_survives_a_failed_second_one() {
    for refused in ["GetItem", "TransactWriteItems"] {
        let test = TestApp::spawn().await;
        let browser = test.connect().await;
        test.drain().await;
        let connect = browser.get("/companycam/connect").await;
        let back = browser.consent(&connect, CONSENTING, true).await;
        test.aws.refuse_if(refused, 1, |call| {
            call.action != "GetItem" || call.body["TableName"] == "OrganizationsTable"
        });
        let page = browser.get(back.as_str()).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{refused}");
        assert_eq!(holder(&test).await.as_deref(), Some(ORG));
        test.poll().await;
        test.drain().await;
        let organization = test.organization().await.unwrap();
        assert_eq!(
            organization.state,
            model::organization::ConnectionState::Connected,
            "{refused}"
        );
        assert!(test.dead_letters().is_empty());
    }
}

#[tokio::test]
async fn b3_the_tab_shows_the_users_matched_right_after_consent() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    assert!(
        test.aws.sqs.next_due_ms().is_some(),
        "nothing of the queue was worked on yet"
    );
    let tab = browser.tab().await;
    for name in ["Avery Stone", "Blake Moreno", "Kit Monroe"] {
        assert!(tab.says(name), "{name}");
    }
    assert!(tab.says("same email in both systems"));
    // Avery, Blake, Casey, Devon, Emery and Finley have the same addresses on both sides.
    assert!(tab.says("6 matched, 6 not matched"), "{}", tab.body);
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.company_id, company(&test).await);
    assert!(tab.says("Ridgeline Exteriors") && tab.says(CONSENTING));
}

#[tokio::test]
async fn b3_the_tab_comes_even_if_the_users_do_not() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    test.companycam_fault(json!({"path": "/v2/users", "action": {"status": 500}}));
    let page = browser.open(back.as_str()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("CompanyCam is connected."));
    assert!(page.says("CompanyCam’s users haven’t been loaded yet."));
    test.drain().await;
    assert!(browser.tab().await.says("6 matched, 6 not matched"));
}

#[tokio::test]
async fn b3_the_tab_comes_even_if_one_click_does_not_list_its_users() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    test.one_click_fault(json!({"path": "/v1/organizations/*/users", "action": "reset_before"}));
    let page = browser.open(back.as_str()).await;
    assert!(page.says("CompanyCam is connected."), "{}", page.body);
    test.drain().await;
    assert!(browser.tab().await.says("6 matched, 6 not matched"));
}

#[tokio::test]
async fn b3_the_first_sync_comes_even_if_its_message_could_not_be_sent() {
    let test = TestApp::spawn().await;
    let (browser, back) = consented(&test).await;
    test.aws.refuse("SendMessageBatch", 1);
    let page = browser.open(back.as_str()).await;
    assert!(page.says("CompanyCam is connected."), "{}", page.body);
    assert!(test.aws.sqs.next_due_ms().is_none());
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(run.is_running());
    // The poll takes up a run that stood still; ten minutes are not waited for here.
    let stalled = model::sync_run::SyncRun {
        stepped_at: run.stepped_at - 3600,
        seq: run.seq + 1,
        ..run.clone()
    };
    let org = org_id();
    assert!(
        test.app
            .store
            .step_sync(&org, &stalled, run.seq, None)
            .await
            .unwrap()
            .applied()
    );
    test.poll().await;
    test.drain().await;
    assert!(
        !test
            .organization()
            .await
            .unwrap()
            .sync
            .unwrap()
            .is_running()
    );
}

#[tokio::test]
async fn b3_connecting_tells_one_click() {
    let test = TestApp::spawn().await;
    test.connect().await;
    test.drain().await;
    assert_eq!(crate::card(&test)["state"], "connected");
    assert!(stored_tokens(&test).await.is_some());
    let text = format!("Connected to Ridgeline Exteriors in CompanyCam by {CONSENTING}.");
    let activity = test.activity().await;
    assert!(
        activity.iter().any(|entry| entry.text == text),
        "{activity:?}"
    );
}
