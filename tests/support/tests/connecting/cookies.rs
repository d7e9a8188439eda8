//! B1, B2, B25, B28: which of the cookies that a browser sends is the session's.

use http::StatusCode;
use test_support::{ADMIN, CONSENTING, ORG, TestApp};

const SETTINGS: &str = "/companycam/settings";

/// As many letters as a session's secret has, and the last such that it could be one.
fn made_up(letter: &str) -> String {
    format!("companycam_session={}", letter.repeat(42) + "A")
}

#[tokio::test]
async fn b25_somebody_elses_cookie_in_any_letters_signs_nobody_out() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    for foreign in [
        "nick=Søren".as_bytes(),
        b"nick=S\xf8ren",
        b"\xff",
        b"=;;=\xe2\x82",
    ] {
        browser.keep_foreign_cookies(foreign);
        let tab = browser.get(SETTINGS).await;
        assert_eq!(tab.status, StatusCode::OK, "{foreign:?}: {}", tab.body);
        assert!(tab.says("Connected"));
        let status = browser.get("/companycam/settings/status").await;
        assert_eq!(status.json()["state"], "syncing");
        assert!(
            browser
                .submit("sync", &[("since_days", "29")])
                .await
                .status
                .is_redirection()
        );
    }
}

#[tokio::test]
async fn b1_b2_somebody_elses_cookie_in_any_letters_does_not_end_a_login() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    browser.keep_foreign_cookies("nick=Søren");
    let back = test.consent(&browser, ORG, ADMIN, CONSENTING).await;
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("CompanyCam is connected."), "{}", tab.body);
}

#[tokio::test]
async fn b28_cookies_that_name_no_session_cost_no_read() {
    let test = TestApp::spawn().await;
    for foreign in [
        "companycam_session=; ".repeat(355),
        "companycam_session=x; ".repeat(355),
        format!("companycam_session={}", "A".repeat(9000)),
        [made_up("A"), made_up("B"), made_up("C")].join("; "),
    ] {
        let browser = test.browser();
        browser.keep_foreign_cookies(foreign.clone());
        for path in ["settings", "settings/status", "connect", "callback?state=x"] {
            let before = test.aws.count("GetItem");
            let page = browser.get(&format!("/companycam/{path}")).await;
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}: {foreign}");
            assert!(page.says("Please sign in again"));
            assert_eq!(test.aws.count("GetItem"), before, "{path}: {foreign}");
        }
    }
}

#[tokio::test]
async fn b28_cookies_that_could_name_a_session_cost_one_read() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    browser.keep_foreign_cookies(format!("{}; ", made_up("A")).repeat(100));
    let before = test.aws.count("GetItem");
    let page = browser.get(SETTINGS).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert_eq!(test.aws.count("GetItem"), before + 1);
}

#[tokio::test]
async fn b25_what_is_no_session_beside_the_session_does_not_matter() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    browser
        .keep_foreign_cookies("companycam_session=; companycam_session=x; companycam_sessions=y");
    assert_eq!(browser.get(SETTINGS).await.status, StatusCode::OK);
    browser.keep_foreign_cookies(made_up("A"));
    let page = browser.get(SETTINGS).await;
    assert_eq!(
        page.status,
        StatusCode::UNAUTHORIZED,
        "whose it is nobody knows"
    );
}
