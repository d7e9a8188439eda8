//! The shapes of One Click's contract, as its API and its webhooks write them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

/// The current time in whole milliseconds, the precision of every time this API writes.
///
/// Coarser than the clock on purpose: a time read from an answer, sent back as `updated_since`,
/// must compare as equal to the stored one.
pub(crate) fn now() -> Timestamp {
    let now_ms = i64::try_from(simulator_kit::clock::now_ms()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::MAX)
}

/// A user of an organization.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) active: bool,
    /// `ORG_ADMIN`, `SALES`, `PRODUCTION` …
    pub(crate) role: String,
}

impl User {
    pub(crate) fn is_admin(&self) -> bool {
        self.role == "ORG_ADMIN"
    }
}

/// A labelled phone number of a job's customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Phone {
    pub(crate) name: Option<String>,
    pub(crate) number: String,
}

/// Where a job is. An unknown part is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Address {
    pub(crate) line_1: Option<String>,
    pub(crate) line_2: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) postal_code: Option<String>,
}

impl Address {
    /// The address on one line, without the unknown parts.
    pub(crate) fn one_line(&self) -> String {
        let parts = [
            &self.line_1,
            &self.line_2,
            &self.city,
            &self.state,
            &self.postal_code,
        ];
        parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A job, One Click's unit of work.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) name: String,
    pub(crate) customer_name: String,
    pub(crate) email: Option<String>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) address: Address,
    pub(crate) assigned_user_id: Option<String>,
    /// Who else is on it: the sales representative, further assignees. Left out where there is nobody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) additional_user_ids: Vec<String>,
    pub(crate) created_by_user_id: Option<String>,
    pub(crate) status: String,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// An image or a document of a job, without its bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Attachment {
    /// One Click's own.
    pub(crate) id: String,
    /// CompanyCam's; `None` for what the integration has neither put nor adopted.
    pub(crate) external_id: Option<String>,
    pub(crate) name: String,
    pub(crate) content_type: String,
    /// Length in bytes.
    pub(crate) bytes: usize,
    /// Of the file, in lower-case hexadecimal digits.
    pub(crate) md5: String,
    pub(crate) caption: Option<String>,
    pub(crate) captured_at: Option<Timestamp>,
    /// The name of whoever took the picture.
    pub(crate) captured_by: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) version: i64,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) deleted: bool,
}

/// The two kinds of attachment, which differ in their names only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttachmentKind {
    Image,
    Document,
}

impl AttachmentKind {
    /// The name of one: of the JSON part, and of the object in an answer.
    pub(crate) fn singular(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Document => "document",
        }
    }

    /// What ids of One Click's own begin with.
    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::Image => "img",
            Self::Document => "doc",
        }
    }

    /// The kind that is called so in paths.
    pub(crate) fn parse_plural(name: &str) -> Option<Self> {
        [Self::Image, Self::Document]
            .into_iter()
            .find(|kind| kind.plural() == name)
    }

    /// The name of many: in paths and lists.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Image => "images",
            Self::Document => "documents",
        }
    }
}

/// What happened to a job, as a webhook names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum EventKind {
    #[serde(rename = "job.created")]
    Created,
    #[serde(rename = "job.updated")]
    Updated,
    #[serde(rename = "job.assigned")]
    Assigned,
    #[serde(rename = "job.deleted")]
    Deleted,
}

impl EventKind {
    pub(crate) const ALL: [Self; 4] = [Self::Created, Self::Updated, Self::Assigned, Self::Deleted];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "job.created",
            Self::Updated => "job.updated",
            Self::Assigned => "job.assigned",
            Self::Deleted => "job.deleted",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The body of a webhook delivery.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    #[serde(rename = "event")]
    pub(crate) kind: EventKind,
    pub(crate) occurred_at: Timestamp,
    pub(crate) organization_id: String,
    pub(crate) job: Job,
    pub(crate) previous: Previous,
}

/// What the job was before the event.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Previous {
    /// The assignee before the event, the same as now if it did not change.
    pub(crate) assigned_user_id: Option<String>,
}

/// Where an organization's job events go.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) url: String,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) events: Vec<EventKind>,
}

/// What the card of the integration shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct IntegrationCard {
    pub(crate) state: IntegrationState,
    pub(crate) message: Option<String>,
    /// How many things wait for a person; left out until the integration has said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attention: Option<u64>,
}

/// The states the integration can report; before the first report there is no card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IntegrationState {
    Connected,
    NeedsReconnecting,
    Disconnected,
}

impl IntegrationState {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "connected" => Some(Self::Connected),
            "needs_reconnecting" => Some(Self::NeedsReconnecting),
            "disconnected" => Some(Self::Disconnected),
            _ => None,
        }
    }
}
