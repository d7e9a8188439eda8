//! Copying one photo from `CompanyCam`'s CDN to One Click, streaming (B15).

use std::time::Duration;

use companycam::ids::PhotoId;
use companycam::media::{Media, MediaError};
use jiff::Timestamp;
use one_click::{Error as OneClickError, Field, ImageFields, JobId, OrgId, Upload};
use runtime::messages::PhotoMessage;
use runtime::{App, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::photos::{CopiedPhoto, Lease, PhotoDetails, PhotoRow, WantedPhoto};

use super::absence::{Told, job_is_missing};
use crate::decide::photo::{CopyStep, copy_step};

/// How long one worker may hold a photo: longer than the function may run.
const LEASE_MS: i64 = 160_000;
/// So many characters of a caption tell a photo from others.
const LONGEST_NAME: usize = 60;
/// How many newer versions one look follows before it makes room for others.
const ROUNDS: usize = 5;

/// What a look at a photo came to.
#[derive(Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// One Click has what is wanted.
    Done,
    /// Somebody else is copying it: look again when their lease has ended.
    Later(Duration),
}

/// Why a photo could not be copied.
enum Obstacle {
    /// For now.
    Passing(Trouble),
    /// Ever, in this version; in plain words.
    Lasting(String),
    /// The job is gone: there is nowhere to copy it to.
    JobGone,
}

impl<T: Into<Trouble>> From<T> for Obstacle {
    fn from(error: T) -> Self {
        match error.into() {
            Trouble::Permanent(reason) => Self::Lasting(reason),
            passing => Self::Passing(passing),
        }
    }
}

/// Brings the photo in One Click to what is wanted, and again if something newer is wanted by then.
///
/// Everything it needs is in the photo's row, so a message that comes twice, late or swapped ends
/// with the newest version. `Permanent` says that the photo was set aside, with its reason.
pub async fn copy_photo(
    app: &App,
    media: &Media,
    message: &PhotoMessage,
) -> Result<CopyOutcome, Trouble> {
    let (org, photo) = (&message.org_id, &message.photo_id);
    let holder = uuid::Uuid::new_v4().to_string();
    let now_ms = app.clock.now_ms();
    let mut row = match app
        .store
        .lease_photo(org, photo, &holder, now_ms, now_ms + LEASE_MS)
        .await?
    {
        Lease::Taken(row) => *row,
        Lease::Busy(until_ms) => {
            let wait_ms = u64::try_from(until_ms - now_ms).unwrap_or(0);
            return Ok(CopyOutcome::Later(
                Duration::from_millis(wait_ms) + Duration::from_secs(1),
            ));
        }
        Lease::Unknown => return Ok(CopyOutcome::Done),
    };
    for _ in 0..ROUNDS {
        match bring_up(app, media, org, &row).await {
            Ok(copied) => {
                match app
                    .store
                    .photo_copied(org, photo, &holder, &row.wanted, copied.as_ref())
                    .await?
                {
                    None => {
                        note(app, org, &row, copied.as_ref()).await?;
                        return Ok(CopyOutcome::Done);
                    }
                    // Something newer became wanted meanwhile, and the lease is still ours.
                    Some(newer) => row = newer,
                }
            }
            Err(Obstacle::Passing(trouble)) => {
                app.store.release_photo(org, photo, &holder).await?;
                return Err(trouble);
            }
            Err(Obstacle::JobGone) => {
                // First, since the photo is not looked at again once it has failed.
                if let Some(job) = &row.wanted.job_id
                    && let Err(trouble) =
                        job_is_missing(app, org, &row.project_id, job, Told::No).await
                {
                    app.store.release_photo(org, photo, &holder).await?;
                    return Err(trouble);
                }
                let reason = "its job was deleted in One Click";
                app.store
                    .photo_failed(org, photo, &holder, &row.wanted, reason)
                    .await?;
                tracing::info!(org.id = %org, photo.id = %photo, "a photo's job is gone; the photo is left");
                return Ok(CopyOutcome::Done);
            }
            Err(Obstacle::Lasting(reason)) => {
                if app
                    .store
                    .photo_failed(org, photo, &holder, &row.wanted, &reason)
                    .await?
                {
                    let name = call(photo, row.wanted.details.caption.as_deref());
                    let text = format!("Photo {name} could not be copied: {reason}.");
                    let entry = NewEntry::new(Kind::Photo, Outcome::Failed, text)
                        .project(&row.project_id)
                        .job(row.wanted.job_id.as_ref())
                        .photo(photo);
                    app.store.log(org, entry).await?;
                    return Err(Trouble::Permanent(reason));
                }
                // Something newer became wanted; it may well be copied.
                app.store.release_photo(org, photo, &holder).await?;
                return Ok(CopyOutcome::Later(Duration::ZERO));
            }
        }
    }
    app.store.release_photo(org, photo, &holder).await?;
    Ok(CopyOutcome::Later(Duration::from_secs(1)))
}

