#![doc = include_str!("../README.md")]

pub mod actions;
pub mod axe;
pub mod chromium;
pub mod fixtures;
pub mod keyboard;
pub mod page_checks;
pub mod process;
pub mod simulators;
pub mod tab;

use std::time::Duration;

/// How long anything may take; generous, since a busy machine is no failure.
pub const PATIENCE: Duration = Duration::from_mins(2);
