//! The preferences (B9–B13).

pub mod card;
pub mod form;
