//! The connection: its tokens, its webhooks, its end.

use http::Method;
use serde_json::json;
use test_support::TestApp;

use crate::companycam::project_with_photos;
use crate::{Subject, check, queue};

#[tokio::test]
async fn b4_finding_the_grant_revoked_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        // After the first time it has to be connected again.
        if test.poll().await == 0 {
            test.connect().await;
        }
        test.settle().await;
        let company = test.organization().await.unwrap().company_id;
        let revoke = format!("/companies/{company}/revoke_grants");
        test.companycam_control(Method::POST, &revoke, json!({}))
            .await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Connection
    })
    .await;
}

#[tokio::test]
async fn b4_renewing_the_access_token_cut_off_anywhere() {
    let test = TestApp::connected().await;
    // Where a spent refresh token is no longer taken, an answer lost before it is stored is lost for good.
    let grace = json!({"refresh_grace": true});
    test.companycam_control(Method::PATCH, "/settings", grace)
        .await;
    check(test, async |test| {
        test.companycam_control(Method::POST, "/tokens/expire", json!({}))
            .await;
        let (project, _) = project_with_photos(test).await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    })
    .await;
}

#[tokio::test]
async fn b17_registering_the_webhooks_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        test.delete_companycam_webhooks().await;
        // As if One Click had another key, so that it is told ours again.
        let (store, row) = (&test.app.store, test.organization().await.unwrap());
        let told = store.one_click_registered(&row.org_id, row.generation, "another");
        told.await.unwrap();
        queue(test, &json!({"kind": "poll"}));
        Subject::Connection
    })
    .await;
}

#[tokio::test]
async fn b5_disconnecting_cut_off_anywhere() {
    check(TestApp::spawn().await, async |test| {
        test.connect_and_settle().await;
        let organization = test.organization().await.unwrap();
        sync::run::connection::disconnect(&test.app, &organization, "somebody")
            .await
            .unwrap();
        Subject::Connection
    })
    .await;
}

#[tokio::test]
async fn b4_taking_over_from_the_version_before_cut_off_anywhere() {
    check(TestApp::connected().await, async |test| {
        test.as_the_version_before().await;
        test.app.forget_token(&crate::one_click_org());
        queue(test, &json!({"kind": "poll"}));
        Subject::Connection
    })
    .await;
}
