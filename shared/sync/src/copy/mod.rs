//! Copying one photo or document from `CompanyCam`'s CDN to One Click, streaming (B15, B16).
//!
//! Whoever copies holds a lease of 60 s, and the message is hidden for 90 s; both are said again every
//! 20 s while the work goes on. So 100 MB may take ten minutes, and a worker that is killed costs a minute
//! and a half (B34). Whoever loses the lease stops. Every call has its limits: of the CDN 3 s to connect,
//! 10 s until it answers, 25 s in which no byte flows; of an upload 20 s. Ten seconds before the function is
//! ended the photo is put off; what there is no time for is not begun, and given back at once.

mod bring_up;
mod details;
mod digest;
mod hold;
mod notes;
mod refused;

use std::sync::atomic::Ordering;
use std::time::Duration;

use companycam::media::Media;
use decide::refusal::{Turn, early_by, turn};
use model::file::{CopiedFile, FileRow, Refuser};
use model::messages::FileMessage;
use model::organization::{ConnectionState, Organization};
use model::pause::Side;
use one_click::OrgId;
use runtime::{App, Deadline, WorkError};
use store::files::{Copied, Lease};

use bring_up::bring_up;
use hold::Hold;

/// How many newer versions one look follows before it makes room for others.
const ROUNDS: usize = 5;
/// What a file that is not large takes at most. Nothing is begun with less.
const LEAST_TIME: Duration = Duration::from_secs(40);

/// How often it is said that photos can be copied.
const NOTED_EVERY_S: i64 = 60;

/// What a look at a file came to.
#[derive(Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// There is nothing more to do.
    Done,
    /// It is not its turn: look again after this, which is no further try.
    Later(Duration),
    /// It was refused, not as in an outage: look again after this.
    Refused(Duration),
    /// One Click does not answer: the end of its pause brings the file again.
    Waits,
    /// Nothing was begun, since there is no time left to finish it.
    NotBegun,
}

/// Why a file could not be copied.
enum CopyError {
    /// For now, and not because of this file.
    Passing(WorkError),
    /// It was refused, for a reason in plain words; by itself that ends nothing.
    Refused(Refuser, String),
    /// What is copied ended in the middle.
    Unfinished(std::io::Error),
    /// One Click has not got the job.
    JobGone,
    /// Ever, in this version, by our own rules; in plain words.
    Lasting(String),
    /// There is no time left to finish it.
    NoTime,
    /// Somebody else holds the file by now.
    Lost,
}

impl<T: Into<WorkError>> From<T> for CopyError {
    fn from(error: T) -> Self {
        match error.into() {
            WorkError::Permanent(reason) => Self::Refused(Refuser::OneClicksWord, reason),
            passing @ (WorkError::Transient { .. }
            | WorkError::NeedsReconnecting
            | WorkError::OtherVersion(_)) => Self::Passing(passing),
        }
    }
}

/// Brings the file in One Click to what is wanted, and again if something newer is wanted by then.
///
/// Everything it needs is in the file's row, so a message that comes twice, late or swapped ends
/// with the newest version. `Permanent` says that the file was set aside, with its reason.
pub async fn copy_file(
    app: &App,
    media: &Media,
    message: &FileMessage,
    deadline: Deadline,
) -> Result<CopyOutcome, WorkError> {
    if !deadline.leaves(&app.clock, LEAST_TIME) {
        return Ok(CopyOutcome::NotBegun);
    }
    let (org, file) = (&message.org_id, &message.id);
    let Some(organization) = connected(app, org).await? else {
        return Ok(CopyOutcome::Done);
    };
    let (hold, row) = match Hold::take(app, org, file, deadline).await? {
        (hold, Lease::Taken(row)) => (hold, *row),
        (_, Lease::Busy(until_ms)) => {
            let wait_ms = u64::try_from(until_ms - app.clock.now_ms()).unwrap_or(0);
            let wait = Duration::from_millis(wait_ms) + Duration::from_secs(1);
            return Ok(CopyOutcome::Later(wait));
        }
        (_, Lease::Unknown) => return Ok(CopyOutcome::Done),
    };
    if rests(app, &organization, &row).await? {
        hold.release().await?;
        tracing::info!(org.id = %org, file.id = %file, "of a company that was connected before; the file rests");
        return Ok(CopyOutcome::Done);
    }
    match turn(&row, message.tries, app.clock.now_ms()) {
        Turn::Now if waits(&organization) => {
            hold.release().await?;
            // What comes with the pause's end leaves a photo alone whose own message is on its way.
            let on_its_way = early_by(&row, app.clock.now_ms());
            Ok(on_its_way.map_or(CopyOutcome::Waits, CopyOutcome::Later))
        }
        // Boxed: it holds a whole upload.
        Turn::Now => Box::pin(copy_held(media, &hold, &organization, row)).await,
        Turn::Later(wait) => {
            hold.release().await?;
            Ok(CopyOutcome::Later(wait))
        }
        Turn::Another => {
            hold.release().await?;
            Ok(CopyOutcome::Done)
        }
    }
}

