//! Live: what webhooks bring, in both directions, without a poll.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod assignees;
mod bad_input;
mod contacts;
mod cut_off;
mod echoes;
mod events;
mod existing;
mod existing_projects;
mod helpers;
mod job_faults;
mod jobs;
mod keys;
mod linking;
mod merges;
mod photo_events;
mod sharing;
mod skipped;
mod told;
mod webhook_ends;
mod webhooks;

use companycam::webhook::SCOPES;
use companycam::{AccessToken, Api, NewWebhook};
use one_click::OrgId;
use serde_json::{Value, json};
use test_support::steps::text;
use test_support::{ORG, TestApp};

fn org_id() -> OrgId {
    OrgId::parse(ORG).unwrap()
}

/// Where CompanyCam delivers to.
fn our_url(test: &TestApp) -> String {
    format!("{}/webhooks/companycam/{ORG}", test.public_url)
}

/// Whether CompanyCam's webhook is one of ours, whatever its key.
fn is_ours(test: &TestApp, webhook: &Value) -> bool {
    let url = webhook["url"].as_str().unwrap();
    url.split('?').next() == Some(our_url(test).as_str())
}

/// The one webhook that CompanyCam has of us, as it should be; its id.
async fn the_webhook(test: &TestApp) -> String {
    let webhooks = test.companycam_webhooks().await;
    let ours: Vec<_> = webhooks
        .iter()
        .filter(|webhook| is_ours(test, webhook))
        .collect();
    assert_eq!(ours.len(), 1, "{webhooks:#?}");
    let signing = test.webhook_keys().await;
    let url = format!("{}{}", our_url(test), signing.query);
    assert_eq!(ours[0]["url"], url);
    assert_eq!(ours[0]["enabled"], true);
    assert_eq!(ours[0]["scopes"], json!(SCOPES));
    text(&ours[0]["id"])
}

/// A project made now, of this name, reaches One Click without a poll.
async fn assert_told(test: &TestApp, name: &str) {
    let project = test.named_project(name).await;
    test.live().await;
    assert_eq!(test.job_of(&project)["customer_name"], name);
}

/// CompanyCam with the organization's own token, as another of its programs would use it.
async fn api(test: &TestApp) -> Api {
    let row = test.organization().await.unwrap();
    let tokens = test.app.tokens_of(&row).await.unwrap().unwrap();
    let token = AccessToken::new(tokens.access_token);
    test.app.companycam_api().unwrap().authorized(token)
}

fn another(url: String) -> NewWebhook {
    NewWebhook {
        url,
        scopes: vec!["project.*".to_owned()],
        token: "another".to_owned().into(),
        enabled: true,
    }
}

async fn disconnect(test: &TestApp) {
    let browser = test.administrator().await;
    let page = browser.submit("disconnect", &[]).await;
    assert!(page.status.is_redirection(), "{}", page.body);
    test.settle().await;
}
mod reassign_faults;
mod reassigning;
