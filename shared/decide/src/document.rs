//! What of a document One Click should have (B13, B16).

use companycam::Document;
use model::file::{FileDetails, WantedFile};
use model::preferences::{Preference, Preferences};

use crate::file::{Known, news};
use crate::relations::filled;

/// The document as it should be in One Click, if that is to be written down and looked at.
///
/// CompanyCam gives no hash of a document, so a newer version is copied anew. With the preference off
/// nothing is said of any: those that are there stay as they are.
pub fn wanted_document(
    document: &Document,
    known: &Known<'_>,
    preferences: &Preferences,
    now_ms: i64,
) -> Option<WantedFile> {
    if !preferences.has(Preference::CopyDocuments) {
        return None;
    }
    let wanted = WantedFile {
        version: document.updated_at,
        job_id: known.job.cloned(),
        uri: filled(&document.url).map(str::to_owned),
        hash: None,
        details: FileDetails {
            name: Some(document.name.clone()),
            content_type: document.content_type.clone(),
            ..FileDetails::default()
        },
        length: document.byte_size.and_then(|size| i64::try_from(size).ok()),
    };
    news(wanted, known.row, now_ms)
}

/// What the copy is called: CompanyCam's name behind our own, without what no file's name may hold.
pub fn file_name(id: &str, name: Option<&str>, extension: &str) -> String {
    let clean: String = name
        .unwrap_or_default()
        .chars()
        .map(|letter| match letter {
            '/' | '\\' => '-',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect();
    let clean = match filled(&clean) {
        Some(clean) => shortened(clean),
        None => format!("document.{extension}"),
    };
    format!("CompanyCam Document-{id}-{clean}")
}

/// So long may a name be, in characters.
const LONGEST: usize = 180;

/// A long name without its middle: its end says what it is.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= LONGEST {
        return name.to_owned();
    }
    let end = LONGEST / 4;
    let begin: String = name.chars().take(LONGEST - end - 1).collect();
    let rest: String = name.chars().skip(length - end).collect();
    format!("{begin}…{rest}")
}

#[cfg(test)]
mod tests {
    use model::file::{CopiedFile, FileRow};
    use one_click::JobId;
    use serde_json::json;

    use super::*;
    use crate::file::{CopyStep, copy_step};

    fn document(name: &str, updated_at: i64) -> Document {
        serde_json::from_value(json!({
            "id": 7, "project_id": 1, "name": name, "url": "https://static.companycam.com/7.pdf",
            "content_type": "application/pdf", "updated_at": updated_at,
        }))
        .unwrap()
    }

    fn job() -> JobId {
        JobId::parse("j1").unwrap()
    }

    fn want(document: &Document, row: Option<&FileRow>) -> Option<WantedFile> {
        let job = job();
        let known = Known {
            row,
            job: Some(&job),
            tags: None,
        };
        wanted_document(document, &known, &Preferences::default(), 1_000)
    }

    fn copied(document: &Document) -> FileRow {
        let wanted = want(document, None).unwrap();
        let mut row: FileRow = serde_json::from_value(json!({
            "org_id": "o", "photo_id": "document#7", "project_id": "1", "wanted": wanted,
        }))
        .unwrap();
        row.copied = Some(CopiedFile {
            version: wanted.version,
            job_id: job(),
            hash: None,
            details: wanted.details,
            bytes: 10,
            md5: None,
        });
        row
    }

    #[test]
    fn b16_a_document_that_was_copied_is_no_news_until_it_changes() {
        let before = document("Plan.pdf", 100);
        let row = copied(&before);
        assert_eq!(want(&before, Some(&row)), None);
        for changed in [document("Plan.pdf", 101), document("Roof plan.pdf", 100)] {
            let wanted = want(&changed, Some(&row)).unwrap();
            let now = FileRow {
                wanted,
                ..row.clone()
            };
            assert_eq!(copy_step(&now), CopyStep::Copy { to: &job() });
        }
        assert_eq!(want(&document("Plan.pdf", 99), Some(&row)), None);
    }

    #[test]
    fn b13_with_the_preference_off_nothing_is_said_of_documents() {
        let off = Preferences::default().with(Preference::CopyDocuments, false);
        let (plan, job) = (document("Plan.pdf", 100), job());
        let known = Known {
            row: None,
            job: Some(&job),
            tags: None,
        };
        assert_eq!(wanted_document(&plan, &known, &off, 1_000), None);
        assert!(wanted_document(&plan, &known, &Preferences::default(), 1_000).is_some());
    }

    #[test]
    fn b16_a_copy_is_named_after_the_document() {
        let name = |name| file_name("7", Some(name), "pdf");
        assert_eq!(name("Plan.pdf"), "CompanyCam Document-7-Plan.pdf");
        assert_eq!(name("a/b\\c\n.pdf"), "CompanyCam Document-7-a-b-c .pdf");
        assert_eq!(name(" "), "CompanyCam Document-7-document.pdf");
        let long = name(&format!("{}.pdf", "é".repeat(300)));
        assert!(long.ends_with("é.pdf"));
        assert_eq!(
            long.chars().count(),
            "CompanyCam Document-7-".len() + LONGEST
        );
    }
}
