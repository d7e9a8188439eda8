//! Projects, who is assigned to them, and their documents.

use jiff::Timestamp;
use reqwest::header::HeaderValue;
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};

use super::{Api, done, gone, numbered, on_project, one};
use crate::client::send;
use crate::error::Error;
use crate::ids::{ProjectId, UserId};
use crate::page::{PER_PAGE, Page};
use crate::types::{Address, Contact, Document, Project, User};

/// The underscore spelling of older guides is dropped silently.
const CREDIT_HEADER: &str = "x-companycam-user";

/// Which projects to list: by default all, the first 100.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectsQuery {
    /// Changed at or after this time, in Unix seconds.
    pub modified_since: Option<i64>,
    /// Part of the name or of the first address line.
    pub query: Option<String>,
    /// The page, from 1.
    pub page: u32,
    /// How many a page, 1 to 100.
    pub per_page: u32,
}

impl Default for ProjectsQuery {
    fn default() -> Self {
        Self {
            modified_since: None,
            query: None,
            page: 1,
            per_page: PER_PAGE,
        }
    }
}

/// A project to create.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewProject {
    /// Its title.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Whom to call. CompanyCam wants a name: without one, the project's is used.
    pub primary_contact: Option<Contact>,
}

impl NewProject {
    fn body(&self) -> Value {
        let mut body = Map::from_iter([("name".to_owned(), json!(self.name))]);
        let address = present(json!(self.address));
        if !address.is_empty() {
            body.insert("address".to_owned(), Value::Object(address));
        }
        let contact = self
            .primary_contact
            .as_ref()
            .map(|contact| present(json!(contact)))
            .unwrap_or_default();
        if !contact.is_empty() {
            let mut contact = contact;
            contact.entry("name").or_insert_with(|| json!(self.name));
            body.insert("primary_contact".to_owned(), Value::Object(contact));
        }
        Value::Object(body)
    }
}

impl Api {
    /// Projects of every status, deleted ones included, newest activity first.
    pub async fn projects(&self, query: &ProjectsQuery) -> Result<Page<Project>, Error> {
        let mut request = self.get(&["projects"])?;
        if let Some(since) = query.modified_since {
            request = request.query(&[("modified_since", iso_8601(since))]);
        }
        if let Some(text) = &query.query {
            request = request.query(&[("query", text)]);
        }
        numbered(
            request,
            query.page,
            query.per_page.clamp(1, PER_PAGE),
            |_| {},
        )
        .await
    }

    /// One project, deleted or not.
    pub async fn project(&self, id: &ProjectId) -> Result<Project, Error> {
        self.get_one(&["projects", id.as_str()]).await
    }

    /// Creates a project, credited to the user with this e-mail address.
    ///
    /// There is no idempotency key: where [`Error::maybe_took_effect`], look for the project before
    /// creating it again. An address that can't be sent in a header credits nobody.
    pub async fn create_project(
        &self,
        project: &NewProject,
        credited_to: Option<&str>,
    ) -> Result<Project, Error> {
        let request = credit(self.request(Method::POST, &["projects"])?, credited_to);
        one(&send(request.json(&project.body())).await?)
    }

    /// The users assigned to a project, 100 a page from page 1.
    pub async fn assigned_users(&self, id: &ProjectId, page: u32) -> Result<Page<User>, Error> {
        self.get_page(&["projects", id.as_str(), "assigned_users"], page)
            .await
    }

    /// Assigns a user; doing so again changes nothing.
    pub async fn assign_user(&self, project: &ProjectId, user: &UserId) -> Result<(), Error> {
        done(self.request(
            Method::PUT,
            &[
                "projects",
                project.as_str(),
                "assigned_users",
                user.as_str(),
            ],
        )?)
        .await
    }

    /// Removes an assigned user; one who is not assigned is a success.
    pub async fn unassign_user(&self, project: &ProjectId, user: &UserId) -> Result<(), Error> {
        gone(self.request(
            Method::DELETE,
            &[
                "projects",
                project.as_str(),
                "assigned_users",
                user.as_str(),
            ],
        )?)
        .await
    }

    /// A project's documents, 100 a page from page 1.
    pub async fn project_documents(
        &self,
        id: &ProjectId,
        page: u32,
    ) -> Result<Page<Document>, Error> {
        let request = self.get(&["projects", id.as_str(), "documents"])?;
        numbered(request, page, PER_PAGE, on_project(id)).await
    }
}

fn credit(request: RequestBuilder, email: Option<&str>) -> RequestBuilder {
    match email.and_then(|email| HeaderValue::from_str(email.trim()).ok()) {
        Some(mut email) if !email.is_empty() => {
            email.set_sensitive(true);
            request.header(CREDIT_HEADER, email)
        }
        _ => request,
    }
}

/// `modified_since` is the one time that is not in Unix seconds.
fn iso_8601(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}

/// An object's fields that are not null.
fn present(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        _ => Map::new(),
    }
}
