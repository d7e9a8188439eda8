//! `GET /companycam/callback`: from CompanyCam's consent to the tab.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use companycam::oauth::{OAuth, OAuthError, Tokens};
use companycam::{AccessToken, Company};
use http::StatusCode;
use model::organization::{ConnectionState, Organization, TakeBack, Watching};
use one_click::OrgId;
use runtime::pacing::Lane;
use runtime::{App, OrgTokens, WorkError};
use secrecy::SecretString;
use serde::Deserialize;
use store::activity::{Kind, NewEntry, Outcome};
use store::connecting::{Connected, NewConnection, next_generation};
use store::ephemeral::Authorization;
use sync::context::OrgContext;
use sync::{connection, sync_run, users};
use web::{ErrorPage, SignedIn, hash_of, sign_in};

// The function has 29 s, and the browser is waiting. Together these leave some for the tables.

/// How long CompanyCam may take to give tokens for the code.
const EXCHANGE_WAIT: Duration = Duration::from_secs(9);
/// And to say whose they are.
const COMPANY_WAIT: Duration = Duration::from_secs(5);
/// And to take a grant back that came to nothing.
const REVOKE_WAIT: Duration = Duration::from_secs(4);
/// And what was left of the connection before. The queue does the rest.
const TAKE_BACK_WAIT: Duration = Duration::from_secs(4);
/// How long the browser waits for the users; the queue does the rest.
const USERS_WAIT: Duration = Duration::from_secs(6);
/// How often a connection is written again because its row has changed.
const CONNECT_TRIES: usize = 3;

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

async fn finish(app: &App, parameters: &Parameters, headers: &HeaderMap) -> Result<(), ErrorPage> {
    let signed_in = sign_in(app, headers).await?;
    let begun = begun(app, parameters, &signed_in).await?;
    let finished = Box::pin(finish_begun(app, parameters, &signed_in, &begun)).await;
    finished.map_err(|problem| {
        if begun.watch {
            still_to_watch(app, problem)
        } else {
            problem
        }
    })
}

/// Who wanted to watch only is not led to anything else.
fn still_to_watch(app: &App, mut problem: ErrorPage) -> ErrorPage {
    let connect = connect_url(app);
    let to_watch = format!("{connect}?watch=yes");
    match &mut problem.action {
        Some((_, address)) if *address == connect => *address = to_watch,
        Some(_) => {}
        None => problem.action = Some(("Connect to watch only".to_owned(), to_watch)),
    }
    problem
}

async fn finish_begun(
    app: &App,
    parameters: &Parameters,
    signed_in: &SignedIn,
    begun: &Authorization,
) -> Result<(), ErrorPage> {
    if let Some(error) = &parameters.error {
        return Err(refused(app, error));
    }
    let Some(code) = parameters.code.as_deref().filter(|code| !code.is_empty()) else {
        return Err(start_again(app, "CompanyCam sent you back without a code."));
    };
    let oauth = app.oauth().await?;
    let verifier = SecretString::from(begun.pkce_verifier.clone());
    let exchanged = tokio::time::timeout(EXCHANGE_WAIT, oauth.exchange(code, &verifier)).await;
    let tokens = exchanged
        .map_err(|_| companycam_unavailable(app))?
        .map_err(|error| exchange_problem(app, &error))?;
    let connected = connect(app, signed_in, begun, &tokens).await;
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
) -> Result<Authorization, ErrorPage> {
    let state = parameters.state.as_deref().unwrap_or_default();
    let now = app.clock.now_s();
    let taken = app
        .store
        .take_authorization(&hash_of(state), &signed_in.hash, now)
        .await?;
    taken
        .filter(|begun| begun.org_id == signed_in.session.org_id)
        .ok_or_else(|| start_again(app, "This sign-in has expired or was already used."))
}

async fn connect(
    app: &App,
    signed_in: &SignedIn,
    begun: &Authorization,
    tokens: &Tokens,
) -> Result<(), ErrorPage> {
    let org = &begun.org_id;
    let company = company(app, tokens).await?;
    let tokens = OrgTokens::issued(tokens.clone(), app.now());
    for _ in 0..CONNECT_TRIES {
        let before = before(app, org).await?;
        if let Some(before) = other_company(before.as_ref(), &company, begun) {
            return Err(another_company(app, before, (&company, begun)));
        }
        match write(app, signed_in, (begun, before.as_ref()), &company, &tokens).await? {
            Connected::Taken(holder) => {
                tracing::info!(org.id = %org, holder.org.id = %holder, company.id = %company.id, "a company was refused: it is connected elsewhere");
                return Err(taken(app, &company));
            }
            Connected::Changed => {}
            Connected::Yes(organization) => {
                tracing::info!(org.id = %org, company.id = %company.id, organization.generation, "connected");
                // From here on the connection stands: what fails now is made up for by the queue or the
                // next poll.
                if let Err(error) = after_connecting(app, *organization, &company).await {
                    tracing::warn!(org.id = %org, cause = %error, "something after connecting is left to the queue");
                }
                return Ok(());
            }
        }
    }
    Err(WorkError::transient("the connection kept changing while it was being written").into())
}

