//! What is told about an image: caption, tags, who took it and when (B15).

use jiff::Timestamp;
use model::file::{CopiedFile, FileDetails, FileRow, WantedFile};
use one_click::{Error as OneClickError, ImageFields, JobId, OrgId};

use super::CopyError;

pub(super) fn described(wanted: &WantedFile, copied: &CopiedFile) -> CopiedFile {
    CopiedFile {
        version: wanted.version,
        details: wanted.details.clone(),
        ..copied.clone()
    }
}

/// What a replaced image's caption and the like become: where `CompanyCam`'s value did not change,
/// the one in One Click stays, since somebody may have edited it there.
pub(super) async fn to_write(
    one_click: &one_click::Client,
    org: &OrgId,
    job: &JobId,
    row: &FileRow,
) -> Result<FileDetails, CopyError> {
    let mut details = row.wanted.details.clone();
    let Some(copied) = row.copied.as_ref().filter(|copied| copied.job_id == *job) else {
        return Ok(details);
    };
    let images = match one_click.images(org, job).await {
        Err(OneClickError::NotFound) => return Err(CopyError::JobGone),
        images => images?,
    };
    if let Some(image) = images
        .items
        .into_iter()
        .find(|image| image.external_id.as_deref() == Some(row.id.external_id()))
    {
        let keeps = |unchanged: bool, blank: bool| unchanged || (row.adopts.is_some() && !blank);
        if keeps(
            copied.details.caption == details.caption,
            image.caption.is_none(),
        ) {
            details.caption = image.caption;
        }
        if keeps(copied.details.tags == details.tags, image.tags.is_empty()) {
            details.tags = image.tags;
        }
    }
    Ok(details)
}

pub(super) fn fields(version: i64, details: &FileDetails) -> ImageFields {
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
pub(super) fn blank_fields(wanted: &WantedFile, there: &FileDetails) -> ImageFields {
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
pub(super) fn changed_fields(wanted: &WantedFile, before: &FileDetails) -> ImageFields {
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
