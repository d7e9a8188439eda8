//! Nightly passes: chains of steps, as `shared/sync/src/nightly` takes them.

use std::ops::Range;
use std::time::Duration;

use runtime::pacing::Lane;
use store::schedule::Turn;

use super::polls::share;
use super::{Event, Fleet, Look, OrgMessage, World};
use crate::engine::Effort;
use crate::engine::clock::Time;
use crate::random::Random;
use crate::work::{self, Work};

/// How the passes are queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nights {
    pub from: Time,
    /// How often it is looked whose turn it is.
    pub every: Duration,
}

/// Over so long the passes of a night are spread (`Turn::spread_s` in `shared/store`).
const SPREAD: Duration = Duration::from_mins(5 * 60 + 50);
/// Most companies are small. Projects with a job, and how many of a hundred companies have no more than those:
/// 93 on average.
const SIZES: [(u32, u32); 3] = [(40, 90), (300, 99), (3_000, 100)];
/// Photos of a project, tags of a company, and pages of photos that have one, for each hundred projects.
const PHOTOS: u32 = 20;
const TAGS: u32 = 10;
const TAGGED_PAGES: u32 = 6;
/// Projects of a page, projects that are compared in a step, pages of tagged photos in one, and the projects
/// that are on such a page.
const PAGE: u32 = 100;
const COMPARED_AT_ONCE: u32 = 10;
const PAGES_AT_ONCE: u32 = 5;
const PROJECTS_OF_A_PAGE: u32 = 20;

/// A pass under way.
#[derive(Debug)]
pub(super) struct Night {
    begun: Time,
    projects: u32,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Begin,
    /// What is left of each.
    Projects(u32),
    Tags,
    TagPhotos(u32),
    Links(u32),
    Missing,
    Finish,
}

impl Night {
    fn new(projects: u32, now: Time) -> Self {
        Self {
            begun: now,
            projects,
            step: Step::Begin,
        }
    }

    fn work(&self) -> Work {
        match self.step {
            Step::Begin => work::NIGHT_BEGIN,
            Step::Projects(_) => work::NIGHT_PROJECTS,
            Step::Tags => work::NIGHT_TAGS,
            Step::TagPhotos(left) => {
                let pages = left.min(PAGES_AT_ONCE);
                work::night_tag_photos(pages, pages * PROJECTS_OF_A_PAGE.min(self.projects))
            }
            Step::Links(left) => {
                let projects = left.min(COMPARED_AT_ONCE);
                work::night_links(projects, (projects * PHOTOS).div_ceil(PAGE))
            }
            Step::Missing => work::NIGHT_MISSING,
            Step::Finish => work::NIGHT_FINISH,
        }
    }

    /// The step that follows; none after the last.
    fn next(&self) -> Option<Step> {
        let less = |left: u32, by: u32| Some(left.saturating_sub(by)).filter(|left| *left > 0);
        Some(match self.step {
            Step::Begin => Step::Projects(self.projects),
            Step::Projects(left) => less(left, PAGE).map_or(Step::Tags, Step::Projects),
            Step::Tags => Step::TagPhotos(TAGS.max(self.projects * TAGGED_PAGES / 100)),
            Step::TagPhotos(left) => {
                less(left, PAGES_AT_ONCE).map_or(Step::Links(self.projects), Step::TagPhotos)
            }
            Step::Links(left) => less(left, COMPARED_AT_ONCE).map_or(Step::Missing, Step::Links),
            Step::Missing => Step::Finish,
            Step::Finish => return None,
        })
    }
}

/// Who has its turn when: in no order that has to do with the polls'.
pub(super) fn order(organizations: u32) -> Vec<u32> {
    let mut all: Vec<_> = (0..organizations).collect();
    let mut random = Random::of(u64::from(organizations));
    for last in (1..organizations).rev() {
        all.swap(last as usize, random.below(last + 1) as usize);
    }
    all
}

fn size(random: &mut Random) -> u32 {
    let percent = random.below(100);
    let size = SIZES.iter().find(|(_, up_to)| percent < *up_to);
    size.map_or(0, |(projects, _)| *projects)
}

impl Fleet {
    /// As polls are queued, ten at a time.
    pub(super) fn nights_are_due(&mut self, world: &mut World) {
        let Some(Nights { from, every }) = self.settings.nights else {
            return;
        };
        world.later(every, Event::NightsAreDue);
        let place = |time: Duration| share(self.settings.organizations, time.min(SPREAD), SPREAD);
        let passed = world.since(from);
        let due = place(passed)..place(passed + every);
        let apart = self.settings.polls.apart(Turn::Nightly, due.len());
        for (number, from) in (0..).zip(due.clone().step_by(10)) {
            let to = (from + 10).min(due.end);
            world.later(apart * number, Event::NightsBegin { from, to });
        }
    }

    pub(super) fn nights_begin(&mut self, turns: Range<u32>, world: &mut World) {
        for turn in turns {
            let org = self.by_night[turn as usize];
            let night = Night::new(size(&mut world.random), world.now());
            self.org(org).night = Some(Box::new(night));
            Self::say(org, Look::Night, world);
        }
    }

    pub(super) fn night_begins(&mut self, message: OrgMessage, world: &mut World) -> Effort {
        let night = self.org(message.org).night.as_ref();
        let work = night.map_or(work::RESUME_LATER, |night| night.work());
        self.paced((message.org, work, Lane::Nightly), world)
    }

    pub(super) fn night_ends(&mut self, message: OrgMessage, world: &mut World) {
        let org = self.org(message.org);
        let Some(night) = &mut org.night else {
            return;
        };
        if let Some(next) = night.next() {
            night.step = next;
            return Self::say(message.org, Look::Night, world);
        }
        let took = world.since(night.begun);
        org.night = None;
        self.seen.nights.note(took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_of_a_large_company_makes_the_calls_that_were_worked_out_for_its_night() {
        // 5,000 projects, 100,000 photos: `make nightly-cost` says 2,700 GETs and 5,000 for documents.
        let mut night = Night::new(5_000, Time::ZERO);
        let mut gets = 0;
        loop {
            gets += night.work().calls.companycam;
            match night.next() {
                Some(next) => night.step = next,
                None => break,
            }
        }
        assert!((6_000..8_000).contains(&gets), "{gets}");
    }

    #[test]
    fn everybody_has_one_turn_a_night() {
        let mut all = order(1_000);
        assert!(all.windows(2).any(|two| two[0] > two[1]), "mixed");
        all.sort_unstable();
        assert!(all.iter().copied().eq(0..1_000));
    }
}
