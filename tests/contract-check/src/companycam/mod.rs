//! What is assumed of CompanyCam: the quirks of its API v2, one line each.

mod access;
mod files;
mod lists;
mod photos;
mod projects;
mod requests;
mod shapes;
mod webhooks;

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::asker::Asker;
use crate::assumption::{Assumption, Doubt, judge, unknown};
use crate::json;
use crate::report::{Line, Side};
use crate::settings::CompanyCamSettings;
use files::PhotoHosts;

/// CompanyCam's largest page.
const WHOLE_PAGE: (&str, &str) = ("per_page", "100");

/// The chapters, in the specification's order.
const CHAPTERS: [&[Assumption<CompanyCam>]; 8] = [
    access::ASSUMPTIONS,
    requests::ASSUMPTIONS,
    lists::ASSUMPTIONS,
    shapes::ASSUMPTIONS,
    projects::ASSUMPTIONS,
    photos::ASSUMPTIONS,
    files::ASSUMPTIONS,
    webhooks::ASSUMPTIONS,
];

/// Judges every assumption about CompanyCam.
pub async fn check(settings: Option<&CompanyCamSettings>, timeout: Duration) -> Vec<Line> {
    let asked = settings.map(|settings| CompanyCam {
        asker: Asker::new(
            settings.api.clone(),
            settings.authorization.clone(),
            timeout,
        ),
        api: settings.api.clone(),
        app: settings.app.clone(),
        hosts: PhotoHosts::read(&settings.photo_hosts),
    });
    let assumptions = CHAPTERS.iter().copied().flatten();
    judge(Side::CompanyCam, assumptions, asked).await
}

/// CompanyCam, as it is asked.
struct CompanyCam {
    asker: Asker,
    api: Url,
    app: Url,
    hosts: PhotoHosts,
}

impl CompanyCam {
    /// The first 100 projects.
    async fn projects(&mut self) -> Result<Vec<Value>, Doubt> {
        let projects = self.asker.list(&["projects"], &[WHOLE_PAGE]).await?;
        some(projects, "This company has no projects.")
    }

    /// The first 100 photos of the company.
    async fn photos(&mut self) -> Result<Vec<Value>, Doubt> {
        let photos = self.asker.list(&["photos"], &[WHOLE_PAGE]).await?;
        some(photos, "This company has no photos.")
    }

    /// The first 100 users.
    async fn users(&mut self) -> Result<Vec<Value>, Doubt> {
        self.asker.list(&["users"], &[WHOLE_PAGE]).await
    }

    /// The first 100 tags.
    async fn tags(&mut self) -> Result<Vec<Value>, Doubt> {
        self.asker.list(&["tags"], &[WHOLE_PAGE]).await
    }

    /// The projects of the first 100 photos, that with the most of them first.
    async fn projects_with_photos(&mut self) -> Result<Vec<(String, usize)>, Doubt> {
        let mut found: Vec<(String, usize)> = Vec::new();
        for photo in self.photos().await? {
            let Some(project) = json::id_in(&photo, "project_id") else {
                continue;
            };
            match found.iter_mut().find(|(known, _)| *known == project) {
                Some((_, count)) => *count += 1,
                None => found.push((project, 1)),
            }
        }
        found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        some(found, "No photo names its project.")
    }
}

/// A list with something in it.
fn some<T>(list: Vec<T>, why: &str) -> Result<Vec<T>, Doubt> {
    if list.is_empty() {
        Err(unknown(why))
    } else {
        Ok(list)
    }
}
