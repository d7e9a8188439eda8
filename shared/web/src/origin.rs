//! Where a request comes from, as far as the browser says. No page can have a browser say this for it.

use axum::http::HeaderMap;
use http::header::{HeaderName, REFERER};
use runtime::Config;
use url::Url;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page of One Click's led here. The referrer may be the whole address or, as One Click's
/// pages have it, the origin only.
pub(crate) fn is_one_click(config: &Config, headers: &HeaderMap) -> bool {
    let referrer = only(headers, REFERER).and_then(|text| Url::parse(text).ok());
    referrer.is_some_and(|referrer| referrer.origin() == config.one_click_app_url.origin())
}

/// Whether a page of ours led here. Ours send no referrer, so this is the browser's own word.
pub(crate) fn is_ours(headers: &HeaderMap) -> bool {
    only(headers, SEC_FETCH_SITE) == Some("same-origin")
}

/// A header that is there once and readable.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use http::HeaderValue;

    use super::*;
    use crate::tests::config;

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let values = values
            .iter()
            .map(|value| (name.clone(), HeaderValue::from_str(value).unwrap()));
        values.collect()
    }

    #[test]
    fn b37_one_clicks_origin_is_compared_exactly() {
        let from = |referrers: &[&str]| is_one_click(&config(), &headers(&REFERER, referrers));
        for good in [
            "https://app.one-click.example/",
            "https://app.one-click.example",
            "https://APP.one-click.example:443/administration/integrations?a=b",
        ] {
            assert!(from(&[good]), "{good}");
        }
        for bad in [
            "",
            "http://app.one-click.example/",
            "https://app.one-click.example:8443/",
            "https://app.one-click.example.evil.example/",
            "https://app.one-click.example@evil.example/",
            "https://evil.example/?https://app.one-click.example/",
            "https://one-click.example/",
            "https://www.app.one-click.example/",
            "app.one-click.example",
            "data:https://app.one-click.example/",
            "https://app.one-click.exämple/",
        ] {
            assert!(!from(&[bad]), "{bad}");
        }
        assert!(!from(&[]));
        let good = "https://app.one-click.example/";
        assert!(!from(&[good, "https://evil.example/"]));
    }

    #[test]
    fn b37_only_our_own_pages_are_the_same_origin() {
        let from = |values: &[&str]| is_ours(&headers(&SEC_FETCH_SITE, values));
        assert!(from(&["same-origin"]));
        for bad in [
            "same-site",
            "cross-site",
            "none",
            "",
            "Same-Origin",
            "same-origin, none",
        ] {
            assert!(!from(&[bad]), "{bad}");
        }
        assert!(!from(&[]));
        assert!(!from(&["same-origin", "cross-site"]));
    }
}
