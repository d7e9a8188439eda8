//! The scenarios in short: fewer organizations, minutes of their time.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::time::Duration;

use scale::figures::{Figures, TARGET_95};
use scale::fleet::{BACKLOG, Outage, PHOTOS, RETRY, Runs, SYNC};
use scale::scenario::{Design, Scenario};
use scale::template::Template;

const MINUTE: Duration = Duration::from_mins(1);

fn template() -> Template {
    Template::of_repository().unwrap()
}

fn played(scenario: &Scenario, template: &Template) -> Figures {
    scenario.play(template).pop().unwrap()
}

/// With half as much at once, and half of that, as often as it has to be.
fn halved_until(template: &Template, enough: impl Fn(&Template) -> bool) -> usize {
    let mut less = template.clone();
    while !enough(&less) {
        assert!(less.sync.most > 1, "never");
        less.sync.most /= 2;
    }
    less.sync.most
}

#[test]
fn b17_live_changes_of_ten_thousand_organizations_are_quick_beside_their_polls() {
    let (template, scenario) = (template(), Scenario::of(10_000));
    let figures = played(&scenario, &template);
    assert!(figures.visible.count > 1_000, "{figures:?}");
    assert!(
        figures.begun.of_95 < TARGET_95 && figures.holds(),
        "{figures:?}"
    );
    let too_few = halved_until(&template, |less| !played(&scenario, less).holds());
    assert!(
        too_few < template.sync.most / 2,
        "with {too_few} it fails already"
    );
}

#[test]
fn b29_they_are_beside_sync_runs_of_others_too() {
    let runs = Runs {
        from: MINUTE,
        organizations: 20,
        projects: 200,
        photos: 5,
    };
    let scenario = Scenario {
        runs: Some(runs),
        ..Scenario::of(10_000)
    };
    let (template, scenario) = (template(), scenario.measured("", MINUTE, 16 * MINUTE));
    assert!(played(&scenario, &template).holds());
    halved_until(&template, |less| !played(&scenario, less).holds());
}

#[test]
fn b36_after_an_outage_ten_thousand_organizations_have_caught_up_within_three_minutes() {
    let scenario = Scenario {
        outage: Some(Outage {
            from: MINUTE,
            to: 31 * MINUTE,
            fails_after: Duration::from_millis(150),
        }),
        ..Scenario::of(10_000)
    };
    let scenario = scenario.measured("", 31 * MINUTE, 41 * MINUTE);
    let (template, soon) = (template(), 3 * MINUTE);
    let figures = played(&scenario, &template);
    assert_eq!(figures.moved.count, 10_000);
    assert!(figures.moved.all < soon, "{:?}", figures.moved);
    halved_until(&template, |less| played(&scenario, less).moved.all > soon);
}

#[test]
fn b17_polls_that_are_queued_evenly_stand_in_nobodys_way() {
    let template = template();
    let even = Scenario::of(30_000);
    let at_once = Scenario {
        design: Design {
            in_a_burst: true,
            ..Design::default()
        },
        ..even.clone()
    };
    let (at_once, even) = (played(&at_once, &template), played(&even, &template));
    assert!(even.arrivals.peak < at_once.arrivals.peak / 2, "{even:?}");
    assert!(even.begun.of_95 < at_once.begun.of_95, "{even:?}");
    assert!(even.waiting.mean < at_once.waiting.mean / 10.0, "{even:?}");
}

#[test]
fn what_is_at_work_is_what_littles_law_says() {
    let (template, scenario) = (template(), Scenario::of(20_000));
    let (expected, figures) = (
        scenario.expected_at_work(&template),
        played(&scenario, &template),
    );
    let ratio = figures.at_work.mean / expected;
    // The looks of a batch take each other's processor, which the law's times leave out.
    assert!(
        (0.97..1.15).contains(&ratio),
        "{} and not {expected}",
        figures.at_work.mean
    );
}

/// With everything that there is, nothing is lost and nothing goes on for ever.
#[test]
fn whatever_begins_ends_once_nothing_comes_any_more() {
    let scenario = Scenario {
        runs: Some(Runs {
            from: MINUTE,
            organizations: 10,
            projects: 150,
            photos: 8,
        }),
        nights_from: Some(2 * MINUTE),
        outage: Some(Outage {
            from: 4 * MINUTE,
            to: 20 * MINUTE,
            fails_after: Duration::from_secs(5),
        }),
        until: Some(40 * MINUTE),
        ..Scenario::of(2_000)
    };
    let mut engine = scenario.engine(&template());
    engine.run_until(30 * MINUTE);
    assert!(engine.workload.unfinished() > 0, "it is under way");
    engine.run_until(180 * MINUTE);
    for queue in [SYNC, RETRY, PHOTOS, BACKLOG] {
        assert_eq!(
            (engine.waiting(queue).value(), engine.in_flight(queue)),
            (0, 0),
            "{queue}"
        );
    }
    assert_eq!(engine.workload.unfinished(), 0);
    let seen = &engine.workload.seen;
    assert_eq!(seen.runs.count(), 10);
    assert!(
        seen.nights.count() > 100 && seen.parked.count() > 10,
        "{seen:?}"
    );
    let ended = seen.visible.count() + seen.beside_a_run.count() + seen.parked.count();
    assert_eq!(ended, seen.told);
}

/// Whoever changes the template looks at what follows.
#[test]
fn the_document_was_written_for_the_templates_numbers() {
    let document = include_str!("../../../docs/SCALE.md");
    let numbers = template().to_string();
    assert!(
        document.contains(&numbers),
        "`make scale`, and put what it prints into docs/SCALE.md:\n{numbers}"
    );
}
