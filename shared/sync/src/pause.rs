//! While a side does not answer: one probe at a time, everything else waits in rows, and goes on when
//! the side answers again (B27, B36).

use decide::pause;
use decide::waiting::{merged, name};
use model::messages::{Envelope, Look, SyncMessage};
use model::organization::Organization;
use model::pause::{Pause, Side};
use one_click::OrgId;
use runtime::pacing::Lane;
use runtime::{App, WorkError};
use store::pauses::WaitingLook;

use crate::context::OrgContext;

/// What asking a side came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// It answers.
    Answers,
    /// It does not, or not as it should.
    Silent,
    /// Somebody else has just asked, for everybody, in vain.
    ByAnother,
}

/// Whether the side answers anything at all: what it refuses then is its word about one item (B35).
pub async fn answers(
    app: &App,
    organization: &Organization,
    side: Side,
) -> Result<bool, WorkError> {
    let org = &organization.org_id;
    let asked = match side {
        Side::CompanyCam => {
            let companycam = app.companycam(organization, Lane::Live);
            let company = companycam.company();
            company.await.map(drop).map_err(WorkError::from)
        }
        Side::OneClick => {
            let asked = app.one_click().await?.organization(org).await;
            asked.map(drop).map_err(WorkError::from)
        }
    };
    match asked {
        Ok(()) | Err(WorkError::Permanent(_)) => Ok(true),
        Err(WorkError::Transient { down, .. }) => Ok(down.is_none()),
        Err(other @ (WorkError::NeedsReconnecting | WorkError::OtherVersion(_))) => Err(other),
    }
}

/// Queues the first probe, and pauses the organization's work with the side.
///
/// In this order, since nobody would end a pause without a probe: one that finds no pause of its own, as
/// after a crash in between, is let go.
pub async fn begin(app: &App, organization: &Organization, side: Side) -> Result<(), WorkError> {
    let org = &organization.org_id;
    let now = app.clock.now_s();
    let begun = pause::begun(now, app.clock.now_ms());
    queue_probe(app, org, side, &begun, now).await?;
    if !app.store.pause(org, side, &begun).await?.applied() {
        return Ok(());
    }
    tracing::warn!(org.id = %org, side = side.code(), "a side does not answer");
    if side == Side::OneClick && app.store.shared_outage(side).await?.is_none() {
        // Somebody else's is as good.
        app.store.probe_for_all(side, None, now).await?.either_way();
    }
    Ok(())
}

/// Has the look wait until the side answers. What is looked at anyway then needs no row.
pub async fn park(app: &App, message: &SyncMessage) -> Result<(), WorkError> {
    let Some(name) = name(&message.look) else {
        return Ok(());
    };
    let (store, org) = (&app.store, &message.org_id);
    let before = store.waiting(org, &name).await?;
    let since = before
        .as_ref()
        .map_or(app.clock.now_s(), |before| before.since);
    let before = match before {
        Some(before) => readable(app, &before).await?,
        None => None,
    };
    let waits = merged(before, message);
    let text =
        serde_json::to_string(&waits).map_err(|error| WorkError::Permanent(error.to_string()))?;
    tracing::info!(org.id = %org, look.kind = message.look.kind(), "a look waits for a side to answer");
    Ok(store.wait(org, &name, text, since).await?)
}

/// The look that waits. One of another version comes back by itself until the version that can read it
/// does: it goes the way of any message that can't be read.
pub async fn readable(app: &App, look: &WaitingLook) -> Result<Option<SyncMessage>, WorkError> {
    let text = &look.message;
    if let Ok(message) = serde_json::from_str(text) {
        return Ok(Some(message));
    }
    match Envelope::again(text) {
        Some(message) => app.queues.send_look_as_it_came(&message).await?,
        None => app.queues.dead_letter_look(text).await?,
    }
    // The template counts these lines.
    tracing::error!(org.id = %look.org_id, name = look.name, "a message of another version waits");
    Ok(None)
}

