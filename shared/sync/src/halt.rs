//! An administrator pauses everything, and goes on (B44).
//!
//! Looks that come meanwhile wait in rows, as they do while a side does not answer; files wait in theirs;
//! cursors stay where they are. So going on is what the end of an outage is.

use model::messages::{Look, SyncMessage};
use model::organization::Halt;
use one_click::{IntegrationState, OrgId};
use runtime::{App, WorkError};
use store::activity::{Kind, NewEntry, Outcome};

use crate::connection;
use crate::context::OrgContext;

/// Pauses everything. `false`: it is paused already, or not connected.
pub async fn begin(app: &App, org: &OrgId, by: &str) -> Result<bool, WorkError> {
    let halt = Halt {
        at: app.clock.now_s(),
        by: by.to_owned(),
    };
    let text =
        format!("{by} paused syncing. Nothing is missed: it all comes when somebody resumes it.");
    let entry = NewEntry::new(Kind::Connection, Outcome::Updated, text).by(by);
    if !app.store.halt(org, &halt, entry).await?.applied() {
        return Ok(false);
    }
    tracing::info!(org.id = %org, "an administrator paused the organization");
    say_on_card(app, org, &connection::paused_by(by)).await;
    Ok(true)
}

/// Goes on with everything. `false`: it was not paused.
pub async fn end(app: &App, org: &OrgId, by: &str) -> Result<bool, WorkError> {
    let text = format!("{by} resumed syncing. What waited is on its way.");
    let entry = NewEntry::new(Kind::Connection, Outcome::Updated, text).by(by);
    let ended = app.store.end_halt(org, entry).await?.applied();
    if ended {
        tracing::info!(org.id = %org, "an administrator resumed the organization");
        say_on_card(app, org, "").await;
    }
    // Also at the second click: the first may have ended here.
    go_on(app, org).await?;
    Ok(ended)
}

/// Goes on where whoever ended the pause did not get to it.
pub async fn make_up_for(context: &OrgContext<'_>) -> Result<(), WorkError> {
    if context.organization.goes_on {
        go_on(context.app, context.org()).await?;
    }
    Ok(())
}

async fn go_on(app: &App, org: &OrgId) -> Result<(), WorkError> {
    let resume = SyncMessage::new(org, Look::Resume { after: None });
    app.queues.send_looks(&[resume]).await?;
    Ok(app.store.record_going_on(org).await?)
}

/// The card is only told: that One Click does not answer now keeps nobody from pausing.
async fn say_on_card(app: &App, org: &OrgId, message: &str) {
    let told = connection::publish_state(app, org, IntegrationState::Connected, message).await;
    if let Err(error) = told {
        tracing::warn!(org.id = %org, cause = %error, "One Click’s card does not say whether syncing is paused");
    }
}
