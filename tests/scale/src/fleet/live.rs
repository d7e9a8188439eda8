//! What people do, and wait to see.

use std::time::Duration;

use runtime::pacing::Lane;

use super::{BACKLOG, Event, Fleet, Look, OrgMessage, Outcome, PHOTOS, World, about};
use crate::engine::Effort;
use crate::work::{self, Work};

/// How much people do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Live {
    /// Photos of a day, of all organizations.
    pub photos_a_day: u32,
    /// How much more than the day's mean there is now.
    pub peak: f64,
}

/// Somebody who takes photos takes so many on average, one after so long.
const PHOTOS_A_VISIT: u32 = 6;
const BETWEEN_PHOTOS: Duration = Duration::from_secs(4);
/// For each visit somebody changes the project, and somebody a job.
const DAY: Duration = Duration::from_hours(24);

impl Live {
    /// How often each look comes, and what it does: photos one by one, and the look that a poll brings after each
    /// visit.
    pub(crate) fn looks(self) -> [(f64, Work); 4] {
        let visits = 1.0 / self.between_visits().as_secs_f64();
        [
            (visits * f64::from(PHOTOS_A_VISIT), work::photos(1)),
            (visits, work::PROJECT),
            (visits, work::JOB),
            (visits, work::POLLS_NEWS.with(work::LISTED_PROJECT)),
        ]
    }

    /// How long it is from one visit to the next, whosever.
    fn between_visits(&self) -> Duration {
        let visits = f64::from(self.photos_a_day) / f64::from(PHOTOS_A_VISIT);
        DAY.div_f64(visits * self.peak)
    }
}

impl Fleet {
    pub(super) fn next_visit(&mut self, world: &mut World) {
        let wait = world.random.until_next(self.settings.live.between_visits());
        world.later(wait, Event::Visit);
    }

    pub(super) fn next_job(&mut self, world: &mut World) {
        let wait = world.random.until_next(self.settings.live.between_visits());
        world.later(wait, Event::JobChanges);
    }

    /// While CompanyCam is out, photos stay on telephones, which bring them when it is back.
    pub(super) fn visit(&mut self, world: &mut World) {
        self.next_visit(world);
        let org = world.random.below(self.settings.organizations);
        let waits = self.outage(world).map(|outage| outage.comes_later(world));
        world.later(waits.unwrap_or_default(), Event::VisitOf(org));
    }

    pub(super) fn visit_of(&mut self, org: u32, world: &mut World) {
        self.org(org).has_news = true;
        world.later(Duration::ZERO, Event::Told(org, Look::Project));
        let mut at = Duration::ZERO;
        // Each may be the last: as many on average, and sometimes far more.
        loop {
            world.later(at, Event::Told(org, Look::Photo));
            if world.random.below(PHOTOS_A_VISIT) == 0 {
                return;
            }
            at += world.random.until_next(BETWEEN_PHOTOS);
        }
    }

    pub(super) fn job_changes(&mut self, world: &mut World) {
        self.next_job(world);
        let org = world.random.below(self.settings.organizations);
        world.later(Duration::ZERO, Event::Told(org, Look::Job));
    }

    /// Looks at photos together, at a project, or at one that a poll found.
    pub(super) fn change_begins(&mut self, messages: &[OrgMessage], world: &mut World) -> Effort {
        let OrgMessage { org: id, look, .. } = messages[0];
        if self.org(id).pause.is_some() {
            self.org(id).outcome = Outcome::Rests;
            return work::LOOK_PARKED.effort(&mut world.random);
        }
        if let Some(outage) = self.outage(world) {
            self.org(id).outcome = Outcome::Fails;
            return self.failing(outage, work::LOOK_FAILS, world);
        }
        let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        match look {
            Look::Photo => self.paced((id, work::photos(count), Lane::Live), world),
            Look::Listed => self.paced_beside((id, work::LISTED_PROJECT, Lane::Live), count, world),
            _ => self.paced((id, work::PROJECT, Lane::Live), world),
        }
    }

    pub(super) fn note_begun(&mut self, messages: &[OrgMessage], world: &World) {
        let org = self.org(messages[0].org);
        if org.outcome != Outcome::Done || org.run.is_some() {
            return;
        }
        let live = messages
            .iter()
            .filter(|message| message.look.is_live() && !message.was_parked);
        live.for_each(|message| self.seen.begun.note(world.since(message.since)));
    }

    pub(super) fn note_visible(&mut self, message: OrgMessage, world: &World) {
        let wait = world.since(message.since);
        if message.was_parked {
            self.seen.parked.note(wait);
        } else if self.org(message.org).run.is_some() {
            self.seen.beside_a_run.note(wait);
        } else {
            self.seen.visible.note(wait);
        }
    }

    pub(super) fn photos_wanted(&mut self, messages: &[OrgMessage], world: &mut World) {
        for message in messages {
            let look = Look::File {
                live: true,
                whole: true,
            };
            self.want(OrgMessage { look, ..*message }, world);
        }
    }

    /// Queues a file.
    pub(super) fn want(&mut self, file: OrgMessage, world: &mut World) {
        self.org(file.org).files += 1;
        let is_live = matches!(file.look, Look::File { live: true, .. });
        let is_first = is_live || self.settings.runs_together;
        let queue = if is_first { PHOTOS } else { BACKLOG };
        world.send(queue, file, Duration::ZERO);
    }

    /// A file is where it should be.
    pub(super) fn copied(&mut self, file: OrgMessage, live: bool, world: &World) {
        self.seen.looked_at += 1;
        self.org(file.org).files -= 1;
        if live {
            self.note_visible(file, world);
        }
    }

    /// A look caused by a chain, for its own organization.
    pub(super) fn say(org: u32, look: Look, world: &mut World) {
        world.send(super::SYNC, about(org, look, world), Duration::ZERO);
    }
}
