//! The nightly pass (B17): everything of an organization, on both sides, a few projects a look.
//!
//! Nothing tells of a photo that was deleted in CompanyCam or on its job, or of a change whose event and
//! poll were missed. So once a night all projects are listed, and the photos and documents of every
//! linked one on both sides; and tag by tag the photos that have it, since no event tells that a tag was
//! taken off. What is missing is only written down; whether much of it is gone at once is seen at the end
//! (B30), and each is asked for by itself, more than a minute later, before anything is removed.

mod compare;
mod copies;
mod missing;
mod tags;

use std::time::Duration;

use companycam::ProjectsQuery;
use companycam::ids::ProjectId;
use decide::nightly::{has_lost_sight, summary};
use decide::sync_run::first_listed;
use model::messages::{Look, NightlyTake, Origin, SyncMessage};
use model::nightly::{LostSight, Pass, PassStep, Tally};
use one_click::OrgId;
use runtime::WorkError;
use store::activity::{Kind, NewEntry, Outcome};
use uuid::Uuid;

use crate::context::OrgContext;
use crate::listing::{LOOKS_AT_ONCE, PER_PAGE, note_projects};

/// A pass that has taken no step for so long stands still: another begins.
const STALE_S: i64 = 60 * 60;
/// More steps than any pass takes.
const MOST_STEPS: i64 = 100_000;

/// What a step came to.
struct Taken {
    next: PassStep,
    tally: Tally,
    knows_tags: bool,
    looks: Vec<SyncMessage>,
    /// How long the next step waits.
    wait: Option<Duration>,
}

/// Takes the next step of the pass, or begins one. A message of another pass or step is let go.
pub async fn step(context: &OrgContext<'_>, take: &NightlyTake) -> Result<(), WorkError> {
    match take {
        NightlyTake::First => begin(context, PassStep::Projects { page: 1 }).await,
        NightlyTake::Missing => begin(context, PassStep::Missing { after: None }).await,
        NightlyTake::Next { pass, seq } => go_on(context, pass, *seq).await,
    }
}

async fn go_on(context: &OrgContext<'_>, id: &str, seq: i64) -> Result<(), WorkError> {
    let pass = context.app.store.pass(context.org()).await?;
    let is_it = |pass: &Pass| {
        pass.id == id
            && pass.seq == seq
            && pass.is_running()
            && pass.generation == context.organization.generation
    };
    let Some(pass) = pass.filter(is_it) else {
        return Ok(());
    };
    if pass.step == PassStep::Finish || pass.seq > MOST_STEPS {
        return finish(context, &pass).await;
    }
    let taken = match take(context, &pass).await {
        Err(WorkError::Permanent(cause)) if is_of_tags(&pass.step) => {
            tracing::info!(org.id = %context.org(), cause, "tags are not compared tonight");
            Taken::then(PassStep::links(), &pass)
        }
        taken => taken?,
    };
    advance(context, &pass, taken).await
}

fn is_of_tags(step: &PassStep) -> bool {
    matches!(step, PassStep::Tags { .. } | PassStep::TagPhotos { .. })
}

/// Begins a pass with that step, unless one is under way.
async fn begin(context: &OrgContext<'_>, step: PassStep) -> Result<(), WorkError> {
    let pass = Pass {
        id: Uuid::new_v4().simple().to_string(),
        seq: 0,
        generation: context.organization.generation,
        started_at: context.now,
        stepped_at: context.now,
        finished_at: None,
        step,
        knows_tags: false,
        tally: Tally::default(),
    };
    let store = &context.app.store;
    let stale = context.now - STALE_S;
    if !store
        .begin_pass(context.org(), &pass, stale)
        .await?
        .applied()
    {
        // It may have lost its message: this very look may have been cut off after it began one.
        return take_up(context).await;
    }
    tracing::info!(org.id = %context.org(), "a nightly pass begins");
    let next = message(context.org(), &pass);
    Ok(context.app.queues.send_looks(&[next]).await?)
}

/// Takes up a pass whose message was lost, or waited for a side to answer.
pub async fn take_up(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let pass = context.app.store.pass(context.org()).await?;
    let Some(pass) = pass.filter(Pass::is_running) else {
        return Ok(());
    };
    let next = message(context.org(), &pass);
    Ok(context.app.queues.send_looks(&[next]).await?)
}

async fn take(context: &OrgContext<'_>, pass: &Pass) -> Result<Taken, WorkError> {
    match &pass.step {
        PassStep::Projects { page } => take_projects(context, pass, *page).await,
        PassStep::Looks { left, next_page } => Ok(take_looks(context, pass, left, *next_page)),
        PassStep::Tags { page } => tags::take_page(context, pass, *page).await,
        PassStep::TagPhotos { place, next_page } => {
            tags::take_photos(context, pass, place.clone(), *next_page).await
        }
        PassStep::Links { .. } => take_links(context, pass).await,
        PassStep::Missing { after } => missing::ask_again(context, pass, after.as_deref()).await,
        PassStep::Finish => Ok(Taken::then(PassStep::Finish, pass)),
    }
}