/// The row as it is, with its tokens in it even if an earlier version kept them elsewhere.
async fn before(app: &App, org: &OrgId) -> Result<Option<Organization>, WorkError> {
    let before = app.store.organization(org).await?;
    let Some(elsewhere) = before.as_ref().filter(|before| !before.no_old_secrets) else {
        return Ok(before);
    };
    app.tokens_of(elsewhere).await?;
    Ok(app.store.organization(org).await?)
}

/// Writes tokens and connection at once: tokens are stored before they are used, a claim of a company
/// never stands without a connection, and what is to be taken back is never forgotten.
async fn write(
    app: &App,
    signed_in: &SignedIn,
    (begun, before): (&Authorization, Option<&Organization>),
    company: &Company,
    tokens: &OrgTokens,
) -> Result<Connected, WorkError> {
    let org = &signed_in.session.org_id;
    let now = app.clock.now_s();
    let generation = next_generation(before);
    let sealed = app
        .seal_tokens(org, &company.id, generation, tokens)
        .await?;
    let same = before.filter(|before| before.company_id == company.id);
    let watched = before.is_some_and(|before| before.watching.is_some());
    let mut sync = sync_run::after_connecting(same, now);
    // Going live does what this run only looks at.
    let watching = (begun.watch && !watched).then(|| Watching {
        since: now,
        by: signed_in.session.email.clone(),
        unfinished: Some(::sync::watch::unfinished(&sync)),
    });
    sync.preview = watched || watching.is_some();
    let connection = NewConnection {
        org_id: org,
        before,
        sealed_tokens: &sealed,
        take_backs: take_backs(before, company),
        name: &signed_in.session.org_name,
        company_id: &company.id,
        company_name: &company.name,
        connected_by: &signed_in.session.email,
        at: now,
        sync,
        watching,
    };
    match app.store.connect(&connection).await {
        Err(error) => {
            // It may have been written all the same, with only the answer lost.
            let now = app.store.organization(org).await?;
            now.filter(|now| now.sealed_tokens.as_ref() == Some(&sealed))
                .map_or(Err(error.into()), |now| Ok(Connected::Yes(Box::new(now))))
        }
        connected => Ok(connected?),
    }
}

/// What is to be taken back once the new connection stands: what was left to be, and the one that it
/// replaces. One that CompanyCam had refused for good to the same company has no grant left, and a
/// server that takes all grants of a user for one would end the new one with it.
fn take_backs(before: Option<&Organization>, company: &Company) -> BTreeMap<String, TakeBack> {
    let Some(before) = before else {
        return BTreeMap::new();
    };
    let mut all = before.take_backs.clone();
    let refused =
        before.state == ConnectionState::NeedsReconnecting && before.company_id == company.id;
    if let Some(sealed) = before.sealed_tokens.clone().filter(|_| !refused) {
        let take_back = TakeBack {
            generation: before.generation,
            company_id: before.company_id.clone(),
            sealed_tokens: sealed,
        };
        all.insert(take_back.key(), take_back);
    }
    all
}

async fn after_connecting(
    app: &App,
    organization: Organization,
    company: &Company,
) -> Result<(), WorkError> {
    let org = organization.org_id.clone();
    let only = if organization.watching.is_some() {
        " to watch only"
    } else {
        ""
    };
    let text = format!(
        "Connected to {} in CompanyCam{only} by {}.",
        company.name, organization.connected_by
    );
    app.store
        .log(
            &org,
            NewEntry::new(Kind::Connection, Outcome::Created, text),
        )
        .await?;
    // The old grant and webhook end before the new ones are put to use; the queue does what takes longer.
    let taken_back = connection::take_back(app, &organization);
    match tokio::time::timeout(TAKE_BACK_WAIT, Box::pin(taken_back)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(org.id = %org, cause = %error, "the connection before is left to the queue");
        }
        Err(_) => tracing::warn!(org.id = %org, "the connection before is left to the queue"),
    }
    let run = organization.sync.clone();
    let now = app.clock.now_s();
    let context = OrgContext {
        app,
        organization,
        now,
        lane: Lane::Live,
        run: None,
    };
    // The users first, so that the tab shows them at once; the sync refreshes them if this fails.
    match tokio::time::timeout(USERS_WAIT, users::refresh(&context)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(org.id = %org, cause = %error, "the users are left to the queue");
        }
        Err(_) => tracing::warn!(org.id = %org, "the users take long and are left to the queue"),
    }
    match run {
        Some(run) => sync_run::begin(app, &org, &run).await,
        None => Ok(()),
    }
}

