//! An organization's access token: where it comes from, and how it is renewed without ever losing
//! the connection to a race (B4).

use std::time::Duration;

use companycam::oauth::{OAuthError, Tokens};
use jiff::Timestamp;
use one_click::ids::OrgId;
use secrecy::{ExposeSecret, SecretString};

use crate::{App, OrgTokens, Side, Trouble};

/// Renewed when it ends within so many seconds.
const EARLY_S: i64 = 300;
/// How long one worker may take to renew; CompanyCam's answer is awaited for 8 s at most.
const LEASE_MS: i64 = 45_000;
/// How soon a worker that lost the race looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl OrgTokens {
    /// What `CompanyCam` answered, as it is stored.
    pub fn issued(tokens: Tokens, now: Timestamp) -> Self {
        let lives_s = i64::try_from(tokens.expires_in_s).unwrap_or(7200);
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_at: now.as_second() + lives_s,
        }
    }

    fn works_at(&self, now: i64) -> bool {
        self.expires_at > now
    }
}

impl App {
    /// Lets go of what this process kept: other tokens are stored now.
    pub fn forget_token(&self, org: &OrgId) {
        if let Ok(mut tokens) = self.tokens.lock() {
            tokens.remove(org);
        }
    }

    /// An access token that should work now.
    pub(crate) async fn access_token(&self, org: &OrgId) -> Result<SecretString, Trouble> {
        let now = self.clock.now_s();
        let kept = self
            .tokens
            .lock()
            .ok()
            .and_then(|tokens| tokens.get(org).cloned());
        if let Some(kept) = kept.filter(|kept| kept.expires_at - EARLY_S > now) {
            return Ok(kept.access_token);
        }
        let stored = self
            .secrets
            .tokens(org)
            .await?
            .ok_or(Trouble::NeedsReconnecting)?;
        if stored.expires_at - EARLY_S > now {
            return Ok(self.keep(org, stored));
        }
        match self.renew(org, &stored.access_token).await {
            // Somebody else is at it, or CompanyCam's OAuth is down: the old one works a little longer.
            Err(Trouble::Transient { .. }) if stored.works_at(now) => Ok(stored.access_token),
            renewed => renewed,
        }
    }

    /// A token other than `refused`: the stored one if it is newer, else a fresh one.
    pub(crate) async fn renew(
        &self,
        org: &OrgId,
        refused: &SecretString,
    ) -> Result<SecretString, Trouble> {
        self.forget_token(org);
        let holder = uuid::Uuid::new_v4().to_string();
        let now_ms = self.clock.now_ms();
        let stored = self
            .secrets
            .tokens(org)
            .await?
            .ok_or(Trouble::NeedsReconnecting)?;
        if !same(&stored.access_token, refused) {
            return Ok(self.keep(org, stored));
        }
        if !self
            .store
            .lease_refresh(org, &holder, now_ms, now_ms + LEASE_MS)
            .await?
        {
            return Err(Trouble::Transient {
                after: Some(LOOK_AGAIN),
                cause: "another worker is renewing the access token".to_owned(),
                down: None,
            });
        }
        let renewed = self.renew_leased(org, refused).await;
        // A lease that cannot be given back ends by itself.
        if let Err(error) = self.store.release_refresh(org, &holder).await {
            tracing::warn!(org.id = %org, %error, "the lease for renewing the access token stays until it ends");
        }
        renewed
    }

    async fn renew_leased(
        &self,
        org: &OrgId,
        refused: &SecretString,
    ) -> Result<SecretString, Trouble> {
        let oauth = self.oauth().await?;
        let mut stored = self
            .secrets
            .tokens(org)
            .await?
            .ok_or(Trouble::NeedsReconnecting)?;
        if !same(&stored.access_token, refused) {
            return Ok(self.keep(org, stored));
        }
        loop {
            match oauth.refresh(&stored.refresh_token).await {
                Ok(tokens) => {
                    let fresh = OrgTokens::issued(tokens, self.now());
                    if !self.store_fresh(org, &fresh).await? {
                        tracing::info!(org.id = %org, "disconnected while the access token was renewed");
                        // Disconnecting could not know of these.
                        for token in [&fresh.access_token, &fresh.refresh_token] {
                            if let Err(error) = oauth.revoke(token).await {
                                tracing::warn!(org.id = %org, %error, "a renewed token was not revoked");
                            }
                        }
                        return Err(Trouble::NeedsReconnecting);
                    }
                    tracing::info!(org.id = %org, "renewed the access token");
                    return Ok(self.keep(org, fresh));
                }
                Err(OAuthError::InvalidGrant) => {
                    // A worker whose lease had ended, or a reconnect, may have stored newer ones.
                    let now = self
                        .secrets
                        .tokens(org)
                        .await?
                        .ok_or(Trouble::NeedsReconnecting)?;
                    if same(&now.refresh_token, &stored.refresh_token) {
                        return Err(Trouble::NeedsReconnecting);
                    }
                    if !same(&now.access_token, refused) && now.works_at(self.clock.now_s()) {
                        return Ok(self.keep(org, now));
                    }
                    stored = now;
                }
                Err(error @ OAuthError::Transient { .. }) => {
                    return Err(Trouble::down(Side::CompanyCam, error.to_string()));
                }
                Err(error) => return Err(Trouble::transient(error.to_string())),
            }
        }
    }

    /// New tokens are stored before they are used. The old refresh token is spent by now, so a
    /// passing trouble with Secrets Manager is met with more tries than elsewhere. `false`: the
    /// organization has no tokens any more.
    async fn store_fresh(&self, org: &OrgId, fresh: &OrgTokens) -> Result<bool, Trouble> {
        let mut tries = 0;
        loop {
            match self.secrets.replace_tokens(org, fresh).await {
                Err(error) if tries < 4 => {
                    tries += 1;
                    tracing::warn!(org.id = %org, %error, tries, "could not store the renewed tokens yet");
                    tokio::time::sleep(Duration::from_millis(200 << tries)).await;
                }
                result => return result,
            }
        }
    }

    fn keep(&self, org: &OrgId, tokens: OrgTokens) -> SecretString {
        let access_token = tokens.access_token.clone();
        if let Ok(mut kept) = self.tokens.lock() {
            kept.insert(org.clone(), tokens);
        }
        access_token
    }
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}
