#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![allow(
    clippy::doc_markdown,
    reason = "CompanyCam is a name in prose, not an item"
)]

pub mod api;
mod client;
mod error;
pub mod media;
pub mod oauth;
mod page;
mod tolerant;
pub mod types;
pub mod webhook;

pub use api::Api;
pub use api::photos::PhotosQuery;
pub use api::projects::{NewProject, ProjectsQuery};
pub use api::webhooks::{NewWebhook, WebhookUpdate};
pub use client::{AccessToken, Client, Timeouts, http_client, http_client_with};
pub use error::Error;
pub use model::companycam as ids;
pub use model::companycam::Cursor;
pub use page::Page;
pub use types::{
    Address, Company, Contact, Document, Integration, Photo, ProcessingStatus, Project, Status,
    Tag, User, Webhook,
};
