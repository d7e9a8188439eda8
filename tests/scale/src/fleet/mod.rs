//! Organizations, and what becomes of their messages: as the handlers do it, as far as it takes time.

mod live;
mod message;
mod nights;
mod outage;
mod polls;
mod runs;
mod seen;

use std::time::Duration;

use model::one_click::OrgId;
use model::pause::Pause;
use runtime::pacing::{Call, Lane, spend};
use runtime::queues::backoff;
use store::ephemeral::CallBudget;

pub use live::Live;
pub use message::{Look, OrgMessage};
pub use nights::Nights;
pub use outage::Outage;
pub use polls::Polls;
pub use runs::Runs;
pub use seen::{Seen, Waits};

use crate::engine::clock::Time;
use crate::engine::{Effort, Workload};
use crate::work::{self, Work};
use nights::Night;
use runs::Run;

/// The queues, by their numbers.
pub const SYNC: usize = 0;
pub const RETRY: usize = 1;
pub const PHOTOS: usize = 2;
/// Files of sync runs.
pub const BACKLOG: usize = 3;

/// So many listed projects are looked at beside each other (`AT_ONCE` in `project-sync`).
const PROJECTS_TOGETHER: usize = 4;

/// What goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetSettings {
    pub organizations: u32,
    pub live: Live,
    pub polls: Polls,
    pub runs: Option<Runs>,
    pub nights: Option<Nights>,
    pub outage: Option<Outage>,
    /// Whether the files of sync runs wait in the queue of live photos.
    pub runs_together: bool,
    /// Whether one organization asks for all whether CompanyCam answers again.
    pub one_asks_for_all: bool,
    /// Nothing happens by itself after that.
    pub until: Option<Time>,
}

/// What happens by itself.
#[derive(Debug, Clone, Copy)]
pub enum Event {
    /// A schedule runs.
    PollsAreDue,
    NightsAreDue,
    /// `project-poll` has queued these, by their turn.
    Polled {
        from: u32,
        to: u32,
    },
    NightsBegin {
        from: u32,
        to: u32,
    },
    /// Somebody begins to take photos; somebody changes a job.
    Visit,
    VisitOf(u32),
    JobChanges,
    /// Something is delivered.
    Told(u32, Look),
    RunsBegin,
}

/// The world as this workload sees it.
pub type World = crate::engine::World<OrgMessage, Event>;

/// What becomes of the look that an organization has just now: one at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Outcome {
    #[default]
    Done,
    /// It comes back after that time.
    PutOff(Duration),
    /// CompanyCam did not answer.
    Fails,
    /// It is known not to.
    Rests,
}

/// An organization.
#[derive(Debug, Default)]
struct Org {
    outcome: Outcome,
    budget: CallBudget,
    pause: Option<Box<Pause>>,
    /// Decides when its long waits begin.
    name: Option<OrgId>,
    /// Live looks that wait in rows.
    parked: Vec<OrgMessage>,
    /// Files that are queued and not copied.
    files: usize,
    run: Option<Box<Run>>,
    night: Option<Box<Night>>,
    /// Something changed that the next poll lists.
    has_news: bool,
    /// It has caught up after the outage.
    has_moved: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Fleet {
    settings: FleetSettings,
    orgs: Vec<Org>,
    pub seen: Seen,
    /// Who has its nightly pass when.
    by_night: Vec<u32>,
}

impl Fleet {
    /// Nothing has happened yet.
    pub fn new(settings: FleetSettings) -> Self {
        let orgs = (0..settings.organizations).map(|_| Org::default());
        Self {
            by_night: nights::order(settings.organizations),
            orgs: orgs.collect(),
            seen: Seen::default(),
            settings,
        }
    }

    /// Everything that happens by itself begins.
    pub fn begin(&mut self, world: &mut World) {
        world.later(Duration::ZERO, Event::PollsAreDue);
        self.next_visit(world);
        self.next_job(world);
        if let Some(nights) = &self.settings.nights {
            world.later(nights.from, Event::NightsAreDue);
        }
        if let Some(runs) = &self.settings.runs {
            world.later(runs.from, Event::RunsBegin);
        }
    }

    /// What is still to be done, and in no queue: looks that wait in rows, files, chains.
    pub fn unfinished(&self) -> usize {
        let chains = |org: &Org| usize::from(org.run.is_some()) + usize::from(org.night.is_some());
        let left = |org: &Org| org.parked.len() + org.files + chains(org);
        self.orgs.iter().map(left).sum()
    }

    fn org(&mut self, id: u32) -> &mut Org {
        &mut self.orgs[id as usize]
    }

    /// Whether there is room for so many GETs; they are counted, as far as there is.
    fn spend(&mut self, id: u32, calls: u32, lane: Lane, now: Time) -> Result<(), Duration> {
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let budget = &mut self.org(id).budget;
        for _ in 0..calls {
            *budget = spend(budget, Call::Read, lane, now)?;
        }
        Ok(())
    }

    /// Whether there would be room for so many.
    fn room(&mut self, id: u32, calls: u32, lane: Lane, now: Time) -> Result<(), Duration> {
        let before = self.org(id).budget.clone();
        let room = self.spend(id, calls, lane, now);
        self.org(id).budget = before;
        room
    }

    /// The work, if CompanyCam has room for its calls; else the organization's row is read, and the look put
    /// off.
    fn paced(&mut self, (id, work, lane): (u32, Work, Lane), world: &mut World) -> Effort {
        self.paced_beside((id, work, lane), 1, world)
    }

