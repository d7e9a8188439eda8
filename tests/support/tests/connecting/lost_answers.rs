//! B1, B2, B26: DynamoDB does what it is asked and its answer is lost, so that the SDK's second try
//! meets the first.

use http::StatusCode;
use test_support::{ADMIN, CONSENTING, ORG, TestApp};

#[tokio::test]
async fn b1_b26_a_launch_whose_answer_was_lost_was_not_used_before() {
    for door in ["connect", "settings"] {
        let test = TestApp::spawn().await;
        let launch = test.launch_token(ORG, ADMIN);
        let path = format!("/companycam/{door}?launch={launch}");
        test.aws.lose_answer("PutItem", 1);
        let browser = test.browser();
        let page = browser.get(&path).await;
        assert!(page.status.is_redirection(), "{door}: {}", page.body);
        assert_eq!(
            browser.get("/companycam/settings").await.status,
            StatusCode::OK
        );
        // It is used up all the same.
        let again = test.browser().get(&path).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST, "{door}");
        assert!(again.says("This link was used before."), "{}", again.body);
    }
}

#[tokio::test]
async fn b2_b26_a_login_whose_answer_was_lost_was_not_used_before() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let back = test.consent(&browser, ORG, ADMIN, CONSENTING).await;
    test.aws.lose_answer("UpdateItem", 1);
    test.aws.lose_answer("DeleteItem", 1);
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("CompanyCam is connected."), "{}", tab.body);
    // It is used up all the same.
    let again = browser.get(back.as_str()).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "{}", again.body);
    assert!(again.says("already used"), "{}", again.body);
    assert_eq!(test.companycam_requests("POST", "/oauth/token"), 1);
}

#[tokio::test]
async fn b26_every_answer_of_a_connection_lost_once_makes_the_same_connection() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    for action in ["PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query"] {
        test.aws.lose_answer(action, 1);
    }
    let page = test.authorize(&browser, ORG, ADMIN, CONSENTING).await;
    assert!(page.says("CompanyCam is connected."), "{}", page.body);
    test.drain().await;
    assert_eq!(test.organization().await.unwrap().generation, 1);
    assert!(test.dead_letters().is_empty());
}
