//! What our pages share: sessions, launch tokens, CSRF, the frame around a page and its assets.

pub mod assets;
mod compression;
mod csrf;
pub mod page;
mod problem;
mod serving;
mod session;
mod timing;

pub use csrf::check_csrf;
pub use problem::Problem;
pub use serving::served;
pub use session::{SignedIn, cookie_of, enter, sign_in};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A secret of 256 random bits, as text that fits into a cookie or an address.
pub fn random_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a secret: its SHA-256, so that reading the table opens no session.
pub fn hash_of(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}
