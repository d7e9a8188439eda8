//! The two kinds of queues that SQS has, as far as it matters who waits for whom.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// What a queue has to know of a message.
pub trait Message: Copy {
    /// Its `MessageGroupId`, counted from 0.
    fn group(&self) -> u32;
}

/// A queue of either kind.
#[derive(Debug)]
pub enum Queue<M> {
    Fifo(Fifo<M>),
    Standard(Standard<M>),
}

impl<M: Message> Queue<M> {
    /// An empty FIFO queue for so many groups.
    pub fn fifo(groups: usize) -> Self {
        Self::Fifo(Fifo::new(groups))
    }

    /// An empty standard queue for so many groups.
    pub fn standard(groups: usize) -> Self {
        Self::Standard(Standard::new(groups))
    }

    /// A message arrives.
    pub fn put(&mut self, message: M) {
        match self {
            Self::Fifo(queue) => queue.put(message),
            Self::Standard(queue) => queue.put(message),
        }
    }

    /// Up to `most` messages, in lines of those that are to be taken one after the other.
    pub fn receive(&mut self, most: usize) -> Vec<Vec<M>> {
        match self {
            Self::Fifo(queue) => queue.receive(most),
            Self::Standard(queue) => queue.receive(most),
        }
    }

    /// So many messages of a line are deleted.
    pub fn delete(&mut self, group: u32, messages: usize) {
        match self {
            Self::Fifo(queue) => queue.release(group, messages),
            Self::Standard(queue) => queue.delete(group, messages),
        }
    }

    /// What was received is there again, before whatever came since.
    pub fn give_back(&mut self, messages: &[M]) {
        match self {
            Self::Fifo(queue) => queue.give_back(messages),
            Self::Standard(queue) => messages.iter().for_each(|message| {
                queue.delete(message.group(), 1);
                queue.put(*message);
            }),
        }
    }

    /// Whether somebody who asks would get something.
    pub fn has_some(&self) -> bool {
        match self {
            Self::Fifo(queue) => !queue.ready.is_empty(),
            Self::Standard(queue) => queue.waiting > 0,
        }
    }

    /// Messages that nobody has received.
    pub fn waiting(&self) -> usize {
        match self {
            Self::Fifo(queue) => queue.waiting,
            Self::Standard(queue) => queue.waiting,
        }
    }

    /// Messages that were received and not deleted.
    pub fn in_flight(&self) -> usize {
        match self {
            Self::Fifo(queue) => queue.in_flight,
            Self::Standard(queue) => queue.in_flight,
        }
    }
}

/// A FIFO queue: of a group nothing is given out before all that was given out of it is deleted.
#[derive(Debug)]
pub struct Fifo<M> {
    groups: Vec<Group<M>>,
    /// Groups of which something waits and nothing is out, by the number of what waits longest.
    ready: BinaryHeap<Reverse<(u64, u32)>>,
    number: u64,
    waiting: usize,
    in_flight: usize,
}

#[derive(Debug, Clone)]
struct Group<M> {
    waiting: VecDeque<(u64, M)>,
    /// Numbers of what is out.
    out: VecDeque<u64>,
}

impl<M: Message> Fifo<M> {
    fn new(groups: usize) -> Self {
        let group = Group {
            waiting: VecDeque::new(),
            out: VecDeque::new(),
        };
        Self {
            groups: vec![group; groups],
            ready: BinaryHeap::new(),
            number: 0,
            waiting: 0,
            in_flight: 0,
        }
    }

    fn put(&mut self, message: M) {
        self.number += 1;
        self.waiting += 1;
        let id = message.group();
        let group = &mut self.groups[id as usize];
        group.waiting.push_back((self.number, message));
        if group.out.is_empty() && group.waiting.len() == 1 {
            self.ready.push(Reverse((self.number, id)));
        }
    }

