//! B7: the pencil's page, where another One Click user is picked.

use http::{Method, StatusCode};
use serde_json::json;
use test_support::{Browser, Page, TestApp};

use crate::users::{assert_saved, pick};
use crate::{connected, user};

async fn open(test: &TestApp, browser: &Browser, name: &str, query: &str) -> Page {
    let id = user(test, name).await;
    let path = format!("/companycam/settings/users/{id}{query}");
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    page
}

/// The offer with that value: its tags and texts.
fn offer<'a>(page: &'a Page, value: &str) -> &'a str {
    let value = format!("name=\"one_click_user_id\" value=\"{value}\"");
    let mut offers = page.body.split("<label class=\"offer\"").skip(1);
    let found = offers.find(|offer| offer.contains(&value));
    found.unwrap().split_once("</label>").unwrap().0
}

fn is_hidden(offer: &str) -> bool {
    offer.split_once('>').unwrap().0.contains("hidden")
}

#[tokio::test]
async fn b7_the_pencil_leads_to_a_page_that_offers_everybody() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    let tab = browser.tab().await;
    let link = format!(
        "href=\"{}/companycam/settings/users/{kit}\" data-dialog aria-label=\"Change the match of Kit Monroe\"",
        test.public_url
    );
    assert!(tab.says(&link), "{}", tab.body);
    let page = open(&test, &browser, "Kit Monroe", "").await;
    assert!(page.says("<h1>Match Kit Monroe to a One Click user</h1>"));
    for value in ["auto", "", "usr_front_desk", "usr_blake"] {
        offer(&page, value);
    }
    assert!(!page.says("usr_harper"), "of another organization");
    assert!(!page.says("value=\"usr_gray\""), "deactivated");
    assert!(page.says(">Save</button>") && page.says(">Cancel</a>"));
}

#[tokio::test]
async fn b7_what_is_saved_is_what_is_picked_on_the_page() {
    let (test, browser) = connected().await;
    let page = open(&test, &browser, "Blake Moreno", "").await;
    assert!(offer(&page, "auto").contains(" checked"));
    assert!(offer(&page, "auto").contains("Blake Moreno has the same email."));
    assert!(offer(&page, "usr_blake").contains("matched now"));
    assert!(page.says("Now: <strong>Blake Moreno</strong> (same email)"));
    let kit = user(&test, "Kit Monroe").await;
    assert_saved(&pick(&browser, &kit, "usr_front_desk").await);
    let page = open(&test, &browser, "Kit Monroe", "").await;
    assert!(offer(&page, "usr_front_desk").contains(" checked"));
    assert!(!offer(&page, "auto").contains(" checked"));
    assert_saved(&pick(&browser, &kit, "").await);
    let page = open(&test, &browser, "Kit Monroe", "").await;
    assert!(offer(&page, "").contains(" checked"));
    assert_eq!(page.body.matches(" checked").count(), 1);
}

#[tokio::test]
async fn b7_who_is_taken_cannot_be_picked_and_it_says_by_whom() {
    let (test, browser) = connected().await;
    let page = open(&test, &browser, "Kit Monroe", "").await;
    let blake = offer(&page, "usr_blake");
    assert!(blake.contains(" disabled") && blake.contains("already matched to Blake Moreno"));
    let free = offer(&page, "usr_front_desk");
    assert!(!free.contains(" disabled") && !free.contains("already matched"));
    let at = |value: &str| page.body.find(&format!("value=\"{value}\"")).unwrap();
    assert!(
        at("usr_front_desk") < at("usr_blake"),
        "who is free comes first"
    );
}

#[tokio::test]
async fn b7_the_page_searches_among_one_clicks_users() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    assert_saved(&pick(&browser, &kit, "usr_front_desk").await);
    let page = open(&test, &browser, "Kit Monroe", "?name=BLAKE").await;
    assert!(!is_hidden(offer(&page, "usr_blake")));
    assert!(is_hidden(offer(&page, "usr_back_office")));
    assert!(!is_hidden(offer(&page, "usr_front_desk")), "picked now");
    let nobody = open(&test, &browser, "Lane Porter", "?name=%22%3E%3Cb%3Enobody").await;
    assert!(nobody.says(">0 of "));
    assert!(nobody.says("data-empty>No One Click user matches this search."));
    assert!(nobody.says("value=\"&quot;&gt;&lt;b&gt;nobody\""));
}

#[tokio::test]
async fn b7_a_pick_who_left_one_click_is_explained() {
    let (test, browser) = connected().await;
    let kit = user(&test, "Kit Monroe").await;
    assert_saved(&pick(&browser, &kit, "usr_front_desk").await);
    let path = "/organizations/org_ridgeline/users/usr_front_desk";
    test.one_click_control(Method::PATCH, path, json!({"active": false}))
        .await;
    let org = crate::org_id();
    let company = test.organization().await.unwrap().company_id;
    let known = test.directory().await;
    let mut users = known.one_click.clone();
    for user in &mut users {
        user.active &= user.id.as_str() != "usr_front_desk";
    }
    let store = &test.app.store;
    let listed = store::matches::Listed {
        companycam: known.companycam.clone(),
        one_click: users,
    };
    let refreshed = store.refresh_directory(&org, &company, &known, &listed);
    refreshed.await.unwrap();
    let page = open(&test, &browser, "Kit Monroe", "").await;
    assert!(
        page.says("because Front Desk, who was matched manually, is deactivated in One Click"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn b7_an_unknown_user_has_a_page_with_a_way_back() {
    let (test, browser) = connected().await;
    for unknown in ["4711", "%20", "%F0%9F%A6%80", "x%2Fy"] {
        let path = format!("/companycam/settings/users/{unknown}");
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{unknown}");
        assert!(page.says("Unknown user") && page.says("Back to the settings"));
    }
    let kit = user(&test, "Kit Monroe").await;
    let path = format!("/companycam/settings/users/{kit}");
    let nobody = test.browser().get(&path).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let token = test.launch_token("org_harbor", "usr_harper");
    let foreign = test.browser();
    foreign
        .open(&format!("/companycam/settings?launch={token}"))
        .await;
    let page = foreign.get(&path).await;
    assert_eq!(
        page.status,
        StatusCode::NOT_FOUND,
        "of another organization"
    );
}
