//! A year of an organization's life from a seed: what people do on both sides, with nights and polls, and
//! with webhooks or without. What each side should be then is a model of its own, made of the behaviours
//! alone; after every night, and in the end, both sides have to be that in everything.
//!
//! A year that fails prints how to play it again. `YEARS=<number>` plays so many long ones, `YEAR=<seed>`
//! one, and `YEAR_EVENTS=<number>` says how many events they have: the first of them are always the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod calendar;
mod check;
mod copies;
mod documents;
mod events;
mod field;
mod jobs;
mod journal;
mod model;
mod photos;
mod preferences;
mod projects;
mod settle;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::thread;

use calendar::Year;

/// How many are played where nothing else is said, and the events of each.
const YEARS: u64 = 2;
const EVENTS: usize = 160;
/// Without optimisation the futures of a handler inside those of an event are large.
const STACK: usize = 16 * 1024 * 1024;
/// The events of a long one.
const MANY_EVENTS: usize = 2_000;

async fn play(seed: u64, webhooks: bool, events: usize) {
    let mut year = Year::begin(seed, webhooks).await;
    year.pass(events).await;
}

/// Plays the years, each with webhooks and without, in an application of its own, one on every processor.
fn play_all(seeds: impl Iterator<Item = u64> + Send, events: usize) {
    let years = Mutex::new(seeds.flat_map(|seed| [(seed, true), (seed, false)]));
    let next = || years.lock().unwrap().next();
    let player = || {
        while let Some((seed, webhooks)) = next() {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            let played = AssertUnwindSafe(|| runtime.block_on(play(seed, webhooks, events)));
            if let Err(panic) = catch_unwind(played) {
                let how = if webhooks { "with" } else { "without" };
                eprintln!("YEAR={seed} YEAR_EVENTS={events} is the one that fails, {how} webhooks");
                resume_unwind(panic);
            }
        }
    };
    thread::scope(|scope| {
        let players = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..players {
            let builder = thread::Builder::new().stack_size(STACK);
            builder.spawn_scoped(scope, player).unwrap();
        }
    });
}

#[test]
fn b26_after_a_year_both_sides_are_as_people_left_them() {
    let number = |name| {
        std::env::var(name)
            .ok()
            .map(|number| number.parse::<u64>().unwrap())
    };
    let events = number("YEAR_EVENTS").map(|events| usize::try_from(events).unwrap());
    match (number("YEAR"), number("YEARS")) {
        (Some(one), _) => play_all(one..=one, events.unwrap_or(MANY_EVENTS)),
        (None, Some(many)) => play_all(0..many, events.unwrap_or(MANY_EVENTS)),
        (None, None) => play_all(0..YEARS, events.unwrap_or(EVENTS)),
    }
}
