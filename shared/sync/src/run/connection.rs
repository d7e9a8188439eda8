//! The connection's state, and telling One Click about it (B4).

use one_click::{IntegrationState, OrgId};
use runtime::{App, Trouble};
use store::activity::{Kind, NewEntry, Outcome};
use store::organizations::{ConnectionState, Organization};

use super::Context;

/// `CompanyCam` no longer accepts the grant: polling stops, the tab shows a banner, One Click's card
/// says so. Unless a newer connection was made meanwhile.
pub async fn pause(context: &Context<'_>) -> Result<(), Trouble> {
    let organization = &context.organization;
    let org = context.org();
    let paused = context
        .app
        .store
        .set_state(
            org,
            organization.generation,
            ConnectionState::NeedsReconnecting,
        )
        .await?;
    if paused.is_none() {
        return Ok(());
    }
    tracing::warn!(org.id = %org, "CompanyCam no longer accepts the grant; the connection waits to be reconnected");
    let text = "CompanyCam no longer accepts the connection. Press Reconnect; everything missed will be caught up on.";
    context
        .app
        .store
        .log(org, NewEntry::new(Kind::Connection, Outcome::Failed, text))
        .await?;
    tell_one_click(context.app, org, IntegrationState::NeedsReconnecting, text).await
}

/// Disconnects (B5): revokes the grant, deletes the tokens, gives the company up. Links, matches and
/// preferences stay. Cut off anywhere, pressing the button again finishes it.
pub async fn disconnect(app: &App, organization: &Organization, by: &str) -> Result<(), Trouble> {
    let org = &organization.org_id;
    // First, so that nothing begins any more while the rest is done.
    let generation = organization.generation;
    if app
        .store
        .set_state(org, generation, ConnectionState::Disconnected)
        .await?
        .is_none()
    {
        return Err(Trouble::transient(
            "the organization was connected again at the same moment",
        ));
    }
    if let Some(tokens) = app.secrets.tokens(org).await? {
        // A grant that CompanyCam can't be told about now still loses its tokens here.
        match app.oauth().await {
            Ok(oauth) => {
                for token in [&tokens.refresh_token, &tokens.access_token] {
                    if let Err(error) = oauth.revoke(token).await {
                        tracing::warn!(org.id = %org, %error, "CompanyCam did not take back a token");
                    }
                }
            }
            Err(trouble) => {
                tracing::warn!(org.id = %org, %trouble, "the tokens could not be revoked");
            }
        }
        app.secrets.delete_tokens(org).await?;
    }
    app.forget_token(org);
    app.store
        .release_company(org, &organization.company_id)
        .await?;
    if organization.state != ConnectionState::Disconnected {
        let text = format!("Disconnected from {} by {by}.", organization.company_name);
        app.store
            .log(org, NewEntry::new(Kind::Connection, Outcome::Removed, text))
            .await?;
    }
    tracing::info!(org.id = %org, "disconnected");
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
