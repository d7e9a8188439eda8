//! Who and what a test is about: an organization and a company of its own.

use anyhow::{Context, Result};
use end_to_end::eventually;
use end_to_end::stack::{Person, Stack};
use reqwest::Method;
use serde_json::{Value, json};

use crate::PATIENCE;

/// An organization in One Click with its company in CompanyCam.
#[derive(Debug, Clone)]
pub struct Cast {
    /// Where everything runs.
    pub stack: Stack,
    /// The administrator.
    pub person: Person,
    /// The administrator's name in One Click, which nobody else has.
    pub administrator: String,
}

impl Cast {
    /// A new organization and a new company, with one administrator.
    pub async fn new(org: &str) -> Result<Self> {
        let stack = Stack::from_env()?;
        let person = stack.new_person(org).await?;
        let administrator = format!("Ada of {org}");
        let path = format!("organizations/{org}/users/{}", person.user);
        let name = json!({ "name": administrator });
        stack.one_click(Method::PATCH, &path, name).await?;
        Ok(Self {
            stack,
            person,
            administrator,
        })
    }

    /// The one that the demo begins with.
    pub async fn of_the_demo() -> Result<Self> {
        let stack = Stack::from_env()?;
        let person = stack.seeded_person().await?;
        Ok(Self {
            stack,
            person,
            administrator: "Avery Stone".to_owned(),
        })
    }

    /// Our tab.
    pub fn tab(&self) -> String {
        format!("{}/companycam/settings", self.stack.api_url)
    }

    /// A user of CompanyCam; the id.
    pub async fn companycam_user(&self, first: &str, last: &str, email: &str) -> Result<String> {
        let user = json!({"first_name": first, "last_name": last, "email_address": email});
        let path = format!("companies/{}/users", self.person.company);
        let made = self.stack.companycam(Method::POST, &path, user).await?;
        id_of(&made)
    }

    /// A user of One Click; the id.
    pub async fn one_click_user(&self, name: &str, email: &str) -> Result<String> {
        let user = json!({"name": name, "email": email, "role": "SALES"});
        let path = format!("organizations/{}/users", self.person.org);
        let made = self.stack.one_click(Method::POST, &path, user).await?;
        id_of(&made["user"])
    }

    /// A user of both with one address; the id in CompanyCam.
    pub async fn user_of_both(&self, first: &str, last: &str) -> Result<String> {
        let email = format!("{first}@{}.example", self.person.org).to_lowercase();
        self.one_click_user(&format!("{first} {last}"), &email)
            .await?;
        self.companycam_user(first, last, &email).await
    }

    /// A project in CompanyCam; the id.
    pub async fn project(&self, name: &str) -> Result<String> {
        let project = json!({"company_id": self.person.company, "name": name});
        let made = self
            .stack
            .companycam(Method::POST, "projects", project)
            .await?;
        id_of(&made)
    }

    /// Assigns a user to a project, as one does in CompanyCam.
    pub async fn assign(&self, project: &str, user: &str) -> Result<()> {
        let path = format!("projects/{project}/assigned_users/{user}");
        self.stack
            .companycam(Method::PUT, &path, Value::Null)
            .await?;
        Ok(())
    }

    /// A photo in a project; the id.
    pub async fn photo(&self, project: &str, caption: &str) -> Result<String> {
        let photo = json!({"project_id": project, "bytes": 60_000, "description": caption});
        let made = self.stack.companycam(Method::POST, "photos", photo).await?;
        id_of(&made)
    }

    /// A photo that is not for customers' eyes; the id.
    pub async fn internal_photo(&self, project: &str) -> Result<String> {
        let photo = json!({"project_id": project, "bytes": 60_000, "internal": true});
        let made = self.stack.companycam(Method::POST, "photos", photo).await?;
        id_of(&made)
    }

    /// Gives a photo another caption.
    pub async fn describe_photo(&self, photo: &str, caption: &str) -> Result<()> {
        let caption = json!({ "description": caption });
        let path = format!("photos/{photo}");
        self.stack.companycam(Method::PATCH, &path, caption).await?;
        Ok(())
    }

