//! Queues, event sources and invocations on a virtual clock. Whose messages they are, and what comes of
//! them, is the workload's.

pub mod clock;
mod processor;
pub mod queue;
pub mod source;
mod world;

use std::time::Duration;

use clock::Time;
use processor::beside_others;
use queue::{Message, Queue};
use source::{Scaling, Source, SourceSettings};
use world::Happening;

use crate::gauge::Gauge;
use crate::random::Random;

pub use world::{Sent, World};

/// What happens by itself, and what comes of messages.
pub trait Workload {
    type Message: Message;
    type Event;

    /// Something that was to happen does.
    fn happens(&mut self, event: Self::Event, world: &mut World<Self::Message, Self::Event>);

    /// How many of the messages, from the first on, are looked at together.
    fn together(&self, messages: &[Self::Message]) -> usize;

    /// They are looked at from now on; what that takes.
    fn begins(
        &mut self,
        messages: &[Self::Message],
        world: &mut World<Self::Message, Self::Event>,
    ) -> Effort;

    /// They were looked at.
    fn ends(&mut self, messages: &[Self::Message], world: &mut World<Self::Message, Self::Event>);
}

/// What a look takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Waiting for answers: others of the batch work meanwhile.
    pub waits: Duration,
    /// The time of a whole processor.
    pub processor: Duration,
}

/// What takes time around the looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overheads {
    /// From a message's arrival, or an invocation's end, until a batch of what waits is there.
    pub receive: Duration,
    /// From there until the function works.
    pub invoke: Duration,
    /// Deleting a batch, until which its invocation counts.
    pub delete: Duration,
    /// Starting an environment.
    pub start: Duration,
}

/// What there is.
#[derive(Debug, Clone)]
pub struct Settings {
    pub sources: Vec<SourceSettings>,
    pub scaling: Scaling,
    pub overheads: Overheads,
    /// How many invocations all sources have together at most: the account's concurrency.
    pub account: usize,
}

struct Invocation<M> {
    source: usize,
    begun: Time,
    lines: Vec<Line<M>>,
    /// Lines that are looked at, and those that are not through.
    at_work: usize,
    open: usize,
}

/// Messages of one group, one after the other.
struct Line<M> {
    messages: Vec<M>,
    done: usize,
    /// How many are being looked at.
    taken: usize,
    is_deleted: bool,
}

/// See the module.
pub struct Engine<W: Workload> {
    pub workload: W,
    pub world: World<W::Message, W::Event>,
    queues: Vec<Queue<W::Message>>,
    sources: Vec<Source>,
    invocations: Vec<Option<Invocation<W::Message>>>,
    free: Vec<usize>,
    settings: Settings,
    busy: usize,
}

impl<W: Workload> Engine<W> {
    /// Nothing has happened yet.
    pub fn new(
        workload: W,
        queues: Vec<Queue<W::Message>>,
        settings: Settings,
        random: Random,
    ) -> Self {
        let sources = settings.sources.iter().cloned();
        Self {
            workload,
            world: World::new(queues.len(), random),
            queues,
            sources: sources
                .map(|one| Source::new(one, settings.scaling))
                .collect(),
            invocations: Vec::new(),
            free: Vec::new(),
            settings,
            busy: 0,
        }
    }

    /// Lets time pass.
    pub fn run_until(&mut self, end: Time) {
        while let Some(what) = self.world.clock.next(end) {
            match what {
                Happening::Own(event) => self.workload.happens(event, &mut self.world),
                Happening::Arrives(queue, message) => {
                    self.queues[queue].put(message);
                    self.changed(queue);
                }
                Happening::Asks(source) => self.asks(source),
                Happening::Grows(source) => self.grows(source),
                Happening::Begins(invocation) => self.begins(invocation),
                Happening::Looked { invocation, line } => self.looked(invocation, line),
                Happening::Through { invocation, line } => self.through(invocation, line),
                Happening::Ended(invocation) => self.ended(invocation),
            }
        }
    }

