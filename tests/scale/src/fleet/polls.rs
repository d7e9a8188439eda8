//! The schedule, `project-poll`, and polls.

use std::ops::Range;
use std::time::Duration;

use project_poll::gap;
use runtime::pacing::Lane;
use store::schedule::Turn;

use super::{Event, Fleet, Look, OrgMessage, Outcome, SYNC, World, about};
use crate::engine::Effort;
use crate::work::{self, DYNAMODB, PROCESSOR, SQS, Work};

/// How the polls are queued.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Polls {
    /// How often it is looked whose turn it is.
    pub every: Duration,
    /// What `project-poll` has of a processor.
    pub processor: f64,
    /// Whether it queues what is due as fast as it can. It does not: evenly over the minute.
    pub in_a_burst: bool,
}

/// Between two polls of an organization (`Turn::every_s` in `shared/store`).
pub const BETWEEN_POLLS: Duration = Duration::from_mins(15);
/// Messages in a batch, and batches that are sent at a time (`DUE_SENDERS` in `project-poll`).
const BATCH: u32 = 10;
const SENDERS: u32 = 64;

impl Polls {
    /// How long it takes from one batch of ten to the next: by turns, each one call of SQS and a row of
    /// DynamoDB for each message; or as long as the processor needs for those.
    pub fn between_batches(&self) -> Duration {
        let in_turn = SQS + DYNAMODB * BATCH;
        let computed = (PROCESSOR * (1 + BATCH)).div_f64(self.processor);
        (in_turn / SENDERS).max(computed)
    }

    /// How often looks come of so many organizations, and what each does: with nothing new.
    pub(crate) fn looks(organizations: u32) -> [(f64, Work); 2] {
        let a_second = f64::from(organizations) / BETWEEN_POLLS.as_secs_f64();
        let renewed = a_second / f64::from(work::RENEWED_ONE_IN);
        [(a_second, work::POLL), (renewed, work::RENEWAL)]
    }

    /// The same where so many are due.
    pub(super) fn apart(&self, turn: Turn, due: usize) -> Duration {
        let fastest = self.between_batches();
        if self.in_a_burst {
            return fastest;
        }
        fastest.max(gap(turn, due.div_ceil(BATCH as usize)))
    }
}

/// So many of all have their turn in a span of the interval.
pub(super) fn share(all: u32, span: Duration, interval: Duration) -> u32 {
    let share = f64::from(all) * span.as_secs_f64() / interval.as_secs_f64();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a small number"
    )]
    let share = share.round() as u32;
    share.min(all)
}

impl Fleet {
    /// Those whose turn came since the schedule ran last are queued, ten at a time.
    pub(super) fn polls_are_due(&mut self, world: &mut World) {
        let every = self.settings.polls.every;
        world.later(every, Event::PollsAreDue);
        let turns = BETWEEN_POLLS.as_secs() / every.as_secs();
        let turn = (world.now().as_secs() / every.as_secs()) % turns;
        let place = |turn: u64| {
            let span = every * u32::try_from(turn).unwrap_or(u32::MAX);
            share(self.settings.organizations, span, BETWEEN_POLLS)
        };
        let due = place(turn)..place(turn + 1);
        let apart = self.settings.polls.apart(Turn::Poll, due.len());
        for (number, from) in (0..).zip(due.clone().step_by(BATCH as usize)) {
            let to = (from + BATCH).min(due.end);
            world.later(apart * number, Event::Polled { from, to });
        }
    }

    pub(super) fn polled(orgs: Range<u32>, world: &mut World) {
        for org in orgs {
            world.send(SYNC, about(org, Look::Poll, world), Duration::ZERO);
        }
    }

    pub(super) fn poll_begins(&mut self, message: OrgMessage, world: &mut World) -> Effort {
        let id = message.org;
        if self.org(id).pause.is_some() {
            self.org(id).outcome = Outcome::Rests;
            return work::POLL_PAUSED.effort(&mut world.random);
        }
        if let Some(outage) = self.outage(world) {
            self.org(id).outcome = Outcome::Fails;
            return self.failing(outage, work::POLL_FAILS, world);
        }
        let mut poll = work::POLL;
        if self.org(id).has_news {
            poll = poll.with(work::POLLS_NEWS);
        }
        if world.random.below(work::RENEWED_ONE_IN) == 0 {
            poll = poll.with(work::RENEWAL);
        }
        self.paced((id, poll, Lane::Live), world)
    }

    pub(super) fn poll_ends(&mut self, message: OrgMessage, world: &mut World) {
        let org = self.org(message.org);
        if std::mem::take(&mut org.has_news) {
            world.send(
                SYNC,
                about(message.org, Look::Listed, world),
                Duration::ZERO,
            );
        }
        self.note_moved(message.org, world);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_processor_and_not_the_network_holds_the_sending_up() {
        let with = |processor| Polls {
            every: Duration::from_mins(1),
            processor,
            in_a_burst: false,
        };
        let whole = with(10.0).between_batches();
        assert_eq!(whole, Duration::from_millis(60) / 64);
        assert!(with(0.1).between_batches() > 10 * whole);
    }

    #[test]
    fn the_turns_of_an_interval_are_all_there_are() {
        let minute = Duration::from_mins(1);
        assert_eq!(share(100_000, minute, BETWEEN_POLLS), 6_667);
        assert_eq!(share(100_000, 15 * minute, BETWEEN_POLLS), 100_000);
        assert_eq!(share(7, minute, BETWEEN_POLLS), 0);
    }
}
