//! Where things are, on either side.

use companycam::ids::{PhotoId, ProjectId};
use one_click::JobId;
use runtime::App;
use url::Url;

fn under(app: &Url, path: &str, id: &str) -> String {
    format!("{}/{path}/{id}", app.as_str().trim_end_matches('/'))
}

/// The project in CompanyCam.
pub fn project(app: &App, id: &ProjectId) -> String {
    under(&app.config.companycam_app_url, "projects", id.as_str())
}

/// The photo in CompanyCam.
pub fn photo(app: &App, id: &PhotoId) -> String {
    under(&app.config.companycam_app_url, "photos", id.as_str())
}

/// The job in One Click.
pub fn job(app: &App, id: &JobId) -> String {
    under(&app.config.one_click_app_url, "jobs", id.as_str())
}

/// Our own page about the project.
pub fn details(app: &App, id: &ProjectId) -> String {
    format!("{}/projects/{id}", app.config.settings_url())
}

/// Our own page about the job.
pub fn job_details(app: &App, id: &JobId) -> String {
    format!("{}/jobs/{id}", app.config.settings_url())
}

/// Our own page about the sync run.
pub fn run(app: &App, id: &str) -> String {
    format!("{}/runs/{id}", app.config.settings_url())
}
