//! CompanyCam does not answer for an hour, and then it does.

use std::time::Duration;

use super::table::{details, table};
use super::{ONE_ASKS, Play, play};
use crate::fleet::Outage;
use crate::scenario::{ORGANIZATIONS, Scenario};
use crate::template::Template;

/// It refuses as fast as it answers; or nothing comes, for as long as a request waits for its first byte.
const REFUSES: Duration = Duration::from_millis(150);
const SILENT: Duration = Duration::from_secs(5);
const FROM: Duration = Duration::from_mins(2);
const TO: Duration = Duration::from_mins(62);
const AFTER: Duration = Duration::from_mins(77);

/// Fewer of `sync.fifo` and `retry` at once.
const FEWER: (usize, usize) = (100, 10);

fn outage(organizations: u32, fails_after: Duration) -> Scenario {
    let scenario = Scenario {
        outage: Some(Outage {
            from: FROM,
            to: TO,
            fails_after,
        }),
        ..Scenario::of(organizations)
    };
    let scenario = scenario.measured("meanwhile", FROM, TO);
    scenario.and_measured("afterwards", TO, AFTER)
}

/// What happens meanwhile and afterwards, with the template's numbers and with lower ones.
pub(super) fn hour(template: &Template) -> String {
    let refuses = outage(ORGANIZATIONS, REFUSES);
    let silent = outage(ORGANIZATIONS, SILENT);
    let mut fewer = template.clone();
    (fewer.sync.most, fewer.retry.most) = FEWER;
    let (sync, retry) = FEWER;
    let with = |name: &str| format!("{name}; {sync} and {retry} at most");
    report(vec![
        play("it refuses", &refuses, template),
        play(with("it refuses"), &refuses, &fewer),
        play("it is silent", &silent, template),
        play(with("it is silent"), &silent, &fewer),
        play("it is silent; one asks for all", &silent, template).designed(ONE_ASKS),
    ])
}

/// The same of fewer organizations, with the template's numbers.
pub(super) fn by_size(template: &Template) -> String {
    let all = [10_000, 30_000].into_iter().flat_map(|organizations| {
        let all = [("it refuses", REFUSES), ("it is silent", SILENT)];
        all.map(|(name, fails_after)| {
            let scenario = outage(organizations, fails_after);
            play(format!("{organizations}; {name}"), &scenario, template)
        })
    });
    report(all.collect())
}

fn report(all: Vec<Play>) -> String {
    let played = super::played(all);
    let moved = played.iter().filter_map(|(name, spans)| {
        let moved = spans.last()?.moved;
        Some([name.clone(), moved.count.to_string(), moved.to_string()])
    });
    let head = ["", "Organizations", "They have caught up after, s"];
    let moved = table(head, &moved.collect::<Vec<_>>());
    format!("{}\n{moved}", details(&played))
}
