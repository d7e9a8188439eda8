//! The activity log, with Retry and Create new job.

pub mod card;
pub mod csv;
pub mod form;
pub mod page;
