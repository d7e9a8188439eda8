//! Decisions: pure functions, tested without any server.

pub mod fields;
pub mod photo;
pub mod project;
pub mod users;
