//! Launch tokens: how One Click hands an administrator's browser to the integration.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::model::{User, now};
use crate::world::Organization;

/// The longest validity that the contract allows, in seconds.
pub(crate) const LIFETIME: i64 = 300;

/// What a launch token says.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Claims {
    iss: &'static str,
    aud: &'static str,
    sub: String,
    org_id: String,
    org_name: String,
    email: String,
    role: String,
    /// Unix seconds, as `exp`.
    iat: i64,
    exp: i64,
    jti: String,
}

impl Claims {
    pub(crate) fn for_user(organization: &Organization, user: &User) -> Self {
        let iat = now().as_second();
        Self {
            iss: "one-click-contractor",
            aud: "companycam-integration",
            sub: user.id.clone(),
            org_id: organization.id.clone(),
            org_name: organization.name.clone(),
            email: user.email.clone(),
            role: user.role.clone(),
            iat,
            exp: iat + LIFETIME,
            jti: random_id(),
        }
    }

    pub(crate) fn sign(&self, key: &str) -> String {
        sign("HS256", &json!(self), key)
    }
}

/// Signs any claims, also wrong ones. `alg` goes into the header; `none` leaves out the
/// signature (RFC 7519, section 6), anything else is signed with HMAC-SHA-256.
pub(crate) fn sign(alg: &str, claims: &Value, key: &str) -> String {
    let header = json!({ "alg": alg, "typ": "JWT" });
    let signed = [header.to_string(), claims.to_string()]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let signature = if alg == "none" {
        String::new()
    } else {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length");
        mac.update(signed.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    };
    format!("{signed}.{signature}")
}

/// 128 random bits, for ids that must not be guessed or used twice.
pub(crate) fn random_id() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}
