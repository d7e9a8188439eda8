//! Taking over what the earlier integration copied (B31): its images and documents are on the job already,
//! under ids of their own.
//!
//! At the link they are only written down, from two lists. Each gets our external id when its photo or
//! document is first looked at, and is brought up to that like any other; no byte that is there is moved
//! again.

use std::collections::BTreeMap;

use companycam::ids::{CompanyId, DocumentId, PhotoId, ProjectId};
use decide::metadata;
use decide::relations::filled;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use model::file::{CopiedFile, FileDetails, FileId};
use one_click::{Document, Image, JobId};
use runtime::WorkError;
use store::files::Adoption;

use crate::context::OrgContext;
use crate::wish::CONCURRENT_WRITES;

/// A copy that is there.
struct Found {
    file: FileId,
    copied: CopiedFile,
    /// One Click's id, where the copy has no external id yet.
    id: Option<String>,
    /// Of several the newest that was not deleted.
    rank: (bool, Timestamp),
}

/// Writes down what is on the job already of the project's photos and documents; how many of each.
pub async fn adopt(
    context: &OrgContext<'_>,
    project: &ProjectId,
    company: &CompanyId,
    job: &JobId,
) -> Result<(usize, usize), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let one_click = context.one_click().await?;
    let images = one_click.images(org, job).await?;
    let documents = one_click.documents(org, job).await?;
    let images = images
        .items
        .into_iter()
        .filter_map(|image| of_image(image, job));
    let documents = documents.items.into_iter();
    let documents = documents.filter_map(|document| of_document(document, job));
    let mut best: BTreeMap<FileId, Found> = BTreeMap::new();
    for found in images.chain(documents) {
        let before = best.get(&found.file);
        if before.is_none_or(|before| before.rank < found.rank) {
            best.insert(found.file.clone(), found);
        }
    }
    let adoptions: Vec<_> = best
        .iter()
        .map(|(file, found)| Adoption {
            file,
            project,
            company,
            copied: found.copied.clone(),
            id: found.id.clone(),
        })
        .collect();
    stream::iter(&adoptions)
        .map(|adoption| store.adopt_file(org, adoption))
        .buffer_unordered(CONCURRENT_WRITES)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    let photos = best.keys().filter(|file| matches!(file, FileId::Photo(_)));
    let photos = photos.count();
    Ok((photos, best.len() - photos))
}

/// What was taken over, as a sentence for the log.
pub fn described((photos, documents): (usize, usize)) -> String {
    let some = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    let parts: Vec<_> = [some(photos, "photo"), some(documents, "document")]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!(
        " Already there, and not copied again: {}.",
        parts.join(" and ")
    )
}

fn of_image(image: Image, job: &JobId) -> Option<Found> {
    let photo = PhotoId::parse(filled(image.metadata.get(metadata::IMAGE)?)?).ok()?;
    let details = FileDetails {
        caption: image.caption,
        captured_at: image.captured_at.map(Timestamp::as_second),
        captured_by: image.captured_by,
        tags: image.tags,
        ..FileDetails::default()
    };
    let external_id = image.external_id.as_deref();
    may_be_ours(external_id, photo.as_str()).then(|| Found {
        id: to_adopt(external_id, image.id),
        file: FileId::Photo(photo),
        copied: copied(job, image.version, &image.md5, image.bytes, details),
        rank: (!image.deleted, image.created_at),
    })
}

fn of_document(document: Document, job: &JobId) -> Option<Found> {
    let name = document.metadata.get(metadata::DOCUMENT)?;
    let id = DocumentId::parse(filled(name)?).ok()?;
    let md5 = &document.md5;
    let details = FileDetails::default();
    let external_id = document.external_id.as_deref();
    may_be_ours(external_id, id.as_str()).then(|| Found {
        id: to_adopt(external_id, document.id),
        file: FileId::Document(id),
        copied: copied(job, document.version, md5, document.bytes, details),
        rank: (!document.deleted, document.created_at),
    })
}

/// Whether it has no external id, or ours already: anything else is another's.
fn may_be_ours(external_id: Option<&str>, ours: &str) -> bool {
    external_id.and_then(filled).is_none_or(|id| id == ours)
}

/// One Click's id, where it is still to get our external one.
fn to_adopt(external_id: Option<&str>, id: String) -> Option<String> {
    external_id.and_then(filled).is_none().then_some(id)
}

fn copied(job: &JobId, version: i64, md5: &str, bytes: u64, details: FileDetails) -> CopiedFile {
    let md5 = filled(md5).map(str::to_owned);
    CopiedFile {
        version,
        job_id: job.clone(),
        hash: md5.clone(),
        details,
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        md5,
    }
}
