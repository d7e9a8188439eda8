//! From operations to an organization's month and a million photos.

use crate::charged::{charged, float};
use crate::counted::Turn;
use crate::fixed::{DAYS_A_MONTH, Line, fixed};
use crate::played::{self, POLLS_A_DAY, Size};
use crate::used::{Item, Used};

/// Of so many organizations each bears its part of what is fixed. Some 67 polls begin in each minute then, in
/// batches of ten.
pub const ORGANIZATIONS: f64 = 1000.0;
/// A busy month.
pub const PHOTOS: f64 = 2000.0;
/// Photos of a project, and those taken at one visit: as many projects are new, and as many polls find one
/// changed.
pub const PHOTOS_A_PROJECT: f64 = 50.0;
pub const PHOTOS_A_VISIT: f64 = 5.0;
/// How often somebody changes a job.
pub const CHANGES_OF_A_JOB: f64 = 5.0;
/// Photos that come one by one through the month are there for half of its nights.
const NIGHTS_SEEN: f64 = 0.5;

/// Three companies: what one more project, and one more photo, costs is told by the difference.
const SMALL: Size = Size {
    projects: 10,
    photos: 100,
};
const MORE_PHOTOS: Size = Size {
    projects: 10,
    photos: 200,
};
const MORE_PROJECTS: Size = Size {
    projects: 20,
    photos: 200,
};

/// What one of each costs.
pub struct Operations {
    /// A poll with nothing new, with its turn in the schedule's call.
    pub poll: Used,
    /// The same where four are received at once, as they are sent at a thousand organizations.
    pub poll_in_a_batch: Used,
    /// What a poll costs more that finds a project changed, all of whose photos are copied.
    pub changed_project: Used,
    pub photo: Used,
    pub project: Used,
    pub job: Used,
    pub backfill: Each,
    pub night: Each,
    /// A day of an organization in which nothing happens, its polls alone in their batches.
    pub day: Used,
    /// What is fixed, of a month.
    pub fixed: Vec<Line>,
}

/// What a pass over everything costs for each thing.
pub struct Each {
    pub project: Used,
    pub photo: Used,
}

/// The shared part of a schedule's call is among what is fixed.
fn own(turns: &[Turn], minute: &[Turn]) -> Used {
    let calls = turns.iter().filter(|turn| turn.function == "ProjectPoll");
    charged(turns) - charged(minute) * float(calls.count())
}

fn each([small, photos, projects]: [&[Turn]; 3]) -> Each {
    let per = |more: &[Turn], less: &[Turn], number: usize| {
        (charged(more) - charged(less)) * (1.0 / float(number))
    };
    let more_projects = MORE_PROJECTS.projects - MORE_PHOTOS.projects;
    Each {
        project: per(projects, photos, more_projects),
        photo: per(photos, small, MORE_PHOTOS.photos - SMALL.photos),
    }
}

impl Operations {
    pub async fn play() -> Self {
        let (test, project) = played::quiet().await;
        let idle = played::poll(&test).await;
        let minute = played::minute(&test).await;
        let photo = played::photo(&test, &project).await;
        let changed = played::poll(&test).await;
        let made = played::project(&test).await;
        let job = played::job(&test, &project).await;
        played::poll(&test).await;
        let day = played::day(&test).await;
        let (together, organizations) = played::neighbours().await;
        let small = played::company(SMALL).await;
        let photos = played::company(MORE_PHOTOS).await;
        let projects = played::company(MORE_PROJECTS).await;
        let poll = own(&idle, &minute);
        Self {
            changed_project: own(&changed, &minute) - poll,
            poll,
            poll_in_a_batch: own(&together, &minute) * (1.0 / float(organizations)),
            photo: charged(&photo),
            project: charged(&made),
            job: charged(&job),
            backfill: each([&small[0], &photos[0], &projects[0]]),
            night: each([&small[1], &photos[1], &projects[1]]),
            day: own(&day, &minute),
            fixed: fixed(&minute),
        }
    }

    pub fn fixed_month(&self) -> Used {
        self.fixed.iter().map(|line| line.used).sum()
    }

    /// An organization's month in which nothing happens, where each poll is received alone.
    pub fn idle_month_alone(&self) -> Used {
        self.day * DAYS_A_MONTH + self.fixed_month() * (1.0 / ORGANIZATIONS)
    }

    /// The same where polls are received as they are sent.
    pub fn idle_month(&self) -> Used {
        let polls = float(POLLS_A_DAY) * DAYS_A_MONTH;
        self.idle_month_alone() - (self.poll - self.poll_in_a_batch) * polls
    }

    /// What so many photos cost that come live, each by itself, to new projects, with the polls that meet them.
    pub fn live(&self, photos: f64) -> Used {
        let project = self.project + self.job * CHANGES_OF_A_JOB;
        self.photo * photos
            + project * (photos / PHOTOS_A_PROJECT)
            + self.changed_project * (photos / PHOTOS_A_VISIT)
    }

    /// What so many photos cost in a first sync, with their projects.
    pub fn synced(&self, photos: f64) -> Used {
        self.backfill.photo * photos + self.backfill.project * (photos / PHOTOS_A_PROJECT)
    }

    /// What so many photos cost a month that are there, with their projects: the nights, and to be kept.
    pub fn there(&self, photos: f64) -> Used {
        let night = self.night.photo * photos + self.night.project * (photos / PHOTOS_A_PROJECT);
        let kept = self.synced(photos).amount(Item::KeptGbMonth);
        night * DAYS_A_MONTH + Used::of(Item::KeptGbMonth, kept)
    }

    /// An organization's month with [`PHOTOS`] new ones.
    pub fn busy_month(&self) -> Used {
        self.idle_month() + self.live(PHOTOS) + self.there(PHOTOS * NIGHTS_SEEN)
    }
}
