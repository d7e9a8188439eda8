//! Our cookies: each holds a secret as [`random_secret`](crate::random_secret) makes them.

use axum::http::HeaderMap;
use http::header::{COOKIE, HeaderValue};
use runtime::Config;

use crate::is_secret;

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Names the session.
    Session,
    /// Binds a page's form to the browser that was shown it, with or without a session.
    Form,
}

impl Cookie {
    fn name(self, config: &Config) -> &'static str {
        // Browsers take the `__Host-` prefix only with `Secure`, which plain http cannot have.
        match (self, config.is_plain_http()) {
            (Self::Session, false) => "__Host-companycam_session",
            (Self::Session, true) => "companycam_session",
            (Self::Form, false) => "__Host-companycam_form",
            (Self::Form, true) => "companycam_form",
        }
    }

    /// How long it lasts.
    pub fn lifetime_s(self) -> i64 {
        match self {
            Self::Session => 2 * 60 * 60,
            // A launch token ends long before, and a page may be left open for a while.
            Self::Form => 60 * 60,
        }
    }

    /// The `Set-Cookie` value.
    pub fn to_set(self, config: &Config, secret: &str) -> HeaderValue {
        let (name, lifetime_s) = (self.name(config), self.lifetime_s());
        let secure = if config.is_plain_http() {
            ""
        } else {
            "; Secure"
        };
        let text = format!(
            "{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={lifetime_s}{secure}"
        );
        // All of it is made of letters, digits, `-`, `_` and `=`.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }

    /// The secret that the browser sent.
    ///
    /// The header may hold whatever other programs of the domain have set, in any bytes, and hundreds
    /// of cookies of our name that are none. Only what is well-formed counts. A browser has one such
    /// cookie; of several different ones nobody knows which is its own, so there is none.
    pub fn sent(self, config: &Config, headers: &HeaderMap) -> Option<String> {
        let name = self.name(config).as_bytes();
        let mut found = None;
        for secret in headers
            .get_all(COOKIE)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| pair.trim_ascii().strip_prefix(name)?.strip_prefix(b"="))
            .filter(|secret| is_secret(secret))
        {
            if found.is_some_and(|found| found != secret) {
                return None;
            }
            found = Some(secret);
        }
        String::from_utf8(found?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::random_secret;
    use crate::tests::config;

    fn sent(cookies: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_bytes(cookie).unwrap());
        }
        Cookie::Session.sent(&config(), &headers)
    }

    fn ours(secret: &str) -> String {
        format!("__Host-companycam_session={secret}")
    }

    #[test]
    fn b25_our_cookie_is_found_among_all_others() {
        let secret = random_secret();
        let ours = ours(&secret);
        for header in [
            ours.clone(),
            format!("nick=Søren; {ours}"),
            format!("{ours};nick=\u{1F3E0}"),
            format!("=; ;;a; __Host-companycam_sessions=x;\t{ours} ; b=\"c; d\""),
            format!("{ours}; {ours}"),
            format!("__Host-companycam_session=; {ours}; __Host-companycam_session=short"),
        ] {
            assert_eq!(sent(&[header.as_bytes()]), Some(secret.clone()), "{header}");
        }
        let latin_1 = [b"nick=S\xf8ren; ", ours.as_bytes()].concat();
        assert_eq!(sent(&[&latin_1]), Some(secret.clone()));
        assert_eq!(sent(&[b"nick=S\xf8ren", ours.as_bytes()]), Some(secret));
    }

    #[test]
    fn b28_what_is_not_one_well_formed_cookie_is_none() {
        let (one, other) = (random_secret(), random_secret());
        for header in [
            String::new(),
            ours(""),
            ours(&one[1..]),
            ours(&format!("{one}A")),
            ours(&format!("\"{one}\"")),
            ours(&one.replace(|_| true, "+")),
            // The last letter of 32 bytes has two bits to spare, which are 0.
            ours(&format!("{}B", &one[..42])),
            format!("companycam_session={one}"),
            format!("x{}", ours(&one)),
            format!("{}; {}", ours(&one), ours(&other)),
        ] {
            assert_eq!(sent(&[header.as_bytes()]), None, "{header}");
        }
    }

    #[test]
    fn b28_cookies_are_out_of_reach() {
        for cookie in [Cookie::Session, Cookie::Form] {
            let text = cookie.to_set(&config(), "secret");
            let text = text.to_str().unwrap();
            assert!(text.starts_with("__Host-"), "{text}");
            for part in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
                assert!(text.contains(part), "{part}: {text}");
            }
            assert!(!text.contains("Domain"), "{text}");
        }
    }
}
