//! A page for each project and job (B39): what both sides say of it now, and what can be done by hand.

mod files;
pub mod form;
mod job;
mod lines;
mod project;
mod read;

pub use job::job;
pub use lines::on_job;
pub use project::{Came, project};
pub use read::read;
