//! Compressed answers: API Gateway's HTTP APIs send on what a function answers as it is.

use axum::Router;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

/// From so many bytes on it is worth it: less fits into one packet anyway.
const WORTHWHILE: u16 = 1024;

/// The routes with their answers gzip-compressed for browsers that take it. `lambda_http` sees the
/// `Content-Encoding` and hands the bytes on as base64.
pub(crate) fn compressed(router: Router) -> Router {
    let compression = CompressionLayer::new()
        // Of the largest page a tenth larger, in a third of the time.
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(WORTHWHILE));
    router.layer(compression)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use axum::routing::get;
    use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
    use lambda_http::{Body, IntoResponse};
    use tower::ServiceExt;

    use super::*;

    async fn answer(accepts: &str, size: usize) -> http::Response<Body> {
        let router = Router::new().route("/", get(async move || "x".repeat(size)));
        let request = http::Request::get("/").header(ACCEPT_ENCODING, accepts);
        let request = request.body(axum::body::Body::empty()).unwrap();
        let answer = compressed(router).oneshot(request).await.unwrap();
        // What `lambda_http::run` does with it.
        answer.into_response().await
    }

    #[tokio::test]
    async fn b25_compressed_bytes_reach_api_gateway_as_bytes() {
        let answer = answer("gzip, deflate, br", 5000).await;
        assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(answer.headers()[VARY], "accept-encoding");
        let Body::Binary(bytes) = answer.body() else {
            panic!("{:?} would be sent as text", answer.body());
        };
        assert_eq!(bytes[..2], [0x1f, 0x8b], "the mark of gzip");
        assert!(bytes.len() < 100);
    }

    #[tokio::test]
    async fn b25_small_answers_and_browsers_without_gzip_get_plain_text() {
        for (accepts, size) in [("gzip", 100), ("identity", 5000), ("br", 5000)] {
            let answer = answer(accepts, size).await;
            assert!(
                !answer.headers().contains_key(CONTENT_ENCODING),
                "{accepts}"
            );
            assert!(matches!(answer.body(), Body::Text(text) if text.len() == size));
        }
    }
}
