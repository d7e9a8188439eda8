//! The integrations tab (B7, B9–B13, B19, B25, B28), over HTTP as a browser uses it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::doc_markdown,
    reason = "a test fails by panicking; CompanyCam is a name in prose, not an item"
)]

mod activity;
mod attention;
mod bringing_back;
mod cards;
mod chooser;
mod compression;
mod duplicates;
mod find;
mod guards;
mod history;
mod isolation;
mod outages;
mod pages;
mod pausing;
mod preferences;
mod previews;
mod pushing;
mod retry;
mod runs;
mod subjects;
mod suggestions;
mod sync_button;
mod sync_cancel;
mod users;
mod users_table;
mod watching;

use scraper::{Html, Selector};
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

/// What a form's answer says was done.
#[track_caller]
fn notice(page: &test_support::Page) -> String {
    let location = page
        .location()
        .unwrap_or_else(|| panic!("{} {}", page.status, page.body));
    let mut pairs = location.query_pairs();
    let found = pairs.find(|(name, _)| name == "notice");
    found.map(|(_, code)| code.into_owned()).unwrap_or_default()
}

/// The newest entry of the log that failed.
async fn failure(test: &TestApp) -> store::activity::Entry {
    let entries = test.activity().await.into_iter();
    let mut failed = entries.filter(|entry| entry.outcome == store::activity::Outcome::Failed);
    failed.next().expect("an entry that failed")
}

/// The part of the tab that the heading of this id begins.
#[track_caller]
fn card(tab: &test_support::Page, id: &str) -> String {
    let section = Selector::parse(&format!("section.card[aria-labelledby=\"{id}\"]")).unwrap();
    let page = Html::parse_document(&tab.body);
    let found = page.select(&section).next();
    found.unwrap_or_else(|| panic!("no {id}")).html()
}

/// Connects the organization to another company than before, and works until that is through.
async fn connect_another_company(test: &TestApp, browser: &Browser) {
    let body = serde_json::json!({"name": "Lakeside Roofing"});
    let made = test
        .companycam_control(http::Method::POST, "/companies", body)
        .await;
    let email = made["admin_email"].as_str().unwrap();
    let refused = test
        .authorize(browser, ORG, test_support::ADMIN, email)
        .await;
    let (_, rest) = refused.body.split_once("class=\"button\" href=\"").unwrap();
    let confirm = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    let confirmed = browser.get(&confirm).await;
    let back = browser.consent(&confirmed, email, true).await;
    assert!(browser.open(back.as_str()).await.says("Lakeside Roofing"));
    test.settle().await;
}
