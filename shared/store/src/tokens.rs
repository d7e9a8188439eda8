//! The sealed tokens in an organization's row (B4): renewed under a lease, and taken back.
//!
//! This crate moves sealed texts and never opens one. They are in the row that every look reads anyway,
//! so lease and tokens are always seen as they are together.

use model::one_click::OrgId;
use model::organization::{ConnectionState, Organization, TakeBack};

use crate::change::Change;
use crate::keys::org_key;
use crate::{Error, Store, Write};

/// Tokens that a renewal brought.
#[derive(Debug, Clone, Copy)]
pub struct Renewed<'a> {
    /// The connection that they are for.
    pub generation: i64,
    /// Who holds the lease.
    pub holder: &'a str,
    /// The sealed pair that was renewed, and is spent.
    pub before: &'a str,
    /// The new one.
    pub sealed: &'a str,
}

impl Store {
    /// Takes the right to renew the tokens of this generation until `until_ms`; the row as it is then.
    /// `None`: somebody else has it, or there is another connection.
    pub async fn lease_refresh(
        &self,
        org: &OrgId,
        generation: i64,
        holder: &str,
        (now_ms, until_ms): (i64, i64),
    ) -> Result<Option<Organization>, Error> {
        let change = Change::new()
            .set("refresh_lease_ms", until_ms)
            .set("refresh_holder", holder)
            .when(
                "#generation = :generation AND (attribute_not_exists(#refresh_lease_ms) \
                 OR #refresh_lease_ms < :now OR #refresh_holder = :holder)",
            )
            .value(":generation", generation)
            .value(":now", now_ms)
            .value(":holder", holder);
        self.organizations.update(org_key(org), change).await
    }

    /// Gives that right back.
    pub async fn release_refresh(&self, org: &OrgId, holder: &str) -> Result<(), Error> {
        let change = Change::new()
            .remove("refresh_lease_ms")
            .remove("refresh_holder")
            .when("#refresh_holder = :holder")
            .value(":holder", holder);
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Stores renewed tokens and ends the lease, in one write. Not applied: the connection is another, or
    /// has no tokens any more, or others by now.
    ///
    /// A lease that has ended meanwhile is no reason to lose the only pair that works: while the one
    /// that was renewed still stands there, the new one takes its place.
    pub async fn put_renewed(&self, org: &OrgId, renewed: &Renewed<'_>) -> Result<Write, Error> {
        let change = Change::new()
            .set("sealed_tokens", renewed.sealed)
            .remove("refresh_lease_ms")
            .remove("refresh_holder")
            .when(
                "#generation = :generation AND attribute_exists(#sealed_tokens) \
                 AND (#refresh_holder = :holder OR #sealed_tokens = :before)",
            )
            .value(":generation", renewed.generation)
            .value(":holder", renewed.holder)
            .value(":before", renewed.before);
        self.organizations.apply(org_key(org), change).await
    }

    /// Puts the same tokens, sealed anew, in the place of `before` (`None`: of nothing). Not applied: the
    /// row is not so any more, or somebody is renewing them just now.
    pub async fn put_resealed(
        &self,
        org: &OrgId,
        generation: i64,
        before: Option<&str>,
        sealed: &str,
    ) -> Result<Write, Error> {
        let change = Change::new()
            .set("sealed_tokens", sealed)
            .value(":generation", generation)
            .value(":disconnected", ConnectionState::Disconnected);
        let change = match before {
            Some(before) => change
                .when(
                    "#generation = :generation AND #sealed_tokens = :before AND #state <> :disconnected \
                     AND attribute_not_exists(#refresh_holder)",
                )
                .value(":before", before),
            None => change.when(
                "#generation = :generation AND attribute_not_exists(#sealed_tokens) \
                 AND #state <> :disconnected",
            ),
        };
        self.organizations.apply(org_key(org), change).await
    }

    /// The end of a disconnect: removes those tokens, and gives the company up. Not applied: there is a newer
    /// connection, or there are other tokens by now; then nothing is done.
    pub async fn end_connection(&self, ended: &Organization) -> Result<Write, Error> {
        let org = &ended.org_id;
        let change = Change::new()
            .remove("sealed_tokens")
            .remove("refresh_lease_ms")
            .remove("refresh_holder")
            .set("no_old_secrets", true)
            .value(":generation", ended.generation)
            .value(":disconnected", ConnectionState::Disconnected);
        let same = "#generation = :generation AND #state = :disconnected AND ";
        let change = match &ended.sealed_tokens {
            Some(sealed) => change
                .when(&format!("{same}#sealed_tokens = :sealed"))
                .value(":sealed", sealed),
            None => change.when(&format!("{same}attribute_not_exists(#sealed_tokens)")),
        };
        let mut writes = vec![self.organizations.transact_update(org_key(org), change)?];
        if self.holder(&ended.company_id).await?.as_ref() == Some(org) {
            writes.push(self.release(org, &ended.company_id)?);
        }
        self.organizations.transact(writes).await
    }

    /// Nothing is left to be taken back of that connection.
    pub async fn remove_take_back(&self, org: &OrgId, done: &TakeBack) -> Result<(), Error> {
        let change = Change::new()
            .remove(&format!("take_backs.{}", done.key()))
            .when("attribute_exists(#take_backs)");
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }

    /// `CompanyCam` has said that the token of this generation is the company's.
    pub async fn mark_company_verified(&self, org: &OrgId, generation: i64) -> Result<(), Error> {
        let change = Change::new().set("verified_generation", generation);
        self.change_connection(org, generation, change).await
    }

    /// `CompanyCam` refuses a fresh token since then, or no longer does.
    pub async fn set_refused(
        &self,
        org: &OrgId,
        generation: i64,
        since: Option<i64>,
    ) -> Result<(), Error> {
        let change = Change::new().set_or_remove("refused_since", since);
        self.change_connection(org, generation, change).await
    }

    /// The organization's own secrets of an earlier version are gone.
    pub async fn mark_old_secrets_gone(&self, org: &OrgId, generation: i64) -> Result<(), Error> {
        let change = Change::new().set("no_old_secrets", true);
        self.change_connection(org, generation, change).await
    }
}
