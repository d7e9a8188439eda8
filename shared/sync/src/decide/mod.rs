//! Decisions: pure functions, tested without any server.

pub mod fields;
pub mod job;
pub mod photo;
pub mod place;
pub mod project;
pub mod refusal;
pub mod users;
