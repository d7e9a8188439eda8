//! Who calls the API, and how often.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use crate::Shared;
use crate::request::{ApiError, ApiResult};
use crate::state::{Id, State, now, now_ms};

const MINUTE_MS: u64 = 60_000;

/// The caller of an API operation. Extracting it checks the token and counts the request.
pub(crate) struct Caller {
    pub company: Id,
    pub user: Id,
    destroy: bool,
    write: bool,
}

impl Caller {
    /// For operations that change something.
    pub fn need_write(&self) -> ApiResult<()> {
        if self.write {
            Ok(())
        } else {
            Err(ApiError::forbidden())
        }
    }

    /// For removing an assigned user, deleting a webhook and the other deletions.
    pub fn need_destroy(&self) -> ApiResult<()> {
        if self.destroy {
            Ok(())
        } else {
            Err(ApiError::forbidden())
        }
    }

    /// The user credited with a write: the one `X-CompanyCam-User` names, else the token's.
    /// `X_CompanyCam_User`, the spelling of older guides, never gets here in production.
    pub fn credited(&self, state: &State, headers: &HeaderMap) -> Id {
        headers
            .get("x-companycam-user")
            .and_then(|value| value.to_str().ok())
            .and_then(|email| state.user_by_email(Some(self.company), email))
            .map_or(self.user, |user| user.id)
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sim: &Shared) -> Result<Self, ApiError> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(ApiError::unauthorized)?;
        let mut state = sim.lock();
        let caller = identify(&mut state, token).ok_or_else(ApiError::unauthorized)?;
        count(&mut state, token, parts.method == Method::GET)?;
        Ok(caller)
    }
}

fn identify(state: &mut State, token: &str) -> Option<Caller> {
    if let Some(company) = state
        .companies
        .values()
        .find(|company| company.personal_token == token)
    {
        let user = state.admin(company.id)?.id;
        return Some(Caller {
            company: company.id,
            user,
            destroy: true,
            write: true,
        });
    }
    let access = state.grants.access.get_mut(token)?;
    let grant = state.grants.by_id.get(&access.grant)?;
    if grant.revoked || access.expires_at <= now() {
        return None;
    }
    access.used = true;
    let user = state.users.get(&grant.user).filter(|user| user.active)?;
    let has = |scope: &str| grant.scopes.iter().any(|granted| granted == scope);
    Some(Caller {
        company: user.company,
        user: user.id,
        destroy: has("destroy"),
        write: has("write"),
    })
}

fn count(state: &mut State, token: &str, is_get: bool) -> ApiResult<()> {
    let now = now_ms();
    let settings = &state.settings;
    let since = if settings.sliding_minute {
        now.saturating_sub(MINUTE_MS)
    } else {
        now - now % MINUTE_MS
    };
    let limit = if is_get {
        settings.get_limit
    } else {
        settings.write_limit
    };
    let window = state.windows.entry(token.to_owned()).or_default();
    let times = if is_get {
        &mut window.gets
    } else {
        &mut window.writes
    };
    while times.front().is_some_and(|time| *time < since) {
        times.pop_front();
    }
    if times.len() >= limit {
        state.stats.rate_limited += 1;
        let oldest = times.front().copied().unwrap_or(now);
        let free_at = if settings.sliding_minute {
            oldest
        } else {
            since
        } + MINUTE_MS;
        let seconds = free_at.saturating_sub(now).div_ceil(1000).max(1);
        return Err(ApiError::rate_limited(
            settings.retry_after.then_some(seconds),
        ));
    }
    times.push_back(now);
    if is_get {
        state.stats.gets += 1;
    } else {
        state.stats.writes += 1;
    }
    Ok(())
}
