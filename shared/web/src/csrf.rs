//! Forms carry a CSRF token, nearly always the session's, masked anew for each response.
//!
//! Pages are compressed and show what the address brought, such as a search. Compression tells by a
//! page's length whether the two have something in common, so a token that is the same on every page
//! could be guessed letter by letter (BREACH). What a page carries is therefore a random mask and the
//! token XOR that mask: another text every time, and every one of them good as long as the token is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use subtle::ConstantTimeEq;

use crate::{ErrorPage, SignedIn};

/// The token as one response's forms carry it.
pub(crate) fn masked(token: &str) -> String {
    let mut bytes = vec![0; token.len() * 2];
    let (mask, hidden) = bytes.split_at_mut(token.len());
    rand::fill(&mut *mask);
    for ((hidden, mask), plain) in hidden.iter_mut().zip(&*mask).zip(token.bytes()) {
        *hidden = mask ^ plain;
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unmasked(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (mask, hidden) = bytes.split_at(bytes.len() / 2);
    (mask.len() == hidden.len()).then(|| mask.iter().zip(hidden).map(|(a, b)| a ^ b).collect())
}

/// Whether a form brought this token, masked.
pub(crate) fn is_genuine(expected: &str, sent: Option<&str>) -> bool {
    let sent = sent.and_then(unmasked);
    sent.is_some_and(|sent| bool::from(sent.ct_eq(expected.as_bytes())))
}

/// Lets a form pass only with its own session's token, from whichever of its pages.
pub fn check_csrf(signed_in: &SignedIn, token: Option<&str>) -> Result<(), ErrorPage> {
    if is_genuine(&signed_in.session.csrf_token, token) {
        return Ok(());
    }
    Err(out_of_date())
}

/// What a form without its token gets.
pub(crate) fn out_of_date() -> ErrorPage {
    ErrorPage::new(
        StatusCode::FORBIDDEN,
        "This form is out of date",
        "The form was not sent from the page you have open now. Nothing was changed. Go back to the page, reload it and try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b28_a_token_looks_different_every_time_and_means_the_same() {
        let (one, other) = (masked("secret"), masked("secret"));
        assert_ne!(one, other);
        for text in [one, other] {
            assert!(!text.contains("secret"));
            assert_eq!(unmasked(&text).as_deref(), Some(&b"secret"[..]));
        }
    }

    #[test]
    fn b28_what_is_no_masked_token_is_none() {
        for wrong in ["=", "ü", "QUJD", "a b"] {
            assert_eq!(unmasked(wrong), None, "{wrong}");
        }
        assert_eq!(unmasked(""), Some(vec![]), "which is nobody's token");
    }
}
