//! CompanyCam's objects, as far as the integration needs them.
//!
//! Only an object's own id is required. Everything else may be absent, null or of another JSON type
//! and then counts as absent. Timestamps are Unix seconds, 0 where absent.

use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{CompanyId, DocumentId, PhotoId, ProjectId, TagId, UserId, WebhookId};
use crate::tolerant;

/// Whether a user, a project or a photo is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is.
    #[default]
    #[serde(alias = "")]
    Active,
    /// It was deleted, though lists may still show it.
    Deleted,
    /// Something else, such as a user who is invited.
    #[serde(other)]
    Other,
}

/// How far a photo's processing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessingStatus {
    /// It is a finished photo.
    Processed,
    /// Another photo has the same picture: as a rule it never becomes one.
    Duplicate,
    /// Its picture could not be read: likewise.
    ProcessingError,
    /// `pending`, `processing`, or whatever else is not the end.
    #[default]
    #[serde(other)]
    Unfinished,
}

/// The company a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its name; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub name: String,
}

/// A user of the company.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// First name; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub first_name: String,
    /// Last name; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub last_name: String,
    /// E-mail address.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub email_address: Option<String>,
    /// Whether it is there; active where absent.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub status: Status,
}

impl User {
    /// First and last name, as far as there are any.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name.trim(), self.last_name.trim())
            .trim()
            .to_owned()
    }

    /// Whether the user can sign in. One without a status counts as active.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}

/// A postal address; what is blank is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// First line.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub street_address_1: Option<String>,
    /// Second line.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub street_address_2: Option<String>,
    /// City.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub city: Option<String>,
    /// State or province.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub state: Option<String>,
    /// ZIP or postal code.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub country: Option<String>,
}

/// Whom to call about a project; what is blank is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub email: Option<String>,
    /// Phone number, as it was typed.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub phone_number: Option<String>,
}

/// What another system calls a project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Integration {
    /// The other system, such as `JobNimbus`.
    #[serde(default, rename = "type", deserialize_with = "tolerant::string")]
    pub kind: String,
    /// The project's id there.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub relation_id: String,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The company it belongs to.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub company_id: Option<CompanyId>,
    /// What created it: a user as a rule, but it may be another kind of thing.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub creator_id: Option<UserId>,
    /// The creator's name.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub creator_name: Option<String>,
    /// Whether it is there; active where absent.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub status: Status,
    /// Whether it is archived.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub archived: bool,
    /// Its title.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub name: Option<String>,
    /// Where it is.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub address: Address,
    /// Whom to call.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub primary_contact: Option<Contact>,
    /// Its ids in other systems.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub integrations: Vec<Integration>,
    /// Its page in the web app.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub project_url: Option<String>,
    /// Notes.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub notepad: Option<String>,
    /// When it was created.
    #[serde(default, deserialize_with = "tolerant::seconds")]
    pub created_at: i64,
    /// When it was last changed.
    #[serde(default, deserialize_with = "tolerant::seconds")]
    pub updated_at: i64,
}

/// The object of a delivery, if it says all that these fields hold.
fn whole<T: DeserializeOwned>(object: &str, fields: &[&str]) -> Option<T> {
    let said: Map<String, Value> = serde_json::from_str(object).ok()?;
    let is_whole = fields.iter().all(|name| said.contains_key(*name));
    is_whole.then(|| serde_json::from_value(said.into()).ok())?
}

/// What every answer says of a project; contact, integrations and notes may be left out where there are none. A
/// delivery that lacks any of it says nothing of the others either.
const WHOLE_PROJECT: [&str; 8] = [
    "id",
    "company_id",
    "creator_id",
    "status",
    "archived",
    "name",
    "address",
    "updated_at",
];

impl Project {
    /// The project that a delivery holds, if it says all of it.
    pub fn told(object: &str) -> Option<Self> {
        let project: Self = whole(object, &WHOLE_PROJECT)?;
        (project.updated_at > 0).then_some(project)
    }

    /// Neither deleted nor archived.
    pub fn is_active(&self) -> bool {
        !self.is_deleted() && !self.archived
    }

    /// Lists still show deleted projects.
    pub fn is_deleted(&self) -> bool {
        self.status == Status::Deleted
    }
}

