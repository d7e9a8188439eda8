//! Organizations, their users, and what they are told about this integration.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::tolerant::{blank_as_none, null_as_default};
use crate::ids::{OrgId, UserId};

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name, for people.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
}

/// A user of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The name, for people.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The e-mail address as typed: letter case and surrounding space are not normalised.
    #[serde(default, deserialize_with = "blank_as_none")]
    pub email: Option<String>,
    /// Whether the user may sign in. Absent reads as true.
    #[serde(default = "yes")]
    pub active: bool,
    /// The role, such as `ORG_ADMIN`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub role: String,
}

fn yes() -> bool {
    true
}

/// Where One Click sends its webhooks, and how it signs in there.
#[derive(Debug, Clone)]
pub struct WebhookSubscription {
    /// The address that receives the deliveries.
    pub url: url::Url,
    /// The user name of its Basic authentication.
    pub username: String,
    /// The password of its Basic authentication.
    pub password: SecretString,
    /// The events wanted, such as `job.created`.
    pub events: Vec<String>,
}

/// What One Click's integrations card shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationState {
    /// The connection works.
    Connected,
    /// An administrator has to connect again.
    NeedsReconnecting,
    /// There is no connection.
    Disconnected,
}