/// Takes the steps between what One Click has and what is wanted; what it has then.
async fn bring_up(
    app: &App,
    media: &Media,
    org: &OrgId,
    row: &PhotoRow,
) -> Result<Option<CopiedPhoto>, Obstacle> {
    let one_click = app.one_click().await?;
    let external_id = row.photo_id.as_str();
    let wanted = &row.wanted;
    match copy_step(wanted, row.copied.as_ref()) {
        CopyStep::Nothing => Ok(row.copied.clone()),
        CopyStep::Remove { from } => {
            one_click.delete_image(org, from, external_id).await?;
            Ok(None)
        }
        CopyStep::Describe { copied } => {
            let changes = changed_details(wanted, &copied.details);
            match one_click
                .patch_image(org, &copied.job_id, external_id, &changes)
                .await
            {
                // Somebody deleted the image in One Click: it is not forced on them again.
                Ok(_) | Err(OneClickError::NotFound) => Ok(Some(described(wanted, copied))),
                Err(error) => Err(error.into()),
            }
        }
        CopyStep::Copy {
            to,
            and_remove_from,
        } => {
            let details = details_to_write(&one_click, org, to, row).await?;
            let bytes = upload(&one_click, media, org, to, &row.photo_id, wanted, details).await?;
            if let Some(from) = and_remove_from {
                one_click.delete_image(org, from, external_id).await?;
            }
            Ok(Some(CopiedPhoto {
                version: wanted.version,
                job_id: to.clone(),
                hash: wanted.hash.clone(),
                details: wanted.details.clone(),
                bytes,
            }))
        }
    }
}

fn described(wanted: &WantedPhoto, copied: &CopiedPhoto) -> CopiedPhoto {
    CopiedPhoto {
        version: wanted.version,
        details: wanted.details.clone(),
        ..copied.clone()
    }
}

/// What a replaced image's caption and the like become: where `CompanyCam`'s value did not change,
/// the one in One Click stays, since somebody may have edited it there.
async fn details_to_write(
    one_click: &one_click::Client,
    org: &OrgId,
    job: &JobId,
    row: &PhotoRow,
) -> Result<PhotoDetails, Obstacle> {
    let mut details = row.wanted.details.clone();
    let Some(copied) = row.copied.as_ref().filter(|copied| copied.job_id == *job) else {
        return Ok(details);
    };
    let images = match one_click.images(org, job).await {
        Err(OneClickError::NotFound) => return Err(Obstacle::JobGone),
        images => images?,
    };
    if let Some(image) = images
        .items
        .into_iter()
        .find(|image| image.external_id == row.photo_id.as_str())
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

async fn upload(
    one_click: &one_click::Client,
    media: &Media,
    org: &OrgId,
    job: &JobId,
    photo: &PhotoId,
    wanted: &WantedPhoto,
    details: PhotoDetails,
) -> Result<i64, Obstacle> {
    let Some(uri) = &wanted.uri else {
        return Err(Obstacle::Lasting(
            "CompanyCam gives no address for its original".to_owned(),
        ));
    };
    let download = media
        .open(uri)
        .await
        .map_err(|error| media_obstacle(&error))?;
    let file_name = format!("CompanyCam Image-{photo}.{}", download.extension);
    let mut fields = described_fields(wanted.version, &details);
    fields.name = Some(file_name.clone());
    fields.content_type = Some(download.content_type.clone());
    fields
        .metadata
        .insert("cc_image_id".to_owned(), Some(photo.to_string()));
    let upload = Upload {
        content_type: download.content_type,
        file_name,
        length: download.length,
        stream: download.stream,
    };
    match one_click
        .put_image(org, job, photo.as_str(), &fields, upload)
        .await
    {
        Ok(image) => Ok(i64::try_from(image.bytes).unwrap_or(i64::MAX)),
        Err(OneClickError::NotFound) => Err(Obstacle::JobGone),
        Err(OneClickError::Source(error)) => match MediaError::within(&error) {
            Some(error) => Err(media_obstacle(error)),
            None => Err(Obstacle::Passing(Trouble::transient(
                "the photo's download broke off",
            ))),
        },
        Err(error) => Err(error.into()),
    }
}

fn media_obstacle(error: &MediaError) -> Obstacle {
    if error.is_transient() {
        Obstacle::Passing(Trouble::transient(error.to_string()))
    } else {
        Obstacle::Lasting(error.to_string())
    }
}

fn described_fields(version: i64, details: &PhotoDetails) -> ImageFields {
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
fn changed_details(wanted: &WantedPhoto, before: &PhotoDetails) -> ImageFields {
    let now = &wanted.details;
    let all = described_fields(wanted.version, now);
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

/// How people tell the photo from others.
fn call(photo: &PhotoId, caption: Option<&str>) -> String {
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
async fn note(
    app: &App,
    org: &OrgId,
    row: &PhotoRow,
    copied: Option<&CopiedPhoto>,
) -> Result<(), Trouble> {
    let photo = &row.photo_id;
    let name = call(photo, row.wanted.details.caption.as_deref());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b25_a_photo_is_called_by_the_beginning_of_its_caption() {
        let photo = PhotoId::parse("7").unwrap();
        assert_eq!(call(&photo, None), "7");
        assert_eq!(call(&photo, Some("Front")), "“Front” (7)");
        let long = "é".repeat(LONGEST_NAME + 1);
        let short = format!("“{}…” (7)", "é".repeat(LONGEST_NAME));
        assert_eq!(call(&photo, Some(&long)), short);
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
