//! What of a photo One Click should have (B13, B15).

use companycam::Photo;
use one_click::JobId;
use store::organizations::Preferences;
use store::photos::{CopiedPhoto, PhotoDetails, PhotoRow, WantedPhoto};

/// The photo as it should be in One Click, if that is to be written down and looked at.
///
/// `job` is the job of the photo's project, if it has one. `tags` are what is known of its tags
/// from elsewhere (a photo carries none); `None` leaves those that are known.
pub fn wanted_photo(
    photo: &Photo,
    row: Option<&PhotoRow>,
    job: Option<&JobId>,
    preferences: &Preferences,
    tags: Option<Vec<String>>,
) -> Option<WantedPhoto> {
    // An unfinished photo is announced once it is finished; a duplicate or broken one never is.
    if !photo.is_processed() {
        return None;
    }
    let hidden = photo.internal && !preferences.copy_internal_photos;
    let removed = photo.is_deleted() && preferences.remove_deleted_photos;
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
    if wanted.job_id.is_none() && row.wanted.job_id.is_none() && row.copied.is_none() {
        return None;
    }
    let settled = row.is_current() || row.failed.is_some();
    // The address may be signed anew with every listing; it alone is no change.
    let same = WantedPhoto {
        uri: row.wanted.uri.clone(),
        ..wanted.clone()
    } == row.wanted;
    (!(settled && same)).then_some(wanted)
}

/// How to bring the copy in One Click from what is there to what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyStep<'a> {
    /// It is as it should be.
    Nothing,
    /// Take it away from this job.
    Remove {
        /// Where it is.
        from: &'a JobId,
    },
    /// The bytes are right: write only what changed of caption and the like.
    Describe {
        /// The copy.
        copied: &'a CopiedPhoto,
    },
    /// Copy the original; then take an earlier copy away from another job.
    Copy {
        /// Where it goes.
        to: &'a JobId,
        /// Where a copy is that must go afterwards.
        and_remove_from: Option<&'a JobId>,
    },
}

/// Decides it.
pub fn copy_step<'a>(wanted: &'a WantedPhoto, copied: Option<&'a CopiedPhoto>) -> CopyStep<'a> {
    match (&wanted.job_id, copied) {
        (None, None) => CopyStep::Nothing,
        (None, Some(copied)) => CopyStep::Remove {
            from: &copied.job_id,
        },
        (Some(to), None) => CopyStep::Copy {
            to,
            and_remove_from: None,
        },
        (Some(to), Some(copied)) if copied.job_id != *to => CopyStep::Copy {
            to,
            and_remove_from: Some(&copied.job_id),
        },
        (Some(to), Some(copied)) => {
            let same_bytes = wanted.hash.is_some() && wanted.hash == copied.hash;
            if !same_bytes && copied.version < wanted.version {
                CopyStep::Copy {
                    to,
                    and_remove_from: None,
                }
            } else if copied.details != wanted.details || copied.version < wanted.version {
                CopyStep::Describe { copied }
            } else {
                CopyStep::Nothing
            }
        }
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
        wanted_photo(photo, row, Some(&job()), &Preferences::default(), None)
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
            CopyStep::Remove { from: &job() }
        );
        assert_eq!(want(&internal, None), None, "never copied: nothing to do");
        let allowed = Preferences {
            copy_internal_photos: true,
            ..Preferences::default()
        };
        assert!(wanted_photo(&internal, None, Some(&job()), &allowed, None).is_some());
    }

    #[test]
    fn b15_a_moved_photo_goes_to_its_new_job_and_then_leaves_the_old() {
        let copied = row(want(&photo(json!({})), None).unwrap(), true);
        let other = JobId::parse("j2").unwrap();
        let moved = photo(json!({"project_id": "q", "updated_at": 101}));
        let wanted = wanted_photo(
            &moved,
            Some(&copied),
            Some(&other),
            &Preferences::default(),
            None,
        )
        .unwrap();
        assert_eq!(
            copy_step(&wanted, copied.copied.as_ref()),
            CopyStep::Copy {
                to: &other,
                and_remove_from: Some(&job())
            }
        );
        let nowhere =
            wanted_photo(&moved, Some(&copied), None, &Preferences::default(), None).unwrap();
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
            CopyStep::Copy {
                and_remove_from: None,
                ..
            }
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
}
