//! What each look costs: the calls that the code makes, and how long calls take.
//!
//! The calls are those of the handlers: `calls` of `tests/support` has them make these and compares. How long one
//! takes is assumed, and each number says why.

use std::time::Duration;

use crate::engine::Effort;
use crate::random::Random;

/// A call of CompanyCam, its CDN or One Click: a web application over the internet. Theirs is not known; local
/// simulators answer in a few milliseconds.
pub const SIDE: Duration = Duration::from_millis(150);
/// DynamoDB's own figure is single-digit milliseconds.
pub const DYNAMODB: Duration = Duration::from_millis(5);
/// SQS: commonly seen from the same region.
pub const SQS: Duration = Duration::from_millis(10);
/// What a call takes of a whole processor: signing, JSON, HTTP. `project-poll`, as it is built for Lambda, took
/// 0.17 ms for each of 28,000 calls without TLS on a server's core; a vCPU of Lambda is half of one, or slower.
pub const PROCESSOR: Duration = Duration::from_micros(300);
/// A megabyte of a photo: from the CDN through MD5 to One Click, decrypted and encrypted.
pub const PROCESSOR_A_MB: Duration = Duration::from_millis(6);
/// A megabyte on its way, at 20 MB/s.
pub const MB: Duration = Duration::from_millis(50);
/// Lambda gives a whole vCPU with so much memory, and a part of it with less.
pub const MEMORY_OF_A_VCPU_MB: u32 = 1_769;

/// Calls of a look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    pub dynamodb: u32,
    pub sqs: u32,
    /// CompanyCam's API, or, for a file, its CDN.
    pub companycam: u32,
    pub one_click: u32,
}

impl Calls {
    const fn times(self, count: u32) -> Self {
        Self {
            dynamodb: self.dynamodb * count,
            sqs: self.sqs * count,
            companycam: self.companycam * count,
            one_click: self.one_click * count,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            dynamodb: self.dynamodb + other.dynamodb,
            sqs: self.sqs + other.sqs,
            companycam: self.companycam + other.companycam,
            one_click: self.one_click + other.one_click,
        }
    }
}

/// What a look does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub calls: Calls,
    /// How many of them come one after the other; others are made beside them.
    pub in_turn: Calls,
    pub bytes_mb: u32,
}

/// So many rows are written at a time (`CONCURRENT_WRITES` in `shared/sync`).
const ROWS_AT_ONCE: u32 = 16;
/// So many photos are asked for their tags at once (`TAGS_AT_ONCE` there).
const TAGS_AT_ONCE: u32 = 8;

/// All of these calls, one after the other: of DynamoDB, SQS, CompanyCam and One Click.
const fn calls(dynamodb: u32, sqs: u32, companycam: u32, one_click: u32) -> Work {
    let calls = Calls {
        dynamodb,
        sqs,
        companycam,
        one_click,
    };
    Work {
        calls,
        in_turn: calls,
        bytes_mb: 0,
    }
}

impl Work {
    /// And so many rows, written some at a time.
    #[must_use]
    pub const fn and_rows(mut self, rows: u32) -> Self {
        self.calls.dynamodb += rows;
        self.in_turn.dynamodb += rows.div_ceil(ROWS_AT_ONCE);
        self
    }

    /// Both, one after the other.
    #[must_use]
    pub const fn with(mut self, other: Self) -> Self {
        self.calls = self.calls.and(other.calls);
        self.in_turn = self.in_turn.and(other.in_turn);
        self.bytes_mb += other.bytes_mb;
        self
    }

    /// So many of the same, beside each other: as long as the longest takes. Each call of CompanyCam writes the
    /// budget, and those beside it have to read it anew.
    pub fn effort_of(&self, count: u32, random: &mut Random) -> Effort {
        let mut all = *self;
        all.calls = self.calls.times(count);
        all.in_turn.dynamodb += 2 * self.calls.companycam * (count - 1);
        let sides = self.in_turn.companycam + self.in_turn.one_click;
        let longest = (0..count).map(|_| random.calls(SIDE, sides)).max();
        all.with_sides(longest.unwrap_or_default())
    }

    /// What it takes on average.
    pub fn mean(&self) -> Effort {
        self.with_sides(SIDE * (self.in_turn.companycam + self.in_turn.one_click))
    }

    /// What it takes, by chance.
    pub fn effort(&self, random: &mut Random) -> Effort {
        let sides = self.in_turn.companycam + self.in_turn.one_click;
        self.with_sides(random.calls(SIDE, sides))
    }

    fn with_sides(&self, sides: Duration) -> Effort {
        let Calls { dynamodb, sqs, .. } = self.in_turn;
        let all = self.calls;
        let count = all.dynamodb + all.sqs + all.companycam + all.one_click;
        Effort {
            waits: DYNAMODB * dynamodb + SQS * sqs + sides + MB * self.bytes_mb,
            processor: PROCESSOR * count + PROCESSOR_A_MB * self.bytes_mb,
        }
    }
}

