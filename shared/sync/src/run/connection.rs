//! The connection's state, and telling One Click about it (B4).

use companycam::oauth::OAuthError;
use one_click::{IntegrationState, OrgId};
use runtime::messages::{Look, SyncMessage};
use runtime::{App, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::organizations::{ConnectionState, Organization};

use super::{Context, webhooks};

const PAUSED: &str = "CompanyCam no longer accepts the connection. Press Reconnect; everything missed will be caught up on.";

/// `CompanyCam` no longer accepts the grant: polling stops, the tab shows a banner, One Click's card
/// says so. Unless a newer connection was made meanwhile.
pub async fn pause(context: &Context<'_>) -> Result<(), Trouble> {
    pause_of(context.app, &context.organization).await
}

/// The same, for whoever has no context.
pub(super) async fn pause_of(app: &App, organization: &Organization) -> Result<(), Trouble> {
    let (org, generation) = (&organization.org_id, organization.generation);
    let now = app.store.organization(org).await?;
    if now.is_none_or(|now| now.generation != generation || now.state != ConnectionState::Connected)
    {
        return Ok(());
    }
    // Told first: once the state is written no look comes here again, and a failed telling would be lost.
    tell_one_click(app, org, IntegrationState::NeedsReconnecting, PAUSED).await?;
    let paused = app
        .store
        .set_state(org, generation, ConnectionState::NeedsReconnecting)
        .await?;
    if paused.is_some() {
        tracing::warn!(org.id = %org, "CompanyCam no longer accepts the grant; the connection waits to be reconnected");
        app.store
            .log(
                org,
                NewEntry::new(Kind::Connection, Outcome::Failed, PAUSED),
            )
            .await?;
    }
    Ok(())
}

/// Begins to disconnect (B5). The message comes first: whatever happens after it, the rest is done.
pub async fn disconnect(app: &App, organization: &Organization, by: &str) -> Result<(), Trouble> {
    let (org, generation) = (&organization.org_id, organization.generation);
    app.queues
        .sync(&[SyncMessage::new(org, Look::Disconnect { generation })])
        .await?;
    if organization.state == ConnectionState::Disconnected {
        return Ok(());
    }
    if app
        .store
        .set_state(org, generation, ConnectionState::Disconnected)
        .await?
        .is_some()
    {
        let text = format!("Disconnected from {} by {by}.", organization.company_name);
        app.store
            .log(org, NewEntry::new(Kind::Connection, Outcome::Removed, text))
            .await?;
        tracing::info!(org.id = %org, "disconnected");
    }
    Ok(())
}

/// Does the rest: takes both webhooks back, revokes the grant, deletes the secrets, gives the company
/// up, tells One Click. Links, matches and preferences stay. Lets go if the organization was connected again meanwhile.
pub(super) async fn finish_disconnecting(
    app: &App,
    organization: &Organization,
    generation: i64,
) -> Result<(), Trouble> {
    let org = &organization.org_id;
    let ended = app
        .store
        .set_state(org, generation, ConnectionState::Disconnected)
        .await?;
    if ended.is_none() {
        return Ok(());
    }
    // While the token still works.
    webhooks::take_back(app, organization, app.clock.now_s()).await?;
    if let Some(tokens) = app.secrets.tokens(org).await? {
        let oauth = app.oauth().await?;
        for token in [&tokens.refresh_token, &tokens.access_token] {
            match oauth.revoke(token).await {
                Err(error @ OAuthError::Transient { .. }) => {
                    return Err(Trouble::transient(error.to_string()));
                }
                Err(error) => {
                    tracing::warn!(org.id = %org, %error, "CompanyCam did not take back a token");
                }
                Ok(()) => {}
            }
        }
        app.secrets.delete_tokens(org).await?;
    }
    app.forget_token(org);
    app.store
        .release_company(org, &organization.company_id)
        .await?;
    tell_one_click(app, org, IntegrationState::Disconnected, "").await
}

/// Shows the state on One Click's integrations card.
pub async fn tell_one_click(
    app: &App,
    org: &OrgId,
    state: IntegrationState,
    message: &str,
) -> Result<(), Trouble> {
    app.one_click()
        .await?
        .put_integration(org, state, message)
        .await?;
    Ok(())
}
