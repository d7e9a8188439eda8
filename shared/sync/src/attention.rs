//! What needs a person's attention now (B38).
//!
//! A row says that something was so. Here it is looked at again, so that nothing is shown that was mended
//! meanwhile, whoever mended it; what was is settled.

use std::collections::{BTreeMap, BTreeSet};

use companycam::ids::{ProjectId, UserId};
use decide::users::Matches;
use futures::{StreamExt, TryStreamExt, stream};
use model::attention::{Matter, Subject};
use model::file::{FileId, FileRow};
use model::organization::{ConnectionState, Organization};
use model::project::{LinkState, ProjectRow, SkipReason};
use model::retry::RetryTarget;
use one_click::JobId;
use runtime::{App, WorkError};

use crate::retry::{RetryOutcome, retry};

/// So many files of a matter are looked at: one that still fails is enough.
const LOOKED_AT: usize = 200;
/// So many things are tried again at once.
const MOST_RETRIES: usize = 500;
const AT_ONCE: usize = 16;

/// One thing that is still so.
#[derive(Debug)]
pub struct Item {
    pub matter: Matter,
    /// The project it is about, as far as there is one.
    pub project: Option<ProjectRow>,
    /// The files that still fail, of those that were not dismissed.
    pub files: Vec<FileRow>,
}

/// What was read of everything that matters are about.
#[derive(Default)]
struct Rows {
    files: BTreeMap<FileId, FileRow>,
    projects: BTreeMap<ProjectId, ProjectRow>,
    assigned: BTreeSet<JobId>,
    given_up: BTreeSet<JobId>,
    matches: Option<Matches>,
    /// Users whom somebody set to “Not matched”.
    left_unmatched: BTreeSet<UserId>,
}

/// How many things need attention: what [`open`] lists, and the two questions that are about everything.
pub fn count(organization: &Organization, open: &[Item]) -> usize {
    match organization.state {
        ConnectionState::Disconnected => 0,
        ConnectionState::NeedsReconnecting => open.len() + 1,
        ConnectionState::Connected => open.len() + usize::from(organization.lost_sight.is_some()),
    }
}

/// Everything that is still so and was not dismissed, the oldest first.
pub async fn open(app: &App, organization: &Organization) -> Result<Vec<Item>, WorkError> {
    let matters = app.store.matters(&organization.org_id).await?;
    open_of(app, organization, matters).await
}

/// The same of these matters, which are all that the organization has.
pub async fn open_of(
    app: &App,
    organization: &Organization,
    matters: Vec<Matter>,
) -> Result<Vec<Item>, WorkError> {
    if matters.is_empty() {
        return Ok(Vec::new());
    }
    let rows = read(app, organization, &matters).await?;
    let mut items = Vec::new();
    for matter in matters {
        items.extend(look(app, organization, &rows, matter).await?);
    }
    items.sort_by_key(|item| item.matter.since);
    Ok(items)
}

/// The thing, if it is still so and somebody has to see it.
async fn look(
    app: &App,
    organization: &Organization,
    rows: &Rows,
    matter: Matter,
) -> Result<Option<Item>, WorkError> {
    let project = project_of(&matter).and_then(|id| rows.projects.get(id));
    // What belongs to another company than the connected one rests (B5).
    if project.is_some_and(|row| row.company_id != organization.company_id) {
        return Ok(None);
    }
    let project = project.cloned();
    if matter.files.is_empty() {
        let is_so = still_so(rows, &matter.subject);
        if !is_so {
            app.store.settle(&matter).await?;
        }
        let shown = is_so && !matter.dismissed;
        return Ok(shown.then_some(Item {
            matter,
            project,
            files: Vec::new(),
        }));
    }
    let looked_at = matter.files.iter().take(LOOKED_AT);
    let mended: BTreeSet<_> = looked_at
        .filter(|file| !rows.files.get(*file).is_some_and(fails))
        .cloned()
        .collect();
    app.store.settle_files(&matter, &mended).await?;
    if mended.len() == matter.files.len() {
        // Without files it says nothing, and where one was added since it stays.
        let rest = Matter {
            files: BTreeSet::new(),
            ..matter
        };
        app.store.settle(&rest).await?;
        return Ok(None);
    }
    let open = matter.open_files().filter_map(|file| rows.files.get(file));
    let files: Vec<_> = open.filter(|row| fails(row)).cloned().collect();
    Ok((!files.is_empty()).then_some(Item {
        matter,
        project,
        files,
    }))
}

/// Whether the file could not be copied, or is no longer where it was.
fn fails(row: &FileRow) -> bool {
    row.failed.is_some() || row.named_gone
}

