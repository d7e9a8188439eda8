//! What holds of every queue, whatever is in it: the simulator itself is right.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::time::Duration;

use proptest::prelude::*;
use scale::engine::clock::Time;
use scale::engine::queue::{Message, Queue};
use scale::engine::source::{Scaling, SourceSettings};
use scale::engine::{Effort, Engine, Overheads, Settings, Workload, World};
use scale::erlang;
use scale::random::Random;

const SECOND: Duration = Duration::from_secs(1);

/// A message of a group, with its place among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbered {
    group: u32,
    number: usize,
    sent: Time,
}

impl Message for Numbered {
    fn group(&self) -> u32 {
        self.group
    }
}

/// Messages that come by chance and take a time by chance.
struct Chance {
    groups: u32,
    /// How many are still to come, and how far apart.
    left: usize,
    apart: Duration,
    takes: Duration,
    /// Of those that were taken: when each was sent, and when it began and ended.
    begun: Vec<(Numbered, Time)>,
    ended: Vec<(Numbered, Time)>,
}

impl Chance {
    fn new(groups: u32, messages: usize, apart: Duration) -> Self {
        Self {
            groups,
            left: messages,
            apart,
            takes: SECOND,
            begun: Vec::new(),
            ended: Vec::new(),
        }
    }
}

impl Workload for Chance {
    type Message = Numbered;
    type Event = ();

    fn happens(&mut self, (): (), world: &mut World<Numbered, ()>) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let message = Numbered {
            group: world.random.below(self.groups),
            number: self.left,
            sent: world.now(),
        };
        world.send(0, message, Duration::ZERO);
        let wait = world.random.until_next(self.apart);
        world.later(wait, ());
    }

    fn together(&self, _: &[Numbered]) -> usize {
        1
    }

    fn begins(&mut self, messages: &[Numbered], world: &mut World<Numbered, ()>) -> Effort {
        self.begun.push((messages[0], world.now()));
        Effort {
            waits: world.random.until_next(self.takes),
            processor: Duration::ZERO,
        }
    }

    fn ends(&mut self, messages: &[Numbered], world: &mut World<Numbered, ()>) {
        self.ended.push((messages[0], world.now()));
    }
}

/// Invocations of one event source that begin at once.
fn settings(batch: usize, most: usize) -> Settings {
    let source = SourceSettings {
        queue: 0,
        batch,
        most,
        begins_for: Duration::from_hours(1),
        deletes_early: None,
        processor: 1.0,
    };
    Settings {
        sources: vec![source],
        scaling: Scaling {
            at_once: most,
            another_after: SECOND,
            kept_s: 60,
        },
        overheads: Overheads {
            receive: Duration::ZERO,
            invoke: Duration::ZERO,
            delete: Duration::ZERO,
            start: Duration::ZERO,
        },
        account: usize::MAX,
    }
}

fn engine(chance: Chance, settings: Settings, seed: u64) -> Engine<Chance> {
    let queue = Queue::fifo(chance.groups as usize);
    let mut engine = Engine::new(chance, vec![queue], settings, Random::of(seed));
    engine.world.later(Duration::ZERO, ());
    engine
}

/// Every message its own group, one a batch, exponential times: M/M/c, whose waits Erlang C gives.
#[test]
fn waits_agree_with_erlangs_formula_where_there_is_one() {
    for (servers, load, seed) in [(1, 0.7, 1), (10, 8.0, 2), (50, 45.0, 3)] {
        let messages = 300_000;
        let chance = Chance::new(1_000_000, messages, SECOND.div_f64(load));
        let servers_at_once = usize::try_from(servers).unwrap();
        let mut engine = engine(chance, settings(1, servers_at_once), seed);
        engine.run_until(Duration::from_hours(10_000));
        let begun = &engine.workload.begun;
        assert_eq!(begun.len(), messages);
        let waits = begun
            .iter()
            .map(|(message, at)| at.saturating_sub(message.sent).as_secs_f64());
        let mean = waits.sum::<f64>() / 300_000.0;
        let formula = erlang::mean_wait(load, servers);
        assert!(
            (mean / formula - 1.0).abs() < 0.07,
            "{servers}: {mean} and not {formula}"
        );
    }
}

/// Little's law: what waits and works on average is how often it comes, times how long that takes.
#[test]
fn what_waits_is_what_comes_times_how_long_it_waits() {
    let chance = Chance::new(1_000_000, 20_000, SECOND / 9);
    let mut engine = engine(chance, settings(1, 10), 5);
    engine.run_until(SECOND * 3_000);
    let span = 3_000.0;
    let chance = &engine.workload;
    assert_eq!(chance.ended.len(), 20_000, "all of them in time");
    let waited = chance
        .begun
        .iter()
        .map(|(message, at)| at.saturating_sub(message.sent));
    let waited = waited.sum::<Duration>().as_secs_f64() / span;
    let waiting = engine.waiting(0).mean(SECOND * 3_000);
    assert!(
        (waiting - waited).abs() < 1e-6 * waited,
        "{waiting} and not {waited}"
    );
    let busy = engine.busy(0).mean(SECOND * 3_000);
    let worked = 20_000.0 / span;
    assert!(
        (busy / worked - 1.0).abs() < 0.05,
        "{busy} and not {worked}"
    );
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let run = |seed| {
        let mut engine = engine(Chance::new(50, 500, SECOND / 5), settings(10, 3), seed);
        engine.run_until(Duration::from_hours(1));
        engine.workload.ended
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

proptest! {
    /// However many groups, batches and invocations there are: each message is taken once, those of a group in
    /// their order and never two at once.
    #[test]
    fn the_order_of_a_group_holds_and_nothing_is_lost(
        groups in 1_u32..40,
        batch in 1_usize..12,
        most in 1_usize..20,
        begins_for in 0_u64..20,
        early in proptest::option::of(0_u64..300),
        seed in 0_u64..1_000,
    ) {
        let mut settings = settings(batch, most);
        settings.sources[0].begins_for = SECOND * u32::try_from(begins_for).unwrap();
        settings.sources[0].deletes_early = early.map(Duration::from_millis);
        settings.overheads.delete = SECOND / 10;
        let mut engine = engine(Chance::new(groups, 400, SECOND / 4), settings, seed);
        engine.run_until(Duration::from_hours(10));
        let Chance { begun, ended, .. } = &engine.workload;
        prop_assert_eq!(ended.len(), 400);
        prop_assert_eq!((engine.waiting(0).value(), engine.in_flight(0), engine.busy(0).value()), (0, 0, 0));
        for group in 0..groups {
            let of = |all: &[(Numbered, Time)]| -> Vec<(usize, Time)> {
                let own = all.iter().filter(|(message, _)| message.group == group);
                own.map(|(message, at)| (message.number, *at)).collect()
            };
            let (begun, ended) = (of(begun), of(ended));
            // They are numbered down.
            prop_assert!(begun.windows(2).all(|two| two[0].0 > two[1].0), "in order: {begun:?}");
            let taken = begun.iter().zip(&ended);
            prop_assert!(taken.clone().all(|(begin, end)| begin.0 == end.0));
            let next = begun.iter().skip(1).zip(&ended);
            prop_assert!(next.into_iter().all(|(next, end)| next.1 >= end.1), "one at a time");
        }
    }
}
