//! An organization's tokens: where they are, and how they are renewed without ever losing the
//! connection to a race (B4).
//!
//! They are sealed in the organization's row, and belong to one generation of its connection. So the row
//! that a look read says all: a process that kept the tokens of an earlier connection, of another company
//! perhaps, never uses them for a later one.

use std::time::Duration;

use companycam::oauth::Tokens;
use jiff::Timestamp;
use model::organization::{ConnectionState, Organization, TakeBack};
use one_click::ids::OrgId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::renewing::{Renewal, again, belonging, overtaken, same};
use crate::rings::Ring;
use crate::sealing::{Belonging, Closed, label, open, seal};
use crate::{App, OrgTokens, WorkError};

/// Renewed when it ends within so many seconds.
const EARLY_S: i64 = 300;
/// How long one worker may take to renew; CompanyCam's answer is awaited for 8 s at most.
const LEASE_MS: i64 = 45_000;
/// What that takes at worst: CompanyCam's 8 s, five tries to store what it gave, and the last seconds of
/// an invocation, in which looks are cut off to be handed on.
const RENEWING_TAKES: Duration = Duration::from_secs(22);
/// While CompanyCam refuses fresh tokens, they are made anew only this often.
const RENEWED_LATELY_S: i64 = 600;

/// Tokens as this process keeps them.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    generation: i64,
    tokens: OrgTokens,
}

/// The text that is sealed.
#[derive(Serialize)]
struct Written<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
    expires_at: i64,
    issued_at: i64,
}

#[derive(Deserialize)]
struct Read {
    access_token: SecretString,
    refresh_token: SecretString,
    expires_at: i64,
    #[serde(default)]
    issued_at: i64,
}

impl OrgTokens {
    /// What `CompanyCam` answered, as it is stored.
    pub fn issued(tokens: Tokens, now: Timestamp) -> Self {
        let lives_s = i64::try_from(tokens.expires_in_s).unwrap_or(7200);
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_at: now.as_second() + lives_s,
            issued_at: now.as_second(),
        }
    }

    pub(crate) fn works_at(&self, now: i64) -> bool {
        self.expires_at > now
    }

    pub(crate) fn seal(&self, ring: &Ring, of: Belonging<'_>) -> Result<String, WorkError> {
        let text = SecretString::from(
            serde_json::to_string(&Written {
                access_token: self.access_token.expose_secret(),
                refresh_token: self.refresh_token.expose_secret(),
                expires_at: self.expires_at,
                issued_at: self.issued_at,
            })
            .map_err(|error| WorkError::Permanent(error.to_string()))?,
        );
        seal(ring, of, text.expose_secret().as_bytes())
    }

    fn open(ring: &Ring, of: Belonging<'_>, sealed: &str) -> Result<Self, Closed> {
        let text = open(ring, of, sealed)?;
        let read: Read = serde_json::from_slice(&text).map_err(|_| Closed::Foreign)?;
        Ok(Self {
            access_token: read.access_token,
            refresh_token: read.refresh_token,
            expires_at: read.expires_at,
            issued_at: read.issued_at,
        })
    }
}

/// The row's sealed tokens, if they are this connection's: an earlier version that connects leaves those
/// of the connection before where they are.
fn sealed_of(organization: &Organization) -> Option<&str> {
    let sealed = organization.sealed_tokens.as_deref()?;
    let own = label(sealed).is_none_or(|label| label.generation == organization.generation);
    own.then_some(sealed)
}

impl App {
    /// Tokens sealed for the connection that is about to be written.
    pub async fn seal_tokens(
        &self,
        org: &OrgId,
        company: &companycam::ids::CompanyId,
        generation: i64,
        tokens: &OrgTokens,
    ) -> Result<String, WorkError> {
        let ring = self.secrets.token_ring(None).await?;
        let of = Belonging {
            org,
            company,
            generation,
        };
        tokens.seal(&ring, of)
    }

