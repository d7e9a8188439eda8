//! The steps between what One Click has of a file and what is wanted.

use std::time::Duration;

use companycam::media::{Download, Media, MediaError, Verdict};
use decide::details::{blank_fields, changed_fields, described, fields};
use decide::document::file_name;
use decide::file::{CopyStep, copy_step};
use decide::metadata;
use model::file::{CopiedFile, FileId, FileRow, Refuser};
use one_click::{DocumentFields, Error as OneClickError, ImageFields, JobId, Upload};
use runtime::WorkError;

use super::digest::Digest;
use super::hold::Hold;
use super::{CopyError, LEAST_TIME, details};

/// A connection that is slower than this is not one to wait for, in bytes a second.
const SLOWEST: u64 = 300_000;

/// What One Click says that it has now.
struct Stored {
    version: i64,
    bytes: u64,
    md5: String,
}

/// Takes the steps; what One Click has then.
pub(super) async fn bring_up(
    hold: &Hold<'_>,
    media: &Media,
    row: &FileRow,
) -> Result<Option<CopiedFile>, CopyError> {
    let one_click = hold.app.one_click().await?;
    let wanted = &row.wanted;
    if !take_over(hold, row).await?
        && let Some(copied) = &row.copied
        && wanted.job_id.as_ref() == Some(&copied.job_id)
    {
        // Somebody deleted it in One Click: it is not forced on them again.
        return Ok(Some(described(wanted, copied)));
    }
    let copied = match copy_step(row) {
        CopyStep::Nothing(there) => there.cloned(),
        CopyStep::Describe { copied } if matches!(row.id, FileId::Document(_)) => {
            Some(described(wanted, copied))
        }
        CopyStep::Describe { copied } => {
            let changes = if row.adopts.is_some() {
                blank_fields(wanted, &copied.details)
            } else {
                changed_fields(wanted, &copied.details)
            };
            match one_click
                .patch_image(hold.on(&copied.job_id), &changes)
                .await
            {
                // Somebody deleted the image in One Click: it is not forced on them again.
                Ok(_) | Err(OneClickError::NotFound) => Some(described(wanted, copied)),
                Err(error) => return Err(error.into()),
            }
        }
        CopyStep::Copy { to } => Some(upload(hold, media, to, row).await?),
    };
    // Only now, so that a file that moves is never on no job at all.
    for from in row.strays() {
        match row.id {
            FileId::Photo(_) => one_click.delete_image(hold.on(from)).await?,
            FileId::Document(_) => one_click.delete_document(hold.on(from)).await?,
        }
    }
    Ok(copied)
}

