//! Creating, changing and deleting jobs, and the events that fires.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::{JobRecord, KeyedAnswer, Organization, World};
use crate::error::ApiError;
use crate::fields::{Fields, merge_metadata};
use crate::model::{Address, Event, EventKind, Job, Phone, Previous, now};

/// Times other than now, for tests that need an old job.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Backdate {
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
}

/// The given fields of a job.
#[derive(Debug, Default)]
struct JobChange {
    name: Option<String>,
    customer_name: Option<String>,
    email: Option<Option<String>>,
    phones: Option<Vec<Phone>>,
    address: AddressChange,
    assigned_user_id: Option<Option<String>>,
    additional_user_ids: Option<Vec<String>>,
    created_by_user_id: Option<Option<String>>,
    status: Option<String>,
    metadata: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Default)]
struct AddressChange {
    line_1: Option<Option<String>>,
    line_2: Option<Option<String>>,
    city: Option<Option<String>>,
    state: Option<Option<String>>,
    postal_code: Option<Option<String>>,
}

impl World {
    /// Makes a job from `{"job": {…}}`, once for each key: the same request again is answered with the
    /// same job, and `false`, or refused alike. A key belongs to one body.
    pub(crate) fn create_job_once(
        &mut self,
        organization_id: &str,
        body: &Value,
        idempotency_key: &str,
    ) -> Result<(Job, bool), ApiError> {
        let organization = self.organization_mut(organization_id)?;
        if let Some(known) = organization.idempotency_keys.get(idempotency_key) {
            if known.body != *body {
                return Err(ApiError::invalid(
                    "The Idempotency-Key was used with another body",
                ));
            }
            let id = known.answer.clone()?;
            let record = organization
                .jobs
                .get(&id)
                .ok_or(ApiError::NotFound("Job"))?;
            return Ok((record.job.clone(), false));
        }
        let made = self.create_job(organization_id, body, Backdate::default());
        let used = KeyedAnswer {
            body: body.clone(),
            answer: made
                .as_ref()
                .map(|job| job.id.clone())
                .map_err(Clone::clone),
        };
        let organization = self.organization_mut(organization_id)?;
        organization
            .idempotency_keys
            .insert(idempotency_key.to_owned(), used);
        made.map(|job| (job, true))
    }

    /// Makes a job from `{"job": {…}}`.
    pub(crate) fn create_job(
        &mut self,
        organization_id: &str,
        body: &Value,
        times: Backdate,
    ) -> Result<Job, ApiError> {
        let World {
            organizations,
            outbox,
            ids,
        } = self;
        let organization = organizations
            .get_mut(organization_id)
            .ok_or(ApiError::NotFound("Organization"))?;
        let mut fields = Fields::of(body, "job")?;
        for required in ["name", "customer_name"] {
            if !fields.has(required) {
                fields.complain(format!("{required} can't be blank"));
            }
        }
        let change = JobChange::read(fields, organization)?;
        let created_at = times.created_at.unwrap_or_else(now);
        let mut job = Job {
            id: ids.take("job"),
            organization_id: organization_id.to_owned(),
            name: String::new(),
            customer_name: String::new(),
            email: None,
            phones: Vec::new(),
            address: Address::default(),
            assigned_user_id: None,
            additional_user_ids: Vec::new(),
            created_by_user_id: None,
            status: "open".to_owned(),
            metadata: BTreeMap::new(),
            created_at,
            updated_at: times.updated_at.unwrap_or(created_at),
        };
        change.apply(&mut job);
        outbox.push(Event {
            id: ids.take("evt"),
            kind: EventKind::Created,
            occurred_at: now(),
            organization_id: organization_id.to_owned(),
            job: job.clone(),
            previous: Previous {
                assigned_user_id: None,
            },
        });
        organization
            .jobs
            .insert(job.id.clone(), JobRecord::new(job.clone()));
        Ok(job)
    }

