//! What to do about a project (B10, B14, B18).

use model::messages::Origin;
use model::preferences::{Preference, Preferences};
use model::project::{LinkState, ProjectFields, ProjectRow, SkipReason};

/// The next step for a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectStep {
    /// Nothing is to be done.
    Nothing,
    /// Remember that it was looked at, and why it is left alone.
    Skip(SkipReason),
    /// Find or create its job, if somebody assigned to it is matched or nobody needs to be.
    Import,
    /// Bring its job up to date.
    Update,
}

/// Decides, from what is known of the project and its fields as they are now.
///
/// By a sync an administrator asked for it, which also brings what was skipped while
/// creating jobs was off (B10).
pub fn project_step(
    row: Option<&ProjectRow>,
    now: &ProjectFields,
    preferences: &Preferences,
    origin: Origin,
) -> ProjectStep {
    match row.map(|row| (row.state, row)) {
        Some((LinkState::Linked, row)) => {
            // A listing may be older than what an event already brought.
            let newer = row
                .seen
                .as_ref()
                .is_none_or(|seen| seen.updated_at <= now.updated_at);
            if newer {
                ProjectStep::Update
            } else {
                ProjectStep::Nothing
            }
        }
        Some((LinkState::JobDeleted, _)) => ProjectStep::Nothing,
        Some((LinkState::Unseen | LinkState::Skipped, _)) | None => {
            let was_off = row.is_some_and(|row| row.reason == Some(SkipReason::ImportOff));
            // An administrator asked for its job by hand: it is no new project (B18).
            let by_hand = row.is_some_and(|row| row.revision > 0);
            // What ends does not end that: only a sync does.
            let ended = |reason| {
                if was_off && origin != Origin::Sync {
                    SkipReason::ImportOff
                } else {
                    reason
                }
            };
            if let Some(reason) = row
                .and_then(|row| row.reason)
                .filter(|reason| reason.keeps_files())
                .filter(|reason| !(*reason == SkipReason::Undone && origin == Origin::Sync))
            {
                // An administrator took its job from it; only they give it one again.
                ProjectStep::Skip(reason)
            } else if now.deleted {
                ProjectStep::Skip(ended(SkipReason::Deleted))
            } else if now.archived && !by_hand {
                ProjectStep::Skip(ended(SkipReason::Archived))
            } else if !by_hand
                && (!preferences.has(Preference::CreateJobFromProject)
                    || (was_off && origin != Origin::Sync))
            {
                ProjectStep::Skip(SkipReason::ImportOff)
            } else {
                ProjectStep::Import
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(state: LinkState, reason: Option<SkipReason>, seen_at: i64) -> ProjectRow {
        serde_json::from_value(json!({
            "org_id": "o", "sk": "project#p", "project_id": "p", "company_id": "c",
            "state": state, "reason": reason, "seen": {"updated_at": seen_at}
        }))
        .unwrap()
    }

    fn at(updated_at: i64) -> ProjectFields {
        ProjectFields {
            updated_at,
            ..ProjectFields::default()
        }
    }

    #[test]
    fn b14_a_new_project_is_imported_and_a_linked_one_updated() {
        let preferences = Preferences::default();
        assert_eq!(
            project_step(None, &at(5), &preferences, Origin::Poll),
            ProjectStep::Import
        );
        let linked = row(LinkState::Linked, None, 5);
        assert_eq!(
            project_step(Some(&linked), &at(6), &preferences, Origin::Poll),
            ProjectStep::Update
        );
        assert_eq!(
            project_step(Some(&linked), &at(4), &preferences, Origin::Poll),
            ProjectStep::Nothing,
            "older than seen"
        );
    }

    #[test]
    fn b14_what_was_archived_or_deleted_before_it_had_a_job_is_never_imported() {
        let preferences = Preferences::default();
        let archived = ProjectFields {
            archived: true,
            ..at(5)
        };
        let deleted = ProjectFields {
            deleted: true,
            ..at(5)
        };
        assert_eq!(
            project_step(None, &archived, &preferences, Origin::Sync),
            ProjectStep::Skip(SkipReason::Archived)
        );
        assert_eq!(
            project_step(None, &deleted, &preferences, Origin::Sync),
            ProjectStep::Skip(SkipReason::Deleted)
        );
        let restored = row(LinkState::Skipped, Some(SkipReason::Archived), 5);
        assert_eq!(
            project_step(Some(&restored), &at(6), &preferences, Origin::Poll),
            ProjectStep::Import
        );
    }

    #[test]
    fn b10_what_was_skipped_while_off_comes_only_by_sync() {
        let off = Preferences::default().with(Preference::CreateJobFromProject, false);
        assert_eq!(
            project_step(None, &at(5), &off, Origin::Sync),
            ProjectStep::Skip(SkipReason::ImportOff)
        );
        let skipped = row(LinkState::Skipped, Some(SkipReason::ImportOff), 5);
        let on = Preferences::default();
        assert_eq!(
            project_step(Some(&skipped), &at(6), &on, Origin::Poll),
            ProjectStep::Skip(SkipReason::ImportOff)
        );
        assert_eq!(
            project_step(Some(&skipped), &at(6), &on, Origin::Sync),
            ProjectStep::Import
        );
        let archived = ProjectFields {
            archived: true,
            ..at(6)
        };
        let step = |origin| project_step(Some(&skipped), &archived, &on, origin);
        assert_eq!(
            step(Origin::Poll),
            ProjectStep::Skip(SkipReason::ImportOff),
            "archived and restored, it is still one of those"
        );
        assert_eq!(step(Origin::Sync), ProjectStep::Skip(SkipReason::Archived));
        let linked = row(LinkState::Linked, None, 5);
        assert_eq!(
            project_step(Some(&linked), &at(6), &off, Origin::Poll),
            ProjectStep::Update,
            "linked ones keep updating"
        );
    }

    #[test]
    fn b18_a_project_whose_job_was_deleted_makes_no_other() {
        let closed = row(LinkState::JobDeleted, None, 5);
        assert_eq!(
            project_step(Some(&closed), &at(6), &Preferences::default(), Origin::Sync),
            ProjectStep::Nothing
        );
    }
}
