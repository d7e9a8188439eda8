//! The integrations tab (B7, B9–B13, B19, B25, B28), over HTTP as a browser uses it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::doc_markdown,
    reason = "a test fails by panicking; CompanyCam is a name in prose, not an item"
)]

mod chooser;
mod compression;
mod guards;
mod isolation;
mod pages;
mod preferences;
mod sync_button;
mod users;
mod users_table;

use serde_json::Value;
use test_support::{Browser, ORG, TestApp};

fn org_id() -> one_click::OrgId {
    one_click::OrgId::parse(ORG).unwrap()
}

/// Connected, with the first sync through.
async fn connected() -> (TestApp, Browser) {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    test.drain().await;
    (test, browser)
}

/// The CompanyCam user of that name.
async fn user(test: &TestApp, name: &str) -> String {
    let state = test.companycam_state().await;
    let users = state["users"].as_array().unwrap();
    let found = users.iter().find(|user| user["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

async fn status(browser: &Browser) -> Value {
    browser.get("/companycam/settings/status").await.json()
}
