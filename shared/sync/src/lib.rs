//! The synchronisation between `CompanyCam` and One Click.
//!
//! [`decide`] is pure: from what is wanted and what is known it says which step to take. [`run`]
//! reads both sides, asks `decide`, and takes the steps. Every look compares afresh, so it may come
//! twice, late or out of order, and may be cut off anywhere and run again (B26).

pub mod decide;
pub mod run;
