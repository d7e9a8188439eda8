//! Outages of hours, on a clock that is moved: how many messages are alive and how many calls are made
//! meanwhile, and how soon everything moves afterwards (B27, B36).
//!
//! `make outages` prints the tables.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that can't go on fails, and these print what they measured"
)]

mod many;
mod one;