    /// What was so far does not count in means and peaks.
    pub fn begin_measuring(&mut self) {
        let now = self.world.now();
        for source in &mut self.sources {
            source.busy.begin(now);
            source.at_work.begin(now);
        }
        for waiting in &mut self.world.waiting {
            waiting.begin(now);
        }
        self.world.sent.fill(Sent::default());
    }

    /// Invocations of a source.
    pub fn busy(&self, source: usize) -> &Gauge {
        &self.sources[source].busy
    }

    /// Looks of a source's invocations.
    pub fn at_work(&self, source: usize) -> &Gauge {
        &self.sources[source].at_work
    }

    /// Messages that wait in a queue.
    pub fn waiting(&self, queue: usize) -> &Gauge {
        &self.world.waiting[queue]
    }

    /// Messages of a queue that were received and not deleted.
    pub fn in_flight(&self, queue: usize) -> usize {
        self.queues[queue].in_flight()
    }

    /// A queue gave out or took in something: who asks it is to know.
    fn changed(&mut self, queue: usize) {
        let waiting = self.queues[queue].waiting();
        self.world.waiting[queue].set(self.world.clock.now(), waiting);
        if !self.queues[queue].has_some() {
            return;
        }
        for number in 0..self.sources.len() {
            if self.sources[number].settings.queue == queue {
                self.wake(number);
            }
        }
    }

    fn wake(&mut self, number: usize) {
        let source = &mut self.sources[number];
        if !source.asks {
            source.asks = true;
            let receive = self.settings.overheads.receive;
            self.world.clock.after(receive, Happening::Asks(number));
        }
    }

    fn asks(&mut self, number: usize) {
        self.sources[number].asks = false;
        let (queue, now) = (self.sources[number].settings.queue, self.world.now());
        while self.queues[queue].has_some()
            && self.sources[number].has_room(now)
            && self.busy < self.settings.account
        {
            self.invoke(number);
        }
        self.wants_more(number);
    }

    /// While messages wait, Lambda allows another invocation from time to time.
    fn wants_more(&mut self, number: usize) {
        let source = &mut self.sources[number];
        let waits = self.queues[source.settings.queue].has_some();
        if waits && !source.grows && source.is_below_most() {
            source.grows = true;
            let after = self.settings.scaling.another_after;
            self.world.clock.after(after, Happening::Grows(number));
        }
    }

    fn grows(&mut self, number: usize) {
        self.sources[number].grows = false;
        let queue = self.sources[number].settings.queue;
        let has_room = self.sources[number].is_below_most() && self.busy < self.settings.account;
        if has_room && self.queues[queue].has_some() {
            self.invoke(number);
        }
        self.wants_more(number);
    }

    fn invoke(&mut self, number: usize) {
        let now = self.world.now();
        let source = &mut self.sources[number];
        let queue = source.settings.queue;
        let lines = self.queues[queue].receive(source.settings.batch);
        let lines: Vec<_> = lines
            .into_iter()
            .map(|messages| Line {
                messages,
                done: 0,
                taken: 0,
                is_deleted: false,
            })
            .collect();
        let start = if source.begins(now) {
            self.settings.overheads.start
        } else {
            Duration::ZERO
        };
        self.busy += 1;
        let invocation = Invocation {
            source: number,
            begun: now,
            at_work: 0,
            open: lines.len(),
            lines,
        };
        let id = self.free.pop().unwrap_or_else(|| {
            self.invocations.push(None);
            self.invocations.len() - 1
        });
        self.invocations[id] = Some(invocation);
        let after = self.settings.overheads.invoke + start;
        self.world.clock.after(after, Happening::Begins(id));
        self.changed(queue);
    }

    fn begins(&mut self, id: usize) {
        let Some(invocation) = &mut self.invocations[id] else {
            return;
        };
        invocation.at_work = invocation.lines.len();
        let by = isize::try_from(invocation.at_work).unwrap_or_default();
        self.sources[invocation.source]
            .at_work
            .change(self.world.clock.now(), by);
        for line in 0..invocation.lines.len() {
            self.look(id, line);
        }
    }

