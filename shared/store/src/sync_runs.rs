//! An organization's sync run, kept in its row (B19).

use model::one_click::OrgId;
use model::organization::Organization;
use model::sync_run::SyncRun;

use crate::change::Change;
use crate::keys::org_key;
use crate::{Error, Store, Write};

impl Store {
    /// Starts a run, unless another still runs. The row afterwards, or `None`.
    pub async fn start_sync(
        &self,
        org: &OrgId,
        run: &SyncRun,
    ) -> Result<Option<Organization>, Error> {
        // A finished run has a number there, a running one null.
        let change = Change::new()
            .set("sync", run)
            .when("attribute_exists(#state) AND (attribute_not_exists(#sync) OR attribute_type(#sync.#finished_at, :number))")
            .value(":number", "N");
        if let Some(row) = self.organizations.update(org_key(org), change).await? {
            return Ok(Some(row));
        }
        // The SDK may have asked twice, because the first answer was lost.
        let row = self.organization(org).await?;
        Ok(row.filter(|row| row.sync.as_ref().is_some_and(|sync| sync.id == run.id)))
    }

    /// Writes the run's next state if nobody else took the same step.
    /// `cursor` moves the project cursor; `finished_at` of the run becomes `last_synced_at`.
    pub async fn step_sync(
        &self,
        org: &OrgId,
        next: &SyncRun,
        taken_seq: i64,
        cursor: Option<i64>,
    ) -> Result<Write, Error> {
        let mut change = Change::new()
            .set("sync", next)
            .when("#sync.#id = :run AND #sync.#seq = :seq")
            .value(":run", &next.id)
            .value(":seq", taken_seq);
        if let Some(cursor) = cursor {
            change = change.set("project_cursor", cursor);
        }
        if let Some(finished) = next.finished_at.filter(|_| next.failed.is_none()) {
            change = change.set("last_synced_at", finished);
        }
        let stepped = self.organizations.apply(org_key(org), change).await?;
        if stepped.applied() {
            return Ok(Write::Applied);
        }
        // The SDK may have asked twice, because the first answer was lost.
        let row = self.organization(org).await?;
        Ok(match row {
            Some(row) if row.sync.as_ref() == Some(next) => Write::Applied,
            Some(_) | None => Write::ConditionFailed,
        })
    }
}
