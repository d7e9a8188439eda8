//! What the integration costs on AWS: `make cost` prints it.
//!
//! Each operation is played once in process, over the real SDK clients, and every call that a function makes
//! is counted. How long its turn takes is worked out from the calls; what Lambda asks of the queues by itself,
//! and what is fixed, is as AWS documents it; the prices are [those of a day](test_support::prices).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod calls;
mod charged;
mod counted;
mod fixed;
mod logs;
mod months;
mod played;
mod report;
mod used;

use months::Operations;

/// An organization's month in which nothing happens, in dollars, one of a thousand.
const IDLE: f64 = 0.03;
/// The same where Lambda receives each poll alone.
const IDLE_ALONE: f64 = 0.04;
/// With two thousand photos in it, also then.
const BUSY: f64 = 0.10;
/// What a thousand photos from before add to a month.
const THERE: f64 = 0.015;
/// A million photos that come live.
const MILLION: f64 = 21.0;

#[tokio::test]
async fn what_a_month_and_a_million_photos_cost() {
    let operations = Operations::play().await;
    report::report(&operations);
    let within = |what: &str, dollars: f64, most: f64| {
        assert!(dollars <= most, "{what}: ${dollars:.4}, at most ${most}");
    };
    let idle = operations.idle_month();
    within("an idle month", idle.dollars(), IDLE);
    let alone = operations.idle_month_alone();
    within("an idle month, polls alone", alone.dollars(), IDLE_ALONE);
    let busy = operations.busy_month();
    let more = alone.dollars() - idle.dollars();
    within("a month of 2,000 photos", busy.dollars() + more, BUSY);
    let there = operations.there(1000.0);
    within("1,000 photos from before", there.dollars(), THERE);
    for (how, million) in [
        ("live", operations.live(1e6)),
        ("by first syncs", operations.synced(1e6)),
    ] {
        within(how, million.dollars(), MILLION);
    }
}
