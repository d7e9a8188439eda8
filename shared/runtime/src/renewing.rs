//! Renewing an organization's tokens, which spends the pair before (B4).

use std::time::Duration;

use companycam::oauth::{OAuth, OAuthError};
use model::organization::Organization;
use model::pause::Side;
use one_click::ids::OrgId;
use secrecy::{ExposeSecret, SecretString};
use store::tokens::Renewed;

use crate::rings::Ring;
use crate::sealing::Belonging;
use crate::{App, OrgTokens, WorkError};

/// How soon a worker that lost the race looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// One renewal, by whoever holds the lease.
pub(crate) struct Renewal<'a> {
    pub app: &'a App,
    pub oauth: OAuth,
    pub ring: Ring,
    pub holder: String,
}

impl Renewal<'_> {
    /// A token other than `refused`, stored before it is given.
    pub async fn run(
        &self,
        leased: &Organization,
        refused: &SecretString,
    ) -> Result<SecretString, WorkError> {
        let app = self.app;
        let mut row = leased.clone();
        let mut spent: Vec<SecretString> = Vec::new();
        let mut stored = self.untried(&row, &spent).await?;
        loop {
            if !same(&stored.access_token, refused) && stored.works_at(app.clock.now_s()) {
                // Renewed by another, meanwhile or before. The lease ends as after a failure.
                self.give_back(&row).await;
                return Ok(app.keep(&row, stored));
            }
            match self.oauth.refresh(&stored.refresh_token).await {
                Ok(tokens) => {
                    let fresh = OrgTokens::issued(tokens, app.now());
                    return self.store(&row, fresh).await;
                }
                Err(OAuthError::InvalidGrant) => {
                    // A worker whose lease had ended, or a reconnect, may have stored newer ones.
                    spent.push(stored.refresh_token);
                    row = app.as_stored(leased).await?;
                    stored = self.untried(&row, &spent).await?;
                }
                Err(error @ OAuthError::Transient { .. }) => {
                    return Err(WorkError::down(Side::CompanyCam, error.to_string()));
                }
                Err(error) => return Err(WorkError::transient(error.to_string())),
            }
        }
    }

    /// The row's tokens, or those that an earlier version renewed beside us, if they were not tried yet.
    /// None are left: the grant is gone.
    async fn untried(
        &self,
        row: &Organization,
        spent: &[SecretString],
    ) -> Result<OrgTokens, WorkError> {
        let is_new = |tokens: &OrgTokens| !spent.iter().any(|one| same(one, &tokens.refresh_token));
        let stored = self.app.tokens_of(row).await?.filter(is_new);
        if let Some(stored) = stored {
            return Ok(stored);
        }
        if row.no_old_secrets {
            return Err(WorkError::NeedsReconnecting);
        }
        let old = self.app.secrets.old_tokens(&row.org_id).await?;
        old.filter(is_new).ok_or(WorkError::NeedsReconnecting)
    }

    async fn give_back(&self, row: &Organization) {
        let org = &row.org_id;
        if let Err(error) = self.app.store.release_refresh(org, &self.holder).await {
            tracing::warn!(org.id = %org, cause = %error, "the lease for renewing the access token stays until it ends");
        }
    }

    /// New tokens are stored before they are used. The old refresh token is spent by now, so a passing
    /// trouble is met with more tries than elsewhere.
    async fn store(&self, row: &Organization, fresh: OrgTokens) -> Result<SecretString, WorkError> {
        let (app, org) = (self.app, &row.org_id);
        let sealed = fresh.seal(&self.ring, belonging(row))?;
        let renewed = Renewed {
            generation: row.generation,
            holder: &self.holder,
            before: row.sealed_tokens.as_deref().unwrap_or_default(),
            sealed: &sealed,
        };
        let mut tries = 0;
        let stored = loop {
            match app.store.put_renewed(org, &renewed).await {
                Err(error) if tries < 4 => {
                    tries += 1;
                    tracing::warn!(org.id = %org, cause = %error, tries, "could not store the renewed tokens yet");
                    tokio::time::sleep(Duration::from_millis(200 << tries)).await;
                }
                stored => break stored?.applied(),
            }
        };
        if stored || self.is_there(org, &sealed).await? {
            tracing::info!(org.id = %org, "renewed the access token");
            return Ok(app.keep(row, fresh));
        }
        self.overtaken(row, &fresh).await
    }

    /// Whether the write took effect although its answer says otherwise: one whose first answer was lost
    /// is made again by the SDK, and then finds its own condition broken.
    async fn is_there(&self, org: &OrgId, sealed: &str) -> Result<bool, WorkError> {
        let row = self.app.store.organization(org).await?;
        Ok(row.is_some_and(|row| row.sealed_tokens.as_deref() == Some(sealed)))
    }

    /// The connection ended, or another was made, while its tokens were renewed.
    async fn overtaken(
        &self,
        before: &Organization,
        fresh: &OrgTokens,
    ) -> Result<SecretString, WorkError> {
        let org = &before.org_id;
        let now = self.app.store.organization(org).await?;
        let same = now.filter(|now| now.generation == before.generation);
        if same.as_ref().is_some_and(|now| now.sealed_tokens.is_some()) {
            return Err(again("another worker has renewed the access token"));
        }
        tracing::info!(org.id = %org, "the connection ended while its access token was renewed");
        // Whoever ended it could not know of these.
        for token in [&fresh.access_token, &fresh.refresh_token] {
            if let Err(error) = self.oauth.revoke(token).await {
                tracing::warn!(org.id = %org, cause = %error, "a renewed token was not revoked");
            }
        }
        Err(same.map_or_else(overtaken, |_| WorkError::NeedsReconnecting))
    }
}

pub(crate) fn belonging(organization: &Organization) -> Belonging<'_> {
    Belonging {
        org: &organization.org_id,
        company: &organization.company_id,
        generation: organization.generation,
    }
}

pub(crate) fn again(cause: &str) -> WorkError {
    WorkError::later(LOOK_AGAIN, cause)
}

pub(crate) fn overtaken() -> WorkError {
    again("the organization was connected anew meanwhile")
}

pub(crate) fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}
