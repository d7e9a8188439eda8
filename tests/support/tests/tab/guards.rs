//! What keeps others out: CSRF tokens, sessions, headers, escaping.

use http::{Method, StatusCode};
use serde_json::json;
use test_support::{ADMIN, Arrival, ORG, Page, TestApp};

use crate::{connected, user};

async fn forms(test: &TestApp) -> [(String, Vec<(&'static str, &'static str)>); 7] {
    let kit = user(test, "Kit Monroe").await;
    [
        ("preferences".to_owned(), vec![("only_matched_users", "on")]),
        (
            format!("users/{kit}"),
            vec![("one_click_user_id", "usr_front_desk")],
        ),
        ("sync".to_owned(), vec![("since_days", "29")]),
        ("sync/cancel".to_owned(), vec![]),
        ("retry".to_owned(), vec![("at_id", "1")]),
        ("bring-back".to_owned(), vec![("project_id", "1")]),
        ("disconnect".to_owned(), vec![]),
    ]
}

#[tokio::test]
async fn b28_a_form_needs_the_csrf_token_of_its_own_session() {
    let (test, browser) = connected().await;
    let other = test.browser();
    let launch = test.launch_token(ORG, "usr_emery");
    let tab = other
        .open(&format!("/companycam/settings?launch={launch}"))
        .await;
    let foreign = tab.csrf_token().unwrap();
    let own = browser.tab().await;
    assert_ne!(own.csrf_token(), Some(foreign));
    let before = test.organization().await;
    for (form, fields) in forms(&test).await {
        for token in [None, Some(""), Some("wrong"), Some(foreign)] {
            let mut fields = fields.clone();
            fields.extend(token.map(|token| ("csrf_token", token)));
            let page = browser
                .post(&format!("/companycam/settings/{form}"), &fields)
                .await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{form} {token:?}");
            assert!(page.says("Nothing was changed."));
        }
    }
    assert_eq!(test.organization().await, before);
    let directory = test.directory().await;
    assert!(directory.choices.is_empty());
    assert!(test.aws.sqs.next_due_ms().is_none());
}

#[tokio::test]
async fn b28_a_form_needs_a_session() {
    let (test, browser) = connected().await;
    let tab = browser.tab().await;
    let token = tab.csrf_token().unwrap();
    let before = test.organization().await;
    for (form, mut fields) in forms(&test).await {
        fields.push(("csrf_token", token));
        let nobody = test.browser();
        let page = nobody
            .post(&format!("/companycam/settings/{form}"), &fields)
            .await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{form}");
        assert!(page.says("Please sign in again") && page.says("Back to One Click"));
    }
    assert_eq!(test.organization().await, before);
}

#[tokio::test]
async fn b25_b28_a_form_that_is_none_changes_nothing_and_says_so() {
    let (test, browser) = connected().await;
    let before = test.organization().await;
    let form_type = "application/x-www-form-urlencoded";
    for (form, _) in forms(&test).await {
        let path = format!("/companycam/settings/{form}");
        let page = browser.post_nothing(&path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{form}");
        for (content_type, body) in [
            ("application/json", &b"{}"[..]),
            (form_type, b"csrf_token=a&csrf_token=b"),
            (form_type, b"csrf_token=%ff"),
        ] {
            let page = browser.post_body(&path, content_type, body.to_vec()).await;
            assert!(page.status.is_client_error(), "{form}: {}", page.status);
            assert!(page.says("Nothing was changed."), "{form}: {}", page.body);
            assert!(page.says("Back to the settings"), "{form}: {}", page.body);
        }
    }
    assert_eq!(test.organization().await, before);
}

#[tokio::test]
async fn b28_a_session_ends_after_two_hours() {
    let (test, browser) = connected().await;
    let rows = test.aws.items("EphemeralTable").await;
    let sessions: Vec<_> = rows
        .iter()
        .filter(|row| row["key"].as_str().unwrap().starts_with("session#"))
        .collect();
    assert_eq!(sessions.len(), 1);
    let ends_in = sessions[0]["expires_at"].as_i64().unwrap() - test.app.now().as_second();
    assert!((7100..=7200).contains(&ends_in), "{ends_in}");
    let secret = browser.cookies().into_values().next().unwrap();
    assert!(
        !sessions[0].to_string().contains(&secret),
        "only its hash is kept"
    );
    let hash = sessions[0]["key"]
        .as_str()
        .unwrap()
        .strip_prefix("session#")
        .unwrap();
    let mut session = test.app.store.session(hash, 0).await.unwrap().unwrap();
    session.expires_at = test.app.now().as_second();
    test.app.store.put_session(hash, &session).await.unwrap();
    assert_eq!(
        browser.get("/companycam/settings").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        browser.get("/companycam/settings/status").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn b28_the_cookie_is_out_of_reach() {
    let test = TestApp::spawn().await;
    let page = test.browser().get(&test.launch_url(ORG, ADMIN)).await;
    let cookie = page.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7200"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[track_caller]
fn assert_guarded(page: &Page) {
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(
        page.header("strict-transport-security")
            .starts_with("max-age=")
    );
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.says("<script>") && !page.says(" style=") && !page.says(" onclick="));
}

#[tokio::test]
async fn b25_every_page_carries_the_security_headers() {
    let (test, browser) = connected().await;
    assert_guarded(&browser.tab().await);
    assert_guarded(&test.browser().get("/companycam/settings").await);
    for door in ["connect", "settings"] {
        let launch = test.launch_token(ORG, ADMIN);
        let path = format!("/companycam/{door}?launch={launch}");
        let stopped = test.browser().get_from(Arrival::Elsewhere, &path).await;
        assert!(stopped.form_address().is_some(), "{}", stopped.body);
        assert_guarded(&stopped);
    }
    assert_guarded(&test.browser().get("/companycam/connect?launch=x").await);
    assert_guarded(&browser.get("/companycam/callback?state=x").await);
    assert_guarded(&browser.submit("sync", &[("since_days", "x")]).await);
}

#[tokio::test]
async fn b25_names_are_shown_as_text() {
    let test = TestApp::spawn().await;
    let kit = user(&test, "Kit Monroe").await;
    let evil = "<script>alert(1)</script>";
    let changes = json!({"first_name": evil, "last_name": "\"'&<b>"});
    test.companycam_control(Method::PATCH, &format!("/users/{kit}"), changes)
        .await;
    let changes = json!({"name": "</select><img src=x onerror=alert(1)>"});
    let path = "/organizations/org_ridgeline/users/usr_front_desk";
    test.one_click_control(Method::PATCH, path, changes).await;
    test.companycam_control(Method::POST, "/projects", json!({"name": evil}))
        .await;
    let browser = test.connect().await;
    test.drain().await;
    let tab = browser.tab().await;
    assert!(
        !tab.says("<script>") && !tab.says("<img") && !tab.says("<b>"),
        "{}",
        tab.body
    );
    assert!(tab.says("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_guarded(&tab);
    let chooser = browser
        .get(&format!("/companycam/settings/users/{kit}"))
        .await;
    assert!(
        !chooser.says("<script>") && !chooser.says("<img") && !chooser.says("<b>"),
        "{}",
        chooser.body
    );
    assert!(chooser.says("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(chooser.says("&lt;/select&gt;&lt;img"));
    assert_guarded(&chooser);
}
