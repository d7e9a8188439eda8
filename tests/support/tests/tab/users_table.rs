//! B25: the table of users, its counts and its search.

use http::{Method, StatusCode};
use serde_json::json;
use test_support::{Browser, Page, TestApp};

use crate::user;
use crate::users::row;

/// The rows that are not hidden.
fn shown(tab: &Page) -> Vec<&str> {
    let rows = tab.body.split("<tr").skip(1);
    rows.filter(|row| {
        row.contains("scope=\"row\"") && !row.split_once('>').unwrap().0.contains("hidden")
    })
    .collect()
}

/// Kit's address is that of two users of One Click.
async fn with_an_ambiguous_kit() -> (TestApp, Browser) {
    let test = TestApp::spawn().await;
    let kit = user(&test, "Kit Monroe").await;
    let changes = json!({"email_address": "office@ridgeline.example"});
    test.companycam_control(Method::PATCH, &format!("/users/{kit}"), changes)
        .await;
    let browser = test.connect().await;
    (test, browser)
}

#[tokio::test]
async fn b25_the_table_says_who_how_and_how_many() {
    let (_test, browser) = with_an_ambiguous_kit().await;
    let tab = browser.tab().await;
    assert!(tab.says("6 matched, 6 not matched"));
    assert_eq!(shown(&tab).len(), 12);
    let blake = row(&tab, "Blake Moreno");
    assert!(blake.contains("<td>Blake Moreno") && blake.contains("same email"));
    let kit = row(&tab, "Kit Monroe");
    assert!(
        kit.contains("Not matched") && kit.contains("can’t match automatically"),
        "{kit}"
    );
    assert!(!tab.says("<select name=\"one_click_user_id\""));
}

#[tokio::test]
async fn b25_the_search_shows_who_has_every_word() {
    let (_test, browser) = with_an_ambiguous_kit().await;
    for (query, found) in [
        ("?user=kit", 1),
        ("?user=MONROE+kit", 1),
        ("?user=kit+blake", 0),
        ("?user=+", 12),
        ("?user=automatically", 1),
        ("?users=matched", 6),
        ("?users=not-matched", 6),
        ("?users=matched&user=kit", 0),
        ("?users=nonsense", 12),
    ] {
        let tab = browser.get(&format!("/companycam/settings{query}")).await;
        assert_eq!(tab.status, StatusCode::OK);
        assert_eq!(shown(&tab).len(), found, "{query}");
        assert!(tab.says(&format!(">{found} of 12 users<")), "{query}");
        assert_eq!(tab.says("data-empty>"), found == 0, "{query}");
    }
    let tab = browser.get("/companycam/settings?user=%22%3E%3Cb%3E").await;
    assert!(tab.says("value=\"&quot;&gt;&lt;b&gt;\"") && !tab.says("<b>"));
}

#[tokio::test]
async fn b25_five_hundred_users_are_a_light_page() {
    let options = companycam_simulator::Options {
        users: 500,
        ..companycam_simulator::Options::empty()
    };
    let test = TestApp::with(options, one_click_simulator::Options::default()).await;
    for number in 0..490 {
        let new = json!({"name": format!("Person {number}"), "email": format!("p{number}@ridgeline.example")});
        let path = "/organizations/org_ridgeline/users";
        test.one_click_control(Method::POST, path, new).await;
    }
    let browser = test.connect().await;
    let tab = browser.tab().await;
    assert_eq!(shown(&tab).len(), 500);
    let (_, bytes) = browser.get_compressed("/companycam/settings").await;
    assert!(bytes.len() < 60_000, "{} bytes", bytes.len());
    let state = test.companycam_state().await;
    let last = state["users"][499]["id"].as_str().unwrap();
    let path = format!("/companycam/settings/users/{last}");
    assert!(browser.get(&path).await.says("Person 489"));
    let (_, bytes) = browser.get_compressed(&path).await;
    assert!(bytes.len() < 60_000, "{} bytes", bytes.len());
}
