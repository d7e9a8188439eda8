//! What becomes of a look that failed: it is put off, waits in a row for its side to answer, or is set
//! aside (B27, B35, B36).

use std::time::Duration;

use model::messages::{Failures, Look, OTHER_VERSION_TRIES, OTHER_VERSION_WAIT, SyncMessage};
use model::organization::ConnectionState;
use model::pause::Side;
use runtime::queues::backoff;
use runtime::{App, WorkError};
use store::activity::{NewEntry, Outcome};

use crate::{connection, pause, subject, sync_run};

/// How long a look is tried that a side refuses while it answers others.
const REFUSED_S: i64 = 24 * 60 * 60;
/// How long a step of a sync run: polls list nothing while it runs.
const STEP_REFUSED_S: i64 = 60 * 60;
/// After so long people are told that it waits.
const TOLD_S: i64 = 60;
/// How long a look is tried that fails for whatever reason: every chain of messages ends.
const PATIENCE_S: i64 = 2 * 24 * 60 * 60;
/// Two answers that end something are at least so far apart.
const ANOTHER_ANSWER_S: i64 = 60;
/// A poll is tried so often: then the schedule brings the next.
const POLL_TRIES: u32 = 5;

/// What is to be done with the message.
#[derive(Debug)]
pub enum Next {
    /// Nothing: what it is about waits in a row, or comes back by itself.
    Waits,
    /// It comes back after the delay, like this.
    Later(Box<SyncMessage>, Duration),
    /// It can never succeed; why.
    SetAside(String),
}

/// Decides, and writes down what has to be remembered.
pub async fn failed(app: &App, message: &SyncMessage, error: WorkError) -> Result<Next, WorkError> {
    match error {
        WorkError::Permanent(reason) => refused_outright(app, message, reason).await,
        WorkError::OtherVersion(cause) => of_another_version(app, message, cause).await,
        WorkError::NeedsReconnecting => Ok(Next::SetAside(error.to_string())),
        WorkError::Transient {
            after,
            down: None,
            cause,
        } => later(app, message, after, &cause).await,
        WorkError::Transient {
            after,
            down: Some(side),
            cause,
        } => side_failed(app, message, side, after, &cause).await,
    }
}

/// By itself an answer ends nothing: the look is set aside when the same comes of it a minute later (B33).
async fn refused_outright(
    app: &App,
    message: &SyncMessage,
    reason: String,
) -> Result<Next, WorkError> {
    let now = app.clock.now_s();
    let first = message.failures.refused_outright_at.unwrap_or(now);
    let left = first + ANOTHER_ANSWER_S - now;
    if left <= 0 {
        return Ok(Next::SetAside(reason));
    }
    let again = SyncMessage {
        failures: Failures {
            refused_outright_at: Some(first),
            ..message.failures.clone()
        },
        ..message.clone()
    };
    // A little later than it has to be: clocks differ.
    let delay = Duration::from_secs(left.unsigned_abs() + 5);
    later(app, &again, Some(delay), &reason).await
}

/// A row that this version can't read waits for the one that can, for days.
async fn of_another_version(
    app: &App,
    message: &SyncMessage,
    cause: String,
) -> Result<Next, WorkError> {
    // The template counts these lines.
    tracing::error!(org.id = %message.org_id, look.kind = message.look.kind(), message.tries, cause, "a row of another version is waited for");
    if is_poll(message) {
        return Ok(Next::Waits);
    }
    if message.tries >= OTHER_VERSION_TRIES {
        return Ok(Next::SetAside(cause));
    }
    if let Look::Sync { run, .. } = &message.look {
        sync_run::is_alive(app, &message.org_id, run).await?;
    }
    Ok(Next::Later(Box::new(message.again()), OTHER_VERSION_WAIT))
}

fn is_poll(message: &SyncMessage) -> bool {
    matches!(message.look, Look::Poll | Look::PollOn { .. })
}

