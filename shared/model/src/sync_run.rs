//! A sync run, and what it does next (B19).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::companycam::{Cursor, ProjectId};
use crate::project::{Came, SkipReason};
use crate::tags::TagPlace;

/// How far back a sync looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Projects changed within so many days.
    Days(u16),
    /// Every project there is.
    All,
}

/// The next thing that a sync run does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum SyncStep {
    /// Refresh the users of both sides and their matches.
    Users,
    /// Read this page of the projects changed in the window.
    Projects {
        /// 1-based.
        page: u32,
    },
    /// Queue the looks at a page's projects, a few at a time, so that live changes slip in between.
    Looks {
        /// Those still to be queued.
        left: Vec<ProjectId>,
        /// Those of the page that are, or may become, linked: whose photos come next.
        projects: Vec<ProjectId>,
        /// The page of projects that follows, if any.
        next_page: Option<u32>,
    },
    /// Read the photos of a page's projects.
    Photos {
        projects: Vec<ProjectId>,
        /// Where their photos go on.
        cursor: Option<Cursor>,
        /// The page of projects that follows, if any.
        next_page: Option<u32>,
        /// Those of them with photos that are not finished.
        #[serde(default)]
        unfinished: Vec<ProjectId>,
    },
    /// Read this page of the tags there are.
    Tags {
        /// 1-based; a step of the version before read all of them.
        #[serde(default = "first_page")]
        page: u32,
    },
    /// Read which photos carry which tag: photo lists don't say.
    TagPhotos {
        /// Where the reading goes on.
        #[serde(flatten)]
        place: TagPlace,
        /// The page of tags that follows, if any.
        #[serde(default)]
        next_page: Option<u32>,
    },
    /// Everything is listed; wait until it is done.
    Finish,
}

fn first_page() -> u32 {
    1
}

/// One run of the sync that an administrator started, by connecting or by pressing Sync (B19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRun {
    /// Tells this run from the one before.
    pub id: String,
    /// How far back it looks.
    pub window: Window,
    /// What comes next.
    pub step: SyncStep,
    /// Rises with every step, so that two workers never take the same one.
    pub seq: i64,
    /// When it was asked for.
    pub started_at: i64,
    /// When it last took a step.
    pub stepped_at: i64,
    /// When everything it listed was in One Click.
    pub finished_at: Option<i64>,
    /// Why it ended before that.
    #[serde(default)]
    pub failed: Option<String>,
    /// The oldest `updated_at` that it lists, from `window`; `None` for everything.
    pub modified_since: Option<i64>,
    /// What `project_cursor` becomes when the projects are listed.
    pub next_cursor: Option<i64>,
    /// Projects listed so far.
    pub projects_total: i64,
    /// Photos listed so far.
    pub photos_total: i64,
    /// When everything was listed, and waiting for it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<i64>,
    /// It only reads, to say what it would make (B40).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
    /// Who asked for it; none: connecting did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What came of the projects, once it is through (B42).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<RunResult>,
    /// Somebody undoes it, or has (B40).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
}

/// What came of a run's projects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunResult {
    pub made: i64,
    pub linked: i64,
    pub updated: i64,
    pub failed: i64,
    /// May be jobs that are there: of a preview only.
    pub duplicates: i64,
    /// By the reason's name.
    pub skipped: BTreeMap<String, i64>,
}

impl RunResult {
    /// Counts a project that the run made that of; where it was skipped, for that reason.
    pub fn add(&mut self, came: Option<Came>, reason: Option<SkipReason>) {
        match came {
            Some(Came::Made | Came::Kept) => self.made += 1,
            Some(Came::Linked) => self.linked += 1,
            Some(Came::Updated) => self.updated += 1,
            Some(Came::Failed) => self.failed += 1,
            Some(Came::Duplicate) => self.duplicates += 1,
            Some(Came::Skipped) => {
                let reason = reason.map_or("unknown", SkipReason::name);
                *self.skipped.entry(reason.to_owned()).or_default() += 1;
            }
            Some(Came::Unchanged) | None => {}
        }
    }
}

/// How far undoing a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub by: String,
    /// When it was asked for, in Unix seconds.
    pub at: i64,
    /// When it was through.
    #[serde(default)]
    pub finished_at: Option<i64>,
    /// So many jobs were removed.
    #[serde(default)]
    pub removed: i64,
    /// So many links to jobs that were there before were ended.
    #[serde(default)]
    pub unlinked: i64,
    /// So many jobs were left, since somebody has worked on them.
    #[serde(default)]
    pub kept: i64,
    /// So many could not be undone: One Click does not accept it.
    #[serde(default)]
    pub failed: i64,
    /// When it last took a step.
    #[serde(default)]
    pub stepped_at: i64,
}

impl SyncRun {
    /// Whether it still has something to do.
    pub fn is_running(&self) -> bool {
        self.finished_at.is_none()
    }
}