    /// The next look of a line, if there is time for it.
    fn look(&mut self, id: usize, line: usize) {
        self.give_back_what_is_late(id, line);
        let Some(invocation) = &mut self.invocations[id] else {
            return;
        };
        let at_work = invocation.at_work;
        let one = &mut invocation.lines[line];
        let left = &one.messages[one.done..];
        if left.is_empty() {
            self.line_ends(id, line);
            return;
        }
        one.taken = self.workload.together(left).clamp(1, left.len());
        let effort = self.workload.begins(&left[..one.taken], &mut self.world);
        let processor = self.sources[invocation.source].settings.processor;
        let takes = beside_others(effort, processor, at_work);
        let looked = Happening::Looked {
            invocation: id,
            line,
        };
        self.world.clock.after(takes, looked);
    }

    /// What there is no time for is there again at once.
    fn give_back_what_is_late(&mut self, id: usize, line: usize) {
        let Some(invocation) = &mut self.invocations[id] else {
            return;
        };
        let settings = &self.sources[invocation.source].settings;
        let one = &mut invocation.lines[line];
        if self.world.clock.now() <= invocation.begun + settings.begins_for {
            return;
        }
        let (queue, late) = (settings.queue, one.messages.split_off(one.done));
        self.queues[queue].give_back(&late);
        self.changed(queue);
    }

    fn looked(&mut self, id: usize, line: usize) {
        let Some(invocation) = &mut self.invocations[id] else {
            return;
        };
        let one = &mut invocation.lines[line];
        let taken = one.done..one.done + one.taken;
        one.done = taken.end;
        self.workload.ends(&one.messages[taken], &mut self.world);
        self.look(id, line);
    }

    /// Nothing is left of a line. While others work, what is done is deleted.
    fn line_ends(&mut self, id: usize, line: usize) {
        let Some(invocation) = &mut self.invocations[id] else {
            return;
        };
        invocation.at_work -= 1;
        let source = &mut self.sources[invocation.source];
        source.at_work.change(self.world.clock.now(), -1);
        let early = source
            .settings
            .deletes_early
            .filter(|_| invocation.at_work > 0);
        let count = u32::try_from(invocation.lines[line].messages.len()).unwrap_or(u32::MAX);
        let takes = early.map_or(Duration::ZERO, |one| one * count);
        let through = Happening::Through {
            invocation: id,
            line,
        };
        self.world.clock.after(takes, through);
    }

    fn through(&mut self, id: usize, line: usize) {
        let Some(invocation) = &mut self.invocations[id] else {
            return;
        };
        invocation.open -= 1;
        if invocation.open == 0 {
            let delete = self.settings.overheads.delete;
            self.world.clock.after(delete, Happening::Ended(id));
            return;
        }
        let settings = &self.sources[invocation.source].settings;
        if settings.deletes_early.is_some() {
            let queue = settings.queue;
            delete(&mut self.queues[queue], &mut invocation.lines[line]);
            self.changed(queue);
        }
    }

    fn ended(&mut self, id: usize) {
        let Some(mut invocation) = self.invocations[id].take() else {
            return;
        };
        self.free.push(id);
        let was_full = self.busy == self.settings.account;
        self.busy -= 1;
        let source = &mut self.sources[invocation.source];
        source.busy.change(self.world.clock.now(), -1);
        let queue = source.settings.queue;
        for line in &mut invocation.lines {
            delete(&mut self.queues[queue], line);
        }
        self.changed(queue);
        if was_full {
            for number in 0..self.sources.len() {
                self.wake(number);
            }
        }
    }
}

fn delete<M: Message>(queue: &mut Queue<M>, line: &mut Line<M>) {
    if let (false, Some(first)) = (line.is_deleted, line.messages.first()) {
        queue.delete(first.group(), line.messages.len());
    }
    line.is_deleted = true;
}
