//! Pushing recent jobs to CompanyCam: a preview, then the push (B44).

pub mod card;
pub mod form;
mod preview;
