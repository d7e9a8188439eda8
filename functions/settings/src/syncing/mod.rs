//! The sync run, and the button that starts one (B19).

pub mod card;
pub mod form;
