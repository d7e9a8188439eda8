//! What a person has to decide or mend (B38): rows beside the links, one for each thing.
//!
//! They are written with what the activity log says of a failure, and say only that something was so: whoever
//! shows them looks whether it still is, and settles what is not.

use std::collections::BTreeSet;

use model::attention::{Matter, Subject};
use model::file::FileId;
use model::one_click::OrgId;
use model::retry::RetryTarget;
use serde::de::IgnoredAny;

use crate::activity::{NewEntry, Outcome};
use crate::change::Change;
use crate::keys::{link_key, org_key};
use crate::{Error, Store, Write};

/// What the sort key of a matter begins with.
const ATTENTION: &str = "attention#";

fn sk(subject: &Subject) -> String {
    format!("{ATTENTION}{}", subject.id())
}

/// The file that a failure is about, if it is about one.
fn file_of(target: &RetryTarget) -> Option<FileId> {
    match target {
        RetryTarget::Photo { photo_id } => Some(photo_id.into()),
        RetryTarget::Document { document_id, .. } => Some(document_id.into()),
        RetryTarget::Again { file, .. } => Some(file.clone()),
        _ => None,
    }
}

impl Store {
    /// What an entry of the activity log asks of a person, if it does.
    pub(crate) async fn raise_failure(&self, org: &OrgId, entry: &NewEntry) -> Result<(), Error> {
        let Some(target) = entry
            .retry
            .as_ref()
            .filter(|_| entry.outcome == Outcome::Failed)
        else {
            return Ok(());
        };
        let Some(subject) = Subject::of_failure(target, entry.project_id.as_ref()) else {
            return Ok(());
        };
        let mut change = self.raised(&subject, &entry.text);
        if let Subject::List { .. } = subject {
            // Nothing is kept of a list: another failure of it is another matter.
            change = change.remove("dismissed");
        }
        change = match file_of(target) {
            Some(file) => change.add_text("files", &file.to_string()),
            None => change.set("retry", target),
        };
        self.project_links
            .apply(link_key(org, &sk(&subject)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Asks a person for something. What they dismissed before stays so while it lasts.
    pub async fn raise(&self, org: &OrgId, subject: &Subject, text: &str) -> Result<(), Error> {
        let change = self.raised(subject, text);
        self.project_links
            .apply(link_key(org, &sk(subject)), change)
            .await?
            .either_way();
        Ok(())
    }

    fn raised(&self, subject: &Subject, text: &str) -> Change {
        Change::new()
            .set("subject", subject)
            .set("text", text)
            .set_once("since", self.clock.now_s())
    }

    /// Everything that was raised and not settled, dismissed or not.
    pub async fn matters(&self, org: &OrgId) -> Result<Vec<Matter>, Error> {
        self.project_links
            .query()
            .when("#org_id = :org AND begins_with(#sk, :attention)")
            .value(":org", org)
            .value(":attention", ATTENTION)
            .all()
            .await
    }

    /// The matter of that id.
    pub async fn matter(&self, org: &OrgId, id: &str) -> Result<Option<Matter>, Error> {
        let key = link_key(org, &format!("{ATTENTION}{id}"));
        self.project_links.get(key).await
    }

    /// It is no longer so: unless it was raised once more since it was read.
    pub async fn settle(&self, matter: &Matter) -> Result<(), Error> {
        let files: Vec<_> = matter.files.iter().map(ToString::to_string).collect();
        let unchanged = if files.is_empty() {
            Change::only_if("attribute_not_exists(#files)")
        } else {
            Change::only_if("#files = :files").texts(":files", &files)
        };
        let key = link_key(&matter.org_id, &sk(&matter.subject));
        self.project_links
            .delete::<IgnoredAny>(key, unchanged)
            .await?;
        Ok(())
    }

    /// These files of it are no longer so.
    pub async fn settle_files(
        &self,
        matter: &Matter,
        files: &BTreeSet<FileId>,
    ) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        let texts: Vec<_> = files.iter().map(ToString::to_string).collect();
        let change = Change::new()
            .take_texts("files", &texts)
            .take_texts("dismissed_files", &texts)
            .when("attribute_exists(#since)");
        self.project_links
            .apply(link_key(&matter.org_id, &sk(&matter.subject)), change)
            .await?
            .either_way();
        Ok(())
    }

    /// One Click's card was told so many.
    pub async fn record_attention_told(&self, org: &OrgId, count: i64) -> Result<(), Error> {
        let change = Change::new()
            .set("attention_told", count)
            .when("attribute_exists(#state)");
        self.organizations
            .apply(org_key(org), change)
            .await?
            .either_way();
        Ok(())
    }

    /// Nobody wants to see it any more. Not applied: it is settled.
    pub async fn dismiss(&self, matter: &Matter) -> Result<Write, Error> {
        let files: Vec<_> = matter.files.iter().map(ToString::to_string).collect();
        let change = Change::new().when("attribute_exists(#since)");
        let change = if files.is_empty() {
            change.set("dismissed", true)
        } else {
            change.add_texts("dismissed_files", &files)
        };
        let key = link_key(&matter.org_id, &sk(&matter.subject));
        self.project_links.apply(key, change).await
    }
}
