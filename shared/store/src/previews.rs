//! Table `project-links`: what a run that only reads has found (B40), a row a project, for two weeks.

use futures::{StreamExt, TryStreamExt, stream};
use model::companycam::ProjectId;
use model::one_click::OrgId;
use model::preview::PreviewRow;
use model::project::{Came, ProjectFields, SkipReason};

use crate::change::Change;
use crate::keys::{Sorted, link_key, project_of};
use crate::{Error, Store};

const KEPT_S: i64 = 14 * 24 * 60 * 60;
/// So many rows are written at once.
const AT_ONCE: usize = 16;

fn preview_sk(run: &str, project: &ProjectId) -> String {
    format!("preview#{run}#{project}")
}

impl Store {
    /// What the run has listed, and is still to look at.
    pub async fn list_previews(
        &self,
        org: &OrgId,
        run: &str,
        listed: &[(ProjectId, ProjectFields)],
    ) -> Result<(), Error> {
        let expires_at = self.clock.now_s() + KEPT_S;
        stream::iter(listed)
            .map(|(project, fields)| async move {
                let row = PreviewRow {
                    org_id: org.clone(),
                    run: run.to_owned(),
                    project_id: project.clone(),
                    fields: fields.clone(),
                    came: None,
                    reason: None,
                    expires_at,
                };
                let sk = preview_sk(run, project);
                let sorted = Sorted { sk, row: &row };
                self.project_links.put(&sorted, Change::new()).await
            })
            .buffer_unordered(AT_ONCE)
            .try_for_each(|written| async move {
                written.either_way();
                Ok(())
            })
            .await
    }

    /// The run's rows of these projects.
    pub async fn previews(
        &self,
        org: &OrgId,
        run: &str,
        projects: &[ProjectId],
    ) -> Result<Vec<PreviewRow>, Error> {
        let keys = projects
            .iter()
            .map(|project| link_key(org, &preview_sk(run, project)))
            .collect();
        self.project_links.get_many(keys).await
    }

    /// What the run would make of the project.
    pub async fn mark_preview(
        &self,
        org: &OrgId,
        row: &PreviewRow,
        (came, reason): (Came, Option<SkipReason>),
    ) -> Result<(), Error> {
        let change = Change::new()
            .set("came", came)
            .set_or_remove("reason", reason)
            .when("attribute_exists(#fields)");
        let key = link_key(org, &preview_sk(&row.run, &row.project_id));
        self.project_links.apply(key, change).await?.either_way();
        Ok(())
    }

    /// Some of the run's rows behind that project, and whether there may be more.
    pub async fn previews_after(
        &self,
        org: &OrgId,
        run: &str,
        (after, most): (Option<&ProjectId>, i32),
    ) -> Result<(Vec<PreviewRow>, Option<ProjectId>), Error> {
        let start = after.map(|project| link_key(org, &preview_sk(run, project)));
        let query = self.project_links.query();
        let (rows, next) = query
            .when("#org_id = :org AND begins_with(#sk, :run)")
            .value(":org", org)
            .value(":run", format!("preview#{run}#"))
            .limit(most)
            .after(start)
            .page::<PreviewRow>()
            .await?;
        let last = rows.last().map(|row| row.project_id.clone());
        Ok((rows, last.filter(|_| next.is_some())))
    }

    /// Of `most` of the run's rows behind that project those that it would do something about, or skip, or that
    /// failed; and where there may be more.
    pub async fn previews_of_note(
        &self,
        org: &OrgId,
        run: &str,
        (after, most): (Option<&ProjectId>, i32),
    ) -> Result<(Vec<PreviewRow>, Option<ProjectId>), Error> {
        let prefix = format!("preview#{run}#");
        let query = self.project_links.query();
        let (rows, next) = query
            .when("#org_id = :org AND begins_with(#sk, :run)")
            .filter("#came <> :unchanged")
            .value(":org", org)
            .value(":run", &prefix)
            .value(":unchanged", Came::Unchanged)
            .limit(most)
            .after(after.map(|project| link_key(org, &preview_sk(run, project))))
            .page::<PreviewRow>()
            .await?;
        Ok((rows, next.and_then(|key| project_of(&key, &prefix))))
    }
}
