//! Both sides' webhooks: there, ours, and awake (B17).

use companycam::ids::WebhookId;
use companycam::webhook::SCOPES;
use companycam::{AccessToken, NewWebhook, Webhook, WebhookUpdate};
use model::organization::Organization;
use one_click::webhook::EventKind;
use one_click::{OrgId, WebhookSubscription};
use runtime::pacing::Lane;
use runtime::{App, KeyName, WebhookKeys, WorkError};
use secrecy::{ExposeSecret, SecretString};
use store::activity::{Kind, NewEntry, Outcome};

use crate::context::OrgContext;

/// Sets both webhooks, as connecting does. A side that will not have ours is no reason to stop: the
/// poll brings what is not told.
pub async fn set_up(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let keys = Keys::current(context).await?;
    let subscribed = subscribe(context, &keys).await;
    without(context, "One Click", subscribed).await?;
    let registered = match check_companycam(context, &keys).await {
        Ok(webhook) => record(context, &webhook, &keys).await,
        Err(error) => Err(error),
    };
    without(context, "CompanyCam", registered).await
}

/// Checks `CompanyCam`'s, and mends it: it is disabled silently after too many errors. Either is
/// registered anew where that was done with another key: an older version's, or of an earlier connection.
/// When that was, if `CompanyCam`'s is the one that the row says: the poll writes it down with the rest.
pub async fn check(context: &OrgContext<'_>) -> Result<Option<i64>, WorkError> {
    let keys = Keys::current(context).await?;
    let organization = &context.organization;
    let mut all = true;
    if organization.one_click_key.as_deref() != Some(keys.name().as_str()) {
        let subscribed = subscribe(context, &keys).await;
        all &= unless_refused(context, "One Click", subscribed)?.is_some();
    }
    let checked = check_companycam(context, &keys).await;
    let webhook = unless_refused(context, "CompanyCam", checked)?;
    let is_known = organization.webhook_id.is_some()
        && organization.webhook_id == webhook
        && organization.webhook_key.as_deref() == Some(keys.name().as_str());
    match &webhook {
        Some(webhook) if !is_known => record(context, webhook, &keys).await?,
        Some(_) => {}
        None => all = false,
    }
    if all && !organization.no_old_secrets {
        forget_old_secrets(context).await?;
    }
    Ok(is_known.then_some(context.now))
}

/// What came of it, or `None`: a side will never do it. That was said when it was set up, and is said again by
/// the tab's "not checked lately".
fn unless_refused<T>(
    context: &OrgContext<'_>,
    side: &str,
    done: Result<T, WorkError>,
) -> Result<Option<T>, WorkError> {
    let Err(WorkError::Permanent(reason)) = done else {
        return done.map(Some);
    };
    tracing::error!(org.id = %context.org(), side, cause = reason, "a side will not have our webhook");
    Ok(None)
}

/// Deletes the secrets that an earlier version gave the organization: its tokens are in the row, and both
/// sides sign with derived keys.
async fn forget_old_secrets(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let (app, org) = (context.app, context.org());
    app.secrets.delete_old_tokens(org).await?;
    app.secrets.delete_old_webhook_keys(org).await?;
    let generation = context.organization.generation;
    Ok(app.store.mark_old_secrets_gone(org, generation).await?)
}

/// What both sides are to sign with, and what that is called.
struct Keys {
    name: KeyName,
    keys: WebhookKeys,
}

impl Keys {
    async fn current(context: &OrgContext<'_>) -> Result<Self, WorkError> {
        let generation = context.organization.generation;
        let secrets = &context.app.secrets;
        let (name, keys) = secrets
            .current_webhook_keys(context.org(), generation)
            .await?;
        Ok(Self { name, keys })
    }

    fn name(&self) -> String {
        self.name.to_string()
    }
}

