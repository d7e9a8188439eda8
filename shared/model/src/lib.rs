#![doc = include_str!("../README.md")]

pub mod attention;
pub mod companycam;
pub mod file;
pub mod ids;
pub mod job;
pub mod messages;
pub mod nightly;
pub mod one_click;
pub mod organization;
pub mod pause;
pub mod preferences;
pub mod project;
pub mod retry;
pub mod sync_run;
pub mod tags;
pub mod users;
