//! Connecting: an organization's row and the claim of its company, both or neither (B3, B5).

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use model::companycam::CompanyId;
use model::one_click::OrgId;
use model::organization::{ConnectionState, Organization, TakeBack, Watching};
use model::sync_run::SyncRun;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::keys::{org_key, shard_of};
use crate::schedule::Turn;
use crate::table::key;
use crate::{Error, Store};

/// What connecting writes (B3, B5).
#[derive(Debug, Clone)]
pub struct NewConnection<'a> {
    pub org_id: &'a OrgId,
    /// Its row as it was read; whatever of it matters must still be so.
    pub before: Option<&'a Organization>,
    /// The connection's tokens, sealed for its generation ([`next_generation`]).
    pub sealed_tokens: &'a str,
    /// Everything that is still to be taken back, of the connection before too.
    pub take_backs: BTreeMap<String, TakeBack>,
    pub name: &'a str,
    /// The company that consented.
    pub company_id: &'a CompanyId,
    /// That company's name.
    pub company_name: &'a str,
    /// The administrator's name or address in One Click.
    pub connected_by: &'a str,
    /// Now.
    pub at: i64,
    /// The sync that connecting starts.
    pub sync: SyncRun,
    /// From when on nothing is written on either side; `None`: as it was before (B43).
    pub watching: Option<Watching>,
}

/// What became of connecting.
#[derive(Debug)]
pub enum Connected {
    /// The connection stands.
    Yes(Box<Organization>),
    /// Another organization has the company.
    Taken(OrgId),
    /// The row is not what it was when it was read: read it again.
    Changed,
}

/// The generation of the connection that follows this row.
pub fn next_generation(before: Option<&Organization>) -> i64 {
    before.map_or(0, |before| before.generation) + 1
}

#[derive(Debug, Serialize, Deserialize)]
struct CompanyClaim {
    /// `company#<id>`: the only keys of this table that are no organization's id.
    #[serde(rename = "org_id")]
    key: String,
    holder: OrgId,
}

fn company_holder_key(company: &CompanyId) -> String {
    format!("company#{company}")
}

/// The row's part of connecting.
fn connecting(new: &NewConnection<'_>) -> Change {
    let generation = next_generation(new.before);
    let change = Change::new()
        .set("name", new.name)
        .set("state", ConnectionState::Connected)
        .set("company_id", new.company_id)
        .set("company_name", new.company_name)
        .set("connected_by", new.connected_by)
        .set("connected_at", new.at)
        .set("connected_shard", shard_of(new.org_id))
        .set("poll_due_at", Turn::Poll.first(new.org_id, new.at))
        .set("sync", &new.sync)
        .set("generation", generation)
        .set("sealed_tokens", new.sealed_tokens)
        // Consent has just said so.
        .set("verified_generation", generation)
        .set("take_backs", &new.take_backs)
        .remove("refresh_lease_ms")
        .remove("refresh_holder")
        // Looks at jobs may have been let go while there was no connection.
        .remove("job_cursor")
        // Consent has just shown otherwise; and One Click is asked anew.
        .remove("companycam_pause")
        .remove("one_click_pause")
        .remove("poll")
        .remove("refused_since");
    let change = match &new.watching {
        Some(watching) => change.set("watching", watching),
        None => change,
    };
    let Some(before) = new.before else {
        return change
            .set("no_old_secrets", true)
            .when("attribute_not_exists(#state)");
    };
    let change = change.value(":generation", before.generation);
    let change = match &before.sealed_tokens {
        Some(sealed) => change
            .when("#generation = :generation AND #sealed_tokens = :sealed")
            .value(":sealed", sealed),
        None => change.when("#generation = :generation AND attribute_not_exists(#sealed_tokens)"),
    };
    if before.company_id == *new.company_id {
        return change;
    }
    change
        .remove("project_cursor")
        .remove("webhook_id")
        .remove("last_synced_at")
}

impl Store {
    /// Who has the company, if anybody.
    pub(crate) async fn holder(&self, company: &CompanyId) -> Result<Option<OrgId>, Error> {
        let held: Option<CompanyClaim> = self
            .organizations
            .get(key(&[("org_id", &company_holder_key(company))]))
            .await?;
        Ok(held.map(|held| held.holder))
    }

    /// Gives the company up, in a transaction with something else.
    pub(crate) fn release(
        &self,
        org: &OrgId,
        company: &CompanyId,
    ) -> Result<TransactWriteItem, Error> {
        let ours = Change::only_if("#holder = :org").value(":org", org);
        let key = key(&[("org_id", &company_holder_key(company))]);
        self.organizations.transact_delete(key, ours)
    }

    /// Claims the company and writes the connection, both or neither; a company that was connected
    /// before is given up with it. Preferences, and of the same company cursors and the rest, stay (B5).
    pub async fn connect(&self, new: &NewConnection<'_>) -> Result<Connected, Error> {
        let (org, company) = (new.org_id, new.company_id);
        let claim = CompanyClaim {
            key: company_holder_key(company),
            holder: org.clone(),
        };
        let free_or_ours =
            Change::only_if("attribute_not_exists(#holder) OR #holder = :org").value(":org", org);
        let mut writes = vec![
            self.organizations.transact_put(&claim, free_or_ours)?,
            self.organizations
                .transact_update(org_key(org), connecting(new))?,
        ];
        let replaced = new.before.map(|before| &before.company_id);
        if let Some(replaced) = replaced.filter(|replaced| *replaced != company)
            && self.holder(replaced).await?.as_ref() == Some(org)
        {
            writes.push(self.release(org, replaced)?);
        }
        if self.organizations.transact(writes).await?.applied() {
            let made = self.organization(org).await?;
            return made.map_or(Err(Error::Contended("a connection")), |made| {
                Ok(Connected::Yes(Box::new(made)))
            });
        }
        let holder = self.holder(company).await?;
        Ok(holder
            .filter(|holder| holder != org)
            .map_or(Connected::Changed, Connected::Taken))
    }
}
