//! Signing in, consent, tokens.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use common::{TestSimulator, spawn};
use companycam_simulator::Options;
use reqwest::Method;
use serde_json::{Value, json};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str =
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

async fn tokens(test: &TestSimulator, scope: &str) -> Value {
    let code = test.code(&format!("scope={scope}")).await;
    let answer = test
        .token(&[("grant_type", "authorization_code"), ("code", &code)])
        .await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn refresh(test: &TestSimulator, token: &Value) -> reqwest::Response {
    let token = token["refresh_token"].as_str().unwrap();
    test.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
        .await
}

async fn works(test: &TestSimulator, token: &Value) -> bool {
    let token = token["access_token"].as_str().unwrap();
    test.with_token(Method::GET, "/company", token)
        .send()
        .await
        .unwrap()
        .status()
        == 200
}

#[tokio::test]
async fn the_server_says_that_it_knows_pkce() {
    let test = spawn(Options::empty()).await;
    let url = test.url("/.well-known/oauth-authorization-server");
    let metadata: Value = test
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        json!(["S256"])
    );
    assert_eq!(metadata["token_endpoint"], test.url("/oauth/token"));
}

#[tokio::test]
async fn a_code_needs_its_verifier_and_works_once() {
    let test = spawn(Options::empty()).await;
    let code = test.code(CHALLENGE).await;
    let redeem = |code: String, verifier: &'static str| {
        let test = &test;
        async move {
            let form = [
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("code_verifier", verifier),
            ];
            test.token(&form).await
        }
    };
    assert_eq!(redeem(code.clone(), VERIFIER).await.status(), 200);
    let again = redeem(code, VERIFIER).await;
    assert_eq!(again.status(), 400);
    assert_eq!(
        again.json::<Value>().await.unwrap()["error"],
        "invalid_grant"
    );
    let code = test.code(CHALLENGE).await;
    assert_eq!(redeem(code, "wrong").await.status(), 400);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_each_works_once() {
    let test = spawn(Options::empty()).await;
    let first = tokens(&test, "read").await;
    assert_eq!(first["expires_in"], 7200);
    let second: Value = refresh(&test, &first).await.json().await.unwrap();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let reused = refresh(&test, &first).await;
    assert_eq!(reused.status(), 400);
    assert_eq!(
        reused.json::<Value>().await.unwrap()["error"],
        "invalid_grant"
    );
    assert_eq!(refresh(&test, &second).await.status(), 200);
}

#[tokio::test]
async fn with_grace_the_old_refresh_token_works_until_the_new_access_token_is_used() {
    let test = spawn(Options::empty()).await;
    test.control(Method::PATCH, "/settings", json!({"refresh_grace": true}))
        .await;
    let first = tokens(&test, "read").await;
    assert_eq!(refresh(&test, &first).await.status(), 200);
    let second: Value = refresh(&test, &first).await.json().await.unwrap();
    assert!(works(&test, &second).await);
    assert_eq!(refresh(&test, &first).await.status(), 400);
}

#[tokio::test]
async fn a_wrong_client_is_refused() {
    let test = spawn(Options::empty()).await;
    let form = [
        ("client_id", "companycam-client"),
        ("client_secret", "wrong"),
        ("grant_type", "refresh_token"),
    ];
    let answer = test
        .http
        .post(test.url("/oauth/token"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(
        answer.json::<Value>().await.unwrap()["error"],
        "invalid_client"
    );
}

#[tokio::test]
async fn expired_and_revoked_tokens_stop_working() {
    let test = spawn(Options::empty()).await;
    let first = tokens(&test, "read").await;
    assert!(works(&test, &first).await);
    test.control(Method::POST, "/tokens/expire", json!({}))
        .await;
    assert!(!works(&test, &first).await);
    let second: Value = refresh(&test, &first).await.json().await.unwrap();
    assert!(works(&test, &second).await);
    let form = [
        ("client_id", "companycam-client"),
        ("client_secret", "companycam-secret"),
        ("token", second["access_token"].as_str().unwrap()),
    ];
    let revoked = test
        .http
        .post(test.url("/oauth/revoke"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(revoked.status(), 200);
    assert!(!works(&test, &second).await);
    assert_eq!(refresh(&test, &second).await.status(), 400);

    let third = tokens(&test, "read").await;
    let state = test.control(Method::GET, "/state", json!({})).await;
    let company = state["companies"][0]["id"].as_str().unwrap();
    test.control(
        Method::POST,
        &format!("/companies/{company}/revoke_grants"),
        json!({}),
    )
    .await;
    assert!(!works(&test, &third).await);
}

#[tokio::test]
async fn removing_an_assigned_user_needs_the_destroy_scope() {
    let test = spawn(Options::empty()).await;
    let project = test.add_project(json!({})).await;
    let user = test.list("/users").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/projects/{project}/assigned_users/{user}");
    let some = tokens(&test, "read+write").await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let all = tokens(&test, "read+write+destroy").await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let status = |method: Method, token: String| {
        let request = test.with_token(method, &path, &token);
        async move { request.send().await.unwrap().status() }
    };
    assert_eq!(status(Method::PUT, some.clone()).await, 201);
    assert_eq!(status(Method::DELETE, some).await, 403);
    assert_eq!(status(Method::DELETE, all).await, 204);
}

#[tokio::test]
async fn a_browser_signs_in_consents_and_is_sent_back() {
    let test = spawn(Options::empty()).await;
    let ask = test.url(
        "/oauth/authorize?client_id=companycam-client&response_type=code&scope=read&state=xyz\
         &redirect_uri=http%3A%2F%2F127.0.0.1%2Fback",
    );
    let login = test.http.get(&ask).send().await.unwrap();
    assert!(
        login.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("/sign_in?return_to=")
    );
    let return_to = ask.strip_prefix(&test.simulator.origin).unwrap();
    let form = [
        ("email", "avery.stone@ridgeline.example"),
        ("password", "x"),
        ("return_to", return_to),
    ];
    let signed_in = test
        .http
        .post(test.url("/sign_in"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.headers()["location"], return_to);
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let consent = test
        .http
        .get(&ask)
        .header("Cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert!(
        consent
            .text()
            .await
            .unwrap()
            .contains("Allow access to Ridgeline Exteriors?")
    );
    for (decision, expected) in [("allow", "code="), ("deny", "error=access_denied")] {
        let form = [
            ("client_id", "companycam-client"),
            ("response_type", "code"),
            ("scope", "read"),
            ("state", "xyz"),
            ("redirect_uri", "http://127.0.0.1/back"),
            ("decision", decision),
        ];
        let decided = test
            .http
            .post(test.url("/oauth/authorize"))
            .header("Cookie", &cookie)
            .form(&form)
            .send()
            .await
            .unwrap();
        let location = decided.headers()["location"].to_str().unwrap();
        assert!(location.starts_with("http://127.0.0.1/back?"), "{location}");
        assert!(
            location.contains(expected) && location.contains("state=xyz"),
            "{location}"
        );
    }
}

#[tokio::test]
async fn a_foreign_client_or_redirect_address_is_never_redirected_to() {
    let test = spawn(Options::empty()).await;
    for query in [
        "client_id=other&response_type=code&redirect_uri=https%3A%2F%2Fa.example",
        "client_id=companycam-client&response_type=code&redirect_uri=http%3A%2F%2Fa.example",
    ] {
        let answer = test
            .http
            .get(test.url(&format!("/oauth/authorize?{query}")))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 400);
    }
}
