//! Which jobs would get a project.

use std::collections::BTreeSet;
use std::time::Duration;

use decide::job::{JobStep, job_step};
use jiff::Timestamp;
use model::organization::Organization;
use model::preferences::Preferences;
use one_click::{Error as OneClickError, Job};
use runtime::{App, WorkError};

/// So many jobs are pushed at a time; the others stay for the next.
pub const MOST: usize = 500;
/// So many pages of jobs are gone through: ten thousand jobs.
const MOST_PAGES: u32 = 100;
/// The page waits no longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a push would come to.
#[derive(Debug, Default)]
pub struct Preview {
    /// These would get a project, unless one of the same name and address is there.
    pub jobs: Vec<Job>,
    /// So many have one already.
    pub linked: usize,
    /// So many name a project that is not linked: they are left alone.
    pub named: usize,
    /// There are more than these.
    pub more: bool,
}

/// Looks through the jobs that were created in the last so many days.
pub async fn preview(
    app: &App,
    organization: &Organization,
    days: u16,
) -> Result<Preview, WorkError> {
    let now = app.clock.now_s();
    let since = now - i64::from(days) * 24 * 60 * 60;
    let since = Timestamp::from_second(since).unwrap_or(Timestamp::UNIX_EPOCH);
    let looked = look(app, organization, since, now);
    match tokio::time::timeout(PATIENCE, Box::pin(looked)).await {
        Ok(looked) => looked,
        Err(_) => Err(WorkError::transient(
            "One Click’s jobs take too long to be listed",
        )),
    }
}

async fn look(
    app: &App,
    organization: &Organization,
    since: Timestamp,
    now: i64,
) -> Result<Preview, WorkError> {
    let org = &organization.org_id;
    let one_click = app.one_click().await?;
    // As if creating projects from jobs had been on since then (B9).
    let preferences = Preferences::default().creating_projects_since(Some(since));
    let mut found = Preview::default();
    let mut seen = BTreeSet::new();
    for page in 1..=MOST_PAGES {
        let answer = one_click.jobs_updated_since(org, Some(since), page).await;
        let answer = answer.map_err(|error: OneClickError| WorkError::from(error))?;
        let created = answer
            .items
            .into_iter()
            .filter(|job| job.created_at >= since);
        let jobs: Vec<_> = created.filter(|job| seen.insert(job.id.clone())).collect();
        let rows = app.store.jobs(org, jobs.iter().map(|job| &job.id)).await?;
        let linked: BTreeSet<_> = rows.into_iter().map(|row| row.job_id).collect();
        for job in jobs {
            if linked.contains(&job.id) {
                found.linked += 1;
                continue;
            }
            match job_step(None, &job, &preferences, now) {
                JobStep::CreateProject | JobStep::Wait(_) if found.jobs.len() < MOST => {
                    found.jobs.push(job);
                }
                JobStep::CreateProject | JobStep::Wait(_) => found.more = true,
                _ => found.named += 1,
            }
        }
        if answer.next_page.is_none() {
            break;
        }
    }
    Ok(found)
}