    /// The tokens of a connection that is to be taken back; `None` if nobody can read them any more.
    pub async fn tokens_to_take_back(
        &self,
        org: &OrgId,
        of: &TakeBack,
    ) -> Result<Option<OrgTokens>, WorkError> {
        let belonging = Belonging {
            org,
            company: &of.company_id,
            generation: of.generation,
        };
        self.opened(belonging, &of.sealed_tokens).await
    }

    /// The connection's tokens, as its row has them. Those that an earlier version kept in a secret are
    /// taken over into the row; until the secret is deleted it is no longer looked at.
    pub async fn tokens_of(
        &self,
        organization: &Organization,
    ) -> Result<Option<OrgTokens>, WorkError> {
        if let Some(sealed) = sealed_of(organization) {
            return self.opened(belonging(organization), sealed).await;
        }
        if organization.no_old_secrets || organization.state == ConnectionState::Disconnected {
            return Ok(None);
        }
        self.take_over(organization).await
    }

    async fn take_over(&self, organization: &Organization) -> Result<Option<OrgTokens>, WorkError> {
        let org = &organization.org_id;
        let Some(tokens) = self.secrets.old_tokens(org).await? else {
            return Ok(None);
        };
        let ring = self.secrets.token_ring(None).await?;
        let sealed = tokens.seal(&ring, belonging(organization))?;
        let before = organization.sealed_tokens.as_deref();
        let generation = organization.generation;
        if !self
            .store
            .put_resealed(org, generation, before, &sealed)
            .await?
            .applied()
        {
            return Err(again("the tokens were taken over by another worker"));
        }
        tracing::info!(org.id = %org, "took the tokens over from their secret");
        Ok(Some(tokens))
    }

    async fn opened(
        &self,
        of: Belonging<'_>,
        sealed: &str,
    ) -> Result<Option<OrgTokens>, WorkError> {
        let version = label(sealed).map(|label| label.version);
        let ring = self.secrets.token_ring(version).await?;
        match OrgTokens::open(&ring, of, sealed) {
            Ok(tokens) => Ok(Some(tokens)),
            Err(Closed::WorkError(error)) => Err(error),
            // Newer than what was read: the ring may be read stale just after it was added to.
            Err(closed @ Closed::UnknownVersion(version)) if version > ring.current() => {
                Err(WorkError::transient(closed.to_string()))
            }
            Err(closed @ (Closed::UnknownVersion(_) | Closed::Foreign)) => {
                tracing::error!(org.id = %of.org, %closed, "sealed tokens can't be opened");
                Ok(None)
            }
        }
    }

    /// Seals the tokens anew where that was done with an older version of the key.
    pub async fn reseal(&self, organization: &Organization) -> Result<(), WorkError> {
        let Some((sealed, label)) =
            sealed_of(organization).and_then(|sealed| Some((sealed, label(sealed)?)))
        else {
            return Ok(());
        };
        let ring = self.secrets.token_ring(Some(label.version)).await?;
        if label.version >= ring.current() {
            return Ok(());
        }
        let Some(tokens) = self.tokens_of(organization).await? else {
            return Ok(());
        };
        let anew = tokens.seal(&ring, belonging(organization))?;
        let (org, generation) = (&organization.org_id, organization.generation);
        // Somebody renews them just now, with the new version too? Then that does.
        if self
            .store
            .put_resealed(org, generation, Some(sealed), &anew)
            .await?
            .applied()
        {
            tracing::info!(org.id = %org, key.version = ring.current(), "sealed the tokens anew");
        }
        Ok(())
    }

    /// Lets go of what this process kept.
    pub fn forget_token(&self, org: &OrgId) {
        if let Ok(mut tokens) = self.tokens.lock() {
            tokens.remove(org);
        }
    }

    /// An access token that should work now.
    pub(crate) async fn access_token(
        &self,
        organization: &Organization,
    ) -> Result<SecretString, WorkError> {
        let now = self.clock.now_s();
        let kept = self.kept(organization);
        if let Some(kept) = kept.filter(|kept| kept.expires_at - EARLY_S > now) {
            return Ok(kept.access_token);
        }
        let stored = self
            .tokens_of(organization)
            .await?
            .ok_or(WorkError::NeedsReconnecting)?;
        if stored.expires_at - EARLY_S > now {
            return Ok(self.keep(organization, stored));
        }
        match self.renew(organization, &stored.access_token).await {
            // Somebody else is at it, or CompanyCam's OAuth is down: the old one works a little longer.
            Err(WorkError::Transient { .. }) if stored.works_at(now) => Ok(stored.access_token),
            renewed => renewed,
        }
    }

