#![doc = include_str!("../README.md")]

mod app;
mod companycam;
pub mod config;
pub mod deadline;
mod error;
mod operations;
pub mod pacing;
pub mod panics;
pub mod queues;
mod renewing;
mod rings;
mod sealing;
mod secrets;
pub mod telemetry;
mod tokens;

pub use self::companycam::{CallError, PacedCompanyCam};
pub use app::{App, aws_config, install_tls};
pub use config::Config;
pub use deadline::Deadline;
pub use error::WorkError;
pub use secrets::{CompanyCamClient, KeyName, OneClickAccess, OrgTokens, Secrets, WebhookKeys};
