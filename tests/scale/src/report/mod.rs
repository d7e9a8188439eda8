//! The tables, as `make scale` prints them and as `docs/SCALE.md` has them.

mod needed;
mod outages;
mod scenarios;
mod table;

use std::time::Duration;

use crate::figures::Figures;
use crate::fleet::Runs;
use crate::scenario::{Design, ORGANIZATIONS, Scenario, play_all};
use crate::template::Template;
use table::{details, table};

/// A part of the report: its title, and what prints it.
pub type Section = (&'static str, fn(&Template) -> String);

/// All of it, in order.
pub const SECTIONS: [Section; 8] = [
    ("The template", Template::to_string),
    ("Polls and live changes, by size", sizes),
    ("100,000 organizations", scenarios::at_the_templates_numbers),
    ("What is assumed, otherwise", otherwise),
    (
        "Which concurrency of `sync.fifo` holds",
        needed::by_concurrency,
    ),
    ("Which is needed, by size", needed::by_size),
    ("An hour without CompanyCam, by size", outages::by_size),
    (
        "An hour without CompanyCam, 100,000 organizations",
        outages::hour,
    ),
];

/// What the code does, and could do otherwise.
const AS_IT_IS: Design = Design {
    in_a_burst: false,
    runs_together: false,
    one_asks_for_all: false,
};
const IN_A_BURST: Design = Design {
    in_a_burst: true,
    ..AS_IT_IS
};
const TOGETHER: Design = Design {
    runs_together: true,
    ..AS_IT_IS
};
const ONE_ASKS: Design = Design {
    one_asks_for_all: true,
    ..AS_IT_IS
};

/// A scenario under its name, with its numbers.
struct Play {
    name: String,
    scenario: Scenario,
    template: Template,
}

fn play(name: impl Into<String>, scenario: &Scenario, template: &Template) -> Play {
    Play {
        name: name.into(),
        scenario: scenario.clone(),
        template: template.clone(),
    }
}

impl Play {
    fn designed(mut self, design: Design) -> Self {
        self.scenario.design = design;
        self
    }
}

/// What came of each.
fn played(all: Vec<Play>) -> Vec<(String, Vec<Figures>)> {
    let (mut names, mut plays) = (Vec::new(), Vec::new());
    for play in all {
        names.push(play.name);
        plays.push((play.scenario, play.template));
    }
    names.into_iter().zip(play_all(&plays)).collect()
}

/// Organizations that begin a sync run of a thousand projects in the same second.
fn runs(organizations: u32) -> Runs {
    Runs {
        from: Duration::from_mins(2),
        organizations,
        projects: 1_000,
        photos: 10,
    }
}

/// Two hundred of them.
fn with_runs(organizations: u32) -> Scenario {
    let scenario = Scenario {
        runs: Some(runs(200.min(organizations / 5))),
        ..Scenario::of(organizations)
    };
    scenario.measured("", Duration::from_mins(2), Duration::from_mins(32))
}

/// The beginning of a night.
fn with_nights(organizations: u32) -> Scenario {
    let scenario = Scenario {
        nights_from: Some(Duration::from_mins(2)),
        ..Scenario::of(organizations)
    };
    scenario.measured("", Duration::from_mins(2), Duration::from_mins(42))
}

/// With passes looked for each ten minutes.
fn each_ten_minutes(template: &Template) -> Template {
    Template {
        nights_every: Duration::from_mins(10),
        ..template.clone()
    }
}

fn sizes(template: &Template) -> String {
    let sizes = [1_000, 10_000, ORGANIZATIONS];
    let all = sizes.into_iter().flat_map(|organizations| {
        let scenario = Scenario::of(organizations);
        let burst = format!("{organizations}, in a burst");
        [
            play(organizations.to_string(), &scenario, template),
            play(burst, &scenario, template).designed(IN_A_BURST),
        ]
    });
    let played = played(all.collect());
    let little = sizes.iter().zip(played.iter().step_by(2));
    let little = little.map(|(organizations, (name, spans))| {
        let expected = Scenario::of(*organizations).expected_at_work(template);
        let simulated = spans.first().map_or(0.0, |figures| figures.at_work.mean);
        [
            name.clone(),
            format!("{expected:.1}"),
            format!("{simulated:.1}"),
        ]
    });
    let head = [
        "Organizations",
        "Looks at work, by Little's law",
        "simulated",
    ];
    let little = table(head, &little.collect::<Vec<_>>());
    format!("{}\n{little}", details(&played))
}

/// The same scenario, each time with one thing that is assumed otherwise.
fn otherwise(template: &Template) -> String {
    let scenario = Scenario::of(ORGANIZATIONS);
    let mut kept = scenario.clone();
    kept.lambda.kept_s = 300;
    let slow = Scenario {
        slower: 2.0,
        ..scenario.clone()
    };
    let (mut alone, mut larger) = (template.clone(), template.clone());
    alone.sync.batch = 1;
    larger.sync.memory_mb *= 2;
    larger.poll_memory_mb *= 2;
    let cases = [
        ("as assumed", &scenario, template),
        ("Lambda keeps invocations for 5 min", &kept, template),
        ("each invocation gets one message", &scenario, &alone),
        ("the sides take twice as long", &slow, template),
        ("twice the memory", &scenario, &larger),
    ];
    let all = cases.into_iter().flat_map(|(name, scenario, template)| {
        [
            play(name, scenario, template),
            play(format!("{name}; in a burst"), scenario, template).designed(IN_A_BURST),
        ]
    });
    details(&played(all.collect()))
}
