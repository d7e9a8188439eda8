#![doc = include_str!("../README.md")]

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