/// Puts the look off. A poll that has not begun to list ends by itself, since others follow.
async fn later(
    app: &App,
    message: &SyncMessage,
    after: Option<Duration>,
    cause: &str,
) -> Result<Next, WorkError> {
    if matches!(message.look, Look::Poll) && message.tries >= POLL_TRIES {
        return Ok(Next::Waits);
    }
    let now = app.clock.now_s();
    let since = message.failures.since.unwrap_or(now);
    if now - since >= PATIENCE_S {
        return Ok(Next::SetAside(cause.to_owned()));
    }
    if let Look::Sync { run, .. } = &message.look {
        sync_run::is_alive(app, &message.org_id, run).await?;
    }
    let again = message.again();
    let again = SyncMessage {
        failures: Failures {
            since: Some(since),
            ..again.failures
        },
        ..again
    };
    let delay = after.unwrap_or_else(|| backoff(message.tries));
    Ok(Next::Later(Box::new(again), delay))
}

/// A side did not answer, or not as it should.
async fn side_failed(
    app: &App,
    message: &SyncMessage,
    side: Side,
    after: Option<Duration>,
    cause: &str,
) -> Result<Next, WorkError> {
    let Some(organization) = app.store.organization(&message.org_id).await? else {
        return Ok(Next::Waits);
    };
    // Disconnecting goes on by itself, whatever else waits.
    if organization.state != ConnectionState::Connected {
        return later(app, message, after, cause).await;
    }
    if organization.pause(side).is_none() {
        match pause::answers(app, &organization, side).await {
            Ok(true) => return refused(app, message, side, after, cause).await,
            Ok(false) => pause::begin(app, &organization, side).await?,
            Err(WorkError::NeedsReconnecting) => {
                connection::needs_reconnecting_of(app, &organization).await?;
                return Ok(Next::Waits);
            }
            Err(error) => return Err(error),
        }
    }
    pause::park(app, message).await?;
    Ok(Next::Waits)
}

/// The side answers others: this one item is the matter (B35). It is named within minutes, and tried for
/// a day. A sync run goes on without it.
async fn refused(
    app: &App,
    message: &SyncMessage,
    side: Side,
    after: Option<Duration>,
    cause: &str,
) -> Result<Next, WorkError> {
    let now = app.clock.now_s();
    let since = message.failures.refused_since.unwrap_or(now);
    let patience = match &message.look {
        Look::Sync { .. } => STEP_REFUSED_S,
        _ => REFUSED_S,
    };
    if now - since >= patience {
        return Ok(Next::SetAside(cause.to_owned()));
    }
    let lasts = now - since >= TOLD_S;
    if lasts {
        if let Look::Project { project_id, .. } = &message.look {
            app.store
                .stop_waiting_for(&message.org_id, project_id)
                .await?;
        }
        if !message.failures.told {
            tell(app, message, side, cause).await?;
        }
        if let Look::Sync { run, seq } = &message.look
            && sync_run::pass_over(app, &message.org_id, run, *seq).await?
        {
            return Ok(Next::Waits);
        }
    }
    let again = SyncMessage {
        failures: Failures {
            refused_since: Some(since),
            told: message.failures.told || lasts,
            ..message.failures.clone()
        },
        ..message.clone()
    };
    let delay = backoff(message.tries).max(after.unwrap_or_default());
    later(app, &again, Some(delay), cause).await
}

async fn tell(app: &App, message: &SyncMessage, side: Side, cause: &str) -> Result<(), WorkError> {
    let (kind, what) = subject::of(&message.look);
    let text = format!(
        "{what} waits: {} has refused it so far ({cause}), though it answers others. It is tried again for {}.",
        side.name(),
        match &message.look {
            Look::Sync { .. } => "an hour",
            _ => "a day",
        }
    );
    let entry = subject::about(&message.look, NewEntry::new(kind, Outcome::Skipped, text));
    tracing::warn!(org.id = %message.org_id, look.kind = message.look.kind(), side = side.code(), cause, "a side refuses one item");
    Ok(app.store.log(&message.org_id, entry).await?)
}
