//! The connection's state, and telling One Click about it (B4).

use companycam::oauth::OAuthError;
use model::attention::Matter;
use model::messages::{Look, SyncMessage};
use model::organization::{ConnectionState, Organization, TakeBack};
use model::pause::Side;
use one_click::{IntegrationState, OrgId};
use runtime::{App, OrgTokens, WorkError};
use secrecy::ExposeSecret;
use store::activity::{Kind, NewEntry, Outcome};

use crate::context::OrgContext;
use crate::{attention, webhooks};

const NEEDS_RECONNECTING: &str =
    "The connection to CompanyCam stopped working. Reconnect and we’ll catch up.";
const FOREIGN: &str = "CompanyCam says that the stored access belongs to another company than the one connected. Nothing was changed. Press Reconnect; everything missed will be caught up on.";

/// `CompanyCam` no longer accepts the grant: polling stops, the tab shows a banner, One Click's card
/// says so. Unless a newer connection was made meanwhile.
pub async fn needs_reconnecting(context: &OrgContext<'_>) -> Result<(), WorkError> {
    needs_reconnecting_of(context.app, &context.organization).await
}

/// The same, for whoever has no context.
pub(super) async fn needs_reconnecting_of(
    app: &App,
    organization: &Organization,
) -> Result<(), WorkError> {
    needs_reconnecting_saying(app, organization, NEEDS_RECONNECTING).await
}

async fn needs_reconnecting_saying(
    app: &App,
    organization: &Organization,
    why: &'static str,
) -> Result<(), WorkError> {
    let (org, generation) = (&organization.org_id, organization.generation);
    let now = app.store.organization(org).await?;
    if now.is_none_or(|now| now.generation != generation || now.state != ConnectionState::Connected)
    {
        return Ok(());
    }
    // Told first: once the state is written no look comes here again, and a failed telling would be lost.
    publish_state(app, org, IntegrationState::NeedsReconnecting, why).await?;
    let entry = NewEntry::new(Kind::Connection, Outcome::Failed, why);
    let store = &app.store;
    if store
        .set_needs_reconnecting(org, generation, entry)
        .await?
        .applied()
    {
        tracing::warn!(org.id = %org, "CompanyCam no longer accepts the grant; the connection waits to be reconnected");
    }
    Ok(())
}

/// Begins to disconnect (B5). The message comes first: whatever happens after it, the rest is done.
pub async fn disconnect(app: &App, organization: &Organization, by: &str) -> Result<(), WorkError> {
    let (org, generation) = (&organization.org_id, organization.generation);
    app.queues
        .send_looks(&[SyncMessage::new(org, Look::Disconnect { generation })])
        .await?;
    if organization.state == ConnectionState::Disconnected {
        return Ok(());
    }
    if app.store.set_disconnected(org, generation).await?.is_some() {
        let text = format!("Disconnected from {} by {by}.", organization.company_name);
        app.store
            .log(
                org,
                NewEntry::new(Kind::Connection, Outcome::Removed, text).by(by),
            )
            .await?;
        tracing::info!(org.id = %org, "disconnected");
    }
    Ok(())
}

