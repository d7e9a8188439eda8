//! B37: a link that did not come from One Click or from our own pages stops at a page, and only that
//! page's form does what the link wanted.

use http::StatusCode;
use test_support::{ADMIN, Arrival, Browser, CONSENTING, ORG, Page, TestApp};

use crate::assert_nothing_made;

const FOREIGN: [Arrival; 4] = [
    Arrival::Elsewhere,
    Arrival::Nowhere,
    Arrival::Silent,
    // Without One Click's referrer our own pages are no better: none of them links to a launch.
    Arrival::Ours,
];

fn launch_at(test: &TestApp, door: &str) -> String {
    let token = test.launch_token(ORG, ADMIN);
    format!("/companycam/{door}?launch={token}")
}

/// The page names who and for whom, and has led nowhere.
#[track_caller]
fn assert_stopped(page: &Page) {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.location().is_none());
    assert!(page.says("Ridgeline Exteriors") && page.says("avery.stone@ridgeline.example"));
    assert!(page.says("Back to One Click"), "a way out");
    assert!(page.csrf_token().is_some(), "{}", page.body);
}

/// Nothing was written, and there is no session.
async fn assert_nothing_used(test: &TestApp, browser: &Browser) {
    assert!(test.aws.items("EphemeralTable").await.is_empty());
    let tab = browser.get("/companycam/settings").await;
    assert_eq!(tab.status, StatusCode::UNAUTHORIZED);
}

fn is_consent(test: &TestApp, page: &Page) -> bool {
    let location = page.location();
    location.is_some_and(|url| {
        url.as_str().starts_with(&test.companycam.origin) && url.path() == "/oauth/authorize"
    })
}

fn is_tab(test: &TestApp, page: &Page) -> bool {
    let tab = format!("{}/companycam/settings", test.public_url);
    page.location().is_some_and(|url| url.as_str() == tab)
}

#[tokio::test]
async fn b37_a_launch_from_elsewhere_stops_at_a_page_and_goes_on_by_its_form() {
    let test = TestApp::spawn().await;
    for arrival in FOREIGN {
        let browser = test.browser();
        let before = test.aws.items("EphemeralTable").await;
        let page = browser
            .get_from(arrival, &launch_at(&test, "connect"))
            .await;
        assert_stopped(&page);
        assert!(page.says("You go on to CompanyCam."));
        assert_eq!(
            test.aws.items("EphemeralTable").await,
            before,
            "{arrival:?}"
        );
        let tab = browser.get("/companycam/settings").await;
        assert_eq!(tab.status, StatusCode::UNAUTHORIZED, "{arrival:?}");
        assert_nothing_made(&test).await;

        let pressed = browser.press(&page).await;
        assert!(is_consent(&test, &pressed), "{arrival:?}: {}", pressed.body);
        let back = browser.consent(&pressed, CONSENTING, false).await;
        assert!(browser.get(back.as_str()).await.says("You declined access"));
    }
    let browser = test.browser();
    let page = browser
        .get_from(Arrival::Silent, &launch_at(&test, "connect"))
        .await;
    let pressed = browser.press(&page).await;
    let back = browser.consent(&pressed, CONSENTING, true).await;
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("CompanyCam is connected."), "{}", tab.body);
}

#[tokio::test]
async fn b37_the_settings_from_elsewhere_stop_at_a_page_and_open_by_its_form() {
    for arrival in FOREIGN {
        let test = TestApp::spawn().await;
        let browser = test.browser();
        let page = browser
            .get_from(arrival, &launch_at(&test, "settings"))
            .await;
        assert_stopped(&page);
        assert_nothing_used(&test, &browser).await;
        let pressed = browser.press(&page).await;
        assert!(is_tab(&test, &pressed), "{arrival:?}: {}", pressed.body);
        let tab = browser.follow(pressed).await;
        assert!(
            tab.says("is not connected to CompanyCam yet"),
            "{}",
            tab.body
        );
    }
}

#[tokio::test]
async fn b37_from_one_click_nobody_is_asked() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let page = browser
        .get_from(Arrival::OneClick, &launch_at(&test, "connect"))
        .await;
    assert!(is_consent(&test, &page), "{}", page.body);
    let page = browser
        .get_from(Arrival::OneClick, &launch_at(&test, "settings"))
        .await;
    assert!(is_tab(&test, &page), "{}", page.body);
}