    /// Whether CompanyCam gave the kept token only lately.
    pub(crate) fn renewed_lately(&self, organization: &Organization) -> bool {
        let now = self.clock.now_s();
        let kept = self.kept(organization);
        kept.is_some_and(|kept| now - kept.issued_at < RENEWED_LATELY_S)
    }

    /// Whether there is time left to store what a renewal brings. A pair that is not stored is lost, and
    /// the one before it is spent by then.
    fn may_renew(&self) -> bool {
        self.has_time(RENEWING_TAKES)
    }

    /// A token other than `refused`: the stored one if it is newer, else a fresh one.
    pub(crate) async fn renew(
        &self,
        organization: &Organization,
        refused: &SecretString,
    ) -> Result<SecretString, WorkError> {
        let org = &organization.org_id;
        self.forget_token(org);
        let now = self.as_stored(organization).await?;
        if let Some(newer) = self.newer(&now, refused).await? {
            return Ok(newer);
        }
        if !self.may_renew() {
            return Err(again("there is no time left to renew the access token"));
        }
        // Before the refresh token is spent: without these nothing could be stored.
        let ring = self.secrets.token_ring(None).await?;
        let oauth = self.oauth().await?;
        let holder = uuid::Uuid::new_v4().to_string();
        let now_ms = self.clock.now_ms();
        let Some(leased) = self
            .store
            .lease_refresh(
                org,
                organization.generation,
                &holder,
                (now_ms, now_ms + LEASE_MS),
            )
            .await?
        else {
            return Err(again("another worker is renewing the access token"));
        };
        let renewal = Renewal {
            app: self,
            oauth,
            ring,
            holder,
        };
        let renewed = renewal.run(&leased, refused).await;
        // Storing ends the lease too. One that cannot be given back ends by itself.
        if renewed.is_err()
            && let Err(error) = self.store.release_refresh(org, &renewal.holder).await
        {
            tracing::warn!(org.id = %org, cause = %error, "the lease for renewing the access token stays until it ends");
        }
        renewed
    }

    /// The row as it is now, if it is still of the same connection.
    pub(crate) async fn as_stored(
        &self,
        organization: &Organization,
    ) -> Result<Organization, WorkError> {
        let org = &organization.org_id;
        let now = self.store.organization(org).await?;
        now.filter(|now| now.generation == organization.generation)
            .ok_or_else(overtaken)
    }

    /// The stored token, if it is another than the refused one.
    async fn newer(
        &self,
        organization: &Organization,
        refused: &SecretString,
    ) -> Result<Option<SecretString>, WorkError> {
        let stored = self
            .tokens_of(organization)
            .await?
            .ok_or(WorkError::NeedsReconnecting)?;
        Ok((!same(&stored.access_token, refused)).then(|| self.keep(organization, stored)))
    }

    fn kept(&self, organization: &Organization) -> Option<OrgTokens> {
        let tokens = self.tokens.lock().ok()?;
        let kept = tokens.get(&organization.org_id)?;
        (kept.generation == organization.generation).then(|| kept.tokens.clone())
    }

    /// Keeps tokens, unless those of a later connection are kept.
    pub(crate) fn keep(&self, organization: &Organization, tokens: OrgTokens) -> SecretString {
        let access_token = tokens.access_token.clone();
        let generation = organization.generation;
        if let Ok(mut all) = self.tokens.lock() {
            let later = all
                .get(&organization.org_id)
                .is_some_and(|kept| kept.generation > generation);
            if !later {
                let kept = Kept { generation, tokens };
                all.insert(organization.org_id.clone(), kept);
            }
        }
        access_token
    }
}
