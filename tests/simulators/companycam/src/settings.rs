//! What a test or a demo may set, at the start or while running.

use serde::{Deserialize, Serialize};

/// Switches that can be changed while running, by `PATCH /_sim/settings` with any of the fields.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Settings {
    /// GET requests per access token and minute.
    pub get_limit: usize,
    /// Other requests per access token and minute.
    pub write_limit: usize,
    /// Whether the minute slides (the last 60 s) or is the clock's.
    pub sliding_minute: bool,
    /// Whether a 429 carries `Retry-After`.
    pub retry_after: bool,
    /// Whether ids are numbers instead of strings.
    pub numeric_ids: bool,
    /// Life of access tokens issued from now on, in seconds.
    pub access_token_seconds: i64,
    /// Whether a used refresh token works again until the new access token is first used.
    pub refresh_grace: bool,
    /// How long the address of a file works, in seconds: each read tells another one, and the CDN
    /// answers 403 to one whose time is over. `None`: addresses stay the same and work for ever.
    pub address_seconds: Option<i64>,
    /// Time from a photo's upload to `processed`, in milliseconds.
    pub processing_ms: u64,
    /// Whether adding a tag, or taking one off, raises the photo's `updated_at`.
    pub tag_touches_photo: bool,
    /// Whether a deleted photo is answered with `"status": "deleted"` instead of 404.
    pub show_deleted_photos: bool,
    /// How deliveries wrap the object.
    pub payload: Payload,
    /// Whose object `project.merged` carries.
    pub merged_payload: MergedPayload,
    /// Deliveries of `document.*` lack `project_id`.
    pub document_events_without_project: bool,
    /// Wait before a delivery's second attempt, in milliseconds; doubles with each further one.
    pub delivery_backoff_ms: u64,
    /// Wait before a delivery's first attempt, in milliseconds.
    pub delivery_delay_ms: u64,
    /// Each delivery is made twice.
    pub duplicate_deliveries: bool,
    /// Pairs of deliveries are made in the opposite order.
    pub swap_deliveries: bool,
    /// Deliveries are lost.
    pub drop_deliveries: bool,
    /// A contact's e-mail address and phone number have to be well-formed.
    pub validate_contacts: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            get_limit: 240,
            write_limit: 100,
            sliding_minute: true,
            retry_after: false,
            numeric_ids: false,
            access_token_seconds: 7_200,
            refresh_grace: false,
            address_seconds: None,
            processing_ms: 0,
            tag_touches_photo: true,
            show_deleted_photos: false,
            payload: Payload::Alternate,
            merged_payload: MergedPayload::Survivor,
            document_events_without_project: false,
            delivery_backoff_ms: 1_000,
            delivery_delay_ms: 0,
            duplicate_deliveries: false,
            swap_deliveries: false,
            drop_deliveries: false,
            validate_contacts: false,
        }
    }
}

/// How a delivery's `payload` holds the object.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// `payload` is the object.
    Object,
    /// `payload.project`, `payload.photo`, `payload.document`.
    Named,
    /// One delivery so, the next the other way.
    Alternate,
}

/// Which of two merged projects `project.merged` is about; the documentation does not say.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum MergedPayload {
    /// The one that remains.
    Survivor,
    /// The one that is gone.
    Merged,
}

/// How a simulator starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Loopback port; 0 takes a free one.
    pub port: u16,
    /// Decides everything that varies.
    pub seed: u64,
    /// Companies, each with the counts below.
    pub companies: usize,
    /// Users of each company; the first is its administrator.
    pub users: usize,
    /// Active projects of each company, begun within the last `days`.
    pub projects: usize,
    /// Processed photos of each company, spread over its active projects.
    pub photos: usize,
    /// Size of every photo in bytes; `None`: 0.2–8 MB, most under 1 MB.
    pub photo_bytes: Option<usize>,
    /// Over how many days the projects' beginnings are spread; 29 are what an integration looks back at
    /// first.
    pub days: u64,
    /// Beyond the counts: an archived project, a deleted one, two older than 29 days, and photos
    /// that are internal, unprocessed and duplicate.
    pub extras: bool,
    /// The hard cases, which otherwise come by a button on the page of demo controls.
    pub hard_cases: bool,
    /// The OAuth client's id.
    pub client_id: String,
    /// The OAuth client's secret.
    pub client_secret: String,
    /// Redirect addresses allowed; `None`: any on https or loopback.
    pub redirect_uris: Option<Vec<String>>,
    /// The switches to begin with.
    pub settings: Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 1,
            companies: 1,
            users: 12,
            projects: 60,
            photos: 300,
            photo_bytes: None,
            days: 27,
            extras: true,
            hard_cases: false,
            client_id: "companycam-client".into(),
            client_secret: "companycam-secret".into(),
            redirect_uris: None,
            settings: Settings::default(),
        }
    }
}

impl Options {
    /// One company with users and nothing else: tests add what they need.
    pub fn empty() -> Self {
        Self {
            projects: 0,
            photos: 0,
            extras: false,
            ..Self::default()
        }
    }
}
