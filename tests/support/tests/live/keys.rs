//! Keys: taken over from the version before, and rotated, with traffic all the while (B4, B17).

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use model::organization::ConnectionState;
use serde_json::json;
use test_support::deliveries::deliver_signed;
use test_support::{ORG, TestApp};

use crate::{assert_told, our_url, the_webhook};

/// Both ways: a project that CompanyCam tells of, and what One Click's subscription signs with.
async fn assert_signed_with(test: &TestApp, name: &str, key: &str) {
    the_webhook(test).await;
    assert_told(test, name).await;
    let organization = test.organization().await.unwrap();
    assert_eq!(organization.state, ConnectionState::Connected, "{name}");
    assert_eq!(organization.webhook_key.as_deref(), Some(key), "{name}");
    assert_eq!(organization.one_click_key.as_deref(), Some(key), "{name}");
    assert!(test.dead_letters().is_empty(), "{name}");
}

/// The version of the key that the organization's tokens are sealed with.
async fn sealed_with(test: &TestApp) -> String {
    let sealed = test.organization().await.unwrap().sealed_tokens.unwrap();
    sealed.split('.').next().unwrap().to_owned()
}

#[tokio::test]
async fn b4_what_the_version_before_stored_is_taken_over_and_deleted() {
    let mut test = TestApp::connected_live().await;
    let (_, keys) = test.as_the_version_before().await;
    test.restart();
    // Until the next poll both sides sign as before, and that is taken in.
    assert_told(&test, "By the old address").await;
    let body = json!({"event_type": "project.created", "payload": {"id": "7"}}).to_string();
    let delivered = deliver_signed(&our_url(&test), &keys.companycam_token, body.as_bytes()).await;
    assert_eq!(delivered.status, 200);
    test.settle().await;
    // Its tokens were needed for that.
    assert_eq!(sealed_with(&test).await, "v1");

    test.catch_up().await;
    assert_signed_with(&test, "By the new address", "v1.g1").await;
    for what in ["tokens", "webhooks"] {
        assert_eq!(test.secret(&test.own_secret(what)).await, None, "{what}");
    }
    assert!(test.organization().await.unwrap().no_old_secrets);
    // The old address has no key any more.
    test.advance(Duration::from_mins(2));
    let process = test.fresh_ingest().await;
    let url = format!("{}/webhooks/companycam/{ORG}", process.origin);
    let refused = deliver_signed(&url, &keys.companycam_token, body.as_bytes()).await;
    assert_eq!(refused.status, 401);
    let deleted = test.aws.count("DeleteSecret");
    test.catch_up().await;
    assert_eq!(test.aws.count("DeleteSecret"), deleted, "only once");
}

#[tokio::test]
async fn b4_tokens_that_the_version_before_stored_beside_us_are_the_ones_that_count() {
    let mut test = TestApp::connected_live().await;
    let row = test.organization().await.unwrap();
    let tokens = test.app.tokens_of(&row).await.unwrap().unwrap();
    // It connects: the tokens go to its secret, and what is sealed stays from the connection before.
    test.keep_in_a_secret(&tokens).await;
    let db = aws_sdk_dynamodb::Client::new(&test.aws.config);
    db.update_item()
        .table_name("OrganizationsTable")
        .key("org_id", AttributeValue::S(ORG.to_owned()))
        .update_expression("ADD generation :one REMOVE no_old_secrets")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .send()
        .await
        .unwrap();
    test.restart();
    test.catch_up().await;
    assert_signed_with(&test, "Told", "v1.g2").await;
    let sealed = test.organization().await.unwrap().sealed_tokens.unwrap();
    assert!(sealed.starts_with("v1.g2."), "{sealed}");
}

#[tokio::test]
async fn b4_the_ring_of_tokens_is_rotated_without_a_break() {
    let mut test = TestApp::connected_live().await;
    test.rotate("tokens").await;
    assert_told(&test, "The old version goes on").await;
    assert_eq!(sealed_with(&test).await, "v1");
    test.advance(Duration::from_mins(6));
    test.catch_up().await;
    assert_eq!(sealed_with(&test).await, "v2");
    assert_told(&test, "Sealed anew").await;
    test.remove_version("tokens", "1").await;
    test.restart();
    test.catch_up().await;
    assert_signed_with(&test, "Without the old version", "v1.g1").await;
}

#[tokio::test]
async fn b4_a_process_that_has_not_read_the_new_version_yet_reads_it_when_it_meets_it() {
    let mut test = TestApp::connected_live().await;
    test.rotate("tokens").await;
    let warm = std::sync::Arc::clone(&test.app);
    test.restart();
    test.catch_up().await;
    assert_eq!(sealed_with(&test).await, "v2");
    // Within its five minutes, and not within seconds of its last read.
    test.advance(Duration::from_secs(30));
    warm.forget_token(&crate::org_id());
    let row = test.organization().await.unwrap();
    assert!(warm.tokens_of(&row).await.unwrap().is_some());
}

#[tokio::test]
async fn b4_tokens_whose_version_was_taken_out_too_early_need_reconnecting_and_no_more() {
    let mut test = TestApp::connected_live().await;
    test.rotate("tokens").await;
    test.remove_version("tokens", "1").await;
    test.restart();
    test.catch_up().await;
    let state = test.organization().await.unwrap().state;
    assert_eq!(state, ConnectionState::NeedsReconnecting);
    // By then no process seals with the old one any more.
    test.advance(Duration::from_mins(6));
    test.connect_and_settle().await;
    assert_signed_with(&test, "Connected anew", "v1.g2").await;
}

#[tokio::test]
async fn b17_the_ring_of_webhooks_is_rotated_without_a_break() {
    let mut test = TestApp::connected_live().await;
    let id = the_webhook(&test).await;
    test.rotate("webhooks").await;
    assert_told(&test, "By the old version").await;
    test.advance(Duration::from_mins(6));
    test.catch_up().await;
    test.advance(Duration::from_mins(1));
    assert_signed_with(&test, "By the new version", "v2.g1").await;
    assert_eq!(the_webhook(&test).await, id, "mended, not made anew");
    test.remove_version("webhooks", "1").await;
    test.restart();
    test.catch_up().await;
    assert_signed_with(&test, "Without the old version", "v2.g1").await;
}

#[tokio::test]
async fn b17_one_click_down_while_a_ring_is_rotated_is_told_later() {
    let test = TestApp::connected_live().await;
    test.rotate("webhooks").await;
    test.advance(Duration::from_mins(6));
    test.one_click_fault(json!({
        "method": "PUT", "path": "*/webhooks/companycam", "times": 1, "action": {"status": 503},
    }));
    test.catch_up().await;
    test.catch_up().await;
    test.advance(Duration::from_mins(1));
    assert_signed_with(&test, "Told", "v2.g1").await;
}
