//! An organization's sync run, kept in its row (B19).

use model::one_click::OrgId;
use model::organization::Organization;
use model::sync_run::{SyncRun, Undo};
use serde::Deserialize;

use crate::change::Change;
use crate::keys::{link_key, org_key};
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
        if let Some(finished) = next
            .finished_at
            .filter(|_| next.failed.is_none() && !next.preview)
        {
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

    /// Keeps a run that has ended, for when another takes its place in the organization's row.
    pub async fn record_run(&self, org: &OrgId, run: &SyncRun) -> Result<(), Error> {
        let change = Change::new()
            .set("run", run)
            .set("expires_at", self.clock.now_s() + KEPT_S)
            // What was undone since is written there.
            .when("attribute_not_exists(#run) OR attribute_not_exists(#run.#undo)");
        self.project_links
            .apply(link_key(org, &run_sk(&run.id)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// The run, as it was recorded.
    pub async fn recorded_run(&self, org: &OrgId, id: &str) -> Result<Option<SyncRun>, Error> {
        let row: Option<RunRow> = self.project_links.get(link_key(org, &run_sk(id))).await?;
        Ok(row.map(|row| row.run))
    }

    /// The run is being undone; `None`: that is through. Whoever finds it there long afterwards goes on with it.
    pub async fn set_undoing(&self, org: &OrgId, run: Option<&str>) -> Result<(), Error> {
        let change = Change::new()
            .set_or_remove("undoing", run)
            .when("attribute_exists(#state)");
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Begins to undo a recorded run. Not applied: it is being undone, or was.
    pub async fn begin_undo(&self, org: &OrgId, id: &str, undo: &Undo) -> Result<Write, Error> {
        let change = Change::new()
            .set("run.undo", undo)
            .when("attribute_exists(#run) AND attribute_not_exists(#run.#undo)");
        self.project_links
            .apply(link_key(org, &run_sk(id)), change)
            .await
    }

    /// Undoing is so far.
    pub async fn step_undo(&self, org: &OrgId, id: &str, undo: &Undo) -> Result<(), Error> {
        let change = Change::new()
            .set("run.undo", undo)
            .when("attribute_exists(#run)");
        self.project_links
            .apply(link_key(org, &run_sk(id)), change)
            .await?
            .either_way();
        Ok(())
    }
}

/// How long a run that has ended is kept.
const KEPT_S: i64 = 90 * 24 * 60 * 60;

fn run_sk(id: &str) -> String {
    format!("run#{id}")
}

#[derive(Deserialize)]
struct RunRow {
    run: SyncRun,
}
