//! The steps of a sync run: which follows which, and what is still to come (B19).

use model::companycam::ProjectId;
use model::sync_run::{SyncRun, SyncStep, Window};
use model::tags::TagPlace;

/// The window that connecting starts with.
pub const FIRST_WINDOW: Window = Window::Days(29);

/// Since when a window that ends now reaches back, in Unix seconds; `None`: to the very first.
pub fn begins_at(window: Window, now: i64) -> Option<i64> {
    match window {
        Window::Days(days) => Some(now - i64::from(days) * 24 * 60 * 60),
        Window::All => None,
    }
}

/// What changed since then was listed by the run that connecting started. What is older comes only with a run
/// that somebody starts.
pub fn first_listed(connected_at: i64) -> Option<i64> {
    begins_at(FIRST_WINDOW, connected_at)
}

pub fn wider(one: Window, other: Window) -> Window {
    match (one, other) {
        (Window::Days(one), Window::Days(other)) => Window::Days(one.max(other)),
        (Window::All, _) | (_, Window::All) => Window::All,
    }
}

/// The earlier of two beginnings; `None` is the very first.
pub fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.zip(other).map(|(one, other)| one.min(other))
}

pub fn after_looks(projects: Vec<ProjectId>, next_page: Option<u32>) -> SyncStep {
    if projects.is_empty() {
        return after_photos(next_page);
    }
    SyncStep::Photos {
        projects,
        cursor: None,
        next_page,
        unfinished: Vec::new(),
    }
}

pub fn after_photos(next_page: Option<u32>) -> SyncStep {
    next_page.map_or(SyncStep::Tags { page: 1 }, |page| SyncStep::Projects {
        page,
    })
}

/// What follows with a page's tags, or with those that are left of it.
pub fn tag_photos_step(place: TagPlace, next_page: Option<u32>) -> SyncStep {
    if place.tags.is_empty() {
        return next_page.map_or(SyncStep::Finish, |page| SyncStep::Tags { page });
    }
    SyncStep::TagPhotos { place, next_page }
}

/// What follows a step that can't be taken. `None`: without a page of the list of projects nothing does.
pub fn without(step: &SyncStep) -> Option<SyncStep> {
    match step {
        SyncStep::Users => Some(SyncStep::Projects { page: 1 }),
        SyncStep::Photos { next_page, .. } => Some(after_photos(*next_page)),
        SyncStep::Tags { .. } => Some(SyncStep::Finish),
        SyncStep::TagPhotos { place, next_page } => {
            let mut rest = place.clone();
            rest.pass_over();
            Some(tag_photos_step(rest, *next_page))
        }
        SyncStep::Projects { .. } | SyncStep::Looks { .. } | SyncStep::Finish => None,
    }
}

/// Whether the run has yet to read the photos of this project, with those of the rest of its page.
pub fn will_read_photos(run: &SyncRun, project: &ProjectId) -> bool {
    run.is_running() && photos_to_come(run).contains(project)
}

/// The projects of the page that the run has not read photos of.
pub fn photos_to_come(run: &SyncRun) -> &[ProjectId] {
    match &run.step {
        SyncStep::Looks { projects, .. }
        | SyncStep::Photos {
            projects,
            cursor: None,
            ..
        } => projects,
        SyncStep::Users
        | SyncStep::Projects { .. }
        | SyncStep::Photos { .. }
        | SyncStep::Tags { .. }
        | SyncStep::TagPhotos { .. }
        | SyncStep::Finish => &[],
    }
}

/// Whether the run still lists projects, and so moves the cursor that a poll would.
pub fn lists_projects(run: &SyncRun) -> bool {
    run.is_running()
        && match &run.step {
            SyncStep::Users
            | SyncStep::Projects { .. }
            | SyncStep::Looks { .. }
            | SyncStep::Photos { .. } => true,
            SyncStep::Tags { .. } | SyncStep::TagPhotos { .. } | SyncStep::Finish => false,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn b26_the_steps_of_the_version_before_are_read() {
        let read = |step| serde_json::from_value::<SyncStep>(step).unwrap();
        assert_eq!(read(json!({"at": "tags"})), SyncStep::Tags { page: 1 });
        let tags =
            json!({"at": "tag_photos", "tags": [{"id": "1", "name": "Roof"}], "cursor": null});
        assert_eq!(without(&read(tags)), Some(SyncStep::Finish));
    }
}
