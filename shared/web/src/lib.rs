#![doc = include_str!("../README.md")]

mod arrival;
pub mod assets;
mod compression;
mod cookie;
mod csrf;
mod error_page;
mod form;
mod origin;
pub mod page;
mod serving;
mod session;
mod timing;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

pub use arrival::{Arrival, AtDoor, Door, arrive, confirmed};
pub use csrf::check_csrf;
pub use error_page::ErrorPage;
pub use form::read_form;
pub use serving::served;
pub use session::{Entered, SignedIn, sign_in};

/// A secret of 256 random bits, as text that fits into a cookie or an address.
pub fn random_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Whether this is a secret as [`random_secret`] makes them.
fn is_secret(text: &[u8]) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

/// What is stored of a secret: its SHA-256, so that reading the table opens no session.
pub fn hash_of(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// A configuration with everything under `.example`, by https.
    pub(crate) fn config() -> runtime::Config {
        let lookup = |name: &str| {
            Some(match name {
                "PUBLIC_URL" => "https://integration.example".to_owned(),
                "ONE_CLICK_APP_URL" => "https://app.one-click.example".to_owned(),
                name if name.ends_with("_URL") => "https://elsewhere.example".to_owned(),
                name => name.to_lowercase(),
            })
        };
        runtime::Config::from_lookup(lookup).unwrap()
    }

    #[test]
    fn b28_a_secret_is_told_by_its_form() {
        for _ in 0..100 {
            assert!(is_secret(random_secret().as_bytes()));
        }
        for wrong in ["", "x", &"A".repeat(42), &"A".repeat(44), &"ä".repeat(22)] {
            assert!(!is_secret(wrong.as_bytes()), "{wrong}");
        }
    }
}
