//! What things at `CompanyCam` are called: ids, and where a list goes on.

use serde::{Deserialize, Serialize};

crate::ids::ids! {
    /// A company: the customer's account at `CompanyCam`.
    CompanyId, "a company's id";
    /// A project: one place of work.
    ProjectId, "a project's id";
    PhotoId, "a photo's id";
    /// A user of a company. What created a project or photo has one too, even where it is no user.
    UserId, "a user's id";
    /// A tag on photos.
    TagId, "a tag's id";
    /// A webhook subscription.
    WebhookId, "a webhook's id";
    /// A document attached to a project.
    DocumentId, "a document's id";
}

/// Where a photo list goes on. It is opaque, and may be kept in a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor as `CompanyCam` gave it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to hand back as `after`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