impl Taken {
    fn then(next: PassStep, pass: &Pass) -> Self {
        Self {
            next,
            tally: pass.tally.clone(),
            knows_tags: pass.knows_tags,
            looks: Vec::new(),
            wait: None,
        }
    }
}

/// Lists a page of all projects: what of them changed in silence is to be looked at.
async fn take_projects(
    context: &OrgContext<'_>,
    pass: &Pass,
    page: u32,
) -> Result<Taken, WorkError> {
    let query = ProjectsQuery {
        page,
        ..ProjectsQuery::default()
    };
    let answer = context.projects(&query).await?;
    let since = first_listed(context.organization.connected_at);
    let noted = note_projects(context, &answer, Origin::Poll, since).await?;
    // A full page may be the last; one that is not full is.
    let next_page = answer
        .next
        .filter(|next| *next > page && answer.items.len() >= PER_PAGE as usize);
    let mut taken = Taken::then(after_looks(next_page), pass);
    if !noted.news.is_empty() {
        taken.tally.changed += i64::try_from(noted.changed).unwrap_or(i64::MAX);
        taken.next = PassStep::Looks {
            left: noted.news,
            next_page,
        };
    }
    Ok(taken)
}

fn after_looks(next_page: Option<u32>) -> PassStep {
    match next_page {
        Some(page) => PassStep::Projects { page },
        None => PassStep::Tags { page: 1 },
    }
}

fn take_looks(
    context: &OrgContext<'_>,
    pass: &Pass,
    left: &[ProjectId],
    next_page: Option<u32>,
) -> Taken {
    let (now, rest) = left.split_at(left.len().min(LOOKS_AT_ONCE));
    let next = if rest.is_empty() {
        after_looks(next_page)
    } else {
        PassStep::Looks {
            left: rest.to_vec(),
            next_page,
        }
    };
    let looks = now.iter().map(|project_id| {
        context.look(Look::Project {
            project_id: project_id.clone(),
            origin: Origin::Poll,
        })
    });
    Taken {
        looks: looks.collect(),
        ..Taken::then(next, pass)
    }
}

/// Compares some linked projects on both sides. After the last it is clear how much is missing.
async fn take_links(context: &OrgContext<'_>, pass: &Pass) -> Result<Taken, WorkError> {
    let mut taken = Taken::then(PassStep::Finish, pass);
    if let Some(next) = compare::links(context, pass, &mut taken).await? {
        taken.next = next;
        return Ok(taken);
    }
    if missing::is_to_be_asked(context, &taken.tally).await? {
        return Ok(taken);
    }
    taken.next = PassStep::Missing { after: None };
    Ok(taken)
}

/// Queues what the step came to and the next one, and writes that down; as [`crate::sync_run`] does.
async fn advance(context: &OrgContext<'_>, pass: &Pass, taken: Taken) -> Result<(), WorkError> {
    let (org, queues) = (context.org(), &context.app.queues);
    let next = Pass {
        seq: pass.seq + 1,
        stepped_at: context.app.clock.now_s(),
        step: taken.next,
        tally: taken.tally,
        knows_tags: taken.knows_tags,
        ..pass.clone()
    };
    let mut looks = taken.looks;
    match taken.wait {
        Some(wait) => queues.send_look_later(&message(org, &next), wait).await?,
        None => looks.push(message(org, &next)),
    }
    queues.send_looks(&looks).await?;
    Ok(context.app.store.step_pass(org, &next, pass.seq).await?)
}

async fn finish(context: &OrgContext<'_>, pass: &Pass) -> Result<(), WorkError> {
    let (org, store) = (context.org(), &context.app.store);
    let now = context.app.clock.now_s();
    let entry = NewEntry::new(Kind::Sync, Outcome::Updated, summary(&pass.tally));
    store.log_daily(org, entry).await?.either_way();
    store.record_checked(org, now).await?;
    let done = Pass {
        seq: pass.seq + 1,
        finished_at: Some(now),
        ..pass.clone()
    };
    store.step_pass(org, &done, pass.seq).await?;
    let seconds = now - pass.started_at;
    tracing::info!(org.id = %org, seconds, tally = ?pass.tally, "a nightly pass ends");
    Ok(())
}

fn message(org: &OrgId, pass: &Pass) -> SyncMessage {
    SyncMessage::new(
        org,
        Look::Nightly {
            take: NightlyTake::Next {
                pass: pass.id.clone(),
                seq: pass.seq,
            },
        },
    )
}

/// Of what a tally says, what an administrator is asked about.
fn lost_sight(tally: &Tally, now: i64) -> Option<LostSight> {
    has_lost_sight(tally).then_some(LostSight {
        at: now,
        projects: tally.projects_missing,
        files: tally.files_missing,
    })
}
