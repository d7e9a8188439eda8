//! The frame around every page, and the headers that come with it.

use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use maud::{DOCTYPE, Markup, html};
use runtime::Config;
use url::Url;

use crate::assets;

/// Everything from our own origin, nothing inline, in nobody's frame. Last, so that more can follow,
/// where forms may be sent.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Whole page: title, link back to One Click, body.
pub fn frame(config: &Config, title: &str, body: &Markup) -> Response {
    framed(config, HeaderValue::from_static(POLICY), title, body)
}

/// The same, where the answer to a form may send the browser on to another origin: browsers hold the
/// policy for forms against redirects too.
pub fn frame_leading_to(config: &Config, to: &Url, title: &str, body: &Markup) -> Response {
    let policy = format!("{POLICY} {}", to.origin().ascii_serialization());
    // An origin is ASCII without spaces.
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(POLICY));
    framed(config, policy, title, body)
}

/// The same, with pictures from these origins: a comma-separated list, whose wildcards are the policy's.
pub fn frame_showing(config: &Config, origins: &str, title: &str, body: &Markup) -> Response {
    let origins = origins.split(',').map(str::trim);
    let origins = origins.filter(|origin| !origin.is_empty() && !origin.contains([' ', ';']));
    let origins: Vec<_> = origins.collect();
    let policy = POLICY.replace(
        "img-src 'self'",
        &format!("img-src 'self' {}", origins.join(" ")),
    );
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(POLICY));
    framed(config, policy, title, body)
}

fn framed(config: &Config, policy: HeaderValue, title: &str, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · CompanyCam integration" }
                link rel="icon" type="image/svg+xml" href=(assets::icon_url(config));
                link rel="stylesheet" href=(assets::style_url(config));
                script src=(assets::script_url(config)) defer {}
            }
            body {
                header.top {
                    span.brand { "CompanyCam" span.for { " for One Click Contractor" } }
                    nav aria-label="Back" {
                        a href=(config.integrations_url()) { "Back to One Click" }
                    }
                }
                main { (body) }
                footer.soft { "Times are in " span data-zone { "UTC" } "." }
                // Where the script says what it did. It is there from the start: screen readers
                // announce what changes in a region, not a region that comes with its text.
                p #live.visually-hidden aria-live="polite" {}
            }
        }
    };
    let headers: [(HeaderName, HeaderValue); 7] = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        // Pages show an organization's data to whoever holds its session, and to no cache.
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        // A launch token in the address must not travel on.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000"),
        ),
    ];
    (headers, markup.into_string()).into_response()
}
