//! The steps between what One Click has of a photo and what is wanted.

use std::time::Duration;

use companycam::media::{Download, Media, MediaError, Verdict};
use decide::metadata;
use decide::photo::{CopyStep, copy_step};
use model::photo::{CopiedPhoto, PhotoDetails, PhotoRow, Refuser, WantedPhoto};
use one_click::{Error as OneClickError, JobId, Upload};
use runtime::WorkError;

use super::hold::Hold;
use super::{CopyError, LEAST_TIME, details};

/// A connection that is slower than this is not one to wait for, in bytes a second.
const SLOWEST: u64 = 300_000;

/// Takes the steps; what One Click has then.
pub(super) async fn bring_up(
    hold: &Hold<'_>,
    media: &Media,
    row: &PhotoRow,
) -> Result<Option<CopiedPhoto>, CopyError> {
    let org = hold.org;
    let at = |job| hold.image_on(job);
    let one_click = hold.app.one_click().await?;
    let wanted = &row.wanted;
    let copied = match copy_step(wanted, row.copied.as_ref()) {
        CopyStep::Nothing(there) => there.cloned(),
        CopyStep::Describe { copied } => {
            let changes = details::changed_fields(wanted, &copied.details);
            match one_click.patch_image(at(&copied.job_id), &changes).await {
                // Somebody deleted the image in One Click: it is not forced on them again.
                Ok(_) | Err(OneClickError::NotFound) => Some(details::described(wanted, copied)),
                Err(error) => return Err(error.into()),
            }
        }
        CopyStep::Copy { to } => {
            let details = details::to_write(&one_click, org, to, row).await?;
            let bytes = upload(hold, media, to, wanted, details).await?;
            Some(CopiedPhoto {
                version: wanted.version,
                job_id: to.clone(),
                hash: wanted.hash.clone(),
                details: wanted.details.clone(),
                bytes,
            })
        }
    };
    // Only now, so that a photo that moves is never on no job at all.
    for from in row.strays() {
        one_click.delete_image(at(from)).await?;
    }
    Ok(copied)
}

async fn upload(
    hold: &Hold<'_>,
    media: &Media,
    job: &JobId,
    wanted: &WantedPhoto,
    details: PhotoDetails,
) -> Result<i64, CopyError> {
    let photo = hold.photo;
    let Some(uri) = &wanted.uri else {
        let reason = "CompanyCam gives no address for its original".to_owned();
        return Err(CopyError::Refused(Refuser::NoAddress, reason));
    };
    let download = media
        .open(uri)
        .await
        .map_err(|error| media_obstacle(&error))?;
    if !hold.deadline.leaves(&hold.app.clock, time_for(&download)) {
        return Err(CopyError::NoTime);
    }
    let file_name = format!("CompanyCam Image-{photo}.{}", download.extension);
    let mut fields = details::fields(wanted.version, &details);
    fields.name = Some(file_name.clone());
    fields.content_type = Some(download.content_type.clone());
    fields
        .metadata
        .insert(metadata::IMAGE.to_owned(), Some(photo.to_string()));
    let upload = Upload {
        content_type: download.content_type,
        file_name,
        length: download.length,
        stream: download.stream,
    };
    let one_click = hold.app.one_click().await?;
    match one_click
        .put_image(hold.image_on(job), &fields, upload)
        .await
    {
        Ok(image) => Ok(i64::try_from(image.bytes).unwrap_or(i64::MAX)),
        Err(OneClickError::NotFound) => Err(CopyError::JobGone),
        Err(OneClickError::Source(error)) => {
            let broke_off = || {
                let reason = "the photo’s download broke off".to_owned();
                CopyError::Refused(Refuser::Host, reason)
            };
            Err(MediaError::within(&error).map_or_else(broke_off, media_obstacle))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the file takes on the slowest connection that is waited for.
fn time_for(download: &Download) -> Duration {
    LEAST_TIME + Duration::from_secs(download.length.unwrap_or(0) / SLOWEST)
}

fn media_obstacle(error: &MediaError) -> CopyError {
    let reason = error.to_string();
    match error.verdict() {
        Verdict::Passing => CopyError::Passing(WorkError::transient(reason)),
        Verdict::Host => CopyError::Refused(Refuser::Host, reason),
        Verdict::Address => CopyError::Refused(Refuser::Address, reason),
        Verdict::File => CopyError::Refused(Refuser::File, reason),
        Verdict::NotAllowed => CopyError::Lasting(reason),
    }
}
