//! Writing down what One Click should have of photos and documents, and queueing those (B15, B16).

use std::collections::{BTreeMap, BTreeSet};

use companycam::ids::ProjectId;
use futures::{StreamExt, TryStreamExt, stream};
use model::file::{FileId, FileRow, WantedFile};
use model::messages::FileMessage;
use model::project::{LinkState, ProjectRow};
use one_click::JobId;
use runtime::WorkError;
use runtime::pacing::Lane;
use runtime::queues::FileQueue;
use store::activity::{Kind, NewEntry, Outcome};
use store::files::{NewWish, Wish};

use crate::context::OrgContext;

/// How many rows are written at a time.
pub const CONCURRENT_WRITES: usize = 16;

/// What One Click should have of a file.
pub struct Wanted<'a> {
    pub file: FileId,
    pub project: &'a ProjectId,
    pub version: WantedFile,
}

/// The rows by what they are about.
pub fn by_id(rows: Vec<FileRow>) -> BTreeMap<FileId, FileRow> {
    rows.into_iter().map(|row| (row.id.clone(), row)).collect()
}

/// Writes down what is wanted, and queues each unless something newer is.
pub async fn want_all(
    context: &OrgContext<'_>,
    wanted: &[Wanted<'_>],
    rows: &BTreeMap<FileId, FileRow>,
) -> Result<(), WorkError> {
    let raised = stream::iter(wanted)
        .map(|wanted| want(context, wanted, rows.get(&wanted.file)))
        .buffer_unordered(CONCURRENT_WRITES)
        .try_collect::<Vec<_>>()
        .await?;
    queue(context, raised.into_iter().flatten()).await
}

/// The file, unless something newer is wanted.
async fn want(
    context: &OrgContext<'_>,
    wish: &Wanted<'_>,
    row: Option<&FileRow>,
) -> Result<Option<FileId>, WorkError> {
    let Wanted {
        file,
        project,
        version: wanted,
    } = wish;
    let refused = row.is_some_and(|row| {
        let now_wanted = FileRow {
            wanted: wanted.clone(),
            ..row.clone()
        };
        now_wanted.is_refused()
    });
    let wish = NewWish {
        file,
        project,
        company: &context.organization.company_id,
        wanted,
        refused,
    };
    match context.app.store.want_file(context.org(), wish).await {
        // That one's failure, not its page's (B27).
        Err(store::Error::Refused { reason, .. }) => {
            note_refused(context, file, project, &reason).await?;
            Ok(None)
        }
        wish => Ok((wish? == Wish::Raised).then(|| file.clone())),
    }
}

async fn note_refused(
    context: &OrgContext<'_>,
    file: &FileId,
    project: &ProjectId,
    reason: &str,
) -> Result<(), WorkError> {
    let org = context.org();
    tracing::error!(org.id = %org, file.id = %file, cause = reason, "a file can't be kept");
    let (kind, name) = match file {
        FileId::Photo(id) => (Kind::Photo, format!("Photo {id}")),
        FileId::Document(id) => (Kind::Document, format!("Document {id}")),
    };
    let text = format!(
        "{name} couldn’t be copied, since what it says is more than can be kept: {reason}."
    );
    let entry = NewEntry::new(kind, Outcome::Failed, text).failed_file(file, project);
    Ok(context.app.store.log(org, entry).await?)
}

/// Queues a look at each.
pub async fn queue(
    context: &OrgContext<'_>,
    files: impl IntoIterator<Item = FileId>,
) -> Result<(), WorkError> {
    let messages: Vec<_> = files
        .into_iter()
        .map(|file| FileMessage::new(context.org(), &file))
        .collect();
    let queue = match context.lane {
        Lane::Live => FileQueue::Photos,
        Lane::Backfill | Lane::Nightly => FileQueue::Backlog,
    };
    context.app.queues.send_files(queue, &messages).await?;
    Ok(())
}

/// Of files with nothing new to be wanted: that a refused one was asked about, and where one is now.
/// `listed`: what was read, and on which project it is.
pub async fn note_what_was_read<'a>(
    context: &OrgContext<'_>,
    listed: impl IntoIterator<Item = (FileId, &'a ProjectId)>,
    rows: &BTreeMap<FileId, FileRow>,
    wanted: &[Wanted<'_>],
) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let wanted: BTreeSet<_> = wanted.iter().map(|wanted| &wanted.file).collect();
    for (file, project) in listed {
        let Some(row) = rows.get(&file).filter(|row| !wanted.contains(&row.id)) else {
            continue;
        };
        if row.refused.is_some() {
            store.record_file_asked(org, &file).await?;
        }
        if row.project_id != *project {
            store.record_file_moved(org, &file, project).await?;
        }
    }
    Ok(())
}

/// The projects that are another company's (B5), or were taken from their jobs by hand (B39). Their files rest
/// with them: of those there is no opinion at all, least of all that they belong on no job.
pub fn resting(context: &OrgContext<'_>, projects: &[ProjectRow]) -> BTreeSet<ProjectId> {
    projects
        .iter()
        .filter(|row| row.company_id != context.organization.company_id || row.keeps_files())
        .map(|row| row.project_id.clone())
        .collect()
}

/// The jobs of those of the projects that have one.
pub fn linked_jobs(
    context: &OrgContext<'_>,
    projects: &[ProjectRow],
) -> BTreeMap<ProjectId, JobId> {
    projects
        .iter()
        .filter(|row| {
            row.state == LinkState::Linked && row.company_id == context.organization.company_id
        })
        .filter_map(|row| Some((row.project_id.clone(), row.job_id.clone()?)))
        .collect()
}
