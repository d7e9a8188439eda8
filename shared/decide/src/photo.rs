//! What of a photo One Click should have (B13, B15).

use companycam::Photo;
use model::file::{FileDetails, WantedFile};
use model::preferences::{Preference, Preferences};

use crate::file::{Known, news};

/// The photo as it should be in One Click, if that is to be written down and looked at.
pub fn wanted_photo(
    photo: &Photo,
    known: Known<'_>,
    preferences: &Preferences,
    now_ms: i64,
) -> Option<WantedFile> {
    let Known { row, job, tags } = known;
    // An unfinished photo is announced once it is finished; a duplicate or broken one never is.
    if !photo.is_processed() {
        return None;
    }
    let hidden = photo.internal && !preferences.has(Preference::CopyInternalPhotos);
    let removed = photo.is_deleted() && preferences.has(Preference::RemoveDeletedPhotos);
    if photo.is_deleted() && !removed {
        return None;
    }
    let job = job.filter(|_| !hidden && !removed);
    let known_tags = || {
        row.map(|row| row.wanted.details.tags.clone())
            .unwrap_or_default()
    };
    let wanted = WantedFile {
        version: photo.updated_at,
        job_id: job.cloned(),
        uri: photo.original().map(str::to_owned),
        hash: photo.hash.clone(),
        details: FileDetails {
            caption: photo.description.clone(),
            captured_at: photo.captured_at,
            captured_by: photo.creator_name.clone(),
            tags: tags.unwrap_or_else(known_tags),
            ..FileDetails::default()
        },
        length: None,
    };
    news(wanted, row, now_ms)
}

#[cfg(test)]
#[allow(
    clippy::needless_pass_by_value,
    reason = "helpers that read better given values"
)]
mod tests {
    use model::file::{CopiedFile, FileRow};
    use one_click::JobId;
    use serde_json::json;

    use super::*;
    use crate::file::{CopyStep, FAILED_FOR_MS, OVERDUE_MS, copy_step};

    const NOW: i64 = 1_800_000_000_000;

    fn photo(changes: serde_json::Value) -> Photo {
        let mut photo = json!({
            "id": "11", "company_id": "c", "project_id": "p", "creator_name": "Photographer",
            "processing_status": "processed", "status": "active", "hash": "aa", "internal": false,
            "uris": [{"type": "original", "uri": "https://img.companycam.com/11.jpg?sig=1"}],
            "description": "Front", "captured_at": 10, "created_at": 11, "updated_at": 100
        });
        for (key, value) in changes.as_object().unwrap() {
            photo[key] = value.clone();
        }
        serde_json::from_value(photo).unwrap()
    }

    fn job() -> JobId {
        JobId::parse("j1").unwrap()
    }

    fn known<'a>(row: Option<&'a FileRow>, job: Option<&'a JobId>) -> Known<'a> {
        Known {
            row,
            job,
            tags: None,
        }
    }

    fn row(wanted: WantedFile, copied: bool) -> FileRow {
        let there = copied.then(|| CopiedFile {
            version: wanted.version,
            job_id: job(),
            hash: wanted.hash.clone(),
            details: wanted.details.clone(),
            bytes: 5,
            md5: None,
        });
        serde_json::from_value(json!({
            "org_id": "o", "photo_id": "11", "project_id": "p", "wanted": wanted, "copied": there
        }))
        .unwrap()
    }

    fn want(photo: &Photo, row: Option<&FileRow>) -> Option<WantedFile> {
        want_at(photo, row, NOW)
    }

    fn want_at(photo: &Photo, row: Option<&FileRow>, now_ms: i64) -> Option<WantedFile> {
        let preferences = Preferences::default();
        wanted_photo(photo, known(row, Some(&job())), &preferences, now_ms)
    }

