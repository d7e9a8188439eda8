//! The handlers make the calls that the simulation says they make.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

mod chains;
mod counting;
mod live;
mod outage;
