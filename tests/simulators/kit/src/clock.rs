//! What time it is for the simulators that run in this thread: a test moves it, and nothing else does.

use std::cell::Cell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

thread_local! {
    static AHEAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Lets time pass, all at once, for every simulator that this thread runs.
pub fn advance(by: Duration) {
    AHEAD.set(AHEAD.get() + by);
}

/// How far this thread's simulators are ahead of the system's clock: what stands beside them has to be
/// as far.
pub fn ahead() -> Duration {
    AHEAD.get()
}

/// Unix milliseconds.
pub fn now_ms() -> u64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from((since_epoch + AHEAD.get()).as_millis()).unwrap_or(u64::MAX)
}
