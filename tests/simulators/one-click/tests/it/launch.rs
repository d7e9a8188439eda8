//! Launch tokens, read by another implementation of JWT than the one that makes them.

use std::collections::HashSet;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, RIDGELINE, body};

fn read(client: &Client, token: &str) -> jsonwebtoken::errors::Result<Value> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&["companycam-integration"]);
    rules.set_issuer(&["one-click-contractor"]);
    let key = DecodingKey::from_secret(client.simulator.launch_key.as_bytes());
    decode::<Value>(token, &key, &rules).map(|token| token.claims)
}

async fn token(client: &Client, wish: Value) -> String {
    let request = client.control(Method::POST, "/launch-token").json(&wish);
    body(request, 200).await["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn b1_a_launch_token_has_the_agreed_claims() {
    let client = Client::spawn().await;
    let token = client
        .simulator
        .launch_token(RIDGELINE, "usr_avery")
        .unwrap();
    let claims = read(&client, &token).unwrap();
    let iat = claims["iat"].as_i64().unwrap();
    let jti = claims["jti"].as_str().unwrap();
    assert!(jti.len() >= 16);
    assert_eq!(
        claims,
        json!({
            "iss": "one-click-contractor",
            "aud": "companycam-integration",
            "sub": "usr_avery",
            "org_id": "org_ridgeline",
            "org_name": "Ridgeline Exteriors",
            "email": "avery.stone@ridgeline.example",
            "role": "ORG_ADMIN",
            "iat": iat,
            "exp": iat + 300,
            "jti": jti,
        })
    );
}

#[tokio::test]
async fn b1_no_two_tokens_have_the_same_id() {
    let client = Client::spawn().await;
    let tokens = (0..20).map(|_| {
        client
            .simulator
            .launch_token(RIDGELINE, "usr_avery")
            .unwrap()
    });
    let ids: HashSet<String> = tokens
        .map(|token| read(&client, &token).unwrap()["jti"].to_string())
        .collect();
    assert_eq!(ids.len(), 20);
}

#[tokio::test]
async fn b1_bad_tokens_are_bad_in_the_way_asked_for() {
    use jsonwebtoken::errors::ErrorKind;
    let client = Client::spawn().await;
    for (variant, expected) in [
        ("expired", ErrorKind::ExpiredSignature),
        ("wrong_key", ErrorKind::InvalidSignature),
        ("wrong_audience", ErrorKind::InvalidAudience),
        ("wrong_issuer", ErrorKind::InvalidIssuer),
    ] {
        let wish = json!({ "org": RIDGELINE, "user": "usr_avery", "variant": variant });
        let error = read(&client, &token(&client, wish).await).unwrap_err();
        assert_eq!(error.kind(), &expected, "{variant}");
    }

    let wish = json!({ "org": RIDGELINE, "user": "usr_avery", "variant": "alg_none" });
    let unsigned = token(&client, wish).await;
    assert!(unsigned.ends_with('.'));
    assert!(decode_header(&unsigned).is_err(), "{unsigned}");

    let wish = json!({ "org": RIDGELINE, "user": "usr_avery", "variant": "too_long" });
    let claims = read(&client, &token(&client, wish).await).unwrap();
    assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() > 300);
}

#[tokio::test]
async fn any_claim_can_be_overridden_or_left_out() {
    let client = Client::spawn().await;
    let wish = json!({
        "org": RIDGELINE, "user": "usr_blake",
        "overrides": { "role": "OWNER", "jti": "used-before", "email": null },
    });
    let claims = read(&client, &token(&client, wish).await).unwrap();
    assert_eq!(claims["role"], "OWNER");
    assert_eq!(claims["jti"], "used-before");
    assert_eq!(claims.get("email"), None);
}

#[tokio::test]
async fn there_is_no_token_for_another_organizations_user() {
    let client = Client::spawn().await;
    assert_eq!(client.simulator.launch_token(RIDGELINE, "usr_harper"), None);
    let wish = json!({ "org": RIDGELINE, "user": "usr_harper" });
    body(
        client.control(Method::POST, "/launch-token").json(&wish),
        404,
    )
    .await;
}
