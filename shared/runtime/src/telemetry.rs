//! Logs as JSON lines on standard output, where Lambda picks them up.
//!
//! Fields are dotted identifiers (`org.id`, `project.id`) and carry their unit in the name
//! (`duration_ms`). Never a token, signature, e-mail or street address, nor an address with a query.

use tracing_subscriber::EnvFilter;

/// Starts logging at the level of `LOG_LEVEL` (`info` if it is not set). Twice is harmless.
pub fn init() {
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    // Our own crates at that level, the SDKs' only when something is wrong with them.
    let filter = EnvFilter::try_new(format!("warn,{OURS}", OURS = ours(&level)))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
}

fn ours(level: &str) -> String {
    [
        "runtime",
        "store",
        "sync",
        "web",
        "companycam",
        "one_click",
        "oauth_callback",
        "settings",
        "webhook_ingest",
        "project_poll",
        "project_sync",
        "photo_copy",
    ]
    .map(|name| format!("{name}={level}"))
    .join(",")
}
