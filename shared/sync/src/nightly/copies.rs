//! Whether each copy is still on its job, with the bytes that were sent (B17).

use std::collections::BTreeMap;

use model::file::{CopiedFile, FileId, FileRow};
use model::messages::Look;
use model::project::ProjectRow;
use model::retry::RetryTarget;
use one_click::Error as OneClickError;
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};

use super::Taken;
use crate::context::OrgContext;

/// What One Click lists of a copy.
struct Listed {
    md5: String,
    deleted: bool,
}

/// How a copy is.
enum Copy {
    Whole,
    Gone,
    Altered,
}

/// Verifies the project's copies on its job, and names those that are not as they were.
pub(super) async fn verify(
    context: &OrgContext<'_>,
    project: &ProjectRow,
    files: &BTreeMap<&FileId, &FileRow>,
    taken: &mut Taken,
) -> Result<(), WorkError> {
    let Some(job) = &project.job_id else {
        return Ok(());
    };
    let (org, one_click) = (context.org(), context.one_click().await?);
    let mut listed: BTreeMap<FileId, Listed> = BTreeMap::new();
    let images = match one_click.images(org, job).await {
        Err(OneClickError::NotFound) => {
            // The link ends when that was said twice, by a look of the job's own.
            taken.looks.push(context.look(Look::job(job)));
            return Ok(());
        }
        images => images?,
    };
    for image in images.items {
        let id = image.external_id.as_deref().map(FileId::parse);
        if let Some(Ok(file)) = id {
            let (md5, deleted) = (image.md5, image.deleted);
            listed.insert(file, Listed { md5, deleted });
        }
    }
    if files.keys().any(|file| matches!(file, FileId::Document(_))) {
        for document in one_click.documents(org, job).await?.items {
            let id = document.external_id.as_deref();
            if let Some(Ok(id)) = id.map(companycam::ids::DocumentId::parse) {
                let (md5, deleted) = (document.md5, document.deleted);
                listed.insert(FileId::Document(id), Listed { md5, deleted });
            }
        }
    }
    for (file, row) in files {
        let copied = row.copied.as_ref().filter(|copied| copied.job_id == *job);
        // What is pending, or still another integration's, is not as it is meant to be yet.
        let Some(copied) = copied.filter(|_| row.is_current() && row.adopts.is_none()) else {
            continue;
        };
        match state(listed.get(file), copied) {
            Copy::Whole => taken.tally.verified += 1,
            Copy::Gone => {
                if name(context, row, "was deleted on its job in One Click").await? {
                    taken.tally.gone += 1;
                }
            }
            Copy::Altered => {
                taken.tally.altered += 1;
                name(
                    context,
                    row,
                    "is on its job with other bytes than were sent",
                )
                .await?;
            }
        }
    }
    Ok(())
}

fn state(listed: Option<&Listed>, copied: &CopiedFile) -> Copy {
    let Some(listed) = listed.filter(|listed| !listed.deleted) else {
        return Copy::Gone;
    };
    let sent = copied.md5.as_ref().or(copied.hash.as_ref());
    match sent {
        Some(sent) if !listed.md5.is_empty() && !listed.md5.eq_ignore_ascii_case(sent) => {
            Copy::Altered
        }
        Some(_) | None => Copy::Whole,
    }
}

/// Names the copy in the activity log, once, with what has it again. Whether that was news.
async fn name(context: &OrgContext<'_>, row: &FileRow, what: &str) -> Result<bool, WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    if !store.name_gone(org, &row.id).await?.applied() {
        return Ok(false);
    }
    let (kind, label) = match &row.id {
        FileId::Photo(id) => (Kind::Photo, format!("Photo {id}")),
        FileId::Document(id) => (Kind::Document, format!("Document {id}")),
    };
    let text = format!("{label} {what}. Retry copies it again.");
    let entry = NewEntry::new(kind, Outcome::Failed, text)
        .file(&row.id)
        .project(&row.project_id)
        .job(row.wanted.job_id.as_ref())
        .retrying(RetryTarget::Again {
            file: row.id.clone(),
            project_id: row.project_id.clone(),
        });
    store.log(org, entry).await?;
    Ok(true)
}