/// Goes on without a side's webhook that can never be set, and says so.
async fn without(
    context: &OrgContext<'_>,
    side: &str,
    set: Result<(), WorkError>,
) -> Result<(), WorkError> {
    let Err(WorkError::Permanent(reason)) = set else {
        return set;
    };
    tracing::error!(org.id = %context.org(), side, cause = reason, "a side will not have our webhook");
    let text = format!(
        "{side} couldn’t turn on live updates ({reason}). Changes sync every 15 minutes instead."
    );
    let entry = NewEntry::new(Kind::Connection, Outcome::Failed, text);
    Ok(context.app.store.log(context.org(), entry).await?)
}

async fn subscribe(context: &OrgContext<'_>, keys: &Keys) -> Result<(), WorkError> {
    let org = context.org();
    let url = url::Url::parse(&context.app.config.one_click_webhook_url(org)).map_err(|error| {
        WorkError::Permanent(format!("PUBLIC_URL makes no address for webhooks: {error}"))
    })?;
    let subscription = WebhookSubscription {
        url,
        username: keys.keys.one_click_username.clone(),
        password: keys.keys.one_click_password.clone(),
        events: EventKind::SUBSCRIBED.map(str::to_owned).to_vec(),
    };
    let one_click = context.app.one_click().await?;
    one_click.put_webhook(org, &subscription).await?;
    let generation = context.organization.generation;
    let store = &context.app.store;
    Ok(store
        .record_one_click_webhook(org, generation, &keys.name())
        .await?)
}

/// The webhook that is there now, and as it should be.
async fn check_companycam(context: &OrgContext<'_>, keys: &Keys) -> Result<WebhookId, WorkError> {
    let org = context.org();
    let url = context.app.config.companycam_webhook_url(org, keys.name);
    let (kept, extra) = ours(context).await?;
    for webhook in &extra {
        delete(context, webhook).await?;
    }
    let (webhook, mended) = match kept {
        None => (create(context, url, &keys.keys).await?, false),
        Some(webhook) => mend(context, webhook, url, &keys.keys).await?,
    };
    if mended {
        let text = "Live updates from CompanyCam had stopped. They’re on again, and what was missed is on its way.";
        let entry = NewEntry::new(Kind::Connection, Outcome::Updated, text);
        context.app.store.log(org, entry).await?;
        tracing::warn!(org.id = %org, webhook.id = %webhook.id, "mended CompanyCam's webhook");
    }
    Ok(webhook.id)
}

async fn record(
    context: &OrgContext<'_>,
    webhook: &WebhookId,
    keys: &Keys,
) -> Result<(), WorkError> {
    let (org, generation) = (context.org(), context.organization.generation);
    let name = keys.name();
    let checked = Some((webhook, context.now, name.as_str()));
    Ok(context
        .app
        .store
        .set_webhook(org, generation, checked)
        .await?)
}

/// The webhook that delivers to us, whatever its key, and those that do so too: each would bring
/// everything once more. The oldest stays.
async fn ours(context: &OrgContext<'_>) -> Result<(Option<Webhook>, Vec<Webhook>), WorkError> {
    let base = context.app.config.companycam_webhook_base(context.org());
    let mut ours = Vec::new();
    let mut next = Some(1);
    while let Some(page) = next {
        let answer = context.companycam().webhooks(page).await?;
        // By its id too: our address may have changed since.
        let known = context.organization.webhook_id.as_ref();
        let is_ours = |webhook: &Webhook| delivers_to(webhook, &base) || Some(&webhook.id) == known;
        ours.extend(answer.items.into_iter().filter(is_ours));
        next = answer.next;
    }
    let mut ours = ours.into_iter();
    Ok((ours.next(), ours.collect()))
}

/// Whether the webhook's address is this one, with any key's name or none.
fn delivers_to(webhook: &Webhook, base: &str) -> bool {
    let rest = webhook.url.strip_prefix(base);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
}

async fn create(
    context: &OrgContext<'_>,
    url: String,
    keys: &WebhookKeys,
) -> Result<Webhook, WorkError> {
    let new = &NewWebhook {
        url,
        scopes: scopes(),
        token: keys.companycam_token.clone(),
        enabled: true,
    };
    let made = context.companycam().create_webhook(new).await?;
    tracing::info!(org.id = %context.org(), webhook.id = %made.id, "registered a webhook with CompanyCam");
    Ok(made)
}

