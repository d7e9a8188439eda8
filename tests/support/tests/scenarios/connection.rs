//! The connection: its tokens, its webhooks, its end.

use http::Method;
use serde_json::json;
use test_support::TestApp;

use crate::companycam::project_with_photos;
use crate::play::{Scenario, Subject, one_click_org, queue};

pub struct FindingGrantRevoked;

impl Scenario for FindingGrantRevoked {
    async fn act(test: &TestApp) -> Subject {
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
    }
}

pub struct RenewingAccessToken;

impl Scenario for RenewingAccessToken {
    async fn begin() -> TestApp {
        let test = TestApp::connected().await;
        // Where a spent refresh token is no longer taken, an answer lost before it is stored is lost for good.
        let grace = json!({"refresh_grace": true});
        test.companycam_control(Method::PATCH, "/settings", grace)
            .await;
        test
    }

    async fn act(test: &TestApp) -> Subject {
        test.companycam_control(Method::POST, "/tokens/expire", json!({}))
            .await;
        let (project, _) = project_with_photos(test).await;
        queue(test, &json!({"kind": "poll"}));
        Subject::Project(project)
    }
}

pub struct RegisteringWebhooks;

impl Scenario for RegisteringWebhooks {
    async fn act(test: &TestApp) -> Subject {
        test.delete_companycam_webhooks().await;
        // As if One Click had another key, so that it is told ours again.
        let (store, row) = (&test.app.store, test.organization().await.unwrap());
        let told = store.record_one_click_webhook(&row.org_id, row.generation, "another");
        told.await.unwrap();
        queue(test, &json!({"kind": "poll"}));
        Subject::Connection
    }
}

pub struct Disconnecting;

impl Scenario for Disconnecting {
    async fn begin() -> TestApp {
        TestApp::spawn().await
    }

    async fn act(test: &TestApp) -> Subject {
        test.connect_and_settle().await;
        let organization = test.organization().await.unwrap();
        sync::connection::disconnect(&test.app, &organization, "somebody")
            .await
            .unwrap();
        Subject::Connection
    }
}

pub struct TakingOverFromVersionBefore;

impl Scenario for TakingOverFromVersionBefore {
    async fn act(test: &TestApp) -> Subject {
        // So much time may have passed that the tokens are to be renewed.
        test.catch_up().await;
        test.as_the_version_before().await;
        test.app.forget_token(&one_click_org());
        queue(test, &json!({"kind": "poll"}));
        Subject::Connection
    }
}
