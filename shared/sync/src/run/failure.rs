//! What becomes of a look that failed: it is put off, waits in a row for its side to answer, or is set
//! aside (B27, B35, B36).

use std::time::Duration;

use runtime::messages::{Look, SyncMessage};
use runtime::queues::backoff;
use runtime::{App, Trouble};
use store::activity::{NewEntry, Outcome};
use store::organizations::ConnectionState;
use store::pauses::Side;

use super::{connection, pause, subject, sync_run};

/// How long a look is tried that a side refuses while it answers others.
const REFUSED_S: i64 = 24 * 60 * 60;
/// After so many tries, a minute or so, people are told that it waits.
const TOLD_AFTER: u32 = 5;
/// A poll is tried so often: then the schedule brings the next.
const POLL_TRIES: u32 = 5;

/// What is to be done with the message.
#[derive(Debug)]
pub enum Next {
    /// Nothing: what it is about waits in a row, or comes back by itself.
    Waits,
    /// It comes back after the delay, like this.
    Later(SyncMessage, Duration),
    /// It can never succeed; why.
    SetAside(String),
}

/// Decides, and writes down what has to be remembered.
pub async fn failed(app: &App, message: &SyncMessage, trouble: Trouble) -> Result<Next, Trouble> {
    match trouble {
        Trouble::Permanent(reason) => Ok(Next::SetAside(reason)),
        Trouble::NeedsReconnecting => Ok(Next::SetAside(trouble.to_string())),
        Trouble::Transient {
            after, down: None, ..
        } => later(app, message, after).await,
        Trouble::Transient {
            after,
            down: Some(side),
            cause,
        } => side_failed(app, message, side, after, &cause).await,
    }
}

/// Puts the look off. Polls end by themselves, since others follow.
async fn later(app: &App, message: &SyncMessage, after: Option<Duration>) -> Result<Next, Trouble> {
    let is_poll = matches!(message.look, Look::Poll | Look::PollOn { .. });
    if is_poll && message.tries >= POLL_TRIES {
        return Ok(Next::Waits);
    }
    if let Look::Sync { run, .. } = &message.look {
        sync_run::is_alive(app, &message.org_id, run).await?;
    }
    let delay = after.unwrap_or_else(|| backoff(message.tries));
    Ok(Next::Later(message.again(), delay))
}

/// A side did not answer, or not as it should.
async fn side_failed(
    app: &App,
    message: &SyncMessage,
    side: Side,
    after: Option<Duration>,
    cause: &str,
) -> Result<Next, Trouble> {
    let Some(organization) = app.store.organization(&message.org_id).await? else {
        return Ok(Next::Waits);
    };
    // Disconnecting goes on by itself, whatever else waits.
    if organization.state != ConnectionState::Connected {
        return later(app, message, after).await;
    }
    if organization.pause(side).is_none() {
        match pause::answers(app, &organization, side).await {
            Ok(true) => return refused(app, message, side, cause).await,
            Ok(false) => pause::begin(app, &organization, side).await?,
            Err(Trouble::NeedsReconnecting) => {
                connection::pause_of(app, &organization).await?;
                return Ok(Next::Waits);
            }
            Err(trouble) => return Err(trouble),
        }
    }
    pause::park(app, message).await?;
    Ok(Next::Waits)
}

/// The side answers others: this one item is the matter (B35). It is tried for a day.
async fn refused(
    app: &App,
    message: &SyncMessage,
    side: Side,
    cause: &str,
) -> Result<Next, Trouble> {
    let now = app.clock.now_s();
    let since = message.refused_since.unwrap_or(now);
    if now - since >= REFUSED_S {
        return Ok(Next::SetAside(cause.to_owned()));
    }
    if message.tries >= TOLD_AFTER {
        if let Look::Project { project_id, .. } = &message.look {
            app.store
                .stop_waiting_for(&message.org_id, project_id)
                .await?;
        }
        if message.tries == TOLD_AFTER {
            tell(app, message, side, cause).await?;
        }
    }
    let again = SyncMessage {
        refused_since: Some(since),
        ..message.clone()
    };
    later(app, &again, None).await
}

async fn tell(app: &App, message: &SyncMessage, side: Side, cause: &str) -> Result<(), Trouble> {
    let (kind, what) = subject::of(&message.look);
    let text = format!(
        "{what} waits: {} has refused it so far ({cause}), though it answers others. It is tried again for a day.",
        side.name()
    );
    let entry = subject::about(&message.look, NewEntry::new(kind, Outcome::Skipped, text));
    tracing::warn!(org.id = %message.org_id, look.kind = message.look.kind(), side = side.code(), cause, "a side refuses one item");
    Ok(app.store.log(&message.org_id, entry).await?)
}
