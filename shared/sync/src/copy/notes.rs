//! What people read of a photo's copy, in the activity log (B25).

use companycam::ids::PhotoId;
use model::photo::{CopiedPhoto, PhotoRow};
use one_click::OrgId;
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

/// So many characters of a caption tell a photo from others.
const LONGEST_NAME: usize = 60;

/// How people tell the photo from others.
fn photo_label(photo: &PhotoId, caption: Option<&str>) -> String {
    let Some(caption) = caption else {
        return photo.to_string();
    };
    let mut short: String = caption.chars().take(LONGEST_NAME).collect();
    if short.len() < caption.len() {
        short.push('…');
    }
    format!("“{short}” ({photo})")
}

/// What is another on the job than before, in plain words.
fn changes(before: &CopiedPhoto, now: &CopiedPhoto) -> Vec<&'static str> {
    let (was, is) = (&before.details, &now.details);
    [
        (
            "picture",
            before.hash != now.hash || before.bytes != now.bytes,
        ),
        ("caption", was.caption != is.caption),
        ("tags", was.tags != is.tags),
        ("time", was.captured_at != is.captured_at),
        ("who took it", was.captured_by != is.captured_by),
    ]
    .into_iter()
    .filter_map(|(what, changed)| changed.then_some(what))
    .collect()
}

/// Into the log and the activity log.
pub(super) async fn note(
    app: &App,
    org: &OrgId,
    row: &PhotoRow,
    copied: Option<&CopiedPhoto>,
) -> Result<(), WorkError> {
    let photo = &row.photo_id;
    let name = photo_label(photo, row.wanted.details.caption.as_deref());
    let (outcome, text) = match (&row.copied, copied) {
        (Some(before), Some(now)) if before.job_id == now.job_id => {
            let changes = changes(before, now);
            if changes.is_empty() {
                return Ok(());
            }
            let text = format!("Photo {name} was updated: {}.", changes.join(", "));
            (Outcome::Updated, text)
        }
        (_, Some(_)) => (
            Outcome::Copied,
            format!("Photo {name} was copied to its job."),
        ),
        (Some(_), None) => (
            Outcome::Removed,
            format!("Photo {name} was taken off its job."),
        ),
        (None, None) => return Ok(()),
    };
    let job = row
        .wanted
        .job_id
        .as_ref()
        .or(row.copied.as_ref().map(|copied| &copied.job_id));
    tracing::info!(org.id = %org, photo.id = %photo, bytes = copied.map(|copied| copied.bytes), ?outcome, "handled a photo");
    let entry = NewEntry::new(Kind::Photo, outcome, text)
        .project(&row.project_id)
        .job(job)
        .photo(photo);
    Ok(app.store.log(org, entry).await?)
}

/// The photo waits, since it is refused so far.
pub(super) async fn waits(
    app: &App,
    org: &OrgId,
    row: &PhotoRow,
    reason: &str,
) -> Result<(), WorkError> {
    let name = photo_label(&row.photo_id, row.wanted.details.caption.as_deref());
    let text = format!(
        "Photo {name} is waiting, refused so far: {reason}. It is tried again by itself, at least once an hour."
    );
    log(app, org, row, Outcome::Skipped, text).await
}

/// All photos wait; said once a day.
pub(super) async fn all_wait(app: &App, org: &OrgId, reason: &str) -> Result<(), WorkError> {
    let text = format!(
        "Photos are waiting, since none can be copied at the moment: {reason}. They are tried again by themselves."
    );
    let entry = NewEntry::new(Kind::Photo, Outcome::Skipped, text);
    app.store.log_daily(org, entry).await?;
    Ok(())
}

/// The photo is given up as it is.
pub(super) async fn failed(
    app: &App,
    org: &OrgId,
    row: &PhotoRow,
    reason: &str,
) -> Result<(), WorkError> {
    let name = photo_label(&row.photo_id, row.wanted.details.caption.as_deref());
    let text = format!("Photo {name} could not be copied: {reason}.");
    log(app, org, row, Outcome::Failed, text).await
}

async fn log(
    app: &App,
    org: &OrgId,
    row: &PhotoRow,
    outcome: Outcome,
    text: String,
) -> Result<(), WorkError> {
    let entry = NewEntry::new(Kind::Photo, outcome, text)
        .project(&row.project_id)
        .job(row.wanted.job_id.as_ref());
    let entry = match outcome {
        Outcome::Failed => entry.failed_photo(&row.photo_id),
        _ => entry.photo(&row.photo_id),
    };
    Ok(app.store.log(org, entry).await?)
}

#[cfg(test)]
mod tests {
    use model::photo::PhotoDetails;
    use one_click::JobId;

    use super::*;

    #[test]
    fn b25_a_photo_is_called_by_the_beginning_of_its_caption() {
        let photo = PhotoId::parse("7").unwrap();
        assert_eq!(photo_label(&photo, None), "7");
        assert_eq!(photo_label(&photo, Some("Front")), "“Front” (7)");
        let long = "é".repeat(LONGEST_NAME + 1);
        let short = format!("“{}…” (7)", "é".repeat(LONGEST_NAME));
        assert_eq!(photo_label(&photo, Some(&long)), short);
    }

    #[test]
    fn b25_an_update_says_what_changed_and_a_mere_version_is_none() {
        let before = CopiedPhoto {
            version: 1,
            job_id: JobId::parse("j").unwrap(),
            hash: Some("a".to_owned()),
            details: PhotoDetails::default(),
            bytes: 10,
        };
        let mut now = CopiedPhoto {
            version: 2,
            ..before.clone()
        };
        assert!(changes(&before, &now).is_empty());
        now.hash = Some("b".to_owned());
        now.details.caption = Some("Front".to_owned());
        now.details.tags = vec!["Roof".to_owned()];
        assert_eq!(changes(&before, &now), ["picture", "caption", "tags"]);
    }
}
