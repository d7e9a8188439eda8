//! The simulator over real HTTP: the contract's promises, and its document.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers serve tests only: what is not as expected fails the test"
)]

mod adoption;
mod attachments;
mod client;
mod contract;
mod demo;
mod document;
mod earlier;
mod isolation;
mod jobs;
mod launch;
mod pages;
mod receiver;
mod removing;
mod web;
mod webhooks;
