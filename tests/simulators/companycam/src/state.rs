//! What the simulated CompanyCam remembers, all of it in memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use simulator_kit::{Jpeg, Picture};
use tokio::sync::Notify;

use crate::files::{self, DocumentFile};
use crate::oauth::Grants;
use crate::settings::Settings;

/// Every kind of thing draws its id from one counter, so an id of one kind never is another's.
pub(crate) type Id = u64;

#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub id: Id,
    pub name: String,
    pub personal_token: String,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub id: Id,
    pub company: Id,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub active: bool,
    /// Sees only projects that the user is assigned to.
    pub restricted: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

impl User {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub(crate) struct Address {
    pub street_address_1: Option<String>,
    pub street_address_2: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub(crate) struct Contact {
    #[serde(default)]
    pub id: Id,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Integration {
    #[serde(rename = "type")]
    pub kind: String,
    /// `None`: the system is declared, and nothing is linked there.
    pub relation_id: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub id: Id,
    pub company: Id,
    pub creator: Id,
    pub name: Option<String>,
    pub address: Address,
    pub coordinates: Option<Value>,
    pub geofence: Value,
    pub contact: Option<Contact>,
    pub integrations: Vec<Integration>,
    /// Other companies that work on it too, as collaborators.
    pub shared_with: Vec<Id>,
    pub notepad: Option<String>,
    pub labels: Vec<Id>,
    pub assignees: Vec<Id>,
    pub deleted: bool,
    pub archived: bool,
    pub merged_into: Option<Id>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Where the addresses in a photo's `uris`, or the one of a document, lead.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum UriKind {
    /// To the file.
    #[default]
    Normal,
    /// `uris` is empty, a document's `url` is null.
    Missing,
    /// To this origin instead of the CDN's.
    Foreign { origin: String },
    /// To the CDN, which answers 302 to this address.
    Redirect { to: String },
    /// To an HTML page, served as `image/jpeg` or what the document is.
    NotImage,
    /// To a 404.
    Gone,
    /// To a 403.
    Forbidden,
    /// To an empty file.
    Empty,
    /// To a drawing in SVG.
    Drawing,
    /// To a body of this many bytes, mostly zeros, made while it is sent.
    Huge { bytes: u64 },
}

/// One version of a photo's file, encoded when somebody first asks.
pub(crate) struct PhotoFile {
    pub source: Source,
    jpeg: OnceLock<Jpeg>,
    md5: OnceLock<String>,
}

pub(crate) enum Source {
    Drawn(Picture),
    /// A file that only looks like HEIC, as a phone sends it. The web application shows the picture.
    Heic(Picture),
    Uploaded(Bytes),
}

impl PhotoFile {
    pub fn drawn(picture: Picture) -> Arc<Self> {
        Self::new(Source::Drawn(picture))
    }

    pub fn uploaded(bytes: Bytes) -> Arc<Self> {
        Self::new(Source::Uploaded(bytes))
    }

    pub fn heic(picture: Picture) -> Arc<Self> {
        Self::new(Source::Heic(picture))
    }

    fn new(source: Source) -> Arc<Self> {
        Arc::new(Self {
            source,
            jpeg: OnceLock::new(),
            md5: OnceLock::new(),
        })
    }

    /// A duplicate has no file of its own.
    pub fn is_empty(&self) -> bool {
        matches!(&self.source, Source::Uploaded(bytes) if bytes.is_empty())
    }

    pub fn jpeg(&self) -> &Jpeg {
        self.jpeg.get_or_init(|| match &self.source {
            Source::Drawn(picture) => picture.encode(),
            Source::Heic(picture) => files::heic(picture),
            Source::Uploaded(bytes) => Jpeg::from_bytes(bytes.clone()),
        })
    }

    pub fn content_type(&self) -> &'static str {
        match &self.source {
            Source::Heic(_) => "image/heic",
            Source::Drawn(_) | Source::Uploaded(_) => "image/jpeg",
        }
    }

    /// In a form that every browser shows.
    pub fn for_web(self: &Arc<Self>) -> Arc<Self> {
        match &self.source {
            Source::Heic(picture) => Self::drawn(picture.clone()),
            Source::Drawn(_) | Source::Uploaded(_) => Arc::clone(self),
        }
    }

    pub fn md5(&self) -> &str {
        self.md5.get_or_init(|| self.jpeg().md5_hex())
    }

    pub fn thumbnail(&self) -> Bytes {
        match &self.source {
            Source::Drawn(picture) | Source::Heic(picture) => picture.thumbnail(),
            Source::Uploaded(bytes) => bytes.clone(),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Photo {
    pub id: Id,
    pub company: Id,
    pub creator: Id,
    pub project: Id,
    pub processing_status: String,
    pub deleted: bool,
    pub internal: bool,
    pub description: Option<String>,
    pub tags: Vec<Id>,
    pub uri: UriKind,
    /// The versions of the file, the current one last; never empty.
    pub files: Vec<Arc<PhotoFile>>,
    pub captured_at: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Photo {
    /// Raises `updated_at` strictly: two edits within a second stay distinguishable.
    pub fn bump(&mut self) {
        self.updated_at = now().max(self.updated_at + 1);
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub id: Id,
    pub company: Id,
    pub display_value: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone)]
pub(crate) struct Document {
    pub id: Id,
    pub creator: Id,
    pub project: Id,
    pub name: String,
    pub file: Arc<DocumentFile>,
    /// How many files it has had.
    pub version: u32,
    pub content_type: String,
    pub uri: UriKind,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Document {
    /// As for photos.
    pub fn bump(&mut self) {
        self.updated_at = now().max(self.updated_at + 1);
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub id: Id,
    pub company: Id,
    pub url: String,
    pub scopes: Vec<String>,
    pub token: String,
    pub enabled: bool,
    /// Errors since the last success; see `delivery`.
    pub errors: u32,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Requests of one access token within the last minute, Unix milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub gets: VecDeque<u64>,
    pub writes: VecDeque<u64>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Stats {
    pub gets: u64,
    pub writes: u64,
    pub rate_limited: u64,
}

#[derive(Default)]
pub(crate) struct State {
    next_id: Id,
    /// The simulator's own address, for the links in its answers.
    pub origin: String,
    /// Rung when `events` has something to deliver.
    pub bell: Arc<Notify>,
    pub companies: BTreeMap<Id, Company>,
    pub users: BTreeMap<Id, User>,
    pub projects: BTreeMap<Id, Project>,
    pub photos: BTreeMap<Id, Photo>,
    pub tags: BTreeMap<Id, Tag>,
    pub labels: BTreeMap<Id, Tag>,
    pub documents: BTreeMap<Id, Document>,
    pub webhooks: BTreeMap<Id, Webhook>,
    pub grants: Grants,
    pub sessions: HashMap<String, Id>,
    pub windows: HashMap<String, Window>,
    pub stats: Stats,
    /// Deliveries begun and not ended: each holds a clone.
    pub open_deliveries: Arc<()>,
    pub settings: Settings,
    pub has_hard_cases: bool,
    /// Filled by the operations, emptied by the dispatcher.
    pub events: VecDeque<crate::delivery::Event>,
    pub delivery_log: VecDeque<crate::delivery::Attempt>,
}

impl State {
    pub fn new(settings: Settings, origin: &str) -> Self {
        Self {
            next_id: 1_000_000,
            origin: origin.to_owned(),
            settings,
            ..Self::default()
        }
    }

    /// A fresh id. Steps are uneven, as in a database that others write to as well.
    pub fn take_id(&mut self) -> Id {
        self.next_id += 1 + scramble(self.next_id) % 7;
        self.next_id
    }

    /// Marks activity on a project.
    pub fn touch_project(&mut self, id: Id) {
        if let Some(project) = self.projects.get_mut(&id) {
            project.updated_at = project.updated_at.max(now());
        }
    }

    /// The company's active user with this e-mail address, ignoring case.
    pub fn user_by_email(&self, company: Option<Id>, email: &str) -> Option<&User> {
        let email = email.trim();
        self.users.values().find(|user| {
            user.active
                && company.is_none_or(|company| user.company == company)
                && user
                    .email
                    .as_deref()
                    .is_some_and(|own| own.eq_ignore_ascii_case(email))
        })
    }

    /// The first active user of a company: its administrator.
    pub fn admin(&self, company: Id) -> Option<&User> {
        self.users
            .values()
            .find(|user| user.company == company && user.active)
    }

    /// Whether the user may see the project.
    pub fn sees(&self, user: Id, project: &Project) -> bool {
        self.users.get(&user).is_some_and(|user| {
            (user.company == project.company || project.shared_with.contains(&user.company))
                && (!user.restricted || project.assignees.contains(&user.id))
        })
    }
}

/// Unix seconds.
pub(crate) fn now() -> i64 {
    i64::try_from(now_ms() / 1000).unwrap_or(i64::MAX)
}

/// Unix milliseconds.
pub(crate) fn now_ms() -> u64 {
    simulator_kit::clock::now_ms()
}

/// Spreads neighbouring numbers (the finaliser of `SplitMix64`): what varies by id varies by this.
pub(crate) fn scramble(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
