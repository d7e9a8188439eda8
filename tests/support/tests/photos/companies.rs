//! Photos of an organization that is not connected any more, or to another company (B4, B5).

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use serde_json::json;
use test_support::steps::{requests, text};
use test_support::{ADMIN, ORG, Queue, TestApp};
use url::Url;

use crate::{with_a_waiting_photo, with_project};

#[tokio::test]
async fn b5_photos_no_longer_come_after_disconnecting_and_come_after_connecting_again() {
    let (test, project, photo) = with_a_waiting_photo().await;
    let browser = test.administrator().await;
    browser.submit("disconnect", &[]).await;
    test.settle().await;
    assert!(!test.shows(&project, &photo));
    assert!(test.aws.sqs.messages(Queue::Photos).is_empty());
    // Not even the sync that follows lists it.
    test.shelve(&project).await;
    test.connect_and_settle().await;
    assert!(test.shows(&project, &photo));
}

#[tokio::test]
async fn b4_photos_go_on_while_the_connection_needs_reconnecting() {
    let (test, project, photo) = with_a_waiting_photo().await;
    let company = test.organization().await.unwrap().company_id;
    let path = format!("/companies/{company}/revoke_grants");
    test.companycam_control(Method::POST, &path, json!({}))
        .await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    assert_eq!(test.poll().await, 0, "it needs reconnecting");
    test.settle().await;
    assert!(test.shows(&project, &photo));
}

/// Connects another company, as an administrator who confirms it.
async fn connect_another_company(test: &TestApp) {
    let made = test
        .companycam_control(Method::POST, "/companies", json!({"name": "Lakeside"}))
        .await;
    let browser = test.browser();
    let email = text(&made["admin_email"]);
    let page = test.authorize(&browser, ORG, ADMIN, &email).await;
    let (_, rest) = page.body.split_once("class=\"button\" href=\"").unwrap();
    let href = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    let confirm = Url::parse(&href).unwrap();
    let asked = browser.get(&confirm[url::Position::BeforePath..]).await;
    let back = browser.consent(&asked, &email, true).await;
    browser.open(back.as_str()).await;
    let name = test.organization().await.unwrap().company_name;
    assert_eq!(name, "Lakeside");
}

#[tokio::test]
async fn b5_a_photo_of_the_company_of_before_rests() {
    let (test, project, photo) = with_a_waiting_photo().await;
    let there = test.new_photo(&project, json!({})).await;
    test.catch_up().await;
    assert!(test.shows(&project, &photo) && test.shows(&project, &there));
    test.change_photo(&photo, json!({"internal": true})).await;
    test.annotate(&there).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    let messages = test.aws.sqs.messages(Queue::Photos);
    assert_eq!(messages.len(), 2);
    connect_another_company(&test).await;
    test.one_click.controls().clear_requests();
    test.deliver(Queue::Photos, &messages).await;
    for method in ["PUT", "DELETE", "PATCH"] {
        let changed = requests(test.one_click.controls(), method, "/images/");
        assert!(changed.is_empty(), "{method}");
    }
    assert!(test.shows(&project, &photo));
}

/// As a row was before it said its company.
async fn forget_company(test: &TestApp, photo: &str) {
    let db = aws_sdk_dynamodb::Client::new(&test.aws.config);
    let update = db
        .update_item()
        .table_name("PhotosTable")
        .key("org_id", AttributeValue::S(ORG.into()))
        .key("photo_id", AttributeValue::S(photo.into()));
    let update = update.update_expression("REMOVE company_id");
    update.send().await.unwrap();
}

#[tokio::test]
async fn b5_a_row_that_does_not_say_its_company_is_its_projects() {
    let (test, project) = with_project().await;
    let photo = test.new_photo(&project, json!({})).await;
    test.poll().await;
    while test.work_on(Queue::Sync).await > 0 {}
    forget_company(&test, &photo).await;
    let messages = test.aws.sqs.messages(Queue::Photos);
    connect_another_company(&test).await;
    test.deliver(Queue::Photos, &messages).await;
    assert!(!test.shows(&project, &photo));
}
