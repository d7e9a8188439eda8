//! What an administrator asks for by hand: to try something again that was given up, to bring a
//! deleted job back, and to find a project by its name or address (B18, B25).
//!
//! Nothing here does the work: it takes away what keeps the next look from doing it.

use companycam::ids::{PhotoId, ProjectId};
use one_click::ids::{JobId, OrgId};
use serde::de::IgnoredAny;

use crate::change::Change;
use crate::jobs::{claim_sk, job_sk};
use crate::photos::{self, PhotoRow};
use crate::projects::{LinkState, ProjectRow, project_sk, row_key};
use crate::{Error, Store};

/// How many rows one read of a search takes.
const ROWS_AT_ONCE: i32 = 500;

impl Store {
    /// This version of the photo may be tried once more. `false`: it was not given up.
    pub async fn retry_photo(&self, org: &OrgId, photo: &PhotoId) -> Result<bool, Error> {
        let change = Change::new()
            .remove("failed")
            .when("attribute_exists(#failed)");
        let row = self
            .photos
            .update::<PhotoRow>(photos::row_key(org, photo), change);
        Ok(row.await?.is_some())
    }

    /// The project may be tried once more as it is. `false`: it was not set aside.
    pub async fn retry_project(&self, org: &OrgId, project: &ProjectId) -> Result<bool, Error> {
        let change = Change::new()
            .remove("set_aside")
            .when("attribute_exists(#set_aside)");
        let row = row_key(org, &project_sk(project));
        Ok(self
            .project_links
            .update::<IgnoredAny>(row, change)
            .await?
            .is_some())
    }

    /// The job may be tried once more as it is. `false`: it was not set aside.
    pub async fn retry_job(&self, org: &OrgId, job: &JobId) -> Result<bool, Error> {
        let change = Change::new()
            .remove("set_aside")
            .when("attribute_exists(#set_aside)");
        let row = row_key(org, &claim_sk(job));
        Ok(self
            .project_links
            .update::<IgnoredAny>(row, change)
            .await?
            .is_some())
    }

    /// The job's project may be reassigned once more. `false`: the job is not linked.
    pub async fn retry_reassigning(&self, org: &OrgId, job: &JobId) -> Result<bool, Error> {
        let change = Change::new()
            .set("reassigning", true)
            .when("attribute_exists(#project_id)");
        let row = row_key(org, &job_sk(job));
        Ok(self
            .project_links
            .update::<IgnoredAny>(row, change)
            .await?
            .is_some())
    }

    /// Opens the link of a job that was deleted: its project may make another job, and the old job's
    /// row goes. `false`: the project has a job, or was reopened already.
    pub async fn reopen_link(
        &self,
        org: &OrgId,
        project: &ProjectId,
        deleted: &JobId,
    ) -> Result<bool, Error> {
        let open = Change::new()
            .set("state", LinkState::Unseen)
            .add("revision", 1)
            .remove("job_id")
            .remove("job_missing_since")
            .remove("reason")
            .remove("set_aside")
            .remove("photos_read_at")
            .when("#state = :job_deleted AND #job_id = :job")
            .value(":job_deleted", LinkState::JobDeleted)
            .value(":job", deleted);
        let ours = Change::only_if("attribute_not_exists(#sk) OR #project_id = :project")
            .value(":project", project);
        let writes = vec![
            self.project_links
                .transact_update(row_key(org, &project_sk(project)), open)?,
            self.project_links
                .transact_delete(row_key(org, &job_sk(deleted)), ours)?,
        ];
        Ok(self.project_links.transact(writes).await?.done())
    }

    /// Up to `most` of the projects that `wanted` picks, of the first `among` rows; and whether there
    /// are rows that were not looked at.
    pub async fn find_projects(
        &self,
        org: &OrgId,
        wanted: impl Fn(&ProjectRow) -> bool,
        most: usize,
        among: usize,
    ) -> Result<(Vec<ProjectRow>, bool), Error> {
        let mut found = Vec::new();
        let mut read = 0;
        let mut after = None;
        loop {
            // Newest first as far as ids rise, which they do in CompanyCam.
            let query = self
                .project_links
                .query()
                .when("#org_id = :org AND begins_with(#sk, :project)")
                .value(":org", org)
                .value(":project", PROJECT)
                .newest_first()
                .limit(ROWS_AT_ONCE)
                .after(after);
            let (rows, next) = query.page::<ProjectRow>().await?;
            read += rows.len();
            found.extend(rows.into_iter().filter(&wanted));
            after = next;
            if found.len() >= most || after.is_none() || read >= among {
                break;
            }
        }
        let more = after.is_some() || found.len() > most;
        found.truncate(most);
        Ok((found, more))
    }
}

/// What the sort key of a project begins with.
const PROJECT: &str = "project#";
