//! What a listed project is news for, and where the next listing begins (B17, B19).

use model::messages::Origin;
use model::project::{LinkState, ProjectFields, ProjectRow, SkipReason};

/// Two changes in one second look alike to the cursor: the newest seconds are asked for again.
pub const SETTLED_S: i64 = 5;

/// How long after its last look a project that waits for a matched user is news wherever it is listed.
const LOOKED_AT_AGAIN_S: i64 = 12 * 60 * 60;

/// Whether it has a job, or its look may bring it one. `imports`: whether projects become jobs at all.
pub fn may_have_a_job(row: Option<&ProjectRow>, fields: &ProjectFields, imports: bool) -> bool {
    match row.map(|row| row.state) {
        Some(LinkState::Linked) => true,
        Some(LinkState::JobDeleted) => false,
        Some(LinkState::Unseen | LinkState::Skipped) | None => {
            !row.is_some_and(ProjectRow::keeps_files)
                && imports
                && !fields.deleted
                && !fields.archived
        }
    }
}

/// Whether it is to be looked at. `modified_since` is inclusive, so every poll lists again what the last one
/// handled.
pub fn is_news(row: Option<&ProjectRow>, fields: &ProjectFields, origin: Origin) -> bool {
    let Some(row) = row else { return true };
    match (row.state, origin) {
        // A sync also brings what was skipped for a preference that has changed since.
        (LinkState::Skipped, Origin::Sync) => true,
        (LinkState::JobDeleted, _) => false,
        (_, Origin::Poll) if row.set_aside == Some(fields.updated_at) => false,
        // Its message is alive, and tries it again and again.
        (_, Origin::Poll) if row.is_refused() && row.wanted.as_ref() == Some(fields) => false,
        _ => {
            // Reopened by hand, and the look that was to follow was lost?
            row.state == LinkState::Unseen
                || row.wanted.is_some()
                || row.seen.as_ref() != Some(fields)
                || !is_settled(row, fields)
                || !photos_are_known(row, fields)
        }
    }
}

/// Whether it has waited since it was last looked at long ago: for a matched user, as nothing of a project tells
/// that somebody was matched; for an answer, if the question was lost.
pub fn waited_long(row: &ProjectRow, now: i64) -> bool {
    let last = row.listed_at;
    let waits = matches!(
        row.reason,
        Some(SkipReason::NoMatchedUser | SkipReason::PossibleDuplicate)
    );
    row.state == LinkState::Skipped && waits && last.is_some_and(|at| at + LOOKED_AT_AGAIN_S < now)
}

/// Whether its photos were read since its last activity. An event about the project brings its fields
/// up to date, but the event of a photo may have been lost.
fn photos_are_known(row: &ProjectRow, fields: &ProjectFields) -> bool {
    row.state != LinkState::Linked || row.photos_read_at == Some(fields.updated_at)
}

/// Whether the last look came long enough after the project's last activity. A photo that is uploaded
/// within the same second as the activity before changes nothing of the project that could be seen.
fn is_settled(row: &ProjectRow, fields: &ProjectFields) -> bool {
    row.listed_at
        .is_some_and(|listed_at| fields.updated_at < listed_at - SETTLED_S)
}

/// Where the next listing begins: at the newest change of this one's first page, but never within
/// the last seconds by `CompanyCam`'s own clock.
pub fn next_cursor(updated_at: impl Iterator<Item = i64>, answered_at: i64) -> Option<i64> {
    updated_at
        .max()
        .map(|newest| newest.min(answered_at - SETTLED_S))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn b17_the_cursor_stays_behind_the_newest_seconds() {
        assert_eq!(next_cursor([10, 90, 50].into_iter(), 1000), Some(90));
        assert_eq!(next_cursor([998].into_iter(), 1000), Some(995));
        assert_eq!(next_cursor(std::iter::empty(), 1000), None);
    }

    fn row(changes: &serde_json::Value) -> ProjectRow {
        let mut row = json!({
            "org_id": "o1", "project_id": "7", "company_id": "1", "state": "linked", "job_id": "j1",
            "listed_at": 106, "photos_read_at": 100, "seen": {"updated_at": 100},
        });
        for (name, value) in changes.as_object().unwrap() {
            row[name] = value.clone();
        }
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn b17_what_was_looked_at_long_enough_after_its_last_change_is_no_news() {
        let fields: ProjectFields = serde_json::from_value(json!({"updated_at": 100})).unwrap();
        let news = |changes| is_news(Some(&row(&changes)), &fields, Origin::Poll);
        assert!(is_news(None, &fields, Origin::Poll));
        assert!(!news(json!({})));
        assert!(news(json!({"listed_at": 105})), "within the same seconds");
        assert!(news(json!({"photos_read_at": 99})));
        assert!(news(json!({"seen": {"updated_at": 99}})));
        assert!(!news(json!({"seen": {"updated_at": 99}, "set_aside": 100})));
        assert!(!news(
            json!({"seen": {"updated_at": 99}, "state": "job_deleted"})
        ));
    }

    #[test]
    fn b13_a_project_that_waits_for_a_matched_user_is_looked_at_twice_a_day() {
        let waits = row(&json!({"state": "skipped", "reason": "no_matched_user"}));
        assert!(!waited_long(&waits, 106 + LOOKED_AT_AGAIN_S));
        assert!(waited_long(&waits, 107 + LOOKED_AT_AGAIN_S));
        assert!(!waited_long(&row(&json!({})), 107 + LOOKED_AT_AGAIN_S));
    }
}
