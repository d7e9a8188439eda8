//! What One Click's API answers with and takes.
//!
//! Reading is tolerant: apart from ids, an absent or null member reads as its default, and
//! members not named here are ignored. Writing says exactly what is set; see [`Field`].

mod attachment;
mod field;
mod job;
mod organization;
mod tolerant;

pub use attachment::{Document, DocumentFields, Image, ImageFields};
pub use field::Field;
pub use job::{Address, AddressFields, Job, JobFields, Phone};
pub use organization::{IntegrationState, Organization, User, WebhookSubscription};
