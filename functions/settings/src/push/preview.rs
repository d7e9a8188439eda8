//! Which jobs would get a project.

use std::collections::BTreeSet;
use std::time::Duration;

use decide::job::{JobStep, job_step};
use jiff::Timestamp;
use model::job::{JobClaim, Said};
use model::organization::Organization;
use model::preferences::Preferences;
use one_click::{Error as OneClickError, Job};
use runtime::{App, WorkError};

/// So many jobs are pushed at a time; the others stay for the next.
pub const MOST: usize = 500;
/// So many pages of jobs are gone through: ten thousand jobs.
const MOST_PAGES: u32 = 100;
/// The page waits no longer: what was found by then is shown, and pushed.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a push would come to.
#[derive(Debug, Default)]
pub struct Preview {
    /// These would get a project, unless one of the same name and address is there.
    pub jobs: Vec<Job>,
    /// So many have one already.
    pub linked: usize,
    /// So many name a project that is not linked, or were unlinked: they are left alone.
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
    let begun = tokio::time::Instant::now();
    let mut found = Preview::default();
    let mut seen = BTreeSet::new();
    for page in 1.. {
        if page > MOST_PAGES || begun.elapsed() > PATIENCE {
            found.more = true;
            break;
        }
        let looked = look(app, organization, (since, now), page);
        let (jobs, is_last) = match tokio::time::timeout(PATIENCE, Box::pin(looked)).await {
            Ok(looked) => looked?,
            Err(_) if page > 1 => (Vec::new(), false),
            Err(_) => {
                let cause = "One Click’s jobs take too long to be listed";
                return Err(WorkError::transient(cause));
            }
        };
        for (job, kind) in jobs {
            if seen.insert(job.id.clone()) {
                found.add(job, kind);
            }
        }
        if is_last {
            break;
        }
    }
    Ok(found)
}

/// What a push would do about a job.
#[derive(Clone, Copy)]
enum Kind {
    Linked,
    /// It names a project, or somebody unlinked it.
    LeftAlone,
    /// It would get a project.
    Pushed,
}

impl Preview {
    fn add(&mut self, job: Job, kind: Kind) {
        match kind {
            Kind::Linked => self.linked += 1,
            Kind::LeftAlone => self.named += 1,
            Kind::Pushed if self.jobs.len() < MOST => self.jobs.push(job),
            Kind::Pushed => self.more = true,
        }
    }
}

/// A page of the jobs that were created in that time; whether it is the last.
async fn look(
    app: &App,
    organization: &Organization,
    (since, now): (Timestamp, i64),
    page: u32,
) -> Result<(Vec<(Job, Kind)>, bool), WorkError> {
    let (org, store) = (&organization.org_id, &app.store);
    let one_click = app.one_click().await?;
    // As if creating projects from jobs had been on since then (B9).
    let preferences = Preferences::default().creating_projects_since(Some(since));
    let answer = one_click.jobs_updated_since(org, Some(since), page).await;
    let answer = answer.map_err(|error: OneClickError| WorkError::from(error))?;
    let created = answer.items.into_iter();
    let jobs: Vec<_> = created.filter(|job| job.created_at >= since).collect();
    let ids = || jobs.iter().map(|job| &job.id);
    let (rows, claims) = futures::try_join!(store.jobs(org, ids()), store.claims_of(org, ids()))?;
    let linked: BTreeSet<_> = rows.into_iter().map(|row| row.job_id).collect();
    let left = |claim: &JobClaim| matches!(claim.said, Some(Said::LeaveAlone | Said::Undone));
    let left = claims.into_iter().filter(left).map(|claim| claim.job_id);
    let left: BTreeSet<_> = left.collect();
    let kind = |job: &Job| {
        if linked.contains(&job.id) {
            return Kind::Linked;
        }
        let step = job_step(None, job, &preferences, now);
        match step {
            JobStep::CreateProject | JobStep::Wait(_) if !left.contains(&job.id) => Kind::Pushed,
            _ => Kind::LeftAlone,
        }
    };
    let jobs = jobs.iter().map(|job| (job.clone(), kind(job))).collect();
    Ok((jobs, answer.next_page.is_none()))
}
