//! The check against both simulators, and against stand-ins that differ from them in one thing.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers serve tests only: what is not as expected fails the test"
)]

mod companycam;
mod one_click;
mod program;
mod sides;
mod silence;
mod stand_in;
