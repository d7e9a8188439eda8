//! What is told about an image: caption, tags, who took it and when (B15).

use jiff::Timestamp;
use model::file::{CopiedFile, FileDetails, FileRow, WantedFile};
use one_click::{Error as OneClickError, Field, ImageFields, JobId, OrgId};

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
        .find(|image| image.external_id == row.id.external_id())
    {
        if copied.details.caption == details.caption {
            details.caption = image.caption;
        }
        if copied.details.tags == details.tags {
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

/// Only what changed in `CompanyCam` since it was copied (B15).
pub(super) fn changed_fields(wanted: &WantedFile, before: &FileDetails) -> ImageFields {
    let now = &wanted.details;
    let all = fields(wanted.version, now);
    ImageFields {
        version: wanted.version,
        caption: if now.caption == before.caption {
            Field::Keep
        } else {
            all.caption
        },
        captured_at: if now.captured_at == before.captured_at {
            Field::Keep
        } else {
            all.captured_at
        },
        captured_by: if now.captured_by == before.captured_by {
            Field::Keep
        } else {
            all.captured_by
        },
        tags: all.tags.filter(|_| now.tags != before.tags),
        ..ImageFields::default()
    }
}