#[tokio::test]
async fn b37_a_form_without_its_token_or_cookie_uses_nothing_up() {
    for door in ["connect", "settings"] {
        let test = TestApp::spawn().await;
        let browser = test.browser();
        let page = browser
            .get_from(Arrival::Silent, &launch_at(&test, door))
            .await;
        let (_, launch) = page.hidden_fields().pop().unwrap();
        let token = page.csrf_token().unwrap();
        let (other, third) = (test.browser(), test.browser());
        let of_other = other
            .get_from(Arrival::Silent, &launch_at(&test, door))
            .await;
        let elsewhere = other
            .get_from(
                Arrival::Silent,
                &format!("/companycam/{door}?launch={launch}"),
            )
            .await;
        let path = format!("/companycam/{door}");
        for (sender, token) in [
            (&browser, None),
            (&browser, Some("")),
            (&browser, Some("wrong")),
            // Another launch's, and the same launch's in another browser.
            (&browser, of_other.csrf_token()),
            (&browser, elsewhere.csrf_token()),
            // Another browser's cookie, or none.
            (&other, Some(token)),
            (&third, Some(token)),
        ] {
            let mut fields = vec![("launch", launch.as_str())];
            fields.extend(token.map(|token| ("csrf_token", token)));
            let refused = sender.post(&path, &fields).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{door} {token:?}");
            assert!(refused.says("Nothing was changed."), "{}", refused.body);
            assert_nothing_used(&test, sender).await;
        }
        // Of the other door it is no token either.
        let wrong_door = if door == "connect" {
            "settings"
        } else {
            "connect"
        };
        let fields = [("launch", launch.as_str()), ("csrf_token", token)];
        let refused = browser
            .post(&format!("/companycam/{wrong_door}"), &fields)
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{door}");
        assert_nothing_used(&test, &browser).await;

        let pressed = browser.press(&page).await;
        assert!(pressed.status.is_redirection(), "{door}: {}", pressed.body);
    }
}

#[tokio::test]
async fn b37_a_form_that_says_nothing_is_refused() {
    let test = TestApp::spawn().await;
    for (path, status) in [
        ("/companycam/connect", StatusCode::UNAUTHORIZED),
        ("/companycam/settings", StatusCode::UNAUTHORIZED),
    ] {
        let page = test.browser().post(path, &[]).await;
        assert_eq!(page.status, status, "{path}: {}", page.body);
    }
    let browser = test.browser();
    browser.open(&launch_at(&test, "settings")).await;
    for path in ["/companycam/connect", "/companycam/settings"] {
        let page = browser.post_nothing(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}: {}", page.body);
        let page = browser
            .post_body(path, "application/json", b"{}".to_vec())
            .await;
        assert!(page.status.is_client_error() && page.says("Nothing was changed."));
    }
}

#[tokio::test]
async fn b37_two_clicks_on_the_button_are_one() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let page = browser
        .get_from(Arrival::Elsewhere, &launch_at(&test, "connect"))
        .await;
    // The browser lets the first answer go and shows the second.
    let first = browser.apart().press(&page).await;
    let second = browser.press(&page).await;
    assert!(
        is_consent(&test, &first) && is_consent(&test, &second),
        "{}",
        second.body
    );
    let back = browser.consent(&second, CONSENTING, true).await;
    let tab = browser.open(back.as_str()).await;
    assert!(tab.says("CompanyCam is connected."), "{}", tab.body);

    let page = browser
        .get_from(Arrival::Elsewhere, &launch_at(&test, "settings"))
        .await;
    for _ in 0..2 {
        let pressed = browser.press(&page).await;
        assert!(is_tab(&test, &pressed), "{}", pressed.body);
    }
}

