//! OAuth 2.0: authorization code with PKCE S256, rotating refresh tokens, revocation.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::request::{Form, Params};
use crate::state::{Id, State as Sims, now};
use crate::{SIGN_IN, Shared, Sim, web};

/// What can be granted.
const SCOPES: [&str; 3] = ["read", "write", "destroy"];
/// Life of an authorization code in seconds.
const CODE_SECONDS: i64 = 600;

#[derive(Default)]
pub(crate) struct Grants {
    pub by_id: HashMap<Id, Grant>,
    codes: HashMap<String, Code>,
    pub access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
}

/// What a user allowed once; tokens belong to it.
pub(crate) struct Grant {
    pub user: Id,
    pub scopes: Vec<String>,
    pub revoked: bool,
}

struct Code {
    grant: Id,
    redirect_uri: String,
    challenge: Option<String>,
    expires_at: i64,
}

pub(crate) struct Access {
    pub grant: Id,
    pub expires_at: i64,
    pub used: bool,
}

struct Refresh {
    grant: Id,
    /// The access token that this one was exchanged for.
    exchanged_for: Option<String>,
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/oauth/authorize", get(ask).post(decide))
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/.well-known/oauth-authorization-server", get(metadata))
}

/// What the server says of itself, as RFC 8414 has it.
async fn metadata(State(sim): State<Shared>) -> Json<Value> {
    let origin = sim.lock().origin.clone();
    Json(json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/oauth/authorize"),
        "token_endpoint": format!("{origin}/oauth/token"),
        "revocation_endpoint": format!("{origin}/oauth/revoke"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

/// An authorization request whose client and redirect address are known to be good.
pub(crate) struct Asked {
    pub redirect_uri: url::Url,
    pub scopes: Vec<String>,
    pub state: Option<String>,
    challenge: Option<String>,
}

impl Asked {
    /// Errors are for the person in the browser: a bad client or address is never redirected to.
    pub fn check(sim: &Sim, params: &Params) -> Result<Self, &'static str> {
        if params.text("client_id") != sim.options.client_id {
            return Err("Client authentication failed due to unknown client.");
        }
        let redirect_uri = url::Url::parse(params.text("redirect_uri"))
            .map_err(|_| "The redirect URI included is not valid.")?;
        let loopback = matches!(
            redirect_uri.host_str(),
            Some("127.0.0.1" | "localhost" | "[::1]")
        );
        let allowed = match &sim.options.redirect_uris {
            Some(allowed) => allowed.iter().any(|uri| uri == params.text("redirect_uri")),
            None => redirect_uri.scheme() == "https" || loopback,
        };
        if !allowed {
            return Err("The redirect URI included is not valid.");
        }
        if params.text("response_type") != "code" {
            return Err("The authorization server does not support this response type.");
        }
        let challenge = params.get("code_challenge").map(str::to_owned);
        if challenge.is_some() && params.text("code_challenge_method") != "S256" {
            return Err("The code challenge method must be S256.");
        }
        let scopes: Vec<String> = params
            .text("scope")
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        if scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
            return Err("The requested scope is invalid, unknown, or malformed.");
        }
        Ok(Self {
            redirect_uri,
            scopes: if scopes.is_empty() {
                vec!["read".into()]
            } else {
                scopes
            },
            state: params.get("state").map(str::to_owned),
            challenge,
        })
    }

    /// Where the browser goes after the decision.
    pub fn answer(&self, state: &mut Sims, user: Id, allow: bool) -> String {
        let mut location = self.redirect_uri.clone();
        let mut query = location.query_pairs_mut();
        if allow {
            query.append_pair("code", &self.issue_code(state, user));
        } else {
            query.append_pair("error", "access_denied").append_pair(
                "error_description",
                "The resource owner denied the request.",
            );
        }
        if let Some(own_state) = &self.state {
            query.append_pair("state", own_state);
        }
        drop(query);
        location.into()
    }

    fn issue_code(&self, state: &mut Sims, user: Id) -> String {
        let grant = state.take_id();
        let scopes = self.scopes.clone();
        state.grants.by_id.insert(
            grant,
            Grant {
                user,
                scopes,
                revoked: false,
            },
        );
        let code = random_token();
        let issued = Code {
            grant,
            redirect_uri: self.redirect_uri.to_string(),
            challenge: self.challenge.clone(),
            expires_at: now() + CODE_SECONDS,
        };
        state.grants.codes.insert(code.clone(), issued);
        code
    }
}

impl Sims {
    /// Every access token expires now; refresh tokens stay.
    pub fn expire_access(&mut self) {
        for access in self.grants.access.values_mut() {
            access.expires_at = 0;
        }
    }

    /// As if the customer had removed the integration.
    pub fn revoke_grants(&mut self, company: Id) {
        for grant in self.grants.by_id.values_mut() {
            let user = self.users.get(&grant.user);
            if user.is_some_and(|user| user.company == company) {
                grant.revoked = true;
            }
        }
    }
}

/// An unguessable token.
pub(crate) fn random_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

async fn ask(
    State(sim): State<Shared>,
    headers: HeaderMap,
    params: Params,
    uri: axum::http::Uri,
) -> Response {
    let asked = match Asked::check(&sim, &params) {
        Ok(asked) => asked,
        Err(message) => return web::sign_in::refusal(message),
    };
    let Some(user) = web::signed_in(&sim.lock(), &headers) else {
        let here = uri
            .path_and_query()
            .map_or("/", axum::http::uri::PathAndQuery::as_str);
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("return_to", here)
            .finish();
        return Redirect::to(&format!("{SIGN_IN}?{query}")).into_response();
    };
    web::sign_in::consent(&sim, &user, &asked, &params).into_response()
}

async fn decide(State(sim): State<Shared>, headers: HeaderMap, Form(form): Form) -> Response {
    let asked = match Asked::check(&sim, &form) {
        Ok(asked) => asked,
        Err(message) => return web::sign_in::refusal(message),
    };
    let mut state = sim.lock();
    let Some(user) = web::signed_in(&state, &headers) else {
        return Redirect::to(SIGN_IN).into_response();
    };
    let location = asked.answer(&mut state, user.id, form.text("decision") == "allow");
    Redirect::to(&location).into_response()
}

fn failure(status: StatusCode, error: &str) -> Response {
    (
        status,
        Json(json!({"error": error, "error_description": error.replace('_', " ")})),
    )
        .into_response()
}

fn knows_client(sim: &Sim, form: &Params) -> bool {
    form.text("client_id") == sim.options.client_id
        && form.text("client_secret") == sim.options.client_secret
}

async fn token(State(sim): State<Shared>, Form(form): Form) -> Response {
    if !knows_client(&sim, &form) {
        return failure(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let mut state = sim.lock();
    let grant = match form.text("grant_type") {
        "authorization_code" => redeem_code(&mut state, &form).map(|grant| (grant, None)),
        "refresh_token" => {
            let token = form.text("refresh_token");
            redeem_refresh(&state, token).map(|grant| (grant, Some(token)))
        }
        _ => return failure(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    };
    match grant {
        Some((grant, refreshed)) => Json(issue(&mut state, grant, refreshed)).into_response(),
        None => failure(StatusCode::BAD_REQUEST, "invalid_grant"),
    }
}

/// A code works once: a failed try uses it up as well.
fn redeem_code(state: &mut Sims, form: &Params) -> Option<Id> {
    let code = state.grants.codes.remove(form.text("code"))?;
    let verified = code.challenge.is_none_or(|challenge| {
        let digest = Sha256::digest(form.text("code_verifier").as_bytes());
        URL_SAFE_NO_PAD.encode(digest) == challenge
    });
    let redirect_uri = url::Url::parse(form.text("redirect_uri")).ok()?;
    let good = verified && code.expires_at > now() && redirect_uri.as_str() == code.redirect_uri;
    good.then_some(code.grant)
}

fn redeem_refresh(state: &Sims, token: &str) -> Option<Id> {
    let refresh = state.grants.refresh.get(token)?;
    let grant = state
        .grants
        .by_id
        .get(&refresh.grant)
        .filter(|grant| !grant.revoked)?;
    state.users.get(&grant.user).filter(|user| user.active)?;
    if let Some(access) = &refresh.exchanged_for {
        let unused = state
            .grants
            .access
            .get(access)
            .is_some_and(|access| !access.used);
        if !(state.settings.refresh_grace && unused) {
            return None;
        }
    }
    Some(refresh.grant)
}

fn issue(state: &mut Sims, grant: Id, refreshed: Option<&str>) -> Value {
    let (access, refresh) = (random_token(), random_token());
    let lifetime = state.settings.access_token_seconds;
    let grants = &mut state.grants;
    if let Some(used) = refreshed.and_then(|token| grants.refresh.get_mut(token)) {
        used.exchanged_for = Some(access.clone());
    }
    let expires_at = now() + lifetime;
    grants.access.insert(
        access.clone(),
        Access {
            grant,
            expires_at,
            used: false,
        },
    );
    grants.refresh.insert(
        refresh.clone(),
        Refresh {
            grant,
            exchanged_for: None,
        },
    );
    let scopes = grants.by_id.get(&grant).map(|grant| grant.scopes.join(" "));
    json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "refresh_token": refresh,
        "scope": scopes,
        "created_at": now(),
    })
}

/// Either kind of token ends the whole grant. An unknown token is no error (RFC 7009).
async fn revoke(State(sim): State<Shared>, Form(form): Form) -> Response {
    if !knows_client(&sim, &form) {
        return failure(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let token = form.text("token");
    let grants = &mut sim.lock().grants;
    let grant = match (grants.access.get(token), grants.refresh.get(token)) {
        (Some(access), _) => Some(access.grant),
        (None, Some(refresh)) => Some(refresh.grant),
        (None, None) => None,
    };
    if let Some(grant) = grant.and_then(|grant| grants.by_id.get_mut(&grant)) {
        grant.revoked = true;
    }
    Json(json!({})).into_response()
}
