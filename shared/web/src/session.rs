//! An administrator's session: begun by a launch token (B1), kept in a cookie.

use axum::http::{HeaderMap, HeaderValue};
use http::StatusCode;
use jiff::Timestamp;
use one_click::launch::{Launch, LaunchVerifier};
use runtime::App;
use store::ephemeral::Session;

use crate::cookie::Cookie;
use crate::csrf::masked;
use crate::{ErrorPage, hash_of, random_secret};

/// Somebody with a session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The hash of the cookie's secret: what other items name the session by.
    pub hash: String,
    /// Who, and of which organization.
    pub session: Session,
    /// What this response's forms carry, see [`crate::check_csrf`].
    pub form_token: String,
}

/// Somebody who came in.
#[derive(Debug, Clone)]
pub struct Entered {
    pub signed_in: SignedIn,
    /// The session's cookie, if the session is new: whatever the answer is, it has to come with it.
    pub cookie: Option<HeaderValue>,
}

impl From<SignedIn> for Entered {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            signed_in,
            cookie: None,
        }
    }
}

impl SignedIn {
    fn new(hash: String, session: Session) -> Self {
        let form_token = masked(&session.csrf_token);
        Self {
            hash,
            session,
            form_token,
        }
    }
}

/// Who sent the request; a page if nobody we know.
pub async fn sign_in(app: &App, headers: &HeaderMap) -> Result<SignedIn, ErrorPage> {
    find(app, headers).await?.ok_or_else(|| {
        ErrorPage::new(
            StatusCode::UNAUTHORIZED,
            "Please sign in again",
            "You’ve been signed out. Go back to One Click and click CompanyCam under Administration → Integrations; you will come back here.",
        )
        .back_to_one_click(&app.config)
    })
}

/// At most one look into the table, whatever the cookies are: nobody has to be signed in to send them.
async fn find(app: &App, headers: &HeaderMap) -> Result<Option<SignedIn>, ErrorPage> {
    let Some(secret) = Cookie::Session.sent(&app.config, headers) else {
        return Ok(None);
    };
    let hash = hash_of(&secret);
    let session = app.store.session(&hash, app.clock.now_s()).await?;
    Ok(session.map(|session| SignedIn::new(hash, session)))
}

/// Lets in whoever brings a launch token (B1): once, an administrator only. With the session comes
/// its cookie, unless this browser has a session of the same person already, which then goes on, so
/// that two tabs don't end each other's.
///
/// What has the same `nonce` is the same attempt.
pub(crate) async fn enter(
    app: &App,
    headers: &HeaderMap,
    token: &str,
    nonce: &str,
) -> Result<Entered, ErrorPage> {
    let launch = launch(app, token).await?;
    let (org, until) = (&launch.org_id, launch.expires_at.as_second());
    if !app
        .store
        .use_launch(org, &launch.jti, until, nonce)
        .await?
        .applied()
    {
        return Err(used(app));
    }
    if let Some(known) = find(app, headers).await?
        && known.session.org_id == launch.org_id
        && known.session.user_id == launch.user_id
    {
        return Ok(known.into());
    }
    let secret = random_secret();
    let signed_in = SignedIn::new(hash_of(&secret), session_of(launch, app.now()));
    app.store
        .put_session(&signed_in.hash, &signed_in.session)
        .await?;
    tracing::info!(org.id = %signed_in.session.org_id, user.id = %signed_in.session.user_id, "a session began");
    Ok(Entered {
        signed_in,
        cookie: Some(Cookie::Session.to_set(&app.config, &secret)),
    })
}

/// What a launch token says that would let somebody in. It is not used up.
pub(crate) async fn unused_launch(app: &App, token: &str) -> Result<Launch, ErrorPage> {
    let launch = launch(app, token).await?;
    let is_used = app.store.is_launch_used(&launch.org_id, &launch.jti);
    if is_used.await? {
        return Err(used(app));
    }
    Ok(launch)
}

/// What a genuine launch token of an administrator says, used or not.
async fn launch(app: &App, token: &str) -> Result<Launch, ErrorPage> {
    let verifier = LaunchVerifier::new(app.secrets.one_click().await?.launch_key);
    let launch = verifier
        .verify(token, app.now())
        .map_err(|error| refused(app, StatusCode::BAD_REQUEST, error.to_string()))?;
    if launch.is_admin() {
        return Ok(launch);
    }
    let text = "Only an administrator can connect CompanyCam or change its settings. Ask an administrator of your organization.";
    Err(refused(app, StatusCode::FORBIDDEN, text.to_owned()))
}

fn used(app: &App) -> ErrorPage {
    let text = "This link was used before. Go back to One Click and click CompanyCam again.";
    refused(app, StatusCode::BAD_REQUEST, text.to_owned())
}

fn refused(app: &App, status: StatusCode, text: String) -> ErrorPage {
    ErrorPage::new(status, "This link does not work", text).back_to_one_click(&app.config)
}

/// The session that a launch begins.
pub(crate) fn session_of(launch: Launch, now: Timestamp) -> Session {
    Session {
        email: launch.email.unwrap_or_else(|| launch.user_id.to_string()),
        org_id: launch.org_id,
        org_name: launch.org_name,
        user_id: launch.user_id,
        csrf_token: random_secret(),
        expires_at: now.as_second() + Cookie::Session.lifetime_s(),
    }
}