    /// The same of so many looks beside each other.
    fn paced_beside(
        &mut self,
        (id, work, lane): (u32, Work, Lane),
        count: u32,
        world: &mut World,
    ) -> Effort {
        match self.spend(id, work.calls.companycam * count, lane, world.now()) {
            Ok(()) => work.effort_of(count, &mut world.random),
            Err(wait) => {
                self.org(id).outcome = Outcome::PutOff(wait);
                work::RESUME_LATER.effort(&mut world.random)
            }
        }
    }

    fn put_off(&mut self, message: OrgMessage, wait: Duration, world: &mut World) {
        self.seen.put_off += 1;
        let again = OrgMessage {
            tries: message.tries + 1,
            is_put_off: true,
            ..message
        };
        world.send(RETRY, again, wait);
    }
}

/// A look at the organization, caused now.
fn about(org: u32, look: Look, world: &World) -> OrgMessage {
    OrgMessage {
        org,
        look,
        since: world.now(),
        tries: 0,
        is_put_off: false,
        was_parked: false,
    }
}

impl Workload for Fleet {
    type Message = OrgMessage;
    type Event = Event;

    fn happens(&mut self, event: Event, world: &mut World) {
        let is_over = self
            .settings
            .until
            .is_some_and(|until| world.now() >= until);
        match event {
            Event::PollsAreDue | Event::NightsAreDue | Event::Visit | Event::JobChanges
                if is_over => {}
            Event::PollsAreDue => self.polls_are_due(world),
            Event::Polled { from, to } => Self::polled(from..to, world),
            Event::NightsAreDue => self.nights_are_due(world),
            Event::NightsBegin { from, to } => self.nights_begin(from..to, world),
            Event::Visit => self.visit(world),
            Event::VisitOf(org) => self.visit_of(org, world),
            Event::JobChanges => self.job_changes(world),
            Event::Told(org, look) => {
                self.seen.told += 1;
                let delivery = work::DELIVERY.effort(&mut world.random);
                let takes = delivery.waits + delivery.processor;
                world.send(SYNC, about(org, look, world), takes);
            }
            Event::RunsBegin => self.runs_begin(world),
        }
    }

    fn together(&self, messages: &[OrgMessage]) -> usize {
        let most = match messages[0].look {
            Look::Photo => messages.len(),
            Look::Listed | Look::Imported => PROJECTS_TOGETHER,
            _ => 1,
        };
        let is_alike =
            |message: &&OrgMessage| message.look == messages[0].look && !message.is_put_off;
        messages.iter().take(most).take_while(is_alike).count()
    }

    fn begins(&mut self, messages: &[OrgMessage], world: &mut World) -> Effort {
        let first = messages[0];
        if first.is_put_off {
            return work::PUT_BACK.effort(&mut world.random);
        }
        if let Look::File { whole, .. } = first.look {
            let work = if whole { work::COPY } else { work::DESCRIBE };
            return work.effort(&mut world.random);
        }
        self.org(first.org).outcome = Outcome::Done;
        let effort = match first.look {
            Look::Poll => self.poll_begins(first, world),
            Look::Photo | Look::Project | Look::Listed => self.change_begins(messages, world),
            Look::Job => work::JOB.effort(&mut world.random),
            Look::Step => self.step_begins(first, world),
            Look::Imported => self.imports_begin(messages, world),
            Look::Night => self.night_begins(first, world),
            Look::Probe => self.probe_begins(first, world),
            Look::Resume => work::RESUME.effort(&mut world.random),
            Look::ResumePhotos | Look::ResumeProjects | Look::File { .. } => {
                work::RESUME_LATER.effort(&mut world.random)
            }
        };
        self.note_begun(messages, world);
        effort
    }

    fn ends(&mut self, messages: &[OrgMessage], world: &mut World) {
        let first = messages[0];
        if first.is_put_off {
            let back = OrgMessage {
                is_put_off: false,
                ..first
            };
            return world.send(SYNC, back, Duration::ZERO);
        }
        if let Look::File { live, .. } = first.look {
            return self.copied(first, live, world);
        }
        match self.org(first.org).outcome {
            Outcome::Done => self.done(messages, world),
            Outcome::PutOff(wait) => {
                // A step of a run comes back for itself, and everything else by how often it was.
                let wait = wait.max(Duration::from_secs(1));
                for message in messages {
                    self.put_off(*message, wait, world);
                }
            }
            Outcome::Fails => self.fails(messages, world),
            Outcome::Rests => self.rests(messages),
        }
    }
}

impl Fleet {
    fn done(&mut self, messages: &[OrgMessage], world: &mut World) {
        self.seen.looked_at += messages.len();
        let first = messages[0];
        match first.look {
            Look::Poll => self.poll_ends(first, world),
            Look::Photo => self.photos_wanted(messages, world),
            Look::Project | Look::Job => self.note_visible(first, world),
            Look::Step => self.step_ends(first, world),
            Look::Night => self.night_ends(first, world),
            Look::Probe => self.answers_again(first, world),
            Look::Resume => self.resumes(first, world),
            Look::Listed
            | Look::Imported
            | Look::ResumePhotos
            | Look::ResumeProjects
            | Look::File { .. } => {}
        }
    }
}

/// How long something waits that was put off so often.
fn backed_off(tries: u32, most: Duration) -> Duration {
    backoff(tries).min(most)
}
