//! B28: nothing of an organization is seen or changed through another's session.

use http::StatusCode;
use model::preferences::Preference;
use test_support::{Browser, ORG, TestApp};

use crate::{connected, status, user};

const HARBOR: &str = "org_harbor";

async fn harbor(test: &TestApp) -> Browser {
    let browser = test.browser();
    let token = test.launch_token(HARBOR, "usr_harper");
    browser
        .open(&format!("/companycam/settings?launch={token}"))
        .await;
    browser
}

#[tokio::test]
async fn b28_another_organizations_tab_shows_nothing_of_the_first() {
    let (test, _) = connected().await;
    let browser = harbor(&test).await;
    let tab = browser.tab().await;
    assert_eq!(tab.status, StatusCode::OK);
    assert!(tab.says("is not connected to CompanyCam yet."));
    for theirs in ["Ridgeline", "avery.stone", "Kit Monroe", "Sync finished"] {
        assert!(!tab.says(theirs), "{theirs}");
    }
    assert_eq!(status(&browser).await["state"], "not_connected");
}

#[tokio::test]
async fn b28_another_organizations_forms_change_nothing_of_the_first() {
    let test = TestApp::with_two_companies().await;
    test.connect().await;
    let email = "avery.stone@company-1.example";
    let browser = test.connect_as(HARBOR, "usr_harper", email).await;
    test.drain().await;
    let before = test.organization().await;
    let directory = test.directory().await;
    let tab = browser.tab().await;
    assert!(
        tab.says("Company 1") && !tab.says("Ridgeline"),
        "{}",
        tab.body
    );

    // The first company comes first, so this is Ridgeline's Kit.
    let kit = user(&test, "Kit Monroe").await;
    let picked = [("one_click_user_id", "usr_indigo")];
    let page = browser.submit(&format!("users/{kit}"), &picked).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let theirs = [("org_id", ORG), ("only_matched_users", "on")];
    let page = browser.submit("preferences", &theirs).await;
    assert!(page.status.is_redirection());
    browser
        .submit("sync", &[("since_days", "all"), ("org_id", ORG)])
        .await;
    browser.submit("disconnect", &[("org_id", ORG)]).await;
    test.drain().await;
    assert_eq!(test.organization().await, before);
    assert_eq!(test.directory().await, directory);
    let harbor = test.organization_of(HARBOR).await.unwrap();
    assert!(harbor.preferences.has(Preference::OnlyMatchedUsers));
}

#[tokio::test]
async fn b28_what_is_not_connected_cannot_be_set() {
    let (test, ridgeline) = connected().await;
    let browser = harbor(&test).await;
    let ours = ridgeline.tab().await;
    let foreign = ours.csrf_token().unwrap();
    for form in ["preferences", "sync", "disconnect"] {
        let path = format!("/companycam/settings/{form}");
        let page = browser.post(&path, &[("csrf_token", foreign)]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{form}");
    }
    assert!(test.organization_of(HARBOR).await.is_none());
}
