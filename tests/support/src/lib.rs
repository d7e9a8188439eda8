#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that can't go on fails its test, which is what a panic does"
)]
#![allow(
    clippy::doc_markdown,
    reason = "CompanyCam is a name in prose, not an item"
)]

mod app;
mod aws;
mod browser;
mod company;
pub mod cut;
pub mod deliveries;
mod drain;
mod dynamodb;
mod paths;
pub mod prices;
mod roles;
mod sizes;
mod sqs;
pub mod steps;
mod units;
mod version_before;

pub use app::TestApp;
pub use aws::{Aws, Call, template};
pub use browser::{Arrival, Browser, Page};
pub use sqs::{Message, Queue, Sqs};
pub use units::Units;

/// The One Click organization that tests connect unless they say otherwise.
pub const ORG: &str = "org_ridgeline";
/// Its administrator.
pub const ADMIN: &str = "usr_avery";
/// The administrator of the CompanyCam company `Ridgeline Exteriors`.
pub const CONSENTING: &str = "avery.stone@ridgeline.example";

/// Asks again until the condition holds; a condition that never does panics.
pub async fn until(condition: impl AsyncFn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while !condition().await {
        assert!(std::time::Instant::now() < deadline, "it never came");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
