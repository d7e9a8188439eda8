#![doc = include_str!("../README.md")]

mod app;
pub mod config;
pub mod deadline;
pub mod pacing;
pub mod panics;
pub mod queues;
mod renewing;
mod rings;
mod sealing;
mod secrets;
mod session;
pub mod telemetry;
mod tokens;
mod trouble;

pub use app::{App, aws_config, install_tls};
pub use config::Config;
pub use deadline::Deadline;
pub use secrets::{CompanyCamClient, KeyName, OneClickAccess, OrgTokens, Secrets, WebhookKeys};
pub use session::{CompanyCam, Failure};
pub use trouble::Trouble;
