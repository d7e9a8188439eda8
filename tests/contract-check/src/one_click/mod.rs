//! What is assumed of One Click: the requests of its contract, one line each.

mod attachments;
mod jobs;
mod organizations;
mod pages;
mod requests;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use crate::answer::Answer;
use crate::asker::{Asker, unreadable};
use crate::assumption::{Assumption, Doubt, judge, unknown};
use crate::report::{Line, Side};
use crate::settings::OneClickSettings;

/// One Click's largest page.
const WHOLE_PAGE: (&str, &str) = ("per_page", "100");
/// Before the first job.
const ALWAYS: &str = "1970-01-01T00:00:00Z";
/// Jobs changed within this time are looked at besides the oldest ones: they are more likely to have
/// to do with CompanyCam.
const LATELY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The chapters, in the contract's order.
const CHAPTERS: [&[Assumption<OneClick>]; 5] = [
    requests::ASSUMPTIONS,
    organizations::ASSUMPTIONS,
    jobs::ASSUMPTIONS,
    attachments::ASSUMPTIONS,
    pages::ASSUMPTIONS,
];

/// Judges every assumption about One Click.
pub async fn check(settings: Option<&OneClickSettings>, timeout: Duration) -> Vec<Line> {
    let asked = settings.map(|settings| {
        let mut base = settings.api.clone();
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.pop_if_empty().push("v1");
        }
        // The same at every request of this run, so that an answer is remembered.
        let lately = Timestamp::now().checked_sub(LATELY);
        OneClick {
            asker: Asker::new(base, settings.authorization.clone(), timeout),
            app: settings.app.clone(),
            organization: settings.organization.clone(),
            lately: lately.unwrap_or(Timestamp::UNIX_EPOCH).to_string(),
        }
    });
    let assumptions = CHAPTERS.iter().copied().flatten();
    judge(Side::OneClick, assumptions, asked).await
}

/// One Click, as it is asked.
struct OneClick {
    asker: Asker,
    app: Url,
    organization: String,
    lately: String,
}

impl OneClick {
    /// An answer about the organization: `rest` is the path after its id.
    async fn get(
        &mut self,
        rest: &[&str],
        query: &[(&str, &str)],
    ) -> Result<std::rc::Rc<Answer>, Doubt> {
        let organization = self.organization.clone();
        let path = [&["organizations", &organization], rest].concat();
        self.asker.get(&path, query).await
    }

    /// A page of the list `name`: its items and `next_page`. A doubt where it is none.
    async fn list(
        &mut self,
        rest: &[&str],
        name: &str,
        query: &[(&str, &str)],
    ) -> Result<(Vec<Value>, Value), Doubt> {
        let answer = self.get(rest, query).await?;
        let body = answer.success();
        match body.and_then(|body| Some((body[name].as_array()?, &body["next_page"]))) {
            Some((items, next)) => Ok((items.clone(), next.clone())),
            None => Err(unreadable(rest, &answer)),
        }
    }

    /// The jobs of a list with these filters.
    async fn jobs_where(&mut self, filters: &[(&str, &str)]) -> Result<Vec<Value>, Doubt> {
        let query = [&[WHOLE_PAGE], filters].concat();
        Ok(self.list(&["jobs"], "jobs", &query).await?.0)
    }

    /// Up to 200 jobs: lately changed ones first, then the oldest.
    async fn jobs(&mut self) -> Result<Vec<Value>, Doubt> {
        let lately = self.lately.clone();
        let mut jobs = self.jobs_where(&[("updated_since", &lately)]).await?;
        for job in self.jobs_where(&[("updated_since", ALWAYS)]).await? {
            if !jobs.iter().any(|known| known["id"] == job["id"]) {
                jobs.push(job);
            }
        }
        if jobs.is_empty() {
            return Err(unknown("This organization has no jobs."));
        }
        Ok(jobs)
    }
}
