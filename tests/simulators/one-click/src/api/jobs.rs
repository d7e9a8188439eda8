//! Jobs: listing with filters, reading, creating once, changing.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::JsonBody;
use crate::app::Shared;
use crate::error::ApiError;
use crate::model::Job;
use crate::paging::Page;
use crate::world::jobs::Backdate;

/// What a list of jobs is narrowed to; everything given must hold.
#[derive(Debug, Default)]
struct Filter {
    updated_since: Option<Timestamp>,
    metadata: Option<(String, String)>,
    line_1: Option<String>,
    postal_code: Option<String>,
    query: Option<String>,
}

impl Filter {
    fn read(pairs: Vec<(String, String)>) -> Result<Self, ApiError> {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "updated_since" => {
                    let time = value.parse().map_err(|_| {
                        ApiError::invalid("updated_since must be a time in ISO 8601")
                    })?;
                    filter.updated_since = Some(time);
                }
                "address[line_1]" => filter.line_1 = Some(value),
                "address[postal_code]" => filter.postal_code = Some(value),
                "query" => filter.query = Some(value.to_lowercase()),
                _ => {
                    let key = name
                        .strip_prefix("metadata[")
                        .and_then(|rest| rest.strip_suffix(']'))
                        .filter(|key| !key.is_empty())
                        .ok_or_else(|| ApiError::invalid(format!("{name} is not a filter")))?;
                    if filter.metadata.replace((key.to_owned(), value)).is_some() {
                        return Err(ApiError::invalid(
                            "Only one metadata key can be filtered by",
                        ));
                    }
                }
            }
        }
        Ok(filter)
    }

    fn matches(&self, job: &Job) -> bool {
        self.updated_since
            .is_none_or(|since| job.updated_at >= since)
            && self
                .metadata
                .as_ref()
                .is_none_or(|(key, value)| job.metadata.get(key) == Some(value))
            && matches_ignoring_case(self.line_1.as_ref(), job.address.line_1.as_ref())
            && matches_ignoring_case(self.postal_code.as_ref(), job.address.postal_code.as_ref())
            && self.query.as_ref().is_none_or(|query| contains(job, query))
    }

    /// Best first: who is named so, then where else the text stands.
    fn sort(&self, jobs: &mut [&Job]) {
        if let Some(query) = &self.query {
            jobs.sort_by_key(|job| !is_named(job, query));
        }
    }
}

fn is_named(job: &Job, query: &str) -> bool {
    [&job.customer_name, &job.name]
        .iter()
        .any(|name| name.to_lowercase().contains(query))
}

fn contains(job: &Job, query: &str) -> bool {
    let elsewhere = [job.email.clone(), Some(job.address.one_line())];
    let numbers = job.phones.iter().map(|phone| phone.number.clone());
    is_named(job, query)
        || elsewhere
            .into_iter()
            .flatten()
            .chain(numbers)
            .any(|text| text.to_lowercase().contains(query))
}

fn matches_ignoring_case(wanted: Option<&String>, actual: Option<&String>) -> bool {
    wanted.is_none_or(|wanted| {
        actual.is_some_and(|actual| actual.to_lowercase() == wanted.to_lowercase())
    })
}

pub(super) async fn list_jobs(
    State(app): State<Shared>,
    Path(org): Path<String>,
    Query(mut query): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, ApiError> {
    let page = Page::take(&mut query)?;
    let filter = Filter::read(query)?;
    app.read(|world| {
        let organization = world.organization(&org)?;
        let mut jobs = organization.jobs_by_change(|job| filter.matches(job));
        filter.sort(&mut jobs);
        Ok(Json(page.answer("jobs", &jobs)))
    })
}

pub(super) async fn get_job(
    State(app): State<Shared>,
    Path((org, job)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    app.read(|world| {
        let record = world.organization(&org)?.job(&job)?;
        Ok(Json(json!({ "job": record.job })))
    })
}

pub(super) async fn create_job(
    State(app): State<Shared>,
    Path(org): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let key = headers
        .get("idempotency-key")
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .filter(|key| !key.is_empty())
        .ok_or_else(|| ApiError::invalid("The header Idempotency-Key can't be blank"))?;
    let (job, is_new) = app.change(|world| world.create_job_once(&org, &body, &key))?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(json!({ "job": job }))))
}

pub(super) async fn update_job(
    State(app): State<Shared>,
    Path((org, job)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let job = app.change(|world| world.update_job(&org, &job, &body, Backdate::default()))?;
    Ok(Json(json!({ "job": job })))
}

pub(super) async fn delete_job(
    State(app): State<Shared>,
    Path((org, job)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    app.change(|world| world.delete_untouched_job(&org, &job))?;
    Ok(StatusCode::NO_CONTENT)
}
