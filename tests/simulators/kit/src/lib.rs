#![doc = include_str!("../README.md")]

pub mod chunked;
pub mod clock;
pub mod control;
pub mod demo;
pub mod hard_cases;
pub mod jpeg;
pub mod page;
pub mod serve;

pub use chunked::Chunked;
pub use control::{Action, Controls, FaultRule, LoggedRequest};
pub use demo::Demo;
pub use jpeg::{Jpeg, Picture};
pub use serve::{Bound, Server};
