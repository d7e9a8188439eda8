//! Ten thousand organizations while One Click is down for all of them: the rules by which they probe,
//! on a clock of their own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use decide::pause;
use model::pause::Pause;
use one_click::OrgId;

const ORGANIZATIONS: usize = 10_000;

/// What an outage of `hours` came to.
struct Played {
    /// Calls to One Click a second, the most and all in all, and of one organization.
    calls: usize,
    most_of_one: usize,
    busiest_second: usize,
    /// When the last organization moved on, in seconds after the end, and the most in one second.
    last_s: i64,
    most_at_once: usize,
}

/// Every organization has something to do in the first `spread_s` seconds, fails, and pauses.
fn play(hours: i64, spread_s: i64, patience_s: i64) -> Played {
    let orgs: Vec<_> = (0..ORGANIZATIONS)
        .map(|number| OrgId::parse(&format!("org_{number}")).unwrap())
        .collect();
    let end = hours * 3600;
    let mut due = BinaryHeap::new();
    let mut pauses: Vec<Pause> = Vec::new();
    // The look that failed, and asking whether that is the item's fault.
    let mut calls = vec![2_usize; ORGANIZATIONS];
    let mut by_second = std::collections::BTreeMap::<i64, usize>::new();
    for (number, _) in orgs.iter().enumerate() {
        let at = i64::try_from(number).unwrap() * spread_s / i64::try_from(ORGANIZATIONS).unwrap();
        let begun = pause::begun(at, 1);
        *by_second.entry(at).or_default() += 2;
        due.push(Reverse((begun.until, number)));
        pauses.push(begun);
    }
    let mut probed_at = 0;
    let mut over = false;
    let mut moved = std::collections::BTreeMap::<i64, usize>::new();
    while let Some(Reverse((now, number))) = due.pop() {
        let another = !over && pause::was_probed(probed_at, now);
        if !another {
            calls[number] += 1;
            *by_second.entry(now).or_default() += 1;
            if now >= end {
                // It answers: nobody need ask for the others any more, each asks for itself.
                over = true;
                *moved.entry(now - end).or_default() += 1;
                continue;
            }
            probed_at = now;
        }
        let asked_until = if another { now } else { now + patience_s };
        pauses[number] = pause::prolonged(&pauses[number], &orgs[number], asked_until);
        due.push(Reverse((pauses[number].until, number)));
    }
    Played {
        calls: calls.iter().sum(),
        most_of_one: calls.into_iter().max().unwrap(),
        busiest_second: by_second
            .range(spread_s + 60..end)
            .map(|(_, calls)| *calls)
            .max()
            .unwrap_or(0),
        last_s: *moved.keys().last().unwrap(),
        most_at_once: *moved.values().max().unwrap(),
    }
}

#[test]
fn b36_while_one_click_is_down_one_probes_for_all_and_they_come_back_on_a_ramp() {
    println!("{ORGANIZATIONS} organizations while One Click is down for all");
    println!(
        "| it | hours | calls in all | of one organization | in a second | last moves after | most in a second |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (it, patience_s) in [("refuses", 0), ("silent", 8)] {
        for hours in [1, 6, 24] {
            // The worst case: all of them had something to do within a few seconds.
            let played = play(hours, 20, patience_s);
            println!(
                "| {it} | {hours} | {} | {} | {} | {} s | {} |",
                played.calls,
                played.most_of_one,
                played.busiest_second,
                played.last_s,
                played.most_at_once
            );
            assert!(played.busiest_second <= 2, "one probes for all");
            assert!(hours > 6 || played.most_of_one < 170);
            assert!(played.last_s <= 180, "{} s", played.last_s);
            assert!(
                played.most_at_once <= 400,
                "{} at once",
                played.most_at_once
            );
        }
    }
}
