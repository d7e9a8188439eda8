//! A photo or document: as it is wanted in One Click, as it is there, and who refuses it.
//!
//! *Known* means copied, not that a row exists. A row of another company than the connected one rests.
//!
//! The version in `wanted` never falls. Whoever copies holds the lease, and gives it back on the condition
//! that `wanted` is what was copied; else it copies again. The same write that makes a photo wanted on a job
//! adds the job to `maybe_on`, so an upload whose answer is lost is known of before it is made: whatever is
//! wanted next, the copy is removed from all of `maybe_on` where it does not belong, and only then the set
//! is emptied. The bytes are copied only when the hash differs or there is none; otherwise only changed
//! fields are sent. One Click refuses versions older than it has, so a straggler does no harm.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::companycam::{CompanyId, DocumentId, PhotoId, ProjectId};
use crate::ids::InvalidId;
use crate::one_click::{JobId, OrgId};

/// What is copied from `CompanyCam` to a job. Its text is a photo's id as it is, or `document#` and a
/// document's: no id has a `#`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileId {
    Photo(PhotoId),
    Document(DocumentId),
}

const DOCUMENT: &str = "document#";

impl FileId {
    /// Reads its text.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        match text.strip_prefix(DOCUMENT) {
            Some(id) => DocumentId::parse(id).map(Self::Document),
            None => PhotoId::parse(text).map(Self::Photo),
        }
    }

    /// What One Click calls it: `CompanyCam`'s id as it is.
    pub fn external_id(&self) -> &str {
        match self {
            Self::Photo(id) => id.as_str(),
            Self::Document(id) => id.as_str(),
        }
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Photo(id) => write!(formatter, "{id}"),
            Self::Document(id) => write!(formatter, "{DOCUMENT}{id}"),
        }
    }
}

impl From<&PhotoId> for FileId {
    fn from(id: &PhotoId) -> Self {
        Self::Photo(id.clone())
    }
}

impl From<&DocumentId> for FileId {
    fn from(id: &DocumentId) -> Self {
        Self::Document(id.clone())
    }
}

impl Serialize for FileId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FileId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// What `CompanyCam` says about a file and One Click shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileDetails {
    /// The description, as plain text.
    pub caption: Option<String>,
    /// Unix seconds.
    pub captured_at: Option<i64>,
    /// The photographer's name.
    pub captured_by: Option<String>,
    /// Display texts, sorted.
    pub tags: Vec<String>,
    /// A document's name; a photo has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What a document claims to be, such as `application/pdf`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

/// The file as it should be in One Click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedFile {
    /// `CompanyCam`'s `updated_at`.
    pub version: i64,
    /// On which job; `None`: on none, and a copy that is there goes away.
    pub job_id: Option<JobId>,
    /// Where the original is.
    pub uri: Option<String>,
    /// MD5 of the bytes, as `CompanyCam` gives it; of documents it gives none.
    pub hash: Option<String>,
    /// Caption and the like.
    pub details: FileDetails,
    /// How many bytes, as `CompanyCam` gives it; of photos it gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
}

/// The file as it is in One Click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedFile {
    /// The version that was copied.
    pub version: i64,
    /// The job it is on.
    pub job_id: JobId,
    /// MD5 of the bytes, as `CompanyCam` gave it.
    pub hash: Option<String>,
    /// Caption and the like, as they were in `CompanyCam` then.
    pub details: FileDetails,
    /// How many bytes.
    pub bytes: i64,
    /// MD5 of the bytes, as they were sent; none in rows that were last written before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
}

