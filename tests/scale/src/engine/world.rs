//! What a workload sees of the queues, and what is due.

use std::time::Duration;

use super::clock::{Clock, Time};
use crate::gauge::Gauge;
use crate::random::Random;

/// What a workload sees and does.
#[derive(Debug)]
pub struct World<M, E> {
    pub(super) clock: Clock<Happening<M, E>>,
    pub random: Random,
    /// Messages that wait, and all that were sent, in each queue.
    pub(super) waiting: Vec<Gauge>,
    pub(super) sent: Vec<Sent>,
}

/// How many messages were sent to a queue: in all, in this second, and in the busiest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sent {
    pub all: usize,
    second: u64,
    in_it: usize,
    pub most_in_a_second: usize,
}

impl Sent {
    fn one_more(&mut self, now: Time) {
        self.all += 1;
        if self.second != now.as_secs() {
            (self.second, self.in_it) = (now.as_secs(), 0);
        }
        self.in_it += 1;
        self.most_in_a_second = self.most_in_a_second.max(self.in_it);
    }
}

/// What is due.
#[derive(Debug)]
pub(super) enum Happening<M, E> {
    Own(E),
    Arrives(usize, M),
    Asks(usize),
    Grows(usize),
    Begins(usize),
    Looked { invocation: usize, line: usize },
    Through { invocation: usize, line: usize },
    Ended(usize),
}

impl<M, E> World<M, E> {
    /// With so many queues, before anything has happened.
    pub(super) fn new(queues: usize, random: Random) -> Self {
        Self {
            clock: Clock::default(),
            random,
            waiting: vec![Gauge::default(); queues],
            sent: vec![Sent::default(); queues],
        }
    }

    /// What time it is.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// How long that is ago.
    pub fn since(&self, time: Time) -> Duration {
        self.now().saturating_sub(time)
    }

    /// This happens after that time.
    pub fn later(&mut self, wait: Duration, event: E) {
        self.clock.after(wait, Happening::Own(event));
    }

    /// A message is in the queue after that time.
    pub fn send(&mut self, queue: usize, message: M, wait: Duration) {
        self.sent[queue].one_more(self.clock.now() + wait);
        self.clock.after(wait, Happening::Arrives(queue, message));
    }

    /// How many messages were sent to the queue since the measuring began.
    pub fn sent(&self, queue: usize) -> &Sent {
        &self.sent[queue]
    }
}