    /// The group that waits longest first, as much of it as there is room for, and then the next: SQS gives
    /// as many of one group as it can.
    fn receive(&mut self, most: usize) -> Vec<Vec<M>> {
        let (mut lines, mut room) = (Vec::new(), most);
        while room > 0 {
            let Some(Reverse((_, id))) = self.ready.pop() else {
                break;
            };
            let group = &mut self.groups[id as usize];
            let count = group.waiting.len().min(room);
            let mut line = Vec::with_capacity(count);
            for (number, message) in group.waiting.drain(..count) {
                group.out.push_back(number);
                line.push(message);
            }
            room -= count;
            self.waiting -= count;
            self.in_flight += count;
            lines.push(line);
        }
        lines
    }

    /// So many messages of the group are done with; if nothing else of it is out, the next may be given out.
    fn release(&mut self, id: u32, messages: usize) {
        let group = &mut self.groups[id as usize];
        group.out.drain(..messages);
        self.in_flight -= messages;
        self.is_ready(id);
    }

    fn give_back(&mut self, messages: &[M]) {
        let Some(id) = messages.first().map(Message::group) else {
            return;
        };
        let group = &mut self.groups[id as usize];
        for message in messages.iter().rev() {
            if let Some(number) = group.out.pop_back() {
                group.waiting.push_front((number, *message));
            }
        }
        self.waiting += messages.len();
        self.in_flight -= messages.len();
        self.is_ready(id);
    }

    fn is_ready(&mut self, id: u32) {
        let group = &self.groups[id as usize];
        if let (true, Some((number, _))) = (group.out.is_empty(), group.waiting.front()) {
            self.ready.push(Reverse((*number, id)));
        }
    }
}

/// A group with so many messages out is noisy if these are more than a tenth of all that are out. So AWS
/// says of fair queues; that it also looks at shares of processing time is left out.
const NOISY_FROM: usize = 30;
const NOISY_SHARE: usize = 10;

/// A standard queue with message groups: "fair". What came first is given out first, but for groups that are
/// noisy: they wait until nobody else does.
#[derive(Debug)]
pub struct Standard<M> {
    groups: Vec<Share>,
    line: VecDeque<M>,
    /// Messages of noisy groups that others went past.
    noisy: BTreeMap<u32, VecDeque<M>>,
    waiting: usize,
    in_flight: usize,
}

/// A group's part of the queue.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    waiting: usize,
    in_flight: usize,
    is_noisy: bool,
}

impl<M: Message> Standard<M> {
    fn new(groups: usize) -> Self {
        Self {
            groups: vec![Share::default(); groups],
            line: VecDeque::new(),
            noisy: BTreeMap::new(),
            waiting: 0,
            in_flight: 0,
        }
    }

    fn put(&mut self, message: M) {
        self.groups[message.group() as usize].waiting += 1;
        self.waiting += 1;
        self.line.push_back(message);
    }

    fn receive(&mut self, most: usize) -> Vec<Vec<M>> {
        let mut lines = Vec::new();
        while lines.len() < most {
            let Some(message) = self.quiet().or_else(|| self.least_noisy()) else {
                break;
            };
            let share = &mut self.groups[message.group() as usize];
            share.waiting -= 1;
            share.in_flight += 1;
            self.waiting -= 1;
            self.in_flight += 1;
            let is_much = share.in_flight * NOISY_SHARE > self.in_flight;
            share.is_noisy |= share.in_flight >= NOISY_FROM && is_much;
            if share.waiting == 0 {
                share.is_noisy = false;
            }
            lines.push(vec![message]);
        }
        lines
    }

    fn quiet(&mut self) -> Option<M> {
        while let Some(message) = self.line.pop_front() {
            if !self.groups[message.group() as usize].is_noisy {
                return Some(message);
            }
            let passed = self.noisy.entry(message.group()).or_default();
            passed.push_back(message);
        }
        None
    }

    fn least_noisy(&mut self) -> Option<M> {
        let out = |group: &u32| self.groups[*group as usize].in_flight;
        let group = *self.noisy.keys().min_by_key(|group| out(group))?;
        let passed = self.noisy.get_mut(&group)?;
        let message = passed.pop_front();
        if passed.is_empty() {
            self.noisy.remove(&group);
        }
        message
    }