/// Gives a copy of another origin our external id (B31). `false`: it is not there any more.
async fn take_over(hold: &Hold<'_>, row: &FileRow) -> Result<bool, CopyError> {
    let (Some(id), Some(copied)) = (&row.adopts, &row.copied) else {
        return Ok(true);
    };
    let one_click = hold.app.one_click().await?;
    let at = hold.on(&copied.job_id);
    let adopted = match row.id {
        FileId::Photo(_) => one_click.adopt_image(at, id).await.map(drop),
        FileId::Document(_) => one_click.adopt_document(at, id).await.map(drop),
    };
    match adopted {
        // Another copy has our id: that one is the photo from here on.
        Ok(()) | Err(OneClickError::Conflict(_)) => Ok(true),
        Err(OneClickError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Copies the original to the job.
async fn upload(
    hold: &Hold<'_>,
    media: &Media,
    job: &JobId,
    row: &FileRow,
) -> Result<CopiedFile, CopyError> {
    let wanted = &row.wanted;
    let mut fields = Fields::of(hold, job, row).await?;
    let download = open(media, row).await?;
    if !hold.deadline.leaves(&hold.app.clock, time_for(&download)) {
        return Err(CopyError::NoTime);
    }
    let digest = Digest::default();
    let upload = Upload {
        file_name: copy_name(row, download.extension),
        content_type: download.content_type,
        length: download.length,
        stream: digest.over(download.stream),
    };
    fields.name(&upload);
    let stored = match fields.put(hold, job, upload).await {
        Ok(stored) => stored,
        Err(CopyError::Unfinished(error)) => {
            let broke_off = || {
                let reason = "its download broke off".to_owned();
                CopyError::Refused(Refuser::Host, reason)
            };
            return Err(MediaError::within(&error).map_or_else(broke_off, media_error));
        }
        Err(error) => return Err(error),
    };
    let md5 = digest.hex();
    // Of a newer version it has other bytes, and keeps them.
    if stored.version == wanted.version && !stored.md5.is_empty() && stored.md5 != md5 {
        let reason = "One Click has other bytes than were sent".to_owned();
        return Err(CopyError::Refused(Refuser::OneClick, reason));
    }
    Ok(CopiedFile {
        version: wanted.version,
        job_id: job.clone(),
        hash: wanted.hash.clone(),
        details: wanted.details.clone(),
        bytes: i64::try_from(stored.bytes).unwrap_or(i64::MAX),
        md5: Some(md5),
    })
}

async fn open(media: &Media, row: &FileRow) -> Result<Download, CopyError> {
    let Some(uri) = &row.wanted.uri else {
        let reason = "CompanyCam didn’t provide a file for it".to_owned();
        return Err(CopyError::Refused(Refuser::NoAddress, reason));
    };
    let opened = match row.id {
        FileId::Photo(_) => media.open(uri).await,
        FileId::Document(_) => {
            let claimed = row.wanted.details.content_type.as_deref();
            media.open_document(uri, claimed).await
        }
    };
    opened.map_err(|error| media_error(&error))
}

/// What the copy is called in One Click.
fn copy_name(row: &FileRow, extension: &str) -> String {
    match &row.id {
        FileId::Photo(id) => format!("CompanyCam Image-{id}.{extension}"),
        FileId::Document(id) => {
            file_name(id.as_str(), row.wanted.details.name.as_deref(), extension)
        }
    }
}

/// What One Click is told of the file.
enum Fields {
    Image(ImageFields),
    Document(DocumentFields),
}

impl Fields {
    async fn of(hold: &Hold<'_>, job: &JobId, row: &FileRow) -> Result<Self, CopyError> {
        let version = row.wanted.version;
        let own_id = Some(hold.file.external_id().to_owned());
        match row.id {
            FileId::Photo(_) => {
                let one_click = hold.app.one_click().await?;
                let details = details::to_write(&one_click, hold.org, job, row).await?;
                let mut fields = fields(version, &details);
                fields.metadata.insert(metadata::IMAGE.to_owned(), own_id);
                Ok(Self::Image(fields))
            }
            FileId::Document(_) => Ok(Self::Document(DocumentFields {
                version,
                metadata: [(metadata::DOCUMENT.to_owned(), own_id)].into(),
                ..DocumentFields::default()
            })),
        }
    }

    /// Takes over what is known once the file is open.
    fn name(&mut self, upload: &Upload) {
        let (name, content_type) = match self {
            Self::Image(fields) => (&mut fields.name, &mut fields.content_type),
            Self::Document(fields) => (&mut fields.name, &mut fields.content_type),
        };
        *name = Some(upload.file_name.clone());
        *content_type = Some(upload.content_type.clone());
    }

    /// Puts the file in place.
    async fn put(&self, hold: &Hold<'_>, job: &JobId, file: Upload) -> Result<Stored, CopyError> {
        let one_click = hold.app.one_click().await?;
        let stored = match self {
            Self::Image(fields) => {
                let put = one_click.put_image(hold.on(job), fields, file).await;
                put.map(|image| Stored {
                    version: image.version,
                    bytes: image.bytes,
                    md5: image.md5,
                })
            }
            Self::Document(fields) => {
                let put = one_click.put_document(hold.on(job), fields, file).await;
                put.map(|document| Stored {
                    version: document.version,
                    bytes: document.bytes,
                    md5: document.md5,
                })
            }
        };
        stored.map_err(|error| match error {
            OneClickError::NotFound => CopyError::JobGone,
            OneClickError::Source(error) => CopyError::Unfinished(error),
            error => error.into(),
        })
    }
}

/// What the file takes on the slowest connection that is waited for.
fn time_for(download: &Download) -> Duration {
    LEAST_TIME + Duration::from_secs(download.length.unwrap_or(0) / SLOWEST)
}

fn media_error(error: &MediaError) -> CopyError {
    let reason = error.to_string();
    match error.verdict() {
        Verdict::Passing => CopyError::Passing(WorkError::transient(reason)),
        Verdict::Host => CopyError::Refused(Refuser::Host, reason),
        Verdict::Address => CopyError::Refused(Refuser::Address, reason),
        Verdict::File => CopyError::Refused(Refuser::File, reason),
        Verdict::NotAllowed => CopyError::Lasting(reason),
    }
}
