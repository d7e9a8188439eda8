//! Jobs: looking them up, making and changing them.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::json;

use super::Client;
use super::http::{Listed, Page, delete, fetch, fetch_page, fetch_pages};
use crate::error::Error;
use crate::ids::{JobId, OrgId};
use crate::types::{Job, JobFields};

/// How far the lists of jobs that look alike are followed. Callers ask whether there is none, one
/// or several, so more than 1,000 tell nothing more.
const MAX_LOOKUP_PAGES: usize = 10;

impl Client {
    /// One page of the jobs changed at or after `since` (all jobs if none), oldest change first.
    ///
    /// `page` begins at 1. The list shifts while jobs change: a job written between two pages
    /// moves to the end, and the next page then begins one job too late.
    pub async fn jobs_updated_since(
        &self,
        org: &OrgId,
        since: Option<Timestamp>,
        page: u32,
    ) -> Result<Page<Job>, Error> {
        let mut request = self.request(Method::GET, &jobs(org))?;
        if let Some(since) = since {
            request = request.query(&[("updated_since", since.to_string())]);
        }
        fetch_page(request, "jobs", page).await
    }

    /// The jobs whose metadata has this value under this key; at most the first 1,000.
    ///
    /// [`Error::Unreadable`] if one of them can't be read: it is there, and would be made once more if
    /// it were left out.
    pub async fn jobs_with_metadata(
        &self,
        org: &OrgId,
        key: &str,
        value: &str,
    ) -> Result<Vec<Job>, Error> {
        let found = self
            .look_up(org, &[(&format!("metadata[{key}]"), value)])
            .await?;
        match found.unreadable.into_iter().next() {
            Some(reason) => Err(Error::Unreadable(reason)),
            None => Ok(found.items),
        }
    }

    /// The jobs at this address, ignoring letter case; at most the first 1,000. What is empty is not
    /// asked for. A job that can't be read is left out: it says nothing of its customer.
    pub async fn jobs_at_address(
        &self,
        org: &OrgId,
        line_1: &str,
        postal_code: &str,
    ) -> Result<Vec<Job>, Error> {
        let mut filter = vec![
            ("address[line_1]", line_1),
            ("address[postal_code]", postal_code),
        ];
        filter.retain(|(_, value)| !value.is_empty());
        Ok(self.look_up(org, &filter).await?.items)
    }

    /// The jobs whose name, customer, e-mail, telephone or address contains the text, best first: a page of
    /// them. A job that can't be read is left out.
    pub async fn jobs_containing(&self, org: &OrgId, text: &str) -> Result<Vec<Job>, Error> {
        let request = self.request(Method::GET, &jobs(org))?;
        let request = request.query(&[("query", text)]);
        Ok(fetch_page(request, "jobs", 1).await?.items)
    }

    /// The job. [`Error::NotFound`] if it was deleted.
    pub async fn job(&self, org: &OrgId, id: &JobId) -> Result<Job, Error> {
        fetch(self.request(Method::GET, &job(org, id))?, "job").await
    }

    /// Makes a job. The same request again, with the same `idempotency_key` (any visible ASCII text),
    /// makes no second one: the answer is the job that the first one made, as it is now, or its refusal.
    /// The same key with other fields is refused.
    pub async fn create_job(
        &self,
        org: &OrgId,
        fields: &JobFields,
        idempotency_key: &str,
    ) -> Result<Job, Error> {
        let request = self
            .request(Method::POST, &jobs(org))?
            .header("Idempotency-Key", idempotency_key)
            .json(&json!({ "job": fields }));
        fetch(request, "job").await
    }

    /// Removes a job, which One Click keeps for 30 days; one that is not there needs no removing. `Conflict`: a
    /// person has worked on it.
    pub async fn delete_job(&self, org: &OrgId, job: &JobId) -> Result<(), Error> {
        let segments = ["organizations", org.as_str(), "jobs", job.as_str()];
        delete(self.request(Method::DELETE, &segments)?).await
    }

    /// Changes the job's given fields, and returns the job after the change.
    pub async fn update_job(
        &self,
        org: &OrgId,
        id: &JobId,
        fields: &JobFields,
    ) -> Result<Job, Error> {
        let request = self
            .request(Method::PATCH, &job(org, id))?
            .json(&json!({ "job": fields }));
        fetch(request, "job").await
    }

    async fn look_up(&self, org: &OrgId, filter: &[(&str, &str)]) -> Result<Listed<Job>, Error> {
        let request = || Ok(self.request(Method::GET, &jobs(org))?.query(filter));
        fetch_pages(request, "jobs", MAX_LOOKUP_PAGES)
            .await
            .map(|(jobs, _)| jobs)
    }
}

fn jobs(org: &OrgId) -> [&str; 3] {
    ["organizations", org.as_str(), "jobs"]
}

fn job<'a>(org: &'a OrgId, id: &'a JobId) -> [&'a str; 4] {
    ["organizations", org.as_str(), "jobs", id.as_str()]
}