    #[test]
    fn b15_a_finished_photo_is_wanted_with_all_its_details() {
        let wanted = want(&photo(json!({})), None).unwrap();
        assert_eq!(wanted.version, 100);
        assert_eq!(wanted.details.caption.as_deref(), Some("Front"));
        assert_eq!(wanted.details.captured_by.as_deref(), Some("Photographer"));
        assert_eq!(wanted.job_id, Some(job()));
    }

    #[test]
    fn b15_an_unfinished_duplicate_or_broken_photo_is_not() {
        for status in ["pending", "processing", "processing_error", "duplicate"] {
            assert_eq!(
                want(&photo(json!({"processing_status": status})), None),
                None,
                "{status}"
            );
        }
    }

    #[test]
    fn b15_what_is_copied_is_not_wanted_again_until_it_changes() {
        let wanted = want(&photo(json!({})), None).unwrap();
        let copied = row(wanted.clone(), true);
        assert_eq!(want(&photo(json!({})), Some(&copied)), None);
        let resigned = json!({"uris": [{"type": "original", "uri": "https://img.companycam.com/11.jpg?sig=2"}]});
        assert_eq!(
            want(&photo(resigned), Some(&copied)),
            None,
            "a new signature is no change"
        );
        assert!(
            want(
                &photo(json!({"description": "Back", "updated_at": 101})),
                Some(&copied)
            )
            .is_some()
        );
        assert_eq!(
            want(
                &photo(json!({"description": "Old", "updated_at": 99})),
                Some(&copied)
            ),
            None,
            "an older reading"
        );
        assert!(
            want(&photo(json!({})), Some(&row(wanted, false))).is_some(),
            "known means copied, not that a row exists"
        );
    }

    #[test]
    fn b15_a_photo_that_becomes_internal_leaves_its_job() {
        let copied = row(want(&photo(json!({})), None).unwrap(), true);
        let internal = photo(json!({"internal": true, "updated_at": 101}));
        let wanted = want(&internal, Some(&copied)).unwrap();
        assert_eq!(wanted.job_id, None);
        assert_eq!(
            copy_step(&wanting(&copied, &wanted)),
            CopyStep::Nothing(None)
        );
        assert_eq!(strays(&copied, &wanted), [job()]);
        assert_eq!(want(&internal, None), None, "never copied: nothing to do");
        let allowed = Preferences::default().with(Preference::CopyInternalPhotos, true);
        assert!(wanted_photo(&internal, known(None, Some(&job())), &allowed, NOW).is_some());
    }

    #[test]
    fn b15_a_moved_photo_goes_to_its_new_job_and_then_leaves_the_old() {
        let copied = row(want(&photo(json!({})), None).unwrap(), true);
        let other = JobId::parse("j2").unwrap();
        let moved = photo(json!({"project_id": "q", "updated_at": 101}));
        let elsewhere = known(Some(&copied), Some(&other));
        let wanted = wanted_photo(&moved, elsewhere, &Preferences::default(), NOW).unwrap();
        assert_eq!(
            copy_step(&wanting(&copied, &wanted)),
            CopyStep::Copy { to: &other }
        );
        assert_eq!(strays(&copied, &wanted), [job()]);
        let preferences = Preferences::default();
        let nowhere = wanted_photo(&moved, known(Some(&copied), None), &preferences, NOW).unwrap();
        assert_eq!(nowhere.job_id, None, "its new project has no job");
    }

    #[test]
    fn b15_only_changed_bytes_are_copied_again() {
        let copied = row(want(&photo(json!({})), None).unwrap(), true);
        let caption = want(
            &photo(json!({"description": "Back", "updated_at": 101})),
            Some(&copied),
        )
        .unwrap();
        assert!(matches!(
            copy_step(&wanting(&copied, &caption)),
            CopyStep::Describe { .. }
        ));
        let annotated = want(
            &photo(json!({"hash": "bb", "updated_at": 101})),
            Some(&copied),
        )
        .unwrap();
        assert!(matches!(
            copy_step(&wanting(&copied, &annotated)),
            CopyStep::Copy { .. }
        ));
        let same_second = photo(json!({"hash": "bb"}));
        let same_second = want(&same_second, Some(&copied)).unwrap();
        assert!(
            matches!(
                copy_step(&wanting(&copied, &same_second)),
                CopyStep::Copy { .. }
            ),
            "an edit within a second leaves the version as it was"
        );
        let unsure = want(
            &photo(json!({"hash": null, "updated_at": 101})),
            Some(&copied),
        )
        .unwrap();
        assert!(
            matches!(copy_step(&wanting(&copied, &unsure)), CopyStep::Copy { .. }),
            "without a hash only a copy is safe"
        );
    }

