//! `GET /companycam/callback`: from CompanyCam's consent to the tab.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use companycam::oauth::{OAuth, OAuthError, Tokens};
use companycam::{AccessToken, Company};
use http::StatusCode;
use one_click::OrgId;
use runtime::pacing::Lane;
use runtime::{App, OrgTokens, Trouble};
use secrecy::SecretString;
use serde::Deserialize;
use store::activity::{Kind, NewEntry, Outcome};
use store::ephemeral::Authorization;
use store::organizations::{ConnectionState, NewConnection, Organization};
use sync::run::{Context, sync_run, users};
use web::{Problem, SignedIn, hash_of, sign_in};

/// How long the browser waits for the users; the queue does the rest.
const USERS_WAIT: Duration = Duration::from_secs(10);

/// The address's parameters.
#[derive(Debug, Deserialize)]
pub struct Parameters {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Finishes the connection and sends the browser to the tab.
pub async fn callback(
    State(app): State<Arc<App>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    match finish(&app, &parameters, &headers).await {
        Ok(()) => {
            Redirect::to(&format!("{}?notice=connected", app.config.settings_url())).into_response()
        }
        Err(problem) => problem
            .if_unavailable("Something that is needed for this did not answer. Nothing was changed. Try again in a minute.")
            .with_default_action("Connect CompanyCam", connect_url(&app))
            .into_page(&app.config),
    }
}

async fn finish(app: &App, parameters: &Parameters, headers: &HeaderMap) -> Result<(), Problem> {
    let signed_in = sign_in(app, headers).await?;
    let begun = begun(app, parameters, &signed_in).await?;
    if let Some(error) = &parameters.error {
        return Err(refused(app, error));
    }
    let Some(code) = parameters.code.as_deref().filter(|code| !code.is_empty()) else {
        return Err(start_again(app, "CompanyCam sent you back without a code."));
    };
    let oauth = app.oauth().await?;
    let verifier = SecretString::from(begun.pkce_verifier.clone());
    let tokens = oauth
        .exchange(code, &verifier)
        .await
        .map_err(|error| exchange_problem(app, &error))?;
    let connected = connect(app, &signed_in, &begun, &tokens).await;
    if connected.is_err() {
        // No half-made connection stays behind: the grant that nobody uses is given back.
        revoke(&oauth, &tokens).await;
    }
    connected
}

/// The authorization that this browser began. It is taken: a second callback finds it gone.
async fn begun(
    app: &App,
    parameters: &Parameters,
    signed_in: &SignedIn,
) -> Result<Authorization, Problem> {
    let state = parameters.state.as_deref().unwrap_or_default();
    let now = app.clock.now_s();
    let taken = app
        .store
        .take_authorization(&hash_of(state), &signed_in.hash, now)
        .await?;
    taken
        .filter(|begun| begun.org_id == signed_in.session.org_id)
        .ok_or_else(|| start_again(app, "This login at CompanyCam was used before, took too long, or was begun in another browser."))
}

async fn connect(
    app: &App,
    signed_in: &SignedIn,
    begun: &Authorization,
    tokens: &Tokens,
) -> Result<(), Problem> {
    let org = &begun.org_id;
    let company = company(app, tokens).await?;
    let before = app.store.organization(org).await?;
    if let Some(before) = other_company(before.as_ref(), &company, begun) {
        return Err(another_company(app, before, &company));
    }
    let earlier = app.secrets.tokens(org).await?;
    if let Err(holder) = app.store.claim_company(org, &company.id).await? {
        tracing::info!(org.id = %org, holder.org.id = %holder, company.id = %company.id, "a company was refused: it is connected elsewhere");
        return Err(taken(app, &company));
    }
    let organization = match write(app, signed_in, before.as_ref(), &company, tokens).await {
        Ok(organization) => organization,
        Err(trouble) => {
            undo(app, org, before.as_ref(), earlier.as_ref(), &company).await;
            return Err(trouble.into());
        }
    };
    tracing::info!(org.id = %org, company.id = %company.id, organization.generation, "connected");
    // From here on the connection stands: what fails now is made up for by the queue or the next poll.
    if let Err(trouble) = after_connecting(app, organization, before, &company).await {
        tracing::warn!(org.id = %org, %trouble, "something after connecting is left to the queue");
    }
    Ok(())
}

/// Writes tokens and connection, in this order: tokens are stored before they are used.
async fn write(
    app: &App,
    signed_in: &SignedIn,
    before: Option<&Organization>,
    company: &Company,
    tokens: &Tokens,
) -> Result<Organization, Trouble> {
    let org = &signed_in.session.org_id;
    let now = app.now();
    let before = before.filter(|before| before.company_id == company.id);
    app.secrets
        .put_tokens(org, &OrgTokens::issued(tokens.clone(), now))
        .await?;
    app.forget_token(org);
    let connection = NewConnection {
        org_id: org,
        name: &signed_in.session.org_name,
        company_id: &company.id,
        company_name: &company.name,
        connected_by: &signed_in.session.email,
        at: now.as_second(),
        same_company: before.is_some(),
        sync: sync_run::after_connecting(before, now.as_second()),
    };
    Ok(app.store.connect(&connection).await?)
}

/// Of a connection that could not be written nothing stays, and of the one before everything.
async fn undo(
    app: &App,
    org: &OrgId,
    before: Option<&Organization>,
    earlier: Option<&OrgTokens>,
    company: &Company,
) {
    let tokens = match earlier {
        Some(earlier) => app.secrets.put_tokens(org, earlier).await,
        None => app.secrets.delete_tokens(org).await,
    };
    app.forget_token(org);
    let stays_ours = before.is_some_and(|before| {
        before.company_id == company.id && before.state != ConnectionState::Disconnected
    });
    let claim = if stays_ours {
        Ok(())
    } else {
        app.store.release_company(org, &company.id).await
    };
    if let Err(trouble) = tokens.and(claim.map_err(Trouble::from)) {
        tracing::error!(org.id = %org, company.id = %company.id, %trouble, "something of a connection that was not made stays behind");
    }
}

async fn after_connecting(
    app: &App,
    organization: Organization,
    before: Option<Organization>,
    company: &Company,
) -> Result<(), Trouble> {
    let org = organization.org_id.clone();
    if let Some(before) = before.filter(|before| before.company_id != company.id) {
        app.store.release_company(&org, &before.company_id).await?;
        // The company before signs with the old ones, and is no longer listened to.
        app.secrets.delete_webhook_keys(&org).await?;
    }
    let text = format!(
        "Connected to {} in CompanyCam by {}.",
        company.name, organization.connected_by
    );
    app.store
        .log(
            &org,
            NewEntry::new(Kind::Connection, Outcome::Created, text),
        )
        .await?;
    let run = organization.sync.clone();
    let now = app.clock.now_s();
    let context = Context {
        app,
        organization,
        now,
        lane: Lane::Live,
    };
    // The users first, so that the tab shows them at once; the sync refreshes them if this fails.
    match tokio::time::timeout(USERS_WAIT, users::refresh(&context)).await {
        Ok(Ok(())) => {}
        Ok(Err(trouble)) => {
            tracing::warn!(org.id = %org, %trouble, "the users are left to the queue");
        }
        Err(_) => tracing::warn!(org.id = %org, "the users take long and are left to the queue"),
    }
    match run {
        Some(run) => sync_run::begin(app, &org, &run).await,
        None => Ok(()),
    }
}

async fn company(app: &App, tokens: &Tokens) -> Result<Company, Problem> {
    let api = app
        .companycam_api()?
        .authorized(AccessToken::new(tokens.access_token.clone()));
    api.company().await.map_err(|error| {
        tracing::warn!(%error, "CompanyCam did not say which company consented");
        companycam_unavailable(app)
    })
}

/// The company that is, or was, connected, if it is another and replacing it was not confirmed (B5).
fn other_company<'a>(
    before: Option<&'a Organization>,
    company: &Company,
    begun: &Authorization,
) -> Option<&'a Organization> {
    before.filter(|before| {
        before.company_id != company.id && begun.replace_by.as_ref() != Some(&company.id)
    })
}

