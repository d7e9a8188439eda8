//! What the two simulators share: faults, the request log, serving, page layout, test pictures.
//!
//! A simulator binds a [`serve::Bound`], builds its router, passes it through
//! [`control::Controls::wrap`] and serves it:
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! use simulator_kit::{Bound, Controls};
//!
//! let bound = Bound::bind(0).await?;
//! let controls = Controls::new("/sign_in");
//! let server = bound.serve(controls.wrap(axum::Router::new()));
//! println!("{}", server.origin);
//! # Ok(()) }
//! ```

pub mod clock;
pub mod control;
pub mod jpeg;
pub mod page;
pub mod serve;

pub use control::{Action, Controls, FaultRule, LoggedRequest};
pub use jpeg::{Jpeg, Picture};
pub use serve::{Bound, Server};