    /// A photo's file.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        let project = self.project("Somewhere else").await?;
        let photo = self.photo(&project, "To be taken from").await?;
        let address = format!("{}/cdn/{photo}/0/original.jpg", self.stack.companycam);
        Ok(reqwest::get(address).await?.bytes().await?.to_vec())
    }

    /// A photo whose file is where none is fetched from; the id.
    pub async fn broken_photo(&self, project: &str) -> Result<String> {
        let uri = json!({"kind": "foreign", "origin": "https://photos.elsewhere.example"});
        let photo = json!({"project_id": project, "uri": uri});
        let made = self.stack.companycam(Method::POST, "photos", photo).await?;
        id_of(&made)
    }

    /// Gives a broken photo its file.
    pub async fn mend_photo(&self, photo: &str) -> Result<()> {
        let uri = json!({"uri": {"kind": "normal"}});
        let path = format!("photos/{photo}");
        self.stack.companycam(Method::PATCH, &path, uri).await?;
        Ok(())
    }

    /// A photo whose file CompanyCam is too busy to hand out, until it is let go; the id.
    pub async fn held_photo(&self, project: &str, caption: &str) -> Result<String> {
        // Nobody hears of it before it is held.
        let photo = json!({"project_id": project, "bytes": 60_000, "description": caption,
            "processing_status": "processing"});
        let made = self.stack.companycam(Method::POST, "photos", photo).await?;
        let photo = id_of(&made)?;
        let busy = json!({"status": 503});
        let rule = json!({"path": format!("/cdn/{photo}/*"), "times": null, "action": busy});
        self.stack.companycam(Method::POST, "faults", rule).await?;
        let processed = json!({"processing_status": "processed"});
        let path = format!("photos/{photo}");
        self.stack
            .companycam(Method::PATCH, &path, processed)
            .await?;
        Ok(photo)
    }

    /// Lets it go again.
    pub async fn release_photo(&self, photo: &str) -> Result<()> {
        let path = format!("faults?path=/cdn/{photo}/*");
        self.stack
            .companycam(Method::DELETE, &path, Value::Null)
            .await?;
        Ok(())
    }

    /// Has One Click fail at whatever the organization is asked for, and changes the project in CompanyCam
    /// so that it is asked.
    pub async fn interrupt_one_click(&self, project: &str) -> Result<()> {
        let path = format!("/v1/organizations/{}*", self.person.org);
        let rule = json!({"path": path, "times": null, "action": {"status": 503}});
        self.stack.one_click(Method::POST, "faults", rule).await?;
        let path = format!("projects/{project}");
        let name = json!({"name": "During the outage"});
        self.stack.companycam(Method::PATCH, &path, name).await?;
        Ok(())
    }

    /// Has CompanyCam take the integration's access away.
    pub async fn revoke(&self) -> Result<()> {
        let path = format!("companies/{}/revoke_grants", self.person.company);
        self.stack
            .companycam(Method::POST, &path, Value::Null)
            .await?;
        Ok(())
    }

    /// The jobs in One Click.
    pub async fn jobs(&self) -> Result<Vec<Value>> {
        let state = self.stack.one_click_state(&self.person.org).await?;
        Ok(state["jobs"].as_array().context("no jobs")?.clone())
    }

    /// Waits for the job of a project.
    pub async fn job_of(&self, project: &str) -> Result<Value> {
        eventually("the project has a job", PATIENCE, async || {
            let jobs = self.jobs().await?;
            let is_it = |job: &&Value| job["metadata"]["cc_project_id"] == project;
            Ok(jobs
                .iter()
                .find(is_it)
                .cloned()
                .ok_or_else(|| format!("{} jobs", jobs.len())))
        })
        .await
    }

    /// A project as CompanyCam has it, found by a field.
    pub async fn project_where(&self, field: &str, value: &str) -> Result<Option<Value>> {
        let state = self.stack.companycam_state().await?;
        let mut projects = state["projects"].as_array().context("no projects")?.iter();
        let is_it = |project: &&Value| {
            project["company_id"] == self.person.company.as_str() && project[field] == value
        };
        Ok(projects.find(is_it).cloned())
    }

    /// Waits until exactly these users are assigned to a project.
    pub async fn until_assigned(&self, project: &str, users: &[&str]) -> Result<()> {
        eventually("the project is reassigned", PATIENCE, async || {
            let found = self.project_where("id", project).await?;
            let assigned = found.context("no such project")?["assignees"].clone();
            let mut ids: Vec<&str> = assigned
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let mut wanted = users.to_vec();
            ids.sort_unstable();
            wanted.sort_unstable();
            Ok(if ids == wanted {
                Ok(())
            } else {
                Err(format!("{ids:?} instead of {wanted:?}"))
            })
        })
        .await
    }
}

fn id_of(made: &Value) -> Result<String> {
    Ok(made["id"].as_str().context("no id")?.to_owned())
}