/// A photo's or document's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    pub org_id: OrgId,
    /// Which; documents came later to the table.
    #[serde(rename = "photo_id")]
    pub id: FileId,
    pub project_id: ProjectId,
    /// The company it was read from; none in rows that were last written before this was kept.
    #[serde(default)]
    pub company_id: Option<CompanyId>,
    /// As it should be.
    pub wanted: WantedFile,
    /// When `CompanyCam` last said so.
    #[serde(default)]
    pub asked_ms: Option<i64>,
    /// As it is, if it was ever copied.
    #[serde(default)]
    pub copied: Option<CopiedFile>,
    /// The jobs on which a copy may be beside that: it was wanted there, and since then it was not
    /// seen to the end what One Click has.
    #[serde(default)]
    pub maybe_on: BTreeSet<JobId>,
    /// `copied` is of another origin, has this id of One Click's, and is still to get our external id (B31).
    #[serde(default)]
    pub adopts: Option<String>,
    /// Its copy was on the job before we linked that (B31): undoing a run leaves it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
    /// The activity log names the copy as deleted, or altered, in One Click.
    #[serde(default)]
    pub named_gone: bool,
    /// CompanyCam has not got the photo any more, as a nightly pass was told; its copy was to stay.
    #[serde(default)]
    pub not_found: bool,
    /// Who or what refuses this wanted version so far.
    #[serde(default)]
    pub refused: Option<Refusal>,
    /// Why this wanted version can never be copied.
    #[serde(default)]
    pub failed: Option<String>,
    /// When that was found.
    #[serde(default)]
    pub failed_ms: Option<i64>,
    /// Set while it is pending.
    #[serde(default)]
    pub pending_org: Option<OrgId>,
    /// Until when somebody is copying.
    #[serde(default)]
    pub lease_ms: Option<i64>,
    #[serde(default)]
    pub lease_holder: Option<String>,
}

impl FileRow {
    /// Whether One Click has what it should, and nothing that it should not.
    pub fn is_current(&self) -> bool {
        if !self.strays().is_empty() {
            return false;
        }
        match (&self.copied, &self.wanted.job_id) {
            (None, None) => true,
            (Some(copied), Some(job)) => {
                copied.job_id == *job
                    && copied.version >= self.wanted.version
                    && !are_other_bytes(copied.hash.as_deref(), self.wanted.hash.as_deref())
                    && copied.details == self.wanted.details
            }
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// Whether somebody waits for it.
    pub fn is_pending(&self) -> bool {
        self.pending_org.is_some()
    }

    /// The jobs that have a copy, or may have one, and should not.
    pub fn strays(&self) -> BTreeSet<&JobId> {
        let copied = self.copied.as_ref().map(|copied| &copied.job_id);
        let mut jobs: BTreeSet<_> = self.maybe_on.iter().chain(copied).collect();
        if let Some(wanted) = &self.wanted.job_id {
            jobs.remove(wanted);
        }
        jobs
    }

    /// Whether it is refused again and again, and was named so in the activity log: it is tried
    /// again by itself, and nobody waits for it (B35).
    pub fn is_refused(&self) -> bool {
        let refused = self.refused.as_ref();
        self.failed.is_none()
            && refused.is_some_and(|refused| refused.told && refused.concerns(&self.wanted))
    }
}

/// Whether both hashes are known, and of different bytes. An edit within a second leaves the version as it
/// was.
pub fn are_other_bytes(copied: Option<&str>, wanted: Option<&str>) -> bool {
    copied.is_some() && wanted.is_some() && copied != wanted
}

/// Who or what refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refuser {
    /// The address: there is no file, or something else than a file, behind it.
    Address,
    /// The file's host: it fails at this photo again and again.
    Host,
    /// `CompanyCam` gives no address.
    NoAddress,
    /// The file: it is nothing that One Click shows.
    File,
    /// One Click: it fails at this photo again and again, and not at others.
    OneClick,
    /// One Click, in its own words.
    OneClicksWord,
}

/// What is remembered of a file's refusals, all by the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub by: Refuser,
    /// Of which version.
    pub version: i64,
    /// On which job.
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// At which address the original was last asked for.
    #[serde(default)]
    pub uri: Option<String>,
    /// The last reason, in plain words.
    pub reason: String,
    /// The first time.
    pub since_ms: i64,
    /// The last time.
    pub last_ms: i64,
    /// When the message that waits for it comes back.
    pub again_ms: i64,
    /// How often.
    pub times: u32,
    /// When `CompanyCam` was last to be asked for its address.
    #[serde(default)]
    pub ask_ms: Option<i64>,
    /// Whether the activity log names it as waiting.
    #[serde(default)]
    pub told: bool,
    /// Whether the activity log names it as given up.
    #[serde(default)]
    pub given_up: bool,
}

impl Refusal {
    /// Whether that is still what is wanted.
    pub fn concerns(&self, wanted: &WantedFile) -> bool {
        self.version == wanted.version && self.job_id == wanted.job_id
    }
}
