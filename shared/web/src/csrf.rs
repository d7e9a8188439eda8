//! Forms carry the session's CSRF token.

use http::StatusCode;
use subtle::ConstantTimeEq;

use crate::{Problem, SignedIn};

/// Lets a form pass only with its own session's token.
pub fn check_csrf(signed_in: &SignedIn, token: Option<&str>) -> Result<(), Problem> {
    let expected = signed_in.session.csrf_token.as_bytes();
    if token.is_some_and(|token| bool::from(token.as_bytes().ct_eq(expected))) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "This form is out of date",
        "The form was not sent from the page you have open now. Nothing was changed. Go back to the page, reload it and try again.",
    ))
}