#[tokio::test]
async fn b1_b37_what_the_form_used_up_is_used_up_for_everybody_else() {
    let test = TestApp::spawn().await;
    let (browser, thief) = (test.browser(), test.browser());
    let launch = launch_at(&test, "connect");
    let page = browser.get_from(Arrival::Elsewhere, &launch).await;
    let of_thief = thief.get_from(Arrival::Elsewhere, &launch).await;
    assert!(is_consent(&test, &browser.press(&page).await));
    for arrival in [Arrival::OneClick, Arrival::Elsewhere] {
        let refused = thief.get_from(arrival, &launch).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{arrival:?}");
        assert!(
            refused.says("This link was used before."),
            "{}",
            refused.body
        );
    }
    let refused = thief.press(&of_thief).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
    assert!(
        refused.says("This link was used before."),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn b37_two_tabs_do_not_spoil_each_others_form() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let mut tabs = Vec::new();
    for door in ["settings", "connect"] {
        tabs.push(
            browser
                .get_from(Arrival::Elsewhere, &launch_at(&test, door))
                .await,
        );
    }
    for (tab, is_there) in [
        (&tabs[0], is_tab as fn(&_, &_) -> _),
        (&tabs[1], is_consent),
    ] {
        let pressed = browser.press(tab).await;
        assert!(is_there(&test, &pressed), "{}", pressed.body);
    }
}

#[tokio::test]
async fn b37_with_a_session_consent_begins_at_our_own_pages_only() {
    let test = TestApp::spawn().await;
    let browser = test.connect().await;
    for path in ["/companycam/connect", "/companycam/connect?replace_by=1"] {
        for arrival in [
            Arrival::Elsewhere,
            Arrival::Nowhere,
            Arrival::Silent,
            Arrival::OneClick,
            Arrival::CompanyCam,
        ] {
            let before = test.aws.items("EphemeralTable").await;
            let page = browser.get_from(arrival, path).await;
            assert_stopped(&page);
            let replaces = page.says("takes the place of the one that is connected now");
            assert_eq!(replaces, path.contains("replace_by"));
            let after = test.aws.items("EphemeralTable").await;
            assert_eq!(after.len(), before.len(), "{arrival:?}");
        }
        let page = browser.get_from(Arrival::Elsewhere, path).await;
        assert!(is_consent(&test, &browser.press(&page).await));
        let page = browser.get_from(Arrival::Ours, path).await;
        assert!(is_consent(&test, &page), "{}", page.body);
    }
}

#[tokio::test]
async fn b37_the_form_of_a_session_is_for_that_session_and_that_company_only() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    browser.open(&launch_at(&test, "settings")).await;
    let page = browser
        .get_from(Arrival::Elsewhere, "/companycam/connect")
        .await;
    let token = page.csrf_token().unwrap();
    let replacing = [("csrf_token", token), ("replace_by", "1")];
    let refused = browser.post("/companycam/connect", &replacing).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    // Signed in for somebody else meanwhile, in another tab.
    let token = test.launch_token("org_harbor", "usr_harper");
    browser
        .open(&format!("/companycam/settings?launch={token}"))
        .await;
    let refused = browser.press(&page).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    let rows = test.aws.items("EphemeralTable").await;
    let begun = |row: &&serde_json::Value| row["key"].as_str().unwrap().starts_with("state#");
    assert_eq!(rows.iter().filter(begun).count(), 0);
}

#[tokio::test]
async fn b37_the_page_may_lead_to_companycam_and_nowhere_else() {
    let test = TestApp::spawn().await;
    for (door, allowed) in [
        (
            "connect",
            format!("form-action 'self' {}", test.companycam.origin),
        ),
        ("settings", "form-action 'self'".to_owned()),
    ] {
        let page = test
            .browser()
            .get_from(Arrival::Elsewhere, &launch_at(&test, door))
            .await;
        let policy = page.header("content-security-policy");
        assert!(policy.ends_with(&allowed), "{door}: {policy}");
        assert!(
            page.says("data-plain"),
            "the script leaves this form to the browser"
        );
    }
}

#[tokio::test]
async fn b28_the_forms_cookie_is_out_of_reach_and_no_session() {
    let test = TestApp::spawn().await;
    let browser = test.browser();
    let page = browser
        .get_from(Arrival::Elsewhere, &launch_at(&test, "connect"))
        .await;
    let cookie = page.header("set-cookie");
    for part in [
        "companycam_form=",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=3600",
    ] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    let (name, secret) = browser.cookies().pop_first().unwrap();
    assert_eq!(name, "companycam_form");
    assert!(!page.says(&secret), "{}", page.body);
    browser.keep_foreign_cookies(format!("companycam_session={secret}"));
    let tab = browser.get("/companycam/settings").await;
    assert_eq!(tab.status, StatusCode::UNAUTHORIZED);
}
