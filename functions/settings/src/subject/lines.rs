//! Of a project's photos and documents, which are on its job, by what both sides say now.

use std::collections::BTreeSet;

use decide::metadata::{document_id, image_id};
use model::organization::Organization;
use model::project::LinkState;

use super::files::{FileState, Known, Line, document, photo};
use super::read::{InOneClick, Read, Unreachable};

impl Read {
    /// Whether the project has a job.
    pub fn is_linked(&self) -> bool {
        let row = self.row.as_ref();
        row.is_some_and(|row| row.state == LinkState::Linked)
    }

    /// Its photos; none where CompanyCam does not say.
    pub fn photos(&self, organization: &Organization) -> Vec<Line> {
        let Ok(Some(there)) = &self.companycam else {
            return Vec::new();
        };
        let known = self.known(organization, |job| {
            let images = job.images.iter().filter(|image| !image.deleted);
            let ids = images.map(image_id);
            ids.flatten().collect()
        });
        let photos = there.photos.iter();
        photos.filter_map(|one| photo(one, &known)).collect()
    }

    /// Its documents, likewise.
    pub fn documents(&self, organization: &Organization) -> Vec<Line> {
        let Ok(Some(there)) = &self.companycam else {
            return Vec::new();
        };
        let known = self.known(organization, |job| {
            let documents = job.documents.iter().filter(|one| !one.deleted);
            let ids = documents.map(document_id);
            ids.flatten().collect()
        });
        let documents = there.documents.iter();
        documents.map(|one| document(one, &known)).collect()
    }

    fn known<'a>(
        &'a self,
        organization: &'a Organization,
        there: impl Fn(&'a InOneClick) -> BTreeSet<&'a str>,
    ) -> Known<'a> {
        let on_job = match &self.one_click {
            Ok(Some(job)) => Some(there(job)),
            Ok(None) => Some(BTreeSet::new()),
            Err(Unreachable) => None,
        };
        Known {
            rows: self.files.iter().map(|row| (row.id.clone(), row)).collect(),
            on_job,
            is_linked: self.is_linked(),
            preferences: &organization.preferences,
        }
    }
}

/// How many of them are on the job.
pub fn on_job(lines: &[Line]) -> usize {
    let there = lines.iter().filter(|line| line.state == FileState::OnJob);
    there.count()
}
