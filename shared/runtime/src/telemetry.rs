//! Logs as JSON lines on standard output, where Lambda picks them up.
//!
//! Fields are dotted identifiers (`org.id`, `project.id`) and carry their unit in the name (`delay_s`);
//! why something went wrong is `cause`. Never a token, signature, e-mail or street address, nor an address
//! with a query. What is said while a message is handled carries that message's ids in `span`.

use tracing_subscriber::EnvFilter;

/// What others say is of interest only when something is wrong with them.
const OTHERS: &str = "aws_config=warn,aws_runtime=warn,aws_sdk=warn,aws_smithy=warn,h2=warn,hyper=warn,hyper_util=warn,lambda_runtime=warn,reqwest=warn,rustls=warn,tower=warn";

/// Starts logging at the level of `LOG_LEVEL` (`info` if it is not set). Twice is harmless.
pub fn init() {
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::try_new(format!("{level},{OTHERS}"))
        .unwrap_or_else(|_| EnvFilter::new(format!("info,{OTHERS}")));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
}