    fn delete(&mut self, group: u32, messages: usize) {
        self.groups[group as usize].in_flight -= messages;
        self.in_flight -= messages;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Group and place.
    impl Message for (u32, usize) {
        fn group(&self) -> u32 {
            self.0
        }
    }

    #[test]
    fn as_many_of_one_group_are_given_out_as_there_is_room_for() {
        let mut queue = Queue::fifo(3);
        for message in [(0, 0), (1, 0), (0, 1), (2, 0), (0, 2)] {
            queue.put(message);
        }
        assert_eq!(
            queue.receive(4),
            [vec![(0, 0), (0, 1), (0, 2)], vec![(1, 0)]]
        );
        assert_eq!(queue.receive(4), [vec![(2, 0)]]);
    }

    #[test]
    fn who_waits_longest_is_next_and_nobody_whose_group_is_out() {
        let mut queue = Queue::fifo(2);
        queue.put((0, 0));
        assert_eq!(queue.receive(10).len(), 1);
        queue.put((0, 1));
        queue.put((1, 0));
        assert_eq!(queue.receive(1), [vec![(1, 0)]], "the other is locked");
        queue.delete(0, 1);
        assert_eq!(queue.receive(1), [vec![(0, 1)]]);
    }

    #[test]
    fn a_noisy_group_waits_for_the_others_and_many_equal_ones_are_none() {
        let mut queue = Queue::standard(101);
        (0..100).for_each(|place| queue.put((0, place)));
        assert_eq!(queue.receive(40).len(), 40);
        queue.put((1, 0));
        assert_eq!(
            queue.receive(1),
            [vec![(1, 0)]],
            "past sixty that came before"
        );
        assert_eq!(queue.receive(1), [vec![(0, 40)]], "and then in order");

        let mut queue = Queue::standard(101);
        (0..4_000).for_each(|place| queue.put((u32::try_from(place % 100).unwrap(), place)));
        assert_eq!(queue.receive(200).len(), 200);
        queue.put((100, 0));
        assert_eq!(
            queue.receive(1)[0][0].1,
            200,
            "a hundredth is no large share"
        );
    }

    proptest! {
        /// Puts, receives and deletes in any order: what is given out of a group is out alone, and in order.
        #[test]
        fn the_order_of_a_group_holds(
            acts in proptest::collection::vec((0_u8..5, 0_u32..4, 1_usize..12), 1..300),
        ) {
            let mut queue = Queue::fifo(4);
            let (mut put, mut done) = ([0; 4], [0; 4]);
            let mut out: Vec<Vec<(u32, usize)>> = Vec::new();
            for (act, group, many) in acts {
                match act {
                    0 | 1 => for _ in 0..many {
                        queue.put((group, put[group as usize]));
                        put[group as usize] += 1;
                    },
                    2 => {
                        for line in queue.receive(many) {
                            let group = line[0].0;
                            prop_assert!(out.iter().all(|other| other[0].0 != group), "out twice");
                            let first = done[group as usize];
                            let wanted: Vec<_> = (first..first + line.len()).map(|place| (group, place)).collect();
                            prop_assert_eq!(&line, &wanted);
                            out.push(line);
                        }
                    }
                    3 => if let Some(line) = out.pop() {
                        queue.delete(line[0].0, line.len());
                        done[line[0].0 as usize] += line.len();
                    },
                    _ => if let Some(line) = out.pop() {
                        // The first is done, the rest is given back.
                        queue.delete(line[0].0, 1);
                        queue.give_back(&line[1..]);
                        done[line[0].0 as usize] += 1;
                    },
                }
            }
            let out: usize = out.iter().map(Vec::len).sum();
            prop_assert_eq!(queue.in_flight(), out);
            let ended: usize = done.iter().sum();
            let all: usize = put.iter().sum();
            prop_assert_eq!(queue.waiting(), all - ended - out);
        }
    }
}
