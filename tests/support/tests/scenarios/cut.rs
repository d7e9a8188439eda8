//! Cut off at each outgoing request in turn, before the request takes effect and after, and run again.
//!
//! The next request is cut until a run ends without having made it, so a new one is covered by being
//! made.

use serde_json::Value;
use simulator_kit::Controls;
use test_support::cut::{Moment, Scissors, arm, until_cut};
use test_support::{Queue, TestApp};

use crate::end::assert_same;
use crate::play::{Playing, Scenario, acted, ended, tell, undisturbed};

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
enum To {
    Aws,
    CompanyCam,
    OneClick,
}

/// A request to cut off at: where it goes, its number, and the moment.
type Cut = (To, usize, Moment);

/// Works on the queues, one batch after the other; `false`: a handler was cut off.
async fn work_until_cut(test: &TestApp, scissors: &Scissors) -> bool {
    let simulators = [&test.companycam.controls, test.one_click.controls()];
    loop {
        let mut idle = true;
        for queue in Queue::WORKING {
            let messages = test.aws.sqs.receive(queue, 5);
            if messages.is_empty() {
                continue;
            }
            idle = false;
            let handler = test.deliver(queue, &messages);
            let Some(failed) = until_cut(scissors, &simulators, handler).await else {
                return false;
            };
            assert!(failed.is_empty());
            for message in messages {
                test.aws.sqs.delete(queue, &message.id);
            }
        }
        if !idle {
            continue;
        }
        if test.aws.sqs.next_due_ms().is_none() {
            return true;
        }
        test.until_next_due();
    }
}

/// Plays the scenario with one request cut: what it came to, and which request that was (`None`: it
/// was never made).
async fn play<S: Scenario>(
    test: &mut TestApp,
    scissors: &Scissors,
    cut: Cut,
) -> (Value, Option<String>) {
    scissors.watch();
    let subject = acted::<S>(test).await;
    match cut {
        (To::Aws, number, moment) => scissors.arm(number, moment),
        (To::CompanyCam, number, moment) => arm(&test.companycam.controls, number, moment),
        (To::OneClick, number, moment) => arm(test.one_click.controls(), number, moment),
    }
    let finished = work_until_cut(test, scissors).await;
    let last = |controls: &Controls| {
        let request = controls.requests().pop()?;
        Some(format!("{} {}", request.method, request.path))
    };
    let request = match cut.0 {
        _ if finished => None,
        To::Aws => scissors.writes().pop(),
        To::CompanyCam => last(&test.companycam.controls),
        To::OneClick => last(test.one_click.controls()),
    };
    scissors.watch();
    test.companycam.controls.clear_faults();
    test.one_click.controls().clear_faults();
    if !finished {
        // What was in flight comes again, to another process, and leases end.
        test.restart();
        test.aws.sqs.give_all_back();
        test.end_leases().await;
        test.age_claims().await;
        test.settle().await;
    }
    (ended(test, &subject).await, request)
}

/// Plays the scenario again and again, cut off at each request in turn.
pub async fn check<S: Scenario>() {
    let mut test = S::begin().await;
    let scissors = Scissors::default();
    test.use_scissors(&scissors);
    let wanted = undisturbed::<S>(&test).await;
    let mut played = 0;
    for to in [To::Aws, To::CompanyCam, To::OneClick] {
        for number in 0.. {
            let mut made = false;
            for moment in [Moment::Before, Moment::After] {
                let _playing = Playing(format!("cut off {moment:?} request {number} to {to:?}"));
                played += 1;
                let (end, request) = play::<S>(&mut test, &scissors, (to, number, moment)).await;
                let cut = format!("cut off {moment:?} {to:?} did {request:?}");
                assert_same(&end, &wanted, &cut);
                made = request.is_some();
                // Nobody can tell whether a request that only reads took effect.
                if request.is_none_or(|request| request.starts_with("GET ")) {
                    break;
                }
            }
            if !made {
                assert!(number > 0, "{to:?} was never asked for anything");
                break;
            }
        }
    }
    tell::<S>("cut off anywhere", played);
}
