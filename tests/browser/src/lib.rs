//! The deployed stack and the two simulators in a real browser.
//!
//! What is on a page is found as a person finds it: by roles, accessible names and labels. The words
//! that the tests rely on are in [`tab`] and [`simulators`], and nowhere else.

pub mod axe;
pub mod cast;
pub mod chromium;
pub mod hands;
pub mod keyboard;
pub mod looks;
pub mod process;
pub mod simulators;
pub mod tab;

use std::time::Duration;

/// How long anything may take; generous, since a busy machine is no failure.
pub const PATIENCE: Duration = Duration::from_mins(2);
