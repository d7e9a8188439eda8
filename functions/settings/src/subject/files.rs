//! Which of a project's photos and documents are on its job, and why the others are not.

use std::collections::{BTreeMap, BTreeSet};

use companycam::{Document, Photo, ProcessingStatus};
use model::file::{FileId, FileRow};
use model::preferences::{Preference, Preferences};

/// One photo or document, as CompanyCam shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: FileId,
    /// Its caption or name.
    pub name: Option<String>,
    /// A small picture of it.
    pub thumbnail: Option<String>,
    pub state: FileState,
}

/// Whether it is on the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    OnJob,
    /// Why not, as the end of a sentence.
    Missing(String),
    /// One Click could not be asked; what was last known, as a sentence.
    NotAsked(String),
}

/// What is known of a project beside what CompanyCam says of its files.
pub struct Known<'a> {
    pub rows: BTreeMap<FileId, &'a FileRow>,
    /// External ids of what is on the job; `None`: One Click could not be asked.
    pub on_job: Option<BTreeSet<&'a str>>,
    pub is_linked: bool,
    pub preferences: &'a Preferences,
}

/// The line of a photo; none for one that is deleted and not on the job.
pub fn photo(photo: &Photo, known: &Known<'_>) -> Option<Line> {
    let id = FileId::from(&photo.id);
    let on_job = known
        .on_job
        .as_ref()
        .map(|there| there.contains(photo.id.as_str()));
    if photo.is_deleted() && on_job != Some(true) {
        return None;
    }
    let hidden = photo.internal && !known.preferences.has(Preference::CopyInternalPhotos);
    let barrier = match photo.processing_status {
        _ if photo.is_deleted() => Some("it was deleted in CompanyCam"),
        _ if hidden => Some("it’s marked internal in CompanyCam"),
        ProcessingStatus::Duplicate => {
            Some("CompanyCam marked it as a duplicate, so it won’t be copied")
        }
        ProcessingStatus::ProcessingError => Some("CompanyCam couldn’t process its picture"),
        ProcessingStatus::Unfinished => Some("CompanyCam is still processing it"),
        ProcessingStatus::Processed => None,
    };
    Some(Line {
        name: photo.description.clone(),
        thumbnail: small(photo),
        state: state(&id, on_job, barrier, known),
        id,
    })
}

/// The line of a document.
pub fn document(document: &Document, known: &Known<'_>) -> Line {
    let id = FileId::from(&document.id);
    let on_job = known.on_job.as_ref();
    let on_job = on_job.map(|there| there.contains(document.id.as_str()));
    let barrier = (!known.preferences.has(Preference::CopyDocuments))
        .then_some("copying documents is off in the preferences");
    Line {
        name: Some(document.name.clone()),
        thumbnail: None,
        state: state(&id, on_job, barrier, known),
        id,
    }
}

fn small(photo: &Photo) -> Option<String> {
    let of = |kind: &str| photo.uris.iter().find(|uri| uri.kind == kind);
    let uri = of("thumbnail").or_else(|| of("web"))?;
    uri.uri.clone().or_else(|| uri.url.clone())
}

fn state(id: &FileId, on_job: Option<bool>, barrier: Option<&str>, known: &Known<'_>) -> FileState {
    if on_job == Some(true) {
        return FileState::OnJob;
    }
    let missing = |reason: &str| FileState::Missing(reason.to_owned());
    if let Some(barrier) = barrier {
        return missing(barrier);
    }
    if !known.is_linked {
        return missing("its project has no job");
    }
    let Some(row) = known.rows.get(id) else {
        return missing("it hasn’t been checked yet");
    };
    if let Some(reason) = &row.failed {
        return FileState::Missing(format!("it couldn’t be copied: {reason}"));
    }
    if row.is_refused() {
        let reason = row.refused.as_ref().map_or("", |refused| &refused.reason);
        return FileState::Missing(format!(
            "it’s not accepted so far ({reason}); we try again automatically"
        ));
    }
    if row.is_pending() || !row.is_current() {
        return missing("it’s on its way");
    }
    match on_job {
        Some(_) => missing("it was copied, and has since been deleted in One Click"),
        None => FileState::NotAsked("Copied; One Click couldn’t be asked just now.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(
        photo: &serde_json::Value,
        row: Option<serde_json::Value>,
        on_job: Option<bool>,
    ) -> FileState {
        let mut all = json!({
            "id": "11", "project_id": "7", "processing_status": "processed", "status": "active",
            "updated_at": 5,
        });
        for (key, value) in photo.as_object().unwrap() {
            all[key] = value.clone();
        }
        let photo: Photo = serde_json::from_value(all).unwrap();
        let row: Option<FileRow> = row.map(|changes| {
            let mut row = json!({
                "org_id": "o", "photo_id": "11", "project_id": "7",
                "wanted": {"version": 5, "job_id": "j", "uri": null, "hash": null, "details": {}},
                "copied": {"version": 5, "job_id": "j", "hash": null, "details": {}, "bytes": 3},
            });
            for (key, value) in changes.as_object().unwrap() {
                row[key] = value.clone();
            }
            serde_json::from_value(row).unwrap()
        });
        let known = Known {
            rows: row.iter().map(|row| (row.id.clone(), row)).collect(),
            on_job: on_job.map(|there| {
                if there {
                    ["11"].into()
                } else {
                    BTreeSet::new()
                }
            }),
            is_linked: true,
            preferences: &Preferences::default(),
        };
        super::photo(&photo, &known).unwrap().state
    }

    fn missing(photo: &serde_json::Value, row: Option<serde_json::Value>) -> String {
        match of(photo, row, Some(false)) {
            FileState::Missing(reason) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn b39_a_photo_is_on_its_job_only_if_one_click_says_so() {
        let copied = || Some(json!({}));
        assert_eq!(of(&json!({}), copied(), Some(true)), FileState::OnJob);
        assert!(missing(&json!({}), copied()).contains("deleted in One Click"));
        let not_asked = of(&json!({}), copied(), None);
        assert!(matches!(not_asked, FileState::NotAsked(_)), "{not_asked:?}");
    }

    #[test]
    fn b39_what_is_missing_says_why() {
        for (photo, row, says) in [
            (json!({"internal": true}), None, "internal"),
            (json!({"processing_status": "duplicate"}), None, "duplicate"),
            (
                json!({"processing_status": "processing_error"}),
                None,
                "couldn’t process",
            ),
            (
                json!({"processing_status": "processing"}),
                None,
                "still processing",
            ),
            (json!({}), None, "hasn’t been checked"),
            (
                json!({}),
                Some(json!({"failed": "no picture", "copied": null})),
                "no picture",
            ),
            (
                json!({}),
                Some(json!({"copied": null, "pending_org": "o"})),
                "on its way",
            ),
        ] {
            let reason = missing(&photo, row);
            assert!(reason.contains(says), "{reason}");
        }
    }
}
