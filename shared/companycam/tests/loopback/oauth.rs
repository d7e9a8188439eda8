//! OAuth: what the browser is sent to, and what becomes of each answer.

use std::collections::HashMap;

use crate::support::{Server, hangs_up, html, json, json_with, nobody, reply, status};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use companycam::oauth::{OAuth, OAuthError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

const CLIENT_SECRET: &str = "client-secret-that-must-not-show";

fn oauth(app_url: &Url) -> OAuth {
    let redirect_url = Url::parse("http://127.0.0.1:1/companycam/callback").unwrap();
    let secret = SecretString::from(CLIENT_SECRET);
    OAuth::new(
        companycam::http_client().unwrap(),
        app_url.clone(),
        "client-1",
        secret,
        redirect_url,
    )
}

fn tokens(access: &str, refresh: &Value) -> Value {
    json!({
        "access_token": access, "token_type": "Bearer", "expires_in": 7200, "refresh_token": refresh,
        "scope": "read write destroy", "created_at": 1_700_000_000,
    })
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[test]
fn b2_every_attempt_has_its_own_state_and_pkce_challenge() {
    let oauth = oauth(&Url::parse("https://app.companycam.com").unwrap());
    let (first, second) = (oauth.authorize(), oauth.authorize());
    assert_eq!(
        first.url.origin().ascii_serialization(),
        "https://app.companycam.com"
    );
    assert_eq!(first.url.path(), "/oauth/authorize");
    let query: HashMap<_, _> = first.url.query_pairs().into_owned().collect();
    assert_eq!(query["client_id"], "client-1");
    assert_eq!(
        query["redirect_uri"],
        "http://127.0.0.1:1/companycam/callback"
    );
    assert_eq!(
        (query["response_type"].as_str(), query["scope"].as_str()),
        ("code", "read write destroy")
    );
    assert_eq!(query["state"], first.state);
    assert_eq!(query["code_challenge_method"], "S256");
    let digest = Sha256::digest(first.pkce_verifier.expose_secret().as_bytes());
    assert_eq!(query["code_challenge"], URL_SAFE_NO_PAD.encode(digest));
    assert_ne!(first.state, second.state);
    assert_ne!(
        first.pkce_verifier.expose_secret(),
        second.pkce_verifier.expose_secret()
    );
    assert!(!format!("{oauth:?}").contains(CLIENT_SECRET));
}

#[tokio::test]
async fn b2_a_code_is_exchanged_with_everything_in_the_body() {
    let server = Server::replying([json(&tokens("a1", &json!("r1")))]).await;
    let tokens = oauth(&server.url)
        .exchange("code-1", &secret("verifier-1"))
        .await
        .unwrap();
    assert_eq!(tokens.access_token.expose_secret(), "a1");
    assert_eq!(tokens.refresh_token.expose_secret(), "r1");
    assert_eq!(tokens.expires_in_s, 7200);
    assert!(!format!("{tokens:?}").contains("a1\""));
    let asked = server.asked_once();
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("POST", "/oauth/token")
    );
    assert!(!asked.headers.contains_key("authorization"));
    let form: HashMap<_, _> = asked.form().into_iter().collect();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "code-1"),
        ("code_verifier", "verifier-1"),
        ("redirect_uri", "http://127.0.0.1:1/companycam/callback"),
        ("client_id", "client-1"),
        ("client_secret", CLIENT_SECRET),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
}

