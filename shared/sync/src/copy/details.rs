//! What is told about an image: caption, tags, who took it and when (B15).

use model::file::{FileDetails, FileRow};
use one_click::{Error as OneClickError, JobId, OrgId};

use super::CopyError;

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
