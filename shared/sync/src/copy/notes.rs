//! What people read of a file's copy, in the activity log (B25).

use model::file::{CopiedFile, FileId, FileRow};
use one_click::OrgId;
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

/// So many characters of a caption tell a photo from others.
const LONGEST_NAME: usize = 60;

/// How people tell the file from others, as a sentence begins with it.
fn label(row: &FileRow) -> String {
    let details = &row.wanted.details;
    let (what, name, id) = match &row.id {
        FileId::Photo(id) => ("Photo", details.caption.as_deref(), id.as_str()),
        FileId::Document(id) => ("Document", details.name.as_deref(), id.as_str()),
    };
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return format!("{what} {id}");
    };
    let mut short: String = name.chars().take(LONGEST_NAME).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    format!("{what} “{short}” ({id})")
}

fn kind(file: &FileId) -> Kind {
    match file {
        FileId::Photo(_) => Kind::Photo,
        FileId::Document(_) => Kind::Document,
    }
}

/// What is another on the job than before, in plain words.
fn changes(file: &FileId, before: &CopiedFile, now: &CopiedFile) -> Vec<&'static str> {
    let content = match file {
        FileId::Photo(_) => "picture",
        FileId::Document(_) => "content",
    };
    let (was, is) = (&before.details, &now.details);
    [
        (
            content,
            before.hash != now.hash || before.bytes != now.bytes,
        ),
        ("name", was.name != is.name),
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
    row: &FileRow,
    copied: Option<&CopiedFile>,
) -> Result<(), WorkError> {
    let name = label(row);
    let (outcome, text) = match (&row.copied, copied) {
        (Some(before), Some(now)) if before.job_id == now.job_id => {
            let changes = changes(&row.id, before, now);
            if changes.is_empty() {
                return Ok(());
            }
            let text = format!("{name} was updated: {}.", changes.join(", "));
            (Outcome::Updated, text)
        }
        (_, Some(_)) => (Outcome::Copied, format!("{name} was copied to its job.")),
        (Some(_), None) => (Outcome::Removed, format!("{name} was taken off its job.")),
        (None, None) => return Ok(()),
    };
    let job = row
        .wanted
        .job_id
        .as_ref()
        .or(row.copied.as_ref().map(|copied| &copied.job_id));
    tracing::info!(org.id = %org, file.id = %row.id, bytes = copied.map(|copied| copied.bytes), ?outcome, "handled a file");
    let entry = NewEntry::new(kind(&row.id), outcome, text)
        .project(&row.project_id)
        .job(job)
        .file(&row.id);
    Ok(app.store.log(org, entry).await?)
}

/// The photo waits, since it is refused so far.
pub(super) async fn waits(
    app: &App,
    org: &OrgId,
    row: &FileRow,
    reason: &str,
) -> Result<(), WorkError> {
    let name = label(row);
    let text = format!(
        "{name} is waiting, refused so far: {reason}. It is tried again by itself, at least once an hour."
    );
    log(app, org, row, Outcome::Skipped, text).await
}

/// All photos wait; said once a day.
pub(super) async fn all_wait(app: &App, org: &OrgId, reason: &str) -> Result<(), WorkError> {
    let text = format!(
        "Photos are waiting, since none can be copied at the moment: {reason}. They are tried again by themselves."
    );
    let entry = NewEntry::new(Kind::Photo, Outcome::Skipped, text);
    app.store.log_daily(org, entry).await?.either_way();
    Ok(())
}

/// The photo is given up as it is.
pub(super) async fn failed(
    app: &App,
    org: &OrgId,
    row: &FileRow,
    reason: &str,
) -> Result<(), WorkError> {
    let name = label(row);
    let text = format!("{name} couldn’t be copied: {reason}.");
    log(app, org, row, Outcome::Failed, text).await
}

async fn log(
    app: &App,
    org: &OrgId,
    row: &FileRow,
    outcome: Outcome,
    text: String,
) -> Result<(), WorkError> {
    let entry = NewEntry::new(kind(&row.id), outcome, text)
        .project(&row.project_id)
        .job(row.wanted.job_id.as_ref());
    let entry = match outcome {
        Outcome::Failed => entry.failed_file(&row.id, &row.project_id),
        _ => entry.file(&row.id),
    };
    Ok(app.store.log(org, entry).await?)
}

#[cfg(test)]
mod tests {
    use model::file::FileDetails;
    use one_click::JobId;
    use serde_json::json;

    use super::*;

    fn row(id: &str, details: &serde_json::Value) -> FileRow {
        serde_json::from_value(json!({
            "org_id": "o", "photo_id": id, "project_id": "p",
            "wanted": {"version": 1, "job_id": "j", "uri": null, "hash": null, "details": details},
        }))
        .unwrap()
    }

    #[test]
    fn b25_a_photo_is_called_by_the_beginning_of_its_caption_and_a_document_by_its_name() {
        let photo = |caption: Option<&str>| label(&row("7", &json!({"caption": caption})));
        assert_eq!(photo(None), "Photo 7");
        assert_eq!(photo(Some("Front")), "Photo “Front” (7)");
        let short = format!("Photo “{}…” (7)", "é".repeat(LONGEST_NAME));
        assert_eq!(photo(Some(&"é".repeat(LONGEST_NAME + 1))), short);
        let document = |name: &str| label(&row("document#7", &json!({"name": name})));
        assert_eq!(document("Plan.pdf"), "Document “Plan.pdf” (7)");
        assert_eq!(document(""), "Document 7");
    }

    #[test]
    fn b25_an_update_says_what_changed_and_a_mere_version_is_none() {
        let before = CopiedFile {
            version: 1,
            job_id: JobId::parse("j").unwrap(),
            hash: Some("a".to_owned()),
            details: FileDetails::default(),
            bytes: 10,
            md5: None,
        };
        let mut now = CopiedFile {
            version: 2,
            ..before.clone()
        };
        let photo = FileId::parse("7").unwrap();
        assert!(changes(&photo, &before, &now).is_empty());
        now.hash = Some("b".to_owned());
        now.details.caption = Some("Front".to_owned());
        now.details.tags = vec!["Roof".to_owned()];
        assert_eq!(
            changes(&photo, &before, &now),
            ["picture", "caption", "tags"]
        );
    }
}