/// A delivery: its look is queued.
pub const DELIVERY: Work = calls(0, 1, 0, 0);
/// What was put off goes back into its organization's line.
pub const PUT_BACK: Work = calls(0, 1, 0, 0);

/// A poll with nothing new.
pub const POLL: Work = calls(6, 0, 2, 1);
/// What it does more where something is: a row, and a look at its project.
pub const POLLS_NEWS: Work = calls(3, 1, 0, 0);
/// What a poll does more that finds the access token at its end; that is one in so many, as tokens live for two
/// hours.
pub const RENEWAL: Work = calls(2, 0, 1, 0);
pub const RENEWED_ONE_IN: u32 = 8;
/// The look at a linked project that a poll found, with its photos and documents.
pub const LISTED_PROJECT: Work = calls(15, 0, 2, 0);

/// A linked project that was renamed, and its job.
pub const PROJECT: Work = calls(7, 0, 0, 1);
/// A linked job that changed.
pub const JOB: Work = calls(3, 0, 0, 1);

/// So many new photos of which deliveries tell, together.
pub fn photos(count: u32) -> Work {
    // The organization, photos and projects twice each, the budget once for all.
    let mut work = calls(7 + count, 1, count, 0);
    work.in_turn.companycam = count.div_ceil(TAGS_AT_ONCE);
    work
}

/// A photo that is copied.
pub const COPY: Work = Work {
    calls: calls(5, 1, 1, 1).calls,
    // Its message is hidden meanwhile.
    in_turn: calls(5, 0, 1, 1).calls,
    // A photo of a telephone in full size.
    bytes_mb: 2,
};
/// A copied photo with another tag or caption.
pub const DESCRIBE: Work = Work {
    calls: calls(4, 1, 0, 1).calls,
    in_turn: calls(4, 0, 0, 1).calls,
    bytes_mb: 0,
};

/// The steps of a sync run.
pub const RUN_USERS: Work = calls(13, 1, 2, 2);
pub const RUN_LOOKS: Work = calls(3, 1, 0, 0);
/// It queues them once there is room for so many GETs each (`GETS_A_PROJECT` in `shared/sync`).
pub const RUN_LOOKS_GETS: u32 = 2;
/// A new project that gets its job.
pub const RUN_PROJECT: Work = calls(12, 0, 2, 2);
pub const RUN_TAGS: Work = calls(4, 1, 1, 0);
pub const RUN_WAITS: Work = calls(4, 1, 0, 0);
pub const RUN_FINISH: Work = calls(7, 0, 0, 0);

/// A page of projects, all of them new.
pub fn run_projects(projects: u32) -> Work {
    calls(5, 1, 1, 0).and_rows(projects)
}

/// A page of new photos, which are queued ten at a time.
pub fn run_photos(photos: u32) -> Work {
    calls(9, 1 + photos.div_ceil(10), 1, 0).and_rows(photos)
}

/// Pages of photos that have a tag which they had not.
pub fn run_tag_photos(pages: u32, photos: u32) -> Work {
    calls(4 + 2 * pages, 1 + photos.div_ceil(10), pages, 0).and_rows(photos)
}

/// The steps of a nightly pass that finds nothing.
pub const NIGHT_BEGIN: Work = calls(2, 1, 0, 0);
pub const NIGHT_PROJECTS: Work = calls(6, 1, 1, 0);
pub const NIGHT_TAGS: Work = calls(5, 1, 1, 0);
pub const NIGHT_MISSING: Work = calls(4, 1, 0, 0);
pub const NIGHT_FINISH: Work = calls(7, 0, 0, 0);

/// Pages of a tag's photos; a row for each project of a page.
pub fn night_tag_photos(pages: u32, projects: u32) -> Work {
    calls(4 + 2 * pages + projects, 1, pages, 0)
}

/// Projects on both sides, with so many pages of photos in all: of each project its files' ids and rows, its
/// tags, its documents and images.
pub fn night_links(projects: u32, pages: u32) -> Work {
    calls(5 + 5 * projects + 3 * pages, 1, projects + pages, projects)
}

/// A poll that finds that CompanyCam does not answer, and pauses the organization.
pub const POLL_FAILS: Work = calls(9, 1, 3, 1);
/// A live look that finds it.
pub const LOOK_FAILS: Work = calls(8, 1, 2, 0);
/// A poll of a paused organization.
pub const POLL_PAUSED: Work = calls(1, 0, 0, 0);
/// A live look that waits in a row.
pub const LOOK_PARKED: Work = calls(4, 0, 0, 0);
/// Asking CompanyCam whether it answers, whatever it says.
pub const PROBE: Work = calls(4, 1, 1, 0);
/// Going on: nothing waits, or so many looks do.
pub const RESUME: Work = calls(3, 3, 0, 0);
pub const RESUME_LATER: Work = calls(2, 0, 0, 0);
