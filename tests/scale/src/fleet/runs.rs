//! Sync runs: chains of steps, as `shared/sync/src/sync_run` takes them.

use std::time::Duration;

use runtime::pacing::Lane;

use super::{Fleet, Look, OrgMessage, Outcome, World, about, backed_off};
use crate::engine::Effort;
use crate::engine::clock::Time;
use crate::work::{self, Work};

/// Organizations that begin a sync run together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    pub from: Time,
    pub organizations: u32,
    pub projects: u32,
    /// Photos of each project.
    pub photos: u32,
}

/// Projects of a page, photos of a page, looks that are queued with a step, pages of tagged photos in one
/// (`PER_PAGE`, `LOOKS_AT_ONCE` and `PAGES_AT_ONCE` in `shared/sync`).
const PAGE: u32 = 100;
const LOOKS_AT_ONCE: u32 = 4;
const PAGES_AT_ONCE: u32 = 5;
/// A run lists no more photos while so many wait, but looks again only so often (`PHOTOS_AHEAD` and
/// `PATIENT_TRIES` there).
const PHOTOS_AHEAD: usize = 400;
const PATIENT_TRIES: u32 = 12;
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// So many of ten photos have a tag.
const TAGGED_OF_TEN: u32 = 3;

/// A run under way.
#[derive(Debug)]
pub(super) struct Run {
    begun: Time,
    step: Step,
    /// Projects that are not listed yet.
    projects_left: u32,
    photos_of_each: u32,
    photos: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Users,
    Projects,
    /// Looks that are left of a page, and its photos.
    Looks(u32, u32),
    /// Photos that are left of a page.
    Photos(u32),
    Tags,
    TagPhotos(u32),
    Finish,
}

impl Run {
    fn new(runs: &Runs, now: Time) -> Self {
        Self {
            begun: now,
            step: Step::Users,
            projects_left: runs.projects,
            photos_of_each: runs.photos,
            photos: runs.projects * runs.photos,
        }
    }

    /// What the step does.
    fn work(&self) -> Work {
        match self.step {
            Step::Users => work::RUN_USERS,
            Step::Projects => work::run_projects(self.projects_left.min(PAGE)),
            Step::Looks(..) => work::RUN_LOOKS,
            Step::Photos(left) => work::run_photos(left.min(PAGE)),
            Step::Tags => work::RUN_TAGS,
            Step::TagPhotos(left) => {
                let photos = left.min(PAGES_AT_ONCE * PAGE);
                work::run_tag_photos(photos.div_ceil(PAGE), photos)
            }
            Step::Finish => work::RUN_FINISH,
        }
    }

    /// Whether it waits for files: so many are queued, and it was put off so often.
    fn waits(&self, files: usize, tries: u32) -> bool {
        match self.step {
            Step::Photos(_) | Step::TagPhotos(_) => files > PHOTOS_AHEAD && tries < PATIENT_TRIES,
            Step::Finish => files > 0,
            Step::Users | Step::Projects | Step::Looks(..) | Step::Tags => false,
        }
    }

    /// Takes the step: how many looks at projects are queued, and how many files, whole or not.
    fn take(&mut self) -> (u32, u32, bool) {
        let (mut looks, mut files, mut whole) = (0, 0, true);
        self.step = match self.step {
            Step::Users => Step::Projects,
            Step::Projects => {
                let page = self.projects_left.min(PAGE);
                self.projects_left -= page;
                Step::Looks(page, page * self.photos_of_each)
            }
            Step::Looks(left, photos) => {
                looks = left.min(LOOKS_AT_ONCE);
                match left - looks {
                    0 => Step::Photos(photos),
                    left => Step::Looks(left, photos),
                }
            }
            Step::Photos(left) => {
                files = left.min(PAGE);
                match left - files {
                    0 if self.projects_left > 0 => Step::Projects,
                    0 => Step::Tags,
                    left => Step::Photos(left),
                }
            }
            Step::Tags => Step::TagPhotos(self.photos / 10 * TAGGED_OF_TEN),
            Step::TagPhotos(left) => {
                (files, whole) = (left.min(PAGES_AT_ONCE * PAGE), false);
                match left - files {
                    0 => Step::Finish,
                    left => Step::TagPhotos(left),
                }
            }
            Step::Finish => Step::Finish,
        };
        (looks, files, whole)
    }
}

impl Fleet {
    pub(super) fn runs_begin(&mut self, world: &mut World) {
        let Some(runs) = self.settings.runs else {
            return;
        };
        let apart = (self.settings.organizations / runs.organizations.max(1)).max(1);
        for number in 0..runs.organizations {
            let org = number * apart;
            self.org(org).run = Some(Box::new(Run::new(&runs, world.now())));
            Self::say(org, Look::Step, world);
        }
    }

    /// New projects, beside each other.
    pub(super) fn imports_begin(&mut self, messages: &[OrgMessage], world: &mut World) -> Effort {
        let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        let id = messages[0].org;
        self.paced_beside((id, work::RUN_PROJECT, Lane::Backfill), count, world)
    }

    pub(super) fn step_begins(&mut self, message: OrgMessage, world: &mut World) -> Effort {
        let id = message.org;
        let org = self.org(id);
        let Some(run) = &org.run else {
            return work::RESUME_LATER.effort(&mut world.random);
        };
        if run.waits(org.files, message.tries) {
            org.outcome = Outcome::PutOff(backed_off(message.tries, LONGEST_WAIT));
            return work::RUN_WAITS.effort(&mut world.random);
        }
        let work = run.work();
        if let Step::Looks(left, _) = run.step {
            let gets = left.min(LOOKS_AT_ONCE) * work::RUN_LOOKS_GETS;
            if let Err(wait) = self.room(id, gets, Lane::Backfill, world.now()) {
                self.org(id).outcome = Outcome::PutOff(wait);
            }
        }
        self.paced((id, work, Lane::Backfill), world)
    }

    pub(super) fn step_ends(&mut self, message: OrgMessage, world: &mut World) {
        let id = message.org;
        let Some(run) = &mut self.org(id).run else {
            return;
        };
        if run.step == Step::Finish {
            let took = world.since(run.begun);
            self.seen.runs.note(took);
            self.org(id).run = None;
            return;
        }
        let (looks, files, whole) = run.take();
        for _ in 0..files {
            let look = Look::File { live: false, whole };
            self.want(about(id, look, world), world);
        }
        // The next step behind them: a live change waits for these at most.
        (0..looks).for_each(|_| Self::say(id, Look::Imported, world));
        Self::say(id, Look::Step, world);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_comes_to_all_its_projects_and_photos_and_ends() {
        let runs = Runs {
            from: Time::ZERO,
            organizations: 1,
            projects: 230,
            photos: 7,
        };
        let mut run = Run::new(&runs, Time::ZERO);
        let (mut looks, mut copied, mut described, mut steps) = (0, 0, 0, 0);
        while run.step != Step::Finish {
            let (more, files, whole) = run.take();
            looks += more;
            *(if whole { &mut copied } else { &mut described }) += files;
            steps += 1;
            assert!(steps < 1_000, "{run:?}");
        }
        assert_eq!((looks, copied, described), (230, 1_610, 483));
    }
}