/// One size of a photo.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PhotoUri {
    /// `original`, `web` or `thumbnail`.
    #[serde(default, rename = "type", deserialize_with = "tolerant::string")]
    pub kind: String,
    /// Its address on the CDN.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub uri: Option<String>,
    /// The same under another name; either may be missing.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub url: Option<String>,
}

/// A photo. It carries no tags: see [`Api::photo_tags`](crate::Api::photo_tags).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Photo {
    /// Its id.
    pub id: PhotoId,
    /// The company it belongs to.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub company_id: Option<CompanyId>,
    /// The project it is on. A project's photo list fills it in where it is absent.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub project_id: Option<ProjectId>,
    /// Who took it.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub creator_id: Option<UserId>,
    /// The name of who took it.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub creator_name: Option<String>,
    /// How far it is; unfinished where absent.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub processing_status: ProcessingStatus,
    /// Whether it is there; active where absent.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub status: Status,
    /// Its sizes.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub uris: Vec<PhotoUri>,
    /// MD5 of the file, in hexadecimal.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub hash: Option<String>,
    /// The caption as plain text. CompanyCam sends a string, null or an object with text or HTML.
    #[serde(default, deserialize_with = "tolerant::description")]
    pub description: Option<String>,
    /// Not for customers' eyes.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub internal: bool,
    /// Its page in the web app.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub photo_url: Option<String>,
    /// When it was taken, by the phone's clock.
    #[serde(default, deserialize_with = "tolerant::seconds_or_none")]
    pub captured_at: Option<i64>,
    /// When it was uploaded.
    #[serde(default, deserialize_with = "tolerant::seconds")]
    pub created_at: i64,
    /// When it was last changed.
    #[serde(default, deserialize_with = "tolerant::seconds")]
    pub updated_at: i64,
}

/// What a delivery has to say of a photo to be as good as an answer of the API. Fields that it leaves out have
/// defaults, which would be taken for its word: one that is internal would be copied.
const WHOLE_PHOTO: [&str; 10] = [
    "id",
    "project_id",
    "status",
    "processing_status",
    "uris",
    "hash",
    "description",
    "internal",
    "captured_at",
    "updated_at",
];

impl Photo {
    /// The photo that a delivery holds, if it says all of it.
    pub fn told(object: &str) -> Option<Self> {
        let photo: Self = whole(object, &WHOLE_PHOTO)?;
        let is_whole = photo.project_id.is_some() && photo.updated_at > 0 && !photo.uris.is_empty();
        is_whole.then_some(photo)
    }

    /// Only then it is a finished photo; `duplicate` and `processing_error` never become one.
    pub fn is_processed(&self) -> bool {
        self.processing_status == ProcessingStatus::Processed
    }

    /// Whether it may still become a finished photo.
    pub fn is_being_processed(&self) -> bool {
        self.processing_status == ProcessingStatus::Unfinished
    }

    /// Whether it was deleted.
    pub fn is_deleted(&self) -> bool {
        self.status == Status::Deleted
    }

    /// The address of the original size.
    pub fn original(&self) -> Option<&str> {
        let original = self.uris.iter().find(|uri| uri.kind == "original")?;
        original.uri.as_deref().or(original.url.as_deref())
    }
}

/// A tag on photos.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// As it is shown; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub display_value: String,
    /// In lower case, for comparing; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub value: String,
}

/// A document attached to a project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The project it is on. A project's document list fills it in where it is absent.
    pub project_id: ProjectId,
    /// Its file name; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub name: String,
    /// Where it is; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub url: String,
    /// What it claims to be, such as `application/pdf`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub content_type: Option<String>,
    /// How long it claims to be, in bytes.
    #[serde(default, deserialize_with = "tolerant::count")]
    pub byte_size: Option<u64>,
    /// Who added it.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub creator_name: Option<String>,
    /// When it was added.
    #[serde(default, deserialize_with = "tolerant::seconds")]
    pub created_at: i64,
    /// When it was last changed.
    #[serde(default, deserialize_with = "tolerant::seconds")]
    pub updated_at: i64,
}

/// A webhook subscription.
#[derive(Debug, Clone, Deserialize)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where deliveries go; empty where absent.
    #[serde(default, deserialize_with = "tolerant::string")]
    pub url: String,
    /// What it is told about.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub scopes: Vec<String>,
    /// The key deliveries are signed with, which every read returns; empty where absent.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub token: SecretString,
    /// False after 25 failed deliveries without a success, until it is enabled again.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub enabled: bool,
}
