#![doc = include_str!("../README.md")]

pub mod contact;
pub mod fields;
pub mod job;
pub mod link;
pub mod location;
mod name;
pub mod pause;
pub mod photo;
pub mod project;
pub mod refusal;
pub mod relations;
pub mod sync_run;
mod text;
pub mod users;
pub mod waiting;
