//! Chains of messages: Lambda ends those that look like loops, and nothing but their own rules ends
//! those that are meant.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

use serde_json::json;
use test_support::TestApp;

/// So many turns of one function Lambda lets a chain have, unless the template says that it may loop.
const LAMBDAS_LIMIT: u32 = 16;

#[tokio::test]
async fn b27_a_chain_longer_than_lambda_takes_for_a_loop_goes_on_to_its_end() {
    let test = TestApp::spawn().await;
    for number in 0..30 {
        let name = format!("House {number}");
        test.named_project(&name).await;
    }
    test.companycam_fault(json!({"path": "/v2/photos", "times": 12, "action": {"status": 503}}));
    test.connect_and_settle().await;
    let turns = test.deepest_chain("ProjectSync");
    assert!(turns > LAMBDAS_LIMIT, "only {turns}: this shows nothing");
    assert!(test.dead_letters().is_empty(), "{:?}", test.dead_letters());
    let run = test.organization().await.unwrap().sync.unwrap();
    assert!(!run.is_running(), "{run:?}");
}