/// Does the rest: takes both webhooks back, revokes the grant, removes the tokens, gives the company
/// up, tells One Click. Links, matches and preferences stay.
///
/// Lets go if the organization was connected again meanwhile: what is revoked and removed is what was
/// there when the connection was still this one, and the new connection has written down by itself what
/// is to be taken back of it.
pub(super) async fn finish_disconnecting(
    app: &App,
    organization: &Organization,
    generation: i64,
) -> Result<(), WorkError> {
    let org = &organization.org_id;
    let ended = app.store.set_disconnected(org, generation).await?;
    let Some(ended) = ended else {
        return Ok(());
    };
    take_back(app, &ended).await?;
    // While the token still works.
    webhooks::take_back(app, &ended, app.clock.now_s()).await?;
    // Taking the webhook back may have renewed the tokens.
    let now = app.store.organization(org).await?;
    let Some(ended) = now.filter(|now| now.generation == generation) else {
        return Ok(());
    };
    let tokens = match app.tokens_of(&ended).await? {
        None if !ended.no_old_secrets => app.secrets.old_tokens(org).await?,
        tokens => tokens,
    };
    if let Some(tokens) = &tokens {
        revoke(app, org, tokens).await?;
    }
    if !ended.no_old_secrets {
        app.secrets.delete_old_tokens(org).await?;
        app.secrets.delete_old_webhook_keys(org).await?;
    }
    app.forget_token(org);
    if !app.store.end_connection(&ended).await?.applied() {
        // Connected again, and then the next look lets go; or renewed, and then it revokes those.
        return Err(WorkError::transient(
            "the connection changed while it was being ended",
        ));
    }
    publish_state(app, org, IntegrationState::Disconnected, "").await
}

