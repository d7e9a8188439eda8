//! Decisions: pure functions, tested without any server.

pub mod fields;
pub mod job;
pub mod pause;
pub mod photo;
pub mod place;
pub mod project;
pub mod users;
pub mod waiting;
