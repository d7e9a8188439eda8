//! The page of a sync run: its result, and undoing it (B40, B42).

pub mod form;
mod page;

pub use page::run;
