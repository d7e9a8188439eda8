//! Photos and tags.

use super::{Api, by_cursor, on_project};
use crate::error::Error;
use crate::ids::{Cursor, PhotoId, ProjectId, TagId};
use crate::page::Page;
use crate::types::{Photo, Tag};

/// Which photos of the company to list: by default all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhotosQuery {
    /// Where to go on.
    pub after: Option<Cursor>,
    /// Only those with this tag.
    pub tag_id: Option<TagId>,
    /// Only those of these projects; empty: of all. At most about a hundred fit into an address.
    pub project_ids: Vec<ProjectId>,
}

impl Api {
    /// A project's photos, by capture time: new uploads and edits may stand anywhere.
    pub async fn project_photos(
        &self,
        id: &ProjectId,
        after: Option<&Cursor>,
    ) -> Result<Page<Photo, Cursor>, Error> {
        by_cursor(
            self.get(&["projects", id.as_str(), "photos"])?,
            after,
            on_project(id),
        )
        .await
    }

    /// The whole company's photos, by capture time.
    pub async fn photos(&self, query: &PhotosQuery) -> Result<Page<Photo, Cursor>, Error> {
        let mut request = self.get(&["photos"])?;
        if let Some(tag) = &query.tag_id {
            // Without the brackets a Rails server takes it for a single value.
            request = request.query(&[("tag_ids[]", tag.as_str())]);
        }
        let projects = query
            .project_ids
            .iter()
            .map(|id| ("project_ids[]", id.as_str()));
        request = request.query(&projects.collect::<Vec<_>>());
        by_cursor(request, query.after.as_ref(), |_| {}).await
    }

    /// One photo.
    pub async fn photo(&self, id: &PhotoId) -> Result<Photo, Error> {
        self.get_one(&["photos", id.as_str()]).await
    }

    /// A photo's tags, all of them; one that can't be read is left out.
    pub async fn photo_tags(&self, id: &PhotoId) -> Result<Vec<Tag>, Error> {
        let mut tags = Vec::new();
        let mut next = Some(1);
        while let Some(number) = next {
            let page = self
                .get_page(&["photos", id.as_str(), "tags"], number)
                .await?;
            tags.extend(page.items);
            next = page.next;
        }
        Ok(tags)
    }

    /// The company's tags, 100 a page from page 1.
    pub async fn tags(&self, page: u32) -> Result<Page<Tag>, Error> {
        self.get_page(&["tags"], page).await
    }
}