/// Revokes both tokens of a grant. A refusal is `CompanyCam`'s to give.
async fn revoke(app: &App, org: &OrgId, tokens: &OrgTokens) -> Result<(), WorkError> {
    let oauth = app.oauth().await?;
    for token in [&tokens.refresh_token, &tokens.access_token] {
        match oauth.revoke(token).await {
            Err(error @ OAuthError::Transient { .. }) => {
                return Err(WorkError::transient(error.to_string()));
            }
            Err(error) => {
                tracing::warn!(org.id = %org, cause = %error, "CompanyCam did not take back a token");
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Takes back what is left of connections that were replaced: the grant, and another company's webhook.
/// Cut off anywhere, it is done again: the row forgets each only when nothing of it is left.
pub async fn take_back(app: &App, organization: &Organization) -> Result<(), WorkError> {
    let org = &organization.org_id;
    for before in organization.take_backs.values() {
        if let Some(tokens) = app.tokens_to_take_back(org, before).await? {
            take_back_one(app, organization, before, &tokens).await?;
        }
        app.store.remove_take_back(org, before).await?;
        tracing::info!(org.id = %org, company.id = %before.company_id, "took back what was left of the connection before");
    }
    Ok(())
}

async fn take_back_one(
    app: &App,
    organization: &Organization,
    before: &TakeBack,
    tokens: &OrgTokens,
) -> Result<(), WorkError> {
    let org = &organization.org_id;
    // Connected to the same company, the webhook is the new connection's to keep.
    if before.company_id != organization.company_id {
        match webhooks::take_back_with(app, org, &tokens.access_token).await {
            Err(error) if error.is_transient() => {
                return Err(WorkError::transient(error.to_string()));
            }
            // Its deliveries come to nothing, as they are of an older generation.
            Err(error) => {
                tracing::warn!(org.id = %org, cause = %error, "the webhook at the company before was not deleted");
            }
            Ok(()) => {}
        }
    }
    // A server may hand out the same tokens again to who has some; those must live.
    let current = app.tokens_of(organization).await?;
    let shared = current.is_some_and(|current| {
        current.refresh_token.expose_secret() == tokens.refresh_token.expose_secret()
            || current.access_token.expose_secret() == tokens.access_token.expose_secret()
    });
    if shared {
        return Ok(());
    }
    revoke(app, org, tokens).await
}

/// Whether the look can be taken: it is known whose the token is. What is left of the connection before
/// is taken back first, as far as that can be done now.
pub(super) async fn is_ready(context: &OrgContext<'_>, look: &Look) -> Result<bool, WorkError> {
    let organization = &context.organization;
    let verified = organization.verified_generation == Some(organization.generation);
    // These conclude nothing from what CompanyCam shows.
    let needs_none = matches!(
        look,
        Look::Probe { .. }
            | Look::Resume { .. }
            | Look::ResumePhotos { .. }
            | Look::ResumeProjects { .. }
    );
    if !verified && !needs_none && !is_of_its_company(context).await? {
        return Ok(false);
    }
    let tidies = matches!(look, Look::Poll | Look::Sync { .. });
    if tidies
        && organization.watching.is_none()
        && !organization.take_backs.is_empty()
        && organization.pause(Side::CompanyCam).is_none()
        && let Err(error) = take_back(context.app, organization).await
    {
        // The next poll tries again; what is new does not wait for what is old.
        tracing::warn!(org.id = %context.org(), cause = %error, "the connection before is not taken back yet");
    }
    Ok(true)
}

/// Whether the token belongs to the company that the row names, which `CompanyCam` alone knows. Asked
/// once for each connection, before anything is concluded from what the token lets us see. If not, the
/// connection is paused and nothing else is touched.
async fn is_of_its_company(context: &OrgContext<'_>) -> Result<bool, WorkError> {
    let Organization {
        generation,
        company_id,
        ..
    } = &context.organization;
    let company = context.companycam().company().await?;
    let (store, org) = (&context.app.store, context.org());
    if company.id == *company_id {
        store.mark_company_verified(org, *generation).await?;
        return Ok(true);
    }
    tracing::error!(org.id = %org, company.id = %company.id, "the stored token belongs to another company than the connection");
    needs_reconnecting_saying(context.app, &context.organization, FOREIGN).await?;
    Ok(false)
}

/// Shows the state on One Click's integrations card, and how much waits for a person. Nothing else waits for a
/// card that One Click refuses.
pub async fn publish_state(
    app: &App,
    org: &OrgId,
    state: IntegrationState,
    message: &str,
) -> Result<(), WorkError> {
    let organization = app.store.organization(org).await?;
    let watches = organization
        .as_ref()
        .is_some_and(|one| one.watching.is_some());
    if watches && state == IntegrationState::Connected {
        // Not even the card is written.
        return Ok(());
    }
    let attention = match (&organization, state) {
        (None, _) | (_, IntegrationState::Disconnected) => 0,
        (Some(organization), state) => {
            let open = attention::open(app, organization).await?.len();
            let reconnecting = usize::from(state == IntegrationState::NeedsReconnecting);
            open + usize::from(organization.lost_sight.is_some()) + reconnecting
        }
    };
    let counted = match attention {
        1 => "1 thing needs attention.".to_owned(),
        count => format!("{count} things need attention."),
    };
    let message = if message.is_empty() && attention > 0 {
        &counted
    } else {
        message
    };
    let told = app.one_click().await?;
    let told = told.put_integration(org, state, message, attention).await;
    match told.map_err(WorkError::from) {
        Err(WorkError::Permanent(reason)) => {
            tracing::warn!(org.id = %org, cause = reason, "One Click does not take the state for its card");
        }
        told => told?,
    }
    let attention = i64::try_from(attention).unwrap_or(i64::MAX);
    Ok(app.store.record_attention_told(org, attention).await?)
}

/// What the card says while an administrator has paused everything.
pub fn paused_by(who: &str) -> String {
    format!("Syncing is paused by {who}.")
}

/// Tells One Click's card how much needs attention, if that is another number than it was told.
pub async fn tell_attention(app: &App, organization: &Organization) -> Result<(), WorkError> {
    let matters = app.store.matters(&organization.org_id).await?;
    tell_attention_of(app, organization, matters).await
}

/// The same of these matters, which are all that the organization has.
pub async fn tell_attention_of(
    app: &App,
    organization: &Organization,
    matters: Vec<Matter>,
) -> Result<(), WorkError> {
    let open = attention::open_of(app, organization, matters).await?;
    let count = attention::count(organization, &open);
    let told = organization.attention_told.unwrap_or(0);
    if i64::try_from(count) == Ok(told) || organization.state != ConnectionState::Connected {
        return Ok(());
    }
    let paused = organization.halt.as_ref();
    let message = paused.map_or_else(String::new, |halt| paused_by(&halt.by));
    let state = IntegrationState::Connected;
    publish_state(app, &organization.org_id, state, &message).await
}
