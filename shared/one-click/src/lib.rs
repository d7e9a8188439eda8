#![doc = include_str!("../README.md")]

pub mod client;
pub mod error;
pub mod ids;
pub mod launch;
pub mod types;
pub mod webhook;

pub use client::{Client, Listed, Page, Timeouts, Upload, http_client, http_client_with};
pub use error::{Error, Messages};
pub use ids::{InvalidId, JobId, OrgId, UserId};
pub use types::{
    Address, AddressFields, Document, DocumentFields, Field, Image, ImageFields, IntegrationState,
    Job, JobFields, Organization, Phone, User, WebhookSubscription,
};
