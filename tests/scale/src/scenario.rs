//! A scenario: what goes on, with which numbers, and when it is measured.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::engine::clock::Time;
use crate::engine::queue::Queue;
use crate::engine::source::{Scaling, SourceSettings};
use crate::engine::{Engine, Overheads, Settings};
use crate::figures::Figures;
use crate::fleet::{
    BACKLOG, Fleet, FleetSettings, Live, Nights, Outage, PHOTOS, Polls, RETRY, Runs, SYNC, Seen,
};
use crate::random::Random;
use crate::template::{EventSource, Template};
use crate::work::{MEMORY_OF_A_VCPU_MB, SQS};

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub organizations: u32,
    pub live: Live,
    pub runs: Option<Runs>,
    /// When nightly passes begin, if they do.
    pub nights_from: Option<Time>,
    pub outage: Option<Outage>,
    /// Nothing happens by itself after that.
    pub until: Option<Time>,
    pub design: Design,
    pub lambda: Lambda,
    /// So many times as long as assumed calls of a side take.
    pub slower: f64,
    pub spans: Vec<Span>,
    pub seed: u64,
}

/// What the code could do otherwise. Nothing of it is so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Design {
    /// `project-poll` queues what is due as fast as it can.
    pub in_a_burst: bool,
    /// The files of sync runs wait in the queue of live photos.
    pub runs_together: bool,
    /// One organization asks for all whether CompanyCam answers again.
    pub one_asks_for_all: bool,
}

/// What is AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lambda {
    /// So many seconds it keeps the invocations that it allowed an event source.
    pub kept_s: usize,
    /// The account's concurrency.
    pub account: usize,
}

/// A time that is measured by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub name: String,
    pub from: Time,
    pub to: Time,
}

/// The size that is asked for, photos of a day then, and how much more than the day's mean its busiest hour has.
pub const ORGANIZATIONS: u32 = 100_000;
pub const PHOTOS_A_DAY: u32 = 300_000;
pub const PEAK: f64 = 3.0;

/// Lambda allows 300 invocations more a minute, from five on. That is documented of standard queues, and taken
/// to hold for FIFO queues too.
const ANOTHER_AFTER: Duration = Duration::from_millis(200);
const AT_ONCE: usize = 5;
/// For how long it keeps them is not documented. With half a minute it begins anew at each poll.
pub const KEPT_S: usize = 30;
/// What an account has, unless it is raised.
pub const ACCOUNT: usize = 1_000;
/// Lambda's own time to begin an invocation, and to start an environment: assumed. The functions themselves start
/// within 6 ms (`make bench`).
const INVOKE: Duration = Duration::from_millis(10);
const START: Duration = Duration::from_millis(200);
/// `project-sync` begins a look only while it has 25 s left (`ENOUGH`), `photo-copy` a file while it has 40
/// (`LEAST_TIME`).
const ENOUGH: Duration = Duration::from_secs(25);
const ENOUGH_FOR_A_FILE: Duration = Duration::from_secs(40);

impl Scenario {
    /// Polls and live changes of so many organizations, at the day's peak, measured for a quarter of an hour once
    /// they go on.
    pub fn of(organizations: u32) -> Self {
        let photos = u64::from(PHOTOS_A_DAY) * u64::from(organizations);
        let photos_a_day = u32::try_from(photos / u64::from(ORGANIZATIONS)).unwrap_or(u32::MAX);
        Self {
            organizations,
            live: Live {
                photos_a_day,
                peak: PEAK,
            },
            runs: None,
            nights_from: None,
            outage: None,
            until: None,
            design: Design::default(),
            lambda: Lambda {
                kept_s: KEPT_S,
                account: ACCOUNT,
            },
            slower: 1.0,
            spans: Vec::new(),
            seed: 1,
        }
        .measured("", Duration::from_mins(3), Duration::from_mins(18))
    }

    /// Measured in this time only.
    #[must_use]
    pub fn measured(mut self, name: &str, from: Time, to: Time) -> Self {
        self.spans.clear();
        self.and_measured(name, from, to)
    }

    /// Measured in this time too, by itself.
    #[must_use]
    pub fn and_measured(mut self, name: &str, from: Time, to: Time) -> Self {
        self.spans.push(Span {
            name: name.to_owned(),
            from,
            to,
        });
        self
    }

