//! An administrator's session: begun by a launch token (B1), kept in a cookie.

use axum::http::HeaderMap;
use http::StatusCode;
use http::header::{COOKIE, HeaderValue};
use jiff::Timestamp;
use one_click::launch::{Launch, LaunchVerifier};
use runtime::{App, Config};
use store::ephemeral::Session;

use crate::csrf::masked;
use crate::{Problem, hash_of, random_secret};

/// How long a session lasts.
const LIFETIME_S: i64 = 2 * 60 * 60;

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

fn cookie_name(config: &Config) -> &'static str {
    // Browsers take the `__Host-` prefix only with `Secure`, which plain http cannot have.
    if config.is_plain_http() {
        "companycam_session"
    } else {
        "__Host-companycam_session"
    }
}

/// The `Set-Cookie` value for a session's secret.
pub fn cookie_of(config: &Config, secret: &str) -> HeaderValue {
    let name = cookie_name(config);
    let secure = if config.is_plain_http() {
        ""
    } else {
        "; Secure"
    };
    let text =
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LIFETIME_S}{secure}");
    // Both are made of letters, digits, `-`, `_` and `=`.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// Who sent the request; a page if nobody we know.
pub async fn sign_in(app: &App, headers: &HeaderMap) -> Result<SignedIn, Problem> {
    find(app, headers).await?.ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "Please sign in again",
            "Your visit to this page has ended. Go back to One Click and click CompanyCam under Administration → Integrations; you will come back here.",
        )
        .back_to_one_click(&app.config)
    })
}

async fn find(app: &App, headers: &HeaderMap) -> Result<Option<SignedIn>, Problem> {
    let name = cookie_name(&app.config);
    let secrets = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, secret)| secret);
    for secret in secrets {
        let hash = hash_of(secret);
        if let Some(session) = app.store.session(&hash, app.clock.now_s()).await? {
            return Ok(Some(SignedIn::new(hash, session)));
        }
    }
    Ok(None)
}

/// Lets in whoever brings a launch token (B1): once, an administrator only. With the session comes
/// its cookie, unless this browser has a session of the same person already, which then goes on, so
/// that two tabs don't end each other's.
pub async fn enter(
    app: &App,
    headers: &HeaderMap,
    token: &str,
) -> Result<(SignedIn, Option<HeaderValue>), Problem> {
    let now = app.now();
    let refused = |status, text: String| {
        Problem::new(status, "This link does not work", text).back_to_one_click(&app.config)
    };
    let verifier = LaunchVerifier::new(app.secrets.one_click().await?.launch_key);
    let launch = verifier
        .verify(token, now)
        .map_err(|error| refused(StatusCode::BAD_REQUEST, error.to_string()))?;
    if !launch.is_admin() {
        let text = "Only an administrator can connect CompanyCam or change its settings. Ask an administrator of your organization.";
        return Err(refused(StatusCode::FORBIDDEN, text.to_owned()));
    }
    if !app
        .store
        .use_launch(
            &launch.org_id,
            &launch.jti,
            launch.expires_at.as_second(),
            &random_secret(),
        )
        .await?
    {
        let text = "This link was used before. Go back to One Click and click CompanyCam again.";
        return Err(refused(StatusCode::BAD_REQUEST, text.to_owned()));
    }
    if let Some(known) = find(app, headers).await?
        && known.session.org_id == launch.org_id
        && known.session.user_id == launch.user_id
    {
        return Ok((known, None));
    }
    let secret = random_secret();
    let signed_in = SignedIn::new(hash_of(&secret), session_of(launch, now));
    app.store
        .put_session(&signed_in.hash, &signed_in.session)
        .await?;
    tracing::info!(org.id = %signed_in.session.org_id, user.id = %signed_in.session.user_id, "a session began");
    Ok((signed_in, Some(cookie_of(&app.config, &secret))))
}

fn session_of(launch: Launch, now: Timestamp) -> Session {
    Session {
        email: launch.email.unwrap_or_else(|| launch.user_id.to_string()),
        org_id: launch.org_id,
        org_name: launch.org_name,
        user_id: launch.user_id,
        csrf_token: random_secret(),
        expires_at: now.as_second() + LIFETIME_S,
    }
}