    /// Changes the fields given in `{"job": {…}}`.
    ///
    /// Nothing that became different: no event, and `updated_at` stays. A new assignee fires
    /// `job.assigned`, anything else `job.updated`; a change of both fires both.
    pub(crate) fn update_job(
        &mut self,
        organization_id: &str,
        job_id: &str,
        body: &Value,
        times: Backdate,
    ) -> Result<Job, ApiError> {
        let World {
            organizations,
            outbox,
            ids,
        } = self;
        let organization = organizations
            .get_mut(organization_id)
            .ok_or(ApiError::NotFound("Organization"))?;
        organization.job(job_id)?;
        let change = JobChange::read(Fields::of(body, "job")?, organization)?;
        let job = &mut organization.job_mut(job_id)?.job;
        let before = job.clone();
        change.apply(job);
        if *job != before {
            job.updated_at = now();
        }
        job.created_at = times.created_at.unwrap_or(job.created_at);
        job.updated_at = times.updated_at.unwrap_or(job.updated_at);

        let mut kinds = Vec::new();
        if differs_beyond_assignee(&before, job) {
            kinds.push(EventKind::Updated);
        }
        if before.assigned_user_id != job.assigned_user_id {
            kinds.push(EventKind::Assigned);
        }
        for kind in kinds {
            outbox.push(Event {
                id: ids.take("evt"),
                kind,
                occurred_at: now(),
                organization_id: organization_id.to_owned(),
                job: job.clone(),
                previous: Previous {
                    assigned_user_id: before.assigned_user_id.clone(),
                },
            });
        }
        Ok(job.clone())
    }

    /// Notes that a person worked on a job: what the API made is then no longer its own.
    pub(crate) fn note_work(
        &mut self,
        organization_id: &str,
        job_id: &str,
    ) -> Result<(), ApiError> {
        let organization = self.organization_mut(organization_id)?;
        organization.job_mut(job_id)?.worked_on = true;
        Ok(())
    }

    /// Changes a job as a person does: [`Self::update_job`], and a difference is work.
    pub(crate) fn edit_job(
        &mut self,
        organization_id: &str,
        job_id: &str,
        body: &Value,
        times: Backdate,
    ) -> Result<Job, ApiError> {
        let fired = self.outbox.len();
        let job = self.update_job(organization_id, job_id, body, times)?;
        if self.outbox.len() > fired {
            self.note_work(organization_id, job_id)?;
        }
        Ok(job)
    }

    /// Makes a job as a person does.
    pub(crate) fn enter_job(
        &mut self,
        organization_id: &str,
        body: &Value,
        times: Backdate,
    ) -> Result<Job, ApiError> {
        let job = self.create_job(organization_id, body, times)?;
        self.note_work(organization_id, &job.id)?;
        Ok(job)
    }

    /// Deletes a job as the API may: only one that no person has worked on.
    pub(crate) fn delete_untouched_job(
        &mut self,
        organization_id: &str,
        job_id: &str,
    ) -> Result<Job, ApiError> {
        if self.organization(organization_id)?.job(job_id)?.worked_on {
            return Err(ApiError::Conflict("Somebody has worked on this job"));
        }
        self.delete_job(organization_id, job_id)
    }

    /// Brings a deleted job back, with everything that was on it.
    pub(crate) fn restore_job(
        &mut self,
        organization_id: &str,
        job_id: &str,
    ) -> Result<Job, ApiError> {
        let organization = self.organization_mut(organization_id)?;
        let record = organization.jobs.get_mut(job_id);
        let record = record
            .filter(|record| record.deleted)
            .ok_or(ApiError::NotFound("Deleted job"))?;
        record.deleted = false;
        record.job.updated_at = now();
        let job = record.job.clone();
        let event = Event {
            id: self.ids.take("evt"),
            kind: EventKind::Updated,
            occurred_at: now(),
            organization_id: organization_id.to_owned(),
            job: job.clone(),
            previous: Previous {
                assigned_user_id: job.assigned_user_id.clone(),
            },
        };
        self.outbox.push(event);
        Ok(job)
    }

