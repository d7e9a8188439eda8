//! Launch tokens: one good one, and each kind of bad one (B1).

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use one_click::launch::{Launch, LaunchError, LaunchVerifier};
    use serde_json::{Value, json};

    const KEY: &str = "a shared key of a good length, 32+";
    const ISSUED: i64 = 1_800_000_000;

    fn claims() -> Value {
        json!({
            "iss": "one-click-contractor", "aud": "companycam-integration", "sub": "user_1",
            "org_id": "org_1", "org_name": "Roofers", "email": "admin@example.com",
            "role": "ORG_ADMIN", "iat": ISSUED, "exp": ISSUED + 300, "jti": "launch-1"
        })
    }

    /// The claims with some replaced; null removes a claim.
    fn claims_with(changes: &Value) -> Value {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        claims
    }

    fn sign(algorithm: Algorithm, key: &str, claims: &Value) -> String {
        encode(
            &Header::new(algorithm),
            claims,
            &EncodingKey::from_secret(key.as_bytes()),
        )
        .unwrap()
    }

    fn verify_at(token: &str, second: i64) -> Result<Launch, LaunchError> {
        LaunchVerifier::new(KEY.into()).verify(token, Timestamp::from_second(second).unwrap())
    }

    fn verify(changes: &Value) -> Result<Launch, LaunchError> {
        verify_at(
            &sign(Algorithm::HS256, KEY, &claims_with(changes)),
            ISSUED + 10,
        )
    }

    #[test]
    fn b1_a_good_token_tells_who_comes_for_which_organization() {
        let launch = verify(&json!({})).unwrap();
        assert_eq!(launch.org_id.as_str(), "org_1");
        assert_eq!(launch.org_name, "Roofers");
        assert_eq!(launch.user_id.as_str(), "user_1");
        assert_eq!(launch.email.as_deref(), Some("admin@example.com"));
        assert_eq!(launch.jti, "launch-1");
        assert_eq!(launch.expires_at.as_second(), ISSUED + 330);
        assert!(launch.is_admin());
    }

    #[test]
    fn b1_other_roles_are_no_administrators() {
        for role in [
            json!("ORG_USER"),
            json!("org_admin"),
            json!("ORG_ADMIN "),
            json!(null),
        ] {
            assert!(
                !verify(&json!({ "role": role })).unwrap().is_admin(),
                "{role}"
            );
        }
    }

    #[test]
    fn b1_a_token_is_accepted_from_issue_to_expiry_with_30_seconds_of_leeway() {
        let token = sign(Algorithm::HS256, KEY, &claims());
        assert_eq!(
            verify_at(&token, ISSUED - 31),
            Err(LaunchError::NotYetValid)
        );
        assert!(verify_at(&token, ISSUED - 30).is_ok());
        assert!(verify_at(&token, ISSUED + 330).is_ok());
        assert_eq!(verify_at(&token, ISSUED + 331), Err(LaunchError::Expired));
    }

    #[test]
    fn b1_a_token_lives_at_most_300_seconds() {
        let long = verify(&json!({ "exp": ISSUED + 301 }));
        assert_eq!(long, Err(LaunchError::WrongLifetime));
        let backwards = verify(&json!({ "exp": ISSUED - 1 }));
        assert_eq!(backwards, Err(LaunchError::WrongLifetime));
        for (iat, exp) in [(i64::MIN, i64::MAX), (0, i64::MAX), (i64::MIN, ISSUED + 60)] {
            let extreme = verify(&json!({ "iat": iat, "exp": exp }));
            assert_eq!(extreme, Err(LaunchError::WrongLifetime), "{iat} {exp}");
        }
    }

    #[test]
    fn b1_another_issuer_or_audience_is_refused() {
        let other = verify(&json!({ "iss": "someone-else" }));
        assert_eq!(other, Err(LaunchError::WrongIssuer));
        let other = verify(&json!({ "aud": "another-integration" }));
        assert_eq!(other, Err(LaunchError::WrongAudience));
        assert_eq!(
            verify(&json!({ "aud": [] })),
            Err(LaunchError::WrongAudience)
        );
        assert!(verify(&json!({ "aud": ["x", "companycam-integration"] })).is_ok());
    }

    #[test]
    fn b1_every_claim_that_matters_is_required() {
        for name in ["iss", "aud", "sub", "org_id", "iat", "exp", "jti"] {
            assert_eq!(
                verify(&json!({ name: null })),
                Err(LaunchError::MissingClaim(name))
            );
        }
        assert!(verify(&json!({ "email": null, "org_name": null, "role": null })).is_ok());
    }

    #[test]
    fn b1_ids_that_are_none_are_refused() {
        let refused = verify(&json!({ "org_id": "../org_2" }));
        assert_eq!(refused, Err(LaunchError::InvalidOrganization));
        assert_eq!(verify(&json!({ "sub": "" })), Err(LaunchError::InvalidUser));
        for jti in [String::new(), "x".repeat(129)] {
            assert_eq!(
                verify(&json!({ "jti": jti })),
                Err(LaunchError::InvalidTokenId)
            );
        }
        assert!(verify(&json!({ "jti": "x".repeat(128) })).is_ok());
    }

    #[test]
    fn b1_a_wrong_signature_is_refused() {
        let now = ISSUED + 10;
        let foreign = sign(Algorithm::HS256, "another key", &claims());
        assert_eq!(verify_at(&foreign, now), Err(LaunchError::WrongSignature));

        let good = sign(Algorithm::HS256, KEY, &claims());
        let (signed, _) = good.rsplit_once('.').unwrap();
        assert!(verify_at(&format!("{signed}."), now).is_err());

        // The signature of one token under another's claims.
        let other = sign(
            Algorithm::HS256,
            KEY,
            &claims_with(&json!({ "org_id": "org_2" })),
        );
        let (_, signature) = other.rsplit_once('.').unwrap();
        let swapped = format!("{signed}.{signature}");
        assert_eq!(verify_at(&swapped, now), Err(LaunchError::WrongSignature));
    }

    #[test]
    fn b1_only_hs256_is_accepted() {
        let now = ISSUED + 10;
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            let token = sign(algorithm, KEY, &claims());
            assert_eq!(verify_at(&token, now), Err(LaunchError::WrongAlgorithm));
        }
        // {"alg":"none","typ":"JWT"}
        let good = sign(Algorithm::HS256, KEY, &claims());
        let payload = good.split('.').nth(1).unwrap();
        for signature in ["", good.rsplit('.').next().unwrap()] {
            let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.{signature}");
            assert!(verify_at(&unsigned, now).is_err());
        }
    }

    #[test]
    fn b1_what_is_no_token_is_refused() {
        for text in ["", "a", "a.b.c", "...", "é.é.é"] {
            assert_eq!(
                verify_at(text, ISSUED),
                Err(LaunchError::Malformed),
                "{text:?}"
            );
        }
        assert_eq!(
            verify(&json!({ "exp": "tomorrow" })),
            Err(LaunchError::Malformed)
        );
    }

    #[test]
    fn an_empty_key_accepts_nothing() {
        let token = sign(Algorithm::HS256, "", &claims());
        let now = Timestamp::from_second(ISSUED).unwrap();
        let refused = LaunchVerifier::new("".into()).verify(&token, now);
        assert_eq!(refused, Err(LaunchError::WrongSignature));
    }

    #[test]
    fn the_refusal_of_an_expired_link_says_what_to_do() {
        assert_eq!(
            LaunchError::Expired.to_string(),
            "This link has expired. Go back to One Click and click CompanyCam again."
        );
    }
}
