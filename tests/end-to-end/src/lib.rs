#![doc = include_str!("../README.md")]

pub mod browser;

pub mod journey;
pub mod stack;
pub mod story;

pub use comparison as compare;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Looks until `check` finds something, or says what it last saw when `patience` is over.
pub async fn eventually<T>(
    what: &str,
    patience: Duration,
    mut check: impl AsyncFnMut() -> Result<std::result::Result<T, String>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        let seen = match check().await? {
            Ok(found) => return Ok(found),
            Err(seen) => seen,
        };
        if begun.elapsed() > patience {
            bail!(
                "{what}: not after {} s. Last seen: {seen}",
                patience.as_secs()
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
