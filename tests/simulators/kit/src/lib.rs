#![doc = include_str!("../README.md")]

pub mod chunked;
pub mod clock;
pub mod control;
pub mod jpeg;
pub mod page;
pub mod serve;

pub use chunked::Chunked;
pub use control::{Action, Controls, FaultRule, LoggedRequest};
pub use jpeg::{Jpeg, Picture};
pub use serve::{Bound, Server};