#[tokio::test]
async fn b4_a_refresh_rotates_and_keeps_the_old_token_where_there_is_no_new_one() {
    let server = Server::replying([
        json(&tokens("a2", &json!("r2"))),
        json(&tokens("a3", &Value::Null)),
        json(&json!({"access_token": "a4", "token_type": "bearer"})),
    ])
    .await;
    let oauth = oauth(&server.url);
    let rotated = oauth.refresh(&secret("r1")).await.unwrap();
    assert_eq!(rotated.refresh_token.expose_secret(), "r2");
    let kept = oauth.refresh(&rotated.refresh_token).await.unwrap();
    assert_eq!(kept.refresh_token.expose_secret(), "r2");
    let least = oauth.refresh(&kept.refresh_token).await.unwrap();
    assert_eq!(
        (least.refresh_token.expose_secret(), least.expires_in_s),
        ("r2", 7200)
    );
    let form: HashMap<_, _> = server.asked()[0].form().into_iter().collect();
    assert_eq!(
        (form["grant_type"].as_str(), form["refresh_token"].as_str()),
        ("refresh_token", "r1")
    );
    assert_eq!(form["client_secret"], CLIENT_SECRET);
}

#[tokio::test]
async fn b4_a_revoked_grant_and_a_wrong_registration_are_told_apart() {
    let refused = |code, error: &str| {
        json_with(
            code,
            &[],
            &json!({"error": error, "error_description": "No such client"}),
        )
    };
    let server = Server::replying([
        refused(400, "invalid_grant"),
        refused(401, "invalid_grant"),
        refused(401, "invalid_client"),
    ])
    .await;
    let oauth = oauth(&server.url);
    assert!(matches!(
        oauth.refresh(&secret("r")).await,
        Err(OAuthError::InvalidGrant)
    ));
    assert!(matches!(
        oauth.exchange("c", &secret("v")).await,
        Err(OAuthError::InvalidGrant)
    ));
    match oauth.refresh(&secret("r")).await {
        Err(OAuthError::Rejected { error, description }) => {
            assert_eq!(
                (error.as_str(), description.as_deref()),
                ("invalid_client", Some("No such client"))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn b4_an_outage_never_looks_like_a_revoked_grant() {
    let login = reply(302, &[("location", "/users/sign_in")], "");
    let failing = json_with(503, &[], &json!({"error": "invalid_grant"}));
    let server = Server::replying([
        status(500),
        status(429),
        login,
        html(200),
        html(400),
        failing,
    ])
    .await;
    let with_server = oauth(&server.url);
    for _ in 0..6 {
        let error = with_server.refresh(&secret("r")).await.unwrap_err();
        assert!(matches!(error, OAuthError::Transient { .. }), "{error:?}");
    }
    for (url, maybe) in [(hangs_up().await, true), (nobody().await, false)] {
        match oauth(&url).refresh(&secret("r")).await {
            Err(OAuthError::Transient { source }) => assert_eq!(source.maybe_took_effect(), maybe),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_holds_no_tokens_shows_nothing_of_it() {
    let server = Server::replying([
        json(&json!({"access_token": "hush-hush", "token_type": 5})),
        json(&json!({"access_token": "hush-hush", "token_type": "bearer"})),
    ])
    .await;
    let oauth = oauth(&server.url);
    for _ in 0..2 {
        let error = oauth
            .exchange("hush-code", &secret("hush-verifier"))
            .await
            .unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
    }
}

#[tokio::test]
async fn b5_revoking_sends_the_secret_and_bears_a_token_that_is_gone() {
    let server = Server::replying([
        json(&json!({})),
        status(200),
        json_with(400, &[], &json!({"error": "invalid_token"})),
        json_with(403, &[], &json!({"error": "unauthorized_client"})),
        status(503),
    ])
    .await;
    let oauth = oauth(&server.url);
    for _ in 0..3 {
        oauth.revoke(&secret("r1")).await.unwrap();
    }
    assert!(matches!(
        oauth.revoke(&secret("r1")).await,
        Err(OAuthError::Rejected { .. })
    ));
    assert!(matches!(
        oauth.revoke(&secret("r1")).await,
        Err(OAuthError::Transient { .. })
    ));
    let asked = &server.asked()[0];
    assert_eq!(asked.path, "/oauth/revoke");
    let form: HashMap<_, _> = asked.form().into_iter().collect();
    assert_eq!(
        (form["token"].as_str(), form["client_id"].as_str()),
        ("r1", "client-1")
    );
    assert_eq!(form["client_secret"], CLIENT_SECRET);
}