    /// Plays it with these numbers; what came of each span.
    pub fn play(&self, template: &Template) -> Vec<Figures> {
        let mut engine = self.engine(template);
        let mut figures = Vec::new();
        for span in &self.spans {
            engine.run_until(span.from);
            engine.begin_measuring();
            engine.workload.seen = Seen::default();
            engine.run_until(span.to);
            figures.push(Figures::of(&span.name, &mut engine, span.from));
        }
        figures
    }

    /// Everything, just begun.
    pub fn engine(&self, template: &Template) -> Engine<Fleet> {
        let groups = self.organizations as usize;
        let queues = vec![
            Queue::fifo(groups),
            Queue::standard(groups),
            Queue::standard(groups),
            Queue::standard(groups),
        ];
        let sources = vec![
            source(SYNC, &template.sync, ENOUGH, Some(SQS)),
            source(RETRY, &template.retry, ENOUGH, Some(SQS)),
            source(PHOTOS, &template.photos, ENOUGH_FOR_A_FILE, None),
            source(BACKLOG, &template.backlog, ENOUGH_FOR_A_FILE, None),
        ];
        let settings = Settings {
            sources,
            scaling: Scaling {
                at_once: AT_ONCE,
                another_after: ANOTHER_AFTER,
                kept_s: self.lambda.kept_s,
            },
            overheads: Overheads {
                receive: SQS,
                invoke: INVOKE,
                delete: SQS,
                start: START,
            },
            account: self.lambda.account,
        };
        let fleet = Fleet::new(self.fleet(template));
        let random = Random::of(self.seed).slower(self.slower);
        let mut engine = Engine::new(fleet, queues, settings, random);
        engine.workload.begin(&mut engine.world);
        engine
    }

    fn fleet(&self, template: &Template) -> FleetSettings {
        FleetSettings {
            organizations: self.organizations,
            live: self.live,
            polls: Polls {
                every: template.polls_every,
                processor: processor(template.poll_memory_mb),
                in_a_burst: self.design.in_a_burst,
            },
            runs: self.runs,
            nights: self.nights_from.map(|from| Nights {
                from,
                every: template.nights_every,
            }),
            outage: self.outage,
            one_asks_for_all: self.design.one_asks_for_all,
            runs_together: self.design.runs_together,
            until: self.until,
        }
    }

    /// How many looks `project-sync` should have at work on average, by Little's law: how often each comes, times
    /// how long it takes. Of polls and live changes only, and without what looks of a batch cost each other.
    pub fn expected_at_work(&self, template: &Template) -> f64 {
        let fleet = self.fleet(template);
        let share = processor(template.sync.memory_mb);
        let looks = fleet
            .live
            .looks()
            .into_iter()
            .chain(Polls::looks(self.organizations));
        looks
            .map(|(a_second, work)| {
                let effort = work.mean();
                let takes = effort.waits + effort.processor.div_f64(share);
                a_second * takes.as_secs_f64()
            })
            .sum()
    }
}

fn processor(memory_mb: u32) -> f64 {
    f64::from(memory_mb) / f64::from(MEMORY_OF_A_VCPU_MB)
}

fn source(
    queue: usize,
    source: &EventSource,
    enough: Duration,
    deletes_early: Option<Duration>,
) -> SourceSettings {
    SourceSettings {
        queue,
        batch: source.batch,
        most: source.most,
        begins_for: source.timeout.saturating_sub(enough),
        deletes_early,
        processor: processor(source.memory_mb),
    }
}

/// Plays them all, as many at a time as the machine has processors; what came of each, in their order.
pub fn play_all(all: &[(Scenario, Template)]) -> Vec<Vec<Figures>> {
    let next = AtomicUsize::new(0);
    let played = Mutex::new(vec![Vec::new(); all.len()]);
    let work = || {
        while let Some((number, (scenario, template))) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            all.get(number).map(|one| (number, one))
        } {
            let figures = scenario.play(template);
            played.lock().unwrap_or_else(PoisonError::into_inner)[number] = figures;
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(work);
        }
    });
    played.into_inner().unwrap_or_else(PoisonError::into_inner)
}
