//! How long an answer took, told with it.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use rustix::time::{ClockId, clock_gettime};

const SERVER_TIMING: &str = "server-timing";

/// The routes with the milliseconds that each answer took in `Server-Timing`, which a browser's
/// developer tools show beside those of the network: `app` by the clock, `cpu` of the processor's time,
/// which waits for nobody (on Lambda a process answers one request at a time). It is the outermost layer:
/// whatever is done to the body counts.
pub(crate) fn timed(router: Router) -> Router {
    router.layer(from_fn(time))
}

async fn time(request: Request, next: Next) -> Response {
    let (started, worked) = (Instant::now(), processor_ms());
    let (mut parts, body) = next.run(request).await.into_parts();
    // Our pages are in memory already; only their compression is still to be done.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    let worked_ms = processor_ms() - worked;
    let told = format!("app;dur={took_ms:.1}, cpu;dur={worked_ms:.1}");
    if let Ok(value) = HeaderValue::try_from(told) {
        parts.headers.insert(SERVER_TIMING, value);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// What this process has used of the processor until now.
fn processor_ms() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let used = Duration::try_from(used).unwrap_or_default();
    used.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn an_answer_tells_how_long_it_took_and_stays_as_it_is() {
        let router = Router::new().route("/", get(async || (StatusCode::ACCEPTED, "text")));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let answer = timed(router).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let told = answer.headers()[SERVER_TIMING].to_str().unwrap();
        let (took, worked) = told.split_once(", ").unwrap();
        let took_ms: f64 = took.strip_prefix("app;dur=").unwrap().parse().unwrap();
        let worked_ms: f64 = worked.strip_prefix("cpu;dur=").unwrap().parse().unwrap();
        assert!(took_ms >= 0.0 && worked_ms >= 0.0);
        let bytes = to_bytes(answer.into_body(), 100).await.unwrap();
        assert_eq!(bytes, "text");
    }
}
