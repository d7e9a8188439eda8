//! What is told about an image: caption, tags, who took it and when (B15, B31).

use jiff::Timestamp;
use model::file::{CopiedFile, FileDetails, WantedFile};
use one_click::ImageFields;

/// The copy, once it is told what is wanted to be said of it.
pub fn described(wanted: &WantedFile, copied: &CopiedFile) -> CopiedFile {
    CopiedFile {
        version: wanted.version,
        details: wanted.details.clone(),
        ..copied.clone()
    }
}

/// All of them.
pub fn fields(version: i64, details: &FileDetails) -> ImageFields {
    ImageFields {
        version,
        caption: details.caption.clone().into(),
        captured_at: details
            .captured_at
            .and_then(|at| Timestamp::from_second(at).ok())
            .into(),
        captured_by: details.captured_by.clone().into(),
        tags: Some(details.tags.clone()),
        ..ImageFields::default()
    }
}

/// Only what the copy of another origin has not got (B31).
pub fn blank_fields(wanted: &WantedFile, there: &FileDetails) -> ImageFields {
    let all = fields(wanted.version, &wanted.details);
    ImageFields {
        version: wanted.version,
        caption: all.caption.unless(there.caption.is_some()),
        captured_at: all.captured_at.unless(there.captured_at.is_some()),
        captured_by: all.captured_by.unless(there.captured_by.is_some()),
        tags: all.tags.filter(|_| there.tags.is_empty()),
        ..ImageFields::default()
    }
}

/// Only what changed in `CompanyCam` since it was copied (B15).
pub fn changed_fields(wanted: &WantedFile, before: &FileDetails) -> ImageFields {
    let now = &wanted.details;
    let all = fields(wanted.version, now);
    ImageFields {
        version: wanted.version,
        caption: all.caption.unless(now.caption == before.caption),
        captured_at: all
            .captured_at
            .unless(now.captured_at == before.captured_at),
        captured_by: all
            .captured_by
            .unless(now.captured_by == before.captured_by),
        tags: all.tags.filter(|_| now.tags != before.tags),
        ..ImageFields::default()
    }
}
