//! What is written for another version to read: queue messages, and the rows of every table.
//!
//! The snapshots hold what this version writes; a difference is a decision. What an earlier version
//! wrote is kept in `before/`, and is still read. What the documents say of the code is looked up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

mod docs;
mod files;
mod messages;
mod rows;
mod runbook;
mod waiting;