/// The webhook as it should be, and whether it had to be changed for that.
async fn mend(
    context: &OrgContext<'_>,
    webhook: Webhook,
    url: String,
    keys: &WebhookKeys,
) -> Result<(Webhook, bool), WorkError> {
    // A list that spells `project.*` out, or keeps the token to itself, must not be mended for ever.
    let covers = |scope: &str| {
        let all_of_them = scope.trim_end_matches('*');
        webhook
            .scopes
            .iter()
            .any(|known| known.starts_with(all_of_them))
    };
    let covers_all = SCOPES.iter().all(|scope| covers(scope));
    let token = webhook.token.expose_secret();
    let signs_right = token.is_empty() || token == keys.companycam_token.expose_secret();
    if webhook.enabled && covers_all && signs_right && webhook.url == url {
        return Ok((webhook, false));
    }
    let update = &WebhookUpdate {
        url: Some(url),
        scopes: Some(scopes()),
        token: Some(keys.companycam_token.clone()),
        enabled: Some(true),
    };
    let id = &webhook.id;
    let mended = context.companycam().update_webhook(id, update).await?;
    Ok((mended, !webhook.enabled))
}

async fn delete(context: &OrgContext<'_>, webhook: &Webhook) -> Result<(), WorkError> {
    let id = &webhook.id;
    context.companycam().delete_webhook(id).await?;
    tracing::info!(org.id = %context.org(), webhook.id = %id, "deleted a webhook of ours at CompanyCam");
    Ok(())
}

fn scopes() -> Vec<String> {
    SCOPES.iter().map(|&scope| scope.to_owned()).collect()
}

/// Takes both webhooks back (B5). Where `CompanyCam` no longer lets us in, there is nothing to take.
pub(super) async fn take_back(
    app: &App,
    organization: &Organization,
    now: i64,
) -> Result<(), WorkError> {
    let context = OrgContext {
        app,
        organization: organization.clone(),
        now,
        lane: Lane::Live,
        run: None,
    };
    let org = context.org();
    match take_back_companycam(&context).await {
        Err(WorkError::NeedsReconnecting | WorkError::Permanent(_)) => {
            tracing::warn!(org.id = %org, "CompanyCam did not let us take our webhook back");
        }
        outcome => outcome?,
    }
    let deleted = app.one_click().await?.delete_webhook(org).await;
    match deleted.map_err(WorkError::from) {
        Err(WorkError::Permanent(reason)) => {
            tracing::warn!(org.id = %org, cause = reason, "One Click did not let us take our webhook back");
        }
        deleted => drop(deleted?),
    }
    Ok(app
        .store
        .set_webhook(org, organization.generation, None)
        .await?)
}

async fn take_back_companycam(context: &OrgContext<'_>) -> Result<(), WorkError> {
    let (first, others) = ours(context).await?;
    for webhook in first.iter().chain(&others) {
        delete(context, webhook).await?;
    }
    Ok(())
}

/// Deletes our webhooks at a company that was replaced, with the token from then.
pub(super) async fn take_back_with(
    app: &App,
    org: &OrgId,
    token: &SecretString,
) -> Result<(), companycam::Error> {
    let base = app.config.companycam_webhook_base(org);
    // Without a client there is nothing that could be said of CompanyCam.
    let Ok(client) = app.companycam_api() else {
        return Ok(());
    };
    let api = client.authorized(AccessToken::new(token.clone()));
    let mut page = Some(1);
    while let Some(number) = page {
        let answer = api.webhooks(number).await?;
        for webhook in answer
            .items
            .iter()
            .filter(|webhook| delivers_to(webhook, &base))
        {
            api.delete_webhook(&webhook.id).await?;
            tracing::info!(org.id = %org, webhook.id = %webhook.id, "deleted a webhook of ours at the company before");
        }
        page = answer.next;
    }
    Ok(())
}
