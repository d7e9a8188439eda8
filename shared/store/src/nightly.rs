//! The nightly pass (B17) and what it no longer finds (B30): rows beside the links, since an organization's
//! own row is read by every look.

use model::companycam::ProjectId;
use model::nightly::{LostSight, Missing, Pass};
use model::one_click::OrgId;
use serde::Deserialize;

use crate::change::Change;
use crate::keys::{link_key, org_key};
use crate::table::key;
use crate::{Error, Store, Write};

/// The sort key of the pass.
const PASS: &str = "nightly";
/// What the sort key of something missing begins with.
const MISSING: &str = "missing#";

fn missing_sk(missing: &Missing) -> String {
    match &missing.file {
        Some(file) => format!("{MISSING}file#{file}"),
        None => format!("{MISSING}project#{}", missing.project_id),
    }
}

#[derive(Deserialize)]
struct PassRow {
    pass: Pass,
}

#[derive(Deserialize)]
struct SortKey {
    sk: String,
}

impl Store {
    /// The current or last pass.
    pub async fn pass(&self, org: &OrgId) -> Result<Option<Pass>, Error> {
        let row: Option<PassRow> = self.project_links.get(link_key(org, PASS)).await?;
        Ok(row.map(|row| row.pass))
    }

    /// Begins a pass, unless one was under way later than `stale`. Not applied: one is.
    pub async fn begin_pass(&self, org: &OrgId, pass: &Pass, stale: i64) -> Result<Write, Error> {
        let change = Change::new()
            .set("pass", pass)
            .when("attribute_not_exists(#pass) OR attribute_type(#pass.#finished_at, :number) OR #pass.#stepped_at < :stale OR #pass.#id = :id")
            .value(":number", "N")
            .value(":stale", stale)
            .value(":id", &pass.id);
        self.project_links.apply(link_key(org, PASS), change).await
    }

    /// Writes down the pass's next state, if nobody else took the same step.
    pub async fn step_pass(&self, org: &OrgId, next: &Pass, taken_seq: i64) -> Result<(), Error> {
        let change = Change::new()
            .set("pass", next)
            .when("#pass.#id = :id AND #pass.#seq = :seq")
            .value(":id", &next.id)
            .value(":seq", taken_seq);
        self.project_links
            .apply(link_key(org, PASS), change)
            .await?
            .either_way();
        Ok(())
    }

    /// CompanyCam did not show it: since when, and whether an administrator knows, as it is kept.
    pub async fn record_missing(&self, missing: &Missing) -> Result<Missing, Error> {
        let sk = missing_sk(missing);
        let change = Change::new()
            .set("project_id", &missing.project_id)
            .set_or_remove("file", missing.file.as_ref())
            .set_once("since", missing.since)
            .set("last", missing.last);
        let row = self
            .project_links
            .update(link_key(&missing.org_id, &sk), change)
            .await?;
        Ok(row.unwrap_or_else(|| missing.clone()))
    }

    /// It is there, or what follows from its absence is done.
    pub async fn forget_missing(&self, missing: &Missing) -> Result<(), Error> {
        let key = link_key(&missing.org_id, &missing_sk(missing));
        self.project_links
            .delete::<Missing>(key, Change::new())
            .await?;
        Ok(())
    }

    /// The project as a whole, if it is missing.
    pub async fn missing_project(
        &self,
        org: &OrgId,
        project: &ProjectId,
    ) -> Result<Option<Missing>, Error> {
        let sk = format!("{MISSING}project#{project}");
        self.project_links.get(link_key(org, &sk)).await
    }

    /// Some of what is missing, after that key; and the last key, if there may be more.
    pub async fn missing_after(
        &self,
        org: &OrgId,
        after: Option<&str>,
        most: i32,
    ) -> Result<(Vec<Missing>, Option<String>), Error> {
        let start = after.map(|sk| key(&[("org_id", org.as_str()), ("sk", sk)]));
        let (rows, next) = self
            .project_links
            .query()
            .when("#org_id = :org AND begins_with(#sk, :missing)")
            .value(":org", org)
            .value(":missing", MISSING)
            .limit(most)
            .after(start)
            .page()
            .await?;
        let next = next
            .map(serde_dynamo::from_item::<_, SortKey>)
            .transpose()?;
        Ok((rows, next.map(|key| key.sk)))
    }

    /// An administrator said that it is only not seen any more.
    pub async fn mark_unseen(&self, missing: &Missing) -> Result<(), Error> {
        let change = Change::new()
            .set("unseen", true)
            .when("attribute_exists(#since)");
        let key = link_key(&missing.org_id, &missing_sk(missing));
        self.project_links.apply(key, change).await?.either_way();
        Ok(())
    }

    /// Asks an administrator, or does not any more.
    pub async fn set_lost_sight(&self, org: &OrgId, lost: Option<&LostSight>) -> Result<(), Error> {
        let change = Change::new()
            .set_or_remove("lost_sight", lost)
            .when("attribute_exists(#state)");
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }

    /// A pass has ended.
    pub async fn record_checked(&self, org: &OrgId, at: i64) -> Result<(), Error> {
        let change = Change::new()
            .set("last_checked_at", at)
            .when("attribute_exists(#state)");
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b30_a_file_and_its_project_are_missing_apart() {
        let mut missing: Missing = serde_json::from_value(serde_json::json!({
            "org_id": "o", "project_id": "7", "file": "document#9", "since": 1,
        }))
        .unwrap();
        assert_eq!(missing_sk(&missing), "missing#file#document#9");
        missing.file = None;
        assert_eq!(missing_sk(&missing), "missing#project#7");
    }
}
