//! Organizations, users, and the integration's own settings in One Click.

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use super::Client;
use super::http::{Listed, carry_out, delete, fetch, fetch_all};
use crate::error::Error;
use crate::ids::OrgId;
use crate::types::{IntegrationState, Organization, User, WebhookSubscription};

impl Client {
    /// The organization.
    pub async fn organization(&self, org: &OrgId) -> Result<Organization, Error> {
        let request = self.request(Method::GET, &["organizations", org.as_str()])?;
        fetch(request, "organization").await
    }

    /// All users of the organization, inactive ones included.
    pub async fn users(&self, org: &OrgId) -> Result<Listed<User>, Error> {
        let segments = ["organizations", org.as_str(), "users"];
        fetch_all(|| self.request(Method::GET, &segments), "users").await
    }

    /// Sets where One Click sends the organization's events, in place of what was set before.
    pub async fn put_webhook(
        &self,
        org: &OrgId,
        subscription: &WebhookSubscription,
    ) -> Result<(), Error> {
        let request = self
            .request(Method::PUT, &webhook(org))?
            .json(&json!({ "webhook": {
                "url": subscription.url,
                "username": subscription.username,
                "password": subscription.password.expose_secret(),
                "events": subscription.events,
            }}));
        carry_out(request).await
    }

    /// Ends the deliveries. Succeeds also if there were none.
    pub async fn delete_webhook(&self, org: &OrgId) -> Result<(), Error> {
        delete(self.request(Method::DELETE, &webhook(org))?).await
    }

    /// Sets what One Click's integrations card shows: the state, a sentence about it, and how many things wait
    /// for a person.
    pub async fn put_integration(
        &self,
        org: &OrgId,
        state: IntegrationState,
        message: &str,
        attention: usize,
    ) -> Result<(), Error> {
        let segments = ["organizations", org.as_str(), "integrations", "companycam"];
        let request = self
            .request(Method::PUT, &segments)?
            .json(&json!({ "integration": { "state": state, "message": message, "attention": attention } }));
        carry_out(request).await
    }
}

fn webhook(org: &OrgId) -> [&str; 4] {
    ["organizations", org.as_str(), "webhooks", "companycam"]
}
