//! The connection, and disconnecting.

pub mod card;
pub mod form;