fn still_so(rows: &Rows, subject: &Subject) -> bool {
    match subject {
        Subject::Project { project_id } => {
            let row = rows.projects.get(project_id);
            row.is_some_and(|row| row.set_aside.is_some())
        }
        Subject::Job { job_id } => rows.given_up.contains(job_id),
        Subject::Assignment { job_id } => !rows.assigned.contains(job_id),
        Subject::Duplicate { project_id } => {
            let row = rows.projects.get(project_id);
            row.is_some_and(is_questioned)
        }
        Subject::Match { user_id } => rows.matches.as_ref().is_some_and(|matches| {
            let mut all = matches.iter();
            let found = all.find(|found| found.companycam.id == *user_id);
            let lost =
                found.is_some_and(|found| found.companycam.active && found.one_click.is_none());
            // Somebody may have said that it is to be so.
            lost && !rows.left_unmatched.contains(user_id)
        }),
        // All its files were mended; or another version's, which settles it.
        Subject::Files { .. } => false,
        // Nothing is kept of a list: it is so until somebody has it tried again, or dismisses it.
        Subject::List { .. } | Subject::Other => true,
    }
}

/// Whether somebody is still to say whether the project is one of those jobs.
fn is_questioned(row: &ProjectRow) -> bool {
    let Some(duplicate) = row.duplicate.as_ref().filter(|one| !one.settled) else {
        return false;
    };
    match row.state {
        LinkState::Linked => row
            .job_id
            .as_ref()
            .is_some_and(|job| !duplicate.jobs.contains(job)),
        LinkState::Skipped => matches!(
            row.reason,
            Some(SkipReason::PossibleDuplicate | SkipReason::Watching)
        ),
        // Its job is being made.
        LinkState::Unseen => true,
        LinkState::JobDeleted => false,
    }
}

fn project_of(matter: &Matter) -> Option<&ProjectId> {
    match &matter.subject {
        Subject::Files { project_id }
        | Subject::List { project_id }
        | Subject::Duplicate { project_id }
        | Subject::Project { project_id } => Some(project_id),
        Subject::Job { .. }
        | Subject::Assignment { .. }
        | Subject::Match { .. }
        | Subject::Other => None,
    }
}

async fn read(
    app: &App,
    organization: &Organization,
    matters: &[Matter],
) -> Result<Rows, WorkError> {
    let (store, org) = (&app.store, &organization.org_id);
    let projects: BTreeSet<_> = matters.iter().filter_map(project_of).collect();
    let files = matters
        .iter()
        .flat_map(|matter| matter.files.iter().take(LOOKED_AT))
        .cloned();
    let (projects, files) = futures::try_join!(
        store.projects(org, projects),
        store.files(org, files.collect::<Vec<_>>())
    )?;
    let mut rows = Rows {
        files: files.into_iter().map(|row| (row.id.clone(), row)).collect(),
        projects: projects
            .into_iter()
            .map(|row| (row.project_id.clone(), row))
            .collect(),
        ..Rows::default()
    };
    for matter in matters {
        match &matter.subject {
            Subject::Job { job_id } => {
                let claim = store.claim(org, job_id).await?;
                if claim.is_some_and(|claim| claim.set_aside.is_some()) {
                    rows.given_up.insert(job_id.clone());
                }
            }
            Subject::Assignment { job_id } => {
                let row = store.job(org, job_id).await?;
                let well = row.is_none_or(|row| {
                    row.reassigning || row.assignee.iter().all(|user| row.applied.contains(user))
                });
                if well {
                    rows.assigned.insert(job_id.clone());
                }
            }
            Subject::Match { .. } if rows.matches.is_none() => {
                let directory = store.directory(org, &organization.company_id).await?;
                rows.matches = Some(Matches::of(&directory));
                let left = directory.choices.into_iter();
                let left = left.filter(|choice| choice.one_click_user_id.is_none());
                rows.left_unmatched = left.map(|choice| choice.companycam_user_id).collect();
            }
            _ => {}
        }
    }
    Ok(rows)
}

/// What tries the thing again; nothing, where a person has to do something else.
fn targets(item: &Item) -> Vec<RetryTarget> {
    if item.matter.files.is_empty() {
        return item.matter.retry.clone().into_iter().collect();
    }
    let again = item.files.iter().map(|row| match &row.id {
        file if row.named_gone => RetryTarget::Again {
            file: file.clone(),
            project_id: row.project_id.clone(),
        },
        FileId::Photo(id) => RetryTarget::Photo {
            photo_id: id.clone(),
        },
        FileId::Document(id) => RetryTarget::Document {
            document_id: id.clone(),
            project_id: row.project_id.clone(),
        },
    });
    again.collect()
}

/// Whether something tries it again.
pub fn can_retry(item: &Item) -> bool {
    !item.files.is_empty() || item.matter.retry.is_some()
}

/// Has these tried again, the first few hundred at once; how many there were.
pub async fn retry_all(
    app: &App,
    organization: &Organization,
    items: &[Item],
) -> Result<usize, WorkError> {
    let all: Vec<_> = items.iter().flat_map(targets).take(MOST_RETRIES).collect();
    let queued: Vec<_> = stream::iter(all)
        .map(|target| async move { retry(app, organization, &target).await })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    for item in items {
        if let Subject::List { .. } = item.matter.subject {
            app.store.settle(&item.matter).await?;
        }
    }
    let queued = queued.iter().filter(|one| **one == RetryOutcome::Queued);
    Ok(queued.count())
}
