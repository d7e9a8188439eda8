//! A link that was begun: what is asked of One Click is written down before it is asked (B22, B26, B31).
//!
//! Whoever is cut off, or loses an answer, goes on with the same: the same request with the same key,
//! or the same job. What changed in `CompanyCam` since then is a change like any other.

use model::companycam::ProjectId;
use model::one_click::OrgId;
use model::project::{BegunLink, LinkState};

use crate::change::Change;
use crate::keys::{link_key, project_sk};
use crate::{Error, Store, Write};

impl Store {
    /// Writes down how the project is getting its job. `instead_of`: the key of what was begun before
    /// and is given up. Not applied: somebody else began, or linked it, meanwhile.
    pub async fn begin_link(
        &self,
        org: &OrgId,
        project: &ProjectId,
        begun: &BegunLink,
        instead_of: Option<&str>,
    ) -> Result<Write, Error> {
        // Written twice where the first answer is lost: then it is there already.
        let as_known = match instead_of {
            Some(_) => "#begun.#key = :before OR #begun.#key = :key",
            None => "attribute_not_exists(#begun) OR #begun.#key = :key",
        };
        let mut change = Change::new()
            .set("begun", begun)
            .when(&format!("#state <> :linked AND ({as_known})"))
            .value(":linked", LinkState::Linked)
            .value(":key", &begun.key);
        if let Some(before) = instead_of {
            change = change.value(":before", before);
        }
        let row = link_key(org, &project_sk(project));
        let written = self.project_links.apply(row, change);
        written.await
    }

    /// What was begun with this key came to nothing, and nothing of it is there.
    pub async fn forget_begun_link(
        &self,
        org: &OrgId,
        project: &ProjectId,
        key: &str,
    ) -> Result<(), Error> {
        let change = Change::new()
            .remove("begun")
            .when("#begun.#key = :key")
            .value(":key", key);
        let row = link_key(org, &project_sk(project));
        self.project_links.apply(row, change).await?.either_way();
        Ok(())
    }
}
