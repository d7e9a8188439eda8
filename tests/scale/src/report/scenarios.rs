//! What goes on beside live changes, at the size that is asked for.

use std::time::Duration;

use super::table::{details, table};
use super::{IN_A_BURST, TOGETHER, each_ten_minutes, play, played, runs, with_nights, with_runs};
use crate::figures::{Figures, Quantiles};
use crate::scenario::{ORGANIZATIONS, Scenario};
use crate::template::Template;

/// With the template's numbers: as the code is, and as it could be.
pub(super) fn at_the_templates_numbers(template: &Template) -> String {
    let polls = Scenario::of(ORGANIZATIONS);
    let one = Scenario {
        runs: Some(runs(1)),
        ..polls.clone()
    };
    let one = one.measured("", Duration::from_mins(2), Duration::from_mins(62));
    let (runs, nights) = (with_runs(ORGANIZATIONS), with_nights(ORGANIZATIONS));
    let rarely = each_ten_minutes(template);
    let played = played(vec![
        play("polls", &polls, template),
        play("polls; in a burst", &polls, template).designed(IN_A_BURST),
        play("a run", &one, template),
        play("200 runs", &runs, template),
        play("200 runs; files together", &runs, template).designed(TOGETHER),
        play("night", &nights, template),
        play("night; in a burst", &nights, template).designed(IN_A_BURST),
        play("night; in a burst each ten minutes", &nights, &rarely).designed(IN_A_BURST),
    ]);
    format!("{}\n{}", details(&played), chains(&played))
}

/// What the chains themselves came to.
fn chains(played: &[(String, Vec<Figures>)]) -> String {
    let rows = played.iter().filter_map(|(name, spans)| {
        let figures = spans.first()?;
        let counts = figures.beside_a_run.count + figures.runs.count + figures.nights.count;
        (counts > 0).then(|| {
            [
                name.clone(),
                counted(&figures.beside_a_run),
                figures
                    .files_waiting
                    .map(|level| level.to_string())
                    .join("; "),
                counted(figures.runs.or(&figures.nights)),
            ]
        })
    });
    let head = [
        "",
        "Live changes of organizations with a run, visible after, s",
        "Files that wait, live and of runs",
        "Runs or nights that ended took, s",
    ];
    table(head, &rows.collect::<Vec<_>>())
}

/// With how many they are, which may be few.
fn counted(quantiles: &Quantiles) -> String {
    match quantiles.count {
        0 => quantiles.to_string(),
        count => format!("{quantiles} of {count}"),
    }
}
