//! What One Click knows: organizations with their users, jobs and attachments.
//!
//! Everything that changes a job goes through here, whoever asks: the API, the web application
//! and the control routes. That is why each of them fires the same webhooks.

pub(crate) mod attachments;
pub(crate) mod files;
pub(crate) mod hard_cases;
pub(crate) mod jobs;
pub(crate) mod users;

use std::collections::{BTreeMap, HashMap};

use jiff::SignedDuration;
use serde_json::Value;

use crate::error::ApiError;
use crate::fields::Fields;
use crate::model::{
    AttachmentKind, Event, EventKind, IntegrationCard, IntegrationState, Job, Subscription, User,
};
use crate::world::files::Files;

/// All organizations, and the events that have not been handed to the webhooks yet.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) organizations: BTreeMap<String, Organization>,
    pub(crate) outbox: Vec<Event>,
    ids: Ids,
}

/// One contractor, with everything that belongs to it.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) users: Vec<User>,
    pub(crate) jobs: BTreeMap<String, JobRecord>,
    /// From an idempotency key to the request that used it, and what that came to.
    idempotency_keys: HashMap<String, KeyedAnswer>,
    pub(crate) webhook: Option<Subscription>,
    pub(crate) integration: Option<IntegrationCard>,
}

/// What a request with an idempotency key came to: the same again is answered alike.
#[derive(Debug)]
struct KeyedAnswer {
    body: Value,
    /// The job's id, or the refusal.
    answer: Result<String, ApiError>,
}

/// A job with its attachments. A deleted one stays, for the control routes to look at.
#[derive(Debug)]
pub(crate) struct JobRecord {
    pub(crate) job: Job,
    pub(crate) deleted: bool,
    /// Whether a person made it, edited it or hung work on it: then the API may not delete it.
    pub(crate) worked_on: bool,
    pub(crate) images: Files,
    pub(crate) documents: Files,
}

/// Numbers for ids, one sequence for all kinds, so that no id exists in two organizations.
#[derive(Debug)]
struct Ids {
    next: u64,
}

impl Default for Ids {
    fn default() -> Self {
        Self { next: 1001 }
    }
}

impl Ids {
    fn take(&mut self, prefix: &str) -> String {
        let id = format!("{prefix}_{}", self.next);
        self.next += 1;
        id
    }
}

impl World {
    pub(crate) fn add_organization(&mut self, id: &str, name: &str) -> &mut Organization {
        self.organizations
            .entry(id.to_owned())
            .or_insert_with(|| Organization {
                id: id.to_owned(),
                name: name.to_owned(),
                users: Vec::new(),
                jobs: BTreeMap::new(),
                idempotency_keys: HashMap::new(),
                webhook: None,
                integration: None,
            })
    }

    pub(crate) fn organization(&self, id: &str) -> Result<&Organization, ApiError> {
        self.organizations
            .get(id)
            .ok_or(ApiError::NotFound("Organization"))
    }

    pub(crate) fn organization_mut(&mut self, id: &str) -> Result<&mut Organization, ApiError> {
        self.organizations
            .get_mut(id)
            .ok_or(ApiError::NotFound("Organization"))
    }
}

impl Organization {
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The job of this id, unless it is deleted or another organization's.
    pub(crate) fn job(&self, id: &str) -> Result<&JobRecord, ApiError> {
        self.jobs
            .get(id)
            .filter(|record| !record.deleted)
            .ok_or(ApiError::NotFound("Job"))
    }

    pub(crate) fn job_mut(&mut self, id: &str) -> Result<&mut JobRecord, ApiError> {
        self.jobs
            .get_mut(id)
            .filter(|record| !record.deleted)
            .ok_or(ApiError::NotFound("Job"))
    }

    /// Dates a job back. No event: it only looks as if it had been so long ago.
    pub(crate) fn age_job(&mut self, id: &str, days: i64) -> Result<(), ApiError> {
        let age = SignedDuration::from_hours(24 * days);
        let job = &mut self.job_mut(id)?.job;
        job.created_at -= age;
        job.updated_at -= age;
        Ok(())
    }

    /// The wanted jobs that are not deleted, oldest change first.
    pub(crate) fn jobs_by_change(&self, wanted: impl Fn(&Job) -> bool) -> Vec<&Job> {
        let live = self.jobs.values().filter(|record| !record.deleted);
        let jobs = live.map(|record| &record.job);
        // Filtered before sorted: an import asks for one job in thousands, thousands of times.
        let mut jobs: Vec<&Job> = jobs.filter(|job| wanted(job)).collect();
        jobs.sort_by(|a, b| (a.updated_at, &a.id).cmp(&(b.updated_at, &b.id)));
        jobs
    }

    /// Sets where job events go, from `{"webhook": {"url", "username", "password", "events"}}`.
    pub(crate) fn subscribe(&mut self, body: &Value) -> Result<Subscription, ApiError> {
        let mut fields = Fields::of(body, "webhook")?;
        for required in ["url", "username", "password", "events"] {
            if !fields.has(required) {
                fields.complain(format!("{required} can't be blank"));
            }
        }
        let url = fields.name("url");
        if let Some(url) = &url
            && !is_web_address(url)
        {
            fields.complain("url must be an absolute http or https address");
        }
        let username = fields.name("username");
        let password = fields.name("password");
        let mut events = Vec::new();
        for name in fields.texts("events").unwrap_or_default() {
            match EventKind::parse(&name) {
                Some(kind) => events.push(kind),
                None => fields.complain(format!("events: {name} is not an event")),
            }
        }
        fields.finish()?;
        let subscription = Subscription {
            url: url.unwrap_or_default(),
            username: username.unwrap_or_default(),
            password: password.unwrap_or_default(),
            events,
        };
        self.webhook = Some(subscription.clone());
        Ok(subscription)
    }

    /// Sets what the card shows, from `{"integration": {"state", "message"?, "attention"?}}`.
    pub(crate) fn report_integration(&mut self, body: &Value) -> Result<IntegrationCard, ApiError> {
        let mut fields = Fields::of(body, "integration")?;
        let state = fields
            .text("state")
            .as_deref()
            .and_then(IntegrationState::parse);
        if state.is_none() {
            fields.complain("state must be connected, needs_reconnecting or disconnected");
        }
        let message = fields.optional_text("message").flatten();
        let attention = fields.optional_integer("attention").flatten();
        let attention = attention.map(u64::try_from).transpose();
        if attention.is_err() {
            fields.complain("attention can't be negative");
        }
        fields.finish()?;
        let card = IntegrationCard {
            state: state.unwrap_or(IntegrationState::Disconnected),
            message,
            attention: attention.unwrap_or_default(),
        };
        self.integration = Some(card.clone());
        Ok(card)
    }
}

impl JobRecord {
    pub(crate) fn new(job: Job) -> Self {
        Self {
            job,
            deleted: false,
            worked_on: false,
            images: Files::default(),
            documents: Files::default(),
        }
    }

    pub(crate) fn files(&self, kind: AttachmentKind) -> &Files {
        match kind {
            AttachmentKind::Image => &self.images,
            AttachmentKind::Document => &self.documents,
        }
    }

    /// How many images the Photos tab shows.
    pub(crate) fn photos(&self) -> usize {
        let images = self.images.iter();
        images.filter(|image| !image.attachment.deleted).count()
    }

    fn files_mut(&mut self, kind: AttachmentKind) -> &mut Files {
        match kind {
            AttachmentKind::Image => &mut self.images,
            AttachmentKind::Document => &mut self.documents,
        }
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
