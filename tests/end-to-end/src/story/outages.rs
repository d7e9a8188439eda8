//! Each side fails for a while, in a way of its own, and comes back (B27, B33, B36).

use std::time::Duration;

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};

use super::Story;
use crate::{eventually, journey};

/// A side that is down is asked again after 5, 10, 20 … s: a short outage is over soon after its end.
const PATIENCE: Duration = Duration::from_mins(3);

impl Story {
    /// The tab says who does not answer; nothing is lost, and all moves again by itself.
    pub(super) async fn outages(&mut self) -> Result<()> {
        self.changed_while("One Click", json!({"page": 404}))
            .await?;
        self.ended("One Click answered each request with somebody’s 404 page, and came back: what changed meanwhile is there")
            .await?;
        self.changed_while("CompanyCam", json!("reset_before"))
            .await?;
        self.ended(
            "CompanyCam cut every connection, and came back: what changed meanwhile is there",
        )
        .await?;
        Ok(())
    }

    async fn changed_while(&self, side: &str, action: Value) -> Result<()> {
        let fault = json!({"path": "/v*", "times": null, "action": action});
        self.control(side, Method::POST, fault).await?;
        let project =
            json!({"company_id": self.person.company, "name": format!("Begun without {side}")});
        let project = self
            .stack
            .companycam(Method::POST, "projects", project)
            .await?;
        let photo = json!({"project_id": project["id"], "bytes": 200_000});
        self.stack.companycam(Method::POST, "photos", photo).await?;
        let says = format!("{side} hasn’t responded since");
        eventually("the tab says so", PATIENCE, async || {
            let tab = journey::tab(&self.stack, &self.browser).await?.text();
            Ok(if tab.contains(&says) {
                Ok(())
            } else {
                Err(tab)
            })
        })
        .await?;
        self.control(side, Method::DELETE, Value::Null).await?;
        eventually("the tab says so no more", PATIENCE, async || {
            let tab = journey::tab(&self.stack, &self.browser).await?.text();
            Ok(if tab.contains(&says) {
                Err(tab)
            } else {
                Ok(())
            })
        })
        .await?;
        self.check().await
    }

    async fn control(&self, side: &str, method: Method, fault: Value) -> Result<Value> {
        match side {
            "CompanyCam" => self.stack.companycam(method, "faults", fault).await,
            _ => self.stack.one_click(method, "faults", fault).await,
        }
    }
}
