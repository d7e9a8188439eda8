//! The users of both sides, and who is whom (B6–B8).

pub mod card;
pub mod chooser;
pub mod form;
