#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod client;
pub mod error;
pub mod launch;
pub mod types;
pub mod webhook;

pub use client::{
    AttachmentAt, Client, Listed, Page, Timeouts, Upload, http_client, http_client_with,
};
pub use error::{Error, Messages};
pub use model::ids::InvalidId;
pub use model::one_click as ids;
pub use model::one_click::{JobId, OrgId, UserId};
pub use types::{
    Address, AddressFields, Document, DocumentFields, Field, Image, ImageFields, IntegrationState,
    Job, JobFields, Organization, Phone, User, WebhookSubscription,
};