async fn company(app: &App, tokens: &Tokens) -> Result<Company, ErrorPage> {
    let api = app
        .companycam_api()?
        .authorized(AccessToken::new(tokens.access_token.clone()));
    let asked = tokio::time::timeout(COMPANY_WAIT, api.company()).await;
    let said = asked.unwrap_or(Err(companycam::Error::Unavailable { status: 408 }));
    said.map_err(|error| {
        tracing::warn!(cause = %error, "CompanyCam did not say which company consented");
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
    match tokio::time::timeout(REVOKE_WAIT, oauth.revoke(&tokens.access_token)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(cause = %error, "a grant that nobody uses could not be given back; it ends by itself");
        }
        Err(_) => tracing::warn!("giving a grant back that nobody uses took too long"),
    }
}

fn connect_url(app: &App) -> String {
    format!("{}/companycam/connect", app.config.public_url)
}

fn start_again(app: &App, what: &str) -> ErrorPage {
    let text = format!("{what} Nothing was changed. Start again from here.");
    ErrorPage::new(StatusCode::BAD_REQUEST, "The connection was not made", text)
        .with_action("Connect CompanyCam", connect_url(app))
}

fn refused(app: &App, error: &str) -> ErrorPage {
    if error == "access_denied" {
        let text = "You declined access in CompanyCam, so nothing was connected or changed. You can try again anytime.";
        return ErrorPage::new(
            StatusCode::BAD_REQUEST,
            "CompanyCam was not connected",
            text,
        )
        .with_action("Connect CompanyCam", connect_url(app));
    }
    start_again(app, "CompanyCam refused the connection.")
}

fn exchange_problem(app: &App, error: &OAuthError) -> ErrorPage {
    tracing::warn!(cause = %error, "CompanyCam gave no tokens");
    match error {
        OAuthError::InvalidGrant => {
            start_again(app, "CompanyCam's code was used before or took too long.")
        }
        OAuthError::Rejected { .. } => start_again(
            app,
            "CompanyCam did not accept this integration's request. If this keeps happening, contact support.",
        ),
        OAuthError::Transient { .. } => companycam_unavailable(app),
    }
}

fn companycam_unavailable(app: &App) -> ErrorPage {
    let text = "CompanyCam did not answer as it should. Nothing was connected and nothing was changed. Try again in a few minutes.";
    ErrorPage::new(
        StatusCode::BAD_GATEWAY,
        "CompanyCam isn’t available right now",
        text,
    )
    .with_action("Try again", connect_url(app))
}

fn taken(app: &App, company: &Company) -> ErrorPage {
    let text = format!(
        "{} in CompanyCam is already connected to another organization in One Click. One company can be connected to one organization only. Disconnect it there first, or log in to CompanyCam with another company.",
        company.name
    );
    ErrorPage::new(
        StatusCode::CONFLICT,
        "This company is already connected",
        text,
    )
    .back_to_one_click(&app.config)
}

fn another_company(
    app: &App,
    before: &Organization,
    (company, begun): (&Company, &Authorization),
) -> ErrorPage {
    let watch = if begun.watch { "&watch=yes" } else { "" };
    let text = format!(
        "Your organization is linked to {} in CompanyCam, and you logged in to {}. If you connect {} instead, the links to {} rest: its jobs and photos stay in One Click, but are no longer updated.",
        before.company_name, company.name, company.name, before.company_name
    );
    ErrorPage::new(StatusCode::CONFLICT, "This is a different company", text)
        .with_action(
            &format!("Connect {} instead", company.name),
            format!("{}?replace_by={}{watch}", connect_url(app), company.id),
        )
        .with_way_out(
            &format!("Keep {}", before.company_name),
            app.config.settings_url(),
        )
}
