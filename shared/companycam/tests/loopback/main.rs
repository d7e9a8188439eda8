//! The crate over loopback HTTP, against a server that answers as CompanyCam has been seen to.
#![allow(
    clippy::doc_markdown,
    reason = "CompanyCam is a name in prose, not an item"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests are tests"
)]

mod answers;
mod front_doors;
mod lists;
mod media;
mod oauth;
mod objects;
mod support;