    /// Deletes a job, as the web application does, whoever worked on it.
    pub(crate) fn delete_job(
        &mut self,
        organization_id: &str,
        job_id: &str,
    ) -> Result<Job, ApiError> {
        let World {
            organizations,
            outbox,
            ids,
        } = self;
        let organization = organizations
            .get_mut(organization_id)
            .ok_or(ApiError::NotFound("Organization"))?;
        let record = organization.job_mut(job_id)?;
        record.deleted = true;
        outbox.push(Event {
            id: ids.take("evt"),
            kind: EventKind::Deleted,
            occurred_at: now(),
            organization_id: organization_id.to_owned(),
            job: record.job.clone(),
            previous: Previous {
                assigned_user_id: record.job.assigned_user_id.clone(),
            },
        });
        Ok(record.job.clone())
    }
}

fn differs_beyond_assignee(before: &Job, after: &Job) -> bool {
    let mut unassigned = after.clone();
    unassigned
        .assigned_user_id
        .clone_from(&before.assigned_user_id);
    unassigned.created_at = before.created_at;
    unassigned.updated_at = before.updated_at;
    unassigned != *before
}

impl JobChange {
    fn read(mut fields: Fields<'_>, organization: &Organization) -> Result<Self, ApiError> {
        let change = Self {
            name: fields.name("name"),
            customer_name: fields.name("customer_name"),
            email: fields.optional_text("email"),
            phones: read_phones(&mut fields),
            address: AddressChange::read(&mut fields),
            assigned_user_id: fields.optional_text("assigned_user_id"),
            additional_user_ids: fields.texts("additional_user_ids"),
            created_by_user_id: fields.optional_text("created_by_user_id"),
            status: fields.name("status"),
            metadata: fields.metadata(),
        };
        for (field, user) in [
            ("assigned_user_id", &change.assigned_user_id),
            ("created_by_user_id", &change.created_by_user_id),
        ] {
            if let Some(Some(user)) = user
                && organization.user(user).is_none()
            {
                fields.complain(format!("{field} is not a user of this organization"));
            }
        }
        let additional = change.additional_user_ids.iter().flatten();
        for user in additional.filter(|user| organization.user(user).is_none()) {
            fields.complain(format!(
                "additional_user_ids: {user} is not a user of this organization"
            ));
        }
        fields.finish()?;
        Ok(change)
    }

    fn apply(self, job: &mut Job) {
        set(&mut job.name, self.name);
        set(&mut job.customer_name, self.customer_name);
        set(&mut job.email, self.email);
        set(&mut job.phones, self.phones);
        set(&mut job.address.line_1, self.address.line_1);
        set(&mut job.address.line_2, self.address.line_2);
        set(&mut job.address.city, self.address.city);
        set(&mut job.address.state, self.address.state);
        set(&mut job.address.postal_code, self.address.postal_code);
        set(&mut job.assigned_user_id, self.assigned_user_id);
        set(&mut job.additional_user_ids, self.additional_user_ids);
        set(&mut job.created_by_user_id, self.created_by_user_id);
        set(&mut job.status, self.status);
        merge_metadata(&mut job.metadata, self.metadata);
    }
}

impl AddressChange {
    fn read(fields: &mut Fields<'_>) -> Self {
        let Some(object) = fields.object("address") else {
            return Self::default();
        };
        let mut inner = Fields::new(object);
        let change = Self {
            line_1: inner.optional_text("line_1"),
            line_2: inner.optional_text("line_2"),
            city: inner.optional_text("city"),
            state: inner.optional_text("state"),
            postal_code: inner.optional_text("postal_code"),
        };
        fields.adopt("address", inner);
        change
    }
}

/// The whole list of phones: unlike metadata it is replaced, since a phone has no key.
fn read_phones(fields: &mut Fields<'_>) -> Option<Vec<Phone>> {
    let mut phones = Vec::new();
    for object in fields.objects("phones")? {
        let mut inner = Fields::new(object);
        if !inner.has("number") {
            inner.complain("number can't be blank");
        }
        let name = inner.optional_text("name").flatten();
        let number = inner.name("number");
        fields.adopt("phones", inner);
        if let Some(number) = number {
            phones.push(Phone { name, number });
        }
    }
    Some(phones)
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
