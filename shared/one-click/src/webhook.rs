//! One Click's webhooks: who sent them, and what they say.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use model::ids::RawId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::client::shape;
use crate::error::Error;
use crate::ids::{OrgId, UserId};
use crate::types::{Field, Job};

/// Whether an `Authorization` header carries these credentials (RFC 7617). The comparison takes
/// the same time wherever they differ. Empty credentials are never right.
pub fn verify_basic(header: Option<&str>, username: &str, password: &SecretString) -> bool {
    let Some((scheme, given)) = header.and_then(|header| header.trim().split_once(' ')) else {
        return false;
    };
    if !scheme.eq_ignore_ascii_case("basic") || username.is_empty() {
        return false;
    }
    let password = password.expose_secret();
    // Encoding ours, not decoding theirs: nothing of an unknown sender is parsed.
    let expected = STANDARD.encode(format!("{username}:{password}"));
    let same = given.trim_start().as_bytes().ct_eq(expected.as_bytes());
    bool::from(same) && !password.is_empty()
}

/// One delivery. Deliveries may be late, repeated and out of order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event's id; the same in each repetition.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The organization it happened in, as the body says: the sender is known only by the
    /// credentials.
    pub organization_id: OrgId,
    /// The job as it was at the time.
    pub job: Job,
    /// The assignee before, if the event tells: `Some(None)` is that there was none.
    pub previous_assigned_user_id: Option<Option<UserId>>,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// `job.created`
    JobCreated,
    /// `job.updated`
    JobUpdated,
    /// `job.assigned`: the assignee changed.
    JobAssigned,
    /// `job.deleted`
    JobDeleted,
    /// A kind that is not known here.
    Other(String),
}

impl EventKind {
    /// The events to subscribe to.
    pub const SUBSCRIBED: [&'static str; 4] =
        ["job.created", "job.updated", "job.assigned", "job.deleted"];
}

impl From<String> for EventKind {
    fn from(name: String) -> Self {
        match name.as_str() {
            "job.created" => Self::JobCreated,
            "job.updated" => Self::JobUpdated,
            "job.assigned" => Self::JobAssigned,
            "job.deleted" => Self::JobDeleted,
            _ => Self::Other(name),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    id: RawId,
    event: String,
    occurred_at: Timestamp,
    organization_id: OrgId,
    job: Job,
    previous: Option<Previous>,
}

#[derive(Deserialize)]
struct Previous {
    #[serde(default)]
    assigned_user_id: Field<UserId>,
}

impl Event {
    /// Reads a delivery's body. [`Error::Unreadable`] if it is not one.
    pub fn parse(raw: &[u8]) -> Result<Self, Error> {
        let body: Body = serde_json::from_slice(raw)
            .map_err(|error| Error::Unreadable(format!("webhook: {}", shape(&error))))?;
        Ok(Self {
            id: body.id.0,
            kind: EventKind::from(body.event),
            occurred_at: body.occurred_at,
            organization_id: body.organization_id,
            job: body.job,
            previous_assigned_user_id: match body.previous.map(|previous| previous.assigned_user_id)
            {
                None | Some(Field::Keep) => None,
                Some(Field::Clear) => Some(None),
                Some(Field::Set(user)) => Some(Some(user)),
            },
        })
    }
}
