#![doc = include_str!("../README.md")]

pub mod engine;
pub mod erlang;
pub mod figures;
pub mod fleet;
pub mod gauge;
pub mod random;
pub mod report;
pub mod scenario;
pub mod template;
pub mod work;