/// Probes the side: goes on with everything if it answers, and otherwise comes back later. An older
/// probe is let go.
pub async fn probe(
    app: &App,
    organization: &Organization,
    side: Side,
    seq: i64,
) -> Result<(), WorkError> {
    let org = &organization.org_id;
    let Some(paused) = organization.pause(side).filter(|paused| paused.seq == seq) else {
        return Ok(());
    };
    // From when it was sent: a side that says nothing takes its time to do so.
    let now = app.clock.now_s();
    if ask(app, organization, side).await? == ProbeOutcome::Answers {
        // Queued before the pause ends: a crash in between only probes once more.
        app.queues
            .send_looks(&[SyncMessage::new(org, Look::Resume { after: None })])
            .await?;
        if app.store.end_pause(org, side, seq).await?.applied() {
            tracing::info!(org.id = %org, side = side.code(), "a side answers again");
        }
        return Ok(());
    }
    let prolonged = pause::prolonged(paused, org, now);
    queue_probe(app, org, side, &prolonged, app.clock.now_s()).await?;
    app.store
        .prolong(org, side, seq, &prolonged)
        .await?
        .either_way();
    Ok(())
}

/// Asks the side, unless it is down for everybody and somebody else has just asked.
async fn ask(
    app: &App,
    organization: &Organization,
    side: Side,
) -> Result<ProbeOutcome, WorkError> {
    let told = |answers| {
        if answers {
            ProbeOutcome::Answers
        } else {
            ProbeOutcome::Silent
        }
    };
    if side == Side::CompanyCam {
        return answers(app, organization, side).await.map(told);
    }
    let now = app.clock.now_s();
    let shared = app.store.shared_outage(side).await?;
    if let Some(shared) = &shared {
        let another = pause::was_probed(shared.probed_at, now)
            || !app
                .store
                .probe_for_all(side, Some(shared), now)
                .await?
                .applied();
        if another {
            return Ok(ProbeOutcome::ByAnother);
        }
    }
    let asked = answers(app, organization, side).await.map(told)?;
    match asked {
        ProbeOutcome::Answers if shared.is_some() => app.store.end_shared_outage(side).await?,
        ProbeOutcome::Silent if shared.is_none() => {
            app.store.probe_for_all(side, None, now).await?.either_way();
        }
        ProbeOutcome::Answers | ProbeOutcome::Silent | ProbeOutcome::ByAnother => {}
    }
    Ok(asked)
}

async fn queue_probe(
    app: &App,
    org: &OrgId,
    side: Side,
    paused: &Pause,
    now: i64,
) -> Result<(), WorkError> {
    let seq = paused.seq;
    let probe = SyncMessage::new(org, Look::Probe { side, seq });
    Ok(app
        .queues
        .send_look_later(&probe, pause::wait(paused, now))
        .await?)
}

/// Queues the probe of a pause once more if it was lost, as the poll does.
pub async fn keep_probing(context: &OrgContext<'_>) -> Result<(), WorkError> {
    for side in Side::BOTH {
        let paused = context.organization.pause(side);
        if let Some(paused) = paused.filter(|paused| pause::is_lost(paused, context.now)) {
            tracing::warn!(org.id = %context.org(), side = side.code(), "a probe was lost; it is sent again");
            queue_probe(context.app, context.org(), side, paused, context.now).await?;
        }
    }
    Ok(())
}

/// Whether looks, photos or projects wait whose messages may have been let go, as when the connection ended.
pub async fn something_waits(context: &OrgContext<'_>) -> Result<bool, WorkError> {
    let (store, org) = (&context.app.store, context.org());
    let waiting = store.waiting_looks(org, None, 1).await?;
    Ok(!waiting.is_empty()
        || store.any_file_pending(org).await?
        || store.any_project_pending(org).await?)
}
