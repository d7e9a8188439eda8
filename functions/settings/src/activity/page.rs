//! A page of the activity log: its entries as lines, and how what they are about stands now.

use std::collections::BTreeMap;

use companycam::ids::ProjectId;
use model::file::{FileId, FileRow};
use model::job::JobRow;
use model::project::{LinkState, ProjectRow};
use model::retry::RetryTarget;
use one_click::{JobId, OrgId};
use runtime::App;
use store::activity::{Entries, Entry, Kind, Offer, Outcome};
use web::ErrorPage;

use crate::view::View;

/// How many lines a page has.
const PER_PAGE: usize = 25;
/// Of so many entries they are made: after a sync most are photos of few projects.
const ENTRIES: usize = 150;
/// What is further apart happened for different reasons.
const TOGETHER_S: i64 = 10 * 60;

/// A page of it.
#[derive(Debug)]
pub struct Page {
    entries: Entries,
    files: BTreeMap<FileId, FileRow>,
    projects: BTreeMap<ProjectId, ProjectRow>,
    jobs: BTreeMap<JobId, JobRow>,
}

impl Page {
    /// Reads it: of the rows only those where something may be offered.
    pub async fn read(app: &App, org: &OrgId, view: &View) -> Result<Self, ErrorPage> {
        let store = &app.store;
        let mut entries = store
            .activity_page(org, &view.filter(), view.before(), ENTRIES)
            .await?;
        let taken = lines(&entries.entries).taken;
        if taken < entries.entries.len() {
            entries.entries.truncate(taken);
            entries.older = entries.entries.last().map(|last| last.at_id.clone());
        }
        let (mut files, mut projects, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &entries.entries {
            match entry.retry_target() {
                Some(RetryTarget::Photo { photo_id }) => files.push(FileId::Photo(photo_id)),
                Some(RetryTarget::Document { document_id, .. }) => {
                    files.push(FileId::Document(document_id));
                }
                Some(RetryTarget::Project { project_id }) => projects.push(project_id),
                Some(RetryTarget::Job { job_id } | RetryTarget::Reassigning { job_id, .. }) => {
                    jobs.push(job_id);
                }
                Some(RetryTarget::Again { file, .. }) => files.push(file),
                Some(
                    RetryTarget::ProjectPhotos { .. }
                    | RetryTarget::ProjectDocuments { .. }
                    | RetryTarget::Other,
                )
                | None => {}
            }
            if entry.offer == Some(Offer::BringBack) {
                projects.extend(entry.project_id.clone());
            }
        }
        let bundles = lines(&entries.entries).lines;
        let bundles = bundles.iter().filter(|line| line.entries.len() > 1);
        projects.extend(bundles.filter_map(|line| line.entries[0].project_id.clone()));
        projects.sort();
        projects.dedup();
        let (files, projects, jobs) = futures::try_join!(
            store.files(org, files),
            store.projects(org, &projects),
            store.jobs(org, &jobs),
        )?;
        let files = files.into_iter().map(|row| (row.id.clone(), row));
        let projects = projects
            .into_iter()
            .map(|row| (row.project_id.clone(), row));
        let jobs = jobs.into_iter().map(|row| (row.job_id.clone(), row));
        Ok(Self {
            entries,
            files: files.collect(),
            projects: projects.collect(),
            jobs: jobs.collect(),
        })
    }

    /// Its lines, newest first.
    pub fn lines(&self) -> Vec<Line<'_>> {
        lines(&self.entries.entries).lines
    }

    /// Where older entries begin, if there may be any.
    pub fn older(&self) -> Option<&str> {
        self.entries.older.as_deref()
    }

    /// The project's row, where a line is about it.
    pub fn project(&self, id: &ProjectId) -> Option<&ProjectRow> {
        self.projects.get(id)
    }

    /// How what failed stands by now.
    pub fn now(&self, target: &RetryTarget) -> Now {
        match target {
            RetryTarget::Photo { photo_id } => self.file_now(&photo_id.into()),
            RetryTarget::Document { document_id, .. } => self.file_now(&document_id.into()),
            RetryTarget::Again { file, .. } => match self.files.get(file) {
                Some(row) if row.named_gone => Now::Failed,
                Some(row) if row.is_pending() => Now::Waits,
                Some(row) if row.is_current() => Now::Well,
                _ => Now::Failed,
            },
            RetryTarget::Project { project_id } => match self.projects.get(project_id) {
                Some(row) if row.set_aside.is_some() => Now::Failed,
                Some(row) if row.wanted.is_some() => Now::Waits,
                Some(row) if row.state != LinkState::Unseen => Now::Well,
                _ => Now::Failed,
            },
            RetryTarget::Job { job_id } if self.jobs.contains_key(job_id) => Now::Well,
            RetryTarget::Reassigning { job_id, .. } => match self.jobs.get(job_id) {
                Some(row) if row.reassigning => Now::Waits,
                Some(row) if row.assignee.iter().all(|user| row.applied.contains(user)) => {
                    Now::Well
                }
                _ => Now::Failed,
            },
            // Of a list of photos or documents nothing is kept.
            RetryTarget::ProjectPhotos { .. }
            | RetryTarget::ProjectDocuments { .. }
            | RetryTarget::Job { .. }
            | RetryTarget::Other => Now::Failed,
        }
    }

