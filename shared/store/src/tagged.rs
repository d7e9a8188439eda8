//! Which photos carry which tag, as a nightly pass read it (B15, B17).

use model::companycam::ProjectId;
use model::nightly::Tagged;
use model::one_click::OrgId;

use crate::change::Change;
use crate::keys::Sorted;
use crate::{Error, Store};

/// What the sort keys of a project's rows begin with.
fn beginning(project: &ProjectId) -> String {
    format!("tagged#{project}#")
}

impl Store {
    /// Writes down which photos of a project a page of a tag's photos showed; the same page again is the same
    /// row.
    pub async fn record_tagged(&self, row: &Tagged) -> Result<(), Error> {
        let beginning = beginning(&row.of_project);
        let sk = format!("{beginning}{}#{}", row.tag_id, row.page);
        self.project_links
            .put(&Sorted { sk, row }, Change::new())
            .await?
            .either_way();
        Ok(())
    }

    /// What the pass read of the project's photos.
    pub async fn tagged(
        &self,
        org: &OrgId,
        pass: &str,
        project: &ProjectId,
    ) -> Result<Vec<Tagged>, Error> {
        let mut rows: Vec<Tagged> = self
            .project_links
            .query()
            .when("#org_id = :org AND begins_with(#sk, :tagged)")
            .value(":org", org)
            .value(":tagged", beginning(project))
            .all()
            .await?;
        rows.retain(|row| row.pass == pass);
        Ok(rows)
    }
}
