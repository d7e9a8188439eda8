//! The connection's state, and telling One Click about it (B4).

use one_click::{IntegrationState, OrgId};
use runtime::{App, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::organizations::ConnectionState;

use super::Context;

/// `CompanyCam` no longer accepts the grant: polling stops, the tab shows a banner, One Click's card
/// says so. Unless a newer connection was made meanwhile.
pub async fn pause(context: &Context<'_>) -> Result<(), Trouble> {
    let organization = &context.organization;
    let org = context.org();
    let paused = context
        .app
        .store
        .set_state(org, organization.generation, ConnectionState::NeedsReconnecting)
        .await?;
    if paused.is_none() {
        return Ok(());
    }
    tracing::warn!(org.id = %org, "CompanyCam no longer accepts the grant; the connection waits to be reconnected");
    let text = "CompanyCam no longer accepts the connection. Press Reconnect; everything missed will be caught up on.";
    context.app.store.log(org, NewEntry::new(Kind::Connection, Outcome::Failed, text)).await?;
    tell_one_click(context.app, org, IntegrationState::NeedsReconnecting, text).await
}

/// Shows the state on One Click's integrations card.
pub async fn tell_one_click(app: &App, org: &OrgId, state: IntegrationState, message: &str) -> Result<(), Trouble> {
    app.one_click().await?.put_integration(org, state, message).await?;
    Ok(())
}
