//! The activity log, with Retry and Bring it back.

pub mod card;
pub mod form;
