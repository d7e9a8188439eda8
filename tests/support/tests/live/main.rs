//! Live: what webhooks bring, in both directions, without a poll.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod events;
mod jobs;