async fn revoke(oauth: &OAuth, tokens: &Tokens) {
    if let Err(error) = oauth.revoke(&tokens.access_token).await {
        tracing::warn!(%error, "a grant that nobody uses could not be given back; it ends by itself");
    }
}

fn connect_url(app: &App) -> String {
    format!("{}/companycam/connect", app.config.public_url)
}

fn start_again(app: &App, what: &str) -> Problem {
    let text = format!("{what} Nothing was changed. Start again from here.");
    Problem::new(StatusCode::BAD_REQUEST, "The connection was not made", text)
        .with_action("Connect CompanyCam", connect_url(app))
}

fn refused(app: &App, error: &str) -> Problem {
    if error == "access_denied" {
        let text = "You did not allow access at CompanyCam, so nothing was connected and nothing was changed. You can try again whenever you like.";
        return Problem::new(
            StatusCode::BAD_REQUEST,
            "CompanyCam was not connected",
            text,
        )
        .with_action("Connect CompanyCam", connect_url(app));
    }
    start_again(app, "CompanyCam refused the connection.")
}

fn exchange_problem(app: &App, error: &OAuthError) -> Problem {
    tracing::warn!(%error, "CompanyCam gave no tokens");
    match error {
        OAuthError::InvalidGrant => {
            start_again(app, "CompanyCam's code was used before or took too long.")
        }
        OAuthError::Rejected { .. } => start_again(
            app,
            "CompanyCam did not accept this integration's request. If it happens again, tell our support.",
        ),
        OAuthError::Transient { .. } => companycam_unavailable(app),
    }
}

fn companycam_unavailable(app: &App) -> Problem {
    let text = "CompanyCam did not answer as it should. Nothing was connected and nothing was changed. Try again in a few minutes.";
    Problem::new(
        StatusCode::BAD_GATEWAY,
        "CompanyCam is not available at the moment",
        text,
    )
    .with_action("Try again", connect_url(app))
}

fn taken(app: &App, company: &Company) -> Problem {
    let text = format!(
        "{} in CompanyCam is already connected to another organization in One Click. One company can be connected to one organization only. Disconnect it there first, or log in to CompanyCam with another company.",
        company.name
    );
    Problem::new(
        StatusCode::CONFLICT,
        "This company is already connected",
        text,
    )
    .back_to_one_click(&app.config)
}

fn another_company(app: &App, before: &Organization, company: &Company) -> Problem {
    let text = format!(
        "Your organization is linked to {} in CompanyCam, and you logged in to {}. If you connect {} instead, the links to {} rest: its jobs and photos stay in One Click, but are no longer updated.",
        before.company_name, company.name, company.name, before.company_name
    );
    Problem::new(StatusCode::CONFLICT, "This is a different company", text).with_action(
        &format!("Connect {} instead", company.name),
        format!("{}?replace_by={}", connect_url(app), company.id),
    )
}
