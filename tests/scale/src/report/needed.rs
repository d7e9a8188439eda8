//! With which numbers live changes keep what they are to.

use super::table::table;
use super::{AS_IT_IS, IN_A_BURST, TOGETHER, each_ten_minutes, with_nights, with_runs};
use crate::figures::Figures;
use crate::scenario::{Design, ORGANIZATIONS, Scenario, play_all};
use crate::template::Template;

/// `MaximumConcurrency` of `sync.fifo`.
const TRIED: [usize; 6] = [12, 25, 50, 100, 200, 400];
const SIZES: [u32; 4] = [1_000, 10_000, 30_000, ORGANIZATIONS];

/// A scenario of so many organizations, in a design and with numbers that are not the template's.
struct Case {
    name: &'static str,
    of: fn(u32) -> Scenario,
    design: Design,
    numbers: fn(&Template) -> Template,
}

const fn case(name: &'static str, of: fn(u32) -> Scenario, design: Design) -> Case {
    Case {
        name,
        of,
        design,
        numbers: Template::clone,
    }
}

impl Case {
    const fn with(self, numbers: fn(&Template) -> Template) -> Self {
        Self { numbers, ..self }
    }
}

const CASES: [Case; 8] = [
    case("polls", Scenario::of, AS_IT_IS),
    case("polls; in a burst", Scenario::of, IN_A_BURST),
    case("200 runs", with_runs, AS_IT_IS),
    case("200 runs; files together", with_runs, TOGETHER),
    case("night", with_nights, AS_IT_IS),
    case("night; in a burst", with_nights, IN_A_BURST),
    case(
        "night; in a burst each ten minutes",
        with_nights,
        IN_A_BURST,
    )
    .with(each_ten_minutes),
    case("night; one message each", with_nights, AS_IT_IS).with(one_message_each),
];

/// As if no invocation got more than one.
fn one_message_each(template: &Template) -> Template {
    let mut alone = template.clone();
    alone.sync.batch = 1;
    alone
}

/// Each case with each of the numbers.
fn played(organizations: u32, template: &Template) -> Vec<Vec<Figures>> {
    let plays = CASES.iter().flat_map(|case| {
        TRIED.map(|most| {
            let mut numbers = (case.numbers)(template);
            numbers.sync.most = most;
            let scenario = Scenario {
                design: case.design,
                ..(case.of)(organizations)
            };
            (scenario, numbers)
        })
    });
    let played = play_all(&plays.collect::<Vec<_>>());
    let figures: Vec<_> = played.into_iter().flatten().collect();
    let of_each = figures.chunks(TRIED.len());
    of_each.map(<[Figures]>::to_vec).collect()
}

/// 95 and 99 of a hundred live changes are visible within so many seconds, for each number.
pub(super) fn by_concurrency(template: &Template) -> String {
    let rows = CASES.iter().zip(played(ORGANIZATIONS, template));
    let rows = rows.map(|(case, tried)| {
        std::array::from_fn(|column| match column {
            0 => case.name.to_owned(),
            _ => cell(&tried[column - 1]),
        })
    });
    let tried = TRIED.map(|most| format!("at most {most}"));
    let head: [&str; 7] = std::array::from_fn(|column| match column {
        0 => "",
        _ => tried[column - 1].as_str(),
    });
    table(head, &rows.collect::<Vec<_>>())
}

fn cell(figures: &Figures) -> String {
    let visible = &figures.visible;
    let (most, nearly_all) = (visible.of_95.as_secs_f64(), visible.of_99.as_secs_f64());
    let times = format!("{most:.1} / {nearly_all:.1}");
    if figures.holds() {
        format!("**{times}**")
    } else {
        times
    }
}

/// The least of the numbers from which on it holds.
pub(super) fn by_size(template: &Template) -> String {
    let mut rows = CASES.map(|case| vec![case.name.to_owned()]);
    for organizations in SIZES {
        for (row, tried) in rows.iter_mut().zip(played(organizations, template)) {
            let fails = tried.iter().rposition(|figures| !figures.holds());
            let least = TRIED.get(fails.map_or(0, |last| last + 1));
            row.push(least.map_or("none".to_owned(), usize::to_string));
        }
    }
    let sizes = SIZES.map(|size| size.to_string());
    let head: [&str; 5] = std::array::from_fn(|column| match column {
        0 => "Organizations",
        _ => sizes[column - 1].as_str(),
    });
    let rows = rows.into_iter().filter_map(|row| row.try_into().ok());
    table(head, &rows.collect::<Vec<_>>())
}
