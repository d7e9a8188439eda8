//! One item's panic is that item's failure, not its batch's.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;

/// The work on one item panicked. What it said is in the log already, by way of standard error.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the work on it panicked")]
pub struct Panicked;

/// What the future came to, or that it panicked.
///
/// What it was working on may be half done, as when the process had ended there: the next look at
/// the same item makes up for both.
pub async fn guarded<F: Future>(future: F) -> Result<F::Output, Panicked> {
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .map_err(|_| Panicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn b27_a_panic_is_the_items_own_failure() {
        let items = futures::future::join_all([false, true, false].map(|bad| {
            guarded(async move {
                tokio::task::yield_now().await;
                assert!(!bad, "this one is bad");
                "done"
            })
        }));
        assert_eq!(items.await, [Ok("done"), Err(Panicked), Ok("done")]);
    }
}
