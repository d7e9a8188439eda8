#![doc = include_str!("../README.md")]

pub mod contact;
mod counted;
pub mod details;
pub mod document;
pub mod duplicate;
pub mod fields;
pub mod file;
pub mod job;
pub mod link;
pub mod listing;
pub mod location;
pub mod metadata;
mod name;
pub mod new_project;
pub mod nightly;
pub mod pause;
pub mod photo;
pub mod project;
pub mod refusal;
pub mod relations;
pub mod suggestions;
pub mod sync_run;
mod text;
pub mod users;
pub mod waiting;

pub use counted::counted;