    fn file_now(&self, file: &FileId) -> Now {
        match self.files.get(file) {
            Some(row) if row.failed.is_some() => Now::Failed,
            Some(row) if row.is_current() => Now::Well,
            Some(row) if row.is_pending() || row.is_refused() => Now::Waits,
            _ => Now::Failed,
        }
    }
}

/// One entry, or several that say the same of files of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// Newest first; at least one.
    pub entries: Vec<&'a Entry>,
}

struct Lines<'a> {
    lines: Vec<Line<'a>>,
    /// How many entries they are made of.
    taken: usize,
}

/// What makes entries one line. What failed, or can be tried again, has one of its own.
fn bundle(entry: &Entry) -> Option<(Kind, Outcome, &ProjectId)> {
    let is_file = matches!(entry.kind, Kind::Photo | Kind::Document);
    let is_plain =
        entry.outcome != Outcome::Failed && entry.offer.is_none() && entry.retry_target().is_none();
    let project = entry.project_id.as_ref();
    project
        .filter(|_| is_file && is_plain)
        .map(|project| (entry.kind, entry.outcome, project))
}

/// As many lines as a page has.
fn lines(entries: &[Entry]) -> Lines<'_> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (taken, entry) in entries.iter().enumerate() {
        let key = bundle(entry);
        let same = lines.iter().rposition(|line| {
            let last = line.entries[line.entries.len() - 1];
            key.is_some() && bundle(last) == key && last.at - entry.at <= TOGETHER_S
        });
        match same {
            Some(index) => lines[index].entries.push(entry),
            None if lines.len() == PER_PAGE => return Lines { lines, taken },
            None => lines.push(Line {
                entries: vec![entry],
            }),
        }
    }
    Lines {
        lines,
        taken: entries.len(),
    }
}

/// How something that failed stands by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Now {
    /// As before, as far as can be told.
    Failed,
    /// Its turn comes.
    Waits,
    /// As it should be.
    Well,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(at: i64, kind: &str, outcome: &str, project: &str) -> Entry {
        serde_json::from_value(json!({
            "org_id": "o", "at_id": format!("{at:012}"), "at": at, "kind": kind, "outcome": outcome,
            "text": "It happened.", "project_id": project, "expires_at": 0,
        }))
        .unwrap()
    }

    fn sizes(entries: &[Entry]) -> Vec<usize> {
        let lines = lines(entries).lines;
        lines.iter().map(|line| line.entries.len()).collect()
    }

    #[test]
    fn b42_photos_of_one_project_that_came_to_the_same_are_one_line() {
        let entries = [
            entry(100, "photo", "copied", "7"),
            entry(99, "photo", "copied", "8"),
            entry(98, "photo", "copied", "7"),
            entry(97, "photo", "updated", "7"),
            entry(96, "photo", "copied", "7"),
            entry(95, "project", "created", "7"),
            entry(94, "project", "created", "7"),
        ];
        assert_eq!(sizes(&entries), [3, 1, 1, 1, 1]);
    }

    #[test]
    fn b42_what_failed_or_is_long_ago_has_a_line_of_its_own() {
        let failed = [
            entry(2, "photo", "failed", "7"),
            entry(1, "photo", "failed", "7"),
        ];
        assert_eq!(sizes(&failed), [1, 1]);
        let apart = [
            entry(5000, "photo", "copied", "7"),
            entry(1, "photo", "copied", "7"),
        ];
        assert_eq!(sizes(&apart), [1, 1]);
    }

    #[test]
    fn b42_a_page_ends_before_the_line_that_has_no_room() {
        let mut entries: Vec<_> = (0..30)
            .map(|project| entry(100 - project, "photo", "copied", &project.to_string()))
            .collect();
        let page = lines(&entries);
        assert_eq!((page.lines.len(), page.taken), (PER_PAGE, PER_PAGE));
        // More of a line that is there has room.
        entries.insert(PER_PAGE, entry(75, "photo", "copied", "0"));
        assert_eq!(lines(&entries).taken, PER_PAGE + 1);
    }
}