/// Whether somebody probes a side that does not answer the organization. Where nobody does, its files come
/// back by themselves.
fn probed(organization: &Organization) -> bool {
    organization.state == ConnectionState::Connected
}

/// Whether its files wait in their rows, for the end of a pause.
fn waits(organization: &Organization) -> bool {
    // An administrator ends these, also while the organization needs reconnecting.
    let is_still = organization.halt.is_some() || organization.watching.is_some();
    is_still || (probed(organization) && organization.pause(Side::OneClick).is_some())
}

/// The organization, while its files are to come: also while it needs reconnecting, since what was
/// listed needs no token; not after Disconnect.
async fn connected(app: &App, org: &OrgId) -> Result<Option<Organization>, WorkError> {
    let organization = app.store.organization(org).await?;
    let organization = organization.filter(|organization| match organization.state {
        ConnectionState::Connected | ConnectionState::NeedsReconnecting => true,
        ConnectionState::Disconnected => false,
    });
    if organization.is_none() {
        tracing::info!(org.id = %org, "not connected; a file is let go");
    }
    Ok(organization)
}

/// Whether the file belongs to a company that was connected before: its row is no opinion (B5).
async fn rests(app: &App, organization: &Organization, row: &FileRow) -> Result<bool, WorkError> {
    if let Some(company) = &row.company_id {
        return Ok(*company != organization.company_id);
    }
    let (org, project) = (&organization.org_id, &row.project_id);
    let project = app.store.project(org, project).await?;
    Ok(project.is_some_and(|project| project.company_id != organization.company_id))
}

/// The file is ours: what follows gives it back, or marks it as done.
async fn copy_held(
    media: &Media,
    hold: &Hold<'_>,
    organization: &Organization,
    mut row: FileRow,
) -> Result<CopyOutcome, WorkError> {
    let (app, org) = (hold.app, hold.org);
    for _ in 0..ROUNDS {
        let copied = match Box::pin(hold.during(bring_up(hold, media, &row))).await {
            Ok(copied) => copied,
            Err(failure) => return refused::handle(hold, organization, &row, failure).await,
        };
        let (store, wanted) = (&app.store, &row.wanted);
        match store
            .mark_file_copied(hold.held(), wanted, copied.as_ref())
            .await?
        {
            Copied::Done => {
                // Documents have no hash of CompanyCam's; whatever went up has one of ours.
                let content = |copied: &CopiedFile| (copied.hash.clone(), copied.md5.clone());
                let before = row.copied.as_ref().map(content);
                if copied
                    .as_ref()
                    .map(content)
                    .is_some_and(|now| Some(now) != before)
                {
                    note_copied(app).await?;
                }
                notes::note(app, org, &row, copied.as_ref()).await?;
                return Ok(CopyOutcome::Done);
            }
            // Something newer became wanted meanwhile, and the lease is still ours.
            Copied::NewerWanted(newer) => row = *newer,
        }
        if !hold.deadline.leaves(&app.clock, LEAST_TIME) {
            break;
        }
    }
    hold.release().await?;
    Ok(CopyOutcome::Later(Duration::from_secs(1)))
}

/// Says that photos can be copied, at most once a minute.
async fn note_copied(app: &App) -> Result<(), WorkError> {
    let now = app.clock.now_s();
    let noted = app.copy_noted_at.load(Ordering::Relaxed);
    if now - noted < NOTED_EVERY_S {
        return Ok(());
    }
    app.copy_noted_at.store(now, Ordering::Relaxed);
    Ok(app.store.note_copied(now).await?)
}

/// A file at which we panic again and again is given up, and that is said. `Later`: somebody may still
/// hold it.
pub async fn give_up(
    app: &App,
    message: &FileMessage,
    deadline: Deadline,
) -> Result<CopyOutcome, WorkError> {
    let (org, file) = (&message.org_id, &message.id);
    match Hold::take(app, org, file, deadline).await? {
        (hold, Lease::Taken(row)) => {
            refused::give_up(&hold, &row, "an error of ours, which operators see", None).await
        }
        (_, Lease::Busy(_)) => Ok(CopyOutcome::Later(Duration::from_mins(1))),
        (_, Lease::Unknown) => Ok(CopyOutcome::Done),
    }
}
