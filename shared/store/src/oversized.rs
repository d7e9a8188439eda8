//! Projects that can't be kept: `DynamoDB` refuses an item over 400 kB, whatever it is sent again.

use model::companycam::{CompanyId, ProjectId};
use model::one_click::OrgId;
use model::project::LinkState;

use crate::change::Change;
use crate::keys::{link_key, project_sk};
use crate::{Error, Store, Write};

impl Store {
    /// What was listed of the project can't be kept: it is set aside until it changes, as it was at
    /// `updated_at`. Not applied: that is known already.
    pub async fn set_unkeepable_project_aside(
        &self,
        org: &OrgId,
        project: &ProjectId,
        company: &CompanyId,
        updated_at: i64,
    ) -> Result<Write, Error> {
        let row = || link_key(org, &project_sk(project));
        let aside = |condition: &str| {
            Change::new()
                .set("set_aside", updated_at)
                .remove("wanted")
                .remove("pending_org")
                .when(condition)
        };
        let fresh = aside("attribute_not_exists(#state)")
            .set("project_id", project)
            .set("company_id", company)
            .set("state", LinkState::Unseen);
        let fresh = self.project_links.apply(row(), fresh);
        if fresh.await?.applied() {
            return Ok(Write::Applied);
        }
        let known = aside("attribute_not_exists(#set_aside) OR #set_aside <> :updated_at")
            .value(":updated_at", updated_at);
        let known = self.project_links.apply(row(), known);
        known.await
    }
}
