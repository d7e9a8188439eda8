//! CompanyCam does not answer, for everybody: each organization pauses, probes, and goes on (B36).

use std::time::Duration;

use decide::pause;
use model::one_click::OrgId;

use super::{Fleet, Look, OrgMessage, RETRY, World, about};
use crate::engine::Effort;
use crate::engine::clock::Time;
use crate::work::{self, Work};

/// An outage of CompanyCam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    pub from: Time,
    pub to: Time,
    /// After so long a call has failed.
    pub fails_after: Duration,
}

/// So often one asks, where it asks for all (`FOR_ALL_S` in `shared/decide/src/pause.rs`).
const ASKED_EVERY: Duration = Duration::from_secs(15);

/// Until it is written down for all, others ask too.
const ASKING: Duration = Duration::from_millis(20);

/// What people photographed meanwhile comes within so long.
const CATCHES_UP: Duration = Duration::from_mins(10);
/// So many looks that waited are queued at once, and files and projects are looked for so much later (`AT_ONCE`
/// and `INDEX_BEHIND` in `shared/sync`).
const AT_ONCE: usize = 20;
const INDEX_BEHIND: Duration = Duration::from_secs(10);

impl Outage {
    fn lasts(&self, now: Time) -> bool {
        self.from <= now && now < self.to
    }

    /// Whether another organization has just found that it does not answer: it was asked at the beginning of each
    /// quarter of a minute.
    fn was_asked(&self, now: Time) -> bool {
        let since = now.saturating_sub(self.from).as_millis();
        since % ASKED_EVERY.as_millis() >= ASKING.as_millis()
    }

    /// When what happens now comes.
    pub(super) fn comes_later(&self, world: &mut World) -> Duration {
        let after = CATCHES_UP.as_secs().try_into().unwrap_or(u32::MAX);
        let after = Duration::from_secs(world.random.below(after).into());
        self.to.saturating_sub(world.now()) + after
    }
}

impl Fleet {
    /// The outage, while it lasts.
    pub(super) fn outage(&self, world: &World) -> Option<Outage> {
        self.settings
            .outage
            .filter(|outage| outage.lasts(world.now()))
    }

    /// What a look takes whose calls of CompanyCam fail, or are not made since another has just asked.
    pub(super) fn failing(&self, outage: Outage, mut work: Work, world: &mut World) -> Effort {
        let calls = std::mem::take(&mut work.in_turn.companycam);
        let spared = self.settings.one_asks_for_all && outage.was_asked(world.now());
        let effort = work.effort(&mut world.random);
        Effort {
            waits: effort.waits + outage.fails_after * if spared { 0 } else { calls },
            ..effort
        }
    }

    /// A look failed: the organization's work with CompanyCam is paused, and the look waits in a row. Polls are
    /// dropped: another follows. A probe comes back.
    pub(super) fn fails(&mut self, messages: &[OrgMessage], world: &mut World) {
        let id = messages[0].org;
        let now = unix(world);
        let org = self.org(id);
        let paused = match org.pause.take() {
            Some(paused) => {
                let name = org.name.get_or_insert_with(|| named(id));
                pause::prolonged(&paused, name, now)
            }
            None => pause::begun(now, 1),
        };
        let wait = pause::wait(&paused, now);
        org.pause = Some(Box::new(paused));
        let probe = OrgMessage {
            is_put_off: true,
            ..about(id, Look::Probe, world)
        };
        world.send(RETRY, probe, wait);
        self.rests(messages);
    }

    /// What is known not to work now waits in a row, if anything is to come of it.
    pub(super) fn rests(&mut self, messages: &[OrgMessage]) {
        self.seen.put_off += messages.len();
        let live = messages.iter().filter(|message| message.look.is_live());
        let live: Vec<_> = live
            .map(|message| OrgMessage {
                was_parked: true,
                ..*message
            })
            .collect();
        self.org(messages[0].org).parked.extend(live);
    }

    pub(super) fn probe_begins(&mut self, message: OrgMessage, world: &mut World) -> Effort {
        match self.outage(world) {
            Some(outage) => {
                self.org(message.org).outcome = super::Outcome::Fails;
                self.failing(outage, work::PROBE, world)
            }
            None => work::PROBE.effort(&mut world.random),
        }
    }

    pub(super) fn answers_again(&mut self, message: OrgMessage, world: &mut World) {
        self.org(message.org).pause = None;
        Self::say(message.org, Look::Resume, world);
    }

    /// Some of what waited, then the rest of it; after that the poll for what the dropped ones would have found,
    /// and a little later files and projects.
    pub(super) fn resumes(&mut self, message: OrgMessage, world: &mut World) {
        let id = message.org;
        let org = self.org(id);
        let some = org.parked.len().min(AT_ONCE);
        let waited: Vec<_> = org.parked.drain(..some).collect();
        for waits in waited {
            world.send(super::SYNC, waits, Duration::ZERO);
        }
        if some == AT_ONCE {
            return Self::say(id, Look::Resume, world);
        }
        Self::say(id, Look::Poll, world);
        for look in [Look::ResumePhotos, Look::ResumeProjects] {
            let later = OrgMessage {
                is_put_off: true,
                ..about(id, look, world)
            };
            world.send(RETRY, later, INDEX_BEHIND);
        }
    }

    /// The first poll that goes through after the end.
    pub(super) fn note_moved(&mut self, id: u32, world: &World) {
        let Some(outage) = self.settings.outage else {
            return;
        };
        let is_over = world.now() >= outage.to;
        let org = &mut self.orgs[id as usize];
        if is_over && !org.has_moved {
            org.has_moved = true;
            self.seen.moved.note(world.since(outage.to));
        }
    }
}

fn unix(world: &World) -> i64 {
    i64::try_from(world.now().as_secs()).unwrap_or(i64::MAX)
}

/// Its name decides when an organization's long waits begin.
#[allow(clippy::expect_used, reason = "letters and digits are a good id")]
fn named(org: u32) -> OrgId {
    OrgId::parse(&format!("org_{org}")).expect("an id")
}
