//! What of a photo One Click should have (B13, B15).

use companycam::Photo;
use model::photo::{CopiedPhoto, PhotoDetails, PhotoRow, WantedPhoto};
use model::preferences::{Preference, Preferences};
use one_click::JobId;

/// What was given up is tried once more with another address, but only so often: addresses may be
/// signed anew with every listing.
const FAILED_FOR_MS: i64 = 24 * 60 * 60 * 1000;
/// So long after its time the message that waits for a refused photo counts as lost.
const OVERDUE_MS: i64 = 60 * 60 * 1000;

/// What is known of a photo beside what CompanyCam says of it.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Its row.
    pub row: Option<&'a PhotoRow>,
    /// The job of its project, if that has one.
    pub job: Option<&'a JobId>,
    /// Its tags, from elsewhere (a photo carries none); `None` leaves those that are known.
    pub tags: Option<Vec<String>>,
}

/// The photo as it should be in One Click, if that is to be written down and looked at.
///
pub fn wanted_photo(
    photo: &Photo,
    known: Known<'_>,
    preferences: &Preferences,
    now_ms: i64,
) -> Option<WantedPhoto> {
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
    let wanted = WantedPhoto {
        version: photo.updated_at,
        job_id: job.cloned(),
        uri: photo.original().map(str::to_owned),
        hash: photo.hash.clone(),
        details: PhotoDetails {
            caption: photo.description.clone(),
            captured_at: photo.captured_at,
            captured_by: photo.creator_name.clone(),
            tags: tags.unwrap_or_else(known_tags),
        },
    };
    let Some(row) = row else {
        // Nothing is there that would have to go.
        return wanted.job_id.is_some().then_some(wanted);
    };
    if row.wanted.version > wanted.version {
        return None;
    }
    if wanted.job_id.is_none() && row.wanted.job_id.is_none() && row.strays().is_empty() {
        return None;
    }
    // The address may be signed anew with every listing; it alone is no change of what is there.
    let same = WantedPhoto {
        uri: row.wanted.uri.clone(),
        ..wanted.clone()
    } == row.wanted;
    let same_address = row.wanted.uri == wanted.uri;
    let settled = if row.failed.is_some() {
        let lately = row.failed_ms.is_some_and(|at| at + FAILED_FOR_MS > now_ms);
        same_address || lately
    } else {
        row.is_current() || (same_address && waits_for_its_turn(row, &wanted, now_ms))
    };
    (!(settled && same)).then_some(wanted)
}

/// Whether it is refused so far, and a message is on its way to try it again.
fn waits_for_its_turn(row: &PhotoRow, wanted: &WantedPhoto, now_ms: i64) -> bool {
    row.refused
        .as_ref()
        .is_some_and(|refused| refused.concerns(wanted) && refused.again_ms + OVERDUE_MS > now_ms)
}

/// How to bring the copy on the wanted job from what is there to what is wanted. What may be on other
/// jobs goes afterwards, see [`PhotoRow::strays`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyStep<'a> {
    /// It is as it should be, and what that is.
    Nothing(Option<&'a CopiedPhoto>),
    /// The bytes are right: write only what changed of caption and the like.
    Describe {
        /// The copy.
        copied: &'a CopiedPhoto,
    },
    /// Copy the original.
    Copy {
        /// Where it goes.
        to: &'a JobId,
    },
}

pub fn copy_step<'a>(wanted: &'a WantedPhoto, copied: Option<&'a CopiedPhoto>) -> CopyStep<'a> {
    let Some(to) = &wanted.job_id else {
        return CopyStep::Nothing(None);
    };
    let Some(copied) = copied.filter(|copied| copied.job_id == *to) else {
        return CopyStep::Copy { to };
    };
    let same_bytes = wanted.hash.is_some() && wanted.hash == copied.hash;
    if !same_bytes && copied.version < wanted.version {
        CopyStep::Copy { to }
    } else if copied.details != wanted.details || copied.version < wanted.version {
        CopyStep::Describe { copied }
    } else {
        CopyStep::Nothing(Some(copied))
    }
}

#[cfg(test)]
#[allow(
    clippy::needless_pass_by_value,
    reason = "helpers that read better given values"
)]
mod tests {
    use serde_json::json;

    use super::*;

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

    fn known<'a>(row: Option<&'a PhotoRow>, job: Option<&'a JobId>) -> Known<'a> {
        Known {
            row,
            job,
            tags: None,
        }
    }

    fn row(wanted: WantedPhoto, copied: bool) -> PhotoRow {
        let there = copied.then(|| CopiedPhoto {
            version: wanted.version,
            job_id: job(),
            hash: wanted.hash.clone(),
            details: wanted.details.clone(),
            bytes: 5,
        });
        serde_json::from_value(json!({
            "org_id": "o", "photo_id": "11", "project_id": "p", "wanted": wanted, "copied": there
        }))
        .unwrap()
    }

    fn want(photo: &Photo, row: Option<&PhotoRow>) -> Option<WantedPhoto> {
        want_at(photo, row, NOW)
    }

    fn want_at(photo: &Photo, row: Option<&PhotoRow>, now_ms: i64) -> Option<WantedPhoto> {
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
            copy_step(&wanted, copied.copied.as_ref()),
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
            copy_step(&wanted, copied.copied.as_ref()),
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
        let there = copied.copied.as_ref();
        let caption = want(
            &photo(json!({"description": "Back", "updated_at": 101})),
            Some(&copied),
        )
        .unwrap();
        assert!(matches!(
            copy_step(&caption, there),
            CopyStep::Describe { .. }
        ));
        let annotated = want(
            &photo(json!({"hash": "bb", "updated_at": 101})),
            Some(&copied),
        )
        .unwrap();
        assert!(matches!(
            copy_step(&annotated, there),
            CopyStep::Copy { .. }
        ));
        let unsure = want(
            &photo(json!({"hash": null, "updated_at": 101})),
            Some(&copied),
        )
        .unwrap();
        assert!(
            matches!(copy_step(&unsure, there), CopyStep::Copy { .. }),
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

    fn strays(row: &PhotoRow, wanted: &WantedPhoto) -> Vec<JobId> {
        let row = PhotoRow {
            wanted: wanted.clone(),
            ..row.clone()
        };
        row.strays().into_iter().cloned().collect()
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