    #[test]
    fn b15_what_can_never_be_copied_is_not_tried_at_every_listing() {
        let mut failed = row(want(&photo(json!({})), None).unwrap(), false);
        failed.failed = Some("not an image".into());
        assert_eq!(want(&photo(json!({})), Some(&failed)), None);
        assert!(
            want(&photo(json!({"updated_at": 101})), Some(&failed)).is_some(),
            "a changed photo is a new try"
        );
    }

    fn wanting(row: &FileRow, wanted: &WantedFile) -> FileRow {
        FileRow {
            wanted: wanted.clone(),
            ..row.clone()
        }
    }

    fn strays(row: &FileRow, wanted: &WantedFile) -> Vec<JobId> {
        wanting(row, wanted).strays().into_iter().cloned().collect()
    }

    #[test]
    fn b15_a_copy_that_may_be_there_goes_like_one_that_is() {
        let mut uploading = row(want(&photo(json!({})), None).unwrap(), false);
        uploading.maybe_on.insert(job());
        assert!(uploading.strays().is_empty(), "it belongs there");
        let internal = photo(json!({"internal": true, "updated_at": 101}));
        let wanted = want(&internal, Some(&uploading)).unwrap();
        assert_eq!(strays(&uploading, &wanted), [job()]);
        uploading.wanted = wanted;
        assert!(!uploading.is_current());
        assert!(
            want(&internal, Some(&uploading)).is_some(),
            "until it is known to be gone"
        );
    }

    #[test]
    fn b33_what_was_given_up_is_tried_again_with_another_address_once_a_day() {
        let resigned = photo(
            json!({"uris": [{"type": "original", "uri": "https://img.companycam.com/11.jpg?sig=2"}]}),
        );
        let mut failed = row(want(&photo(json!({})), None).unwrap(), false);
        failed.failed = Some("there is no file at its address".into());
        failed.failed_ms = Some(NOW);
        assert_eq!(want_at(&resigned, Some(&failed), NOW + 3_600_000), None);
        let next_day = NOW + FAILED_FOR_MS + 1;
        assert_eq!(want_at(&photo(json!({})), Some(&failed), next_day), None);
        assert!(want_at(&resigned, Some(&failed), next_day).is_some());
        failed.failed_ms = None;
        assert!(
            want(&resigned, Some(&failed)).is_some(),
            "given up before that was written down"
        );
    }

    #[test]
    fn b33_a_refused_photo_is_left_to_the_message_that_waits_for_it() {
        let mut refused = row(want(&photo(json!({})), None).unwrap(), false);
        refused.refused = Some(
            serde_json::from_value(json!({
                "by": "address", "version": 100, "job_id": job(), "uri": refused.wanted.uri, "reason": "r",
                "since_ms": NOW, "last_ms": NOW, "again_ms": NOW + 60_000, "times": 6,
            }))
            .unwrap(),
        );
        assert_eq!(want(&photo(json!({})), Some(&refused)), None);
        let resigned = json!({"uris": [{"type": "original", "uri": "https://img.companycam.com/11.jpg?sig=2"}]});
        assert!(want(&photo(resigned), Some(&refused)).is_some());
        assert!(want(&photo(json!({"internal": true})), Some(&refused)).is_some());
        let overdue = NOW + 60_000 + OVERDUE_MS;
        assert!(
            want_at(&photo(json!({})), Some(&refused), overdue).is_some(),
            "its message is lost"
        );
    }
}
